//! Nightly work of this room.

use store::Db;
use store::jobs::{Job, JobFault, JobHandler};

use super::OrgError;
use super::committee::{TERM_JOB, remind};

/// Writes the reminders of ending terms every morning, before the desks open.
#[derive(Debug, Default)]
pub struct TermNotices;

impl JobHandler for TermNotices {
    fn kind(&self) -> &'static str {
        TERM_JOB
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((6, 10))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        db.write(&job.actor(), remind)
            .map(drop)
            .map_err(|fault: OrgError| JobFault::again(fault.to_string()))
    }
}
