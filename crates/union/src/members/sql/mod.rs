//! Every statement of the members room, one file a table.

pub mod application;
pub mod consent;
pub mod duplicate;
pub mod figures;
pub mod list;
pub mod member;
pub mod membership;
pub mod moves;
pub mod request;
pub mod transfer;
pub mod undo;

use store::Statement;

/// All of them, for the linter and the tests on both databases.
pub fn all() -> Vec<&'static Statement> {
    [
        member::ALL,
        figures::ALL,
        super::tally::sql::ALL,
        list::ALL,
        membership::ALL,
        transfer::ALL,
        application::ALL,
        duplicate::ALL,
        consent::ALL,
        request::ALL,
        moves::ALL,
        undo::ALL,
    ]
    .concat()
}
