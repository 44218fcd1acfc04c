//! The list of documents: filters in the address, pages by key.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::LetterId;
use serde::Deserialize;
use union::access::Capability;
use union::letters::{self, Filter, LetterError, LetterLine, LetterState, Rule};

use super::badge;
use crate::console::words::{Deadline, thousands};
use crate::shell::{App, Frame, Problem, Query, Routes, Who, encode, page};

/// Lines of one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().get("/letters", super::READ, show)
}

/// What the address says; read leniently, since people edit addresses.
#[derive(Deserialize, Default, Clone)]
struct Asked {
    #[serde(default)]
    k: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    template: String,
    #[serde(default)]
    year: String,
    /// Id of the last line seen.
    #[serde(default)]
    after: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            text: self.k.trim().to_owned(),
            state: LetterState::from_id(&self.state),
            template: self.template.trim().to_owned(),
            year: self.year.trim().parse().ok(),
            ..Filter::default()
        }
    }

    /// The query without one condition, with its question mark.
    fn query(&self, without: &str) -> String {
        let pairs = [
            ("k", &self.k),
            ("state", &self.state),
            ("template", &self.template),
            ("year", &self.year),
        ];
        let kept = pairs
            .iter()
            .filter(|(name, value)| !value.is_empty() && *name != without);
        let query: Vec<_> = kept
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        }
    }
}

#[derive(Template)]
#[template(path = "console/letters/list.html", blocks = ["rows"])]
struct ListPage {
    frame: Frame,
    asked: Asked,
    chips: Vec<(String, String)>,
    rules: Vec<Rule>,
    lines: Vec<LetterLine>,
    total: i64,
    next: Option<String>,
    today: Date,
    may_write: bool,
    may_issue: bool,
}

impl ListPage {
    /// The answer a served document waits for.
    fn due(&self, line: &LetterLine) -> Option<Deadline> {
        let due = line
            .reply_due
            .filter(|_| line.state == LetterState::Served)?;
        Some(Deadline::new(self.today, due.date, due.provisional))
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (filter, after) = (asked.filter(), asked.after.parse::<LetterId>().ok());
    let found = app.read(&who, move |tx| {
        Ok::<_, LetterError>((
            letters::list(tx, &filter, after, PAGE + 1)?,
            letters::count(tx, &filter)?,
            letters::templates(tx),
            tx.today(),
        ))
    });
    let (mut lines, total, rules, today) = found.await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|last| {
        let base = asked.query("");
        let joint = if base.is_empty() { "?" } else { "&" };
        format!("/letters{base}{joint}after={}", last.id)
    });
    let drawn = ListPage {
        frame: Frame::new(&app, &who, &jar, "文书", "/letters").crumb("文书", ""),
        chips: chips(&asked, &rules),
        may_write: who.can(Capability::CasesAct) || who.can(Capability::DocumentsIssue),
        may_issue: who.can(Capability::DocumentsIssue),
        asked,
        rules,
        lines,
        total,
        next,
        today,
    };
    if headers.contains_key("hx-request") {
        return Ok(page(StatusCode::OK, &drawn.as_rows()));
    }
    Ok(page(StatusCode::OK, &drawn))
}

/// Applied conditions in words, each with the address that takes it away.
fn chips(asked: &Asked, rules: &[Rule]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add =
        |name: &str, words: String| out.push((words, format!("/letters{}", asked.query(name))));
    if !asked.k.trim().is_empty() {
        add("k", format!("含 {}", asked.k.trim()));
    }
    if let Some(state) = LetterState::from_id(&asked.state) {
        add("state", state.title().to_owned());
    }
    if let Some(rule) = rules.iter().find(|rule| rule.id() == asked.template) {
        add("template", rule.title().to_owned());
    }
    if asked.year.trim().parse::<i64>().is_ok() {
        add("year", format!("{} 年", asked.year.trim()));
    }
    out
}
