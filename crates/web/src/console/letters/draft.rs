//! 拟写文书: which kind, in whose name, about what. The fields come on the next page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{CaseId, OrgId};
use serde::Deserialize;
use store::Tx;
use union::access::CapabilitySet;
use union::cases::{self, CaseError};
use union::employers;
use union::letters::{self, LetterError, Link, NewLetter, Organ, Rule, Supplied};

use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/letters/new", super::WRITE, blank).post(
        "/letters/new",
        super::WRITE,
        create,
    )
}

/// Where one comes from: a case, an employer's card, a link to one kind.
#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    case: String,
    #[serde(default)]
    employer: String,
    #[serde(default)]
    template: String,
}

#[derive(Template)]
#[template(path = "console/letters/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    errors: FieldErrors,
    rules: Vec<Rule>,
    organs: Vec<Organ>,
    /// Unions to choose the place from.
    places: Vec<String>,
    /// The case it is for, in words.
    case: String,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let case = form.parsed::<CaseId>("case");
    let may = who.capabilities;
    let (case, desk) = match case {
        Some(id) => {
            let case = app.read(who, move |tx| cases::get(tx, may, id)).await?;
            (format!("{} {}", case.no, case.title), case.owner_org().ok())
        }
        None => (String::new(), None),
    };
    let (rules, organs, places) = app
        .read(who, move |tx| {
            let (rules, organs) = (letters::templates(tx), letters::organs(tx, desk)?);
            Ok::<_, LetterError>((rules, organs, pick::places(tx)?))
        })
        .await?;
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let frame = Frame::new(app, who, jar, form_title("拟写文书", &errors), "/letters")
        .crumb("文书", "/letters")
        .crumb("拟写文书", "");
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(
        status,
        &NewPage {
            frame,
            form,
            errors,
            rules,
            organs,
            places,
            case,
        },
    ))
}

async fn blank(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let form = [
        ("case", asked.case),
        ("employer", asked.employer),
        ("template", asked.template),
        ("key", app.new_key()),
    ];
    let pairs = form.map(|(name, value)| (name.to_owned(), value)).to_vec();
    draw(&app, &who, &jar, Form::from_pairs(pairs), None).await
}

/// What a case knows, under `case.` and the name of its field, and where it lies.
fn of_case(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<(Supplied, OrgId), CaseError> {
    let (known, case) = cases::letter_facts(tx, may, id)?;
    Ok((known, case.filed_at()?))
}

fn wrong(field: &'static str, message: String) -> LetterError {
    LetterError::Invalid {
        field,
        code: "letter.incomplete",
        message,
    }
}

/// A place or an employer named in the form.
fn read_form(
    tx: &mut Tx,
    form: &Form,
    known: Option<(Supplied, OrgId)>,
) -> Result<NewLetter, LetterError> {
    let organ = form
        .parsed::<OrgId>("organ")
        .ok_or_else(|| wrong("organ", "请选择发文机关".to_owned()))?;
    if form.text("template").is_empty() {
        return Err(wrong("template", "请选择文书种类".to_owned()));
    }
    let place = match form.text("place") {
        "" => None,
        text => Some(
            pick::union(tx, text)?
                .map_err(|message| wrong("place", message))?
                .id,
        ),
    };
    let employer = match form.text("employer") {
        "" => None,
        text => Some(employer(tx, text)?),
    };
    let link = form.parsed::<CaseId>("case").map(|id| Link {
        kind: "case".to_owned(),
        id: id.uuid(),
    });
    let (supplied, of_case) = known.map_or((Supplied::new(), None), |(known, place)| {
        (known, Some(place))
    });
    // The desk of the drafter is the place where nothing else is said: the organ may stand above it.
    let own = match tx.actor().scope.path().cloned() {
        Some(path) => union::orgs::path_names(tx, &path)?.last().map(|org| org.id),
        None => None,
    };
    Ok(NewLetter {
        place: place
            .or(of_case)
            .or_else(|| own.filter(|_| !within_scope(tx, organ))),
        link,
        employer,
        supplied,
        ..NewLetter::new(form.text("template"), organ)
    })
}

fn within_scope(tx: &mut Tx, organ: OrgId) -> bool {
    union::orgs::get(tx, organ).is_ok()
}

fn employer(tx: &mut Tx, text: &str) -> Result<kernel::ids::EmployerId, LetterError> {
    if let Ok(id) = text.parse() {
        return Ok(employers::get(tx, id)?.id);
    }
    let found = employers::find(tx, text)?;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => Err(wrong(
            "employer",
            format!("没有找到「{text}」，请填写单位全称或统一社会信用代码；不在台账里的可以不填"),
        )),
        several => Err(wrong(
            "employer",
            format!("「{text}」有 {} 家，请填写统一社会信用代码", several.len()),
        )),
    }
}

async fn create(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let known = match form.parsed::<CaseId>("case") {
        Some(id) => Some(app.read(&who, move |tx| of_case(tx, may, id)).await?),
        None => None,
    };
    let sent = form.clone();
    let result = app
        .write_once(&who, &form, move |tx| {
            let new = read_form(tx, &sent, known)?;
            letters::draft(tx, &new)
        })
        .await;
    match result {
        Ok(id) => Ok(Redirect::to(&format!("/letters/{id}/edit")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, form, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}
