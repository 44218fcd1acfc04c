//! 攻坚季: weeks in which duties are due sooner. The file says what; a person announces it, and that is on record.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use store::Tx;
use union::access::Capability;
use union::cases::{self, Announced, CaseError, Standing};

use super::rules::words::length;
use crate::console::words::belongs_on_form;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/warnings/season", Need::Cap(Capability::WarningRead), show)
        .post(
            "/warnings/season",
            Need::Cap(Capability::WarningCommand),
            announce,
        )
}

/// One duty: what is due, in which grade, usually and in the season.
struct Row {
    duty: String,
    level: String,
    grade: String,
    usual: String,
    season: String,
}

/// One season on the page.
struct Shown {
    id: String,
    title: String,
    days: String,
    source: String,
    note: String,
    rows: Vec<Row>,
    announced: Option<Announced>,
    state: &'static str,
    badge: (&'static str, &'static str),
}

#[derive(Template)]
#[template(path = "console/warnings/season.html")]
struct SeasonPage {
    frame: Frame,
    seasons: Vec<Shown>,
    said: Vec<Announced>,
    may_command: bool,
    form: Form,
    errors: FieldErrors,
}

fn gather(tx: &mut Tx) -> Result<(Vec<Shown>, Vec<Announced>), CaseError> {
    let (now, today) = (tx.now(), tx.today());
    let mut found = Vec::new();
    for standing in cases::seasons(tx, now)? {
        found.push(shown(tx, standing, today)?);
    }
    Ok((found, cases::announcements(tx)?))
}

fn shown(tx: &Tx, standing: Standing, today: Date) -> Result<Shown, CaseError> {
    let header = &standing.definition.header;
    let mut rows = Vec::new();
    for clock in &standing.season.clock {
        let kind = cases::kind(&clock.kind, *tx.district(), today)?;
        let Some(rule) = kind.clock(&clock.id) else {
            continue;
        };
        let title = |grade: &str| {
            let known = kind.grade.iter().find(|one| one.id == grade);
            known.map_or_else(|| grade.to_owned(), |one| one.title.clone())
        };
        let level = rule.level.as_deref().and_then(|id| kind.level_index(id));
        for one in &clock.by_grade {
            rows.push(Row {
                duty: rule.title.clone(),
                level: level
                    .and_then(|at| kind.level.get(at))
                    .map(|level| level.title.clone())
                    .unwrap_or_default(),
                grade: title(&one.grade),
                usual: rule
                    .length_in(Some(&one.grade))
                    .map_or_else(String::new, |rule| length(kind, rule)),
                season: length(kind, &one.length),
            });
        }
    }
    let holds = header.holds_on(today);
    let (state, badge) = match (&standing.announced, holds) {
        (None, _) => ("还没有发布启动", ("lv lv-n", "s-none")),
        (Some(_), true) => ("正在执行", ("lv lv-y", "s-yel")),
        (Some(_), false) => ("已发布，到期自动执行", ("lv lv-b", "s-blu")),
    };
    Ok(Shown {
        id: header.id.clone(),
        title: header.title.clone(),
        days: match header.valid_to {
            Some(last) => format!("{} 至 {last}", header.valid_from),
            None => format!("{} 起", header.valid_from),
        },
        source: header.source.clone(),
        note: header.note.clone().unwrap_or_default(),
        rows,
        announced: standing.announced,
        state,
        badge,
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: Form,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let (seasons, said) = app.read(who, gather).await?;
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let frame = Frame::new(app, who, jar, "攻坚季", "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("攻坚季", "");
    let view = SeasonPage {
        frame,
        seasons,
        said,
        may_command: who.can(Capability::WarningCommand),
        form,
        errors,
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(status, &view))
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let form = Form::from_pairs(vec![("key".to_owned(), app.new_key())]);
    draw(&app, &who, &jar, form, None).await
}

async fn announce(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (id, note) = (form.text("season").to_owned(), form.text("note").to_owned());
    let begins = form.text("act") != "end";
    let done = app
        .write_once(&who, &form, move |tx| {
            cases::announce(tx, may, &id, begins, &note)
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to("/warnings/season").into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, form, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}
