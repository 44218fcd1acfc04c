//! 核验会员码: what a scanned code says. A scanner types the text into the field; a phone's camera app can copy it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::members::Permit;
use union::members::card::{self, CardCheck};

use crate::shell::{App, Form, Frame, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersRead);
    Routes::new()
        .get("/cards/check", need, show)
        .post("/cards/check", need, check)
}

#[derive(Template)]
#[template(path = "console/members/card_check.html")]
struct CheckPage {
    frame: Frame,
    result: Option<CardCheck>,
}

fn frame(app: &App, who: &Who, jar: &CookieJar) -> Frame {
    Frame::new(app, who, jar, "核验会员码", "/members")
        .crumb("会员名册", "/members")
        .crumb("核验会员码", "")
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Response {
    page(
        StatusCode::OK,
        &CheckPage {
            frame: frame(&app, &who, &jar),
            result: None,
        },
    )
}

async fn check(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, text) = (Permit::of(&who), form.text("code").to_owned());
    let result = app
        .write(&who, move |tx| card::check(tx, &permit, &text))
        .await?;
    Ok(page(
        StatusCode::OK,
        &CheckPage {
            frame: frame(&app, &who, &jar),
            result: Some(result),
        },
    ))
}
