//! Reading and writing the file of an alert: rows, events, explanations, scores.

use kernel::warning::Explanation;
use kernel::{Date, Instant};
use store::{Audit, Query, Row, Tx, args};

use super::model::{Alert, AlertEvent, EventKind, alert_of, event_of};
use super::sql;
use crate::arrears::ArrearsError;
use crate::arrears::model::{AlertId, SubjectId};

/// Bytes of an explanation's digest (SM3).
const DIGEST: usize = 32;

/// One alert within the caller's scope.
///
/// # Errors
/// [`ArrearsError::NotFound`]; whether it does not exist or lies outside is never told apart.
pub fn get(tx: &mut Tx, id: AlertId) -> Result<Alert, ArrearsError> {
    let district = *tx.district();
    let row = tx.opt(&sql::GET, args![district, id])?;
    within(tx, row)
}

/// One alert by its number, within the caller's scope.
///
/// # Errors
/// As [`get`].
pub fn by_no(tx: &mut Tx, no: &str) -> Result<Alert, ArrearsError> {
    let district = *tx.district();
    let row = tx.opt(&sql::BY_NO, args![district, no.trim()])?;
    within(tx, row)
}

fn within(tx: &Tx, row: Option<Row>) -> Result<Alert, ArrearsError> {
    let alert = alert_of(&row.ok_or(ArrearsError::NotFound)?)?;
    if tx.actor().scope.covers(&alert.org_path) {
        Ok(alert)
    } else {
        Err(ArrearsError::NotFound)
    }
}

/// The alerts of a subject within scope, newest first.
///
/// # Errors
/// The store failed.
pub fn of_subject(tx: &mut Tx, subject: SubjectId) -> Result<Vec<Alert>, ArrearsError> {
    let district = *tx.district();
    let scope = tx.actor().scope.clone();
    let rows = tx.all(&sql::OF_SUBJECT, args![district, subject])?;
    let mut found = rows
        .iter()
        .map(|row| Ok(alert_of(row)?))
        .collect::<Result<Vec<_>, ArrearsError>>()?;
    found.retain(|alert| scope.covers(&alert.org_path));
    Ok(found)
}

/// The open alerts of some subjects within scope, in no order.
///
/// # Errors
/// The store failed.
pub fn open_among(
    tx: &mut Tx,
    subjects: impl IntoIterator<Item = SubjectId>,
) -> Result<Vec<Alert>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let query = Query::from(&sql::OPEN_WITHIN, args![district, from, to])
        .and_in(" AND subject_id IN ", subjects);
    let rows = tx.all(&query, args![])?;
    rows.iter().map(|row| Ok(alert_of(row)?)).collect()
}

/// The open alert of a subject, whatever the scope.
pub(super) fn open_of(tx: &mut Tx, subject: SubjectId) -> Result<Option<Alert>, ArrearsError> {
    let district = *tx.district();
    let row = tx.across("one open alert for a subject in the whole district", |tx| {
        tx.opt(&sql::OPEN_OF, args![district, subject])
    })?;
    Ok(row.as_ref().map(alert_of).transpose()?)
}

/// The newest alert of a subject that did not go into another.
pub(super) fn last_of(tx: &mut Tx, subject: SubjectId) -> Result<Option<Alert>, ArrearsError> {
    let district = *tx.district();
    let row = tx.across("the alerts of a subject in the whole district", |tx| {
        tx.opt(&sql::LAST_OF, args![district, subject])
    })?;
    Ok(row.as_ref().map(alert_of).transpose()?)
}

/// What happened to an alert, in order.
///
/// # Errors
/// The store failed.
pub fn events(tx: &mut Tx, alert: AlertId) -> Result<Vec<AlertEvent>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::EVENTS, args![district, alert])?;
    rows.iter().map(|row| Ok(event_of(row)?)).collect()
}

/// The score of an alert, day by day.
///
/// # Errors
/// The store failed.
pub fn scores(tx: &mut Tx, alert: AlertId) -> Result<Vec<(Date, i64, String)>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::SCORES, args![district, alert])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

/// A stored explanation, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The day it speaks about.
    pub as_of: Date,
    /// The moment it was made: only what was known then is in it.
    pub at: Instant,
    /// Canonical JSON.
    pub body: String,
}

/// The explanation with a digest.
///
/// # Errors
/// [`ArrearsError::NotFound`] when it is not kept.
pub fn explanation(tx: &mut Tx, alert: AlertId, digest: &[u8]) -> Result<Kept, ArrearsError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::EXPLANATION, args![district, alert, digest])?
        .ok_or(ArrearsError::NotFound)?;
    Ok(Kept {
        as_of: row.get(0)?,
        at: row.get(1)?,
        body: row.get(2)?,
    })
}

/// What an event says.
pub(super) struct Said<'a> {
    pub kind: EventKind,
    pub from: &'a str,
    pub to: &'a str,
    pub note: &'a str,
    pub explanation: Option<&'a [u8]>,
}

/// Writes an event into the alert's file and into the sealed log.
pub(super) fn note(tx: &mut Tx, alert: &Alert, said: &Said<'_>) -> Result<(), ArrearsError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let seq: i64 = tx
        .one(&sql::LAST_EVENT, args![district, alert.id])?
        .get::<i64>(0)?
        + 1;
    tx.exec(
        &sql::INSERT_EVENT,
        args![
            district,
            alert.id,
            seq,
            now,
            said.kind.id(),
            said.from,
            said.to,
            alert.score,
            actor,
            said.note,
            said.explanation
        ],
    )?;
    tx.audit(
        Audit::of(audit_name(said.kind), "alert", alert.id)
            .at(&alert.org_path)
            .why(said.note)
            .detail(serde_json::json!({ "no": alert.no, "from": said.from, "to": said.to, "score": alert.score })),
    )?;
    Ok(())
}

fn audit_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened => "alert.opened",
        EventKind::Raised => "alert.raised",
        EventKind::FallProposed => "alert.fall_proposed",
        EventKind::Fallen => "alert.fallen",
        EventKind::Kept => "alert.kept",
        EventKind::Deferred => "alert.deferred",
        EventKind::Pushed => "alert.pushed",
        EventKind::Joined => "alert.joined",
        EventKind::Merged => "alert.merged",
        EventKind::Closed => "alert.closed",
        EventKind::Reopened => "alert.reopened",
    }
}

/// Keeps an explanation; the digest under which it is found.
pub(super) fn keep_explanation(
    tx: &mut Tx,
    alert: AlertId,
    explanation: &Explanation,
) -> Result<Vec<u8>, ArrearsError> {
    let (district, now, today) = (*tx.district(), tx.now(), tx.today());
    let digest = digest(explanation);
    tx.exec(
        &sql::PUT_EXPLANATION,
        args![district, alert, digest, today, now, explanation.json],
    )?;
    Ok(digest)
}

/// The bytes of an explanation's digest.
pub(super) fn digest(explanation: &Explanation) -> Vec<u8> {
    let pair = |at: usize| {
        explanation
            .digest
            .get(at * 2..at * 2 + 2)
            .and_then(|two| u8::from_str_radix(two, 16).ok())
            .unwrap_or(0)
    };
    (0..DIGEST).map(pair).collect()
}
