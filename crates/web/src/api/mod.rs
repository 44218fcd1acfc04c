//! API: the same actions as the pages, for mini-programs and departments.
//!
//! Conventions: JSON; errors are RFC 9457 with a stable `code`; lists page by key (`after` → `next`),
//! never by offset; personal fields are masked as on the pages; a machine signs in with
//! `Authorization: Bearer TOKEN`; a write carries `Idempotency-Key`, and the second arrival gets the
//! first answer. The description is made from the very types that the handlers use.

mod alerts;
mod applications;
mod asked;
mod audit;
mod cases;
mod changes;
mod check;
mod committees;
mod consents;
mod coverage;
mod duplicates;
mod employer_entry;
mod employer_links;
mod employers;
mod feeds;
mod founding_files;
mod foundings;
mod import_rows;
mod imports;
mod letters;
mod matches;
mod members;
mod openapi;
mod operations;
mod org_changes;
mod orgs;
mod requests;
mod transfers;
mod warnings;
mod whoami;

#[cfg(test)]
mod tests;

pub use openapi::document;

use crate::shell::Routes;
use operations::Operations;

/// Everything the API offers.
fn operations() -> Operations {
    Operations::new()
        .merge(whoami::operations())
        .merge(orgs::operations())
        .merge(org_changes::operations())
        .merge(committees::operations())
        .merge(foundings::operations())
        .merge(employers::operations())
        .merge(employer_entry::operations())
        .merge(employer_links::operations())
        .merge(matches::operations())
        .merge(members::operations())
        .merge(changes::operations())
        .merge(requests::operations())
        .merge(consents::operations())
        .merge(applications::operations())
        .merge(transfers::operations())
        .merge(duplicates::operations())
        .merge(audit::operations())
        .merge(coverage::operations())
        .merge(warnings::operations())
        .merge(alerts::operations())
        .merge(letters::operations())
        .merge(imports::operations())
        .merge(import_rows::operations())
        .merge(feeds::operations())
        .merge(cases::operations())
}

/// Routes of this face, and the description of them.
pub fn routes() -> Routes {
    openapi::routes().merge(operations().into_routes())
}
