//! 发文登记簿: number by number, each with its document or the reason why it has none; and the codes of the organs.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use serde::Deserialize;
use store::Tx;
use union::letters::{self, Entry, LetterError, Organ, Rule, Series};

use super::badge;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/letters/numbers", super::ISSUE, show)
        .post("/letters/numbers", super::ISSUE, skip)
        .get("/letters/organs", super::ISSUE, codes)
        .post("/letters/organs", super::ISSUE, set_code)
}

#[derive(Deserialize, Default, Clone)]
struct Asked {
    #[serde(default)]
    organ: String,
    #[serde(default)]
    series: String,
    #[serde(default)]
    year: String,
}

struct Found {
    registers: Vec<Series>,
    chosen: Option<Series>,
    entries: Vec<Entry>,
    organs: Vec<Organ>,
    rules: Vec<Rule>,
    year: i16,
}

#[derive(Template)]
#[template(path = "console/letters/numbers.html")]
struct NumbersPage {
    frame: Frame,
    found: Found,
    form: Form,
    errors: FieldErrors,
}

impl NumbersPage {
    fn is_chosen(&self, one: &Series) -> bool {
        self.found.chosen.as_ref() == Some(one)
    }

    fn span(&self, first: &i64, last: &i64) -> String {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    }
}

/// The registers, and the one that was asked for; the newest when none was.
fn gather(tx: &mut Tx, asked: &Asked) -> Result<Found, LetterError> {
    let registers = letters::registers(tx)?;
    let (organ, year) = (
        asked.organ.parse::<OrgId>().ok(),
        asked.year.parse::<i64>().ok(),
    );
    let fits = |one: &&Series| {
        Some(one.organ.id) == organ && one.series == asked.series && Some(one.year) == year
    };
    let chosen = registers.iter().find(fits).or(registers.first()).cloned();
    let entries = match &chosen {
        Some(one) => letters::register(tx, one.organ.id, &one.series, one.year)?,
        None => Vec::new(),
    };
    let organs = own(tx)?;
    Ok(Found {
        registers,
        chosen,
        entries,
        organs,
        rules: letters::templates(tx),
        year: tx.today().year(),
    })
}

/// The organs whose numbers this post keeps.
fn own(tx: &mut Tx) -> Result<Vec<Organ>, LetterError> {
    let scope = tx.actor().scope.clone();
    let all = letters::organs(tx, None)?;
    Ok(all
        .into_iter()
        .filter(|organ| scope.covers(&organ.org.path))
        .collect())
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    asked: Asked,
    flash: Option<String>,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let found = app.read(who, move |tx| gather(tx, &asked)).await?;
    let errors = typed
        .as_ref()
        .map_or_else(FieldErrors::none, |(_, problem)| {
            FieldErrors::from_problem(problem)
        });
    let status = typed
        .as_ref()
        .map_or(StatusCode::OK, |(_, problem)| problem.status);
    let form = typed.map_or_else(
        || Form::from_pairs(vec![("year".to_owned(), found.year.to_string())]),
        |(form, _)| form,
    );
    let frame = Frame::new(app, who, jar, form_title("发文登记簿", &errors), "/letters")
        .crumb("文书", "/letters")
        .crumb("发文登记簿", "")
        .flash(flash);
    Ok(page(
        status,
        &NumbersPage {
            frame,
            found,
            form,
            errors,
        },
    ))
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let flash = (done.done == "skipped").then(|| "已登记，下一份文书从其后编号".to_owned());
    draw(&app, &who, &jar, asked, flash, None).await
}

async fn skip(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let sent = form.clone();
    let result = app
        .write(&who, move |tx| {
            let wrong = |field: &'static str, message: &str| LetterError::Invalid {
                field,
                code: "letter.gap",
                message: message.to_owned(),
            };
            let organ = sent
                .parsed::<OrgId>("organ")
                .ok_or_else(|| wrong("organ", "请选择发文机关"))?;
            let known = letters::templates(tx)
                .iter()
                .any(|rule| rule.body.series == sent.text("series"));
            if !known {
                return Err(wrong("series", "请选择文书种类"));
            }
            let year = sent
                .parsed::<i64>("year")
                .filter(|year| (2000..=2200).contains(year));
            let year = year.ok_or_else(|| wrong("year", "请填写四位年份，如 2026"))?;
            let up_to = sent
                .parsed::<i64>("up_to")
                .ok_or_else(|| wrong("up_to", "请填写已用到的最后一个号码"))?;
            letters::skip_numbers(
                tx,
                organ,
                sent.text("series"),
                year,
                up_to,
                sent.text("why"),
            )
        })
        .await;
    match result {
        Ok(()) => {
            let series = crate::shell::encode(form.text("series"));
            let address = format!(
                "/letters/numbers?organ={}&series={series}&year={}&done=skipped",
                form.text("organ"),
                form.text("year")
            );
            Ok(Redirect::to(&address).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                Asked::default(),
                None,
                Some((form, problem)),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "console/letters/organs.html")]
struct OrgansPage {
    frame: Frame,
    organs: Vec<Organ>,
    form: Form,
    errors: FieldErrors,
}

async fn draw_codes(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    flash: Option<String>,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let organs = app.read(who, own).await?;
    let errors = typed
        .as_ref()
        .map_or_else(FieldErrors::none, |(_, problem)| {
            FieldErrors::from_problem(problem)
        });
    let status = typed
        .as_ref()
        .map_or(StatusCode::OK, |(_, problem)| problem.status);
    let form = typed.map_or_else(Form::default, |(form, _)| form);
    let frame = Frame::new(app, who, jar, form_title("机关代字", &errors), "/letters")
        .crumb("文书", "/letters")
        .crumb("发文登记簿", "/letters/numbers")
        .crumb("机关代字", "")
        .flash(flash);
    Ok(page(
        status,
        &OrgansPage {
            frame,
            organs,
            form,
            errors,
        },
    ))
}

async fn codes(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let flash = (done.done == "set").then(|| "机关代字已登记".to_owned());
    draw_codes(&app, &who, &jar, flash, None).await
}

async fn set_code(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let sent = form.clone();
    let result = app
        .write(&who, move |tx| {
            let organ = sent.parsed::<OrgId>("organ").ok_or(LetterError::NotFound)?;
            letters::set_organ_code(tx, organ, sent.text("code"))
        })
        .await;
    match result {
        Ok(()) => Ok(Redirect::to("/letters/organs?done=set").into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw_codes(&app, &who, &jar, None, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}
