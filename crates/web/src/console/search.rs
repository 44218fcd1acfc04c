//! 搜索: one box for unions, employers, members, warnings and cases, each as far as the post may see. A whole number of a
//! warning or a case opens it; a bare one (12, 00012) finds the cases that bear it.
//!
//! What the box holds is posted and only then stands in an address, unless it is somebody's number: that leads to the
//! roster as a blind index, as the roster's own search does, and stands in no address and no log.

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
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, encode, page};

/// Rows of each kind.
const SHOWN: usize = 10;
/// So many digits may be a personal number.
const NUMBER_DIGITS: usize = 8;
/// So many digits behind one to three letters may be the number of a permit or a passport.
const PAPER_DIGITS: usize = 7;
/// Digits of a case's number: the year and five.
const CASE_DIGITS: usize = 9;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/search", Need::SignedIn, show)
        .post("/search", Need::SignedIn, posted)
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
    /// It is the number of one thing, or of a person.
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
    let found = match answer(&app, &who, &typed).await? {
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

/// The box of the head: where what was typed is found.
async fn posted(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let typed = form.text("q").trim().to_owned();
    let href = match answer(&app, &who, &typed).await? {
        Answer::There(href) => href,
        Answer::These(_) => format!("/search?q={}", encode(&typed)),
    };
    Ok(Redirect::to(&href).into_response())
}

async fn answer(app: &App, who: &Who, typed: &str) -> Result<Answer, Problem> {
    let (asked, person) = (typed.to_owned(), who.clone());
    app.read(who, move |tx| look_up(tx, &person, &asked)).await
}

/// Whether somebody's own number was typed, which must not stand in an address. A credit code and the number of a case
/// have letters; digits alone are somebody's, and so are letters before them as on a permit or a passport (H12345678).
pub(crate) fn personal(typed: &str) -> bool {
    let typed = kernel::text::compact_code(typed);
    let letters = typed.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = typed.get(letters..).unwrap_or_default();
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let of_case = letters == 2 && digits.starts_with("20") && digits.len() == CASE_DIGITS;
    let paper = match letters {
        0 => digits.len() >= NUMBER_DIGITS,
        1..=3 => digits.len() >= PAPER_DIGITS && !of_case,
        _ => false,
    };
    plain && paper || kernel::CitizenId::parse(&typed).is_ok()
}

/// The roster at the person whose number this is; the bare search for those who may not look there, and for digits that
/// are no whole number.
fn person(tx: &Tx, who: &Who, text: &str) -> Option<String> {
    let search = Search::read(tx.vault(), text);
    let whole = matches!(search, Search::Paper(_) | Search::Phone(_));
    let (kind, index) = search.to_address(text);
    if whole && who.can(Capability::MembersRead) {
        Some(format!("/members?{kind}={index}"))
    } else if personal(text) {
        Some("/search?q=".to_owned())
    } else {
        None
    }
}

fn look_up(tx: &mut Tx, who: &Who, text: &str) -> Result<Answer, MemberError> {
    if personal(text)
        && let Some(href) = person(tx, who, text)
    {
        return Ok(Answer::There(href));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Site;

    #[test]
    fn numbers_of_people_are_told_from_numbers_of_things() {
        for typed in [
            "13812341234",
            "330113199003070018",
            "33011319900307019x",
            "H12345678",
            "Ｈ 1234 5678",
            "m12345678",
            "E12345678",
            "EA1234567",
            "ABC123456789012",
        ] {
            assert!(personal(typed), "{typed}");
        }
        for typed in [
            "",
            "12",
            "00012",
            "MH2026-00001",
            "mh202600001",
            "QX2026-00003",
            "91330100799655058B",
            "锦禾",
            "zh",
            "B12",
        ] {
            assert!(!personal(typed), "{typed}");
        }
    }

    #[tokio::test]
    async fn a_number_from_the_head_leads_to_the_roster_and_stands_in_no_address() {
        let site = Site::new();
        let org = site.union();
        site.account("chair", "enterprise_chair", Some(org));
        site.account("system", "system_admin", None);
        let (chair, system) = (site.session("chair"), site.session("system"));
        for number in ["H12345678", "13812341234", "330113199003070018"] {
            let found = site.post("/search", &chair, &format!("q={number}")).await;
            let to = &found.location;
            assert!(to.starts_with("/members?") && !to.contains(number), "{to}");
            assert_eq!(site.get(to, &chair).await.status, 200);
            // An address that somebody made by hand leads there, too.
            let typed = site.get(&format!("/search?q={number}"), &chair).await;
            assert_eq!(typed.location, *to);
            let other = site.post("/search", &system, &format!("q={number}")).await;
            assert_eq!(other.location, "/search?q=", "may not look at the roster");
        }
        let name = site.post("/search", &chair, "q=纺织厂").await;
        assert_eq!(name.location, format!("/search?q={}", encode("纺织厂")));
        let head = site.get("/search?q=", &chair).await.body;
        assert!(
            head.contains("role=\"search\" action=\"/search\" method=\"post\"")
                && !head.contains("action=\"/search\" method=\"get\""),
            "{head}"
        );
    }
}
