//! Cookies: the session token and three small preferences, none readable by scripts of other sites.

use std::time::Duration;

use axum_extra::extract::cookie::{Cookie, SameSite};

use super::App;

/// Name of the session cookie. Its value is the secret token and nothing else.
pub const SESSION_COOKIE: &str = "nj_session";
/// Rows comfortable or compact.
pub const DENSITY_COOKIE: &str = "nj_density";
/// Text size of the hall: normal or xl (大字版).
pub const SIZE_COOKIE: &str = "nj_size";

/// The receipt's code of the demand that somebody without an account looks at (码上助): when it was put there, and the code.
/// It stands in no address, and for a while a reload shows the same page.
pub const DEMAND_COOKIE: &str = "nj_demand";

/// The session's cookie. A worker's phone keeps it over a closed browser, as long as the session lasts; an office's
/// computer forgets it.
pub fn session_cookie(app: &App, token: String, keep_seconds: Option<u64>) -> Cookie<'static> {
    let mut cookie = cookie(app, SESSION_COOKIE, token);
    let kept = keep_seconds.map(|seconds| Duration::from_secs(seconds).try_into());
    if let Some(Ok(kept)) = kept {
        cookie.set_max_age(Some(kept));
    }
    cookie
}

/// A cookie with the house's attributes: http-only, same-site, path /.
pub fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config().secure_cookies)
        .path("/")
        .build()
}
