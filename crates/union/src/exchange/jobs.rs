//! 后台任务: the long works as jobs, and the daily clearing of what may no longer be kept.

use std::time::Duration;

use kernel::ids::BatchId;
use serde_json::json;
use store::{Audit, Db, Job, JobFault, JobHandler, args};

use super::columns::Layout;
use super::desk::Desk;
use super::error::ExchangeError;
use super::model::ImportKind;
use super::pass::Progress;
use super::sql;
use crate::employers;
use crate::members::undo;

/// Kind of the job that checks a batch.
pub(super) const CHECK: &str = "exchange.check";
/// Kind of the job that takes a batch in.
pub(super) const IMPORT: &str = "exchange.import";
/// Kind of the job that takes a batch back.
pub(super) const UNDO: &str = "exchange.undo";
/// Kind of the daily job that clears what is out of time.
const CLEAR: &str = "exchange.clear";

/// The handlers of this room.
pub fn handlers(desk: &Desk) -> Vec<std::sync::Arc<dyn JobHandler>> {
    vec![
        std::sync::Arc::new(Long {
            desk: desk.clone(),
            kind: CHECK,
        }),
        std::sync::Arc::new(Long {
            desk: desk.clone(),
            kind: IMPORT,
        }),
        std::sync::Arc::new(Long {
            desk: desk.clone(),
            kind: UNDO,
        }),
        std::sync::Arc::new(Clear { desk: desk.clone() }),
    ]
}

/// One long work on one batch.
struct Long {
    desk: Desk,
    kind: &'static str,
}

impl JobHandler for Long {
    fn kind(&self) -> &'static str {
        self.kind
    }

    // Renewed with every chunk, so a crash is noticed within a minute.
    fn lease(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let batch = job.payload.get("batch").and_then(|id| id.as_str());
        let batch: BatchId = batch
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| JobFault::give_up("任务里没有批次编号"))?;
        let mut progress = |_: &Progress| {
            job.renew(db).map_err(|fault| {
                tracing::info!(batch = %batch, "import work handed over: {}", fault.message);
                ExchangeError::Stopped
            })
        };
        let done = match self.kind {
            CHECK => self.desk.run_check(job.district, batch, &mut progress),
            IMPORT => self.desk.run_import(job.district, batch, &mut progress),
            _ => self.desk.run_undo(job.district, batch, &mut progress),
        };
        match done {
            // What is wrong with the file stands on its page; nothing is gained by trying again.
            Ok(())
            | Err(ExchangeError::Stopped | ExchangeError::File(_) | ExchangeError::NotFound) => {
                Ok(())
            }
            Err(ExchangeError::Refused(refusals)) => Err(JobFault::give_up(refusals.to_string())),
            Err(error) => Err(JobFault::again(error.to_string())),
        }
    }
}

/// Deletes sealed copies, problem rows and images whose days are over.
struct Clear {
    desk: Desk,
}

impl JobHandler for Clear {
    fn kind(&self) -> &'static str {
        CLEAR
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((3, 20))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let (actor, now) = (job.actor(), db.clock().now());
        let layout = Layout::at(ImportKind::Members, job.district, now.shanghai_date())
            .map_err(|error| JobFault::give_up(error.to_string()))?;
        let before = kernel::Instant::from_ms(now.ms() - i64::from(layout.keep_days) * 86_400_000);
        let stale: Vec<BatchId> = db.read(&actor, |tx| {
            let rows = tx.all(&sql::STALE, args![job.district, before, 100])?;
            rows.iter()
                .map(|row| row.get(0))
                .collect::<Result<_, store::StoreError>>()
        })?;
        for batch in stale {
            db.write(&actor, |tx| {
                tx.exec(&sql::UNSTAGE, args![job.district, batch])?;
                undo::forget(tx, batch).map_err(ExchangeError::room)?;
                employers::before::forget(tx, batch).map_err(ExchangeError::room)?;
                tx.exec(&sql::CLOSE, args![job.district, batch, false])?;
                tx.audit(
                    Audit::of("import.cleared", "import_batch", batch)
                        .detail(json!({ "before": before })),
                )?;
                Ok::<_, ExchangeError>(())
            })
            .map_err(|error| JobFault::again(error.to_string()))?;
            self.desk.depot.remove(batch);
        }
        Ok(())
    }
}
