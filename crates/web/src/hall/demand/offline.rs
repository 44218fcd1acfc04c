//! Without a network: the forms the phone keeps, and the small script that keeps them. The same for everyone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use super::super::frame::HallFrame;
use super::form::ground;
use super::parts::Sheet;
use super::ways::{self, Filed};
use crate::shell::offline::{OfflineRoom, worker_script};
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand/offline", Need::Public, shell)
        .get("/hall/demand/offline/apply/{matter}", Need::Public, shell)
        .get("/demand-worker.js", Need::Public, worker)
}

#[derive(Template)]
#[template(path = "hall/demand/offline.html")]
struct OfflinePage {
    frame: HallFrame,
    sheet: Sheet,
}

async fn shell(State(app): State<App>, filed: Filed, jar: CookieJar) -> Result<Response, Problem> {
    let ground = ground(&app, filed, None, String::new()).await?;
    let frame = HallFrame::new(&app, &jar, false, &ground.own.title).await?;
    let sheet = Sheet {
        kind: ground.kind,
        own: ground.own,
        place: ground.place,
        signed: None,
        form: Form::default(),
        errors: FieldErrors::none(),
        step: 1,
        key: String::new(),
        others: Vec::new(),
    };
    Ok(page(StatusCode::OK, &OfflinePage { frame, sheet }))
}

/// The service worker; it changes with what the pages ask.
async fn worker(State(app): State<App>) -> Result<Response, Problem> {
    let kinds = ways::kinds(&app);
    let kinds = || kinds.iter().map(|(kind, _)| *kind);
    worker_script(&OfflineRoom {
        name: "demand",
        shell: "/hall/demand/offline",
        shells: kinds()
            .map(|kind| (ways::path_of(kind), ways::shell_of(kind)))
            .collect(),
        worker: "demand-worker.js",
        sync: "",
        script: "demand.js",
        more: &[],
        version: kinds()
            .map(|kind| kind.hash.as_str())
            .collect::<Vec<_>>()
            .join(" "),
    })
}
