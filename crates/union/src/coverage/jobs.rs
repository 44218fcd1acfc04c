//! Nightly work of this room.

use store::jobs::{Job, JobFault, JobHandler};
use store::Db;

use super::{CoverageError, refresh};

/// Writes the running month, and freezes the one before once it is over.
#[derive(Debug, Default)]
pub struct MonthlyFigures;

impl JobHandler for MonthlyFigures {
    fn kind(&self) -> &'static str {
        "coverage.refresh"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((2, 30))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        db.write(&job.actor(), refresh).map(drop).map_err(|fault: CoverageError| JobFault::again(fault.to_string()))
    }
}
