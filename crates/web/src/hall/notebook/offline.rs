//! Without a network: the page the phone keeps, the small script that keeps it, and what lets the notebook be
//! put on the home screen. None of it holds anything personal, so it is the same for everyone.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::notebook::{Fields, Kind, NotebookRules};

use super::super::frame::HallFrame;
use super::entry::Sheet;
use crate::shell::offline::{OfflineRoom, uncached, worker_script};
use crate::shell::{App, FieldErrors, Need, Problem, Routes, asset, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/notebook/offline", Need::Public, shell)
        .get("/notebook-worker.js", Need::Public, worker)
        .get("/notebook.webmanifest", Need::Public, manifest)
}

#[derive(Template)]
#[template(path = "hall/notebook/offline.html")]
struct OfflinePage {
    frame: HallFrame,
    sheets: Vec<Sheet>,
}

async fn shell(State(app): State<App>, jar: CookieJar) -> Result<Response, Problem> {
    let today = app.now().shanghai_date();
    let rules = NotebookRules::at(app.config().district, today)
        .map_err(|error| Problem::from_room(&error))?;
    let frame = HallFrame::new(&app, &jar, true, "工薪本")
        .await?
        .tab("/hall");
    let sheet = |kind, prefix| Sheet {
        kind,
        prefix,
        fields: Fields::new(),
        errors: FieldErrors::none(),
        evidence: &rules.evidence,
    };
    let sheets = vec![
        sheet(Kind::Work, "w"),
        sheet(Kind::Pay, "p"),
        sheet(Kind::Note, "n"),
        sheet(Kind::Evidence, "e"),
    ];
    Ok(page(StatusCode::OK, &OfflinePage { frame, sheets }))
}

/// The service worker of the notebook's addresses.
async fn worker() -> Result<Response, Problem> {
    worker_script(&OfflineRoom {
        name: "notebook",
        shell: "/hall/notebook/offline",
        shells: BTreeMap::new(),
        worker: "queue-worker.js",
        sync: "/hall/notebook/sync",
        script: "notebook.js",
        more: &["/notebook.webmanifest"],
        version: String::new(),
    })
}

async fn manifest(State(app): State<App>) -> Response {
    let icon = asset("favicon.svg");
    let manifest = serde_json::json!({
        "name": format!("工薪本 · {}", app.config().district_name),
        "short_name": "工薪本",
        "id": "/hall/notebook",
        "start_url": "/hall/notebook",
        "scope": "/hall/",
        "display": "standalone",
        "lang": "zh-CN",
        "background_color": "#f3f2f0",
        "theme_color": "#a9161b",
        "icons": [{ "src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    uncached("application/manifest+json", manifest.to_string())
}
