//! 登录过期了: a form that arrives when nobody is signed in any more is not taken, and what was typed is not lost. It
//! comes back with the page to sign in, goes through the sign-in, and then waits for a word of whoever signed in. The
//! server keeps nothing of it meanwhile.

use askama::Template;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::sign_in::local;
use super::{App, Form, Frame, Problem, page};

/// Largest body that is read for its words; the files in it are read past.
const LARGEST_BODY: usize = 64 << 20;
/// Longest value of a field of words, in bytes.
const LONGEST_FIELD: usize = 64 << 10;
/// Most that is kept of a form, names and values together, in bytes: anybody may send one, and gets it back in a page.
const LARGEST_FORM: usize = 512 << 10;
/// Most fields that are kept.
const FIELDS: usize = 2_000;
/// Name of the field in which it goes through the sign-in.
const FIELD: &str = "unsent";

/// What was typed and not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Where it was going, a path of this site.
    pub(super) to: String,
    /// As typed, in the order of the form.
    pub(super) pairs: Vec<(String, String)>,
    /// Files that were chosen; they do not come along.
    pub(super) files: usize,
}

impl Unsent {
    /// As the page to sign in sent it on.
    pub(super) fn of(form: &Form) -> Option<Self> {
        let unsent: Self = serde_json::from_str(form.raw(FIELD)).ok()?;
        let door = unsent.to.starts_with("/login") || unsent.to.starts_with("/logout");
        (local(&unsent.to) == unsent.to && !door).then_some(unsent)
    }

    /// For the hidden field.
    pub fn carried(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What people wrote in words, to be read or copied; what pages wrote into forms is not among it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let values = self.pairs.iter().map(|(_, value)| value.trim());
        values.filter(|value| !value.is_ascii())
    }
}

#[derive(Template)]
#[template(path = "shell/unsent.html")]
struct UnsentPage {
    frame: Frame,
    unsent: Unsent,
    /// Where those go who do not want to send it.
    instead: &'static str,
}

/// Somebody has signed in: it may be sent.
pub(super) fn to_send(app: &App, unsent: Unsent, instead: &'static str) -> Response {
    let frame = Frame::bare(app, "刚才填的还在");
    page(
        StatusCode::OK,
        &UnsentPage {
            frame,
            unsent,
            instead,
        },
    )
}

/// Refuses, and lays what was typed into the answer, where a person sent a form from a page.
pub(super) async fn keep(problem: Problem, request: Request) -> Response {
    let to = request.uri().path_and_query().map(ToString::to_string);
    let typed = if from_a_page(request.method(), request.headers()) {
        read(request).await
    } else {
        None
    };
    let mut response = problem.into_response();
    if let Some((to, (pairs, files))) = to.zip(typed) {
        let secret = pairs.iter().any(|(name, _)| name.contains("password"));
        if !secret && !pairs.is_empty() && !is_too_much(&pairs) {
            let unsent = Unsent { to, pairs, files };
            response.extensions_mut().insert(unsent);
        }
    }
    response
}

/// Scripts that send by themselves keep what they send, and ask for no page.
fn from_a_page(method: &Method, headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    method == Method::POST
        && accepts.is_some_and(|kinds| kinds.contains("text/html"))
        && !headers.contains_key("hx-request")
}

async fn read(mut request: Request) -> Option<(Vec<(String, String)>, usize)> {
    let kind = request.headers().get(CONTENT_TYPE)?;
    if !kind.as_bytes().starts_with(b"multipart/") {
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, &()).await;
        return form.ok().map(|axum::Form(pairs)| (pairs, 0));
    }
    DefaultBodyLimit::max(LARGEST_BODY).apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let (mut pairs, mut files) = (Vec::new(), 0);
    // What breaks off in the middle of a photograph has its words: they stand before the files.
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        match words(part).await {
            Ok((_, 0)) if is_file => {}
            Ok(_) if is_file => files += 1,
            Ok((text, _)) => pairs.push((name, text)),
            Err(_) => {
                files += usize::from(is_file);
                break;
            }
        }
        if is_too_much(&pairs) {
            return None;
        }
    }
    Some((pairs, files))
}

/// No page of ours sends so much in words.
fn is_too_much(pairs: &[(String, String)]) -> bool {
    let sizes = pairs.iter().map(|(name, value)| name.len() + value.len());
    pairs.len() > FIELDS || sizes.sum::<usize>() > LARGEST_FORM
}

/// The beginning of a part, and how long it is.
async fn words(mut part: Field<'_>) -> Result<(String, usize), MultipartError> {
    let (mut bytes, mut size) = (Vec::new(), 0_usize);
    while let Some(chunk) = part.chunk().await? {
        size += chunk.len();
        if size <= LONGEST_FIELD {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), size))
}
