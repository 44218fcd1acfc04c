//! 查进度: the receipt opens it and nothing else, of an application to join or of a case; it travels in a form, never
//! in an address.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::PersonName;
use store::{Actor, Tx};
use union::members::MemberError;
use union::members::applications::{self, Application, ApplicationState};
use union::members::behalf;
use union::orgs;

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/status", Need::Public, form)
        .post("/hall/status", Need::Public, show)
        .post("/hall/status/withdraw", Need::Public, withdraw)
}

/// What the holder of a receipt may know.
struct Found {
    name: String,
    union: String,
    state: ApplicationState,
    applied_at: String,
    decided_at: String,
    reason: String,
    code: String,
    /// Who entered it for the applicant (代办); empty when the applicant did.
    behalf: String,
}

#[derive(Template)]
#[template(path = "hall/status.html")]
struct StatusPage {
    frame: HallFrame,
    code: String,
    errors: FieldErrors,
    found: Option<Found>,
}

async fn draw(
    app: &App,
    (jar, member): (&CookieJar, bool),
    code: &str,
    errors: FieldErrors,
    found: Option<Found>,
) -> Result<Response, Problem> {
    let wrong = !errors.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let frame = HallFrame::new(app, jar, member, "查进度")
        .await?
        .tab(if member { "/hall" } else { "/hall/status" })
        .wrong(wrong);
    Ok(page(
        status,
        &StatusPage {
            frame,
            code: code.to_owned(),
            errors,
            found,
        },
    ))
}

async fn form(
    State(app): State<App>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let seen = (&jar, is_member(who.as_ref()));
    draw(&app, seen, "", FieldErrors::none(), None).await
}

/// Whose tabs are shown.
fn is_member(who: Option<&axum::Extension<Who>>) -> bool {
    who.and_then(|who| Worker::of(&who.0)).is_some()
}

async fn show(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    super::join::not_too_often(&app, &peer)?;
    let code = kernel::text::half_width(form.text("code")).into_owned();
    let seen = (&jar, is_member(who.as_ref()));
    if let Some(case) = super::demand::of_code(&app, &jar, seen.1, &code).await? {
        return Ok(case);
    }
    let asked = code.clone();
    let found = app
        .read_as(Actor::system(app.config().district), move |tx| {
            find(tx, &asked)
        })
        .await;
    answer(&app, seen, &code, found).await
}

async fn withdraw(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    super::join::not_too_often(&app, &peer)?;
    let code = kernel::text::half_width(form.text("code")).into_owned();
    let seen = (&jar, is_member(who.as_ref()));
    let asked = code.clone();
    let found = app
        .write_as(super::join::applicant(&app), move |tx| {
            let now = find(tx, &asked)?;
            // A second press of the button finds it withdrawn already.
            if now.state != ApplicationState::Withdrawn {
                applications::withdraw(tx, &asked)?;
            }
            find(tx, &asked)
        })
        .await;
    answer(&app, seen, &code, found).await
}

async fn answer(
    app: &App,
    seen: (&CookieJar, bool),
    code: &str,
    found: Result<Found, Problem>,
) -> Result<Response, Problem> {
    match found {
        Ok(found) => draw(app, seen, code, FieldErrors::none(), Some(found)).await,
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            let mut errors = FieldErrors::none();
            errors.add(
                "code",
                "没有查到这个回执号或查询码，请核对：回执号 10 位，查询码 12 位，都是字母和数字",
            );
            draw(app, seen, code, errors, None).await
        }
        Err(problem) => Err(problem),
    }
}

fn find(tx: &mut Tx, code: &str) -> Result<Found, MemberError> {
    let application: Application = applications::by_receipt(tx, code)?;
    let union = orgs::named(tx, application.org).map_or_else(|_| String::new(), |org| org.name);
    let behalf = application.behalf().map(behalf::for_worker);
    Ok(Found {
        behalf: behalf.unwrap_or_default(),
        name: PersonName::parse(&application.name)
            .map(|name| name.masked())
            .unwrap_or_default(),
        union,
        state: application.state,
        applied_at: words::moment(&application.applied_at),
        decided_at: application
            .decided_at
            .as_ref()
            .map(words::moment)
            .unwrap_or_default(),
        reason: application.reason.unwrap_or_default(),
        code: application.code,
    })
}
