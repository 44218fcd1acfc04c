//! Indexes that are built after a large load instead of during it.
//!
//! Putting 200,000 rows into an index in the order of arrival costs several times as much as sorting them once at
//! the end. While an index is away, statements that would use it read the table instead: right, but slow. An index
//! that is missing when the file is opened (the load was killed) is built then.

use rusqlite::Connection;

use super::fault;
use crate::error::StoreError;
use crate::schema::{MIGRATIONS, Target, render};

/// The plain indexes of the schema by name, with the statement that makes each. Unique ones are rules and are
/// never away.
fn plain() -> Vec<(String, String)> {
    let name = |sql: &str| {
        sql.strip_prefix("CREATE INDEX ")?
            .split_whitespace()
            .next()
            .map(str::to_owned)
    };
    MIGRATIONS
        .iter()
        .flat_map(|migration| render(migration.source, Target::Sqlite))
        .filter_map(|sql| Some((name(&sql)?, sql)))
        .collect()
}

/// Takes the named indexes away. A name that is not a plain index of the schema is refused.
pub(crate) fn take_away(connection: &Connection, names: &[&str]) -> Result<(), StoreError> {
    let plain = plain();
    for name in names {
        if !plain.iter().any(|(known, _)| known == name) {
            return Err(StoreError::Refused(format!("{name} 不是可以暂停的索引")));
        }
        connection
            .execute_batch(&format!("DROP INDEX IF EXISTS {name}"))
            .map_err(fault)?;
    }
    Ok(())
}

/// Builds every plain index that is missing; how many.
pub(crate) fn put_back(connection: &Connection) -> Result<usize, StoreError> {
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index'")
        .map_err(fault)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(fault)?;
    let there: Vec<String> = rows.collect::<Result<_, _>>().map_err(fault)?;
    let missing: Vec<(String, String)> = plain()
        .into_iter()
        .filter(|(name, _)| !there.contains(name))
        .collect();
    for (_, sql) in &missing {
        connection.execute_batch(sql).map_err(fault)?;
    }
    Ok(missing.len())
}
