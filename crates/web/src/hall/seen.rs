//! 谁看过我的资料: when, which post, what for. Nothing is left out, one's own acts included.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::members::MemberError;
use union::members::reveal::{self, Opening};

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/hall/seen", Need::Member, show)
}

/// One line in words.
struct Line {
    at: String,
    /// The post; the officer answers for it, and a name would be another person's datum.
    post: String,
    own: bool,
    what: String,
    why: String,
}

#[derive(Template)]
#[template(path = "hall/seen.html")]
struct SeenPage {
    frame: HallFrame,
    lines: Vec<Line>,
    /// What others did in the worker's place (代办).
    done: Vec<Line>,
}

async fn show(State(app): State<App>, worker: Worker, jar: CookieJar) -> Result<Response, Problem> {
    let (openings, done) = worker
        .read(&app, |tx, _, id| {
            Ok::<_, MemberError>((reveal::openings(tx, id)?, reveal::done_for(tx, id)?))
        })
        .await?;
    let written = |all: Vec<Opening>| {
        all.into_iter()
            .map(|opening| line(opening, worker.label()))
            .collect()
    };
    let (lines, done): (Vec<Line>, Vec<Line>) = (written(openings), written(done));
    let frame = HallFrame::new(&app, &jar, true, "谁看过我的资料")
        .await?
        .tab("/hall/data")
        .back("/hall/data");
    Ok(page(StatusCode::OK, &SeenPage { frame, lines, done }))
}

fn line(opening: Opening, own: &str) -> Line {
    let post = opening
        .actor
        .split_once(" · ")
        .map_or(opening.actor.as_str(), |(_, post)| post)
        .to_owned();
    Line {
        at: words::moment(&opening.at),
        own: opening.actor == own,
        post,
        what: opening.what,
        why: opening.why,
    }
}
