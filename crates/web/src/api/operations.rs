//! An operation is a route that also tells what it takes and gives.

use axum::handler::Handler;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::shell::{App, Need, Routes};

/// An operation without query parameters or body.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
    /// What it answers when it is done.
    done: &'static [u16],
    /// What else it answers than its kind of operation does.
    also: &'static [u16],
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
        self,
        path: &'static str,
        need: Need,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.read((path, need, summary), handler, |generator| Told {
            parameters: parameters(&Q::json_schema(generator).to_value()),
            body: None,
            answer: Given::Json(reference::<A>(generator)),
        })
    }

    /// A file to save.
    #[must_use]
    pub fn file<H, T>(
        self,
        path: &'static str,
        need: Need,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.read((path, need, summary), handler, |_| Told {
            parameters: Vec::new(),
            body: None,
            answer: Given::File,
        })
    }

    fn read<H, T>(
        mut self,
        (path, need, summary): (&'static str, Need, &'static str),
        handler: H,
        tell: fn(&mut SchemaGenerator) -> Told,
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
            done: &[200],
            also: &[],
            tell,
        });
        self.routes = self.routes.get(path, need, handler);
        self
    }

    /// A write: `B` is the body, `A` the answer, `done` every status of a success; takes an idempotency key.
    #[must_use]
    pub fn post<B: JsonSchema, A: JsonSchema, H, T>(
        mut self,
        path: &'static str,
        need: Need,
        summary: &'static str,
        done: &'static [u16],
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
            done,
            also: &[],
            tell: |generator| Told {
                parameters: vec![idempotency_key()],
                body: Some(reference::<B>(generator)),
                answer: Given::Json(reference::<A>(generator)),
            },
        });
        self.routes = self.routes.post(path, need, handler);
        self
    }

    /// The operation added last may also answer these.
    #[must_use]
    pub fn also(mut self, statuses: &'static [u16]) -> Self {
        if let Some(last) = self.told.last_mut() {
            last.also = statuses;
        }
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
    answer: Given,
}

/// What an operation answers when it is done.
enum Given {
    /// JSON of this schema.
    Json(Value),
    /// The bytes of a file, with its own media type.
    File,
}

impl Given {
    fn content(&self) -> Value {
        match self {
            Self::Json(schema) => json!({ "application/json": { "schema": schema } }),
            Self::File => json!({ "*/*": {} }),
        }
    }
}

impl Told {
    /// The statuses of everything that may go wrong.
    fn problems(&self, of: &Operation) -> Vec<u16> {
        let mut all = of.also.to_vec();
        if of.need != Need::Public {
            all.extend([401, 403]);
        }
        if self.body.is_some() {
            all.extend([400, 404, 409, 413, 415, 422]);
        } else if !self.parameters.is_empty() {
            all.push(400);
        }
        if self.body.is_none() && of.path.contains('{') {
            all.push(404);
        }
        all
    }

    fn into_operation(self, of: &Operation) -> Value {
        let statuses = self.problems(of);
        let mut parameters = self.parameters;
        parameters.extend(path_parameters(of.path));
        let mut operation = Map::new();
        operation.insert(
            "operationId".into(),
            json!(operation_id(of.method, of.path)),
        );
        operation.insert("summary".into(), json!(of.summary));
        operation.insert("parameters".into(), Value::Array(parameters));
        operation.insert(
            "responses".into(),
            responses(&self.answer, of.done, &statuses),
        );
        match of.need {
            Need::Cap(capability) => {
                operation.insert("x-capability".into(), json!(capability.id()));
            }
            Need::Either(one, other) => {
                operation.insert("x-capability".into(), json!([one.id(), other.id()]));
            }
            _ => {}
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

/// What an answer that is not a success means.
const PROBLEMS: [(u16, &str); 8] = [
    (400, "参数、请求头或请求体读不出来，field 指明是哪一个"),
    (401, "没有登录，或令牌无效"),
    (403, "岗位没有这项权限，或提交来自别的网站"),
    (404, "没有这条记录，或不在管理范围内"),
    (
        409,
        "现在不能办，refusals 列出全部理由；或同一 Idempotency-Key 先前提交过别的内容",
    ),
    (413, "请求体太大"),
    (415, "请求体不是 application/json"),
    (422, "栏目不合要求，errors 逐个指明"),
];

fn responses(answer: &Given, done: &[u16], problems: &[u16]) -> Value {
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let problem = json!({ "application/problem+json": { "schema": problem } });
    let mut all = Map::new();
    for status in done {
        let words = match status {
            201 => "已登记",
            202 => "已收下，等人处理",
            _ => "成功",
        };
        all.insert(
            status.to_string(),
            json!({ "description": words, "content": answer.content() }),
        );
    }
    for (status, words) in PROBLEMS {
        if problems.contains(&status) {
            all.insert(
                status.to_string(),
                json!({ "description": words, "content": problem }),
            );
        }
    }
    all.insert(
        "default".into(),
        json!({ "description": "系统故障或办理超时，没有生效", "content": problem }),
    );
    Value::Object(all)
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "schema": { "type": "string", "minLength": 1, "maxLength": super::asked::LONGEST_KEY },
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
    let needed: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        without_null(&mut schema);
        let description = schema
            .as_object_mut()
            .and_then(|s| s.remove("description"))
            .unwrap_or_else(|| json!(""));
        let required = needed.contains(&name.as_str());
        json!({ "name": name, "in": "query", "required": required, "schema": schema, "description": description })
    };
    properties.iter().map(parameter).collect()
}

/// A parameter is there or not; it is never null.
fn without_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(kinds) = schema.get_mut("type") {
        let kept: Vec<Value> = kinds.as_array().into_iter().flatten().cloned().collect();
        let kept: Vec<Value> = kept.into_iter().filter(|one| one != "null").collect();
        if let [only] = kept.as_slice() {
            *kinds = only.clone();
        }
    }
    for name in ["anyOf", "enum"] {
        if let Some(options) = schema.get_mut(name).and_then(Value::as_array_mut) {
            options.retain(|one| !one.is_null() && one.get("type") != Some(&json!("null")));
        }
    }
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
