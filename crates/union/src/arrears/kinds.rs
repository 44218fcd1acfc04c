//! Kinds of signals: what each must say, read once from `definitions/signals`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::Catalogue;
use kernel::warning::SignalSchema;

use super::cells::row_fault;
use super::feed::{Feed, PLACES, Read, Registered};
use super::model::{Fields, Quality};
use crate::exchange::RowFault;

/// Unit under which the definitions keep amounts.
pub const FEN: &str = "分";

static SCHEMAS: LazyLock<BTreeMap<String, SignalSchema>> = LazyLock::new(|| {
    SignalSchema::all(Catalogue::in_force())
        .into_iter()
        .map(|schema| (schema.kind.clone(), schema))
        .collect()
});

/// The kind of this name; `None` when no definition declares it.
pub fn schema(kind: &str) -> Option<&'static SignalSchema> {
    SCHEMAS.get(kind)
}

/// Every kind, by name.
pub fn schemas() -> impl Iterator<Item = &'static SignalSchema> {
    SCHEMAS.values()
}

/// Whether a kind is for replays only (只用于回测): feeds bring it, and all of them are records of the past. Nobody reports
/// it of today.
pub(super) fn is_past_only(feeds: &[Registered], kind: &str) -> bool {
    let mut brought = feeds
        .iter()
        .filter(|one| one.feed.signal == kind)
        .peekable();
    brought.peek().is_some() && brought.all(|one| one.feed.history)
}

/// A field of a kind under the name its definition gives it, for an error that names it.
pub(super) fn field_of(kind: &str, field: &str) -> Option<&'static str> {
    let mut fields = schema(kind)?.fields.iter();
    fields
        .find(|one| one.name == field)
        .map(|one| one.name.as_str())
}

/// What is wrong with the values of an observation; empty when it may be kept.
pub(super) fn faults(kind: &str, fields: &Fields) -> Vec<RowFault> {
    let Some(schema) = schema(kind) else {
        return vec![row_fault(
            "signal.kind",
            format!("没有名为“{kind}”的线索种类"),
        )];
    };
    let values = fields
        .iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    schema
        .faults(&values)
        .into_iter()
        .map(|fault| RowFault {
            field: fault.field,
            ..row_fault("signal.value", fault.message)
        })
        .collect()
}

/// Columns and fixed values of a feed that its kind does not have, and choices read as something else.
pub(super) fn field_faults(feed: &Feed) -> Vec<String> {
    let Some(schema) = schema(&feed.signal) else {
        return vec![format!("没有名为“{}”的线索种类", feed.signal)];
    };
    let columns = feed
        .columns
        .iter()
        .map(|column| column.field.as_str())
        .filter(|field| !PLACES.contains(field));
    let mut faults: Vec<String> = columns
        .chain(feed.fixed.keys().map(String::as_str))
        .filter(|field| !schema.names().any(|known| known == *field))
        .map(|field| format!("线索“{}”没有栏目 {field}", schema.title))
        .collect();
    for column in &feed.columns {
        let Some(field) = schema
            .field(&column.field)
            .filter(|field| field.is_choice())
        else {
            continue;
        };
        if !matches!(column.reads, Read::Flag | Read::Words) {
            faults.push(format!(
                "栏目 {} 是选项，应写 reads = \"words\" 或 \"flag\"",
                field.name
            ));
        }
        let unknown = column
            .words
            .values()
            .find(|value| field.word(**value).is_none());
        faults.extend(unknown.map(|value| format!("栏目 {} 没有选项 {value}", field.name)));
    }
    faults
}

/// Field of a kind that says whether its source has checked what it reports (是否核实).
const CHECKED: &str = "verified";

/// How much a report of an event weighs beside other reports of it: what an office has on record or the union has seen
/// before what is only said, then the graver by the fields of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    vouched: bool,
    gravity: Vec<i64>,
}

/// Of a report. Where it says itself whether it was checked, that holds.
pub(super) fn weight(kind: &str, fields: &Fields, quality: Quality) -> Weight {
    let checked = fields.get(CHECKED).map(|checked| checked != 0);
    let gravity = schema(kind).map(|schema| schema.gravity(|name| fields.get(name)));
    Weight {
        vouched: checked.unwrap_or(quality != Quality::Reported),
        gravity: gravity.unwrap_or_default(),
    }
}

/// What an observation says, in words for people: `欠缴月数 2 个月，欠缴金额 12,000.00 元`, `情形：搬迁传闻`.
pub fn in_words(kind: &str, fields: &Fields) -> String {
    let Some(schema) = schema(kind) else {
        return fields.text();
    };
    let words = schema.fields.iter().filter_map(|field| {
        let value = fields.get(&field.name)?;
        Some(if field.unit == FEN {
            format!("{} {} 元", field.title, kernel::Fen(value))
        } else if let Some(word) = field.word(value) {
            format!("{}：{word}", field.title)
        } else {
            format!("{} {value} {}", field.title, field.unit)
        })
    });
    words.collect::<Vec<_>>().join("，")
}
