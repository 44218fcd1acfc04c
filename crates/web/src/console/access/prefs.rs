//! 显示偏好: row density of the console and text size of the hall, remembered in a cookie so that the
//! server draws the page right the first time.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;

use crate::shell::{App, DENSITY_COOKIE, Need, Path, Problem, Routes, SIZE_COOKIE, cookie};

pub(super) fn routes() -> Routes {
    Routes::new().get("/prefs/{name}/{value}", Need::Public, set)
}

/// A preference changes nothing on the server, so a plain link may set it.
async fn set(
    State(app): State<App>,
    jar: CookieJar,
    headers: HeaderMap,
    Path((name, value)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let name = match (name.as_str(), value.as_str()) {
        ("density", "compact" | "comfortable") => DENSITY_COOKIE,
        ("size", "xl" | "normal") => SIZE_COOKIE,
        _ => return Err(Problem::not_found()),
    };
    let back = headers
        .get(header::REFERER)
        .and_then(|v| v.to_str().ok())
        .and_then(local_path)
        .unwrap_or_else(|| "/".to_owned());
    Ok((jar.add(cookie(&app, name, value)), Redirect::to(&back)).into_response())
}

/// Path and query of the page that held the link.
fn local_path(referer: &str) -> Option<String> {
    let uri: axum::http::Uri = referer.parse().ok()?;
    let path = uri.path_and_query()?.as_str();
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}
