//! 欠薪预警 arrears: from what many offices and people see to one colour on one desk.
//!
//! A **feed** (数据源) is registered: who delivers, on what legal ground, how often, in which columns. It brings
//! **signals** (线索): typed observations about an employer or a construction project, each with its day, the moment
//! it became known, and its source. The same event counts once, however often and by whomever it is reported; a row
//! whose employer is not certain waits until a person has decided. A feed that is late is marked, and nothing that
//! hangs on it is scored: what is not there may only not be there yet.

pub mod alerts;
mod cells;
pub mod check_in;
pub mod daily;
pub mod desk;
mod desk_page;
mod entry;
mod error;
mod export;
mod feed;
mod feeds;
mod from_cases;
pub mod intake;
mod intake_report;
mod intake_rows;
pub mod kinds;
mod known;
mod matching;
mod model;
mod nothing_new;
mod packs;
pub mod panel;
mod pauses;
pub mod pay_report;
pub mod publications;
mod refused;
pub mod replay;
mod rules;
pub mod rulesets;
pub mod signals;
pub mod sql;
pub mod subjects;
mod succession;
#[cfg(test)]
mod tests;

use store::Tx;

pub use crate::members::Permit;
pub use check_in::KIND as SENTINEL_KIND;
pub use check_in::check_in;
pub use desk_page::{AlertPage, SignalLine, alert as alert_page};
pub use entry::{About as LeadAbout, Entered, Lead, LeadFault, enter_signal, lead_faults};
pub use error::ArrearsError;
pub use export::WarningExport;
pub use feed::{
    About, Certainty, Feed, FeedColumn, Frequency, KIND as FEEDS_KIND, Once, Read, Registered,
};
pub use feeds::{
    Counts, Delivery, FeedState, Freshness, PastDelivery, SilentFeed, all as feed_states,
    begin as begin_delivery, deliveries, finish as finish_delivery, freshness_of_kinds,
    silent as silent_feeds, silent_at,
};
pub use from_cases::Complaints;
pub use matching::{Matched, waiting_for};
pub use model::*;
pub use nothing_new::nothing_new;
pub use pauses::{Pause, pause as pause_feed, pauses as feed_pauses, resume as resume_feed};
pub use pay_report::RULES_KIND as PAY_REPORT_KIND;
pub use pay_report::pay_report;
pub use refused::{RefusedLine, RefusedRows, refused_book, refused_rows};

/// Every statement of this room.
pub fn statements() -> Vec<&'static store::Statement> {
    [
        sql::ALL,
        alerts::sql::ALL,
        alerts::past::sql::ALL,
        daily::sql::ALL,
        panel::sql::ALL,
        check_in::sql::ALL,
        pay_report::sql::ALL,
    ]
    .concat()
}

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
        &sql::MOVE_REPORTS_EARLIER,
        &sql::MOVE_CHECK_INS,
    ] {
        tx.exec(statement, &values)?;
    }
    Ok(())
}
