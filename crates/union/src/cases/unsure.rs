//! 用人单位名称待核对: a case whose employer is written in a way that fits several employers of the register, or only
//! resembles some, is a question of the match queue (单位比对) like the row of a file. When a person has decided, the case
//! carries the employer. A name that resembles nobody stays as it was written.

use kernel::ids::CaseId;
use kernel::{EmployerId, MatchId};
use serde_json::json;
use store::jobs::{Event, Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::keep::{self, Act};
use super::model::Case;
use super::{CaseError, correct, identity, intake, load, matter, sql};
use crate::employers;
use crate::failure::{Kind, RoomError};
use crate::orgs;

/// Where a question says that the name came from.
const SOURCE: &str = "办件";
/// What the file calls the answer.
const DECIDED: &str = "@unit";
/// Kind of blind index of an employer's name as it was written.
const WRITTEN: &str = "case.unit";

/// Asks the match queue whom a case means, and hears its answers.
#[derive(Debug, Default)]
pub struct Units;

impl JobHandler for Units {
    fn kind(&self) -> &'static str {
        "cases.units"
    }

    fn events(&self) -> &'static [&'static str] {
        &["case.opened", "case.acted", "employer.match_decided"]
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let text = |name: &str| job.payload.get(name).and_then(|value| value.as_str());
        let about = text("subject_id").unwrap_or_default();
        let done = if text("event") == Some("employer.match_decided") {
            let employer = job.payload.get("payload");
            let employer = employer.and_then(|payload| payload.get("employer")?.as_str());
            let employer = employer.and_then(|id| id.parse::<EmployerId>().ok());
            match (about.parse::<MatchId>(), employer) {
                (Err(_), _) => return Err(JobFault::give_up("事件没有写明是哪条比对")),
                // Not an employer, or not ours: the name stays as it was written.
                (Ok(_), None) => Ok(()),
                (Ok(question), Some(employer)) => {
                    db.write(&job.actor(), |tx| decided(tx, question, employer))
                }
            }
        } else {
            let case: CaseId = about
                .parse()
                .map_err(|_| JobFault::give_up("办件编号不正确"))?;
            // Most cases are certain: look without taking the writer's turn.
            match db.read(&job.actor(), |tx| unsure(tx, case)) {
                Ok(None) => Ok(()),
                Ok(Some(_)) => db.write(&job.actor(), |tx| ask(tx, case)),
                Err(fault) => Err(fault),
            }
        };
        done.map_err(|fault| match fault.kind() {
            Kind::Fault => JobFault::again(fault.to_string()),
            _ => JobFault::give_up(fault.to_string()),
        })
    }
}

/// How many cases wait for the answer to a question of the match queue.
///
/// # Errors
/// The store failed.
pub fn waiting_for_unit(tx: &mut Tx, question: MatchId) -> Result<i64, CaseError> {
    let district = *tx.district();
    Ok(tx
        .one(&sql::COUNT_UNIT_ASKED, args![district, question])?
        .get(0)?)
}

/// The open question about the employer of a case, as far as it is asked.
///
/// # Errors
/// The store failed.
pub fn unit_asked(tx: &mut Tx, case: &Case) -> Result<Option<MatchId>, CaseError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::UNIT_ASKED, args![district, case.id])? else {
        return Ok(None);
    };
    let (question, written): (MatchId, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let same = index(tx, case).is_some_and(|now| now == written);
    Ok((same && identity::respondent(tx, case.id)?.is_none()).then_some(question))
}

/// The blind index of the employer's name as it is written now.
fn index(tx: &Tx, case: &Case) -> Option<Vec<u8>> {
    let written = matter::written(case.kind, &case.now.fields)?;
    Some(tx.vault().blind_index(WRITTEN, written))
}

/// An open case that names an employer, of which it is not certain who that is, and that was not asked about in this
/// writing: the writing and its index.
fn unsure(tx: &mut Tx, id: CaseId) -> Result<Option<(Case, Vec<u8>)>, CaseError> {
    let case = load::whole(tx, id)?;
    if case.ended_at.is_some() || identity::respondent(tx, id)?.is_some() {
        return Ok(None);
    }
    let Some(index) = index(tx, &case) else {
        return Ok(None);
    };
    let asked = tx.opt(&sql::UNIT_ASKED, args![*tx.district(), id])?;
    let asked = asked.map(|row| row.get::<Vec<u8>>(1)).transpose()?;
    Ok((asked.as_ref() != Some(&index)).then_some((case, index)))
}

/// Asks about a case, where the register knows several of that name or some like it.
fn ask(tx: &mut Tx, id: CaseId) -> Result<(), CaseError> {
    let Some((case, index)) = unsure(tx, id)? else {
        return Ok(());
    };
    let Some(written) = matter::written(case.kind, &case.now.fields) else {
        return Ok(());
    };
    let area = orgs::territory_of(tx, &case.org_path)?.map(|org| org.id);
    let Some(question) = employers::ask_if_unsure(tx, written, SOURCE, area)? else {
        return Ok(());
    };
    let district = *tx.district();
    tx.exec(&sql::ASK_UNIT, args![district, id, question, index])?;
    tx.audit(
        Audit::of("case.unit_asked", "case", id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no, "question": question })),
    )?;
    Ok(())
}

/// A question was answered: every case that asked it in this writing carries the employer.
fn decided(tx: &mut Tx, question: MatchId, employer: EmployerId) -> Result<(), CaseError> {
    let district = *tx.district();
    for row in &tx.all(&sql::UNITS_OF_QUESTION, args![district, question])? {
        let (id, asked): (CaseId, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let case = load::whole(tx, id)?;
        let same = index(tx, &case).is_some_and(|now| now == asked);
        if same && identity::respondent(tx, id)?.is_none() {
            carry(tx, &case, (question, employer))?;
        }
    }
    Ok(())
}

fn carry(
    tx: &mut Tx,
    case: &Case,
    (question, employer): (MatchId, EmployerId),
) -> Result<(), CaseError> {
    let unit = employers::named(tx, employer)?;
    let by = employers::question(tx, question)?.decided_by;
    intake::respondent(tx, case.id, employer)?;
    if case.ended_at.is_none() && !case.sealed_reporter {
        correct::tells_from_others(tx, case, &case.now.fields, Some(employer))?;
    }
    let act = Act {
        verb: DECIDED,
        note: &format!("{}核对后定为「{}」", by.unwrap_or_default(), unit.name),
        closing: None,
        audit: "case.unit_decided",
        event: "case.acted",
    };
    let state = &case.now.state;
    keep::event(tx, case.id, state, state, &act, &[])?;
    tx.audit(
        Audit::of("case.unit_decided", "case", case.id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no, "employer": employer, "employer_name": unit.name })),
    )?;
    let payload = json!({
        "no": case.no, "kind": case.kind.id, "verb": act.verb, "state": state,
        "grade": case.now.grade, "closing": null, "org_path": case.org_path.as_str(),
    });
    tx.emit(Event::of(act.event, case.id, payload))?;
    Ok(())
}
