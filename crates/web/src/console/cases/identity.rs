//! 查看身份: who reported. A reason is demanded, the reporter reads it, and where the kind says so a second person
//! agrees first. What was opened is shown once and kept nowhere.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{CaseId, CasePartyId};
use union::access::Capability;
use union::cases::{self, Case, CaseError, PartyLine, Revealed, Sealing};

use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new()
        .get("/cases/{id}/identity/{party}", act, ask)
        .post("/cases/{id}/identity/{party}", act, open)
        .post("/cases/{id}/identity/{party}/ask", act, wish)
        .post("/cases/{id}/identity/{party}/agree", act, agree)
}

#[derive(Template)]
#[template(path = "console/cases/identity.html")]
struct IdentityPage {
    frame: Frame,
    case: Case,
    party: PartyLine,
    seal: Sealing,
    shown: Option<Revealed>,
    form: Form,
    errors: FieldErrors,
}

/// What has been typed, and what came of it.
#[derive(Default)]
struct Said {
    form: Form,
    problem: Option<Problem>,
    shown: Option<Revealed>,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, party): (CaseId, CasePartyId),
    said: Said,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (case, line, seal) = app
        .read(who, move |tx| {
            let line = cases::parties(tx, may, id)?
                .into_iter()
                .find(|one| one.id == party)
                .ok_or(CaseError::NotFound)?;
            Ok::<_, CaseError>((cases::get(tx, may, id)?, line, cases::sealing(tx, may, id)?))
        })
        .await?;
    let problem = said.problem.as_ref();
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let frame = Frame::new(app, who, jar, form_title("查看身份", &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb(case.no.clone(), format!("/cases/{id}"))
        .crumb("查看身份", "");
    let drawn = IdentityPage {
        frame,
        case,
        party: line,
        seal,
        shown: said.shown,
        form: said.form,
        errors,
    };
    Ok(page(status, &drawn))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, CasePartyId)>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, at, Said::default()).await
}

async fn open(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, CasePartyId)>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, (id, party), reason) = (who.capabilities, at, form.text("reason").to_owned());
    let result = app
        .write(&who, move |tx| cases::reveal(tx, may, id, party, &reason))
        .await;
    let said = match result {
        Ok(shown) => Said {
            form,
            shown: Some(shown),
            ..Said::default()
        },
        Err(problem) if belongs_on_form(&problem) => Said {
            form,
            problem: Some(problem),
            ..Said::default()
        },
        Err(problem) => return Err(problem),
    };
    draw(&app, &who, &jar, at, said).await
}

async fn wish(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, CasePartyId)>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, (id, party), reason) = (who.capabilities, at, form.text("reason").to_owned());
    let result = app
        .write(&who, move |tx| {
            cases::ask_reveal(tx, may, id, party, &reason)
        })
        .await;
    back(&app, &who, &jar, at, form, result).await
}

async fn agree(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, CasePartyId)>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, id) = (who.capabilities, at.0);
    let result = app
        .write(&who, move |tx| cases::grant_reveal(tx, may, id))
        .await;
    back(&app, &who, &jar, at, form, result).await
}

async fn back(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    at: (CaseId, CasePartyId),
    form: Form,
    result: Result<(), Problem>,
) -> Result<Response, Problem> {
    match result {
        Ok(()) => {
            let (id, party) = at;
            Ok(Redirect::to(&format!("/cases/{id}/identity/{party}")).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            let said = Said {
                form,
                problem: Some(problem),
                ..Said::default()
            };
            draw(app, who, jar, at, said).await
        }
        Err(problem) => Err(problem),
    }
}
