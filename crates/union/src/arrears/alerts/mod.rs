//! 预警 alerts: one open for a subject, its colour from the rules in force, its handling a case.

mod actions;
mod again;
mod deferral;
pub(super) mod evaluate;
mod explained;
mod file;
mod finding;
mod handling;
mod held;
pub(super) mod jobs;
mod merging;
mod model;
mod open;
pub mod past;
mod recompute;
mod settle;
pub mod sql;
mod standing;
mod to_close;
mod trial;
mod verified;

use store::{Tx, args};

use super::ArrearsError;
use super::model::{Subject, SubjectId, subject_of as read_subject};

pub use actions::{
    Closing, Decision, Push, against_closing, at_top, close, decide_fall, keep, push, reopen,
    rule_scores,
};
pub(super) use deferral::DEFERRAL;
pub use deferral::{Deferral, defer};
pub use evaluate::{Evaluated, Who, look, run};
pub use explained::{
    Explained, FactView, FeatureView, LowerView, MissingView, RedLineView, RuleView,
};
pub use file::{Kept, by_no, events, explanation, get, of_subject, open_among, scores};
pub use handling::{CASE_KIND, CASE_REASON};
pub use held::{Held, held};
pub use jobs::{Evaluate, Nightly};
pub use merging::{
    KIND as MERGING_KIND, MergeEnd, MergeRules, MergedInto, Merges, Merging, Relation,
    known_related, merge, merge_rules, merges,
};
pub use model::{
    Alert, AlertEvent, AlertState, EventKind, Figure, LevelView, Verified, in_words,
    verified_words, was_handed_over,
};
pub(super) use model::{ending_in_words, ending_of};
pub use recompute::{Changed, recompute};
pub use to_close::{ToClose, terms, to_close};
pub use trial::dry_run;
pub use verified::Verify;
#[cfg(test)]
pub(super) use {finding::said_before_and_after, standing::ways};

/// A subject, whatever the scope: evaluation looks at everybody.
fn subject_of(tx: &mut Tx, id: SubjectId) -> Result<Subject, ArrearsError> {
    let district = *tx.district();
    let row = tx.across("evaluation looks at everybody", |tx| {
        tx.opt(&super::sql::SUBJECT, args![district, id])
    })?;
    Ok(read_subject(&row.ok_or(ArrearsError::NotFound)?)?)
}
