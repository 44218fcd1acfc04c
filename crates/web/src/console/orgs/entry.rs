//! 登记组织: a union that already exists is entered directly; new basic unions go through the founding flow.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::orgs::{self, NewOrg, OrgError, OrgKind};

use super::changes::read_day;
use super::{filled, pick};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::OrgsChange);
    Routes::new()
        .get("/orgs/new", change, blank)
        .post("/orgs/new", change, create)
}

#[derive(Deserialize, Default)]
struct Below {
    parent: Option<OrgId>,
}

#[derive(Template)]
#[template(path = "console/orgs/new.html")]
struct NewPage {
    frame: Frame,
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
    form: Form,
    errors: FieldErrors,
    status: StatusCode,
) -> Result<Response, Problem> {
    let places = app.read(who, pick::places).await?;
    let kinds = OrgKind::ALL
        .iter()
        .filter(|kind| **kind != OrgKind::Federation)
        .map(|kind| (kind.id(), kind.title().to_owned()))
        .collect();
    let frame = Frame::new(app, who, jar, form_title("登记组织", &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("登记组织", "");
    Ok(page(
        status,
        &NewPage {
            frame,
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
    Query(below): Query<Below>,
) -> Result<Response, Problem> {
    let name = match below.parent {
        Some(id) => app
            .read(&who, move |tx| {
                let org = orgs::get(tx, id)?;
                pick::written(tx, &org)
            })
            .await
            .unwrap_or_default(),
        None => String::new(),
    };
    let form = filled(vec![("parent", name), ("kind", "single".to_owned())]);
    draw(&app, &who, &jar, form, FieldErrors::none(), StatusCode::OK).await
}

async fn create(State(app): State<App>, who: Who, jar: CookieJar, form: Form) -> Response {
    let (typed, sent) = (form.clone(), form);
    let result = app
        .write_once(&who, &typed, move |tx| enter(tx, &sent))
        .await;
    match result {
        Ok(org) => Redirect::to(&format!("/orgs/{org}?done=created")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            let errors = FieldErrors::from_problem(&problem);
            let status = problem.status;
            draw(&app, &who, &jar, typed, errors, status)
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

/// Enters a union that exists already, with what a form says: of the page, or of a machine that sends the same fields.
///
/// # Errors
/// No such union above it; what the room refuses.
pub(crate) fn enter(tx: &mut Tx, sent: &Form) -> Result<OrgId, OrgError> {
    let parent = match pick::union(tx, sent.text("parent"))? {
        Ok(org) => org.id,
        Err(message) => {
            return Err(OrgError::Invalid {
                field: "parent",
                code: "org.parent_missing",
                message,
            });
        }
    };
    let kind = OrgKind::from_id(sent.text("kind")).unwrap_or(OrgKind::Single);
    let new = NewOrg {
        short_name: sent.text("short_name").to_owned(),
        credit_code: sent.text("credit_code").to_owned(),
        region_code: sent.text("region_code").to_owned(),
        industry_code: sent.text("industry_code").to_owned(),
        founded_on: read_day(sent, "founded_on")?,
        planned_end_on: read_day(sent, "planned_end_on")?,
        approval_no: sent.text("approval_no").to_owned(),
        address: sent.text("address").to_owned(),
        contact: sent.text("contact").to_owned(),
        note: "补登已有组织".to_owned(),
        ..NewOrg::new(Some(parent), kind, sent.text("name"))
    };
    Ok(orgs::create_active(tx, &new)?.id)
}
