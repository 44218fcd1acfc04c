//! 我的事: the cases of a worker who has signed in. Reports (举报) are not among them; only their code leads there.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::{CaseId, MemberId};
use store::Tx;
use union::access::CapabilitySet;
use union::cases::{self, CaseError};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use super::follow::{self, Done};
use crate::shell::{App, Need, Path, Problem, Query, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand/mine", Need::Member, list)
        .get("/hall/demand/mine/{id}", Need::Member, show)
}

/// A case in a line.
#[derive(Clone)]
pub(in crate::hall) struct OwnLine {
    pub id: CaseId,
    pub title: String,
    pub says: String,
    pub opened: String,
    pub ended: bool,
}

#[derive(Template)]
#[template(path = "hall/demand/mine.html")]
struct MinePage {
    frame: HallFrame,
    lines: Vec<OwnLine>,
}

/// The member's own cases, newest first.
///
/// # Errors
/// The store failed.
pub(in crate::hall) fn own_lines(tx: &mut Tx, member: MemberId) -> Result<Vec<OwnLine>, CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    let lines = cases::of_member(tx, member)?;
    lines
        .into_iter()
        .map(|line| {
            let kind = cases::kind(&line.kind, district, today)?;
            Ok(OwnLine {
                id: line.id,
                says: kind
                    .state(&line.state)
                    .map_or_else(String::new, |state| state.says.clone()),
                opened: words::day(&line.opened_at.shanghai_date()),
                ended: line.ended_at.is_some(),
                title: line.title,
            })
        })
        .collect()
}

async fn list(State(app): State<App>, worker: Worker, jar: CookieJar) -> Result<Response, Problem> {
    let lines = worker.read(&app, |tx, _, id| own_lines(tx, id)).await?;
    let frame = HallFrame::new(&app, &jar, true, "我的事")
        .await?
        .tab("/hall");
    Ok(page(StatusCode::OK, &MinePage { frame, lines }))
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let id: CaseId = id.parse().map_err(|_| Problem::not_found())?;
    let code = worker
        .read(&app, move |tx, _, _| {
            cases::public_own(tx, id)?;
            cases::receipt(tx, CapabilitySet::default(), id)
        })
        .await?;
    follow::show(&app, &jar, true, &code, done.said()).await
}
