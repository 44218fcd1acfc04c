//! 工薪本 notebook: a worker's own record of days, hours, promised and received pay, and what is owed.
//!
//! It belongs to the worker. Whoever is not that worker reads nothing of it: no function here takes a member's id,
//! each works on the notebook of the one who acts (`Scope::own`), and on PostgreSQL row-level security says the same.
//! What is written is sealed before it is stored. Entries carry a key and a time made by the phone, so that they can
//! be written without a network and sent twice; the newest edit wins and earlier ones are kept beside it. Deleting is
//! the worker's right and leaves nothing to read. Only a share (交给工会) shows something to a union: a frozen
//! statement (账单), for a purpose the worker chose, which can be taken back and whose every opening is logged. It is filed
//! as a demand there, so that somebody answers for it until a day.

mod entry;
mod error;
mod filed;
mod follow;
mod ledger;
mod month;
mod own;
mod reckon;
mod rules;
mod share;
pub mod sql;
mod statement;
mod sync;

pub use entry::{
    Basis, Body, DayIs, Entry, EntryId, Fields, Held, Kind, Note, Received, Terms, Work, read_body,
};
pub use error::NotebookError;
pub use filed::of_case;
pub(crate) use follow::{Followed, back, follow};
pub use ledger::{Ledger, Line, MonthAccount};
pub use month::Month;
pub(crate) use own::forget;
pub use own::{entries, entry, export, history};
pub use reckon::reckon;
pub use rules::{Evidence, Ground, KIND, NotebookRules, Point, Purpose};
pub(crate) use share::relocate;
pub use share::{Share, ShareId, Shared, mine, open, receivers, share, shared_in_scope, withdraw};
pub use statement::{Statement, draw_up};
pub use sync::{Change, Outcome, Sent, add, put, remove, sync};

#[cfg(test)]
mod tests;
