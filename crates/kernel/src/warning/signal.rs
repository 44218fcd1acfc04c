//! Kinds of signals (线索种类): what an observation must say before any rule reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::definitions::{Catalogue, Definition, read_test};

/// One integer field of a kind of signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// ASCII name, as expressions use it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its unit in words; amounts are 分.
    pub unit: String,
    /// Smallest value that can be true.
    #[serde(default)]
    pub min: i64,
    /// Largest value that can be true; anything beyond is a slip of the pen.
    pub max: i64,
    /// Whether a signal without it is refused. An optional field left empty is unknown, never zero.
    #[serde(default)]
    pub required: bool,
}

/// What is wrong with one field of an incoming signal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldFault {
    /// The field's name, or the unknown name that was given.
    pub field: String,
    /// What is wrong and what would be accepted, in Chinese.
    pub message: String,
}

/// One kind of signal as a definition in `signals/` declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalSchema {
    /// The kind: the definition's id without `signals.`.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// The code it has in the table of facts §8.4 (S1…S13), if any.
    pub code: Option<String>,
    /// Its fields; the order is the order of [`Fact::values`](super::Fact::values).
    pub fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    code: Option<String>,
    #[serde(rename = "field")]
    fields: Vec<Field>,
}

impl SignalSchema {
    /// Reads a definition in `signals/`.
    ///
    /// # Errors
    /// What is wrong with the file, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        let body: Body = definition.body()?;
        let kind = definition.header.id.strip_prefix("signals.");
        Ok(Self {
            kind: kind.ok_or("id 应以 signals. 开头")?.to_owned(),
            title: definition.header.title.clone(),
            code: body.code,
            fields: body.fields,
        })
    }

    /// The kind of this name in a catalogue: the version with the latest first day. Kinds are national; a field is
    /// only ever added.
    pub fn find(catalogue: &Catalogue, kind: &str) -> Option<Self> {
        let id = format!("signals.{kind}");
        let versions = catalogue.of_kind("signals");
        versions
            .filter(|one| one.header.id == id)
            .max_by_key(|one| one.header.valid_from)
            .and_then(|one| Self::of(one).ok())
    }

    /// Every kind a catalogue knows, ordered by name.
    pub fn all(catalogue: &Catalogue) -> Vec<Self> {
        let kinds: BTreeMap<String, Self> = catalogue
            .of_kind("signals")
            .filter_map(|one| Self::of(one).ok())
            .map(|schema| (schema.kind.clone(), schema))
            .collect();
        kinds.into_values().collect()
    }

    /// The fields' names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// What is wrong with the values of an incoming signal; empty when it may be stored. Every fault is reported,
    /// not only the first.
    pub fn faults(&self, values: &BTreeMap<String, i64>) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        for name in values.keys() {
            if !self.names().any(|known| known == name) {
                let known = self.names().collect::<Vec<_>>().join("、");
                let message = format!("“{}”没有字段 {name}，可用：{known}", self.title);
                faults.push(FieldFault {
                    field: name.clone(),
                    message,
                });
            }
        }
        for field in &self.fields {
            let message = match values.get(&field.name) {
                None if field.required => format!("缺少{}（{}）", field.title, field.name),
                Some(value) if !(field.min..=field.max).contains(value) => format!(
                    "{}应在 {} 到 {} {}之间，给的是 {value}",
                    field.title, field.min, field.max, field.unit
                ),
                _ => continue,
            };
            faults.push(FieldFault {
                field: field.name.clone(),
                message,
            });
        }
        faults
    }
}

pub(super) fn check(definition: &Definition) -> Vec<String> {
    let schema = match SignalSchema::of(definition) {
        Ok(schema) => schema,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    if schema.fields.is_empty() {
        faults.push("至少要有一个 [[field]]".to_owned());
    }
    for (index, field) in schema.fields.iter().enumerate() {
        if !is_name(&field.name) {
            faults.push(format!(
                "字段名“{}”只用小写字母、数字和下划线，字母开头",
                field.name
            ));
        }
        if schema
            .names()
            .take(index)
            .any(|earlier| earlier == field.name)
        {
            faults.push(format!("字段 {} 写了两次", field.name));
        }
        // The bounds keep sums over long windows inside 64 bits, and away from the mark of a missing value.
        if field.min > field.max || field.min < -MAX_VALUE || field.max > MAX_VALUE {
            faults.push(format!(
                "字段 {} 的 min、max 有误（上限 {MAX_VALUE}）",
                field.name
            ));
        }
    }
    faults
}

/// The largest magnitude a field may allow: ten billion yuan in fen.
const MAX_VALUE: i64 = 1_000_000_000_000;

/// Whether a name can stand in an expression.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    values: BTreeMap<String, i64>,
    /// Names of the fields that are refused.
    #[serde(default)]
    refused: Vec<String>,
}

pub(super) fn test(
    definition: &Definition,
    test: &toml::Table,
    _catalogue: &Catalogue,
) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let faults = SignalSchema::of(definition)?.faults(&test.values);
    let mut found: Vec<String> = faults.into_iter().map(|fault| fault.field).collect();
    let mut expected = test.refused;
    found.sort();
    expected.sort();
    if found == expected {
        Ok(())
    } else {
        Err(format!("应拒绝的字段：{expected:?}，实际拒绝：{found:?}"))
    }
}
