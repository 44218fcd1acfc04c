//! 修改口令, as simple as it can be; the other devices are signed out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use union::access;

use super::frame::HallFrame;
use super::worker::Worker;
use crate::shell::{App, FieldErrors, Form, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/password", Need::SignedIn, show)
        .post("/hall/password", Need::SignedIn, change)
}

#[derive(Template)]
#[template(path = "hall/password.html")]
struct PasswordPage {
    frame: HallFrame,
    errors: FieldErrors,
    must_change: bool,
    min_chars: usize,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    status: StatusCode,
    errors: FieldErrors,
) -> Result<Response, Problem> {
    let frame = HallFrame::new(app, jar, Worker::of(who).is_some(), "修改口令").await?;
    let frame = frame
        .tab("/hall/settings")
        .back("/hall/settings")
        .wrong(!errors.is_empty());
    let min_chars = app.policy().password_min_chars;
    Ok(page(
        status,
        &PasswordPage {
            frame,
            errors,
            must_change: who.must_change,
            min_chars,
        },
    ))
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    draw(&app, &who, &jar, StatusCode::OK, FieldErrors::none()).await
}

async fn change(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    if form.raw("password") != form.raw("repeat") {
        let mut errors = FieldErrors::none();
        errors.add("repeat", "两次输入的新口令不一样");
        return draw(&app, &who, &jar, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    let (worker, person) = (app.clone(), who.clone());
    let (old, new) = (form.raw("old").to_owned(), form.raw("password").to_owned());
    let changed = app
        .write(&who, move |tx| {
            access::change_password(tx, worker.policy(), &person, &old, &new)
        })
        .await
        .and_then(|known| known.map_err(|wrong| Problem::from_room(&wrong)));
    match changed {
        Ok(()) => {
            app.sessions().forget_all();
            Ok(Redirect::to("/hall/settings?done=password").into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            draw(
                &app,
                &who,
                &jar,
                problem.status,
                FieldErrors::from_problem(&problem),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}
