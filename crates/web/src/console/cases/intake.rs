//! 登记办件: staff enter a matter for somebody, at the window or on the phone. The page says so (代办).

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::case_kind::CaseKind;
use kernel::ids::CaseId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, CaseError, NewCase, Reporter};

use super::act::fields;
use super::{Input, list};
use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new()
        .get("/cases/new", act, ask)
        .post("/cases/new", act, open)
        .get("/cases/{id}/receipt", act, receipt)
}

#[derive(Deserialize, Default)]
struct Chosen {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "console/cases/new.html")]
struct NewPage {
    frame: Frame,
    kinds: Vec<(String, String)>,
    kind: Option<&'static CaseKind>,
    doors: Vec<(String, String)>,
    inputs: Vec<Input>,
    form: Form,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "console/cases/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    no: String,
    title: String,
    code: String,
    qr: String,
    at: String,
}

/// Kinds a person may open at a desk: those another room opens by itself are left out.
fn offered(tx: &Tx, may: CapabilitySet) -> Vec<(String, String)> {
    let (district, today) = (*tx.district(), tx.today());
    list::readable(tx, may)
        .into_iter()
        .filter(|(id, _)| {
            cases::kind(id, district, today)
                .is_ok_and(|kind| kind.verb.iter().all(|row| row.owned_by.is_none()))
        })
        .collect()
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    chosen: String,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (kinds, kind) = app
        .read(who, move |tx| {
            let kinds = offered(tx, may);
            let kind = kinds.iter().find(|(id, _)| *id == chosen);
            let kind = match kind {
                Some((id, _)) => Some(cases::kind(id, *tx.district(), tx.today())?),
                None => None,
            };
            Ok::<_, CaseError>((kinds, kind))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (fresh(app), FieldErrors::none(), StatusCode::OK),
    };
    let title = form_title("登记办件", &errors);
    let pairs = |list: &[kernel::case_kind::Door]| {
        list.iter()
            .map(|door| (door.id.clone(), door.title.clone()))
            .collect()
    };
    let inputs = kind.map_or_else(Vec::new, |kind| {
        kind.field
            .iter()
            .filter(|one| one.intake)
            .map(|one| Input::of(one, one.required))
            .collect()
    });
    let drawn = NewPage {
        frame: Frame::new(app, who, jar, title, "/cases")
            .crumb("维权办件", "/cases")
            .crumb("登记办件", ""),
        kinds,
        doors: kind.map_or_else(Vec::new, |kind| pairs(&kind.door)),
        kind,
        inputs,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

/// An empty form with the key of this submission: sent twice, it is one case.
fn fresh(app: &App) -> Form {
    Form::from_pairs(vec![("key".to_owned(), app.new_key())])
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, chosen.kind, None).await
}

async fn open(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
    form: Form,
) -> Result<Response, Problem> {
    let (sent, kind) = (form.clone(), chosen.kind.clone());
    let result = app
        .write(&who, move |tx| {
            let new = read(tx, kind, &sent)?;
            cases::open(tx, &new)
        })
        .await;
    match result {
        Ok(case) if case.again => {
            Ok(Redirect::to(&format!("/cases/{}?done=again", case.id)).into_response())
        }
        Ok(case) => Ok(Redirect::to(&format!("/cases/{}/receipt", case.id)).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, chosen.kind, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

fn read(tx: &mut Tx, kind: String, form: &Form) -> Result<NewCase, CaseError> {
    let place = match pick::union(tx, form.text("place"))? {
        Ok(org) => org.id,
        Err(message) => {
            return Err(CaseError::Invalid {
                field: "place",
                code: "case.place",
                message,
            });
        }
    };
    let (name, phone) = (
        form.text("reporter").to_owned(),
        form.text("phone").to_owned(),
    );
    let told = !name.is_empty() || !phone.is_empty();
    Ok(NewCase {
        kind,
        door: form.text("door").to_owned(),
        place: Some(place),
        title: form.text("title").to_owned(),
        fields: fields(form),
        reporter: told.then_some(Reporter {
            name,
            phone,
            member: None,
        }),
        key: Some(form.text("key").to_owned()).filter(|key| !key.is_empty()),
        ..NewCase::default()
    })
}

async fn receipt(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<CaseId>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (case, code) = app
        .read(&who, move |tx| {
            Ok::<_, CaseError>((cases::get(tx, may, id)?, cases::receipt(tx, may, id)?))
        })
        .await?;
    let drawn = ReceiptPage {
        frame: Frame::new(&app, &who, &jar, "回执", "/cases")
            .crumb("维权办件", "/cases")
            .crumb(case.no.clone(), format!("/cases/{id}"))
            .crumb("回执", ""),
        qr: union::codes::qr_svg(&code),
        at: case.opened_at.shanghai_text(),
        no: case.no,
        title: case.title,
        code,
    };
    Ok(page(StatusCode::OK, &drawn))
}
