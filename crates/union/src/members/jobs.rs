//! 每日办理: clocks of transfers. What is overdue is put before the common superior, and stays on both desks.

use kernel::ids::{MemberId, TransferId};
use kernel::{Date, OrgPath};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::admit::common;
use super::transfers::TransferState;
use super::{MemberError, sql};

/// Transfers looked at in one transaction.
const CHUNK: usize = 200;

/// Reminds the common superior of every transfer whose last day has passed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TransferClock;

impl JobHandler for TransferClock {
    fn kind(&self) -> &'static str {
        "members.transfer_clock"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((6, 30))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        loop {
            let reminded = db
                .write(&job.actor(), remind_overdue)
                .map_err(|fault| JobFault::again(fault.to_string()))?;
            if reminded < CHUNK {
                return Ok(());
            }
            job.renew(db)?;
        }
    }
}

/// One chunk of overdue transfers; how many. Runs as the program.
///
/// # Errors
/// The store failed.
pub fn remind_overdue(tx: &mut Tx) -> Result<usize, MemberError> {
    let (district, today, now) = (*tx.district(), tx.today(), tx.now());
    let mut reminded = 0;
    for state in [TransferState::Requested, TransferState::Issued] {
        for row in tx.all(
            &sql::transfer::DUE,
            args![district, state.code(), today, CHUNK],
        )? {
            let (id, member): (TransferId, MemberId) = (row.get(0)?, row.get(1)?);
            let (from, to): (OrgPath, OrgPath) = (row.get(2)?, row.get(3)?);
            let due: Option<Date> = row.get(5)?;
            if tx.exec(&sql::transfer::REMIND, args![district, id, now])? == 1 {
                let detail = json!({ "transfer": id, "state": state.code(), "due_on": due });
                tx.audit(
                    Audit::of("member.transfer_overdue", "member", member)
                        .at(&common(&from, &to))
                        .detail(detail),
                )?;
                reminded += 1;
            }
        }
    }
    Ok(reminded)
}
