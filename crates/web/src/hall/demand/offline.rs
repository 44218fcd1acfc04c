//! Without a network: the form the phone keeps, and the small script that keeps it. The same for everyone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use super::super::frame::HallFrame;
use super::form::ground;
use super::parts::Sheet;
use crate::shell::offline::uncached;
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, asset, asset_text, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand/offline", Need::Public, shell)
        .get("/demand-worker.js", Need::Public, worker)
}

#[derive(Template)]
#[template(path = "hall/demand/offline.html")]
struct OfflinePage {
    frame: HallFrame,
    sheet: Sheet,
}

async fn shell(State(app): State<App>, jar: CookieJar) -> Result<Response, Problem> {
    let ground = ground(&app, None, String::new()).await?;
    let frame = HallFrame::new(&app, &jar, false, "码上助").await?;
    let sheet = Sheet {
        kind: ground.kind,
        place: ground.place,
        signed: None,
        form: Form::default(),
        errors: FieldErrors::none(),
        step: 1,
        key: String::new(),
    };
    Ok(page(StatusCode::OK, &OfflinePage { frame, sheet }))
}

/// The service worker: the built script behind the list of what it keeps, and the version of what the page asks.
async fn worker(State(app): State<App>) -> Result<Response, Problem> {
    let script = asset_text("demand-worker.js").ok_or_else(Problem::not_found)?;
    let kept: Vec<&str> = [
        "union.css",
        "app.js",
        "demand.js",
        "icons.svg",
        "favicon.svg",
    ]
    .map(asset)
    .to_vec();
    let ground = ground(&app, None, String::new()).await?;
    let about = serde_json::json!({ "kept": kept, "version": ground.kind.hash });
    Ok(uncached(
        "text/javascript; charset=utf-8",
        format!("self.ABOUT={about};\n{script}"),
    ))
}
