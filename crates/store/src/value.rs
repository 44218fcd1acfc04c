//! Values bound to statements: the few kinds both databases share.

use kernel::{Date, DistrictCode, Fen, Instant, OrgPath};
use uuid::Uuid;

/// One bound value. `NULL` needs no type: PostgreSQL's own parameter types are used when sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// Counts, money in fen, instants in milliseconds.
    Int(i64),
    /// `{flag}` columns.
    Bool(bool),
    /// Text.
    Text(String),
    /// Sealed fields, indexes, hashes.
    Bytes(Vec<u8>),
    /// `{id}` columns: 16 bytes in SQLite, uuid in PostgreSQL. A `{text}` column that names a row takes the id's text.
    Id(Uuid),
    /// `{date}` columns: ISO text in SQLite, date in PostgreSQL.
    Date(Date),
}

/// How a type becomes a [`Value`] without giving itself up; what [`args!`](crate::args) calls.
pub trait ToValue {
    /// The value to bind.
    fn to_value(&self) -> Value;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

/// `From<T>` and `ToValue` for one type; `$clone` gives an owned copy from a reference.
macro_rules! value_from {
    ($($type:ty => |$v:ident| $make:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($v: $type) -> Self { $make }
        }
        impl ToValue for $type {
            fn to_value(&self) -> Value { Value::from(self.clone()) }
        }
    )*};
}

value_from! {
    i64 => |v| Value::Int(v);
    i32 => |v| Value::Int(i64::from(v));
    u32 => |v| Value::Int(i64::from(v));
    u16 => |v| Value::Int(i64::from(v));
    u8 => |v| Value::Int(i64::from(v));
    bool => |v| Value::Bool(v);
    String => |v| Value::Text(v);
    Vec<u8> => |v| Value::Bytes(v);
    [u8; 16] => |v| Value::Bytes(v.to_vec());
    [u8; 32] => |v| Value::Bytes(v.to_vec());
    Uuid => |v| Value::Id(v);
    Date => |v| Value::Date(v);
    Instant => |v| Value::Int(v.ms());
    Fen => |v| Value::Int(v.0);
    DistrictCode => |v| Value::Text(v.as_str().to_owned());
    OrgPath => |v| Value::Text(v.as_str().to_owned());
    serde_json::Value => |v| Value::Text(v.to_string());
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: ToValue> From<&T> for Value {
    fn from(value: &T) -> Self {
        value.to_value()
    }
}

/// A row count or page size. Saturates, since no table holds 2⁶³ rows.
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl ToValue for usize {
    fn to_value(&self) -> Value {
        Value::from(*self)
    }
}

/// Lets ids declared with `kernel::id_type!` be bound and read: `store::id_value!(OrgId, MemberId);`.
#[macro_export]
macro_rules! id_value {
    ($($id:ty),* $(,)?) => {$(
        impl From<$id> for $crate::Value {
            fn from(id: $id) -> Self {
                $crate::Value::Id(id.uuid())
            }
        }
        impl $crate::ToValue for $id {
            fn to_value(&self) -> $crate::Value {
                $crate::Value::Id(self.uuid())
            }
        }
        impl $crate::FromValue for $id {
            fn from_cell(cell: $crate::Cell<'_>) -> Option<Self> {
                cell.id().map(<$id>::from)
            }
        }
    )*};
}

mod kernel_ids {
    use kernel::ids::*;
    id_value!(
        AccountId,
        PostId,
        SessionId,
        TokenId,
        OrgId,
        FoundingFileId,
        FoundingId,
        CommitteeId,
        OfficerId,
        EmployerId,
        MemberId,
        MembershipId,
        TransferId,
        ApplicationId,
        ConsentId,
        DuplicateId,
        RequestId,
        BatchId,
        LetterId,
        JobId,
        EdgeId,
        MatchId,
        CaseId,
        CaseEventId,
        CaseClockId,
        CasePartyId,
        CaseEvidenceId,
        CaseDocumentId,
        PosterId,
        CaseDisposalId,
        RulePublicationId,
        SavedFilterId,
    );
}

/// The values of a statement, in order: `tx.one(&GET, args![district, id])`. Takes anything by reference.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::ToValue::to_value(&$value)),*] as &[$crate::Value] };
}

/// One row for [`Tx::insert_many`](crate::Tx::insert_many): `values![district, id, name]`. Takes ownership.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_every_kind_keep_their_kind() {
        let name = String::from("𠅤");
        let none: Option<&str> = None;
        let args = args![
            330_113_i64,
            name,
            "x",
            none,
            Some(true),
            b"ab".as_slice(),
            jiff::civil::date(2026, 2, 28)
        ];
        assert_eq!(args[0], Value::Int(330_113));
        assert_eq!(args[1], Value::Text("𠅤".into()));
        assert_eq!(args[3], Value::Null);
        assert_eq!(args[4], Value::Bool(true));
        assert_eq!(args[5], Value::Bytes(vec![97, 98]));
        assert_eq!(args[6], Value::Date(jiff::civil::date(2026, 2, 28)));
        assert_eq!(
            values![name, 3_u8],
            vec![Value::Text("𠅤".into()), Value::Int(3)]
        );
    }
}
