//! The store's own nightly work: old queue rows go, the day's anchor is set.

use std::time::Duration;

use super::{Job, JobFault, JobHandler};
use crate::args;
use crate::db::Db;

crate::statements! {
    OLD_JOBS = "DELETE FROM job WHERE district = $1 AND state = 'done' AND finished_at < $2";
    OLD_EVENTS = "DELETE FROM outbox WHERE district = $1 AND relayed_at < $2";
    OLD_KEYS = "DELETE FROM idempotency WHERE district = $1 AND at < $2";
}

/// How long finished jobs and relayed events are kept, for questions about last week.
const QUEUE: Duration = Duration::from_secs(30 * 86_400);
/// How long the first answer to a key is kept; no client repeats a request after a week.
const KEYS: Duration = Duration::from_secs(7 * 86_400);

/// Nightly tidying. The audit log is never touched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tidy;

impl JobHandler for Tidy {
    fn kind(&self) -> &'static str {
        "store.tidy"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((0, 5))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        db.housekeep(&job.actor(), |tx| {
            let (district, now) = (*tx.district(), tx.now());
            tx.exec(&OLD_JOBS, args![district, now.minus(QUEUE)])?;
            tx.exec(&OLD_EVENTS, args![district, now.minus(QUEUE)])?;
            tx.exec(&OLD_KEYS, args![district, now.minus(KEYS)])
        })?;
        db.anchor(job.district)?;
        Ok(())
    }
}
