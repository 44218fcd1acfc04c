//! Indexes that are built after a large load instead of during it.
//!
//! Putting 200,000 rows into an index in the order of arrival costs several times as much as sorting them once at
//! the end. While an index is away, statements that would use it read the table instead: right, but slow. An index
//! that is missing when the file is opened (the load was killed) is built then.

use std::collections::{BTreeMap, HashSet};

use rusqlite::Connection;

use super::fault;
use crate::error::StoreError;
use crate::schema::{MIGRATIONS, Target, render};

/// Names of the plain indexes that the migrations leave behind. Unique ones are rules and are never away. Asked at
/// every start, so read from the lines of the files without rendering them.
fn names() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for line in MIGRATIONS.iter().flat_map(|one| one.source.lines()) {
        if let Some(dropped) = line.strip_prefix("DROP INDEX ") {
            all.retain(|name| *name != dropped.trim_end_matches(';'));
        } else if let Some(rest) = line.strip_prefix("CREATE INDEX ") {
            all.extend(rest.split_whitespace().next());
        }
    }
    all
}

/// The statement that makes each; of a name that was dropped and made anew, the last.
fn plain() -> BTreeMap<String, String> {
    let names = names();
    let name = |sql: &str| {
        let name = sql.strip_prefix("CREATE INDEX ")?.split_whitespace().next();
        name.filter(|name| names.contains(name)).map(str::to_owned)
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
        if !plain.contains_key(*name) {
            return Err(StoreError::Refused(format!("{name} 不是可以暂停的索引")));
        }
        connection
            .execute_batch(&format!("DROP INDEX IF EXISTS {name}"))
            .map_err(fault)?;
    }
    Ok(())
}

/// Names of the plain indexes that are away.
pub(crate) fn missing(connection: &Connection) -> Result<Vec<&'static str>, StoreError> {
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index'")
        .map_err(fault)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(fault)?;
    let there: HashSet<String> = rows.collect::<Result<_, _>>().map_err(fault)?;
    let mut names = names();
    names.retain(|name| !there.contains(*name));
    Ok(names)
}

/// Builds every plain index that is missing; how many.
pub(crate) fn put_back(connection: &Connection) -> Result<usize, StoreError> {
    let missing = missing(connection)?;
    if missing.is_empty() {
        return Ok(0);
    }
    let plain = plain();
    for sql in missing.iter().filter_map(|name| plain.get(*name)) {
        connection.execute_batch(sql).map_err(fault)?;
    }
    Ok(missing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plain_index_of_the_schema_is_known() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::schema::migrate_sqlite(&mut connection).unwrap();
        let mut statement = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX %' ORDER BY name")
            .unwrap();
        let there = statement.query_map([], |row| row.get(0)).unwrap();
        let there: Vec<String> = there.collect::<Result<_, _>>().unwrap();
        let mut known = names();
        known.sort_unstable();
        assert_eq!(known, there);
        let made = plain();
        assert_eq!(made.keys().cloned().collect::<Vec<_>>(), there);
        // Each is what the schema left behind, not what stood there before.
        for (name, sql) in made {
            let left: String = connection
                .query_row(
                    "SELECT sql FROM sqlite_schema WHERE name = ?1",
                    [&name],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(sql, left);
        }
    }
}
