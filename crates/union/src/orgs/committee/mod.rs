//! 委员会与任期: committees, their officers, terms and the protection of contracts.

mod actions;
mod follow;
mod model;
mod read;
mod rulings;
pub mod sql;
mod terms;

pub use actions::{appoint, extend, install, retire};
pub(crate) use follow::{Followed, back, follow};
pub use model::*;
pub use read::{committees, current_chairs, get};
pub use rulings::{Advice, CommitteeRules, advice};
pub(super) use rulings::{ID, check, test, years};
pub use terms::{EndingTerm, TERM_JOB, ending, remind};
