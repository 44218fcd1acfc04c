//! What is sent, held against the very schema that is told: every fault names its field and what was expected, in
//! Chinese. Only the keywords that our own schemas use are known; a test fails when a schema uses another.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use kernel::Date;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

/// One thing that is wrong: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the parameter or field, such as `fields.name` or `evidence.0.kind`; empty for the whole.
    pub field: String,
    /// What is wrong and what would be accepted.
    pub message: String,
}

/// An id (UUID) in a description.
pub struct Id;

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uuid" })
    }
}

/// A day (YYYY-MM-DD) in a description.
pub struct Day;

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

/// Schemas asked for before.
static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Value>>>> = LazyLock::new(RwLock::default);

/// The schema of a type, whole: without references.
pub fn schema_of<T: JsonSchema + 'static>() -> Arc<Value> {
    let id = TypeId::of::<T>();
    let known = KNOWN.read().ok().and_then(|known| known.get(&id).cloned());
    known.unwrap_or_else(|| {
        let settings = SchemaSettings::draft2020_12().with(|one| {
            one.inline_subschemas = true;
            one.meta_schema = None;
        });
        let schema = Arc::new(
            settings
                .into_generator()
                .into_root_schema_for::<T>()
                .to_value(),
        );
        if let Ok(mut known) = KNOWN.write() {
            known.insert(id, Arc::clone(&schema));
        }
        schema
    })
}

/// Everything that is wrong with a value.
pub fn faults(schema: &Value, value: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    against(schema, value, "", &mut found);
    found
}

fn against(schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
    let before = found.len();
    alternatives(schema, value, at, found);
    kind(schema, value, at, found);
    choice(schema, value, at, found);
    if found.len() > before {
        return;
    }
    match value {
        Value::Object(_) => object(schema, value, at, found),
        Value::Array(items) => {
            size(
                schema,
                items.len(),
                ["minItems", "maxItems"],
                "项",
                at,
                found,
            );
            let Some(each) = schema.get("items") else {
                return;
            };
            for (index, item) in items.iter().enumerate() {
                against(each, item, &join(at, &index.to_string()), found);
            }
        }
        Value::String(text) => string(schema, text, at, found),
        Value::Number(number) => {
            let whole = number.as_i64().map(i128::from);
            let whole = whole.or_else(|| number.as_u64().map(i128::from));
            let limit = |name: &str| schema.get(name).and_then(Value::as_i64).map(i128::from);
            let (least, most) = (limit("minimum"), limit("maximum"));
            let out = |n: i128| least.is_some_and(|l| n < l) || most.is_some_and(|m| n > m);
            if whole.is_some_and(out) {
                let words = match (least, most) {
                    (Some(least), Some(most)) => format!("应在 {least} 到 {most} 之间"),
                    (Some(least), None) => format!("不得小于 {least}"),
                    (_, most) => format!("不得大于 {}", most.unwrap_or_default()),
                };
                add(found, at, &words);
            }
        }
        _ => {}
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}

fn add(found: &mut Vec<Fault>, at: &str, words: &str) {
    let name = if at.is_empty() { "内容" } else { at };
    found.push(Fault {
        field: at.to_owned(),
        message: format!("{name} {words}"),
    });
}

/// The schemas a value may fit one of, and those it must fit all of.
fn alternatives(schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    for all in list("allOf").into_iter().flatten() {
        against(all, value, at, found);
    }
    let Some(options) = list("anyOf").or_else(|| list("oneOf")) else {
        return;
    };
    let mut nearest: Option<Vec<Fault>> = None;
    for option in options {
        let mut wrong = Vec::new();
        against(option, value, at, &mut wrong);
        if wrong.is_empty() {
            return;
        }
        if option.get("type").and_then(Value::as_str) != Some("null") && nearest.is_none() {
            nearest = Some(wrong);
        }
    }
    let words = choices(schema);
    if words.is_empty() {
        found.extend(nearest.unwrap_or_default());
    } else {
        add(found, at, &format!("只能是 {}", words.join("、")));
    }
}

/// The values a schema allows by name; none when it does not name them.
pub fn choices(schema: &Value) -> Vec<String> {
    let list = |name: &str| schema.get(name).and_then(Value::as_array);
    if let Some(named) = list("enum") {
        let named = named.iter().filter_map(Value::as_str);
        return named.map(str::to_owned).collect();
    }
    if let Some(one) = schema.get("const").and_then(Value::as_str) {
        return vec![one.to_owned()];
    }
    let options = list("anyOf").or_else(|| list("oneOf"));
    options.into_iter().flatten().flat_map(choices).collect()
}

fn kind(schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
    let fits = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if !kinds.iter().any(|kind| fits(kind)) {
        let first = kinds.iter().find(|kind| **kind != "null");
        let words = match first.copied().unwrap_or_default() {
            "boolean" => "应为 true 或 false",
            "integer" => "应为整数",
            "number" => "应为数字",
            "string" => "应为文字",
            "array" => "应为数组",
            "object" => "应为 JSON 对象",
            _ => "应为 null",
        };
        add(found, at, words);
    }
}

fn choice(schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
    let listed = schema.get("enum").and_then(Value::as_array);
    let wrong = listed.is_some_and(|list| !list.contains(value))
        || schema.get("const").is_some_and(|only| only != value);
    if wrong && !value.is_null() {
        add(found, at, &format!("只能是 {}", choices(schema).join("、")));
    }
}

fn string(schema: &Value, text: &str, at: &str, found: &mut Vec<Fault>) {
    if text.contains('\0') {
        add(found, at, "含有看不见的空字符，请删去");
    }
    let sizes = ["minLength", "maxLength"];
    size(schema, text.chars().count(), sizes, "个字符", at, found);
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") if text.parse::<uuid::Uuid>().is_err() => {
            add(found, at, "应为编号（UUID）");
        }
        Some("date") if text.parse::<Date>().is_err() => {
            add(found, at, "应为日期，例如 2026-11-19");
        }
        _ => {}
    }
}

fn size(
    schema: &Value,
    n: usize,
    [least, most]: [&str; 2],
    unit: &str,
    at: &str,
    found: &mut Vec<Fault>,
) {
    let limit = |name: &str| {
        let limit = schema.get(name).and_then(Value::as_u64);
        limit.and_then(|limit| usize::try_from(limit).ok())
    };
    if let Some(least) = limit(least).filter(|least| n < *least) {
        add(found, at, &format!("至少 {least} {unit}"));
    }
    if let Some(most) = limit(most).filter(|most| n > *most) {
        add(found, at, &format!("最多 {most} {unit}"));
    }
}

fn object(schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
    let Some(given) = value.as_object() else {
        return;
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !given.contains_key(name) {
            add(found, &join(at, name), "必填");
        }
    }
    for (name, value) in given {
        let here = join(at, name);
        match (
            properties.and_then(|all| all.get(name)),
            schema.get("additionalProperties"),
        ) {
            (Some(known), _) => against(known, value, &here, found),
            (None, Some(Value::Bool(false))) => {
                let known: Vec<&str> = properties
                    .into_iter()
                    .flat_map(|all| all.keys().map(String::as_str))
                    .collect();
                let words = format!("不是这里的栏目；可填 {}", known.join("、"));
                add(found, &here, &words);
            }
            (None, Some(other @ Value::Object(_))) => against(other, value, &here, found),
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        /// 红
        Red,
        /// 黄
        Yellow,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Example {
        #[schemars(with = "Id")]
        org: String,
        #[schemars(with = "Option<Day>")]
        day: Option<String>,
        colour: Option<Colour>,
        #[schemars(range(min = 1, max = 200))]
        limit: Option<usize>,
        #[schemars(length(min = 1, max = 3))]
        note: Option<String>,
        fields: BTreeMap<String, i64>,
    }

    #[test]
    fn every_fault_names_its_field_and_what_was_expected() {
        let schema = schema_of::<Example>();
        let right = json!({ "org": "0192e53c-0001-7000-8000-000000000001", "day": "2026-02-28", "colour": "red",
            "limit": 200, "note": "甲乙丙", "fields": { "days": 3 } });
        assert_eq!(faults(&schema, &right), []);
        let null = json!({ "org": "0192e53c-0001-7000-8000-000000000001", "day": null, "colour": null, "fields": {} });
        assert_eq!(faults(&schema, &null), []);
        let cases = [
            (json!([]), "", "内容 应为 JSON 对象"),
            (json!({ "org": 7 }), "org", "org 应为文字"),
            (json!({ "org": "x" }), "org", "org 应为编号（UUID）"),
            (json!({ "fields": {} }), "org", "org 必填"),
            (
                json!({ "day": "2026-02-30" }),
                "day",
                "day 应为日期，例如 2026-11-19",
            ),
            (
                json!({ "colour": "zzz" }),
                "colour",
                "colour 只能是 red、yellow",
            ),
            (json!({ "limit": 0 }), "limit", "limit 应在 1 到 200 之间"),
            (json!({ "limit": 201 }), "limit", "limit 应在 1 到 200 之间"),
            (json!({ "limit": 1.5 }), "limit", "limit 应为整数"),
            (json!({ "note": "" }), "note", "note 至少 1 个字符"),
            (json!({ "note": "甲乙丙丁" }), "note", "note 最多 3 个字符"),
            (
                json!({ "note": "\0" }),
                "note",
                "note 含有看不见的空字符，请删去",
            ),
            (
                json!({ "fields": { "days": "3" } }),
                "fields.days",
                "fields.days 应为整数",
            ),
            (
                json!({ "x": 1 }),
                "x",
                "x 不是这里的栏目；可填 colour、day、fields、limit、note、org",
            ),
        ];
        for (value, field, message) in cases {
            let found = faults(&schema, &value);
            let fault = Fault {
                field: field.into(),
                message: message.into(),
            };
            assert!(found.contains(&fault), "{value}: {found:?}");
        }
    }
}
