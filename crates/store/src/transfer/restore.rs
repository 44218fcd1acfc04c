//! Restore into an empty place, verified before it is there.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Clock, DistrictCode, IdSource};
use rusqlite::Connection;
use sm3::{Digest, Sm3};

use super::backup::TRAILER;
use super::manifest::{EARLY, FORMAT, Manifest, program_version};
use super::{digest, make_private, moving, open_plain, opening, sqlite_files};
use crate::audit::verify;
use crate::db::{Db, Place, StoreConfig, place};
use crate::error::StoreError;
use crate::tx::Conn;
use crate::vault::Vault;
use crate::{files, hex, postgres as pg, schema, sqlite};

/// Reads a backup's manifest without restoring it.
///
/// # Errors
/// [`StoreError::Mismatch`] when the file is no backup or is cut short; [`StoreError::Schema`] when it was made before
/// the first release.
pub fn inspect(file: &Path) -> Result<Manifest, StoreError> {
    let mut source = File::open(file).map_err(StoreError::file(file))?;
    let no_backup = || StoreError::Mismatch(format!("{} 不是完整的备份文件", file.display()));
    let length = source.metadata().map_err(StoreError::file(file))?.len();
    let trailer_at = length.checked_sub(TRAILER as u64).ok_or_else(no_backup)?;
    let trailer = read_text(&mut source, trailer_at, TRAILER).ok_or_else(no_backup)?;
    if trailer.starts_with(EARLY) {
        return Err(StoreError::Schema(
            "备份由尚未发布的早期版本生成，本版程序不能恢复".to_owned(),
        ));
    }
    let json_length: u64 = trailer
        .strip_prefix(FORMAT)
        .and_then(|rest| rest.trim().parse().ok())
        .ok_or_else(no_backup)?;
    let json_at = trailer_at.checked_sub(json_length).ok_or_else(no_backup)?;
    let json = usize::try_from(json_length)
        .ok()
        .filter(|length| *length < 1 << 24)
        .ok_or_else(no_backup)?;
    let json = read_text(&mut source, json_at, json).ok_or_else(no_backup)?;
    let manifest: Manifest = serde_json::from_str(&json).map_err(|_| no_backup())?;
    let plain = manifest.tables.iter().all(|table| table.layout.is_plain());
    if manifest.format != FORMAT || manifest.bytes != json_at || !plain {
        return Err(no_backup());
    }
    Ok(manifest)
}

fn read_text(source: &mut File, at: u64, length: usize) -> Option<String> {
    let mut bytes = vec![0; length];
    source.seek(SeekFrom::Start(at)).ok()?;
    source.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// Restores a backup of either database into an empty place of either kind: a SQLite file that does not exist yet,
/// or a PostgreSQL database that holds none of its districts. Everything is checked first: the file's digest,
/// every table's rows and digest, foreign keys, and every audit chain with its end.
///
/// # Errors
/// [`StoreError::Refused`] when the place is not empty or the keys are others; [`StoreError::Mismatch`] when
/// anything differs from the manifest; [`StoreError::Schema`] when it was made by a newer program.
pub fn restore(
    file: &Path,
    config: &StoreConfig,
    vault: Vault,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> Result<(Db, Manifest), StoreError> {
    let manifest = inspect(file)?;
    if manifest.schema_version > program_version() {
        return Err(StoreError::Schema(
            "备份由更新的程序生成，请使用新版程序恢复".to_owned(),
        ));
    }
    if manifest.keys != vault.fingerprint() {
        return Err(StoreError::Refused(
            "密钥与备份时的不同：加密字段将无法解开，请先取回原密钥文件".to_owned(),
        ));
    }
    match place(&config.url)? {
        Place::Sqlite(path) => {
            if sqlite_files(&path).iter().any(|file| file.exists()) {
                return Err(StoreError::Refused(format!(
                    "{} 已存在，恢复只能写入空位置",
                    path.display()
                )));
            }
            let partial = unpacked(file, &manifest, &path)?;
            if let Err(fault) = verified(&partial, &manifest, &vault) {
                remove(&partial);
                return Err(fault);
            }
            std::fs::rename(&partial, &path).map_err(StoreError::file(&path))?;
            files::sync_folder(&path)?;
        }
        Place::Postgres(server) => {
            let partial = unpacked(file, &manifest, &own_place(config))?;
            let done = verified(&partial, &manifest, &vault)
                .and_then(|()| into_postgres(&partial, &server));
            remove(&partial);
            done?;
        }
    }
    let db = Db::open(config, vault, clock, ids)?;
    // The anchors came with the backup; the file beside them is written for the new place.
    db.write_all_anchors()?;
    Ok((db, manifest))
}

/// Where a backup is unpacked on its way to a server: beside the anchors, in the folder that is this program's alone, where
/// the next restoration finds and removes what a kill left.
fn own_place(config: &StoreConfig) -> PathBuf {
    match &config.anchor_file {
        Some(file) => file.with_extension("backup"),
        None => std::env::temp_dir().join(format!("niangjia-restore-{}", std::process::id())),
    }
}

fn remove(path: &Path) {
    for file in sqlite_files(path) {
        let _ = std::fs::remove_file(file);
    }
}

/// Copies the database part beside its future place and compares its digest.
fn unpacked(file: &Path, manifest: &Manifest, place: &Path) -> Result<PathBuf, StoreError> {
    let mut name = place.as_os_str().to_owned();
    name.push(".restoring");
    let partial = PathBuf::from(name);
    remove(&partial);
    let mut source = File::open(file)
        .map_err(StoreError::file(file))?
        .take(manifest.bytes);
    let mut target = make_private(&partial)?;
    let (mut digest, mut buffer) = (Sm3::new(), vec![0; 1 << 16]);
    loop {
        let count = source.read(&mut buffer).map_err(StoreError::file(file))?;
        if count == 0 {
            break;
        }
        let piece = buffer.get(..count).unwrap_or_default();
        digest.update(piece);
        target
            .write_all(piece)
            .map_err(StoreError::file(&partial))?;
    }
    target.sync_all().map_err(StoreError::file(&partial))?;
    if hex::encode(&digest.finalize()) == manifest.digest {
        return Ok(partial);
    }
    remove(&partial);
    Err(StoreError::Mismatch("备份文件内容与其摘要不符".to_owned()))
}

/// Compares the unpacked database with the manifest, opens everything sealed in it and checks its chains.
fn verified(path: &Path, manifest: &Manifest, vault: &Vault) -> Result<(), StoreError> {
    let connection = open_plain(path)?;
    let broken: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(sqlite::fault)?;
    if broken != "ok" {
        return Err(StoreError::Mismatch("数据库文件已损坏".to_owned()));
    }
    foreign_keys(&connection)?;
    let mut conn = Conn::Sqlite(&connection);
    let districts = digest::districts(&mut conn)?;
    if districts != manifest.districts {
        return Err(StoreError::Mismatch("区划或审计链尾与清单不符".to_owned()));
    }
    let codes: Vec<DistrictCode> = districts.iter().map(|mark| mark.district).collect();
    for mark in &manifest.tables {
        if digest::table(&mut conn, &mark.layout, &codes)? != *mark {
            return Err(StoreError::Mismatch(format!(
                "表{}的内容与清单不符",
                mark.layout.name
            )));
        }
    }
    let layouts = manifest.tables.iter().map(|mark| &mark.layout);
    opening::open_all(&mut conn, vault, layouts, &codes)?;
    for district in codes {
        if let Some(fault) = verify::check_connection(&mut conn, district)? {
            return Err(StoreError::Mismatch(format!(
                "{district}的审计日志：{fault}"
            )));
        }
    }
    Ok(())
}

/// Every row that is pointed to is there.
pub(super) fn foreign_keys(connection: &Connection) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare("PRAGMA foreign_key_check")
        .map_err(sqlite::fault)?;
    let mut rows = statement.query([]).map_err(sqlite::fault)?;
    match rows.next().map_err(sqlite::fault)? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0).map_err(sqlite::fault)?;
            Err(StoreError::Mismatch(format!(
                "表{table}中有记录指向不存在的记录"
            )))
        }
    }
}

/// Brings the unpacked database up to date and copies it into PostgreSQL.
fn into_postgres(path: &Path, server: &pg::Server) -> Result<(), StoreError> {
    let mut connection = open_plain(path)?;
    schema::migrate_sqlite(&mut connection)?;
    let mut session = pg::connect(server)?;
    schema::migrate_postgres(&mut session, schema::Target::Postgres)?;
    moving::copy(&connection, &mut session, moving::Existing::Refuse).map(|_| ())
}
