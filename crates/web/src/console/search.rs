//! 搜索: one box for unions, employers and members, each as far as the post may see.
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
use union::employers::{self, EmployerRef};
use union::members::{self, Filter, MemberError, MemberRow, Page, Search};
use union::orgs::{self, OrgNode};

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
}

impl SearchPage {
    fn masked(&self, name: &str) -> String {
        members::masked_name(name)
    }
}

impl Found {
    fn is_empty(&self) -> bool {
        self.orgs.as_ref().is_none_or(Vec::is_empty)
            && self.employers.as_ref().is_none_or(Vec::is_empty)
            && self.members.as_ref().is_none_or(Vec::is_empty)
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
    // A credit code has letters; digits alone are somebody's number.
    let personal = typed.len() >= NUMBER_DIGITS && typed.bytes().all(|b| b.is_ascii_digit());
    if personal || kernel::CitizenId::parse(&typed).is_ok() {
        return Ok(Redirect::to("/search?q=").into_response());
    }
    let (asked, person) = (typed.clone(), who.clone());
    let found = app.read(&who, move |tx| find(tx, &person, &asked)).await?;
    let frame = Frame::new(&app, &who, &jar, "搜索", "");
    let view = SearchPage {
        frame,
        typed,
        found,
    };
    Ok(page(StatusCode::OK, &view))
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
