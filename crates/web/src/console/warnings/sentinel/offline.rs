//! Without a network: the page the phone keeps and the script that keeps it. It holds the questions and nothing else;
//! whom to visit is what the phone itself remembers of the last page with a network.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use union::arrears::check_in::WeeklyRules;

use super::form::{Sheet, blank};
use crate::shell::offline::{OfflineRoom, worker_script};
use crate::shell::{App, Frame, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/sentinel/offline", Need::Public, shell)
        .get("/sentinel-worker.js", Need::Public, worker)
}

#[derive(Template)]
#[template(path = "console/sentinel/offline.html")]
struct OfflinePage {
    frame: Frame,
    sheet: Sheet,
}

async fn shell(State(app): State<App>) -> Result<Response, Problem> {
    let today = app.now().shanghai_date();
    let rules =
        WeeklyRules::at(app.config().district, today).map_err(|fault| Problem::fault(&fault))?;
    let frame = Frame::bare(&app, "每周五问");
    let sheet = blank(rules);
    Ok(page(StatusCode::OK, &OfflinePage { frame, sheet }))
}

/// The service worker of the round's addresses.
async fn worker(State(app): State<App>) -> Result<Response, Problem> {
    let today = app.now().shanghai_date();
    let version = WeeklyRules::fingerprint(app.config().district, today)
        .map_err(|fault| Problem::fault(&fault))?;
    worker_script(&OfflineRoom {
        name: "sentinel",
        shell: "/sentinel/offline",
        shells: BTreeMap::new(),
        worker: "queue-worker.js",
        sync: "/sentinel/sync",
        script: "sentinel.js",
        more: &[],
        version: version.to_owned(),
    })
}
