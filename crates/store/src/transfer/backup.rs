//! Backup while serving: one file, the same for both databases.
//!
//! The file is a plain SQLite database followed by the manifest (JSON) and one last line with the manifest's
//! length. SQLite is copied page by page from one snapshot while writers go on; PostgreSQL is read table by table
//! in one snapshot into the same tables. The file is written beside its name and renamed when it is whole and on
//! the disk.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use kernel::DistrictCode;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use sm3::{Digest, Sm3};

use super::manifest::{FORMAT, Layout, Manifest, program_version};
use super::{digest, district_list, each_row, make_private, open_plain, sqlite_files};
use crate::actor::Actor;
use crate::db::{Db, Engine};
use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::schema::Kind;
use crate::statement::Ask;
use crate::tx::Conn;
use crate::value::Value;
use crate::{files, hex, schema, sqlite};

/// The last line: format and length of the manifest before it, always as long as this.
pub(super) const TRAILER: usize = FORMAT.len() + 1 + 12 + 1;

impl Db {
    /// Writes a backup to `file`, which must not exist. The keys are not in it: keep the key file elsewhere.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when `file` exists; [`StoreError::File`] when it cannot be written.
    pub fn backup(&self, file: &Path) -> Result<Manifest, StoreError> {
        if file.exists() {
            return Err(StoreError::Refused(format!(
                "{} 已存在，备份不会覆盖",
                file.display()
            )));
        }
        let partial = partial(file);
        let _ = std::fs::remove_file(&partial);
        // SQLite takes the empty file for an empty database.
        make_private(&partial)?;
        let made = self.copy_into(&partial).and_then(|()| self.seal(&partial));
        match made {
            Ok(manifest) => {
                std::fs::rename(&partial, file).map_err(StoreError::file(file))?;
                files::sync_folder(file)?;
                Ok(manifest)
            }
            Err(fault) => {
                for file in sqlite_files(&partial) {
                    let _ = std::fs::remove_file(file);
                }
                Err(fault)
            }
        }
    }

    /// Copies the database into a new plain SQLite file.
    fn copy_into(&self, partial: &Path) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite { path, .. } => copy_pages(&sqlite::open_reader(path)?, partial),
            Engine::Postgres { .. } => {
                let mut target = open_plain(partial)?;
                // The file is thrown away when this fails: no need to flush each step.
                target
                    .pragma_update(None, "synchronous", "OFF")
                    .map_err(sqlite::fault)?;
                schema::migrate_sqlite(&mut target)?;
                target
                    .pragma_update(None, "foreign_keys", false)
                    .map_err(sqlite::fault)?;
                // Any district will do to begin with; each table sets its own.
                let nobody = DistrictCode::parse("000000")
                    .map_err(|fault| StoreError::Refused(fault.to_string()))?;
                let begun = target.unchecked_transaction().map_err(sqlite::fault)?;
                self.read(&Actor::system(nobody), |tx| {
                    copy_rows(&mut tx.conn, &target)
                })?;
                begun.commit().map_err(sqlite::fault)
            }
        }
    }

    /// Adds the manifest and makes the file durable.
    fn seal(&self, partial: &Path) -> Result<Manifest, StoreError> {
        let connection = open_plain(partial)?;
        let mut conn = Conn::Sqlite(&connection);
        let codes: Vec<DistrictCode> = district_list(&mut conn)?
            .into_iter()
            .map(|(code, _)| code)
            .collect();
        let tables = Layout::all();
        let tables = tables
            .iter()
            .map(|layout| digest::table(&mut conn, layout, &codes))
            .collect::<Result<_, _>>()?;
        let districts = digest::districts(&mut conn)?;
        drop(connection);
        let (bytes, digest) = file_digest(partial)?;
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            made_at: self.clock().now().rfc3339(),
            schema_version: program_version(),
            districts,
            tables,
            keys: self.vault().fingerprint(),
            bytes,
            digest,
        };
        let json = serde_json::to_string(&manifest)
            .map_err(|fault| StoreError::Database(fault.to_string()))?;
        let mut file = OpenOptions::new()
            .append(true)
            .open(partial)
            .map_err(StoreError::file(partial))?;
        writeln!(file, "{json}{FORMAT} {:012}", json.len())
            .and_then(|()| file.sync_all())
            .map_err(StoreError::file(partial))?;
        Ok(manifest)
    }
}

/// Where the file grows until it is whole.
fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Copies all pages in one step: one snapshot, while writers go on in the log.
fn copy_pages(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut target = Connection::open(to).map_err(sqlite::fault)?;
    {
        let copy = Backup::new(from, &mut target).map_err(sqlite::fault)?;
        let mut tries = 100;
        while copy.step(-1).map_err(sqlite::fault)? != StepResult::Done {
            tries -= 1;
            if tries == 0 {
                return Err(StoreError::Unavailable(
                    "数据库正被占用，备份未完成".to_owned(),
                ));
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
    // The copy says "WAL" like its source; a backup is one file without a log.
    target
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(sqlite::fault)
}

/// Copies every row of every table into the same tables of `target`.
fn copy_rows(from: &mut Conn<'_>, target: &Connection) -> Result<(), StoreError> {
    let codes: Vec<DistrictCode> = district_list(from)?
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    for layout in Layout::all() {
        let marks: Vec<String> = (1..=layout.columns.len())
            .map(|n| format!("?{n}"))
            .collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            layout.name,
            layout.column_list(),
            marks.join(", ")
        );
        let insert = Ask {
            name: "backup",
            pg: "",
            lite: &sql,
            writes: true,
            own: &[],
        };
        let kinds = layout.kinds()?;
        let turns = if layout.is_tenant() {
            codes.as_slice()
        } else {
            codes.get(..1).unwrap_or_default()
        };
        for district in turns {
            each_row(from, &layout, *district, |row| {
                sqlite::exec(target, &insert, &values(row, &kinds)).map(|_| ())
            })?;
        }
    }
    Ok(())
}

/// A row's values, to be bound again. Only the kind of its column tells an id from other bytes.
pub(super) fn values(row: &Row, kinds: &[Kind]) -> Vec<Value> {
    let cells = (0..).map_while(|index| row.cell(index));
    cells
        .zip(kinds)
        .map(|(cell, kind)| match cell {
            Cell::Null => Value::Null,
            Cell::Bytes(bytes) if *kind == Kind::Id => {
                cell.id().map_or_else(|| Value::from(bytes), Value::Id)
            }
            Cell::Int(value) => Value::Int(value),
            Cell::Bool(value) => Value::Bool(value),
            Cell::Id(value) => Value::Id(value),
            Cell::Date(value) => Value::Date(value),
            Cell::Text(text) => Value::Text(text.to_owned()),
            Cell::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        })
        .collect()
}

/// Length and SM3 of a file, read in pieces.
fn file_digest(path: &Path) -> Result<(u64, String), StoreError> {
    let mut file = File::open(path).map_err(StoreError::file(path))?;
    let (mut digest, mut bytes, mut buffer) = (Sm3::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer).map_err(StoreError::file(path))?;
        if count == 0 {
            return Ok((bytes, hex::encode(&digest.finalize())));
        }
        digest.update(buffer.get(..count).unwrap_or_default());
        bytes += count as u64;
    }
}
