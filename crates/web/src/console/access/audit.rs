//! 审计日志: search and read (audit administrator).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use serde::Deserialize;
use union::access::{self, AccessError, Capability};
use union::audit::{self, AuditFilter, AuditLine};

use crate::shell::{App, Frame, Hx, Need, Problem, Query, Routes, Who, page};

/// Records on one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().get("/audit", Need::Cap(Capability::AuditRead), list)
}

#[derive(Deserialize, Default, Clone)]
struct AuditQuery {
    #[serde(default)]
    action: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

#[derive(Template)]
#[template(path = "console/access/audit.html", blocks = ["rows"])]
struct AuditPage {
    frame: Frame,
    query: AuditQuery,
    lines: Vec<AuditLine>,
    next: Option<i64>,
    unknown_login: bool,
    /// Days that are none, as they were written.
    wrong_days: Vec<String>,
}

impl AuditPage {
    /// An address that names the beginning of a code by hand, which is no choice of the list.
    fn by_code(&self) -> bool {
        let asked = self.query.action.as_str();
        let known = audit::ACTS.iter().any(|group| group.begins == asked);
        !asked.is_empty() && !known && audit::title(asked).is_empty()
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Hx(htmx): Hx,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let asked = query.clone();
    let wrong_days: Vec<String> = [&query.from, &query.to]
        .into_iter()
        .filter(|text| day(text).is_err())
        .cloned()
        .collect();
    // A day that is none would filter nothing: the auditor would take all records for those of that day.
    let found = if wrong_days.is_empty() {
        app.read(&who, move |tx| find(tx, &asked)).await?
    } else {
        Some(Vec::new())
    };
    let unknown_login = found.is_none();
    let mut lines = found.unwrap_or_default();
    let next = if lines.len() > PAGE {
        lines.get(PAGE - 1).map(|l| l.seq)
    } else {
        None
    };
    lines.truncate(PAGE);
    let frame = Frame::new(&app, &who, &jar, "审计日志", "/audit");
    let view = AuditPage {
        frame,
        query,
        lines,
        next,
        unknown_login,
        wrong_days,
    };
    let status = if view.wrong_days.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(if htmx {
        page(StatusCode::OK, &view.as_rows())
    } else {
        page(status, &view)
    })
}

/// No day, a day, or neither.
fn day(text: &str) -> Result<Option<Date>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(drop),
    }
}

/// None when a sign-in name was asked for that nobody has.
fn find(tx: &mut store::Tx, query: &AuditQuery) -> Result<Option<Vec<AuditLine>>, AccessError> {
    let account = if query.login.trim().is_empty() {
        None
    } else {
        access::account_by_name(tx, &query.login)?
    };
    if account.is_none() && !query.login.trim().is_empty() {
        return Ok(None);
    }
    let filter = AuditFilter {
        action: query.action.trim().to_owned(),
        subject_kind: query.kind.trim().to_owned(),
        subject_id: query.id.trim().to_owned(),
        account,
        from: day(&query.from).ok().flatten(),
        to: day(&query.to).ok().flatten(),
        on_behalf: false,
        before: query.before.parse().ok(),
    };
    Ok(Some(audit::search(
        tx,
        &filter,
        i64::try_from(PAGE).unwrap_or(50) + 1,
    )?))
}
