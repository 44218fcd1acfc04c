//! Bodies for the writes of the API, made from its own description.
#![expect(
    clippy::indexing_slicing,
    reason = "what a description does not hold is null"
)]

use std::sync::LazyLock;

use serde_json::{Value, json};
use web::shell::RouteInfo;

/// A body that an operation of the API would take: every field of its schema, filled from the form where the form has
/// it, else with something of its type.
pub fn body(info: &RouteInfo, form: &[(String, String)]) -> Value {
    let path = &api()["paths"][info.path];
    let schema = &path["post"]["requestBody"]["content"]["application/json"]["schema"];
    example(schema, "", form)
}

fn example(schema: &Value, name: &str, form: &[(String, String)]) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = reference.rsplit('/').next().unwrap_or_default();
        return example(&api()["components"]["schemas"][named], name, form);
    }
    if let Some(first) = schema["anyOf"].get(0).or(schema["oneOf"].get(0)) {
        return example(first, name, form);
    }
    if let Some(first) = schema["enum"].get(0).or(schema.get("const")) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    let typed = form.iter().find(|(field, _)| field == name);
    match kind.unwrap_or("object") {
        "string" => typed.map_or_else(
            || match schema["format"].as_str() {
                Some("uuid") => json!("00000000-0000-7000-8000-000000000000"),
                Some("date") => json!("2026-11-19"),
                _ => json!("攻击测试"),
            },
            |(_, value)| json!(value),
        ),
        "integer" => json!(1),
        "boolean" => json!(true),
        "array" => json!([example(&schema["items"], name, form)]),
        _ => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields
                .map(|(field, schema)| (field.clone(), example(schema, field, form)))
                .collect()
        }
    }
}

/// The description of the API.
fn api() -> &'static Value {
    static API: LazyLock<Value> = LazyLock::new(|| web::api::document("测试区总工会"));
    &API
}
