//! 交给工会: choose a union and a purpose, see what will be given, give it; see it again, take it back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde_json::json;
use store::{Answer, Tx};
use union::notebook::{self, NotebookError, NotebookRules, Purpose, ShareId, Shared, Statement};
use union::orgs::OrgRef;

use super::super::demand::{OwnLine, own_lines};
use super::super::frame::HallFrame;
use super::super::join::LONGEST_KEY;
use super::super::words;
use super::super::worker::Worker;
use super::account::Span;
use super::entry::beside;
use crate::shell::{App, FieldErrors, Form, Need, Path, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/notebook/share", Need::Member, show)
        .post("/hall/notebook/share", Need::Member, give)
        .get("/hall/notebook/share/{id}", Need::Member, view)
        .get("/hall/notebook/share/{id}/withdraw", Need::Member, effect)
        .post("/hall/notebook/share/{id}/withdraw", Need::Member, withdraw)
}

/// A statement that was given, and how its demand stands.
struct Given {
    shared: Shared,
    line: Option<OwnLine>,
}

/// What the page needs from the store.
struct Desk {
    receivers: Vec<OrgRef>,
    purposes: &'static [Purpose],
    given: Vec<Given>,
    statement: Statement,
    key: String,
}

#[derive(Template)]
#[template(path = "hall/notebook/share.html")]
struct SharePage {
    frame: HallFrame,
    desk: Desk,
    form: Form,
    errors: FieldErrors,
}

impl SharePage {
    fn purpose(&self, id: &str) -> String {
        title_of(self.desk.purposes, id)
    }
}

fn title_of(purposes: &[Purpose], id: &str) -> String {
    purposes
        .iter()
        .find(|purpose| purpose.id == id)
        .map_or_else(String::new, |purpose| purpose.title.clone())
}

#[derive(Template)]
#[template(path = "hall/notebook/shared.html")]
struct SharedPage {
    frame: HallFrame,
    shared: Shared,
    statement: Statement,
    digest: String,
}

#[derive(Template)]
#[template(path = "hall/notebook/withdraw.html")]
struct WithdrawPage {
    frame: HallFrame,
    shared: Shared,
    purpose: Purpose,
}

fn given(tx: &mut Tx) -> Result<Vec<Given>, NotebookError> {
    let shared = notebook::mine(tx)?;
    let lines = match tx.actor().scope.member() {
        Some(member) if shared.iter().any(|one| one.share.case.is_some()) => {
            own_lines(tx, member).map_err(NotebookError::room)?
        }
        _ => Vec::new(),
    };
    Ok(shared
        .into_iter()
        .map(|shared| Given {
            line: lines
                .iter()
                .find(|line| Some(line.id) == shared.share.case)
                .cloned(),
            shared,
        })
        .collect())
}

fn desk(tx: &mut Tx) -> Result<Desk, NotebookError> {
    let rules = NotebookRules::at(*tx.district(), tx.today())?;
    Ok(Desk {
        receivers: notebook::receivers(tx)?,
        purposes: &rules.purposes,
        given: given(tx)?,
        statement: notebook::draw_up(tx, None, None)?,
        key: tx.new_id::<ShareId>().to_string(),
    })
}

async fn draw(
    app: &App,
    worker: &Worker,
    jar: &CookieJar,
    form: Form,
    errors: FieldErrors,
) -> Result<Response, Problem> {
    let mut desk = worker.read(app, |tx, _, _| desk(tx)).await?;
    if !form.text("key").is_empty() {
        desk.key = form.text("key").to_owned();
    }
    let wrong = !errors.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let flash = match form.text("done") {
        "given" => Some("已交给工会，有人办、有期限，在“交过的”里看办到哪了"),
        "withdrawn" => Some("已收回，工会打不开了。登记的那件事照样办"),
        _ => None,
    };
    let frame = HallFrame::new(app, jar, true, "交给工会")
        .await?
        .tab("/hall")
        .back("/hall/notebook")
        .wrong(wrong)
        .flash(flash);
    let view = SharePage {
        frame,
        desk,
        form,
        errors,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    draw(&app, &worker, &jar, form, FieldErrors::none()).await
}

async fn give(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let key = form.text("key").to_owned();
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Problem::bad_request("表单不完整，请返回上一页重新打开"));
    }
    if !form.ticked("agree") {
        let mut errors = FieldErrors::none();
        errors.add("agree", "请先看清楚交的是什么，再勾选同意");
        return draw(&app, &worker, &jar, form, errors).await;
    }
    let span = Span {
        from: form.text("from").to_owned(),
        to: form.text("to").to_owned(),
    };
    let errors = span.faults();
    if !errors.is_empty() {
        return draw(&app, &worker, &jar, form, errors).await;
    }
    let Some(org) = form.parsed("org") else {
        let mut errors = FieldErrors::none();
        errors.add("org", "选一下交给哪一级工会");
        return draw(&app, &worker, &jar, form, errors).await;
    };
    let purpose = form.text("purpose").to_owned();
    let sender = worker.sender();
    let given = worker
        .write(&app, move |tx, _, _| {
            let content = format!("{org} {purpose} {} {}", span.from, span.to);
            tx.once(&sender, &key, content.as_bytes(), |tx| {
                let share = notebook::share(tx, org, &purpose, span.months())?;
                Ok::<_, NotebookError>(Answer::new(303, json!({ "share": share })))
            })
        })
        .await;
    match given {
        Ok(_) => Ok(Redirect::to("/hall/notebook/share?done=given").into_response()),
        Err(problem) => {
            let errors = beside(problem)?;
            draw(&app, &worker, &jar, form, errors).await
        }
    }
}

fn id_of(text: &str) -> Result<ShareId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

async fn view(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let (shared, statement) = worker
        .read(&app, move |tx, permit, _| notebook::open(tx, permit, id))
        .await?;
    let frame = HallFrame::new(&app, &jar, true, "交给工会的账单")
        .await?
        .tab("/hall")
        .back("/hall/notebook/share");
    let digest = shared.share.digest.clone();
    let view = SharedPage {
        frame,
        shared,
        statement,
        digest,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn effect(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let (given, rules) = worker
        .read(&app, |tx, _, _| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            Ok::<_, NotebookError>((notebook::mine(tx)?, rules))
        })
        .await?;
    let shared = given
        .into_iter()
        .find(|one| one.share.id == id)
        .ok_or_else(Problem::not_found)?;
    if shared.share.withdrawn_at.is_some() {
        return Ok(Redirect::to("/hall/notebook/share").into_response());
    }
    let purpose = rules
        .purpose(&shared.share.purpose)
        .cloned()
        .ok_or_else(Problem::not_found)?;
    let frame = HallFrame::new(&app, &jar, true, "收回账单")
        .await?
        .tab("/hall")
        .back("/hall/notebook/share");
    let view = WithdrawPage {
        frame,
        shared,
        purpose,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn withdraw(
    State(app): State<App>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let id = id_of(&id)?;
    worker
        .write(&app, move |tx, _, _| notebook::withdraw(tx, id))
        .await?;
    Ok(Redirect::to("/hall/notebook/share?done=withdrawn"))
}
