//! SQLite: one file is one district (or a few). WAL, FULL durability, one writer, a few readers.

mod exec;
pub(crate) mod indexes;
mod pool;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Broken, StoreError};

pub(crate) use exec::{each, exec, insert_many};
pub(crate) use pool::Readers;
pub(crate) use writer::Writer;

/// `user_version` of a file whose districts have been moved elsewhere ("move" in ASCII): it is kept, not used.
pub(crate) const MOVED: i64 = 0x6d6f_7665;
/// How long to wait for another process that is writing (the command line beside the server).
const BUSY: Duration = Duration::from_secs(60);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;
/// Page cache of the writer and of each reader, in KiB. Four readers and the writer stay under 80 MB; the
/// operating system's cache, which is not ours to count, holds the rest of the file.
const WRITER_CACHE_KIB: i64 = 32 * 1024;
const READER_CACHE_KIB: i64 = 8 * 1024;
/// Page cache of the writer during a large load: most pages of the indexes are touched again and again.
const LOADING_CACHE_KIB: i64 = 128 * 1024;
/// Pages in the log before it is folded into the file (64 MB): a page that a load changes many times is then
/// written to the file once.
const CHECKPOINT_PAGES: i64 = 16_000;
/// The same during a large load (256 MB).
const LOADING_CHECKPOINT_PAGES: i64 = 64_000;

/// Opens a connection for writing, creating the file if need be.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags, WRITER_CACHE_KIB)?;
    let set = |name: &str, value: &dyn rusqlite::ToSql| {
        connection.pragma_update(None, name, value).map_err(fault)
    };
    set("journal_mode", &"WAL")?;
    // FULL: the commit has reached the disk before the caller hears of it.
    set("synchronous", &"FULL")?;
    set("wal_autocheckpoint", &CHECKPOINT_PAGES)?;
    set("journal_size_limit", &(64_i64 * 1024 * 1024))?;
    Ok(connection)
}

/// Whether changes go to a log beside the file (WAL); a file that was copied or made elsewhere may have none, and only
/// a connection that is alone can begin one.
pub(crate) fn has_log(connection: &Connection) -> Result<bool, StoreError> {
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .map_err(fault)?;
    Ok(mode == "wal")
}

/// Whether the districts of the file were moved to another database.
pub(crate) fn was_moved(connection: &Connection) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("PRAGMA user_version")
        .map_err(fault)?;
    let version: i64 = statement.query_row([], |row| row.get(0)).map_err(fault)?;
    Ok(version == MOVED)
}

/// Whether a commit waits for the disk.
fn waits(connection: &Connection) -> Result<bool, StoreError> {
    const FULL: i64 = 2;
    let level: i64 = connection
        .pragma_query_value(None, "synchronous", |row| row.get(0))
        .map_err(fault)?;
    Ok(level >= FULL)
}

/// What a commit waits for: the disk (FULL), nothing but the order of what is written (NORMAL), nothing (OFF).
fn wait(connection: &Connection, level: &str) -> Result<(), StoreError> {
    connection
        .pragma_update(None, "synchronous", level)
        .map_err(fault)
}

/// What was committed so far is on the disk when this returns. The log holds what the file lacks; SQLite folds it in
/// only after it has waited for the disk itself.
pub(crate) fn wait_for_log(path: &Path) -> Result<(), StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::File::open(&log).and_then(|log| log.sync_data()) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Unavailable(format!("数据写不到磁盘：{fault}")))
        }
        _ => Ok(()),
    }
}

/// Commits do not wait for the disk: a loss of power may leave a file that cannot be read.
pub(crate) fn unwaiting(connection: &Connection) -> Result<(), StoreError> {
    wait(connection, "OFF")
}

/// Commits wait again, and what was written meanwhile is on the disk when this returns.
pub(crate) fn waiting(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    wait(connection, "FULL")?;
    let held: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(fault)?;
    // Somebody still reads: part of it lies in a log that never waited for the disk.
    if held {
        return Err(StoreError::Conflict);
    }
    let file = std::fs::File::open(path).and_then(|file| file.sync_all());
    file.map_err(|error| StoreError::Unavailable(format!("数据写不到磁盘：{error}")))
}

/// More room for a large load: in memory, and in the log.
pub(crate) fn roomier(connection: &Connection) -> Result<(), StoreError> {
    room(connection, LOADING_CACHE_KIB, LOADING_CHECKPOINT_PAGES)
}

/// The load is over: what it needed is given back.
pub(crate) fn as_usual(connection: &Connection) -> Result<(), StoreError> {
    room(connection, WRITER_CACHE_KIB, CHECKPOINT_PAGES)
}

fn room(connection: &Connection, cache_kib: i64, log_pages: i64) -> Result<(), StoreError> {
    let set = |name: &str, value: i64| connection.pragma_update(None, name, value).map_err(fault);
    set("cache_size", -cache_kib)?;
    set("wal_autocheckpoint", log_pages)
}

/// Opens a connection that cannot change anything.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    // Opened read-write: a reader of a WAL file must be able to make the shared index, and to recover the log
    // after a crash. `query_only` keeps it from changing rows.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags, READER_CACHE_KIB)?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(fault)?;
    Ok(connection)
}

/// What both kinds of connection share.
fn connect(path: &Path, flags: OpenFlags, cache_kib: i64) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(BUSY).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let set = |name: &str, value: &dyn rusqlite::ToSql| {
        connection.pragma_update(None, name, value).map_err(fault)
    };
    set("foreign_keys", &true)?;
    set("cache_size", &-cache_kib)?;
    set("temp_store", &"MEMORY")?;
    set("trusted_schema", &false)?;
    // A plan never depends on bound values: otherwise SQLite compiles many statements anew each time they are bound.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(fault)?;
    Ok(connection)
}

/// Translates SQLite's errors. Its messages name columns, never values.
pub(crate) fn fault(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return StoreError::Database(error.to_string());
    };
    let text = message.clone().unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::ConstraintViolation => StoreError::Constraint {
            broken: broken(code.extended_code),
            rule: text,
        },
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Conflict,
        ErrorCode::CannotOpen
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::PermissionDenied
        | ErrorCode::NotADatabase
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::OutOfMemory => StoreError::Unavailable(text),
        ErrorCode::ReadOnly => StoreError::ReadOnly("SQLite"),
        _ => StoreError::Database(text),
    }
}

/// Which kind of constraint an extended result code stands for.
fn broken(extended: i32) -> Broken {
    use rusqlite::ffi;
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => Broken::Unique,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Broken::ForeignKey,
        _ => Broken::Check,
    }
}
