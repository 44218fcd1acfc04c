//! The report of every morning.

use kernel::Date;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Actor, Db, args};

use super::{DailyRules, file, sql};
use crate::arrears::{ArrearsError, rulesets};
use crate::failure::{Kind, RoomError};

/// Puts the report of the day before on file, and those of the days the program slept through.
#[derive(Debug, Default)]
pub struct DailyReports;

impl JobHandler for DailyReports {
    fn kind(&self) -> &'static str {
        "arrears.daily"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some(DailyRules::begins())
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let actor = job.actor();
        for day in due(db, &actor).map_err(|fault| settle(&fault))? {
            db.write(&actor, |tx| file(tx, day))
                .map_err(|fault| settle(&fault))?;
            job.renew(db)?;
        }
        Ok(())
    }
}

fn due(db: &Db, actor: &Actor) -> Result<Vec<Date>, ArrearsError> {
    db.read(actor, |tx| {
        let (district, today) = (*tx.district(), tx.today());
        // A district without rules in force has no colours to report.
        if rulesets::in_force(tx, today).is_err() {
            return Ok(Vec::new());
        }
        let last: Option<Date> = tx.one(&sql::LAST, args![district])?.get(0)?;
        Ok(DailyRules::at(district, today)?.due(last, today))
    })
}

fn settle(fault: &ArrearsError) -> JobFault {
    match fault.kind() {
        Kind::Fault => JobFault::again(fault.to_string()),
        _ => JobFault::give_up(fault.to_string()),
    }
}
