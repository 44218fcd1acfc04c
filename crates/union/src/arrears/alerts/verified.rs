//! 核实的人数和金额: what the desk verified in the case holds for its alert as well, so that nobody reads two different
//! numbers for one employer. This room listens to the cases; a look every night makes up for what was missed.

use kernel::ids::CaseId;
use kernel::{Fen, OrgPath};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::model::Verified;
use super::sql;
use crate::arrears::ArrearsError;
use crate::arrears::model::AlertId;
use crate::cases::{self, Case};

/// Fields of the case in which a desk writes down what it verified.
const PEOPLE: &str = "workers";
const AMOUNT: &str = "amount";

/// Takes over what cases verified.
#[derive(Debug, Default)]
pub struct Verify;

impl JobHandler for Verify {
    fn kind(&self) -> &'static str {
        "arrears.verified"
    }

    fn events(&self) -> &'static [&'static str] {
        &["case.acted", "case.closed"]
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((2, 50))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let about = job.payload.get("subject_id").and_then(|id| id.as_str());
        let done = match about.map(str::parse::<CaseId>) {
            Some(Ok(case)) => one(db, job, case),
            Some(Err(_)) => return Err(JobFault::give_up("办件编号不正确")),
            None => every(db, job),
        };
        done.map_err(|fault| JobFault::again(fault.to_string()))
    }
}

fn one(db: &Db, job: &Job, case: CaseId) -> Result<(), ArrearsError> {
    // Most cases handle no alert: look without taking the writer's turn.
    let due = db.read(&job.actor(), |tx| due(tx, case))?;
    if due.is_none() {
        return Ok(());
    }
    db.write(&job.actor(), |tx| take_over(tx, case))
}

fn every(db: &Db, job: &Job) -> Result<(), ArrearsError> {
    let district = job.actor().district;
    let rows = db.read(&job.actor(), |tx| tx.all(&sql::OPEN_CASES, args![district]))?;
    for row in rows {
        one(db, job, row.get(0)?)?;
    }
    Ok(())
}

/// Writes what a case verified beside what its alert's sources reported.
fn take_over(tx: &mut Tx, case: CaseId) -> Result<(), ArrearsError> {
    let Some((alert, place, found)) = due(tx, case)? else {
        return Ok(());
    };
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::VERIFIED,
        args![district, alert, found.people, found.amount, now],
    )?;
    keep(tx, alert, found)?;
    let detail = json!({ "people": found.people, "amount": found.amount.map(Fen::plain) });
    tx.audit(
        Audit::of("alert.verified", "alert", alert)
            .at(&place)
            .detail(detail),
    )?;
    Ok(())
}

/// Keeps when it was verified: a report of an earlier day does not know it.
pub(super) fn keep(tx: &mut Tx, alert: AlertId, found: Verified) -> Result<(), ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::VERIFIED_AT,
        args![district, alert, now, found.people, found.amount],
    )?;
    Ok(())
}

/// The alert of a case and what the case says, where the alert does not say it yet, or nobody knows since when.
fn due(tx: &mut Tx, case: CaseId) -> Result<Option<(AlertId, OrgPath, Verified)>, ArrearsError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::VERIFIED_OF, args![district, case])? else {
        return Ok(None);
    };
    let before = Verified {
        people: row.get(2)?,
        amount: row.get(3)?,
    };
    let found = said(&cases::get_linked(tx, case)?);
    let dated = found == Verified::default() || row.get::<i64>(4)? == 1;
    if found == before && dated {
        return Ok(None);
    }
    Ok(Some((row.get(0)?, row.get(1)?, found)))
}

fn said(case: &Case) -> Verified {
    let field = |name: &str| case.now.fields.get(name);
    Verified {
        people: field(PEOPLE).and_then(|text| text.parse().ok()),
        amount: field(AMOUNT).and_then(|text| Fen::parse_yuan(text).ok()),
    }
}
