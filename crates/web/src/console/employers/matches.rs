//! 单位比对: names that resemble known employers, decided one by one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{EmployerId, MatchId};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::{self, ArrearsError};
use union::cases;
use union::employers::{self, Answer, EmployerError, Question};

use crate::console::orgs::pick;
use crate::shell::{App, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

/// Lines of one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::EmployersChange);
    Routes::new()
        .get("/employers/matches", change, list)
        .get("/employers/matches/{id}", change, show)
        .post("/employers/matches/{id}", change, decide)
}

#[derive(Deserialize, Default)]
struct Asked {
    after: Option<MatchId>,
    #[serde(default)]
    asked: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/employers/matches.html")]
struct ListPage {
    frame: Frame,
    questions: Vec<Question>,
    total: i64,
    next: Option<MatchId>,
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let after = asked.after;
    let (mut questions, total) = app
        .read(&who, move |tx| {
            Ok::<_, EmployerError>((
                employers::questions(tx, after, PAGE + 1)?,
                employers::waiting(tx)?.0,
            ))
        })
        .await?;
    let more = questions.len() > PAGE;
    questions.truncate(PAGE);
    let next = questions.last().filter(|_| more).map(|last| last.id);
    let flash = said(&asked.done);
    let frame = Frame::new(&app, &who, &jar, "名称比对", "/employers")
        .crumb("企业台账", "/employers")
        .crumb("名称比对", "")
        .flash(flash);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            questions,
            total,
            next,
        },
    ))
}

#[derive(Template)]
#[template(path = "console/employers/match.html")]
struct ShowPage {
    frame: Frame,
    question: Question,
    area: String,
    union: String,
    /// Unions to choose from.
    places: Vec<String>,
    problem: Option<String>,
    /// Signals that wait for the answer; none for those who may not see warnings.
    signals: i64,
    /// Cases that wait for it; none for those who may not see cases.
    cases: i64,
    /// How many questions wait besides this one.
    others: i64,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MatchId,
    flash: Option<String>,
    union: String,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let sees = who.can(Capability::WarningRead);
    let sees_cases = who.can(Capability::CasesRead);
    let (question, area, places, signals, cases, others) = app
        .read(who, move |tx| {
            let question = employers::question(tx, id)?;
            let area = employers::area(tx, &question)?;
            let places = pick::places(tx)?;
            let signals = if sees {
                arrears::waiting_for(tx, id)?
            } else {
                0
            };
            let cases = if sees_cases && question.open {
                cases::waiting_for_unit(tx, id)?
            } else {
                0
            };
            let others = employers::waiting(tx)?.0 - i64::from(question.open);
            let area = area.map(|org| org.name).unwrap_or_default();
            Ok::<_, ArrearsError>((question, area, places, signals, cases, others))
        })
        .await?;
    let frame = Frame::new(app, who, jar, "名称比对", "/employers")
        .crumb("企业台账", "/employers")
        .crumb("名称比对", "/employers/matches")
        .crumb(question.raw_name.clone(), "")
        .flash(flash);
    let status = problem
        .as_ref()
        .map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(
        status,
        &ShowPage {
            frame,
            question,
            area,
            union,
            places,
            problem: problem.map(|problem| problem.message),
            signals,
            cases,
            others,
        },
    ))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MatchId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let flash = (asked.asked == "1").then(|| "台账里有名称相近的单位，请先比对".to_owned());
    let flash = flash.or_else(|| said(&asked.done).map(|words| format!("上一条{words}")));
    draw(&app, &who, &jar, id, flash, String::new(), None).await
}

/// What is said after an answer.
fn said(done: &str) -> Option<String> {
    let words = match done {
        "created" => "已作为新单位登记",
        "dismissed" => "已忽略",
        "matched" => "已确认，以后这样写的名称会自动认出",
        _ => return None,
    };
    Some(words.to_owned())
}

/// The next question of the queue, or the empty queue.
async fn next(app: &App, who: &Who, done: &str) -> Result<Response, Problem> {
    let open = app
        .read(who, |tx| employers::questions(tx, None, 1))
        .await?;
    let to = match open.first() {
        Some(question) => format!("/employers/matches/{}?done={done}", question.id),
        None => format!("/employers/matches?done={done}"),
    };
    Ok(Redirect::to(&to).into_response())
}

/// The answer that was chosen; none when the form was sent without one.
fn answer_of(form: &Form) -> Option<Answer> {
    match form.text("answer") {
        // The union it belongs to is looked up where it is written down.
        "new" => Some(Answer::New(None)),
        "dismiss" => Some(Answer::Dismiss),
        employer => employer.parse::<EmployerId>().ok().map(Answer::Is),
    }
}

/// A new employer goes to the union that was named, if one was.
fn at_union(tx: &mut Tx, answer: Answer, named: &str) -> Result<Answer, EmployerError> {
    if !matches!(answer, Answer::New(_)) || named.is_empty() {
        return Ok(answer);
    }
    match pick::union(tx, named)? {
        Ok(org) => Ok(Answer::New(Some(org.id))),
        Err(message) => Err(EmployerError::Invalid {
            field: "union",
            code: "employer.union_missing",
            message,
        }),
    }
}

async fn decide(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MatchId>,
    form: Form,
) -> Response {
    let answer = answer_of(&form);
    let Some(answer) = answer else {
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "employer.match_answer",
            "请选择一个答案",
        );
        return draw(&app, &who, &jar, id, None, String::new(), Some(problem))
            .await
            .unwrap_or_else(IntoResponse::into_response);
    };
    let (union, named) = (form.text("union").to_owned(), form.text("union").to_owned());
    let goes_on = form.text("then") == "next";
    let decided = app
        .write(&who, move |tx| {
            let answer = at_union(tx, answer, &named)?;
            employers::decide(tx, id, answer)
        })
        .await;
    let done = match (&decided, answer) {
        (Ok(None), _) => "dismissed",
        (_, Answer::New(_)) => "created",
        _ => "matched",
    };
    if goes_on && decided.is_ok() {
        return next(&app, &who, done)
            .await
            .unwrap_or_else(IntoResponse::into_response);
    }
    match decided {
        Ok(Some(employer)) if matches!(answer, Answer::Is(_)) => {
            Redirect::to(&format!("/employers/{employer}?done=matched")).into_response()
        }
        Ok(Some(employer)) => {
            Redirect::to(&format!("/employers/{employer}?done=created")).into_response()
        }
        Ok(None) => Redirect::to("/employers/matches?done=dismissed").into_response(),
        Err(problem) if crate::console::words::belongs_on_form(&problem) => {
            draw(&app, &who, &jar, id, None, union, Some(problem))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}
