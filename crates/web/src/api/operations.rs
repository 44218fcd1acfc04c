//! An operation is a route that also tells what it takes and gives.

use axum::handler::Handler;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::shell::{App, Need, Routes};

/// An operation without query parameters or body.
#[derive(JsonSchema)]
pub struct Nothing {}

/// Operations with their routes. What they take and give is told only when somebody reads the description.
#[derive(Default)]
pub struct Operations {
    routes: Routes,
    told: Vec<Operation>,
}

/// One operation as it is described.
struct Operation {
    method: &'static str,
    path: &'static str,
    need: Need,
    summary: &'static str,
    tell: fn(&mut SchemaGenerator) -> Told,
}

impl Operations {
    /// No operations yet.
    pub fn new() -> Self {
        Self::default()
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
        self.told.push(Operation {
            method: "get",
            path,
            need,
            summary,
            tell: |generator| Told {
                parameters: parameters(&Q::json_schema(generator).to_value()),
                body: None,
                answer: reference::<A>(generator),
            },
        });
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
        self.told.push(Operation {
            method: "post",
            path,
            need,
            summary,
            tell: |generator| Told {
                parameters: vec![idempotency_key()],
                body: Some(reference::<B>(generator)),
                answer: reference::<A>(generator),
            },
        });
        self.routes = self.routes.post(path, need, handler);
        self
    }

    /// Together with another room's operations.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes = self.routes.merge(other.routes);
        self.told.extend(other.told);
        self
    }

    /// The routes alone.
    pub fn into_routes(self) -> Routes {
        self.routes
    }

    /// Paths and schemas for the description.
    pub fn into_description(self) -> (Map<String, Value>, Map<String, Value>) {
        let settings = SchemaSettings::draft2020_12().with(|s| {
            s.definitions_path = "/components/schemas".into();
            s.meta_schema = None;
        });
        let (mut generator, mut paths) = (settings.into_generator(), Map::new());
        for one in self.told {
            let told = (one.tell)(&mut generator);
            let entry = paths.entry(one.path).or_insert_with(|| json!({}));
            if let Some(methods) = entry.as_object_mut() {
                methods.insert(one.method.to_owned(), told.into_operation(&one));
            }
        }
        (paths, generator.take_definitions(true))
    }
}

/// What the description tells of one operation.
struct Told {
    parameters: Vec<Value>,
    body: Option<Value>,
    answer: Value,
}

impl Told {
    fn into_operation(self, of: &Operation) -> Value {
        let mut parameters = self.parameters;
        parameters.extend(path_parameters(of.path));
        let mut operation = Map::new();
        operation.insert(
            "operationId".into(),
            json!(operation_id(of.method, of.path)),
        );
        operation.insert("summary".into(), json!(of.summary));
        operation.insert("parameters".into(), Value::Array(parameters));
        operation.insert("responses".into(), responses(self.answer));
        if let Need::Cap(capability) = of.need {
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
