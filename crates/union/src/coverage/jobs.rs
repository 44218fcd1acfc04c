//! Work of this room that nobody waits for.

use store::jobs::{Job, JobFault, JobHandler, NewJob};
use store::{Actor, Db};

use super::{CoverageError, catch_up, count_today, keep_today};
use crate::failure::{Kind, RoomError};

/// Minutes between two counts of today's figures.
const EVERY_MINUTES: i64 = 10;

/// Freezes the month that has ended, in the first night after it; every night makes up for nights that were
/// missed.
#[derive(Debug, Default)]
pub struct MonthEnd;

impl JobHandler for MonthEnd {
    fn kind(&self) -> &'static str {
        "coverage.month_end"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((0, 30))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        db.write(&job.actor(), catch_up)
            .map(drop)
            .or_else(|fault| settle(&fault))
    }
}

/// Counts today's figures again and again, beginning every day after midnight.
#[derive(Debug, Default)]
pub struct Refresh;

impl JobHandler for Refresh {
    fn kind(&self) -> &'static str {
        "coverage.refresh"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((0, 5))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let done = refresh(db, &job.actor()).or_else(|fault| settle(&fault));
        db.housekeep(&job.actor(), |tx| {
            let next = kernel::Instant::from_ms(tx.now().ms() + EVERY_MINUTES * 60_000);
            tx.enqueue(
                NewJob::new(self.kind(), serde_json::json!({}))
                    .at(next)
                    .while_waiting(self.kind()),
            )
        })?;
        done
    }
}

/// Count today's figures and keep them (刷新最新数据).
///
/// # Errors
/// As [`count_today`].
pub fn refresh(db: &Db, actor: &Actor) -> Result<(), CoverageError> {
    let counted = db.read(actor, count_today)?;
    db.housekeep(actor, |tx| keep_today(tx, &counted))
}

/// A district without rules or unions has no figures; trying again would not help before tomorrow.
fn settle(fault: &CoverageError) -> Result<(), JobFault> {
    match fault.kind() {
        Kind::Fault => Err(JobFault::again(fault.to_string())),
        _ => Err(JobFault::give_up(fault.to_string())),
    }
}
