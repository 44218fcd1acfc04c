//! 换届提醒: terms that end within half a year or have ended.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::orgs::committee::{self, EndingTerm};

use crate::console::words::Deadline;
use crate::shell::{App, Frame, Need, Problem, Routes, Who, page};

/// Lines of the list.
const LINES: usize = 500;

pub(super) fn routes() -> Routes {
    Routes::new().get("/orgs/terms", Need::Cap(Capability::OrgsRead), list)
}

#[derive(Template)]
#[template(path = "console/orgs/terms.html")]
struct ListPage {
    frame: Frame,
    lines: Vec<(EndingTerm, Deadline)>,
    total: i64,
    overdue: i64,
    may_approve: bool,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let (terms, total, overdue) = app.read(&who, |tx| committee::ending(tx, LINES)).await?;
    let today = app.now().shanghai_date();
    let lines = terms
        .into_iter()
        .map(|term| {
            let due = Deadline::new(today, term.ends_on, false);
            (term, due)
        })
        .collect();
    let frame = Frame::new(&app, &who, &jar, "换届提醒", "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("换届提醒", "");
    let may_approve = who.can(Capability::OrgsApprove);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            lines,
            total,
            overdue,
            may_approve,
        },
    ))
}
