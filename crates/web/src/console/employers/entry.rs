//! 登记与修改单位. One form and one way in, as for imports: the credit code decides who it is.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::EmployerId;
use store::Tx;
use union::access::Capability;
use union::employers::{
    self, CodeKind, EmployerDraft, EmployerError, EmployerState, UpsertOutcome,
};
use union::orgs;

use super::read_day;
use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::EmployersChange);
    Routes::new()
        .get("/employers/new", change, blank)
        .post("/employers/new", change, create)
        .get("/employers/{id}/edit", change, edit_form)
        .post("/employers/{id}/edit", change, edit)
}

#[derive(Template)]
#[template(path = "console/employers/form.html")]
struct FormPage {
    frame: Frame,
    title: &'static str,
    address: String,
    back: String,
    form: Form,
    errors: FieldErrors,
    states: Vec<(&'static str, String)>,
    /// Unions to choose the one of its area from.
    places: Vec<String>,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: Option<EmployerId>,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let places = app.read(who, pick::places).await?;
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let title = if id.is_some() {
        "修改单位"
    } else {
        "登记单位"
    };
    let frame = Frame::new(app, who, jar, form_title(title, &errors), "/employers")
        .crumb("企业台账", "/employers")
        .crumb(title, "");
    let states = EmployerState::ALL
        .iter()
        .map(|state| (state.id(), state.title().to_owned()))
        .collect();
    let (address, back) = match id {
        Some(id) => (format!("/employers/{id}/edit"), format!("/employers/{id}")),
        None => ("/employers/new".to_owned(), "/employers".to_owned()),
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
            states,
            places,
        },
    ))
}

async fn blank(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let form = Form::from_pairs(vec![("state".to_owned(), "open".to_owned())]);
    draw(&app, &who, &jar, None, form, None).await
}

/// A number typed in a form: empty is "not stated", anything else must be one.
fn number(form: &Form, name: &'static str, words: &str) -> Result<Option<i64>, EmployerError> {
    match form.text(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| EmployerError::Invalid {
            field: name,
            code: "employer.number",
            message: format!("{words}应为整数"),
        }),
    }
}

/// What a form says of an employer: of the page, or of a machine that sends the same fields.
///
/// # Errors
/// A field that cannot be read.
pub(crate) fn read_form(tx: &mut Tx, form: &Form) -> Result<EmployerDraft, EmployerError> {
    let territory = match form.text("territory") {
        "" => None,
        text => match pick::union(tx, text)? {
            Ok(org) => Some(org.id),
            Err(message) => {
                return Err(EmployerError::Invalid {
                    field: "territory",
                    code: "employer.territory",
                    message,
                });
            }
        },
    };
    let codes = [
        (CodeKind::Registration, "code_registration"),
        (CodeKind::Tax, "code_tax"),
        (CodeKind::Insurance, "code_insurance"),
    ];
    Ok(EmployerDraft {
        name: form.text("name").to_owned(),
        credit_code: form.text("credit_code").to_owned(),
        other_codes: codes
            .iter()
            .map(|(kind, name)| (*kind, form.text(name).to_owned()))
            .collect(),
        former_names: form
            .text("former_names")
            .lines()
            .map(str::to_owned)
            .collect(),
        region_code: form.text("region_code").to_owned(),
        territory,
        industry_code: form.text("industry_code").to_uppercase(),
        economic_type: form.text("economic_type").to_owned(),
        headcount: number(form, "headcount", "职工人数")?,
        headcount_source: form.text("headcount_source").to_owned(),
        headcount_on: read_day(form, "headcount_on")?,
        state: EmployerState::from_id(form.text("state")),
        opened_on: read_day(form, "opened_on")?,
        closed_on: read_day(form, "closed_on")?,
        address: form.text("address").to_owned(),
        batch: None,
        source: "页面登记".to_owned(),
    })
}

async fn create(State(app): State<App>, who: Who, jar: CookieJar, form: Form) -> Response {
    let sent = form.clone();
    let result = app
        .write_once(&who, &form, move |tx| {
            let draft = read_form(tx, &sent)?;
            employers::upsert(tx, &draft).map(leads_to)
        })
        .await;
    match result {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, None, form, Some(&problem))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

/// Where the answer of the one way in leads.
fn leads_to(done: employers::Upserted) -> String {
    match (done.id, done.outcome) {
        (_, UpsertOutcome::Queued(question)) => format!("/employers/matches/{question}?asked=1"),
        (Some(id), UpsertOutcome::Created) => format!("/employers/{id}?done=created"),
        (Some(id), UpsertOutcome::Updated) => format!("/employers/{id}?done=updated"),
        (Some(id), UpsertOutcome::Unchanged) => format!("/employers/{id}?done=unchanged"),
        (None, _) => "/employers".to_owned(),
    }
}

async fn edit_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<EmployerId>,
) -> Result<Response, Problem> {
    let pairs = app
        .read(&who, move |tx| {
            let mut pairs = present(tx, id)?;
            // People read a name; machines read the id.
            let place = employers::get(tx, id)?.org_path;
            if let Some(area) = orgs::territory_of(tx, &place)? {
                let name = pick::written(tx, &area)?;
                let territory = pairs.iter_mut().filter(|(name, _)| name == "territory");
                territory.for_each(|(_, value)| value.clone_from(&name));
            }
            Ok::<_, EmployerError>(pairs)
        })
        .await?;
    let form = Form::from_pairs(pairs);
    draw(&app, &who, &jar, Some(id), form, None).await
}

/// The form of an employer as it is on file.
///
/// # Errors
/// Not there, or not within scope.
pub(crate) fn present(tx: &mut Tx, id: EmployerId) -> Result<Vec<(String, String)>, EmployerError> {
    let unit = employers::card(tx, id)?;
    let area = orgs::territory_of(tx, &unit.org_path)?;
    let day = |date: Option<kernel::Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let pairs = [
        ("version", unit.version.to_string()),
        ("name", unit.name),
        ("credit_code", unit.credit_code.unwrap_or_default()),
        ("region_code", unit.region_code),
        (
            "territory",
            area.map(|org| org.id.to_string()).unwrap_or_default(),
        ),
        ("industry_code", unit.industry_code),
        ("economic_type", unit.economic_type),
        ("headcount", unit.headcount.to_string()),
        ("headcount_source", unit.headcount_source),
        ("headcount_on", day(unit.headcount_on)),
        ("state", unit.state.id().to_owned()),
        ("opened_on", day(unit.opened_on)),
        ("closed_on", day(unit.closed_on)),
        ("address", unit.address),
    ];
    let named = pairs.into_iter();
    Ok(named
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

async fn edit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<EmployerId>,
    form: Form,
) -> Response {
    let sent = form.clone();
    let result = app
        .write(&who, move |tx| {
            let draft = read_form(tx, &sent)?;
            employers::correct(tx, id, sent.parsed("version").unwrap_or(0), &draft)
        })
        .await;
    match result {
        Ok(()) => Redirect::to(&format!("/employers/{id}?done=saved")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, Some(id), form, Some(&problem))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}
