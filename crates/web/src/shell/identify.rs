//! The outermost layers: who is it, and how is a no drawn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Instant;
use kernel::ids::SessionId;
use store::Actor;
use union::access::{self, AccessError, SignedIn};
use union::failure::RoomError as _;

use super::app::off_thread;
use super::unsent::Unsent;
use super::{App, Problem, SESSION_COOKIE, Who, page, sign_in};

/// How long a session is believed without asking the store again. A revocation by another process
/// takes effect within this time; one by this process takes effect at once (`forget`).
const BELIEVED_MS: i64 = 2_000;
/// `last_seen_at` is written at most this often.
const TOUCH_MS: i64 = 60_000;
/// The cache is emptied when it grows past this.
const MOST_SESSIONS: usize = 20_000;

/// Sessions seen in the last moments.
#[derive(Default)]
pub struct SessionCache(Mutex<HashMap<String, Seen>>);

#[derive(Clone)]
struct Seen {
    who: Who,
    asked_at: Instant,
    touched_at: Instant,
}

impl SessionCache {
    fn get(&self, token: &str) -> Option<Seen> {
        self.0.lock().ok()?.get(token).cloned()
    }

    fn put(&self, token: &str, seen: Seen) {
        if let Ok(mut map) = self.0.lock() {
            if map.len() >= MOST_SESSIONS {
                map.clear();
            }
            map.insert(token.to_owned(), seen);
        }
    }

    /// Ask the store again next time: after sign-out, a switch of post, a granted or ended post.
    pub fn forget_all(&self) {
        if let Ok(mut map) = self.0.lock() {
            map.clear();
        }
    }
}

/// Whether htmx asked: then a fragment is enough.
pub struct Hx(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for Hx {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(is_htmx(parts)))
    }
}

fn is_htmx(parts: &Parts) -> bool {
    parts.headers.contains_key("hx-request")
}

/// Find out who asks and lay it into the request; draw problems on the way back.
pub(super) async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let machine = parts.uri.path().starts_with("/api/");
    let htmx = is_htmx(&parts);
    let target = parts
        .uri
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let get = parts.method == Method::GET;
    let hall = parts
        .uri
        .path()
        .starts_with("/hall")
        .then(|| CookieJar::from_headers(&parts.headers));
    match find(&app, &parts, machine).await {
        Ok(Some(who)) => {
            parts.extensions.insert(who);
        }
        Ok(None) => {}
        Err(problem) => return draw(&app, problem, machine, htmx, (None, hall)),
    }
    let who = parts.extensions.get::<Who>().cloned();
    let response = next.run(Request::from_parts(parts, body)).await;
    match problem_in(&response) {
        None => response,
        Some(problem) if problem.status == StatusCode::UNAUTHORIZED && !machine => {
            match response.extensions().get::<Unsent>().cloned() {
                Some(unsent) => sign_in::with_unsent(&app, unsent).await,
                None => to_sign_in(&target, get, htmx),
            }
        }
        Some(problem) => {
            let allow = response.headers().get(ALLOW).cloned();
            let who = who.as_ref().map(|w| &*w.0);
            let mut drawn = draw(&app, problem, machine, htmx, (who, hall));
            if let Some(allow) = allow {
                drawn.headers_mut().insert(ALLOW, allow);
            }
            drawn
        }
    }
}

/// The outermost look at an answer: what a layer refused without a word (a submission from another site, a request
/// that took too long, a handler that broke) is said in words.
pub(super) async fn worded(State(app): State<App>, request: Request, next: Next) -> Response {
    let machine = request.uri().path().starts_with("/api/");
    let htmx = request.headers().contains_key("hx-request");
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let problem = match response.status() {
        StatusCode::FORBIDDEN if kind.is_none() => Problem::cross_site(),
        StatusCode::SERVICE_UNAVAILABLE if kind.is_none() => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_slow",
            "办理超过了时限，没有完成。请稍后再试；仍不行请联系系统管理员",
        ),
        StatusCode::INTERNAL_SERVER_ERROR
            if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain")) =>
        {
            Problem::fault(&"a handler broke")
        }
        _ => return response,
    };
    draw(&app, problem, machine, htmx, (None, None))
}

/// A problem laid in by a handler, or what a plain rejection of the framework (an address or a query
/// that cannot be read, a body too large) means.
fn problem_in(response: &Response) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let plain = response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !response.status().is_client_error() || !plain {
        return None;
    }
    Some(match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(response.status(), "too_large", "内容太大，请减小后再提交")
        }
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::wrong_method(),
        status => Problem::new(
            status,
            "bad_request",
            "地址或填写的内容读不出来，请返回检查后再试",
        ),
    })
}

async fn find(app: &App, parts: &Parts, machine: bool) -> Result<Option<Who>, Problem> {
    if machine && let Some(token) = bearer(parts) {
        return find_token(app, token).await;
    }
    let jar = CookieJar::from_headers(&parts.headers);
    let Some(token) = jar.get(SESSION_COOKIE).map(|c| c.value().to_owned()) else {
        return Ok(None);
    };
    let now = app.now();
    if let Some(seen) = app.sessions().get(&token)
        && now.ms() - seen.asked_at.ms() < BELIEVED_MS
    {
        return Ok(Some(seen.who));
    }
    let touched_at = app
        .sessions()
        .get(&token)
        .map_or(Instant::from_ms(0), |s| s.touched_at);
    let (worker, asked) = (app.clone(), token.clone());
    let found = off_thread(move || resume(&worker, &asked)).await?;
    let Some(signed_in) = found else {
        return Ok(None);
    };
    let session = signed_in.session;
    let who = Who(Arc::new(signed_in));
    let stale = now.ms() - touched_at.ms() >= TOUCH_MS;
    if stale {
        touch(app, session);
    }
    let touched_at = if stale { now } else { touched_at };
    app.sessions().put(
        &token,
        Seen {
            who: who.clone(),
            asked_at: now,
            touched_at,
        },
    );
    Ok(Some(who))
}

fn resume(app: &App, token: &str) -> Result<Option<SignedIn>, AccessError> {
    let actor = Actor::system(app.config().district);
    app.db().read(&actor, |tx| {
        access::resume(tx, app.policy(), app.roles(), token)
    })
}

/// Notes that the session is in use. The page does not wait until that has reached the disk: a note that is lost
/// shortens the session by a minute at most, and the next request after that minute writes it again.
fn touch(app: &App, session: SessionId) {
    let app = app.clone();
    tokio::task::spawn_blocking(move || {
        let actor = Actor::system(app.config().district);
        let noted = app.db().housekeep(&actor, |tx| access::touch(tx, session));
        if let Err(fault) = noted {
            tracing::warn!(code = fault.code(), "last sight of a session not written");
        }
    });
}

fn bearer(parts: &Parts) -> Option<String> {
    let given = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    // The name of a scheme is written in any case (RFC 9110 §11.1).
    let (scheme, token) = given.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

async fn find_token(app: &App, token: String) -> Result<Option<Who>, Problem> {
    let app = app.clone();
    let found = off_thread(move || {
        let actor = Actor::system(app.config().district);
        app.db()
            .read(&actor, |tx| access::resume_token(tx, app.roles(), &token))
    })
    .await?;
    Ok(found.map(|signed_in| Who(Arc::new(signed_in))))
}

fn to_sign_in(target: &str, get: bool, htmx: bool) -> Response {
    let next = if get && !htmx {
        format!("/login?next={}", super::form::encode(target))
    } else {
        "/login".to_owned()
    };
    if htmx {
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(value) = HeaderValue::from_str(&next) {
            response.headers_mut().insert("hx-redirect", value);
        }
        return response;
    }
    Redirect::to(&next).into_response()
}

fn draw(
    app: &App,
    problem: Problem,
    machine: bool,
    htmx: bool,
    (who, hall): (Option<&SignedIn>, Option<CookieJar>),
) -> Response {
    if machine {
        let mut response = (problem.status, axum::Json(problem.to_json())).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if problem.status == StatusCode::UNAUTHORIZED {
            let how = HeaderValue::from_static("Bearer realm=\"niangjia\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, how);
        }
        return response;
    }
    page::problem_page(app, &problem, htmx, who, hall.as_ref())
}
