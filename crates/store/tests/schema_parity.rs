//! One migration set, two databases, the same schema: tables, columns, keys, uniques, indexes, foreign keys.
#![cfg(test)]

use std::collections::BTreeSet;

use store::schema::{Kind, tables};
use store::testing::TestDb;

/// What can be compared of a schema, one line a fact.
type Facts = BTreeSet<String>;

fn type_of(kind: Kind, postgres: bool) -> &'static str {
    match (kind, postgres) {
        (Kind::Id, true) => "uuid",
        (Kind::Date, true) => "date",
        (Kind::Flag, true) => "boolean",
        (Kind::Blob, true) => "bytea",
        (Kind::Int | Kind::Instant | Kind::Money, true) => "bigint",
        (Kind::Text | Kind::Json, true) => "text",
        (Kind::Date | Kind::Text | Kind::Json, false) => "TEXT",
        (Kind::Int | Kind::Instant | Kind::Money | Kind::Flag, false) => "INTEGER",
        (Kind::Id | Kind::Blob, false) => "BLOB",
    }
}

/// What the migration files say, columns only.
fn written(postgres: bool) -> Facts {
    let column = |table: &str, c: &store::schema::Column| {
        format!(
            "column {table}.{} {} null={}",
            c.name,
            type_of(c.kind, postgres),
            c.nullable
        )
    };
    tables()
        .iter()
        .flat_map(|table| {
            table
                .columns
                .iter()
                .map(|c| column(&table.name, c))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn sqlite_facts(test: &TestDb) -> Facts {
    let connection = rusqlite::Connection::open(test.db.file().unwrap()).unwrap();
    let rows = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    let user = "t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'schema_migration'";
    let mut facts: Facts = rows(&format!(
        "SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' null=' || iif(c.\"notnull\", 'false', 'true') \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE {user}"
    ))
    .into_iter()
    .collect();
    facts.extend(rows(&format!(
        "SELECT 'key ' || t.name || ' (' || group_concat(c.name, ', ' ORDER BY c.pk) || ')' \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE {user} AND c.pk > 0 GROUP BY t.name"
    )));
    facts.extend(rows(&format!(
        "SELECT iif(i.origin = 'u', 'unique ', 'index ' || i.name || ' unique=' || iif(i.\"unique\", 'true', 'false') || \
           ' partial=' || iif(i.partial, 'true', 'false') || ' ') || t.name || ' (' || group_concat(x.name, ', ' ORDER BY x.seqno) || ')' \
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) x \
         WHERE {user} AND i.origin <> 'pk' GROUP BY t.name, i.name"
    )));
    facts.extend(rows(&format!(
        "SELECT 'foreign ' || t.name || ' (' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ') -> ' || f.\"table\" || ' (' || \
           group_concat(f.\"to\", ', ' ORDER BY f.seq) || ')' \
         FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE {user} GROUP BY t.name, f.id"
    )));
    facts
}

fn postgres_facts(test: &TestDb) -> Facts {
    let mut client = postgres::Client::connect(test.url(), postgres::NoTls).unwrap();
    let mut facts = Facts::new();
    let mut add = |sql: &str| {
        for row in client.query(sql, &[]).unwrap() {
            facts.insert(row.get(0));
        }
    };
    add(
        "SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' null=' || \
           (NOT a.attnotnull)::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_migration'",
    );
    let columns = "(SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest({keys}) WITH ORDINALITY k (no, n) \
        JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.no)";
    let list = |keys: &str, table: &str| columns.replace("{keys}", keys).replace("{table}", table);
    for (word, kind) in [("key", 'p'), ("unique", 'u')] {
        add(&format!(
            "SELECT '{word} ' || conrelid::regclass || ' (' || {} || ')' FROM pg_constraint WHERE contype = '{kind}' \
             AND connamespace = 'public'::regnamespace AND conrelid <> 'schema_migration'::regclass",
            list("conkey", "conrelid")
        ));
    }
    add(&format!(
        "SELECT 'index ' || indexrelid::regclass || ' unique=' || indisunique::text || ' partial=' || (indpred IS NOT NULL)::text || ' ' || \
           indrelid::regclass || ' (' || {} || ')' FROM pg_index JOIN pg_class c ON c.oid = indrelid \
         WHERE c.relnamespace = 'public'::regnamespace \
         AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))",
        list("indkey::int2[]", "indrelid")
    ));
    add(&format!(
        "SELECT 'foreign ' || conrelid::regclass || ' (' || {} || ') -> ' || confrelid::regclass || ' (' || {} || ')' \
         FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
        list("conkey", "conrelid"),
        list("confkey", "confrelid")
    ));
    facts
}

fn difference(left: &Facts, right: &Facts) -> Vec<String> {
    left.symmetric_difference(right).cloned().collect()
}

#[test]
fn sqlite_has_what_is_written() {
    let facts = sqlite_facts(&TestDb::sqlite());
    let columns: Facts = facts
        .iter()
        .filter(|fact| fact.starts_with("column"))
        .cloned()
        .collect();
    assert_eq!(difference(&columns, &written(false)), Vec::<String>::new());
    // Every fact begins with the district, except on the tenant list itself and the references to it.
    for fact in facts.iter().filter(|fact| !fact.starts_with("column")) {
        let reference =
            fact.contains("key district (code)") || fact.ends_with("(district) -> district (code)");
        assert!(
            reference || fact.contains("(district"),
            "district first: {fact}"
        );
    }
}

#[test]
fn both_databases_have_the_same_schema() {
    let Some(test) = TestDb::postgres() else {
        return;
    };
    let (lite, pg) = (sqlite_facts(&TestDb::sqlite()), postgres_facts(&test));
    let columns: Facts = pg
        .iter()
        .filter(|fact| fact.starts_with("column"))
        .cloned()
        .collect();
    assert_eq!(difference(&columns, &written(true)), Vec::<String>::new());
    let other = |facts: &Facts| {
        facts
            .iter()
            .filter(|fact| !fact.starts_with("column"))
            .cloned()
            .collect::<Facts>()
    };
    assert_eq!(difference(&other(&lite), &other(&pg)), Vec::<String>::new());
    assert!(
        other(&pg).len() > 100,
        "the comparison compared something: {}",
        other(&pg).len()
    );
}

/// Every text column sorts by bytes, as SQLite and Rust do.
#[test]
fn text_sorts_by_bytes_on_postgresql() {
    let Some(test) = TestDb::postgres() else {
        return;
    };
    let mut client = postgres::Client::connect(test.url(), postgres::NoTls).unwrap();
    let sql = "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_migration' \
        AND a.attcollation <> 0 AND a.attcollation <> '\"C\"'::regcollation";
    let odd: Vec<String> = client
        .query(sql, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(odd, Vec::<String>::new());
}

/// No tenant table without the second lock.
#[test]
fn every_tenant_table_has_row_level_security() {
    let Some(test) = TestDb::postgres() else {
        return;
    };
    let mut client = postgres::Client::connect(test.url(), postgres::NoTls).unwrap();
    let sql = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
        AND relrowsecurity AND relforcerowsecurity";
    let secured: BTreeSet<String> = client
        .query(sql, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let tenants: BTreeSet<String> = tables()
        .iter()
        .filter(|t| t.is_tenant())
        .map(|t| t.name.clone())
        .collect();
    assert_eq!(secured, tenants);
}
