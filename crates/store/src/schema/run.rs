//! Applies migrations, each in a transaction of its own, and refuses a database from the future.

use super::{MIGRATIONS, Migration, Target, render};
use crate::error::StoreError;
use crate::{postgres as pg, sqlite};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration \
    (version bigint NOT NULL PRIMARY KEY, name text NOT NULL, digest text NOT NULL)";
const APPLIED: &str = "SELECT version, digest FROM schema_migration ORDER BY version";

/// Digest of a migration's text, to notice one that was edited after it had been applied.
fn digest(migration: &Migration, target: Target) -> &'static str {
    let [sqlite, postgres] = migration.digests;
    match target {
        Target::Sqlite => sqlite,
        Target::Postgres | Target::PostgresPartitioned => postgres,
    }
}

/// Compares what is applied with what the program knows; the steps still to do.
fn pending(
    applied: &[(i64, String)],
    target: Target,
) -> Result<Vec<&'static Migration>, StoreError> {
    let known = |version| {
        MIGRATIONS
            .iter()
            .find(|migration| migration.version == version)
    };
    for (version, found) in applied {
        match known(*version) {
            None => {
                return Err(StoreError::Schema(format!(
                    "数据库由更新的程序升级到第{version}步，请使用新版程序打开"
                )));
            }
            Some(migration) if digest(migration, target) != found.as_str() => {
                return Err(StoreError::Schema(format!(
                    "数据库由尚未发布的早期版本建立（第{version}步 {} 与程序不同），本版程序不能打开，请重新建库",
                    migration.name
                )));
            }
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS
        .iter()
        .filter(|m| !applied.iter().any(|(version, _)| *version == m.version))
        .collect())
}

/// Whether a SQLite database has taken every step there is.
pub(crate) fn is_current(connection: &rusqlite::Connection) -> Result<bool, StoreError> {
    Ok(begun(connection)? && pending(&applied(connection)?, Target::Sqlite)?.is_empty())
}

fn begun(connection: &rusqlite::Connection) -> Result<bool, StoreError> {
    connection
        .table_exists(None, "schema_migration")
        .map_err(sqlite::fault)
}

/// Refuses a SQLite file that this program never made anything in.
pub(crate) fn is_ours(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    if begun(connection)? {
        Ok(())
    } else {
        Err(not_ours())
    }
}

/// Refuses a SQLite database that has steps to take yet.
pub(crate) fn must_be_current(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    up_to_date(&pending(&applied(connection)?, Target::Sqlite)?)
}

/// Refuses a PostgreSQL database that this program never made anything in.
pub(crate) fn is_ours_postgres(session: &mut pg::Session) -> Result<(), StoreError> {
    let row = session
        .client
        .query_one("SELECT to_regclass('schema_migration') IS NOT NULL", &[])
        .map_err(pg::fault)?;
    if row.try_get(0).map_err(pg::fault)? {
        Ok(())
    } else {
        Err(not_ours())
    }
}

/// Refuses a PostgreSQL database that has steps to take yet.
pub(crate) fn must_be_current_postgres(
    session: &mut pg::Session,
    target: Target,
) -> Result<(), StoreError> {
    let rows = session.client.query(APPLIED, &[]).map_err(pg::fault)?;
    up_to_date(&pending(&applied_postgres(&rows)?, target)?)
}

fn not_ours() -> StoreError {
    StoreError::Schema(
        "库里没有娘家的数据表，是空的或是别的库。没有改动；请核对数据库地址，确已丢失时从备份恢复（niangjia restore）"
            .to_owned(),
    )
}

fn up_to_date(pending: &[&'static Migration]) -> Result<(), StoreError> {
    if pending.is_empty() {
        return Ok(());
    }
    Err(StoreError::Schema(format!(
        "还有{}步没有升级；启动一次服务（niangjia serve）会自动升级",
        pending.len()
    )))
}

fn applied_postgres(rows: &[postgres::Row]) -> Result<Vec<(i64, String)>, StoreError> {
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<Vec<_>, postgres::Error>>()
        .map_err(pg::fault)
}

fn applied(connection: &rusqlite::Connection) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = connection.prepare(APPLIED).map_err(sqlite::fault)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(sqlite::fault)?;
    rows.collect::<Result<_, _>>().map_err(sqlite::fault)
}

/// Brings a SQLite database up to date.
pub(crate) fn migrate_sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    // Immediate: of two programs that start together, one migrates and the other finds it done.
    let tx = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(sqlite::fault)?;
    tx.execute_batch(&format!("{TABLE} STRICT").replace("bigint", "INTEGER"))
        .map_err(sqlite::fault)?;
    for migration in pending(&applied(&tx)?, Target::Sqlite)? {
        for sql in render(migration.source, Target::Sqlite) {
            tx.execute_batch(&sql)
                .map_err(|fault| step_failed(migration, &sqlite::fault(fault)))?;
        }
        tx.execute(
            "INSERT INTO schema_migration (version, name, digest) VALUES (?1, ?2, ?3)",
            (
                migration.version,
                migration.name,
                digest(migration, Target::Sqlite),
            ),
        )
        .map_err(sqlite::fault)?;
    }
    tx.commit().map_err(sqlite::fault)
}

/// Brings a PostgreSQL database up to date.
pub(crate) fn migrate_postgres(
    session: &mut pg::Session,
    target: Target,
) -> Result<(), StoreError> {
    let mut tx = session.client.transaction().map_err(pg::fault)?;
    // Of two programs that start together, one migrates and the other waits here ("niangjia" in ASCII).
    tx.execute("SELECT pg_advisory_xact_lock(7955997343536015713)", &[])
        .map_err(pg::fault)?;
    tx.batch_execute(TABLE).map_err(pg::fault)?;
    let rows = tx.query(APPLIED, &[]).map_err(pg::fault)?;
    for migration in pending(&applied_postgres(&rows)?, target)? {
        for sql in render(migration.source, target) {
            tx.batch_execute(&sql)
                .map_err(|fault| step_failed(migration, &pg::fault(fault)))?;
        }
        tx.execute(
            "INSERT INTO schema_migration (version, name, digest) VALUES ($1, $2, $3)",
            &[
                &migration.version,
                &migration.name,
                &digest(migration, target),
            ],
        )
        .map_err(pg::fault)?;
    }
    tx.commit().map_err(pg::fault)
}

fn step_failed(migration: &Migration, fault: &StoreError) -> StoreError {
    StoreError::Schema(format!(
        "第{}步（{}）未能执行：{fault}",
        migration.version, migration.name
    ))
}
