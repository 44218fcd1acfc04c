//! The worker: relays events, starts daily work, runs due jobs.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::{Date, DistrictCode};
use serde_json::Value;

use super::{Handlers, Job, JobFault, NewJob, outbox, queue};
use crate::actor::Actor;
use crate::db::Db;
use crate::error::StoreError;
use crate::{hex, ids};

/// Works through the queues of every district, one job at a time. Several may run at once, in one process or in
/// many: leases keep them apart.
#[derive(Debug)]
pub struct Worker {
    db: Db,
    handlers: Handlers,
    name: String,
    /// Last day for which each district's daily jobs were enqueued, so that an idle tick costs no write.
    begun: Mutex<BTreeMap<DistrictCode, Date>>,
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(db: Db, handlers: Handlers) -> Self {
        let mut name = [0; 8];
        ids::random(&mut name);
        Self {
            db,
            handlers,
            name: hex::encode(&name),
            begun: Mutex::default(),
        }
    }

    /// Does what is due now in every district; how much it did (events and jobs). Zero means idle.
    ///
    /// # Errors
    /// Only when the database cannot be reached; a failing job is written down and does not stop the others.
    pub fn tick(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        for (district, _) in self.db.districts()? {
            self.begin_day(district)?;
            done += outbox::relay(&self.db, district, &self.handlers)?;
            let lease = |kind: &str| {
                self.handlers
                    .of_kind(kind)
                    .map_or(Duration::from_secs(60), |handler| handler.lease())
            };
            if !queue::is_due(&self.db, district)? {
                continue;
            }
            for job in queue::claim(&self.db, district, &self.name, lease)? {
                let outcome = self.run(&job);
                if let Err(fault) = &outcome {
                    tracing::warn!(kind = job.kind, job = %job.id, attempt = job.attempt, "job failed: {}", fault.message);
                }
                queue::settle(&self.db, &job, outcome)?;
                done += 1;
            }
        }
        Ok(done)
    }

    /// Ticks until `stop` is set, resting `idle` when there is nothing to do, and before the first look: whoever
    /// waits for a page of a program that has just been started comes first. Losing the database is logged and
    /// waited out.
    pub fn work(&self, stop: &AtomicBool, idle: Duration) {
        rest(stop, idle);
        while !stop.load(Ordering::Relaxed) {
            match self.tick() {
                Ok(0) => rest(stop, idle),
                Ok(_) => {}
                Err(fault) => {
                    tracing::error!(code = fault.code(), "job worker: {fault}");
                    rest(stop, idle.max(Duration::from_secs(1)));
                }
            }
        }
    }

    /// Runs one job; a panic is a failure like another.
    fn run(&self, job: &Job) -> Result<(), JobFault> {
        let Some(handler) = self.handlers.of_kind(&job.kind) else {
            return Err(JobFault::give_up("没有处理此类任务的程序"));
        };
        catch_unwind(AssertUnwindSafe(|| handler.run(&self.db, job)))
            .unwrap_or_else(|_| Err(JobFault::again("任务异常中断")))
    }

    /// Enqueues today's daily jobs whose hour has come.
    fn begin_day(&self, district: DistrictCode) -> Result<(), StoreError> {
        let (today, now) = (self.db.clock().today(), self.db.clock().now().shanghai());
        let due = |(hour, minute): (i8, i8)| (now.hour(), now.minute()) >= (hour, minute);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.get(&district) == Some(&today) {
            return Ok(());
        }
        let daily: Vec<_> = self
            .handlers
            .iter()
            .filter_map(|h| Some((h.kind(), h.daily()?)))
            .collect();
        self.db.housekeep(&Actor::system(district), |tx| {
            for (kind, _) in daily.iter().filter(|(_, time)| due(*time)) {
                tx.enqueue(NewJob::new(kind, Value::Null).once(format!("{kind}@{today}")))?;
            }
            Ok::<_, StoreError>(())
        })?;
        if daily.iter().all(|(_, time)| due(*time)) {
            begun.insert(district, today);
        }
        Ok(())
    }
}

/// Sleeps in small steps, so that stopping does not wait.
fn rest(stop: &AtomicBool, idle: Duration) {
    let step = Duration::from_millis(50);
    let mut left = idle;
    while left > Duration::ZERO && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(step.min(left));
        left = left.saturating_sub(step);
    }
}

/// Runs everything that is due at the clock's present moment, and what that in turn makes due. For tests and
/// the demo.
///
/// # Errors
/// As [`Worker::tick`].
pub fn run_jobs_until_idle(db: &Db, handlers: &Handlers) -> Result<usize, StoreError> {
    let worker = Worker::new(db.clone(), handlers.clone());
    let mut all = 0;
    loop {
        match worker.tick()? {
            0 => return Ok(all),
            done => all += done,
        }
    }
}
