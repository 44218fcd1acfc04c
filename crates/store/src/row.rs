//! Rows as the program reads them, the same from both databases.

use kernel::{Date, DistrictCode, Fen, Instant, OrgPath};
use uuid::Uuid;

use crate::error::StoreError;

/// One row. Texts and bytes of all columns share two buffers, so a streamed row costs no allocation.
#[derive(Debug, Clone, Default)]
pub struct Row {
    text: String,
    blob: Vec<u8>,
    slots: Vec<Slot>,
}

/// Where a column's value lies.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Null,
    Int(i64),
    Bool(bool),
    Id(Uuid),
    Date(Date),
    Text(usize, usize),
    Bytes(usize, usize),
}

/// One column's value, borrowed from its row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'r> {
    /// `NULL`.
    Null,
    /// Integers of any width.
    Int(i64),
    /// A flag (PostgreSQL only; SQLite gives [`Cell::Int`]).
    Bool(bool),
    /// An id (PostgreSQL only; SQLite gives its 16 [`Cell::Bytes`]).
    Id(Uuid),
    /// A date (PostgreSQL only; SQLite gives [`Cell::Text`]).
    Date(Date),
    /// Text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
}

impl Cell<'_> {
    /// Reads an id from an `{id}` column of either database.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Cell::Id(id) => Some(id),
            Cell::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

impl Row {
    /// The value at `index` (from 0) as `T`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when there is no such column or it holds something else; `NULL` is only read
    /// by `Option<T>`.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, StoreError> {
        self.cell(index)
            .and_then(T::from_cell)
            .ok_or(StoreError::Column {
                index,
                wanted: std::any::type_name::<T>(),
            })
    }

    /// The text at `index` without copying it.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it is not text (or is `NULL`).
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        match self.cell(index) {
            Some(Cell::Text(text)) => Ok(text),
            _ => Err(StoreError::Column {
                index,
                wanted: "text",
            }),
        }
    }

    /// The bytes at `index` without copying them; `None` for `NULL`.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it is neither.
    pub fn bytes(&self, index: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.cell(index) {
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Cell::Null) => Ok(None),
            _ => Err(StoreError::Column {
                index,
                wanted: "bytes",
            }),
        }
    }

    /// The raw value at `index`, if there is such a column.
    pub fn cell(&self, index: usize) -> Option<Cell<'_>> {
        Some(match *self.slots.get(index)? {
            Slot::Null => Cell::Null,
            Slot::Int(value) => Cell::Int(value),
            Slot::Bool(value) => Cell::Bool(value),
            Slot::Id(value) => Cell::Id(value),
            Slot::Date(value) => Cell::Date(value),
            Slot::Text(from, to) => Cell::Text(self.text.get(from..to)?),
            Slot::Bytes(from, to) => Cell::Bytes(self.blob.get(from..to)?),
        })
    }

    /// How many columns it has.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it has no column.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Empties the row for the next one, keeping its buffers.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.blob.clear();
        self.slots.clear();
    }

    /// The row itself; what stays behind has room for another of its size.
    pub(crate) fn take(&mut self) -> Self {
        let next = Self {
            text: String::with_capacity(self.text.len()),
            blob: Vec::with_capacity(self.blob.len()),
            slots: Vec::with_capacity(self.slots.len()),
        };
        std::mem::replace(self, next)
    }

    /// Appends a column.
    pub(crate) fn push(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Null => Slot::Null,
            Cell::Int(value) => Slot::Int(value),
            Cell::Bool(value) => Slot::Bool(value),
            Cell::Id(value) => Slot::Id(value),
            Cell::Date(value) => Slot::Date(value),
            Cell::Text(text) => {
                let from = self.text.len();
                self.text.push_str(text);
                Slot::Text(from, self.text.len())
            }
            Cell::Bytes(bytes) => {
                let from = self.blob.len();
                self.blob.extend_from_slice(bytes);
                Slot::Bytes(from, self.blob.len())
            }
        };
        self.slots.push(slot);
    }
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// The value, or `None` when the column holds something else.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

impl FromValue for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value),
            _ => None,
        }
    }
}

/// Narrow integers: read as `i64` and checked.
macro_rules! narrow {
    ($($type:ty),*) => {$(
        impl FromValue for $type {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                i64::from_cell(cell).and_then(|value| value.try_into().ok())
            }
        }
    )*};
}
narrow!(i32, u32, u64, u16, u8, usize);

impl FromValue for bool {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bool(value) => Some(value),
            Cell::Int(0) => Some(false),
            Cell::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromValue for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl FromValue for Uuid {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        cell.id()
    }
}

impl FromValue for Date {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Date(date) => Some(date),
            Cell::Text(text) => parse_date(text),
            _ => None,
        }
    }
}

/// Exactly `YYYY-MM-DD`; a general date parser would accept more than we ever store.
fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    Date::new(
        text.get(..4)?.parse().ok()?,
        text.get(5..7)?.parse().ok()?,
        text.get(8..)?.parse().ok()?,
    )
    .ok()
}

impl FromValue for Instant {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(Instant::from_ms)
    }
}

impl FromValue for Fen {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(Fen)
    }
}

impl FromValue for DistrictCode {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::parse(text).ok(),
            _ => None,
        }
    }
}

impl FromValue for OrgPath {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::parse(text).ok(),
            _ => None,
        }
    }
}

impl FromValue for serde_json::Value {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_values_and_refuse_others() {
        let mut row = Row::default();
        for cell in [
            Cell::Text("王𠅤"),
            Cell::Null,
            Cell::Int(7),
            Cell::Bytes(&[1, 2]),
            Cell::Text("2026-02-28"),
        ] {
            row.push(cell);
        }
        assert_eq!(row.get::<String>(0).unwrap(), "王𠅤");
        assert_eq!(row.get::<Option<String>>(1).unwrap(), None);
        assert!(row.get::<String>(1).is_err(), "NULL is no text");
        assert_eq!(row.get::<u8>(2).unwrap(), 7);
        assert!(row.get::<bool>(2).is_err(), "7 is no flag");
        assert_eq!(row.bytes(3).unwrap(), Some([1, 2].as_slice()));
        assert_eq!(row.get::<Date>(4).unwrap(), jiff::civil::date(2026, 2, 28));
        assert!(row.get::<i64>(9).is_err(), "no such column");
        assert!(row.get::<Uuid>(3).is_err(), "two bytes are no id");
    }

    #[test]
    fn an_id_is_read_from_either_form_but_never_from_text() {
        let id = Uuid::from_u128(0x0190_a1b2_c3d4_7000_8000_0000_0000_000f);
        let text = id.to_string();
        let mut row = Row::default();
        for cell in [
            Cell::Id(id),
            Cell::Bytes(id.as_bytes()),
            Cell::Text(&text),
            Cell::Null,
        ] {
            row.push(cell);
        }
        assert_eq!(row.get::<Uuid>(0).unwrap(), id);
        assert_eq!(row.get::<Uuid>(1).unwrap(), id);
        assert!(row.get::<Uuid>(2).is_err(), "a text column");
        assert_eq!(row.get::<Option<Uuid>>(3).unwrap(), None);
    }

    #[test]
    fn dates_are_read_strictly() {
        for bad in [
            "2026-2-28",
            "2026-02-29",
            "20260228",
            "2026/02/28",
            "二〇二六",
            "2026-02-28 ",
        ] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }
}
