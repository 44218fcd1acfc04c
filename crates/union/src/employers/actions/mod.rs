//! One file a group of verbs: check → change → audit, in the caller's transaction.

mod answered;
mod links;
mod upsert;

pub(crate) use answered::{create_anyway, teach};
pub use links::*;
pub use upsert::*;
