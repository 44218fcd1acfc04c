//! The content of a table as one number, the same on both databases.
//!
//! Rows in the order of the key; of each row, its columns in order as netstrings (`length:bytes,`, `-,` for
//! NULL): text as it is, numbers in decimal, ids in lower case with hyphens, dates as `YYYY-MM-DD`, flags as 0 or
//! 1, bytes as they are. SM3 over all of it.

use kernel::DistrictCode;
use sm3::{Digest, Sm3};

use super::{DistrictMark, Layout, TableMark, district_list, each_row};
use crate::audit;
use crate::audit::chain::Hash;
use crate::error::StoreError;
use crate::hex;
use crate::row::{Cell, Row};
use crate::schema::Kind;
use crate::statement::Ask;
use crate::tx::Conn;
use crate::value::Value;

/// Digest of one table, over its rows in `districts`.
pub(super) fn table(
    conn: &mut Conn<'_>,
    layout: &Layout,
    districts: &[DistrictCode],
) -> Result<TableMark, StoreError> {
    let mut summer = Summer::new(layout.kinds()?);
    // A reference table has no district: read once.
    let turns = if layout.is_tenant() {
        districts
    } else {
        districts.get(..1).unwrap_or_default()
    };
    for district in turns {
        each_row(conn, layout, *district, |row| summer.add(row))?;
    }
    Ok(summer.finish(layout))
}

/// The districts and the ends of their chains.
pub(super) fn districts(conn: &mut Conn<'_>) -> Result<Vec<DistrictMark>, StoreError> {
    let mut marks = Vec::new();
    for (district, name) in district_list(conn)? {
        if let Conn::Postgres(session) = conn {
            session.rebound(&kernel::Scope::system(district))?;
        }
        let mut mark = DistrictMark {
            district,
            name,
            audit_seq: 0,
            audit_hash: String::new(),
        };
        conn.each::<StoreError>(&Ask::from(&audit::HEAD), &[Value::from(district)], |row| {
            mark.audit_seq = row.get(0)?;
            mark.audit_hash = hex::encode(&row.get::<Hash>(1)?);
            Ok(())
        })?;
        marks.push(mark);
    }
    Ok(marks)
}

/// Adds up rows.
pub(super) struct Summer {
    kinds: Vec<Kind>,
    digest: Sm3,
    rows: u64,
    line: Vec<u8>,
}

impl Summer {
    pub(super) fn new(kinds: Vec<Kind>) -> Self {
        Self {
            kinds,
            digest: Sm3::new(),
            rows: 0,
            line: Vec::new(),
        }
    }

    /// One row.
    pub(super) fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        self.line.clear();
        for (index, kind) in self.kinds.iter().enumerate() {
            let cell = row.cell(index).ok_or(StoreError::Column {
                index,
                wanted: kind.token(),
            })?;
            put(cell, *kind, &mut self.line).ok_or(StoreError::Column {
                index,
                wanted: kind.token(),
            })?;
        }
        self.digest.update(&self.line);
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(self, layout: &Layout) -> TableMark {
        TableMark {
            layout: layout.clone(),
            rows: self.rows,
            digest: hex::encode(&self.digest.finalize()),
        }
    }
}

/// One value; `None` when it is not of its kind.
fn put(cell: Cell<'_>, kind: Kind, line: &mut Vec<u8>) -> Option<()> {
    let mut text = |bytes: &[u8]| {
        line.extend_from_slice(bytes.len().to_string().as_bytes());
        line.push(b':');
        line.extend_from_slice(bytes);
        line.push(b',');
        Some(())
    };
    match (kind, cell) {
        (_, Cell::Null) => {
            line.extend_from_slice(b"-,");
            Some(())
        }
        (Kind::Id, cell) => {
            let mut buffer = [0; 36];
            text(cell.id()?.hyphenated().encode_lower(&mut buffer).as_bytes())
        }
        (Kind::Text | Kind::Json | Kind::Date, Cell::Text(value)) => text(value.as_bytes()),
        (Kind::Date, Cell::Date(day)) => text(day.to_string().as_bytes()),
        (Kind::Int | Kind::Instant | Kind::Money, Cell::Int(value)) => {
            text(value.to_string().as_bytes())
        }
        (Kind::Flag, Cell::Int(value @ (0 | 1))) => text(value.to_string().as_bytes()),
        (Kind::Flag, Cell::Bool(value)) => text(if value { b"1" } else { b"0" }),
        (Kind::Blob, Cell::Bytes(bytes)) => text(bytes),
        _ => None,
    }
}
