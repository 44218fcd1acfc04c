//! The description at `/api/openapi.json` (OpenAPI 3.1).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::operations;
use crate::shell::{App, Need, Routes};

pub(super) fn routes() -> Routes {
    Routes::new().get("/api/openapi.json", Need::Public, describe)
}

async fn describe(State(app): State<App>) -> Json<Value> {
    Json(document(&app.config().district_name))
}

/// The whole description, for a district of this name: what `/api/openapi.json` answers.
pub fn document(district: &str) -> Value {
    let (paths, mut schemas) = operations().into_description();
    schemas.insert("Problem".into(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": format!("娘家 Niangjia · {district}"),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "与页面同一套动作。列表按键翻页；个人信息脱敏；错误为 RFC 9457。",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "机器令牌，由安全管理员签发" } },
            "schemas": schemas,
        },
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457，另有稳定的 code、表单字段 field 与全部理由 refusals",
        "required": ["type", "title", "status", "detail", "code", "refusals", "errors"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string" },
            "field": { "type": ["string", "null"] },
            "refusals": { "type": "array", "items": { "type": "object", "required": ["code", "message"],
                "properties": { "code": { "type": "string" }, "message": { "type": "string" } } } },
            "errors": { "type": "array", "items": { "type": "object", "required": ["field", "message"],
                "properties": { "field": { "type": "string" }, "message": { "type": "string" } } } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference leads to a schema, every operation has an id of its own and an answer.
    #[test]
    fn the_description_holds_together() {
        let document = document("测试区总工会");
        let text = document.to_string();
        for reference in text
            .match_indices("#/components/schemas/")
            .map(|(at, found)| text[at + found.len()..].split('"').next().unwrap())
        {
            assert!(
                document["components"]["schemas"].get(reference).is_some(),
                "no schema {reference}"
            );
        }
        let mut ids: Vec<&str> = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|p| p.as_object().unwrap().values())
            .map(|o| o["operationId"].as_str().unwrap())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(count > 0);
    }
}
