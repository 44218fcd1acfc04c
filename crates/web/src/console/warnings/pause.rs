//! 停用、恢复数据源: somebody says why a feed is not to be believed, and until when; and takes it into use again.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::arrears::{self, ArrearsError, Permit};

use super::feeds;
use crate::console::words::belongs_on_form;
use crate::shell::{App, Form, Need, Path, Problem, Routes, Who};

pub(super) fn routes() -> Routes {
    let manage = Need::Cap(Capability::FeedsManage);
    Routes::new()
        .post("/warnings/feeds/{name}/pause", manage, pause)
        .post("/warnings/feeds/{name}/resume", manage, resume)
        .post("/warnings/feeds/{name}/nothing", manage, nothing)
}

async fn pause(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, feed, sent) = (Permit::of(&who), name.clone(), form.clone());
    let done = app
        .write(&who, move |tx| {
            let until = match sent.text("until") {
                "" => None,
                typed => Some(typed.parse().map_err(|_| ArrearsError::Invalid {
                    field: "until",
                    code: "feed.pause_until",
                    message: "“停到哪一天”应是日期，例如 2026-12-31；不知道的可以不填".to_owned(),
                })?),
            };
            arrears::pause_feed(tx, &permit, &feed, until, sent.text("why"))
        })
        .await;
    answer(&app, &who, &jar, (name, "paused"), (form, done)).await
}

async fn resume(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, feed, sent) = (Permit::of(&who), name.clone(), form.clone());
    let done = app
        .write(&who, move |tx| {
            arrears::resume_feed(tx, &permit, &feed, sent.text("why"))
        })
        .await;
    answer(&app, &who, &jar, (name, "resumed"), (form, done)).await
}

/// 本期没有新情况.
async fn nothing(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, feed, sent) = (Permit::of(&who), name.clone(), form.clone());
    let done = app
        .write(&who, move |tx| {
            let as_of = sent.text("as_of").parse();
            let as_of = as_of.map_err(|_| ArrearsError::Invalid {
                field: "as_of",
                code: "feed.nothing",
                message: "请写明到哪一天没有新情况，例如 2026-12-31".to_owned(),
            })?;
            arrears::nothing_new(tx, &permit, &feed, as_of)
        })
        .await;
    answer(&app, &who, &jar, (name, "nothing"), (form, done)).await
}

async fn answer(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (name, word): (String, &str),
    (form, done): (Form, Result<(), Problem>),
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/warnings/feeds/{name}?done={word}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            feeds::draw(app, who, jar, (name, String::new()), Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}
