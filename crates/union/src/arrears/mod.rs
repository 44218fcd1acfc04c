//! 欠薪预警 arrears: from what many offices and people see to one colour on one desk.
//!
//! A **feed** (数据源) is registered: who delivers, on what legal ground, how often, in which columns. It brings
//! **signals** (线索): typed observations about an employer or a construction project, each with its day, the moment
//! it became known, and its source. The same event counts once, however often and by whomever it is reported; a row
//! whose employer is not certain waits until a person has decided. A feed that is late is marked, and nothing that
//! hangs on it is scored: what is not there may only not be there yet.

mod cells;
mod error;
mod feed;
mod feeds;
pub mod intake;
mod matching;
mod model;
mod rules;
pub mod signals;
pub mod sql;
pub mod subjects;
#[cfg(test)]
mod tests;

use store::Tx;

pub use crate::members::Permit;
pub use error::ArrearsError;
pub use feed::{
    About, Certainty, Feed, FeedColumn, Frequency, KIND as FEEDS_KIND, Once, Read, Registered,
};
pub use feeds::{
    Counts, Delivery, FeedState, Freshness, PastDelivery, all as feed_states,
    begin as begin_delivery, deliveries, finish as finish_delivery, freshness_of_kinds,
};
pub use matching::Matched;
pub use model::*;

/// A subtree moved: what lies on its desks goes along.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(
    tx: &mut Tx,
    relocation: crate::relocation::Relocation<'_>,
) -> Result<(), store::StoreError> {
    let values = relocation.values(tx);
    for statement in [
        &sql::MOVE_SUBJECTS,
        &sql::MOVE_SIGNALS,
        &sql::MOVE_ALERTS,
        &sql::MOVE_REPORTS,
        &sql::MOVE_CHECK_INS,
    ] {
        tx.exec(statement, &values)?;
    }
    Ok(())
}
