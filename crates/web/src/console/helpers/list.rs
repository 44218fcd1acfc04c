//! The roster, the entry of one person, clients.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::AccountId;
use union::access::Capability;
use union::cases::{self, CaseError, NewHelper, RosterLine};

use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new()
        .get("/helpers", act, list)
        .get("/helpers/{account}", act, one)
        .post(
            "/helpers/{account}",
            Need::Cap(Capability::CasesAssign),
            set,
        )
        .post("/helpers/{account}/clients", act, client)
}

#[derive(Template)]
#[template(path = "console/helpers/list.html")]
struct ListPage {
    frame: Frame,
    lines: Vec<RosterLine>,
    duty: String,
    today: Date,
}

#[derive(Template)]
#[template(path = "console/helpers/one.html")]
struct OnePage {
    frame: Frame,
    line: RosterLine,
    form: Form,
    errors: FieldErrors,
    may_manage: bool,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (lines, duty, today) = app
        .read(&who, move |tx| {
            Ok::<_, CaseError>((cases::roster(tx, may)?, cases::duty_hours(tx), tx.today()))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "援助律师名册", "/cases")
        .crumb("维权办件", "/cases")
        .crumb("援助律师名册", "");
    let drawn = ListPage {
        frame,
        lines,
        duty,
        today,
    };
    Ok(page(StatusCode::OK, &drawn))
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    account: AccountId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (line, today) = app
        .read(who, move |tx| {
            let line = cases::roster(tx, may)?
                .into_iter()
                .find(|line| line.account == account)
                .ok_or(CaseError::NotFound)?;
            Ok::<_, CaseError>((line, tx.today()))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (filled(&line, today), FieldErrors::none(), StatusCode::OK),
    };
    let frame = Frame::new(app, who, jar, form_title(&line.name, &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb("援助律师名册", "/helpers")
        .crumb(line.name.clone(), "");
    let drawn = OnePage {
        frame,
        line,
        form,
        errors,
        may_manage: who.can(Capability::CasesAssign),
    };
    Ok(page(status, &drawn))
}

/// The form as it begins: the entry, or a first day for a new one.
fn filled(line: &RosterLine, today: Date) -> Form {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let mut pairs = vec![pair("duty", line.duty.clone())];
    match &line.entry {
        Some(entry) => pairs.extend([
            pair("firm", entry.firm.clone()),
            pair("licence", entry.licence.clone()),
            pair("subjects", entry.subjects.clone()),
            pair("most_open", entry.most_open.to_string()),
            pair("from_on", entry.from_on.to_string()),
            pair(
                "to_on",
                entry.to_on.map(|day| day.to_string()).unwrap_or_default(),
            ),
        ]),
        None => pairs.push(pair("from_on", today.to_string())),
    }
    Form::from_pairs(pairs)
}

async fn one(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(account): Path<AccountId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, account, None).await
}

fn wrong(field: &'static str, message: String) -> CaseError {
    CaseError::Invalid {
        field,
        code: "case.helper_form",
        message,
    }
}

fn read(account: AccountId, form: &Form) -> Result<NewHelper, CaseError> {
    let most_open = form
        .parsed("most_open")
        .ok_or_else(|| wrong("most_open", "请填写同时最多办几件，如 5".to_owned()))?;
    let from_on = form
        .parsed("from_on")
        .ok_or_else(|| wrong("from_on", "请填写从哪天起，如 2026-01-01".to_owned()))?;
    let to_on = match form.text("to_on") {
        "" => None,
        _ => Some(
            form.parsed("to_on")
                .ok_or_else(|| wrong("to_on", "日期应写成 2026-12-31".to_owned()))?,
        ),
    };
    let duty = cases::read_duty(form.text("duty")).map_err(|message| wrong("duty", message))?;
    Ok(NewHelper {
        account,
        firm: form.text("firm").to_owned(),
        licence: form.text("licence").to_owned(),
        subjects: form.text("subjects").to_owned(),
        most_open,
        from_on,
        to_on,
        duty,
    })
}

async fn set(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(account): Path<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let new = read(account, &sent)?;
            cases::set_helper(tx, may, &new)
        })
        .await;
    back(&app, &who, &jar, account, form, result).await
}

async fn client(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(account): Path<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, name) = (who.capabilities, form.text("client").to_owned());
    let result = app
        .write(&who, move |tx| {
            cases::note_client(tx, may, account, &name).map_err(|fault| match fault {
                CaseError::Refused(_) => wrong("client", "请写明代理的单位全称".to_owned()),
                other => other,
            })
        })
        .await;
    back(&app, &who, &jar, account, form, result).await
}

async fn back(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    account: AccountId,
    form: Form,
    result: Result<(), Problem>,
) -> Result<Response, Problem> {
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/helpers/{account}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(app, who, jar, account, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}
