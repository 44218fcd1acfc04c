//! The lock on every route, and the extractor that tells a handler who is there.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use union::access::{Capability, SignedIn, Stage};

use super::{Problem, unsent};

/// What a route asks of the one who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anyone: sign-in, health, assets, the public door of the hall.
    Public,
    /// A session whose six digits may still be due.
    CodeDue,
    /// Any signed-in person.
    SignedIn,
    /// A post with this capability.
    Cap(Capability),
    /// A post with one of the two.
    Either(Capability, Capability),
    /// A worker with an own member record.
    Member,
}

/// The signed-in person; the guard has made sure there is one on every route that is not public.
#[derive(Clone)]
pub struct Who(pub Arc<SignedIn>);

impl std::ops::Deref for Who {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Who>()
            .cloned()
            .ok_or_else(Problem::sign_in_first)
    }
}

/// Let the request through, or say what is missing.
pub(super) async fn guard(need: Need, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Who>();
    if who.is_some_and(|w| w.must_change) && needs_own_password(need, request.uri().path()) {
        if request.uri().path().starts_with("/api/") {
            return Problem::forbidden("接口（请先在网页上换掉初始口令）").into_response();
        }
        let hall = request.uri().path().starts_with("/hall");
        return Redirect::to(if hall { "/hall/password" } else { "/me" }).into_response();
    }
    match check(need, who) {
        Ok(()) => next.run(request).await,
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED => {
            unsent::keep(problem, request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// A first password handed over by an administrator opens nothing but the page to change it.
fn needs_own_password(need: Need, path: &str) -> bool {
    !matches!(need, Need::Public | Need::CodeDue)
        && !matches!(path, "/me" | "/me/password" | "/hall/password")
}

fn check(need: Need, who: Option<&Who>) -> Result<(), Problem> {
    if need == Need::Public {
        return Ok(());
    }
    let who = who.ok_or_else(Problem::sign_in_first)?;
    if need == Need::CodeDue {
        return Ok(());
    }
    if who.stage != Stage::Full {
        return Err(Problem::sign_in_first());
    }
    match need {
        Need::Cap(capability) if !who.can(capability) => {
            Err(Problem::forbidden(capability.title()))
        }
        Need::Either(one, other) if !who.can(one) && !who.can(other) => {
            Err(Problem::forbidden(one.title()))
        }
        Need::Member if who.member.is_none() => Err(Problem::forbidden("职工本人服务")),
        _ => Ok(()),
    }
}
