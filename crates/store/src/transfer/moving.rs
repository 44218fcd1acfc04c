//! Moving from SQLite to PostgreSQL: copy, compare both sides row by row, switch only when they are equal.

use kernel::{DistrictCode, Scope};
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{ToSql, Type};
use rusqlite::Connection;

use super::backup::values;
use super::manifest::Layout;
use super::{DistrictMark, digest, each_row};
use crate::db::{Db, Engine, Place, place};
use crate::error::StoreError;
use crate::postgres::{self as pg, Session};
use crate::schema::{self, Kind, Target};
use crate::sqlite;
use crate::tx::Conn;

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveReport {
    /// Districts with the ends of their chains, equal on both sides.
    pub districts: Vec<DistrictMark>,
    /// Rows in all tables, equal on both sides.
    pub rows: u64,
    /// Whether the rows had been there already, from a move that was interrupted before the switch.
    pub was_there: bool,
}

/// What to do about a district that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// Nothing is copied and nothing is changed.
    Refuse,
    /// It may be the rest of an interrupted move: compare, and go on when it is equal.
    Compare,
    /// It must be: this side was marked as moved already.
    Expect,
}

impl Db {
    /// Moves every district of this SQLite file to the PostgreSQL database at `url`. Nobody can write meanwhile. When
    /// both sides are equal (counts, digests, ends of the audit chains) the file is marked as moved: the program no
    /// longer writes to it, and it stays as it is. Doing it again with what was moved already compares both sides.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] when the sides differ, and [`StoreError::Refused`] when a district is there already
    /// with other content, or row-level security would not hold for the role; then nothing is switched and PostgreSQL
    /// keeps nothing of the copy.
    pub fn move_to(&self, url: &str) -> Result<MoveReport, StoreError> {
        let Engine::Sqlite { writer, .. } = &self.0.engine else {
            return Err(StoreError::Refused(
                "只能从 SQLite 迁移到 PostgreSQL".to_owned(),
            ));
        };
        let Place::Postgres(server) = place(url)? else {
            return Err(StoreError::Refused("目标应是 postgres:// 地址".to_owned()));
        };
        let mut session = pg::connect(&server)?;
        if pg::facts(&mut session)?.bypasses {
            return Err(StoreError::Refused(
                "目标地址里的角色是超级用户或可绕过行级安全（BYPASSRLS），第二道锁不起作用：请换一个普通角色".to_owned(),
            ));
        }
        schema::migrate_postgres(&mut session, Target::Postgres)?;
        let turn = writer.begin_even_if_moved()?;
        let existing = if turn.was_moved()? {
            Existing::Expect
        } else {
            Existing::Compare
        };
        let report = copy(turn.connection()?, &mut session, existing)?;
        turn.connection()?
            .pragma_update(None, "user_version", sqlite::MOVED)
            .map_err(sqlite::fault)?;
        turn.commit()?;
        // Statistics, so that the first queries over there are planned well. A hint only.
        let _ = session.client.batch_execute("ANALYZE");
        Ok(report)
    }

    /// Whether the districts of this file were moved to another database: it is kept and no longer written to.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn was_moved(&self) -> Result<bool, StoreError> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.read(sqlite::was_moved),
            Engine::Postgres { .. } => Ok(false),
        }
    }
}

/// Copies and compares in one transaction of the target.
pub(super) fn copy(
    source: &Connection,
    target: &mut Session,
    existing: Existing,
) -> Result<MoveReport, StoreError> {
    let mut from = Conn::Sqlite(source);
    let districts = digest::districts(&mut from)?;
    let codes: Vec<DistrictCode> = districts.iter().map(|mark| mark.district).collect();
    let Some(first) = codes.first() else {
        return Err(StoreError::Refused("没有可迁移的区划".to_owned()));
    };
    target.begin(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        &Scope::system(*first),
    )?;
    let done = fill_and_compare(&mut from, target, &districts, &codes, existing);
    match done {
        Ok(report) => {
            target.commit()?;
            Ok(report)
        }
        Err(fault) => {
            target.rollback();
            Err(fault)
        }
    }
}

fn fill_and_compare(
    from: &mut Conn<'_>,
    target: &mut Session,
    districts: &[DistrictMark],
    codes: &[DistrictCode],
    existing: Existing,
) -> Result<MoveReport, StoreError> {
    let there = already_there(target, codes)?;
    let was_there = there.len() == codes.len();
    if !there.is_empty() && (existing == Existing::Refuse || !was_there) {
        let names: Vec<String> = there.iter().map(ToString::to_string).collect();
        return Err(StoreError::Refused(format!(
            "目标库中已有区划{}",
            names.join("、")
        )));
    }
    if existing == Existing::Expect && !was_there {
        return Err(StoreError::Refused(
            "本库的数据早已迁走，目标库里却没有：请写当时迁往的地址".to_owned(),
        ));
    }
    let mut rows = 0;
    for layout in Layout::all() {
        if !was_there {
            copy_table(from, target, &layout, codes)?;
        }
        let ours = digest::table(from, &layout, codes)?;
        let theirs = digest_there(target, &layout, codes)?;
        // The tenant list may hold other districts too; it is compared by the ends of the chains below.
        if layout.is_tenant() && ours != theirs {
            return Err(StoreError::Mismatch(format!(
                "表{}两边不同：这边{}行，那边{}行",
                layout.name, ours.rows, theirs.rows
            )));
        }
        rows += ours.rows;
    }
    let theirs = digest::districts(&mut Conn::Postgres(target))?;
    if !districts.iter().all(|mark| theirs.contains(mark)) {
        return Err(StoreError::Mismatch("审计链尾两边不同".to_owned()));
    }
    Ok(MoveReport {
        districts: districts.to_vec(),
        rows,
        was_there,
    })
}

fn digest_there(
    target: &mut Session,
    layout: &Layout,
    codes: &[DistrictCode],
) -> Result<super::TableMark, StoreError> {
    digest::table(&mut Conn::Postgres(target), layout, codes)
}

/// Which of the districts the target holds.
fn already_there(
    target: &mut Session,
    codes: &[DistrictCode],
) -> Result<Vec<DistrictCode>, StoreError> {
    let known = super::district_list(&mut Conn::Postgres(target))?;
    Ok(codes
        .iter()
        .filter(|code| known.iter().any(|(known, _)| known == *code))
        .copied()
        .collect())
}

/// Copies one table. Row-level security allows no `COPY` into the table itself, so the rows arrive in a temporary
/// one; no table is locked against the other districts.
fn copy_table(
    from: &mut Conn<'_>,
    target: &mut Session,
    layout: &Layout,
    codes: &[DistrictCode],
) -> Result<(), StoreError> {
    let (name, columns) = (&layout.name, layout.column_list());
    let kinds = layout.kinds()?;
    let types: Vec<Type> = kinds.iter().copied().map(wire_type).collect();
    let turns = if layout.is_tenant() {
        codes
    } else {
        codes.get(..1).unwrap_or_default()
    };
    for district in turns {
        target.rebound(&Scope::system(*district))?;
        target
            .client
            .batch_execute(&format!(
                "CREATE TEMP TABLE incoming (LIKE {name}) ON COMMIT DROP"
            ))
            .map_err(pg::fault)?;
        let writer = target
            .client
            .copy_in(&format!(
                "COPY incoming ({columns}) FROM STDIN (FORMAT binary)"
            ))
            .map_err(pg::fault)?;
        let mut writer = BinaryCopyInWriter::new(writer, &types);
        each_row(from, layout, *district, |row| {
            let values = values(row, &kinds);
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
            writer.write(&values).map_err(pg::fault)
        })?;
        writer.finish().map_err(pg::fault)?;
        // All rows in one statement: rows that point to later rows of the same table are fine.
        target
            .client
            .batch_execute(&format!(
                "INSERT INTO {name} ({columns}) SELECT {columns} FROM incoming; DROP TABLE incoming"
            ))
            .map_err(pg::fault)?;
    }
    Ok(())
}

fn wire_type(kind: Kind) -> Type {
    match kind {
        Kind::Id => Type::UUID,
        Kind::Text | Kind::Json => Type::TEXT,
        Kind::Int | Kind::Instant | Kind::Money => Type::INT8,
        Kind::Date => Type::DATE,
        Kind::Flag => Type::BOOL,
        Kind::Blob => Type::BYTEA,
    }
}
