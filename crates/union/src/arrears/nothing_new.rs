//! 本期没有新情况: an office has nothing to tell of a period, and says so. An empty table does not say it: nobody knows
//! whether it was meant.

use kernel::Date;
use store::{Tx, args};

use super::feed::Feed;
use super::feeds::{self, back};
use super::{ArrearsError, Permit, alerts, pauses, rules, sql};
use crate::access::Capability;

/// Keeps that a feed has nothing new up to a day; from now on it is fresh.
///
/// # Errors
/// Forbidden; no such feed; it is paused, or has no day by which it is due; a day that lies ahead, too far back, or was
/// spoken of already.
pub fn nothing_new(
    tx: &mut Tx,
    permit: &Permit,
    name: &str,
    as_of: Date,
) -> Result<(), ArrearsError> {
    rules::require(permit, Capability::FeedsManage)?;
    let (district, today) = (*tx.district(), tx.today());
    let mut all = Feed::all(district, today)?.into_iter();
    let registered = all.find(|one| one.name == name);
    let registered = registered.ok_or(ArrearsError::NotFound)?;
    pauses::must_run(tx, &registered)?;
    let invalid = |message: String| Err(ArrearsError::invalid("as_of", "feed.nothing", message));
    let Some(days) = registered.feed.stale_after_days else {
        return invalid("这个来源有事才报，没有到期日，不用说明".to_owned());
    };
    if as_of > today {
        return invalid(format!("{as_of} 还没有到，请核对"));
    }
    let first = back(today, i64::from(days));
    if as_of < first {
        return invalid(format!(
            "{as_of} 太早：要说明到 {first} 或以后，才算没有逾期"
        ));
    }
    let known = tx.opt(&sql::SPOKE_OF, args![district, registered.name])?;
    let before: Option<Date> = known.map(|row| row.get(0)).transpose()?.flatten();
    if let Some(before) = before.filter(|before| as_of <= *before) {
        return invalid(format!("数据已经说到 {before}，请写它以后的日子"));
    }
    let source = format!("说明：到 {as_of} 没有新情况");
    let mut delivery = feeds::begin(tx, &registered.name, &source)?;
    delivery.has_nothing_until(as_of);
    feeds::finish(tx, &delivery)?;
    Ok(alerts::jobs::ask(tx, delivery.begun)?)
}
