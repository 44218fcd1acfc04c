//! 我的请求: correct what is wrong, have a paper copy, have the record deleted; each with its last day.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{MemberId, RequestId};
use store::{Answer, Tx};
use union::members::behalf;
use union::members::requests::{self, Request, RequestKind, RequestState};
use union::members::{self, MemberError, Permit};

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, FieldErrors, Form, Need, Path, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/requests", Need::Member, list)
        .get("/hall/requests/{kind}", Need::Member, show)
        .post("/hall/requests/{kind}", Need::Member, ask)
}

#[derive(Template)]
#[template(path = "hall/requests.html")]
struct ListPage {
    frame: HallFrame,
    requests: Vec<Request>,
}

#[derive(Template)]
#[template(path = "hall/request.html")]
struct AskPage {
    frame: HallFrame,
    kind: RequestKind,
    detail: String,
    key: String,
    errors: FieldErrors,
    /// What deletion means for this member now; empty for the other kinds.
    effect: String,
}

async fn list(State(app): State<App>, worker: Worker, jar: CookieJar) -> Result<Response, Problem> {
    let requests = worker
        .read(&app, |tx, _, id| requests::of_member(tx, id))
        .await?;
    let frame = HallFrame::new(&app, &jar, true, "我的请求")
        .await?
        .tab("/hall/data")
        .back("/hall/data");
    Ok(page(StatusCode::OK, &ListPage { frame, requests }))
}

fn heading(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Correct => "更正我的资料",
        RequestKind::Export => "要一份纸质资料",
        RequestKind::Delete => "删除我的资料",
    }
}

/// What a form holds when it is drawn: the first time with a key of its own, later with what was typed.
#[derive(Default)]
struct Typed {
    detail: String,
    key: String,
    errors: FieldErrors,
}

async fn draw(
    app: &App,
    worker: &Worker,
    jar: &CookieJar,
    kind: RequestKind,
    typed: Typed,
) -> Result<Response, Problem> {
    let (fresh, effect) = worker
        .read(app, move |tx, _, id| before(tx, id, kind))
        .await?;
    let wrong = !typed.errors.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let frame = HallFrame::new(app, jar, true, heading(kind))
        .await?
        .tab("/hall/data")
        .back("/hall/requests")
        .wrong(wrong);
    let key = if typed.key.is_empty() {
        fresh
    } else {
        typed.key
    };
    Ok(page(
        status,
        &AskPage {
            frame,
            kind,
            detail: typed.detail,
            key,
            errors: typed.errors,
            effect,
        },
    ))
}

/// A key for the form, and what would come of the request.
fn before(tx: &mut Tx, id: MemberId, kind: RequestKind) -> Result<(String, String), MemberError> {
    let key = tx.new_id::<RequestId>().to_string();
    if kind != RequestKind::Delete {
        return Ok((key, String::new()));
    }
    let member = members::get(tx, id)?;
    let effect = match requests::erasable_from(tx, &member) {
        Ok(from) if from <= tx.today() => {
            "保存期已过。工会答复后，您的姓名、号码等都会删掉，不能恢复。".to_owned()
        }
        Ok(from) => format!(
            "按规定，资料要保存到 {}。在那之前只保存，不作别的用。",
            words::day(&from)
        ),
        Err(MemberError::Refused(refusals)) => refusals.to_string(),
        Err(other) => return Err(other),
    };
    Ok((key, effect))
}

fn kind_of(text: &str) -> Result<RequestKind, Problem> {
    RequestKind::from_code(text).ok_or_else(Problem::not_found)
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    draw(&app, &worker, &jar, kind_of(&kind)?, Typed::default()).await
}

async fn ask(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(kind): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let kind = kind_of(&kind)?;
    let (detail, key) = (form.text("detail").to_owned(), form.text("key").to_owned());
    if key.is_empty() || key.len() > super::join::LONGEST_KEY {
        return Err(Problem::bad_request("表单不完整，请返回上一页重新打开"));
    }
    let sender = worker.sender();
    let (text, once) = (detail.clone(), key.clone());
    let asked = worker.write(&app, move |tx, permit, id| {
        let content = format!("{} {text}", kind.code());
        tx.once(&sender, &once, content.as_bytes(), |tx| {
            asked(tx, permit, id, kind, &text)
        })
    });
    match asked.await {
        Ok(_) => Ok(Redirect::to("/hall/requests").into_response()),
        Err(problem)
            if matches!(
                problem.status,
                StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
            ) =>
        {
            let mut errors = FieldErrors::none();
            for (_, message) in FieldErrors::from_problem(&problem).all() {
                errors.add("detail", message.clone());
            }
            draw(
                &app,
                &worker,
                &jar,
                kind,
                Typed {
                    detail,
                    key,
                    errors,
                },
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

fn asked(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
    kind: RequestKind,
    text: &str,
) -> Result<Answer, MemberError> {
    let request = requests::ask(tx, permit, id, kind, text)?;
    Ok(Answer::new(303, serde_json::json!({ "request": request })))
}
