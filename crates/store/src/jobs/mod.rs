//! Background work (后台任务): enqueued in the transaction of the change that wants it, run at least once.
//!
//! A job is leased to one worker for a while; a worker that dies loses the lease and another takes the job. A
//! failing job waits longer each time and is dead after its last attempt, where a person finds it. A handler
//! must therefore bear being run twice: it does its work through the same actions as everybody, with
//! conditional statements or idempotency keys.

mod outbox;
mod queue;
mod tidy;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use kernel::ids::JobId;
use kernel::{DistrictCode, Instant};

use crate::actor::Actor;
use crate::db::Db;
use crate::error::StoreError;

pub use outbox::Event;
pub use queue::{JobCounts, counts};
pub use tidy::Tidy;
pub use worker::{Worker, run_jobs_until_idle};

/// Every statement of this module.
pub(crate) fn statements() -> Vec<&'static crate::Statement> {
    [queue::ALL, outbox::ALL, tidy::ALL].concat()
}

/// When two requests for the same work are one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Dedupe {
    /// Never.
    #[default]
    No,
    /// For as long as the job is kept: `nightly@2026-11-21` runs once.
    Once(String),
    /// While it waits: many changes of one union before the counter is refreshed want one refresh. Once it has
    /// started, a new request is a new job.
    WhileWaiting(String),
}

impl Dedupe {
    fn stored(&self) -> Option<String> {
        match self {
            Self::No => None,
            Self::Once(key) => Some(format!("once:{key}")),
            Self::WhileWaiting(key) => Some(format!("wait:{key}")),
        }
    }
}

/// Work to be done later.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which handler.
    pub kind: &'static str,
    /// What it needs to know: ids, never personal data.
    pub payload: serde_json::Value,
    /// Not before; `None` is as soon as the change is committed.
    pub run_at: Option<Instant>,
    /// When two are one.
    pub dedupe: Dedupe,
    /// Attempts before it is dead.
    pub max_attempts: i64,
}

impl NewJob {
    /// A job for `kind`, at once, eight attempts (over about an hour).
    pub fn new(kind: &'static str, payload: serde_json::Value) -> Self {
        Self {
            kind,
            payload,
            run_at: None,
            dedupe: Dedupe::No,
            max_attempts: 8,
        }
    }

    /// Not before `at`.
    #[must_use]
    pub fn at(mut self, at: Instant) -> Self {
        self.run_at = Some(at);
        self
    }

    /// At most one job with `key`, for ever.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedupe = Dedupe::Once(key.into());
        self
    }

    /// At most one waiting job with `key`.
    #[must_use]
    pub fn while_waiting(mut self, key: impl Into<String>) -> Self {
        self.dedupe = Dedupe::WhileWaiting(key.into());
        self
    }
}

/// A job as its handler gets it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The tenant.
    pub district: DistrictCode,
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What it needs to know.
    pub payload: serde_json::Value,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    max_attempts: i64,
    holder: String,
    lease: Duration,
}

impl Job {
    /// The program itself, in the job's district.
    pub fn actor(&self) -> Actor {
        Actor::system(self.district)
    }

    /// Keeps the job for another lease; call it between the chunks of long work.
    ///
    /// # Errors
    /// [`JobFault`] when another worker has taken the job meanwhile: stop at once, it goes on there.
    pub fn renew(&self, db: &Db) -> Result<(), JobFault> {
        if queue::renew(db, self)? {
            Ok(())
        } else {
            Err(JobFault::again("租约已失效，由其他进程继续"))
        }
    }
}

/// Why a job did not get done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFault {
    /// What happened, without personal data: it is stored and shown.
    pub message: String,
    /// Whether to try again later.
    pub again: bool,
}

impl JobFault {
    /// Try again later.
    pub fn again(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            again: true,
        }
    }

    /// No use in trying again.
    pub fn give_up(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            again: false,
        }
    }
}

impl From<StoreError> for JobFault {
    fn from(fault: StoreError) -> Self {
        Self::again(fault.to_string())
    }
}

/// Does one kind of work.
pub trait JobHandler: Send + Sync {
    /// Stable name, `room.work`.
    fn kind(&self) -> &'static str;

    /// Events it listens to; each becomes a job of this kind with `{"event", "subject_id", "payload"}`.
    fn events(&self) -> &'static [&'static str] {
        &[]
    }

    /// Hour and minute (Shanghai) at which every district gets one such job a day, if it is daily work. Missed
    /// hours are caught up on the same day.
    fn daily(&self) -> Option<(i8, i8)> {
        None
    }

    /// How long a worker may be silent before the job is given to another.
    fn lease(&self) -> Duration {
        Duration::from_secs(300)
    }

    /// Does the work, outside of any transaction.
    ///
    /// # Errors
    /// [`JobFault`] says whether to try again.
    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault>;
}

/// The handlers of a program. Always holds the store's own: [`Tidy`] and
/// [`RotateKeys`](crate::transfer::RotateKeys).
#[derive(Clone)]
pub struct Handlers(Vec<Arc<dyn JobHandler>>);

impl Default for Handlers {
    fn default() -> Self {
        Self(vec![Arc::new(Tidy), Arc::new(crate::transfer::RotateKeys)])
    }
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|handler| handler.kind()))
            .finish()
    }
}

impl Handlers {
    /// Adds one.
    #[must_use]
    pub fn with(mut self, handler: impl JobHandler + 'static) -> Self {
        self.0.push(Arc::new(handler));
        self
    }

    /// Adds several.
    #[must_use]
    pub fn with_all(mut self, handlers: impl IntoIterator<Item = Arc<dyn JobHandler>>) -> Self {
        self.0.extend(handlers);
        self
    }

    fn of_kind(&self, kind: &str) -> Option<&Arc<dyn JobHandler>> {
        self.0.iter().find(|handler| handler.kind() == kind)
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<dyn JobHandler>> {
        self.0.iter()
    }
}
