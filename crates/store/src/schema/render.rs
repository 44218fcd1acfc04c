//! Turns a migration into one database's SQL.
//!
//! | token | SQLite (STRICT) | PostgreSQL |
//! |---|---|---|
//! | `{id}` | `BLOB` | `uuid` |
//! | `{text}`, `{json}` | `TEXT` | `text COLLATE "C"` |
//! | `{int}`, `{instant}`, `{money}` | `INTEGER` | `bigint` |
//! | `{date}` | `TEXT` | `date` |
//! | `{flag}` | `INTEGER` | `boolean` |
//! | `{blob}` | `BLOB` | `bytea` |
//!
//! JSON is text on both: what is hashed must keep its bytes. Byte order of text is the same on both.
//!
//! An id is 16 bytes on both, not the 36 characters people see: every row and nearly every entry of an index holds
//! one or several (a sixth of a demo's file, a quarter of the periods of membership). Bytes and characters sort alike.

use super::parse::{Kind, Table, created, statements};

/// Whose SQL to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// SQLite with STRICT tables.
    Sqlite,
    /// PostgreSQL with row-level security.
    Postgres,
    /// As [`Target::Postgres`], with every tenant table cut into four by the hash of its district: a stand-in
    /// for a distributed PostgreSQL, in which a query without `district` is seen to touch all four.
    PostgresPartitioned,
}

/// Parts of a table in [`Target::PostgresPartitioned`].
pub(crate) const PARTS: u8 = 4;

/// The statements of a migration for one database, in order.
pub(crate) fn render(source: &str, target: Target) -> Vec<String> {
    let mut out = Vec::new();
    for statement in statements(source) {
        let table = created(&statement);
        let tenant = table.as_ref().is_some_and(Table::is_tenant);
        let mut sql = statement;
        for kind in Kind::ALL {
            sql = sql.replace(&format!("{{{}}}", kind.token()), column_type(kind, target));
        }
        out.push(sql.replace("{strict}", ending(tenant, target)));
        if let Some(table) = table.filter(Table::is_tenant) {
            match target {
                Target::Sqlite => {}
                Target::Postgres => out.extend(secured(&table)),
                Target::PostgresPartitioned => {
                    out.extend(parts(&table));
                    out.extend(secured(&table));
                }
            }
        }
    }
    out
}

fn column_type(kind: Kind, target: Target) -> &'static str {
    match (target, kind) {
        (Target::Sqlite, Kind::Text | Kind::Date | Kind::Json) => "TEXT",
        (Target::Sqlite, Kind::Int | Kind::Instant | Kind::Money | Kind::Flag) => "INTEGER",
        (Target::Sqlite, Kind::Id | Kind::Blob) => "BLOB",
        (_, Kind::Id) => "uuid",
        (_, Kind::Text | Kind::Json) => "text COLLATE \"C\"",
        (_, Kind::Int | Kind::Instant | Kind::Money) => "bigint",
        (_, Kind::Date) => "date",
        (_, Kind::Flag) => "boolean",
        (_, Kind::Blob) => "bytea",
    }
}

fn ending(tenant: bool, target: Target) -> &'static str {
    match target {
        Target::Sqlite => " STRICT",
        Target::PostgresPartitioned if tenant => " PARTITION BY HASH (district)",
        Target::Postgres | Target::PostgresPartitioned => "",
    }
}

fn parts(table: &Table) -> impl Iterator<Item = String> + '_ {
    let name = &table.name;
    (0..PARTS).map(move |part| {
        format!("CREATE TABLE {name}_p{part} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})")
    })
}

/// Row-level security: the second lock, for the day a statement forgets the first.
///
/// A row is visible in its own district; when it has an `org_path`, only inside the path range of the
/// transaction's scope; and a member's own rows (`member_id`, or `member.id`) are visible to that member. The
/// audit log must take entries about rows outside the actor's subtree (a transfer, a refusal), so its path
/// limits reading only.
fn secured(table: &Table) -> Vec<String> {
    let name = &table.name;
    let district = "district = current_setting('niangjia.district', true)";
    let visible = match visible(table) {
        Some(path) => format!("{district} AND ({path})"),
        None => district.to_owned(),
    };
    let accepted = if name == "audit_log" {
        district
    } else {
        visible.as_str()
    };
    vec![
        format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"),
        format!("CREATE POLICY {name}_scope ON {name} USING ({visible}) WITH CHECK ({accepted})"),
    ]
}

/// The part of the policy that looks at paths and members.
fn visible(table: &Table) -> Option<String> {
    if table.column("owner_id").is_some() {
        return Some(private());
    }
    table.column("org_path")?;
    let mut terms = vec![
        "org_path >= current_setting('niangjia.path_from', true) \
         AND org_path < current_setting('niangjia.path_to', true)"
            .to_owned(),
    ];
    let own = if table.name == "member" {
        Some("id")
    } else {
        table.column("member_id").map(|_| "member_id")
    };
    if let Some(column) = own {
        terms.push(format!(
            "{column} = NULLIF(current_setting('niangjia.member', true), '')::uuid"
        ));
    }
    Some(terms.join(" OR "))
}

/// Rows with an `owner_id` are somebody's own: that member sees them, and the program over the whole district
/// (backup, rotation, erasing on request), whose path range begins with nothing; no officer, however high, since the
/// federation itself has a path.
fn private() -> String {
    let member = "NULLIF(current_setting('niangjia.member', true), '')";
    format!(
        "owner_id = {member}::uuid \
         OR ({member} IS NULL AND current_setting('niangjia.path_from', true) = '')"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "CREATE TABLE t (district {text} NOT NULL, id {id} NOT NULL, org_path {text} NOT NULL, \
        PRIMARY KEY (district, id)){strict}; CREATE INDEX t_path ON t (district, org_path);";

    #[test]
    fn one_source_two_databases() {
        let lite = render(SOURCE, Target::Sqlite);
        assert_eq!(lite.len(), 2);
        assert!(
            lite[0].contains("id BLOB NOT NULL") && lite[0].ends_with(") STRICT"),
            "{}",
            lite[0]
        );
        let pg = render(SOURCE, Target::Postgres);
        assert!(
            pg[0].contains("id uuid NOT NULL") && pg[0].contains("text COLLATE \"C\""),
            "{}",
            pg[0]
        );
        assert!(
            pg.iter()
                .any(|sql| sql.contains("FORCE ROW LEVEL SECURITY"))
        );
        assert!(pg.iter().any(|sql| sql.contains("path_from")));
        let parted = render(SOURCE, Target::PostgresPartitioned);
        assert_eq!(
            parted
                .iter()
                .filter(|sql| sql.contains("PARTITION OF t"))
                .count(),
            4
        );
    }
}
