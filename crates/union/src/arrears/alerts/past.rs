//! How alerts stood at a past moment, read from what happened to them.

use std::collections::HashMap;

use kernel::ids::CaseId;
use kernel::{Instant, OrgPath};
use store::{Query, Row, Tx, args};

use super::model::{EventKind, Verified};
use crate::arrears::ArrearsError;
use crate::arrears::model::{AlertId, SubjectId, choice};

/// Cases asked for in one statement.
const CHUNK: usize = 400;

pub mod sql {
    //! Statements about past moments.
    store::statements! {
        /// Alerts that stood at some time between two moments, with what had happened to them by the second, in order.
        pub STOOD = "SELECT a.id, a.no, a.title, a.org_path, a.subject_id, a.case_id, a.industry, e.at, e.kind, e.to_level, e.score, e.actor, e.note
            FROM alert a JOIN alert_event e ON e.district = a.district AND e.alert_id = a.id
            WHERE a.district = $1 AND e.district = $1 AND a.org_path >= $2 AND a.org_path < $3
              AND a.opened_at < $5 AND (a.closed_at IS NULL OR a.closed_at >= $4) AND e.at < $5 ORDER BY a.no, e.seq";
        /// Alerts with what had happened to them by a moment; a list of their cases and the order are appended.
        pub OF_CASES = "SELECT a.id, a.no, a.title, a.org_path, a.subject_id, a.case_id, a.industry, e.at, e.kind, e.to_level, e.score, e.actor, e.note
            FROM alert a JOIN alert_event e ON e.district = a.district AND e.alert_id = a.id
            WHERE a.district = $1 AND e.district = $1 AND a.org_path >= $2 AND a.org_path < $3 AND e.at < $4";
        /// What was verified of alerts within a part of the tree before a moment; the last of each holds.
        pub VERIFIED_THEN = "SELECT v.alert_id, v.people, v.amount FROM alert_verified v JOIN alert a ON a.district = v.district AND a.id = v.alert_id
            WHERE v.district = $1 AND a.district = $1 AND a.org_path >= $2 AND a.org_path < $3
              AND (a.closed_at IS NULL OR a.closed_at >= $4) AND v.at < $5 ORDER BY v.alert_id, v.at";
    }
}

/// One step of an alert's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastStep {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
    /// Level after it.
    pub to: String,
    /// Score then.
    pub score: i64,
    /// Who.
    pub actor: String,
    /// Words.
    pub note: String,
}

/// An alert with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its id.
    pub id: AlertId,
    /// Its number.
    pub no: String,
    /// The subject's name.
    pub title: String,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
    /// Whom it is about.
    pub subject: SubjectId,
    /// The case that handles it.
    pub case: Option<CaseId>,
    /// Industry code.
    pub industry: String,
    /// What happened, in order.
    pub steps: Vec<PastStep>,
}

impl Past {
    /// The level in force just before a moment; none when it did not stand then.
    pub fn level_at(&self, at: Instant) -> Option<&str> {
        let mut level = None;
        for step in self.steps.iter().take_while(|step| step.at < at) {
            match step.kind {
                EventKind::Opened | EventKind::Raised | EventKind::Fallen | EventKind::Reopened => {
                    level = Some(step.to.as_str());
                }
                EventKind::Closed | EventKind::Merged => level = None,
                _ => {}
            }
        }
        level
    }

    /// When it was opened.
    pub fn opened(&self) -> Option<Instant> {
        let first = self
            .steps
            .iter()
            .find(|step| step.kind == EventKind::Opened);
        first.map(|step| step.at)
    }

    /// The last step of a kind before a moment.
    pub fn last(&self, kind: EventKind, at: Instant) -> Option<&PastStep> {
        let before = self.steps.iter().take_while(|step| step.at < at);
        before.filter(|step| step.kind == kind).last()
    }

    /// Steps of a kind between two moments.
    pub fn between(
        &self,
        kind: EventKind,
        from: Instant,
        to: Instant,
    ) -> impl Iterator<Item = &PastStep> {
        self.steps
            .iter()
            .filter(move |step| step.kind == kind && from <= step.at && step.at < to)
    }
}

/// The alerts within scope that stood at some time between two moments, as of the second, by number.
///
/// # Errors
/// The store failed.
pub fn stood(tx: &mut Tx, from: Instant, to: Instant) -> Result<Vec<Past>, ArrearsError> {
    let district = *tx.district();
    let (low, high) = tx.actor().scope.range();
    let query = Query::from(&sql::STOOD, args![district, low, high, from, to]);
    let mut found = Vec::new();
    read(tx, &query, &mut found)?;
    Ok(found)
}

/// What had been verified (已核实) by the second moment of the alerts that stood between the two, where something had.
///
/// # Errors
/// The store failed.
pub fn verified_then(
    tx: &mut Tx,
    from: Instant,
    to: Instant,
) -> Result<HashMap<AlertId, Verified>, ArrearsError> {
    let district = *tx.district();
    let (low, high) = tx.actor().scope.range();
    let mut found = HashMap::new();
    let rows = tx.all(&sql::VERIFIED_THEN, args![district, low, high, from, to])?;
    for row in &rows {
        let then = Verified {
            people: row.get(1)?,
            amount: row.get(2)?,
        };
        found.insert(row.get(0)?, then);
    }
    Ok(found)
}

/// The alerts within scope of these cases as of a moment, by number, whether they stood or not.
///
/// # Errors
/// The store failed.
pub fn of_cases(tx: &mut Tx, cases: &[CaseId], to: Instant) -> Result<Vec<Past>, ArrearsError> {
    let district = *tx.district();
    let (low, high) = tx.actor().scope.range();
    let mut found = Vec::new();
    for some in cases.chunks(CHUNK) {
        let query = Query::from(&sql::OF_CASES, args![district, low, high, to])
            .and_in(" AND a.case_id IN ", some.iter().copied())
            .push(" ORDER BY a.no, e.seq");
        read(tx, &query, &mut found)?;
    }
    Ok(found)
}

/// Adds the alerts of a query to those found.
fn read(tx: &mut Tx, query: &Query, found: &mut Vec<Past>) -> Result<(), ArrearsError> {
    tx.each(query, &[], |row| {
        let id: AlertId = row.get(0)?;
        if found.last().is_none_or(|last| last.id != id) {
            found.push(alert(row, id)?);
        }
        let step = step(row)?;
        if let Some(last) = found.last_mut() {
            last.steps.push(step);
        }
        Ok::<_, ArrearsError>(())
    })
}

fn alert(row: &Row, id: AlertId) -> Result<Past, ArrearsError> {
    Ok(Past {
        id,
        no: row.get(1)?,
        title: row.get(2)?,
        org_path: row.get(3)?,
        subject: row.get(4)?,
        case: row.get(5)?,
        industry: row.get(6)?,
        steps: Vec::new(),
    })
}

fn step(row: &Row) -> Result<PastStep, ArrearsError> {
    Ok(PastStep {
        at: row.get(7)?,
        kind: choice(row, 8, EventKind::from_id)?,
        to: row.get(9)?,
        score: row.get(10)?,
        actor: row.get(11)?,
        note: row.get(12)?,
    })
}
