//! The form of every kind that workers file themselves: what happened, then how to reach you. One page address for both steps, so that a page without script
//! carries the words along and one with script needs no network between the steps.

use std::net::SocketAddr;

use askama::Template;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use kernel::PersonName;
use kernel::case_kind::{CaseKind, Own};
use serde::Deserialize;
use serde_json::json;
use store::{Actor, Tx};
use union::cases::CaseError;
use union::members;

use super::super::frame::HallFrame;
use super::super::join::LONGEST_KEY;
use super::super::worker::Worker;
use super::parts::{Sheet, Signed, first_faults, names, second_faults};
use super::place::Place;
use super::posted::{PHOTO, Posted};
use super::ways::{self, Filed};
use super::{mark, receipt, send, wants_json};
use crate::shell::{App, FieldErrors, Form, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand", Need::Public, ask)
        .post("/hall/demand", Need::Public, take)
        .get("/hall/demand/apply/{matter}", Need::Public, ask)
        .post("/hall/demand/apply/{matter}", Need::Public, take)
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
    pub kind: &'static CaseKind,
    pub own: &'static Own,
    pub place: Place,
    pub signed: Option<Signed>,
}

impl Ground {
    /// The worker who has signed in, if it is the one who wrote the form: what waited on a phone may be sent while another
    /// has signed in, or nobody.
    pub fn writer(&self, form: &Form) -> Option<&Signed> {
        let signed = self.signed.as_ref();
        signed.filter(|one| !one.mark.is_empty() && form.text("as") == one.mark)
    }
}

/// Place, definition and who is there.
pub(super) async fn ground(
    app: &App,
    filed: Filed,
    worker: Option<&Worker>,
    code: String,
) -> Result<Ground, Problem> {
    let member = match worker {
        Some(worker) => Some(worker.read(app, |tx, _, id| members::get(tx, id)).await?),
        None => None,
    };
    let whose = member.as_ref().map(|member| (member.id, member.org));
    let system = Actor::system(app.config().district);
    let (place, mark) = app
        .read_as(system, move |tx: &mut Tx| {
            let union = whose.map(|(_, org)| org);
            let place = Place::of(tx, &code, union).map_err(|fault| poster(&fault))?;
            Ok::<_, CaseError>((place, whose.map(|(id, _)| mark(tx, id))))
        })
        .await?;
    let signed = member.map(|member| Signed {
        mark: mark.unwrap_or_default(),
        name: PersonName::parse(&member.name).map_or_else(|_| String::new(), |name| name.masked()),
        phone: member.phone_masked.unwrap_or_default(),
    });
    Ok(Ground {
        kind: filed.kind,
        own: filed.own,
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
    let frame = HallFrame::new(app, jar, ground.signed.is_some(), &ground.own.title)
        .await?
        .wrong(wrong);
    let key = match form.key() {
        "" => app.new_key(),
        key => key.to_owned(),
    };
    let sheet = Sheet {
        others: ways::others(app, &ground.kind.id, &ground.place.code),
        kind: ground.kind,
        own: ground.own,
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
    filed: Filed,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    Query(scanned): Query<Scanned>,
) -> Result<Response, Problem> {
    let worker = worker_of(who.as_ref());
    let ground = ground(&app, filed, worker.as_ref(), scanned.at).await?;
    // A form with nothing in it is fresh: what was half typed on the phone comes back into it.
    let begun = [("type", scanned.r#type), ("subject", scanned.subject)];
    let begun = begun.into_iter().filter(|(_, value)| !value.is_empty());
    let begun = Form::from_pairs(
        begun
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    );
    draw(&app, &jar, ground, (begun, FieldErrors::none(), 1)).await
}

async fn take(
    State(app): State<App>,
    filed: Filed,
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
    let ground = ground(&app, filed, worker.as_ref(), form.text("at").to_owned()).await?;
    let second = form.holds("step", "2");
    let mut errors = posted.faults.clone();
    first_faults(ground.kind, &ground.place, &form, &mut errors);
    if !second || form.holds("go", "back") {
        let to = if form.holds("go", "back") {
            errors = FieldErrors::none();
            1
        } else {
            Sheet::step_of(ground.kind, &errors)
        };
        return draw(&app, &jar, ground, (form, errors, to)).await;
    }
    second_faults(ground.kind, ground.writer(&form), &form, &mut errors);
    // A page with script keeps the photographs itself.
    let chosen = if json { 0 } else { posted.files.len() };
    if !errors.is_empty() {
        errors.files_gone(PHOTO, chosen);
        return refuse(&app, &jar, ground, form, errors, json).await;
    }
    super::super::join::not_too_often(&app, &peer)?;
    match send::file(&app, worker.as_ref(), &ground, posted).await {
        Ok(filed) if json => {
            Ok(Json(json!({ "code": filed.receipt, "no": filed.no })).into_response())
        }
        Ok(filed) => receipt::draw(&app, &jar, &headers, &filed.receipt, None).await,
        Err(problem) if is_theirs(&problem) => {
            let mut errors = at_questions(ground.kind, &problem);
            errors.files_gone(PHOTO, chosen);
            refuse(&app, &jar, ground, form, errors, json).await
        }
        Err(problem) => Err(problem),
    }
}

/// A refusal stands at the question it is about, and says it in the question's words.
fn at_questions(kind: &CaseKind, problem: &Problem) -> FieldErrors {
    if problem.field.is_some() || problem.refusals.is_empty() {
        return FieldErrors::from_problem(problem);
    }
    let mut errors = FieldErrors::none();
    for refusal in &problem.refusals {
        let about = kind.asked().find(|(field, _)| {
            let title = format!("「{}」", field.title);
            refusal.message.contains(&title)
        });
        match about {
            Some((field, ask)) => {
                errors.add(
                    &field.name,
                    refusal.message.replace(&field.title, &ask.says),
                );
            }
            None => errors.add("", refusal.message.clone()),
        }
    }
    errors
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
        return Ok(faults(&errors, &names(ground.kind, true)));
    }
    let step = Sheet::step_of(ground.kind, &errors);
    draw(app, jar, ground, (form, errors, step)).await
}

/// What is wrong, for the page's script; `first` names the fields of the first step.
pub(super) fn faults(errors: &FieldErrors, first: &[&str]) -> Response {
    let list: Vec<_> = errors
        .all()
        .iter()
        .map(|(field, message)| {
            let step = if first.contains(&field.as_str()) {
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
