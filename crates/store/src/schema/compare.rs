//! Is the schema that lies there the one the migrations make? For `doctor`: that every step was applied does not say
//! that nobody dropped an index afterwards.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{MIGRATIONS, Target, migrate_sqlite, render, tables};
use crate::error::StoreError;
use crate::postgres as pg;
use crate::sqlite;

/// The first thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What it is, in words.
    pub(crate) message: String,
    /// A plain index that is away: a large load takes some away, and opening builds them again.
    pub(crate) mends_itself: bool,
}

impl Difference {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            mends_itself: false,
        }
    }
}

/// A line a fact, so that two schemas are two sets: tables, columns, indexes, and whatever else there is.
type Facts = BTreeSet<String>;

/// Tables, triggers and views; columns with type and key; indexes in full.
const FACTS: [&str; 3] = [
    "SELECT CASE type WHEN 'table' THEN '表 ' WHEN 'view' THEN '视图 ' ELSE '触发器 ' END || name FROM sqlite_schema \
     WHERE type <> 'index' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    "SELECT '列 ' || t.name || '.' || c.name || '（' || c.type || iif(c.\"notnull\", '，必填', '') || \
     iif(c.pk > 0, '，主键第' || c.pk || '列', '') || '）' FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    "SELECT '索引 ' || name || '：' || sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
];

/// The text of each table: what columns alone do not say, the allowed values and references.
const TEXTS: &str = "SELECT name || '：' || sql FROM sqlite_schema WHERE type = 'table' \
    AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

fn lines(connection: &Connection, sql: &str) -> Result<Facts, StoreError> {
    let mut statement = connection.prepare(sql).map_err(sqlite::fault)?;
    let rows = statement
        .query_map([], |row| row.get(0))
        .map_err(sqlite::fault)?;
    rows.collect::<Result<_, _>>().map_err(sqlite::fault)
}

/// What a fact is called: without what follows the colon.
fn called(fact: &str) -> &str {
    fact.split('：').next().unwrap_or(fact)
}

/// Compares a SQLite file with one that the migrations make anew in memory.
pub(crate) fn difference_sqlite(there: &Connection) -> Result<Option<Difference>, StoreError> {
    let mut fresh = Connection::open_in_memory().map_err(sqlite::fault)?;
    migrate_sqlite(&mut fresh)?;
    let away = sqlite::indexes::missing(there)?;
    let is_away = |fact: &str| {
        away.iter()
            .any(|name| called(fact) == format!("索引 {name}"))
    };
    let mut mild = None;
    for sql in FACTS {
        let (is, should) = (lines(there, sql)?, lines(&fresh, sql)?);
        for fact in should.difference(&is) {
            if !is_away(fact) {
                return Ok(Some(Difference::new(format!("缺少{}", called(fact)))));
            }
            mild.get_or_insert_with(|| Difference {
                message: format!("缺少{}", called(fact)),
                mends_itself: true,
            });
        }
        if let Some(fact) = is.difference(&should).next() {
            let message = format!("多出{}，不是程序建的", called(fact));
            return Ok(Some(Difference::new(message)));
        }
    }
    let (is, should) = (lines(there, TEXTS)?, lines(&fresh, TEXTS)?);
    if let Some(text) = should.difference(&is).next() {
        let message = format!("表 {} 的约束与程序的不同", called(text));
        return Ok(Some(Difference::new(message)));
    }
    Ok(mild)
}

const COLUMNS: &str = "SELECT table_name::text, column_name::text, is_nullable = 'YES' \
    FROM information_schema.columns WHERE table_schema = current_schema()";
const INDEXES: &str = "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()";

/// Compares columns and names of indexes of a PostgreSQL database with what the migrations say.
pub(crate) fn difference_postgres(
    session: &mut pg::Session,
) -> Result<Option<Difference>, StoreError> {
    let column = |table: &str, name: &str, nullable: bool| {
        let note = if nullable { "" } else { "（必填）" };
        format!("列 {table}.{name}{note}")
    };
    let should: Facts = tables()
        .iter()
        .flat_map(|table| {
            let one = |c: &super::Column| column(&table.name, &c.name, c.nullable);
            table.columns.iter().map(one).collect::<Vec<_>>()
        })
        .collect();
    let ours = |name: &str| tables().iter().any(|table| table.name == name);
    let mut is = Facts::new();
    for row in session.client.query(COLUMNS, &[]).map_err(pg::fault)? {
        let (table, name): (String, String) = (get(&row, 0)?, get(&row, 1)?);
        if ours(&table) {
            is.insert(column(&table, &name, get(&row, 2)?));
        }
    }
    if let Some(fact) = should.difference(&is).next() {
        return Ok(Some(Difference::new(format!("缺少{fact}"))));
    }
    if let Some(fact) = is.difference(&should).next() {
        let message = format!("多出{fact}，不是程序建的");
        return Ok(Some(Difference::new(message)));
    }
    let mut there = Facts::new();
    for row in session.client.query(INDEXES, &[]).map_err(pg::fault)? {
        there.insert(get(&row, 0)?);
    }
    let missing = index_names().difference(&there).next().cloned();
    Ok(missing.map(|name| Difference::new(format!("缺少索引 {name}"))))
}

fn get<T: for<'a> postgres::types::FromSql<'a>>(
    row: &postgres::Row,
    index: usize,
) -> Result<T, StoreError> {
    row.try_get(index).map_err(pg::fault)
}

/// Names of the indexes that the migrations leave behind.
fn index_names() -> Facts {
    let mut names = Facts::new();
    for sql in MIGRATIONS
        .iter()
        .flat_map(|migration| render(migration.source, Target::Postgres))
    {
        if let Some(dropped) = sql.strip_prefix("DROP INDEX ") {
            names.remove(dropped.trim_end_matches(';').trim());
        } else if let Some(rest) = sql
            .strip_prefix("CREATE UNIQUE INDEX ")
            .or_else(|| sql.strip_prefix("CREATE INDEX "))
        {
            names.extend(rest.split_whitespace().next().map(str::to_owned));
        }
    }
    names
}
