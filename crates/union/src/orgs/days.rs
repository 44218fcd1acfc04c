//! From which day a change of a union may hold: not before the union was there, not before the change it follows, and
//! not in the future.

use kernel::Date;
use store::{Tx, args};

use super::model::{HistoryKind, Org};
use super::{OrgError, sql};

/// Refuses a day on which this cannot have happened to the union; `field` is where it was typed.
pub(super) fn happened(
    org: &Org,
    field: &'static str,
    on: Date,
    today: Date,
) -> Result<(), OrgError> {
    not_to_come(field, on, today)?;
    let name = &org.name;
    not_before(
        (field, "org.before_founding"),
        on,
        org.founded_on,
        |founded| format!("日期不能早于「{name}」成立的 {founded}"),
    )
}

/// Refuses a day that is still to come.
pub(super) fn not_to_come(field: &'static str, on: Date, today: Date) -> Result<(), OrgError> {
    if on <= today {
        return Ok(());
    }
    let message = format!("日期不能晚于今天（{today}）");
    Err(OrgError::invalid(field, "org.future", message))
}

/// Refuses a day before another, if that one is known. The field comes with the code of the refusal.
pub(super) fn not_before(
    (field, code): (&'static str, &'static str),
    on: Date,
    since: Option<Date>,
    words: impl FnOnce(Date) -> String,
) -> Result<(), OrgError> {
    match since {
        Some(since) if on < since => Err(OrgError::invalid(field, code, words(since))),
        _ => Ok(()),
    }
}

/// Refuses a day on which a union cannot have paused, resumed or ended: what it does follows what it did last.
pub(super) fn next_turn(tx: &mut Tx, org: &Org, on: Date) -> Result<(), OrgError> {
    happened(org, "on", on, tx.today())?;
    let (paused, resumed) = (HistoryKind::Suspended.id(), HistoryKind::Resumed.id());
    let district = *tx.district();
    let last = tx.opt(&sql::LAST_TURN, args![district, org.id, paused, resumed])?;
    let Some(last) = last else { return Ok(()) };
    let (kind, since): (String, Date) = (last.get(0)?, last.get(1)?);
    not_before(("on", "org.before_last"), on, Some(since), |since| {
        let title = HistoryKind::title_of(&kind);
        format!("日期不能早于上一次{title}的 {since}")
    })
}
