//! Values to and from PostgreSQL's binary form, following the server's own types.

use bytes::{BufMut, BytesMut};
use jiff::civil::{Date, date};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::value::Value;

/// PostgreSQL counts dates from here.
const EPOCH: Date = date(2000, 1, 1);

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(value) => put_int(*value, ty, out)?,
            Value::Bool(value) => match *ty {
                Type::BOOL => out.put_u8(u8::from(*value)),
                _ => put_int(i64::from(*value), ty, out)?,
            },
            Value::Text(text) => put_text(text, ty, out)?,
            Value::Bytes(bytes) if *ty == Type::BYTEA => out.extend_from_slice(bytes),
            Value::Id(id) if *ty == Type::UUID => out.extend_from_slice(id.as_bytes()),
            Value::Date(day) => match *ty {
                Type::DATE => out.put_i32(days(*day)?),
                _ => put_text(&day.to_string(), ty, out)?,
            },
            Value::Bytes(_) => return Err(mismatch("bytes", ty)),
            // SQLite cannot tell and would find nothing, or refuse the row: an id in a text column is bound as text.
            Value::Id(_) => return Err(mismatch("an id", ty)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn mismatch(what: &str, ty: &Type) -> Fault {
    format!("{what} cannot be bound where the server expects {ty}").into()
}

fn put_int(value: i64, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *ty {
        Type::INT8 => out.put_i64(value),
        Type::INT4 => out.put_i32(value.try_into()?),
        Type::INT2 => out.put_i16(value.try_into()?),
        Type::BOOL if value == 0 || value == 1 => out.put_u8(u8::from(value == 1)),
        _ => return Err(mismatch("an integer", ty)),
    }
    Ok(())
}

fn put_text(text: &str, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *ty {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
            out.extend_from_slice(text.as_bytes())
        }
        Type::DATE => out.put_i32(days(text.parse()?)?),
        _ => return Err(mismatch("text", ty)),
    }
    Ok(())
}

/// Days since 2000-01-01.
fn days(day: Date) -> Result<i32, Fault> {
    Ok(EPOCH.until(day)?.get_days())
}

/// The date that many days after 2000-01-01.
fn date_from_days(days: i32) -> Option<Date> {
    EPOCH
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

/// A column's bytes as the server sent them.
struct Raw<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Fault> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Copies a server row into `row`.
pub(super) fn fill(row: &mut Row, from: &postgres::Row) -> Result<(), StoreError> {
    row.clear();
    for (index, column) in from.columns().iter().enumerate() {
        let raw: Option<Raw<'_>> = from.try_get(index).map_err(super::fault)?;
        let ty = column.type_();
        let cell = match raw {
            None => Cell::Null,
            Some(Raw(bytes)) => cell(bytes, ty).ok_or(StoreError::Column {
                index,
                wanted: "text",
            })?,
        };
        row.push(cell);
    }
    Ok(())
}

fn cell<'r>(bytes: &'r [u8], ty: &Type) -> Option<Cell<'r>> {
    Some(match *ty {
        Type::INT8 => Cell::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::INT4 => Cell::Int(i64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
        Type::INT2 => Cell::Int(i64::from(i16::from_be_bytes(bytes.try_into().ok()?))),
        Type::OID => Cell::Int(i64::from(u32::from_be_bytes(bytes.try_into().ok()?))),
        Type::NUMERIC => Cell::Int(whole_number(bytes)?),
        Type::BOOL => Cell::Bool(*bytes.first()? != 0),
        Type::UUID => Cell::Id(uuid::Uuid::from_slice(bytes).ok()?),
        Type::DATE => Cell::Date(date_from_days(i32::from_be_bytes(bytes.try_into().ok()?))?),
        Type::BYTEA => Cell::Bytes(bytes),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
            Cell::Text(std::str::from_utf8(bytes).ok()?)
        }
        _ => return None,
    })
}

/// A `numeric` without fraction, which is what `SUM` of a bigint column is: count of base-10000 digits, weight
/// of the first, sign, scale, digits; each 16 bits.
fn whole_number(bytes: &[u8]) -> Option<i64> {
    let mut words = bytes
        .chunks_exact(2)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(i16::from_be_bytes);
    let (count, weight, sign, _scale) =
        (words.next()?, words.next()?, words.next()?, words.next()?);
    let mut value: i64 = 0;
    for place in 0..=i32::from(weight) {
        let digit = if place < i32::from(count) {
            i64::from(words.next()?)
        } else {
            0
        };
        value = value.checked_mul(10_000)?.checked_add(digit)?;
    }
    if words.any(|fraction| fraction != 0) {
        return None;
    }
    match sign {
        0 => Some(value),
        0x4000 => value.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(words: &[i16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn sums_are_read_as_whole_numbers() {
        assert_eq!(whole_number(&numeric(&[0, 0, 0, 0])), Some(0));
        assert_eq!(
            whole_number(&numeric(&[2, 1, 0, 0, 12, 3456])),
            Some(123_456)
        );
        assert_eq!(
            whole_number(&numeric(&[1, 2, 0x4000, 0, 5])),
            Some(-500_000_000)
        );
        assert_eq!(
            whole_number(&numeric(&[2, 0, 0, 2, 1, 5000])),
            None,
            "1.5 is no whole number"
        );
    }

    #[test]
    fn dates_round_trip() {
        for day in [
            date(1970, 1, 1),
            date(2000, 1, 1),
            date(2026, 2, 28),
            date(1899, 12, 31),
        ] {
            assert_eq!(date_from_days(days(day).unwrap()), Some(day));
        }
    }

    #[test]
    fn values_follow_the_servers_type() {
        let mut out = BytesMut::new();
        Value::Text("2000-01-03".into())
            .to_sql(&Type::DATE, &mut out)
            .unwrap();
        assert_eq!(&out[..], [0, 0, 0, 2]);
        out.clear();
        Value::Int(1).to_sql(&Type::BOOL, &mut out).unwrap();
        assert_eq!(&out[..], [1]);
        assert!(Value::Int(7).to_sql(&Type::BOOL, &mut out).is_err());
        assert!(Value::Int(i64::MAX).to_sql(&Type::INT4, &mut out).is_err());
        out.clear();
        let id = uuid::Uuid::from_u128(7);
        Value::Id(id).to_sql(&Type::UUID, &mut out).unwrap();
        assert_eq!(&out[..], id.as_bytes());
        assert!(Value::Id(id).to_sql(&Type::TEXT, &mut out).is_err());
        let text = Value::Text(id.to_string());
        assert!(text.to_sql(&Type::UUID, &mut out).is_err());
    }
}
