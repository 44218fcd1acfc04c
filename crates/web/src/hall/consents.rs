//! 同意管理: each purpose by itself. What taking it back means is said before it is taken back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::members::consents::{self, ConsentLine};

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, Need, Path, Problem, Query, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/consents", Need::Member, list)
        .post("/hall/consents/{purpose}/give", Need::Member, give)
        .get("/hall/consents/{purpose}/withdraw", Need::Member, effect)
        .post("/hall/consents/{purpose}/withdraw", Need::Member, withdraw)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "hall/consents.html")]
struct ListPage {
    frame: HallFrame,
    lines: Vec<ConsentLine>,
}

#[derive(Template)]
#[template(path = "hall/withdraw.html")]
struct EffectPage {
    frame: HallFrame,
    line: ConsentLine,
}

async fn list(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let lines = worker
        .read(&app, |tx, _, id| consents::of_member(tx, id))
        .await?;
    let flash = match done.done.as_str() {
        "given" => Some("已同意，随时可以撤回"),
        "withdrawn" => Some("已撤回"),
        _ => None,
    };
    let frame = HallFrame::new(&app, &jar, true, "我同意过什么")
        .await?
        .tab("/hall/data")
        .back("/hall/data")
        .flash(flash);
    Ok(page(StatusCode::OK, &ListPage { frame, lines }))
}

async fn effect(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(purpose): Path<String>,
) -> Result<Response, Problem> {
    let lines = worker
        .read(&app, |tx, _, id| consents::of_member(tx, id))
        .await?;
    let line = lines
        .into_iter()
        .find(|line| line.purpose.id == purpose)
        .ok_or_else(Problem::not_found)?;
    if line.given_at.is_none() {
        return Ok(Redirect::to("/hall/consents").into_response());
    }
    let frame = HallFrame::new(&app, &jar, true, "撤回同意")
        .await?
        .tab("/hall/data")
        .back("/hall/consents");
    Ok(page(StatusCode::OK, &EffectPage { frame, line }))
}

async fn give(
    State(app): State<App>,
    worker: Worker,
    Path(purpose): Path<String>,
) -> Result<Redirect, Problem> {
    worker
        .write(&app, move |tx, permit, id| {
            consents::set(tx, permit, id, &purpose, true)
        })
        .await?;
    Ok(Redirect::to("/hall/consents?done=given"))
}

async fn withdraw(
    State(app): State<App>,
    worker: Worker,
    Path(purpose): Path<String>,
) -> Result<Redirect, Problem> {
    worker
        .write(&app, move |tx, permit, id| {
            consents::set(tx, permit, id, &purpose, false)
        })
        .await?;
    Ok(Redirect::to("/hall/consents?done=withdrawn"))
}
