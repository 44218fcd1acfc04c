//! 工作台 console: the desk of union staff. One file a page, named as the room it shows.

mod access;
pub(crate) mod cases;
mod coverage;
mod duplicates;
pub(crate) mod employers;
mod exports;
#[cfg(test)]
mod forms_tests;
mod helpers;
mod imports;
mod letters;
mod members;
mod notebook;
pub(crate) mod orgs;
mod payreport;
mod posters;
mod saved;
pub(crate) mod search;
pub(crate) mod warnings;
mod words;
mod workbench;

pub(crate) use orgs::section_name;
pub(crate) use words::thousands;

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
        .merge(access::routes())
        .merge(cases::routes())
        .merge(coverage::routes())
        .merge(employers::routes())
        .merge(orgs::routes())
        .merge(payreport::routes())
        .merge(helpers::routes())
        .merge(imports::routes())
        .merge(letters::routes())
        .merge(search::routes())
        .merge(warnings::routes())
        .merge(saved::routes())
        .merge(workbench::routes())
        .merge(members::routes())
        .merge(notebook::routes())
        .merge(duplicates::routes())
        .merge(posters::routes())
}
