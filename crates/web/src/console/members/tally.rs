//! The numbers above the roster: counted apart, so that no page waits for them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use union::access::Capability;
use union::members::{self, Filter, MemberError, Standing, Status};

use super::roster::Wanted;
use super::tree::{thousands, tree};
use crate::shell::{App, Form, Need, Problem, Query, Routes, Who, page};

/// A count says "or more" beyond this.
const COUNTED: usize = 1_000;

pub(super) fn routes() -> Routes {
    Routes::new().get("/members/tally", Need::Cap(Capability::MembersRead), tally)
}

#[derive(Template)]
#[template(path = "console/members/tally.html")]
struct Tally {
    /// So many people, as the head of the page says it.
    count: String,
    /// What they have in common.
    said: &'static str,
    unverified: String,
    moving: String,
    duplicates: String,
    may_decide: bool,
    current: &'static str,
    all: String,
    only_unverified: String,
    only_moving: String,
}

/// The numbers above the list: counted apart, so that no page waits for them.
async fn tally(
    State(app): State<App>,
    who: Who,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&app, &Form::from_pairs(pairs));
    let may_decide = who.can(Capability::DuplicatesDecide);
    let asked = wanted.clone();
    let place = app
        .db()
        .file()
        .map(|file| file.display().to_string())
        .unwrap_or_default();
    let view = app
        .read(&who, move |tx| -> Result<_, MemberError> {
            let within = match asked.org {
                Some(org) => Some(
                    union::orgs::get(tx, org)
                        .map_err(|error| MemberError::Room(Box::new(error)))?
                        .path,
                ),
                None => None,
            };
            let mut count = |filter: Filter| -> Result<String, MemberError> {
                Ok(shown(members::count_up_to(
                    tx,
                    &Filter {
                        within: within.clone(),
                        ..filter
                    },
                    COUNTED,
                )?))
            };
            let number = match count(asked.filter.clone()) {
                Err(MemberError::Invalid { .. }) => "0".to_owned(),
                other => other?,
            };
            let unverified = count(Filter {
                real_name: Some(false),
                ..Default::default()
            })?;
            let moving = count(Filter {
                standing: Standing::Only(Status::Transferring),
                ..Default::default()
            })?;
            let duplicates = if may_decide {
                members::duplicates::waiting(tx, COUNTED)?
            } else {
                0
            };
            // Without a filter the tree knows how many there are, and the head of the page has said it.
            let number = if asked.filter.is_plain() {
                format!("{} 人", thousands(tree(tx, &place, asked.org)?.total))
            } else {
                in_words(&number)
            };
            Ok((number, unverified, moving, thousands(duplicates)))
        })
        .await?;
    let filter = &wanted.filter;
    let current = match (filter.real_name, filter.standing) {
        (Some(false), _) => "unverified",
        (_, Standing::Only(Status::Transferring)) => "moving",
        _ => "all",
    };
    let base = Wanted::at(wanted.org);
    let tally = Tally {
        count: view.0,
        said: if filter.is_plain() {
            "在册"
        } else {
            "符合当前条件"
        },
        unverified: view.1,
        moving: view.2,
        duplicates: view.3,
        may_decide,
        current,
        all: format!("/members{}", base.address("")),
        only_unverified: format!("/members{}", base.with("r", "no")),
        only_moving: format!("/members{}", base.with("s", Status::Transferring.code())),
    };
    Ok(page(StatusCode::OK, &tally))
}

/// `1,000+` in the words of a head line.
fn in_words(count: &str) -> String {
    match count.strip_suffix('+') {
        Some(least) => format!("{least} 人以上"),
        None => format!("{count} 人"),
    }
}

/// `1,000+` once the bound is reached.
fn shown(count: members::Count) -> String {
    format!(
        "{}{}",
        thousands(count.number),
        if count.or_more { "+" } else { "" }
    )
}
