//! The form: what happened, then how to reach you. One page address for both steps, so that a page without script
//! carries the words along and one with script needs no network between the steps.

use std::net::SocketAddr;

use askama::Template;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use kernel::PersonName;
use serde::Deserialize;
use serde_json::json;
use store::{Actor, Tx};
use union::cases::{self, CaseError};
use union::members;

use super::super::frame::HallFrame;
use super::super::join::LONGEST_KEY;
use super::super::worker::Worker;
use super::parts::{FIRST, Sheet, Signed, first_faults, second_faults};
use super::place::Place;
use super::posted::Posted;
use super::{KIND, mark, receipt, send, wants_json};
use crate::shell::{App, FieldErrors, Form, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand", Need::Public, ask)
        .post("/hall/demand", Need::Public, take)
}

#[derive(Deserialize, Default)]
struct Scanned {
    #[serde(default)]
    at: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    subject: String,
}

#[derive(Template)]
#[template(path = "hall/demand/form.html")]
struct FormPage {
    frame: HallFrame,
    sheet: Sheet,
}

/// The worker who has signed in, if it is one.
pub(super) fn worker_of(who: Option<&axum::Extension<Who>>) -> Option<Worker> {
    who.and_then(|who| Worker::of(&who.0))
}

/// What both steps need to know.
pub(super) struct Ground {
    pub kind: &'static kernel::case_kind::CaseKind,
    pub place: Place,
    pub signed: Option<Signed>,
}

/// Place, definition and who is there.
pub(super) async fn ground(
    app: &App,
    worker: Option<&Worker>,
    code: String,
) -> Result<Ground, Problem> {
    let own = match worker {
        Some(worker) => Some(worker.read(app, |tx, _, id| members::get(tx, id)).await?),
        None => None,
    };
    let org = own.as_ref().map(|member| member.org);
    let member = own.as_ref().map(|member| member.id);
    let system = Actor::system(app.config().district);
    let (kind, place, mark) = app
        .read_as(system, move |tx: &mut Tx| {
            let kind = cases::kind(KIND, *tx.district(), tx.today())?;
            let place = Place::of(tx, &code, org).map_err(|fault| poster(&fault))?;
            Ok::<_, CaseError>((kind, place, member.map(|id| mark(tx, id))))
        })
        .await?;
    let signed = own.map(|member| Signed {
        mark: mark.unwrap_or_default(),
        name: PersonName::parse(&member.name).map_or_else(|_| String::new(), |name| name.masked()),
        phone: member.phone_masked.unwrap_or_default(),
    });
    Ok(Ground {
        kind,
        place,
        signed,
    })
}

/// The posters room fails only where the store does.
pub(super) fn poster(fault: &union::posters::PosterError) -> CaseError {
    CaseError::Definition(fault.to_string())
}

async fn draw(
    app: &App,
    jar: &CookieJar,
    ground: Ground,
    typed: (Form, FieldErrors, u8),
) -> Result<Response, Problem> {
    let (form, errors, step) = typed;
    let wrong = !errors.is_empty();
    let frame = HallFrame::new(app, jar, ground.signed.is_some(), "码上助")
        .await?
        .wrong(wrong);
    let key = match form.key() {
        "" => app.new_key(),
        key => key.to_owned(),
    };
    let sheet = Sheet {
        kind: ground.kind,
        place: ground.place,
        signed: ground.signed,
        form,
        errors,
        step,
        key,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(page(status, &FormPage { frame, sheet }))
}

async fn ask(
    State(app): State<App>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    Query(scanned): Query<Scanned>,
) -> Result<Response, Problem> {
    let worker = worker_of(who.as_ref());
    let ground = ground(&app, worker.as_ref(), scanned.at).await?;
    let begun = Form::from_pairs(vec![
        ("type".to_owned(), scanned.r#type),
        ("subject".to_owned(), scanned.subject),
    ]);
    draw(&app, &jar, ground, (begun, FieldErrors::none(), 1)).await
}

async fn take(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Problem> {
    let (json, form) = (wants_json(&headers), posted.form.clone());
    if form.key().is_empty() || form.key().chars().count() > LONGEST_KEY {
        return Err(Problem::bad_request("表单不完整，请返回上一页重新打开"));
    }
    let worker = worker_of(who.as_ref());
    let ground = ground(&app, worker.as_ref(), form.text("at").to_owned()).await?;
    let second = form.holds("step", "2");
    let mut errors = posted.faults.clone();
    first_faults(ground.kind, &form, &mut errors);
    if ground.place.code.is_empty() && form.text("place").is_empty() {
        errors.add("place", "请选择在哪里；说不清就选最后一项");
    }
    if !second || form.holds("go", "back") {
        let to = if form.holds("go", "back") {
            errors = FieldErrors::none();
            1
        } else if Sheet::is_first(&errors) {
            1
        } else {
            2
        };
        return draw(&app, &jar, ground, (form, errors, to)).await;
    }
    second_faults(&form, &mut errors);
    if !errors.is_empty() {
        return refuse(&app, &jar, ground, form, errors, json).await;
    }
    super::super::join::not_too_often(&app, &peer)?;
    match send::file(&app, worker.as_ref(), &ground, posted).await {
        Ok(filed) if json => {
            Ok(Json(json!({ "code": filed.receipt, "no": filed.no })).into_response())
        }
        Ok(filed) => receipt::draw(&app, &jar, &headers, &filed.receipt, None).await,
        Err(problem) if is_theirs(&problem) => {
            let errors = FieldErrors::from_problem(&problem);
            refuse(&app, &jar, ground, form, errors, json).await
        }
        Err(problem) => Err(problem),
    }
}

/// A message for who typed, and not a fault of ours.
pub(super) fn is_theirs(problem: &Problem) -> bool {
    matches!(
        problem.status,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
    )
}

async fn refuse(
    app: &App,
    jar: &CookieJar,
    ground: Ground,
    form: Form,
    errors: FieldErrors,
    json: bool,
) -> Result<Response, Problem> {
    if json {
        return Ok(faults(&errors));
    }
    let step = if Sheet::is_first(&errors) { 1 } else { 2 };
    draw(app, jar, ground, (form, errors, step)).await
}

/// What is wrong, for the page's script.
pub(super) fn faults(errors: &FieldErrors) -> Response {
    let list: Vec<_> = errors
        .all()
        .iter()
        .map(|(field, message)| {
            let step = if FIRST.contains(&field.as_str()) {
                1
            } else {
                2
            };
            json!({ "field": field, "message": message, "step": step })
        })
        .collect();
    let body = Json(json!({ "faults": list }));
    (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
}
