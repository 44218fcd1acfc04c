//! 企业台账 employers: the units people work for, and which union covers each.
//!
//! A unit (用人单位) is known by its unified social credit code; older codes, former names and aliases lead to
//! the same record. Rows without a code that merely resemble a known name wait in a queue for a person
//! (单位比对). Every count of employees is kept with its day and source; the lists "25 人以上未建会" and
//! "100 人以上关注" are read from the data, never written down. A coverage link (覆盖关系) says from when to
//! when a union covers a unit: its own union, or a joint, industry or regional one.

mod actions;
pub mod before;
mod brought;
mod error;
pub mod figures;
pub mod list;
mod matching;
mod model;
mod naming;
mod read;
pub mod sql;
#[cfg(test)]
pub(crate) mod tests;
pub mod undo;

pub use actions::{correct, edge_kind_for, last_covered, link, unlink, upsert};
pub(crate) use actions::{hand_over, relocate};
pub use brought::drop_of_batch;
pub use error::EmployerError;
pub use list::search;
pub use matching::{
    Answer, Candidate, Question, area, ask_for, ask_if_unsure, decide, question, questions,
    similar, waiting,
};
pub use model::*;
pub use naming::{KIND, NameRules, likeness};
pub(crate) use read::edges_anywhere;
pub use read::{
    card, cards, codes, covered_by, edges, find, get, headcounts, named, names_by_id, only,
    other_names,
};
