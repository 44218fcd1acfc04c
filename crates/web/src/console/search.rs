//! 搜索: one box for unions, employers, members, warnings and cases, each as far as the post may see. A whole number of a
//! warning or a case opens it; a bare one (12, 00012) finds the cases that bear it.
//!
//! The box is a GET form, so whatever is typed stands in the address. Identity and phone numbers must not:
//! the page then asks to use the roster's own search, which turns them into a blind index first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::ArrearsError;
use union::arrears::alerts;
use union::arrears::desk::{self, DeskFilter, DeskLine};
use union::cases::{self, CaseError, CaseFilter, CaseLine};
use union::employers::{self, EmployerRef};
use union::members::{self, Filter, MemberError, MemberRow, Page, Search};
use union::orgs::{self, OrgNode};

use super::warnings::look::Tone;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, page};

/// Rows of each kind.
const SHOWN: usize = 10;
/// So many digits may be a personal number.
const NUMBER_DIGITS: usize = 8;

pub(super) fn routes() -> Routes {
    Routes::new().get("/search", Need::SignedIn, show)
}

#[derive(Deserialize, Default)]
struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// What was found of each kind; none where the post may not look.
#[derive(Default)]
struct Found {
    orgs: Option<Vec<OrgNode>>,
    employers: Option<Vec<EmployerRef>>,
    members: Option<Vec<MemberRow>>,
    /// Open warnings.
    alerts: Option<Vec<DeskLine>>,
    cases: Option<Vec<CaseFound>>,
}

/// A case in a line.
struct CaseFound {
    line: CaseLine,
    /// 诉求 · 已答复，待回访
    says: String,
}

/// What the box leads to.
enum Answer {
    /// It is the number of one thing.
    There(String),
    /// All that may be meant.
    These(Found),
}

impl SearchPage {
    fn tone(&self, line: &DeskLine) -> Tone {
        Tone::of(&line.level)
    }

    fn masked(&self, name: &str) -> String {
        members::masked_name(name)
    }
}

impl Found {
    fn is_empty(&self) -> bool {
        self.orgs.as_ref().is_none_or(Vec::is_empty)
            && self.employers.as_ref().is_none_or(Vec::is_empty)
            && self.members.as_ref().is_none_or(Vec::is_empty)
            && self.alerts.as_ref().is_none_or(Vec::is_empty)
            && self.cases.as_ref().is_none_or(Vec::is_empty)
    }
}

#[derive(Template)]
#[template(path = "console/search.html")]
struct SearchPage {
    frame: Frame,
    typed: String,
    found: Found,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let typed = query.q.trim().to_owned();
    if personal(&typed) {
        return Ok(Redirect::to("/search?q=").into_response());
    }
    let (asked, person) = (typed.clone(), who.clone());
    let found = app
        .read(&who, move |tx| look_up(tx, &person, &asked))
        .await?;
    let found = match found {
        Answer::There(href) => return Ok(Redirect::to(&href).into_response()),
        Answer::These(found) => found,
    };
    let frame = Frame::new(&app, &who, &jar, "搜索", "");
    let view = SearchPage {
        frame,
        typed,
        found,
    };
    Ok(page(StatusCode::OK, &view))
}

/// Whether somebody's own number was typed, which must not stand in an address. A credit code and the number of a case
/// have letters; digits alone are somebody's.
pub(crate) fn personal(typed: &str) -> bool {
    let typed = kernel::text::compact_code(typed);
    typed.len() >= NUMBER_DIGITS && typed.bytes().all(|b| b.is_ascii_digit())
        || kernel::CitizenId::parse(&typed).is_ok()
}

fn look_up(tx: &mut Tx, who: &Who, text: &str) -> Result<Answer, MemberError> {
    if let Some(href) = numbered(tx, who, text).map_err(MemberError::room)? {
        return Ok(Answer::There(href));
    }
    let mut found = find(tx, who, text)?;
    if text.is_empty() {
        return Ok(Answer::These(found));
    }
    if who.can(Capability::WarningRead) {
        let filter = DeskFilter {
            text: text.to_owned(),
            ..DeskFilter::default()
        };
        found.alerts = Some(desk::page(tx, &filter, None, SHOWN).map_err(MemberError::room)?);
    }
    if who.can(Capability::CasesRead) {
        found.cases = Some(cases_said(tx, who, text).map_err(MemberError::room)?);
    }
    Ok(Answer::These(found))
}

/// Where the warning or the case with this number stands, as far as the post may see it.
fn numbered(tx: &mut Tx, who: &Who, text: &str) -> Result<Option<String>, ArrearsError> {
    let no = cases::number(text);
    // Only a whole number has both.
    if !no.contains('-') {
        return Ok(None);
    }
    if who.can(Capability::WarningRead) {
        match alerts::by_no(tx, &no) {
            Ok(alert) => return Ok(Some(format!("/warnings/{}", alert.no))),
            Err(ArrearsError::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    if who.can(Capability::CasesRead) {
        match cases::by_no(tx, who.capabilities, &no) {
            Ok(case) => return Ok(Some(format!("/cases/{}", case.id))),
            Err(CaseError::NotFound) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(None)
}

/// Cases that may be meant: those with that very running number, then those that are open first.
fn cases_said(tx: &mut Tx, who: &Who, text: &str) -> Result<Vec<CaseFound>, CaseError> {
    let filter = CaseFilter {
        limit: SHOWN,
        ..CaseFilter::default()
    };
    let mut lines = Vec::new();
    if let Some(serial) = cases::serial(text) {
        let filter = CaseFilter {
            serial: Some(serial),
            ..filter.clone()
        };
        lines = cases::list(tx, who.capabilities, &filter)?;
    }
    let filter = CaseFilter {
        text: text.to_owned(),
        ..filter
    };
    for line in cases::list(tx, who.capabilities, &filter)? {
        if lines.len() < SHOWN && lines.iter().all(|known| known.id != line.id) {
            lines.push(line);
        }
    }
    lines
        .into_iter()
        .map(|line| {
            let kind = cases::kind(&line.kind, *tx.district(), tx.today())?;
            let says = format!("{} · {}", kind.title, kind.state_title(&line.state));
            Ok(CaseFound { line, says })
        })
        .collect()
}

fn find(tx: &mut Tx, who: &Who, text: &str) -> Result<Found, MemberError> {
    let mut found = Found::default();
    if text.is_empty() {
        return Ok(found);
    }
    if who.can(Capability::OrgsRead) {
        found.orgs = Some(orgs::search(tx, text, SHOWN).map_err(MemberError::room)?);
    }
    if who.can(Capability::EmployersRead) {
        found.employers = Some(employers::search(tx, text, SHOWN).map_err(MemberError::room)?);
    }
    if who.can(Capability::MembersRead) {
        let filter = Filter {
            search: Search::read(tx.vault(), text),
            ..Filter::default()
        };
        let listed = members::list(tx, &filter, Page::first(SHOWN));
        found.members = Some(listed.map(|l| l.rows).or_else(|e| match e {
            MemberError::Invalid { .. } => Ok(Vec::new()),
            other => Err(other),
        })?);
    }
    Ok(found)
}
