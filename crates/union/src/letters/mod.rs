//! 文书 letters: numbered documents of unions, from draft to delivery and answer.
//!
//! What a document says stands in a template (`definitions/letters`): its fields, where each comes from, the words
//! around them. Every value keeps where it came from and who changed it. Issuing gives the document the next number of
//! its organ, type and year and fixes its text, with an SM3 digest, for good; a cancelled number keeps its row and its
//! reason, so that the register (发文登记簿) explains every gap. Deliveries are recorded one by one, a refused one too,
//! and start the reply clock where the law sets one. Other rooms link a document to their record, `("case", id)`, and
//! hear of it through the outbox: `letter.issued`, `letter.served`, `letter.answered`, `letter.cancelled`.
//!
//! The print page and the .docx follow GB/T 9704-2012.

mod actions;
mod definitions;
pub mod docx;
mod error;
pub mod flow;
mod keeping;
mod model;
mod organs;
mod paper;
mod read;
mod register;
mod render;
pub mod sql;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod values;

pub(crate) use actions::relocate;
pub use actions::{answer, cancel, draft, drop_draft, edit, issue, opened, serve};
pub use definitions::KIND;
pub use error::LetterError;
pub use flow::{LetterState, Verb};
pub use keeping::{Emptied, empty_of_record, outlived};
pub use model::*;
pub use organs::{Organ, organ_code, organs, set_organ_code};
pub use paper::{Block, Paper, digest};
pub use read::{Filter, answer_of, count, first_delivery, get, list, of_link, of_record, tally};
pub use register::{Entry, Series, register, registers, skip_numbers};
pub use render::BLANK;
pub use template::{Field, FieldKind, Head, Rule, Template};
pub use values::{Change, FieldValue, Origin, Supplied, Values, faults, missing, shown};

use store::Tx;

/// The templates that hold here today, in the order of lists.
pub fn templates(tx: &Tx) -> Vec<Rule> {
    template::in_force(*tx.district(), tx.today())
}

/// One template as it holds here today.
///
/// # Errors
/// [`LetterError::NoTemplate`].
pub fn template(tx: &Tx, id: &str) -> Result<Rule, LetterError> {
    template::at(id, *tx.district(), tx.today())
}
