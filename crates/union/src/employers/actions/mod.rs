//! One file a group of verbs: check → change → audit, in the caller's transaction.

mod links;
mod upsert;

pub use links::*;
pub use upsert::*;
