//! 停用 pauses of feeds: somebody says that a feed cannot be trusted for a while, and why. While it is paused it is marked,
//! no file of it is taken, and nothing that hangs on it is scored; what it brought before stays on file.

use std::collections::BTreeMap;

use kernel::{Date, Instant, Refusals};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::alerts::jobs;
use super::feed::{Feed, Registered};
use super::model::FeedPauseId;
use super::{ArrearsError, Permit, rules, sql};
use crate::access::Capability;

/// Longest reason, in characters.
const LONGEST: usize = 200;
/// Longest history.
const SHOWN: usize = 50;
/// Who ends a pause whose last day has passed.
const BY_ITSELF: &str = "到期";

/// One pause of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Its id.
    pub id: FeedPauseId,
    /// Name of the feed.
    pub feed: String,
    /// Since when.
    pub from: Instant,
    /// Its last day, when that was named beforehand.
    pub until: Option<Date>,
    /// Why.
    pub why: String,
    /// Who paused it, with the post.
    pub by: String,
    /// When it was ended.
    pub ended: Option<Instant>,
    /// Who ended it, with the post.
    pub ended_by: String,
    /// Why.
    pub ended_why: String,
}

impl Pause {
    /// Whether it runs at a moment.
    pub fn runs_at(&self, at: Instant) -> bool {
        let over = self.ended.is_some_and(|ended| ended <= at);
        let past = self.until.is_some_and(|day| day < at.shanghai_date());
        self.from <= at && !over && !past
    }
}

fn pause_of(row: &Row) -> Result<Pause, StoreError> {
    Ok(Pause {
        id: row.get(0)?,
        feed: row.get(1)?,
        from: row.get(2)?,
        until: row.get(3)?,
        why: row.get(4)?,
        by: row.get(5)?,
        ended: row.get(6)?,
        ended_by: row.get(7)?,
        ended_why: row.get(8)?,
    })
}

/// The pauses of a feed, newest first.
///
/// # Errors
/// The store failed.
pub fn pauses(tx: &mut Tx, feed: &str) -> Result<Vec<Pause>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::PAUSES, args![district, feed, SHOWN])?;
    rows.iter().map(|row| Ok(pause_of(row)?)).collect()
}

/// Every pause there ever was, by feed, oldest first: what a replay of the past needs.
pub(super) fn all(tx: &mut Tx) -> Result<BTreeMap<String, Vec<Pause>>, ArrearsError> {
    let district = *tx.district();
    let mut found: BTreeMap<String, Vec<Pause>> = BTreeMap::new();
    for row in &tx.all(&sql::ALL_PAUSES, args![district])? {
        let pause = pause_of(row)?;
        found.entry(pause.feed.clone()).or_default().push(pause);
    }
    Ok(found)
}

/// The feeds that were paused at a moment, by name.
pub(super) fn paused_at(tx: &mut Tx, at: Instant) -> Result<BTreeMap<String, Pause>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::PAUSED_BY, args![district, at])?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let pause = pause_of(row)?;
        if pause.runs_at(at) {
            found.insert(pause.feed.clone(), pause);
        }
    }
    Ok(found)
}

/// Pauses a feed (停用数据源); everybody is evaluated without it soon.
///
/// # Errors
/// Forbidden; no such feed; no reason; a last day that has passed; paused already.
pub fn pause(
    tx: &mut Tx,
    permit: &Permit,
    feed: &str,
    until: Option<Date>,
    why: &str,
) -> Result<(), ArrearsError> {
    let feed = known(tx, permit, feed)?;
    let why = reason(why, "why")?;
    if until.is_some_and(|day| day < tx.today()) {
        let message = "“停到哪一天”应是今天或者以后；不知道的可以不填，恢复以前一直停用";
        return Err(ArrearsError::invalid("until", "feed.pause_past", message));
    }
    let now = tx.now();
    if let Some(standing) = standing(tx, &feed.name)? {
        if standing.runs_at(now) {
            return Err(refused("feed.paused", said(&feed, &standing)));
        }
        end(tx, &standing, (BY_ITSELF, ""))?;
    }
    let (district, id, by) = (
        *tx.district(),
        tx.new_id::<FeedPauseId>(),
        tx.actor().label.clone(),
    );
    tx.exec(
        &sql::INSERT_PAUSE,
        args![district, id, feed.name, now, until, why, by],
    )?;
    let detail = json!({ "until": until.map(|day| day.to_string()) });
    tx.audit(
        Audit::of("feed.paused", "feed", &feed.name)
            .why(why)
            .detail(detail),
    )?;
    Ok(jobs::ask_all(tx)?)
}

/// Takes a feed into use again (恢复数据源); what hangs on it is scored again soon.
///
/// # Errors
/// Forbidden; no such feed; no reason; it is not paused.
pub fn resume(tx: &mut Tx, permit: &Permit, feed: &str, why: &str) -> Result<(), ArrearsError> {
    let feed = known(tx, permit, feed)?;
    let why = reason(why, "why")?;
    let now = tx.now();
    let Some(standing) = standing(tx, &feed.name)?.filter(|one| one.runs_at(now)) else {
        let message = format!("“{}”没有停用，不用恢复", feed.title);
        return Err(refused("feed.not_paused", message));
    };
    let by = tx.actor().label.clone();
    end(tx, &standing, (&by, why))?;
    tx.audit(Audit::of("feed.resumed", "feed", &feed.name).why(why))?;
    Ok(jobs::ask_all(tx)?)
}

/// Refuses files of a feed that is paused.
pub(super) fn must_run(tx: &mut Tx, feed: &Registered) -> Result<(), ArrearsError> {
    let now = tx.now();
    match standing(tx, &feed.name)? {
        Some(pause) if pause.runs_at(now) => {
            let message = format!("{}。恢复以后再送", said(feed, &pause));
            Err(ArrearsError::invalid("file", "feed.paused", message))
        }
        _ => Ok(()),
    }
}

fn said(feed: &Registered, pause: &Pause) -> String {
    let (title, since) = (&feed.title, pause.from.shanghai_date());
    format!("“{title}”从 {since} 起停用：{}", pause.why)
}

fn known(tx: &Tx, permit: &Permit, feed: &str) -> Result<Registered, ArrearsError> {
    rules::require(permit, Capability::FeedsManage)?;
    let all = Feed::all(*tx.district(), tx.today())?;
    let found = all.into_iter().find(|one| one.name == feed);
    found.ok_or(ArrearsError::NotFound)
}

fn reason<'t>(text: &'t str, field: &'static str) -> Result<&'t str, ArrearsError> {
    let text = kernel::text::trim(text);
    if text.is_empty() || text.chars().count() > LONGEST {
        let message = format!("请写明理由，最多 {LONGEST} 个字");
        return Err(ArrearsError::invalid(field, "feed.no_reason", message));
    }
    Ok(text)
}

/// The pause of a feed that nobody has ended, whether its last day has passed or not.
fn standing(tx: &mut Tx, feed: &str) -> Result<Option<Pause>, ArrearsError> {
    let district = *tx.district();
    let row = tx.opt(&sql::OPEN_PAUSE, args![district, feed])?;
    Ok(row.as_ref().map(pause_of).transpose()?)
}

/// Ends a pause: now, or when its last day was over.
fn end(tx: &mut Tx, pause: &Pause, (by, why): (&str, &str)) -> Result<(), ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    let over = pause.until.and_then(|day| day.tomorrow().ok());
    let over = over.map_or(now, |day| Instant::from_shanghai(day, 0, 0).min(now));
    let rows = tx.exec(&sql::END_PAUSE, args![district, pause.id, over, by, why])?;
    if rows == 1 {
        Ok(())
    } else {
        Err(ArrearsError::Stale)
    }
}

fn refused(code: &'static str, message: String) -> ArrearsError {
    ArrearsError::Refused(Refusals::one(code, message))
}
