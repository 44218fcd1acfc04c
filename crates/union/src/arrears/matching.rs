//! When a person has said which employer a writing means, the signals that waited for it take effect.

use kernel::{EmployerId, MatchId};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx};

use super::subjects::{self, SubjectDraft};
use super::{ArrearsError, alerts, signals};
use crate::employers;
use crate::failure::{Kind, RoomError};

/// Listens to the match queue (单位比对).
#[derive(Debug, Default)]
pub struct Matched;

impl JobHandler for Matched {
    fn kind(&self) -> &'static str {
        "arrears.matched"
    }

    fn events(&self) -> &'static [&'static str] {
        &["employer.match_decided"]
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let question = job
            .payload
            .get("subject_id")
            .and_then(|id| id.as_str()?.parse::<MatchId>().ok())
            .ok_or_else(|| JobFault::give_up("事件没有写明是哪条比对"))?;
        let employer = job
            .payload
            .get("payload")
            .and_then(|payload| payload.get("employer"))
            .and_then(|id| id.as_str()?.parse::<EmployerId>().ok());
        db.write(&job.actor(), |tx| decided(tx, question, employer))
            .map_err(|fault| match fault.kind() {
                Kind::Fault => JobFault::again(fault.to_string()),
                _ => JobFault::give_up(fault.to_string()),
            })
    }
}

/// How many signals wait for the answer to a question of the match queue (等着比对的线索).
///
/// # Errors
/// The store failed.
pub fn waiting_for(tx: &mut Tx, question: MatchId) -> Result<i64, ArrearsError> {
    let district = *tx.district();
    Ok(tx
        .one(
            &super::sql::COUNT_WAITING_FOR,
            store::args![district, question],
        )?
        .get(0)?)
}

/// A question of the match queue was answered: the signals that waited for it count from now, or are set aside.
///
/// # Errors
/// The employer is gone, or the store failed.
pub(super) fn decided(
    tx: &mut Tx,
    question: MatchId,
    employer: Option<EmployerId>,
) -> Result<(), ArrearsError> {
    let found = match employer {
        None => None,
        Some(id) => {
            let employer = employers::get(tx, id)?;
            let draft = SubjectDraft::employer(&employer);
            let subject = subjects::ensure(tx, std::slice::from_ref(&draft))?
                .pop()
                .ok_or(ArrearsError::NotFound)?;
            Some((subject, draft.org_path))
        }
    };
    let place = found.as_ref().map(|(subject, path)| (*subject, path));
    let released = signals::release(tx, question, place)?;
    if released > 0 {
        alerts::jobs::ask(tx, tx.now())?;
    }
    tx.audit(
        Audit::of("signal.released", "employer_match", question)
            .detail(json!({ "employer": employer, "signals": released })),
    )?;
    Ok(())
}
