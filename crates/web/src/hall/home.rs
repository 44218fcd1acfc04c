//! 首页: the card in short, what is under way, what can be done now. Strangers are shown how to join.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::PersonName;
use kernel::ids::MemberId;
use store::Tx;
use union::access::Stage;
use union::cases;
use union::members::requests::{self, Request, RequestState};
use union::members::{self, MemberError, Permit, Status, consents};
use union::orgs;

use super::demand::{OwnLine, Way, others, own_lines};
use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/hall", Need::Public, show)
}

/// Most cases on the home page; the rest is one tap away.
const MOST_CASES: usize = 3;

/// What a member sees first.
pub(super) struct Summary {
    /// Name, masked: the phone lies on the table.
    name: String,
    union: String,
    status: Status,
    real_name: bool,
    open: Vec<Request>,
    /// Own cases that are under way.
    cases: Vec<OwnLine>,
    /// Consents given to an earlier text.
    outdated: usize,
}

#[derive(Template)]
#[template(path = "hall/home.html")]
struct HomePage {
    frame: HallFrame,
    signed_in: bool,
    summary: Option<Summary>,
    /// What can be filed besides 码上助.
    ways: Vec<Way>,
}

async fn show(
    State(app): State<App>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    // A first password handed over by the union opens nothing but the page to change it.
    if who
        .as_ref()
        .is_some_and(|who| who.0.must_change && who.0.stage == Stage::Full)
    {
        return Ok(Redirect::to("/hall/password").into_response());
    }
    let worker = who.as_ref().and_then(|who| Worker::of(&who.0));
    let summary = match &worker {
        Some(worker) => Some(worker.read(&app, summary).await?),
        None => None,
    };
    let signed_in = who.as_ref().is_some_and(|who| who.0.stage == Stage::Full);
    let frame = HallFrame::new(&app, &jar, worker.is_some(), "首页")
        .await?
        .tab("/hall");
    Ok(page(
        StatusCode::OK,
        &HomePage {
            ways: others(&app, cases::DEMAND, ""),
            frame,
            signed_in,
            summary,
        },
    ))
}

fn summary(tx: &mut Tx, _: &Permit, id: MemberId) -> Result<Summary, MemberError> {
    let member = members::get(tx, id)?;
    let union = orgs::named(tx, member.org).map_or_else(|_| String::new(), |org| org.name);
    let mut open = requests::of_member(tx, id)?;
    open.retain(|request| request.state == RequestState::Open);
    let mut cases = own_lines(tx, id).map_err(MemberError::room)?;
    cases.retain(|line| !line.ended);
    cases.truncate(MOST_CASES);
    let outdated = consents::of_member(tx, id)?
        .iter()
        .filter(|line| line.outdated)
        .count();
    let name = PersonName::parse(&member.name).map_or_else(|_| String::new(), |name| name.masked());
    Ok(Summary {
        name,
        union,
        status: member.status,
        real_name: member.real_name,
        open,
        cases,
        outdated,
    })
}
