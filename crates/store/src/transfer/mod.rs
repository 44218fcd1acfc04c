//! Whole databases on the way: backup while serving, restore into an empty place, move to PostgreSQL, keys
//! renewed. Every copy is proven equal by digest before anybody relies on it.

mod backup;
mod digest;
mod manifest;
mod moving;
mod opening;
mod restore;
mod rotate;

use rusqlite::Connection;

use kernel::{DistrictCode, Scope};

use crate::error::StoreError;
use crate::row::Row;
use crate::sqlite;
use crate::statement::Ask;
use crate::tx::Conn;
use crate::value::Value;

pub(crate) use opening::open_district;

pub use manifest::{DistrictMark, Layout, Manifest, TableMark};
pub use moving::MoveReport;
pub use restore::{inspect, restore};
pub use rotate::{RotateKeys, Rotation, rotate};

/// A district of a database, by a connection that is in the middle of a snapshot.
pub(crate) fn district_list(
    conn: &mut Conn<'_>,
) -> Result<Vec<(DistrictCode, String)>, StoreError> {
    let mut all = Vec::new();
    let ask = Ask::from(&crate::db::DISTRICTS);
    conn.each::<StoreError>(&ask, &[], |row| {
        all.push((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    Ok(all)
}

/// The rows of a table that belong to `district` (all rows of a reference table), in the order of the key.
fn each_row(
    conn: &mut Conn<'_>,
    layout: &Layout,
    district: DistrictCode,
    mut f: impl FnMut(&Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if let Conn::Postgres(session) = conn {
        session.rebound(&Scope::system(district))?;
    }
    let (filter, args) = match layout.is_tenant() {
        true => (" WHERE district = $1", vec![Value::from(district)]),
        false => ("", Vec::new()),
    };
    let sql = format!(
        "SELECT {} FROM {}{filter} ORDER BY {}",
        layout.column_list(),
        layout.name,
        layout.key.join(", ")
    );
    let lite = sql.replace("$1", "?1");
    let ask = Ask {
        name: "transfer",
        pg: &sql,
        lite: &lite,
        writes: false,
        own: &[],
    };
    conn.each(&ask, &args, |row| f(row))
}

/// The files of a SQLite database: itself, its log and the log's index.
fn sqlite_files(path: &std::path::Path) -> [std::path::PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}

/// Makes an empty file that only its owner may read: backups hold names in clear.
fn make_private(path: &std::path::Path) -> Result<std::fs::File, StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map_err(StoreError::file(path))
}

/// Opens a plain SQLite file that nobody else uses: no log beside it.
fn open_plain(path: &std::path::Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(sqlite::fault)?;
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(sqlite::fault)?;
    Ok(connection)
}

/// SQLite's own checks of a file: whole pages, and every row that is pointed to is there.
pub(crate) fn check_sqlite(path: &std::path::Path) -> Result<(), StoreError> {
    let connection = sqlite::open_reader(path)?;
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(sqlite::fault)?;
    if found != "ok" {
        return Err(StoreError::Mismatch(
            "数据库文件已损坏，请从备份恢复".to_owned(),
        ));
    }
    restore::foreign_keys(&connection)
}
