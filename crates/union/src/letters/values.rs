//! Values of a document's fields, each with where it came from (字段来源) and what became of it since.

use std::collections::BTreeMap;

use kernel::{CitizenId, CreditCode, Date, Fen, Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::template::{Field, FieldKind, Template};

/// Longest single line, in characters.
const LONGEST_LINE: usize = 300;
/// Longest field, in characters.
const LONGEST: usize = 6_000;

/// Where a value was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Key of the source: `employer.name`, `case.facts`; `hand` for what a person typed.
    pub source: String,
    /// The source in words, for people: 办件 YJ-2026-0731 的欠薪金额.
    pub words: String,
    /// The record it was read from.
    pub record: Option<Uuid>,
    /// When it was read.
    pub at: Instant,
}

/// One change by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The value before.
    pub was: String,
    /// Who changed it: name · post.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// A value with its lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// As kept: ISO date, plain yuan, normalised code.
    pub value: String,
    /// Where it first came from.
    pub origin: Origin,
    /// What people made of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Change>,
}

impl FieldValue {
    /// Where it comes from, in words: the source, and whether it was changed since.
    pub fn lineage(&self) -> String {
        match self.changed.last() {
            None => self.origin.words.clone(),
            Some(last) => format!(
                "{}；{} 由{}修改",
                self.origin.words,
                last.at.shanghai_text(),
                last.by
            ),
        }
    }
}

/// What another room knows, by source key.
#[derive(Debug, Clone, Default)]
pub struct Supplied(BTreeMap<String, (String, String, Option<Uuid>)>);

impl Supplied {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more value: `.with("case.facts", "…", "办件 YJ-2026-0731 的事实", Some(case.uuid()))`. An empty value
    /// is nothing.
    #[must_use]
    pub fn with(
        mut self,
        source: impl Into<String>,
        value: impl Into<String>,
        words: impl Into<String>,
        record: Option<Uuid>,
    ) -> Self {
        let value = value.into();
        if !value.trim().is_empty() {
            self.0.insert(source.into(), (value, words.into(), record));
        }
        self
    }

    /// The best value for a field, with its origin.
    pub(super) fn for_field(&self, field: &Field, at: Instant) -> Option<FieldValue> {
        field.from.iter().find_map(|source| {
            let (value, words, record) = self.0.get(source)?;
            let origin = Origin {
                source: source.clone(),
                words: words.clone(),
                record: *record,
                at,
            };
            Some(FieldValue {
                value: normal(field.kind, value),
                origin,
                changed: Vec::new(),
            })
        })
    }
}

/// The values of a document by field name.
pub type Values = BTreeMap<String, FieldValue>;

/// A new value typed by a person: lineage grows, and an unchanged value keeps it as it is.
pub(super) fn typed(values: &mut Values, field: &Field, text: &str, by: &str, at: Instant) -> bool {
    let value = normal(field.kind, text);
    match values.get_mut(&field.name) {
        Some(held) if held.value == value => false,
        Some(held) => {
            let was = std::mem::replace(&mut held.value, value);
            held.changed.push(Change {
                was,
                by: by.to_owned(),
                at,
            });
            true
        }
        None if value.is_empty() => false,
        None => {
            let origin = Origin {
                source: "hand".to_owned(),
                words: format!("{by}填写"),
                record: None,
                at,
            };
            values.insert(
                field.name.clone(),
                FieldValue {
                    value,
                    origin,
                    changed: Vec::new(),
                },
            );
            true
        }
    }
}

/// The form a value is kept in: what cannot be read stays as typed, and [`fault`] says what is wrong with it.
pub(super) fn normal(kind: FieldKind, text: &str) -> String {
    let text = text.trim();
    match kind {
        FieldKind::Text => text.split_whitespace().collect::<Vec<_>>().join(" "),
        FieldKind::Long | FieldKind::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n")
        }
        FieldKind::Amount => Fen::parse_yuan(text).map_or(text.to_owned(), Fen::plain),
        FieldKind::IdNumber => {
            CitizenId::parse(text).map_or_else(|_| text.to_owned(), |id| id.as_str().to_owned())
        }
        FieldKind::CreditCode => CreditCode::parse(text)
            .map_or_else(|_| text.to_owned(), |code| code.as_str().to_owned()),
        FieldKind::Date | FieldKind::Count => kernel::text::half_width(text).trim().to_owned(),
    }
}

/// What is wrong with a value that is there.
pub(super) fn fault(field: &Field, value: &str) -> Option<String> {
    let title = &field.title;
    let long = |limit: usize| value.chars().count() > limit;
    match field.kind {
        FieldKind::Text if long(LONGEST_LINE) => {
            Some(format!("{title}太长，最多 {LONGEST_LINE} 个字"))
        }
        FieldKind::Long | FieldKind::Lines if long(LONGEST) => {
            Some(format!("{title}太长，最多 {LONGEST} 个字"))
        }
        FieldKind::Date if value.parse::<Date>().is_err() => {
            Some(format!("{title}应为日期，如 2026-11-20"))
        }
        FieldKind::Amount => match Fen::parse_yuan(value) {
            Ok(amount) if amount >= Fen(0) => None,
            _ => Some(format!("{title}应为不小于零的金额，如 12,000.50")),
        },
        FieldKind::Count if value.parse::<u32>().is_err() => {
            Some(format!("{title}应为整数，如 46"))
        }
        FieldKind::IdNumber => CitizenId::parse(value)
            .err()
            .map(|fault| format!("{title}：{fault}")),
        FieldKind::CreditCode => CreditCode::parse(value)
            .err()
            .map(|fault| format!("{title}：{fault}")),
        _ => None,
    }
}

/// Fields whose values cannot be taken, each with what would be.
pub fn faults<'t>(template: &'t Template, values: &Values) -> Vec<(&'t str, String)> {
    let wrong = |field: &'t Field| {
        let value = values
            .get(&field.name)
            .map_or("", |held| held.value.as_str());
        let found = fault(field, value).filter(|_| !value.is_empty())?;
        Some((field.name.as_str(), found))
    };
    template.field.iter().filter_map(wrong).collect()
}

/// Required fields without a value, as (name, title).
pub fn missing<'t>(template: &'t Template, values: &Values) -> Vec<(&'t str, &'t str)> {
    let empty = |field: &&Field| {
        field.required
            && values
                .get(&field.name)
                .is_none_or(|held| held.value.is_empty())
    };
    let names = template.field.iter().filter(empty);
    names
        .map(|field| (field.name.as_str(), field.title.as_str()))
        .collect()
}

/// The plain values.
pub(super) fn plain(values: &Values) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(name, held)| (name.clone(), held.value.clone()))
        .collect()
}

/// A value as the screen shows it: a private one masked, an identity number by its own rule.
pub fn shown(field: &Field, value: &str) -> String {
    if !field.is_private() || value.is_empty() {
        return value.to_owned();
    }
    if field.kind == FieldKind::IdNumber {
        return CitizenId::parse(value).map_or_else(|_| masked(value), |id| id.masked());
    }
    masked(value)
}

/// The first character, and stars for the rest: 张**.
pub(super) fn masked(value: &str) -> String {
    let mut chars = value.chars();
    let first = chars.next().map(String::from).unwrap_or_default();
    format!("{first}{}", "*".repeat(chars.count().clamp(1, 8)))
}
