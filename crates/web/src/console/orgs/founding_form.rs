//! 申请建会: a new founding, and the correction of a draft or a returned one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Refusals;
use kernel::ids::{EmployerId, FoundingId, OrgId};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::employers;
use union::failure::RoomError;
use union::orgs::founding::{self, NewFounding};
use union::orgs::{self, OrgError, OrgKind};

use super::changes::read_day;
use super::{day, filled, pick};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let found = Need::Cap(Capability::OrgsFound);
    Routes::new()
        .get("/orgs/foundings/new", found, blank)
        .post("/orgs/foundings/new", found, create)
        .get("/orgs/foundings/{id}/edit", found, edit_form)
        .post("/orgs/foundings/{id}/edit", found, edit)
}

#[derive(Deserialize, Default)]
struct From {
    parent: Option<OrgId>,
    employer: Option<EmployerId>,
}

#[derive(Template)]
#[template(path = "console/orgs/founding_form.html")]
struct FormPage {
    frame: Frame,
    title: &'static str,
    address: String,
    back: String,
    form: Form,
    errors: FieldErrors,
    kinds: Vec<(&'static str, String)>,
    /// Unions to choose the one above from.
    places: Vec<String>,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: Option<FoundingId>,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let places = app.read(who, pick::places).await?;
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let title = if id.is_some() {
        "修改建会申请"
    } else {
        "申请建会"
    };
    let frame = Frame::new(app, who, jar, form_title(title, &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("建会事项", "/orgs/foundings")
        .crumb(title, "");
    let kinds = OrgKind::ALL
        .iter()
        .filter(|kind| kind.is_basic())
        .map(|kind| (kind.id(), kind.title().to_owned()))
        .collect();
    let (address, back) = match id {
        Some(id) => (
            format!("/orgs/foundings/{id}/edit"),
            format!("/orgs/foundings/{id}"),
        ),
        None => (
            "/orgs/foundings/new".to_owned(),
            "/orgs/foundings".to_owned(),
        ),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(
        status,
        &FormPage {
            frame,
            title,
            address,
            back,
            form,
            errors,
            kinds,
            places,
        },
    ))
}

async fn blank(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let (parent, unit) = app
        .read(&who, move |tx| {
            let parent = from.parent.and_then(|id| orgs::get(tx, id).ok());
            let unit = from.employer.and_then(|id| employers::card(tx, id).ok());
            let area = match (&parent, &unit) {
                (None, Some(unit)) => orgs::territory_of(tx, &unit.org_path)?,
                _ => None,
            };
            let parent = match parent.or(area) {
                Some(org) => pick::written(tx, &org)?,
                None => String::new(),
            };
            Ok::<_, OrgError>((parent, unit))
        })
        .await?;
    let name = unit
        .as_ref()
        .map(|unit| format!("{}工会委员会", unit.name))
        .unwrap_or_default();
    let form = filled(vec![
        ("kind", "single".to_owned()),
        ("parent", parent),
        ("name", name),
        (
            "employers",
            unit.as_ref()
                .map(|unit| {
                    unit.credit_code
                        .clone()
                        .unwrap_or_else(|| unit.name.clone())
                })
                .unwrap_or_default(),
        ),
        (
            "address",
            unit.as_ref()
                .map(|unit| unit.address.clone())
                .unwrap_or_default(),
        ),
        (
            "industry_code",
            unit.map(|unit| unit.industry_code).unwrap_or_default(),
        ),
    ]);
    draw(&app, &who, &jar, None, form, None).await
}

/// The form as a founding, or what does not fit: of the page, or of a machine.
///
/// # Errors
/// [`OrgError::Invalid`] naming the box.
pub(crate) fn read_form(tx: &mut Tx, form: &Form) -> Result<NewFounding, OrgError> {
    let parent = match pick::union(tx, form.text("parent"))? {
        Ok(org) => org.id,
        Err(message) => {
            return Err(OrgError::Invalid {
                field: "parent",
                code: "org.parent_missing",
                message,
            });
        }
    };
    let (employers, faults) =
        pick::units(tx, form.text("employers")).map_err(|fault| OrgError::Room {
            kind: fault.kind(),
            code: fault.code(),
            message: fault.to_string(),
        })?;
    if !faults.is_empty() {
        let mut refusals = Refusals::new();
        faults
            .into_iter()
            .for_each(|fault| refusals.add("founding.employers", fault));
        return Err(OrgError::Invalid {
            field: "employers",
            code: "founding.employers",
            message: refusals.to_string(),
        });
    }
    Ok(NewFounding {
        name: form.text("name").to_owned(),
        kind: OrgKind::from_id(form.text("kind")).unwrap_or(OrgKind::Single),
        parent,
        employers,
        members_expected: form.parsed("members_expected").unwrap_or(0),
        planned_end_on: read_day(form, "planned_end_on")?,
        industry_code: form.text("industry_code").to_owned(),
        address: form.text("address").to_owned(),
        note: form.text("note").to_owned(),
    })
}

async fn create(State(app): State<App>, who: Who, jar: CookieJar, form: Form) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write_once(&who, &form, move |tx| {
            let new = read_form(tx, &sent)?;
            founding::open(tx, may, &new)
        })
        .await;
    match result {
        Ok(id) => Redirect::to(&format!("/orgs/foundings/{id}?done=opened")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, None, form, Some(&problem))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

/// The form of a founding as it stands.
///
/// # Errors
/// [`OrgError::NotFound`] out of reach.
pub(crate) fn present(tx: &mut Tx, id: FoundingId) -> Result<Vec<(String, String)>, OrgError> {
    let founding = founding::get(tx, id)?;
    let parent = orgs::get(tx, founding.parent)?;
    let mut units = Vec::new();
    for unit in founding::employers(tx, id)? {
        if let Ok(known) = employers::get(tx, unit) {
            units.push(known.credit_code.unwrap_or(known.name));
        }
    }
    let pairs = [
        ("version", founding.version.to_string()),
        ("kind", founding.kind.id().to_owned()),
        ("parent", pick::written(tx, &parent)?),
        ("name", founding.name),
        ("employers", units.join("\n")),
        ("members_expected", founding.members_expected.to_string()),
        ("planned_end_on", day(founding.detail.planned_end_on)),
        ("industry_code", founding.detail.industry_code),
        ("address", founding.detail.address),
        ("note", founding.detail.note),
    ];
    Ok(pairs.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

async fn edit_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<FoundingId>,
) -> Result<Response, Problem> {
    let form = app.read(&who, move |tx| present(tx, id)).await?;
    let form = Form::from_pairs(form);
    draw(&app, &who, &jar, Some(id), form, None).await
}

async fn edit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<FoundingId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let new = read_form(tx, &sent)?;
            founding::edit(tx, may, id, sent.parsed("version").unwrap_or(0), &new)
        })
        .await;
    match result {
        Ok(()) => Redirect::to(&format!("/orgs/foundings/{id}?done=edited")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, Some(id), form, Some(&problem))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}
