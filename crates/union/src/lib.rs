//! The domain of 娘家: one folder a room (`docs/architecture.md` has the floor plan).
//!
//! A room's functions take `&mut Tx`; the transaction carries who acts, for which post and in which
//! scope, so no read or write of tenant data can forget them. No HTTP and no HTML here.

pub mod access;
pub mod audit;
pub mod codes;
pub mod failure;
pub mod settings;

use store::Statement;

/// Every statement of every room, for the linter and the two-database tests.
pub fn statements() -> Vec<&'static Statement> {
    [access::sql::ALL, audit::sql::ALL, settings::sql::ALL].concat()
}
