//! 建会事项: the list, narrowed by state, kind and name.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::FoundingId;
use serde::Deserialize;
use union::access::Capability;
use union::orgs::OrgKind;
use union::orgs::flow::{FoundingState, Side};
use union::orgs::founding::{self, Filter, FoundingLine};

use crate::console::words::Deadline;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, encode, page};

/// Lines of one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().get("/orgs/foundings", Need::Cap(Capability::OrgsRead), list)
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    k: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    open: String,
    after: Option<FoundingId>,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            text: self.k.trim().to_owned(),
            state: FoundingState::from_id(&self.state),
            kind: OrgKind::from_id(&self.kind).filter(|kind| kind.is_basic()),
            open: self.open == "1",
        }
    }

    /// The address without one condition (or with all of them).
    fn address(&self, without: &str) -> String {
        let pairs = [
            ("k", &self.k),
            ("state", &self.state),
            ("kind", &self.kind),
            ("open", &self.open),
        ];
        let kept = pairs
            .iter()
            .filter(|(name, value)| !value.is_empty() && *name != without);
        let query: Vec<_> = kept
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if query.is_empty() {
            "/orgs/foundings".to_owned()
        } else {
            format!("/orgs/foundings?{}", query.join("&"))
        }
    }
}

#[derive(Template)]
#[template(path = "console/orgs/foundings.html", blocks = ["rows"])]
struct ListPage {
    frame: Frame,
    asked: Asked,
    chips: Vec<(String, String)>,
    lines: Vec<FoundingLine>,
    next: Option<String>,
    today: Date,
    may_found: bool,
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (filter, after) = (asked.filter(), asked.after);
    let mut chips = Vec::new();
    if !filter.text.is_empty() {
        chips.push((format!("名称含 {}", filter.text), asked.address("k")));
    }
    if let Some(state) = filter.state {
        chips.push((state.title().to_owned(), asked.address("state")));
    }
    if let Some(kind) = filter.kind {
        chips.push((kind.title().to_owned(), asked.address("kind")));
    }
    if filter.open {
        chips.push(("办理中".to_owned(), asked.address("open")));
    }
    let mut lines = app
        .read(&who, move |tx| founding::list(tx, &filter, after, PAGE + 1))
        .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|last| {
        let base = asked.address("");
        format!(
            "{base}{}after={}",
            if base.contains('?') { "&" } else { "?" },
            last.id
        )
    });
    let frame = Frame::new(&app, &who, &jar, "建会事项", "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("建会事项", "");
    let may_found = who.can(Capability::OrgsFound);
    let drawn = ListPage {
        frame,
        asked,
        chips,
        lines,
        next,
        today: app.now().shanghai_date(),
        may_found,
    };
    if headers.contains_key("hx-request") {
        return Ok(page(StatusCode::OK, &drawn.as_rows()));
    }
    Ok(page(StatusCode::OK, &drawn))
}

impl ListPage {
    fn due(&self, line: &FoundingLine) -> Option<Deadline> {
        line.due
            .map(|due| Deadline::new(self.today, due.date, due.provisional))
    }
}

/// Class and shape of a founding's badge.
pub(super) fn badge(
    state: impl std::borrow::Borrow<FoundingState>,
) -> (&'static str, &'static str) {
    let state = *state.borrow();
    match (state, state.waits_for()) {
        (FoundingState::Active, _) => ("lv lv-g", "s-ok"),
        (FoundingState::Returned, _) => ("lv lv-y", "s-yel"),
        (_, Some(Side::Superior)) => ("lv lv-b", "s-blu"),
        _ => ("lv lv-n", "s-none"),
    }
}
