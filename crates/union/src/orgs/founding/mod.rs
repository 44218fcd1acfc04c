//! 建会: a basic union on its way into being. The table of steps stands in `flow.rs`.

mod actions;
mod model;
mod read;
mod rulings;
mod rules;
pub mod sql;

pub use actions::{edit, mirror_union, open, step};
pub use model::*;
pub use read::{Filter, counts, due_of, employers, get, list, of_org, steps, waiting};
pub(super) use rulings::{ID, check, test};
pub use rulings::{Paper, Rulings};
pub use rules::{Offer, offers};
