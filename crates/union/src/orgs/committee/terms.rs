//! 换届提醒: terms that end, reminders before they do.

use kernel::{CommitteeId, Date, OrgId};
use serde_json::json;
use store::{Audit, Row, Tx, args};

use super::super::OrgError;
use super::model::CommitteeKind;
use super::rulings::CommitteeRules;
use super::sql;

/// Kind of the nightly job that writes the reminders.
pub const TERM_JOB: &str = "orgs.term_notices";
/// Reminders written in one run; the rest follows the next night.
const AT_ONCE: usize = 20_000;

/// A term that ends soon or has ended without a successor.
#[derive(Debug, Clone)]
pub struct EndingTerm {
    /// The committee.
    pub committee: CommitteeId,
    /// Its union.
    pub org: OrgId,
    /// That union's name.
    pub org_name: String,
    /// Which body.
    pub kind: CommitteeKind,
    /// Last day.
    pub ends_on: Date,
    /// Days until then; negative when it has passed.
    pub days_left: i64,
}

/// Terms within scope that end within the longest reminder, soonest (or longest overdue) first; with how many
/// there are in all and how many are overdue.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn ending(tx: &mut Tx, limit: usize) -> Result<(Vec<EndingTerm>, i64, i64), OrgError> {
    let (district, today) = (*tx.district(), tx.today());
    let by = horizon(tx)?;
    let (from, to) = tx.actor().scope.range();
    let counts = tx.one(&sql::COUNT_ENDING, args![district, from, to, by, today])?;
    let rows = tx.all(&sql::ENDING, args![district, from, to, by, limit])?;
    let terms = rows
        .iter()
        .map(|row| ending_of(row, today))
        .collect::<Result<_, _>>()?;
    Ok((terms, counts.get(0)?, counts.get(1)?))
}

/// The day by which a term must end to be reminded of.
fn horizon(tx: &Tx) -> Result<Date, OrgError> {
    let longest = CommitteeRules::today(tx)?
        .body
        .remind_days
        .iter()
        .copied()
        .max()
        .unwrap_or(0);
    Ok(plus_days(tx.today(), longest))
}

fn plus_days(date: Date, days: i64) -> Date {
    jiff::Span::new()
        .try_days(days)
        .and_then(|span| date.checked_add(span))
        .unwrap_or(date)
}

fn ending_of(row: &Row, today: Date) -> Result<EndingTerm, OrgError> {
    let ends_on: Date = row.get(3)?;
    let days_left = today
        .until(ends_on)
        .map(|span| i64::from(span.get_days()))
        .unwrap_or(0);
    Ok(EndingTerm {
        committee: row.get(0)?,
        org: row.get(1)?,
        org_name: row.get(2)?,
        kind: CommitteeKind::from_id(row.text(4)?)
            .ok_or_else(|| OrgError::Definition("未知的委员会类别".to_owned()))?,
        ends_on,
        days_left,
    })
}

/// Write the reminders that are due today and have not gone out (换届提醒). A night that was missed is caught up:
/// every distance already reached is written, each once. Answers how many were new.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn remind(tx: &mut Tx) -> Result<u64, OrgError> {
    let (district, now) = (*tx.district(), tx.now());
    let days = &CommitteeRules::today(tx)?.body.remind_days;
    let (terms, ..) = ending(tx, AT_ONCE)?;
    let mut sent = 0;
    for term in terms {
        for before in days.iter().filter(|before| term.days_left <= **before) {
            let due_on = plus_days(term.ends_on, -before);
            let new = tx.exec(
                &sql::INSERT_NOTICE,
                args![district, term.committee, *before, due_on, now],
            )?;
            if new > 0 {
                let detail = json!({ "committee": term.committee, "days_before": before, "ends_on": term.ends_on });
                tx.audit(Audit::of("committee.term_reminded", "org", term.org).detail(detail))?;
            }
            sent += new;
        }
    }
    Ok(sent)
}
