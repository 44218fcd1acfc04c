//! Evaluation that nobody waits for: after signals arrived, and every night.

use kernel::Instant;
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler, NewJob};
use store::{Db, StoreError, Tx};

use super::evaluate::{Who, run};
use crate::arrears::ArrearsError;
use crate::failure::{Kind, RoomError};

/// Kind of the job after signals arrived.
const AFTER: &str = "arrears.evaluate";
/// How far before a delivery began to look, in milliseconds: two deliveries may overlap.
pub(super) const MARGIN: i64 = 3_600_000;

/// Asks for an evaluation of those about whom something became known since a moment.
///
/// # Errors
/// The store failed.
pub(in crate::arrears) fn ask(tx: &mut Tx, since: Instant) -> Result<(), StoreError> {
    let since = since.ms() - MARGIN;
    tx.enqueue(NewJob::new(AFTER, json!({ "since": since })).while_waiting(AFTER))?;
    Ok(())
}

/// Asks for an evaluation of everybody: other rules are in force.
///
/// # Errors
/// The store failed.
pub(in crate::arrears) fn ask_all(tx: &mut Tx) -> Result<(), StoreError> {
    tx.enqueue(NewJob::new(AFTER, json!({})))?;
    Ok(())
}

/// Evaluates those about whom something became known.
#[derive(Debug, Default)]
pub struct Evaluate;

impl JobHandler for Evaluate {
    fn kind(&self) -> &'static str {
        AFTER
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let since = job.payload.get("since").and_then(|since| since.as_i64());
        let who = since.map_or(Who::All, |since| Who::Since(Instant::from_ms(since)));
        run(db, &job.actor(), who).map(drop).map_err(settle)
    }
}

/// Evaluates everybody: time alone fades points, ends deferrals, makes feeds stale.
#[derive(Debug, Default)]
pub struct Nightly;

impl JobHandler for Nightly {
    fn kind(&self) -> &'static str {
        "arrears.nightly"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((2, 30))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        run(db, &job.actor(), Who::All).map(drop).map_err(settle)
    }
}

fn settle(fault: ArrearsError) -> JobFault {
    match fault.kind() {
        Kind::Fault => JobFault::again(fault.to_string()),
        _ => JobFault::give_up(fault.to_string()),
    }
}
