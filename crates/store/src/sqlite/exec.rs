//! Running statements on a SQLite connection.

use kernel::Date;
use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};

use super::fault;
use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::statement::Ask;
use crate::value::Value;

/// Runs a statement without rows; how many rows it changed.
pub(crate) fn exec(
    connection: &Connection,
    ask: &Ask<'_>,
    args: &[Value],
) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(ask.lite).map_err(fault)?;
    bind(&mut statement, args)?;
    statement
        .raw_execute()
        .map(|count| count as u64)
        .map_err(fault)
}

/// Runs a statement and hands each row to `f`, one at a time.
pub(crate) fn each<E: From<StoreError>>(
    connection: &Connection,
    ask: &Ask<'_>,
    args: &[Value],
    mut f: impl FnMut(&mut Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection.prepare_cached(ask.lite).map_err(fault)?;
    bind(&mut statement, args)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut row = Row::default();
    while let Some(next) = rows.next().map_err(fault)? {
        row.clear();
        for index in 0..columns {
            push(&mut row, next.get_ref(index).map_err(fault)?, index)?;
        }
        f(&mut row)?;
    }
    Ok(())
}

/// Runs an inserting statement once per row; how many rows it inserted.
pub(crate) fn insert_many(
    connection: &Connection,
    ask: &Ask<'_>,
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(ask.lite).map_err(fault)?;
    let mut count = 0;
    for row in rows {
        bind(&mut statement, &row)?;
        count += statement.raw_execute().map_err(fault)? as u64;
    }
    Ok(count)
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Value]) -> Result<(), StoreError> {
    if statement.parameter_count() != args.len() {
        let message = format!(
            "{}个参数，给了{}个",
            statement.parameter_count(),
            args.len()
        );
        return Err(StoreError::Database(message));
    }
    for (index, value) in args.iter().enumerate() {
        bind_one(statement, index + 1, value).map_err(fault)?;
    }
    Ok(())
}

fn bind_one(
    statement: &mut CachedStatement<'_>,
    index: usize,
    value: &Value,
) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, Null),
        Value::Int(value) => statement.raw_bind_parameter(index, value),
        Value::Bool(value) => statement.raw_bind_parameter(index, value),
        Value::Text(text) => statement.raw_bind_parameter(index, text),
        Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
        Value::Id(id) => statement.raw_bind_parameter(index, id.as_bytes().as_slice()),
        Value::Date(date) => {
            let text = iso(*date);
            statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(ValueRef::Text(&text)))
        }
    }
}

/// `YYYY-MM-DD` without the general formatter: bulk inserts bind several dates a row. Years outside 0–9999
/// cannot be written this way and do not occur in a legal date; they are drawn to the edge.
fn iso(date: Date) -> [u8; 10] {
    let year = date.year().clamp(0, 9999).unsigned_abs();
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    let digit = |n: u16| b'0' + u8::try_from(n % 10).unwrap_or(0);
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(u16::from(month / 10)),
        digit(u16::from(month)),
        b'-',
        digit(u16::from(day / 10)),
        digit(u16::from(day)),
    ]
}

fn push(row: &mut Row, value: ValueRef<'_>, index: usize) -> Result<(), StoreError> {
    row.push(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Text(bytes) => {
            Cell::Text(std::str::from_utf8(bytes).map_err(|_| StoreError::Column {
                index,
                wanted: "UTF-8",
            })?)
        }
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        // No column of ours is a float and no statement divides; one that does is a mistake to be seen.
        ValueRef::Real(_) => {
            return Err(StoreError::Column {
                index,
                wanted: "integer",
            });
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_written_as_iso_text() {
        for day in [
            date(2026, 2, 28),
            date(1899, 12, 31),
            date(9999, 1, 1),
            date(7, 10, 9),
        ] {
            assert_eq!(std::str::from_utf8(&iso(day)).unwrap(), day.to_string());
        }
    }
}
