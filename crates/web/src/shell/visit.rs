//! A page being asked for: the program, who asks, and the cookies. Most handlers of the console need all three.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;

use super::{App, Frame, Problem, Who};

/// Program, person and cookies of one request.
pub struct Visit {
    /// The program.
    pub app: App,
    /// Who asks.
    pub who: Who,
    /// What their browser keeps: density, size of type.
    pub jar: CookieJar,
}

impl Visit {
    /// The frame of a page for this person; see [`Frame::new`].
    pub fn frame(&self, title: impl Into<String>, current: &'static str) -> Frame {
        Frame::new(&self.app, &self.who, &self.jar, title, current)
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            app: app.clone(),
            who: Who::from_request_parts(parts, app).await?,
            jar: CookieJar::from_headers(&parts.headers),
        })
    }
}
