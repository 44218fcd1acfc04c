//! 欠我多少、账单: month by month with every step, and the same as a page to print; a copy to take away.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::notebook::{self, Month, NotebookError, Statement};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use crate::shell::{App, FieldErrors, Need, Problem, Query, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/notebook/owed", Need::Member, owed)
        .get("/hall/notebook/statement", Need::Member, print)
        .post("/hall/notebook/copy.json", Need::Member, copy)
}

/// Which months a page is about.
#[derive(Deserialize, Default)]
pub(super) struct Span {
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

impl Span {
    /// The months, the earlier one first; open ends where nothing readable was given.
    pub fn months(&self) -> (Option<Month>, Option<Month>) {
        match (Month::typed(&self.from), Month::typed(&self.to)) {
            (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
            open => open,
        }
    }

    /// What is wrong with what was typed: months that nobody can read are not all months, where something is given away.
    pub fn faults(&self) -> FieldErrors {
        let mut errors = FieldErrors::none();
        for (field, typed) in [("from", &self.from), ("to", &self.to)] {
            if !typed.is_empty() && Month::typed(typed).is_none() {
                errors.add(field, "是哪个月，请写成 2026-09 的样子");
            }
        }
        errors
    }
}

#[derive(Template)]
#[template(path = "hall/notebook/owed.html")]
struct OwedPage {
    frame: HallFrame,
    statement: Statement,
}

#[derive(Template)]
#[template(path = "hall/notebook/statement.html")]
struct StatementPage {
    frame: HallFrame,
    statement: Statement,
    digest: String,
}

async fn load(app: &App, worker: &Worker, span: &Span) -> Result<(Statement, String), Problem> {
    let (from, to) = span.months();
    worker
        .read(app, move |tx, _, _| {
            let statement = notebook::draw_up(tx, from, to)?;
            let digest = statement.digest()?;
            Ok::<_, NotebookError>((statement, digest))
        })
        .await
}

async fn owed(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let (statement, _) = load(&app, &worker, &span).await?;
    let frame = HallFrame::new(&app, &jar, true, "欠我多少")
        .await?
        .tab("/hall")
        .back("/hall/notebook");
    Ok(page(StatusCode::OK, &OwedPage { frame, statement }))
}

async fn print(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Query(span): Query<Span>,
) -> Result<Response, Problem> {
    let (statement, digest) = load(&app, &worker, &span).await?;
    let frame = HallFrame::new(&app, &jar, true, "工薪账单")
        .await?
        .tab("/hall")
        .back("/hall/notebook/owed");
    let view = StatementPage {
        frame,
        statement,
        digest,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn copy(State(app): State<App>, worker: Worker) -> Result<Response, Problem> {
    let copy = worker.write(&app, |tx, _, _| notebook::export(tx)).await?;
    let text = serde_json::to_string_pretty(&copy).map_err(|fault| Problem::fault(&fault))?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"notebook.json\"",
        ),
    ];
    Ok((headers, text).into_response())
}
