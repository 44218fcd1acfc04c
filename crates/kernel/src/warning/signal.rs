//! Kinds of signals (线索种类): what an observation must say before any rule reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::definitions::{Catalogue, Definition, read_test};

/// One integer field of a kind of signal: a count with its bounds, or one of some named choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// ASCII name, as expressions use it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its unit in words; amounts are 分. A choice has none.
    #[serde(default)]
    pub unit: String,
    /// Smallest value that can be true.
    #[serde(default)]
    pub min: i64,
    /// Largest value that can be true; anything beyond is a slip of the pen.
    #[serde(default)]
    pub max: i64,
    /// The values there are, with the words people use for them; empty for a count.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Whether a signal without it is refused. An optional field left empty is unknown, never zero.
    #[serde(default)]
    pub required: bool,
}

/// One value of a field, by its name (选项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The number that is kept and that rules read.
    pub value: i64,
    /// The word people use.
    pub title: String,
}

impl Field {
    /// Whether its values have names.
    pub fn is_choice(&self) -> bool {
        !self.choices.is_empty()
    }

    /// The word for a value.
    pub fn word(&self, value: i64) -> Option<&str> {
        let found = self.choices.iter().find(|one| one.value == value);
        found.map(|one| one.title.as_str())
    }

    /// The value of a word; its number is understood as well.
    pub fn value(&self, written: &str) -> Option<i64> {
        let written = crate::text::half_width(crate::text::trim(written));
        let number = written.parse().ok();
        let found = self
            .choices
            .iter()
            .find(|one| one.title == written || Some(one.value) == number);
        found.map(|one| one.value)
    }

    /// The words there are: `欠租催告、欠费催告、搬迁传闻`.
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.choices.iter().map(|one| one.title.as_str()).collect();
        words.join("、")
    }

    fn takes(&self, value: i64) -> bool {
        if self.is_choice() {
            self.word(value).is_some()
        } else {
            (self.min..=self.max).contains(&value)
        }
    }
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
    /// What makes one report of an event graver than another, the first difference deciding: more of a field, or less
    /// of one with a minus before it.
    pub weight: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    code: Option<String>,
    #[serde(rename = "field")]
    fields: Vec<Field>,
    #[serde(default)]
    weight: Vec<String>,
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
            weight: body.weight,
        })
    }

    /// How grave it is what a signal says (轻重), to be compared with another of its kind; larger is graver. An unknown
    /// count is less than any known one; a choice that is not stated weighs nothing.
    pub fn gravity(&self, value: impl Fn(&str) -> Option<i64>) -> Vec<i64> {
        let of = |written: &String| {
            let (name, less) = less_of(written);
            let chosen = self.field(name).is_some_and(Field::is_choice);
            match value(name) {
                None if chosen => 0,
                None => i64::MIN,
                Some(value) if less => -value,
                Some(value) => value,
            }
        };
        self.weight.iter().map(of).collect()
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

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
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
                None if field.required => format!("缺少{}", field.title),
                Some(value) if field.takes(*value) => continue,
                Some(value) if field.is_choice() => format!(
                    "{}没有这一项（给的是 {value}），可填：{}",
                    field.title,
                    field.words()
                ),
                Some(value) => format!(
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
    faults.extend(weight_faults(&schema));
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
        faults.extend(choice_faults(field));
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

/// A field of the order of weight, and whether less of it is graver.
fn less_of(written: &str) -> (&str, bool) {
    match written.strip_prefix('-') {
        Some(name) => (name, true),
        None => (written, false),
    }
}

/// What is wrong with the order of weight.
fn weight_faults(schema: &SignalSchema) -> Vec<String> {
    if schema.weight.is_empty() {
        return vec!["要写 weight：同一件事有几个来源时，按哪些字段比轻重".to_owned()];
    }
    let fields = schema.weight.iter().map(|written| less_of(written).0);
    let unknown = fields.clone().filter(|name| schema.field(name).is_none());
    let mut faults: Vec<String> = unknown
        .map(|name| format!("weight 里没有这个字段：{name}"))
        .collect();
    for (at, name) in fields.clone().enumerate() {
        if fields.clone().take(at).any(|earlier| earlier == name) {
            faults.push(format!("weight 里 {name} 写了两次"));
        }
    }
    faults
}

/// What is wrong with the choices of a field, or with one that has none.
fn choice_faults(field: &Field) -> Option<String> {
    let name = &field.name;
    if !field.is_choice() {
        let whole = !field.unit.is_empty() && field.max > 0;
        return (!whole).then(|| format!("字段 {name} 要写 unit 和 max，或者写 choices"));
    }
    if !field.unit.is_empty() || field.min != 0 || field.max != 0 {
        return Some(format!("字段 {name} 有 choices，不写 unit、min、max"));
    }
    let twice = field.choices.iter().enumerate().any(|(at, one)| {
        let earlier = field.choices.iter().take(at);
        earlier
            .clone()
            .any(|other| other.value == one.value || other.title == one.title)
    });
    let plain = field.choices.iter().all(|one| {
        let bare = crate::text::trim(&one.title) == one.title && !one.title.is_empty();
        bare && one.title.parse::<i64>().is_err() && one.value.abs() <= MAX_VALUE
    });
    (twice || !plain || field.choices.len() < 2)
        .then(|| format!("字段 {name} 的 choices 至少两项，值和说法都不重复，说法不能是数字"))
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
    values: BTreeMap<String, Given>,
    /// Names of the fields that are refused.
    #[serde(default)]
    refused: Vec<String>,
    /// Another report of the same event that must give way to this one.
    #[serde(default)]
    graver_than: Option<BTreeMap<String, i64>>,
}

/// A value in a test: a number, or the word of a choice.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Given {
    Number(i64),
    Word(String),
}

pub(super) fn test(
    definition: &Definition,
    test: &toml::Table,
    _catalogue: &Catalogue,
) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let schema = SignalSchema::of(definition)?;
    let (mut values, mut found) = (BTreeMap::new(), Vec::new());
    for (name, given) in test.values {
        let value = match given {
            Given::Number(value) => Some(value),
            Given::Word(word) => schema.field(&name).and_then(|field| field.value(&word)),
        };
        match value {
            Some(value) => {
                values.insert(name, value);
            }
            None => found.push(name),
        }
    }
    if let Some(other) = &test.graver_than {
        if let Some(name) = other.keys().find(|name| schema.field(name).is_none()) {
            return Err(format!("graver_than 里没有这个字段：{name}"));
        }
        let gravity = |of: &BTreeMap<String, i64>| schema.gravity(|name| of.get(name).copied());
        if gravity(&values) <= gravity(other) {
            return Err(format!("应比 {other:?} 更重，实际不是"));
        }
    }
    let unread = found.clone();
    let faults = schema.faults(&values).into_iter();
    // A word nobody knows is told as that, and not as missing besides.
    found.extend(
        faults
            .map(|fault| fault.field)
            .filter(|field| !unread.contains(field)),
    );
    let mut expected = test.refused;
    found.sort();
    expected.sort();
    if found == expected {
        Ok(())
    } else {
        Err(format!("应拒绝的字段：{expected:?}，实际拒绝：{found:?}"))
    }
}
