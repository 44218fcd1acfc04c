//! 拆分、问题转办件: a part of a case goes on as a case of its own. First its kind, then what that kind asks.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::case_kind::{CaseKind, Effect, Verb, VerbRow};
use kernel::ids::CaseId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, ActInput, Acted, CaseError, NewCase};

use super::typed::fields;
use super::{Input, intake};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new().get("/cases/{id}/part/{verb}", act, ask).post(
        "/cases/{id}/part/{verb}",
        act,
        split,
    )
}

#[derive(Deserialize, Default)]
struct Chosen {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "console/cases/part.html")]
struct PartPage {
    frame: Frame,
    id: CaseId,
    verb: String,
    title: String,
    no: String,
    about: String,
    kinds: Vec<(String, String)>,
    kind: Option<&'static CaseKind>,
    doors: Vec<(String, String)>,
    inputs: Vec<Input>,
    form: Form,
    errors: FieldErrors,
}

struct Known {
    case: cases::Case,
    title: String,
    kinds: Vec<(String, String)>,
    kind: Option<&'static CaseKind>,
}

async fn known(
    app: &App,
    who: &Who,
    at: (CaseId, String),
    chosen: String,
) -> Result<Known, Problem> {
    let (may, (id, verb)) = (who.capabilities, at);
    app.read(who, move |tx| {
        let case = cases::get(tx, may, id)?;
        let allowed = cases::buttons(tx, may, &case)
            .into_iter()
            .find(|one| one.verb.id() == verb && one.effect == Effect::Split)
            .ok_or_else(|| {
                let splits = |row: &VerbRow| row.id == verb && row.effect() == Effect::Split;
                if case.kind.verb.iter().any(splits) {
                    cases::why_not(tx, may, &case, &verb)
                } else {
                    CaseError::NotFound
                }
            })?;
        let kinds = intake::offered(tx, may);
        let kind = match kinds.iter().find(|(id, _)| *id == chosen) {
            Some((id, _)) => Some(cases::kind(id, *tx.district(), tx.today())?),
            None => None,
        };
        Ok::<_, CaseError>(Known {
            title: allowed.title,
            case,
            kinds,
            kind,
        })
    })
    .await
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, verb): (CaseId, String),
    chosen: String,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let found = match known(app, who, (id, verb.clone()), chosen).await {
        Ok(found) => found,
        Err(problem) => return Err(super::back::back_to_case(app, who, id, problem).await),
    };
    let inputs = found.kind.map_or_else(Vec::new, intake::asked);
    let (form, errors, status) = match typed {
        Some((form, problem)) => {
            let boxes = [("case.needs_note", "note"), ("case.unknown_door", "door")];
            let errors = super::located(&problem, &inputs, &boxes, &[("case.split_", "title")]);
            (form, errors, problem.status)
        }
        None => {
            let pairs = vec![
                ("key".to_owned(), app.new_key()),
                ("version".to_owned(), found.case.version.to_string()),
            ];
            (Form::from_pairs(pairs), FieldErrors::none(), StatusCode::OK)
        }
    };
    let frame = Frame::new(app, who, jar, form_title(&found.title, &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb(found.case.no.clone(), format!("/cases/{id}"))
        .crumb(found.title.clone(), "");
    let doors = found.kind.map_or_else(Vec::new, |kind| {
        let pairs = kind.door.iter();
        pairs
            .map(|door| (door.id.clone(), door.title.clone()))
            .collect()
    });
    let drawn = PartPage {
        frame,
        id,
        verb,
        title: found.title,
        no: found.case.no,
        about: found.case.title,
        kinds: found.kinds,
        kind: found.kind,
        doors,
        inputs,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, String)>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, at, chosen.kind, None).await
}

/// Carries out a verb that splits off a case of this kind, with what a form says: of the page, or of a machine.
///
/// # Errors
/// As [`cases::act`].
pub(crate) fn perform(
    tx: &mut Tx,
    may: CapabilitySet,
    (id, verb): (CaseId, &Verb),
    kind: String,
    form: &Form,
) -> Result<Acted, CaseError> {
    let new = NewCase {
        kind,
        door: form.text("door").to_owned(),
        title: form.text("title").to_owned(),
        fields: fields(form),
        ..NewCase::default()
    };
    let input = ActInput {
        split: Some(Box::new(new)),
        version: form.parsed("version"),
        ..ActInput::note(form.text("note"))
    };
    cases::act(tx, may, id, verb, &input)
}

async fn split(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(CaseId, String)>,
    Query(chosen): Query<Chosen>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, sent, done) = (who.capabilities, form.clone(), Verb::of(verb.clone()));
    let kind = chosen.kind.clone();
    let result = app
        .write_once(&who, &form, move |tx| {
            let acted = perform(tx, may, (id, &done), kind, &sent)?;
            let opened = acted.opened.map(|one| one.id.to_string());
            Ok::<_, CaseError>(opened.unwrap_or_default())
        })
        .await;
    match result {
        Ok(opened) => Ok(Redirect::to(&format!("/cases/{opened}?done=opened")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                (id, verb),
                chosen.kind,
                Some((form, problem)),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}
