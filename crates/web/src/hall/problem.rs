//! A no in the hall: one sentence, what to do, and the way back.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::SignedIn;

use super::frame::HallFrame;
use crate::shell::{App, Problem, page};

#[derive(Template)]
#[template(path = "hall/problem.html")]
struct ProblemPage<'a> {
    frame: HallFrame,
    problem: &'a Problem,
    signed_in: bool,
}

/// Draws a problem for a worker.
pub(crate) fn problem(
    app: &App,
    problem: &Problem,
    jar: &CookieJar,
    who: Option<&SignedIn>,
    title: &str,
) -> Response {
    let frame = HallFrame::bare(app, jar, who.is_some_and(|who| who.member.is_some()), title);
    page(
        problem.status,
        &ProblemPage {
            frame,
            problem,
            signed_in: who.is_some(),
        },
    )
}
