//! Without a network: the form the phone keeps, and the small script that keeps it. The same for everyone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use super::super::frame::HallFrame;
use super::form::ground;
use super::parts::Sheet;
use crate::shell::offline::{OfflineRoom, worker_script};
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, page};

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

/// The service worker; it changes with what the page asks.
async fn worker(State(app): State<App>) -> Result<Response, Problem> {
    let ground = ground(&app, None, String::new()).await?;
    worker_script(&OfflineRoom {
        name: "demand",
        shell: "/hall/demand/offline",
        worker: "demand-worker.js",
        sync: "",
        script: "demand.js",
        more: &[],
        version: ground.kind.hash.clone(),
    })
}
