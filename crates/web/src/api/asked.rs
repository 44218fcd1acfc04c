//! What an operation is asked: the query or the body, read strictly. An unknown name, an unknown value, a body of
//! another kind is refused with the name of the field and what would be accepted.

use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::idempotency::Answer;
use store::{Actor, StoreError, Tx};
use union::failure::{Kind, RoomError, store_kind};

use super::check::{self, Fault, schema_of};
use crate::shell::{App, Form, Problem, Who};

/// Longest key of a submission, in characters.
pub const LONGEST_KEY: usize = 80;

/// The query of a list. Parameters that the operation does not have, values that it does not know and parameters
/// given twice are refused.
pub struct Asked<Q>(pub Q);

impl<S: Send + Sync, Q: DeserializeOwned + JsonSchema + 'static> FromRequestParts<S> for Asked<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| parameters(&[]))?;
        let schema = schema_of::<Q>();
        let mut found = Vec::new();
        let mut given = Map::new();
        for (name, text) in pairs {
            let value = typed(&schema, &name, text, &mut found);
            if given.insert(name.clone(), value).is_some() {
                found.push(fault(&name, "给出了两次，请只给一次"));
            }
        }
        let given = Value::Object(given);
        if found.is_empty() {
            found = check::faults(&schema, &given);
        }
        if !found.is_empty() {
            return Err(parameters(&found));
        }
        serde_json::from_value(given)
            .map(Self)
            .map_err(|_| parameters(&[]))
    }
}

/// What a list is ordered by and the id behind which its next page begins, as one text: `next` of an answer.
pub fn write_after(by: &impl std::fmt::Display, id: &impl std::fmt::Display) -> String {
    format!("{by}_{id}")
}

/// Reads what [`write_after`] wrote.
///
/// # Errors
/// 400 naming `after`: it is not the `next` of a page of this list.
pub fn read_after<B: FromStr, I: FromStr>(text: Option<&str>) -> Result<Option<(B, I)>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    let parts = text.split_once('_');
    let parts = parts.and_then(|(by, id)| Some((by.parse().ok()?, id.parse().ok()?)));
    parts
        .map(Some)
        .ok_or_else(|| parameter("after", "不是上一页的 next"))
}

fn fault(name: &str, words: &str) -> Fault {
    Fault {
        field: name.to_owned(),
        message: format!("参数 {name} {words}"),
    }
}

/// A parameter as the type its schema says.
fn typed(schema: &Value, name: &str, text: String, found: &mut Vec<Fault>) -> Value {
    let known = schema.get("properties").and_then(Value::as_object);
    let Some(one) = known.and_then(|known| known.get(name)) else {
        let names: Vec<&str> = known
            .into_iter()
            .flat_map(|known| known.keys().map(String::as_str))
            .collect();
        found.push(fault(
            name,
            &match names.as_slice() {
                [] => "不认识；这个接口没有参数".to_owned(),
                names => format!("不认识；可用的参数是 {}", names.join("、")),
            },
        ));
        return Value::Null;
    };
    let is = |kind: &str| match one.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(many)) => many.iter().any(|one| one == kind),
        _ => false,
    };
    if is("integer") {
        return text.parse::<i64>().map_or(Value::String(text), Value::from);
    }
    match (is("boolean"), text.as_str()) {
        (true, "true") => Value::Bool(true),
        (true, "false") => Value::Bool(false),
        _ => Value::String(text),
    }
}

/// What is wrong with the parameters of an address.
fn parameters(found: &[Fault]) -> Problem {
    let mut problem = named(StatusCode::BAD_REQUEST, "api.parameter", found);
    if found.is_empty() {
        problem.message = "网址中的参数读不出来，请检查编码".to_owned();
    }
    problem
}

/// A parameter whose allowed values only the definitions in force know.
pub fn parameter(name: &str, words: &str) -> Problem {
    parameters(&[fault(name, words)])
}

/// Refuses a parameter that is none of the values in force.
///
/// # Errors
/// A problem that names the parameter and the allowed values.
pub fn one_of(name: &str, given: &str, allowed: &[String]) -> Result<(), Problem> {
    if allowed.iter().any(|one| one == given) {
        return Ok(());
    }
    Err(parameter(name, &format!("只能是 {}", allowed.join("、"))))
}

fn named(status: StatusCode, code: &str, found: &[Fault]) -> Problem {
    let words: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    let mut problem = Problem::new(status, code, words.join("；"));
    problem.field = found.first().map(|one| one.field.clone());
    problem.fields = found
        .iter()
        .map(|one| (one.field.clone().into(), one.message.clone()))
        .collect();
    problem
}

/// A field of the body that is not acceptable.
pub fn body_field(name: &str, message: impl Into<String>) -> Problem {
    let one = Fault {
        field: name.to_owned(),
        message: message.into(),
    };
    named(StatusCode::UNPROCESSABLE_ENTITY, "api.field", &[one])
}

/// The body of a write, at most `MB` large (0: as pages), with the key of the submission.
pub struct Sent<B, const MB: usize = 0> {
    /// What was sent.
    pub body: B,
    /// Its key.
    pub once: Once,
}

/// A flat body as the form of its page, over what the form begins with: what is not given stays.
pub fn form_of<B: Serialize>(body: &B, base: Vec<(String, String)>) -> Form {
    let given = serde_json::to_value(body).unwrap_or_default();
    let given = given.as_object().into_iter().flatten();
    let mut pairs: Vec<(String, String)> = given
        .filter_map(|(name, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((name.clone(), text.clone())),
            other => Some((name.clone(), other.to_string())),
        })
        .collect();
    let kept = |name: &String| pairs.iter().all(|(given, _)| given != name);
    let base: Vec<_> = base.into_iter().filter(|(name, _)| kept(name)).collect();
    pairs.extend(base);
    Form::from_pairs(pairs)
}

/// The key of a submission, and what came with it.
pub struct Once {
    /// The client's key.
    pub key: String,
    /// Method, address and body: the same key with other content is refused.
    content: Vec<u8>,
}

impl<S: Send + Sync, B: DeserializeOwned + JsonSchema + 'static, const MB: usize> FromRequest<S>
    for Sent<B, MB>
{
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "api.media_type",
                "请求体应为 JSON，请求头写明 Content-Type: application/json",
            ));
        }
        let key = key_of(request.headers())?;
        let mut content = format!("{} {}\n", request.method(), request.uri().path()).into_bytes();
        if MB > 0 {
            DefaultBodyLimit::max(MB << 20).apply(&mut request);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|fault| {
            match fault.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Problem::bad_request("请求体没有收全，请检查网络后重新提交"),
            }
        })?;
        content.extend_from_slice(&bytes);
        let given: Value = serde_json::from_slice(&bytes).map_err(|fault| not_json(&fault))?;
        let found = check::faults(&schema_of::<B>(), &given);
        if !found.is_empty() {
            return Err(named(StatusCode::UNPROCESSABLE_ENTITY, "api.field", &found));
        }
        let body = serde_json::from_value(given)
            .map_err(|_| body_field("", "请求体与 /api/openapi.json 中的说明不符"))?;
        let once = Once { key, content };
        Ok(Self { body, once })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "内容太大，请减小后再提交",
    )
}

fn not_json(fault: &serde_json::Error) -> Problem {
    let at = format!("第 {} 行第 {} 个字符处", fault.line(), fault.column());
    Problem::new(
        StatusCode::BAD_REQUEST,
        "api.not_json",
        format!("请求体不是完整的 JSON：{at}读不下去"),
    )
}

fn key_of(headers: &HeaderMap) -> Result<String, Problem> {
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    key.map(str::to_owned).ok_or_else(|| {
        let words =
            format!("请在 Idempotency-Key 头中给出本次提交的唯一编号（最长 {LONGEST_KEY} 个字符）");
        Problem::new(StatusCode::BAD_REQUEST, "api.key", words)
    })
}

/// Why a write was not done: what the room said, or what the store said about the key. A key that came before with
/// other content has one code in every room.
#[derive(Debug, thiserror::Error)]
enum Failed<E: RoomError> {
    #[error(transparent)]
    Room(E),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E: RoomError> RoomError for Failed<E> {
    fn kind(&self) -> Kind {
        match self {
            Self::Room(error) => error.kind(),
            Self::Store(error) => store_kind(error),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Room(error) => error.code(),
            Self::Store(StoreError::KeyReused) => "store.key_reused",
            Self::Store(StoreError::Nul) => "text.nul",
            Self::Store(_) => "store",
        }
    }
    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Room(error) => error.refusals(),
            Self::Store(_) => &[],
        }
    }
    fn field(&self) -> Option<&str> {
        match self {
            Self::Room(error) => error.field(),
            Self::Store(_) => None,
        }
    }
    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Room(error) => error.fields(),
            Self::Store(_) => Vec::new(),
        }
    }
}

/// What the store said where no room speaks.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Stored(#[from] StoreError);

impl RoomError for Stored {
    fn kind(&self) -> Kind {
        store_kind(&self.0)
    }
    fn code(&self) -> &'static str {
        "store"
    }
}

/// What a write answers: its status and its body.
pub fn done<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    // A type of this folder that serde cannot write does not exist; its answer would be empty.
    Answer::new(
        status.as_u16(),
        serde_json::to_value(body).unwrap_or_default(),
    )
}

impl Once {
    /// Carries out a write once: the second arrival gets the first answer. The answer is kept for a week, so it holds
    /// ids and states only, never personal data.
    ///
    /// # Errors
    /// Whatever the room said, and a key that came before with other content.
    pub async fn write<E>(
        self,
        app: &App,
        who: &Who,
        f: impl FnOnce(&mut Tx) -> Result<Answer, E> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        E: RoomError,
    {
        self.write_beside(app, who, f, |_, _| Ok(())).await
    }

    /// As [`Once::write`], by staff acting for a worker (代办): the actor names the worker too.
    ///
    /// # Errors
    /// As [`Once::write`].
    pub async fn write_as<E>(
        self,
        app: &App,
        actor: Actor,
        f: impl FnOnce(&mut Tx) -> Result<Answer, E> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        E: RoomError,
    {
        let account = actor.account.map(|id| id.to_string()).unwrap_or_default();
        self.carry_out(app, (actor, account), f, |_, _| Ok(()))
            .await
    }

    /// Whether this key was answered before. What is worked out before a write need not be worked out again then:
    /// [`Once::write`] gives the first answer, or refuses other content.
    ///
    /// # Errors
    /// The store failed.
    pub async fn came(&self, app: &App, who: &Who) -> Result<bool, Problem> {
        let (account, key) = (who.account.to_string(), self.key.clone());
        let answered = move |tx: &mut Tx| tx.answered(&account, &key).map_err(Stored);
        Ok(app.read(who, answered).await?.is_some())
    }

    /// As [`Once::write`], for an answer with something that may not be kept (a receipt): `beside` adds it to the
    /// first answer as to the second.
    ///
    /// # Errors
    /// As [`Once::write`].
    pub async fn write_beside<E>(
        self,
        app: &App,
        who: &Who,
        f: impl FnOnce(&mut Tx) -> Result<Answer, E> + Send + 'static,
        beside: impl FnOnce(&mut Tx, &mut Value) -> Result<(), E> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        E: RoomError,
    {
        let by = (who.actor(), who.account.to_string());
        self.carry_out(app, by, f, beside).await
    }

    async fn carry_out<E>(
        self,
        app: &App,
        (actor, account): (Actor, String),
        f: impl FnOnce(&mut Tx) -> Result<Answer, E> + Send + 'static,
        beside: impl FnOnce(&mut Tx, &mut Value) -> Result<(), E> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        E: RoomError,
    {
        let answer = app
            .write_as(actor, move |tx| {
                // Signed, so that what was sent cannot be guessed from the kept digest.
                let content = tx.vault().sign("api", &self.content);
                let mut answer = tx.once(&account, &self.key, &content, |tx| {
                    f(tx).map_err(Failed::Room)
                })?;
                beside(tx, &mut answer.body).map_err(Failed::Room)?;
                Ok::<_, Failed<E>>(answer)
            })
            .await?;
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        Ok((status, Json(answer.body)).into_response())
    }
}
