//! The domain of 娘家: one folder a room (`docs/architecture.md` has the floor plan).
//!
//! A room's functions take `&mut Tx`; the transaction carries who acts, for which post and in which
//! scope, so no read or write of tenant data can forget them. No HTTP and no HTML here.

pub mod access;
pub mod arrears;
pub mod attachments;
pub mod audit;
pub mod cases;
pub mod codes;
pub mod coverage;
#[cfg(test)]
mod definition_tests;
pub mod employers;
pub mod exchange;
pub mod failure;
pub(crate) mod following;
pub mod letters;
pub mod members;
pub mod notebook;
pub mod orgs;
pub mod posters;
pub mod relocation;
pub mod rulebook;
pub mod settings;
#[cfg(test)]
mod statements_tests;

use kernel::definitions::Kind;
use store::Statement;

/// Every statement of every room, for the linter and the two-database tests.
pub fn statements() -> Vec<&'static Statement> {
    let (orgs, members) = (orgs::statements(), members::sql::all());
    let (arrears, cases) = (arrears::statements(), cases::statements());
    [
        access::sql::ALL,
        audit::sql::ALL,
        &cases,
        settings::sql::ALL,
        exchange::saved::sql::ALL,
        &orgs,
        employers::sql::ALL,
        employers::figures::sql::ALL,
        &arrears,
        coverage::sql::ALL,
        letters::sql::ALL,
        &members,
        exchange::sql::ALL,
        notebook::sql::ALL,
        posters::sql::ALL,
    ]
    .concat()
}

/// Reads the definitions by which the first page after sign-in is drawn. A room reads its own when it is first asked;
/// a program that starts lets another thread do it meanwhile.
pub fn read_ahead(place: kernel::DistrictCode, day: kernel::Date) {
    let _ = cases::kinds(place, day);
    let _ = (
        coverage::Rates::at(place, day),
        coverage::Targets::at(place, day),
    );
    let _ = kernel::Calendar::national();
}

/// The kinds of definitions the rooms own, beside the kernel's.
pub const DEFINITION_KINDS: &[Kind] = &[
    access::ROLES_KIND,
    access::POLICY_KIND,
    arrears::FEEDS_KIND,
    arrears::daily::KIND,
    arrears::SENTINEL_KIND,
    arrears::PAY_REPORT_KIND,
    arrears::alerts::MERGING_KIND,
    arrears::replay::ENDINGS_KIND,
    arrears::replay::train::KIND,
    settings::KIND,
    employers::KIND,
    orgs::KIND,
    orgs::MAPS_KIND,
    coverage::KIND,
    letters::KIND,
    members::KIND,
    exchange::columns::KIND,
    notebook::KIND,
];
