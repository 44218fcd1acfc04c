//! The job table: enqueue, lease, finish.

use std::time::Duration;

use kernel::DistrictCode;
use kernel::ids::JobId;

use super::{Job, JobFault, NewJob};
use crate::actor::Actor;
use crate::args;
use crate::db::{Backend, Db};
use crate::error::StoreError;
use crate::tx::Tx;

crate::statements! {
    ENQUEUE = "INSERT INTO job (district, id, kind, payload, run_at, state, attempts, max_attempts, dedupe, created_at) \
        VALUES ($1, $2, $3, $4, $5, 'ready', 0, $6, $7, $8) ON CONFLICT (district, dedupe) DO NOTHING";
    /// Due jobs, and running ones whose worker went silent.
    DUE = "SELECT id, kind, payload, attempts, max_attempts FROM job WHERE district = $1 \
        AND ((state = 'ready' AND run_at <= $2) OR (state = 'running' AND leased_until < $2)) \
        ORDER BY run_at, id LIMIT $3";
    /// As DUE, leaving aside what another worker is just taking (PostgreSQL only).
    DUE_LOCKED = "SELECT id, kind, payload, attempts, max_attempts FROM job WHERE district = $1 \
        AND ((state = 'ready' AND run_at <= $2) OR (state = 'running' AND leased_until < $2)) \
        ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED";
    LEASE = "UPDATE job SET state = 'running', attempts = attempts + 1, leased_until = $3, leased_by = $4, \
        dedupe = CASE WHEN dedupe LIKE 'wait:%' THEN NULL ELSE dedupe END WHERE district = $1 AND id = $2";
    RENEW = "UPDATE job SET leased_until = $4 WHERE district = $1 AND id = $2 AND state = 'running' AND leased_by = $3";
    FINISH = "UPDATE job SET state = 'done', finished_at = $4, leased_until = NULL, leased_by = NULL, last_error = NULL \
        WHERE district = $1 AND id = $2 AND state = 'running' AND leased_by = $3";
    FAIL = "UPDATE job SET state = $4, run_at = $5, last_error = $6, finished_at = $7, leased_until = NULL, \
        leased_by = NULL WHERE district = $1 AND id = $2 AND state = 'running' AND leased_by = $3";
    COUNTS = "SELECT state, COUNT(*), MIN(run_at), MAX(finished_at) FROM job WHERE district = $1 GROUP BY state";
}

/// Jobs taken at a time.
const CLAIM: i64 = 10;
/// Wait after the first failure; doubled each time up to the cap.
const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

impl Tx<'_> {
    /// Enqueues a job; it exists when this transaction commits. `None` when its dedupe key is taken.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn enqueue(&mut self, job: NewJob) -> Result<Option<JobId>, StoreError> {
        let (district, id, now) = (*self.district(), self.new_id::<JobId>(), self.now());
        let args = args![
            district,
            id,
            job.kind,
            job.payload,
            job.run_at.unwrap_or(now),
            job.max_attempts,
            job.dedupe.stored(),
            now
        ];
        Ok((self.raw_exec(&ENQUEUE, args)? == 1).then_some(id))
    }
}

/// Whether anything is due, seen without taking the writer's turn.
pub(super) fn is_due(db: &Db, district: DistrictCode) -> Result<bool, StoreError> {
    db.read(&Actor::system(district), |tx| {
        let now = tx.now();
        Ok(!tx.all(&DUE, args![district, now, 1])?.is_empty())
    })
}

/// Leases due jobs of a district to `holder`. A job whose lease ran out on its last attempt is dead.
pub(super) fn claim(
    db: &Db,
    district: DistrictCode,
    holder: &str,
    lease: impl Fn(&str) -> Duration,
) -> Result<Vec<Job>, StoreError> {
    db.housekeep(&Actor::system(district), |tx| {
        let now = tx.now();
        let due = if tx.backend() == Backend::Postgres {
            &DUE_LOCKED
        } else {
            &DUE
        };
        let mut jobs = Vec::new();
        for row in tx.all(due, args![district, now, CLAIM])? {
            let (id, kind): (JobId, String) = (row.get(0)?, row.get(1)?);
            let (attempts, max_attempts): (i64, i64) = (row.get(3)?, row.get(4)?);
            let lease = lease(&kind);
            tx.exec(&LEASE, args![district, id, now.plus(lease), holder])?;
            if attempts >= max_attempts {
                let message = "执行中断，已达最大次数";
                tx.exec(
                    &FAIL,
                    args![district, id, holder, "dead", now, message, Some(now)],
                )?;
                continue;
            }
            let (holder, attempt) = (holder.to_owned(), attempts + 1);
            jobs.push(Job {
                district,
                id,
                kind,
                payload: row.get(2)?,
                attempt,
                max_attempts,
                holder,
                lease,
            });
        }
        Ok(jobs)
    })
}

/// Extends a lease; whether it was still held.
pub(super) fn renew(db: &Db, job: &Job) -> Result<bool, StoreError> {
    db.housekeep(&job.actor(), |tx| {
        let until = tx.now().plus(job.lease);
        Ok(tx.exec(&RENEW, args![job.district, job.id, job.holder, until])? == 1)
    })
}

/// Writes down how a job ended, if it is still ours.
pub(super) fn settle(db: &Db, job: &Job, outcome: Result<(), JobFault>) -> Result<(), StoreError> {
    db.housekeep(&job.actor(), |tx| {
        let now = tx.now();
        match outcome {
            Ok(()) => tx.exec(&FINISH, args![job.district, job.id, job.holder, now])?,
            Err(fault) => {
                let again = fault.again && job.attempt < job.max_attempts;
                let (state, run_at) = if again {
                    ("ready", now.plus(wait(job.attempt)))
                } else {
                    ("dead", now)
                };
                let finished = (!again).then_some(now);
                tx.exec(
                    &FAIL,
                    args![
                        job.district,
                        job.id,
                        job.holder,
                        state,
                        run_at,
                        fault.message,
                        finished
                    ],
                )?
            }
        };
        Ok(())
    })
}

/// How long to wait after the `attempt`-th failure.
fn wait(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 16)).unwrap_or(16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// How the queue of a district stands, for the settings page and the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Waiting, due or not.
    pub ready: i64,
    /// Being worked on.
    pub running: i64,
    /// Finished and kept for a while.
    pub done: i64,
    /// Given up: somebody should look.
    pub dead: i64,
    /// When the oldest waiting job was or is due.
    pub oldest: Option<kernel::Instant>,
    /// When the last finished one was finished.
    pub last_done: Option<kernel::Instant>,
}

/// Counts the jobs of the transaction's district.
///
/// # Errors
/// Whatever the database says.
pub fn counts(tx: &mut Tx) -> Result<JobCounts, StoreError> {
    let mut counts = JobCounts::default();
    for row in tx.all(&COUNTS, args![tx.district()])? {
        let count = row.get(1)?;
        match row.text(0)? {
            "ready" => (counts.ready, counts.oldest) = (count, row.get(2)?),
            "running" => counts.running = count,
            "done" => (counts.done, counts.last_done) = (count, row.get(3)?),
            _ => counts.dead = count,
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<u64> = (1..=11).map(|attempt| wait(attempt).as_secs()).collect();
        assert_eq!(
            seconds,
            [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
        );
        assert_eq!(wait(i64::MAX), LONGEST_WAIT);
    }
}
