//! An operation is a route that also tells what it takes and gives.

use axum::handler::Handler;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::shell::{App, Need, Routes};

/// An operation without query parameters or body.
#[derive(JsonSchema)]
pub struct Nothing {}

/// Operations with their routes. Schemas are collected as they are named.
pub struct Operations {
    routes: Routes,
    paths: Map<String, Value>,
    generator: SchemaGenerator,
}

impl Operations {
    /// No operations yet.
    pub fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|s| {
            s.definitions_path = "/components/schemas".into();
            s.meta_schema = None;
        });
        Self {
            routes: Routes::new(),
            paths: Map::new(),
            generator: settings.into_generator(),
        }
    }

    /// A read: `Q` is the query string, `A` the answer.
    #[must_use]
    pub fn get<Q: JsonSchema, A: JsonSchema, H, T>(
        mut self,
        path: &'static str,
        need: Need,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let told = Told {
            summary,
            parameters: parameters(&Q::json_schema(&mut self.generator).to_value()),
            body: None,
            answer: reference::<A>(&mut self.generator),
        };
        self.describe("get", path, need, told);
        self.routes = self.routes.get(path, need, handler);
        self
    }

    /// A write: `B` is the body, `A` the answer; takes an idempotency key.
    #[must_use]
    pub fn post<B: JsonSchema, A: JsonSchema, H, T>(
        mut self,
        path: &'static str,
        need: Need,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let told = Told {
            summary,
            parameters: vec![idempotency_key()],
            body: Some(reference::<B>(&mut self.generator)),
            answer: reference::<A>(&mut self.generator),
        };
        self.describe("post", path, need, told);
        self.routes = self.routes.post(path, need, handler);
        self
    }

    fn describe(&mut self, method: &'static str, path: &'static str, need: Need, told: Told) {
        let operation = told.into_operation(method, path, need);
        let entry = self.paths.entry(path).or_insert_with(|| json!({}));
        if let Some(methods) = entry.as_object_mut() {
            methods.insert(method.to_owned(), operation);
        }
    }

    /// Together with another room's operations.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.routes = self.routes.merge(other.routes);
        for (path, item) in other.paths {
            let entry = self.paths.entry(path).or_insert_with(|| json!({}));
            if let (Some(into), Value::Object(from)) = (entry.as_object_mut(), item) {
                into.extend(from);
            }
        }
        let definitions = other.generator.take_definitions(true);
        self.generator.definitions_mut().extend(definitions);
        self
    }

    /// The routes alone.
    pub fn into_routes(self) -> Routes {
        self.routes
    }

    /// Paths and schemas for the description.
    pub fn into_description(mut self) -> (Map<String, Value>, Map<String, Value>) {
        let schemas = self.generator.take_definitions(true);
        (self.paths, schemas)
    }
}

/// What the description tells of one operation.
struct Told {
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    answer: Value,
}

impl Told {
    fn into_operation(self, method: &str, path: &str, need: Need) -> Value {
        let mut parameters = self.parameters;
        parameters.extend(path_parameters(path));
        let mut operation = Map::new();
        operation.insert("operationId".into(), json!(operation_id(method, path)));
        operation.insert("summary".into(), json!(self.summary));
        operation.insert("parameters".into(), Value::Array(parameters));
        operation.insert("responses".into(), responses(self.answer));
        if let Need::Cap(capability) = need {
            operation.insert("x-capability".into(), json!(capability.id()));
        }
        if let Some(schema) = self.body {
            let content = json!({ "application/json": { "schema": schema } });
            operation.insert(
                "requestBody".into(),
                json!({ "required": true, "content": content }),
            );
        }
        Value::Object(operation)
    }
}

fn responses(answer: Value) -> Value {
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    json!({
        "200": {
            "description": "成功",
            "content": { "application/json": { "schema": answer } },
        },
        "default": {
            "description": "未办成，见 code 与 refusals",
            "content": { "application/problem+json": { "schema": problem } },
        },
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "schema": { "type": "string", "minLength": 1, "maxLength": 80 },
        "description": "客户端为每次提交生成；重复提交得到第一次的回答",
    })
}

fn reference<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

/// The properties of a query type as parameters.
fn parameters(schema: &Value) -> Vec<Value> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema
            .as_object_mut()
            .and_then(|s| s.remove("description"))
            .unwrap_or_else(|| json!(""));
        json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description })
    };
    properties.iter().map(parameter).collect()
}

fn path_parameters(path: &str) -> impl Iterator<Item = Value> + '_ {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
}

/// `GET /api/members/{id}` → `get_members_id`.
fn operation_id(method: &str, path: &str) -> String {
    let words: Vec<String> = path
        .trim_start_matches("/api/")
        .split('/')
        .map(|p| p.trim_matches(['{', '}']).replace('-', "_"))
        .collect();
    format!("{method}_{}", words.join("_"))
}
