//! 建会: a basic union on its way into being. The table of steps stands in `flow.rs`.

mod actions;
pub mod files;
mod model;
mod read;
mod rules;
mod rulings;
pub mod sql;

pub use actions::{edit, mirror_union, open, step};
pub use model::*;
pub use read::{Filter, counts, due_of, employers, get, list, of_org, steps, waiting};
pub use rules::{Offer, has_in_hand, offers};
pub(super) use rulings::{ID, check, test};
pub use rulings::{Paper, Rulings};
