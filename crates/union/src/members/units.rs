//! 用人单位: which employer of the register a member works for, from what people write.
//!
//! At a desk the name must fit one employer. A worker who applies may write anything: a name that fits several, or only
//! resembles some, is a question of the match queue (单位比对), and the member gets the answer; one that fits nobody stays
//! on the card as it was written.

use kernel::ids::{EmployerId, MatchId, MemberId, OrgId};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::rules::Permit;
use super::{MemberError, get, sql};
use crate::access::Capability;
use crate::employers;

/// Where a question says that the name came from.
const SOURCE: &str = "入会申请";
/// Employers offered in a refusal.
const OFFERED: usize = 5;

/// The employer somebody at a desk names, by name or code; none where nothing is written.
///
/// # Errors
/// [`MemberError::Invalid`] with the nearest ones, when the text fits none or several.
pub fn unit_named(tx: &mut Tx, text: &str) -> Result<Option<EmployerId>, MemberError> {
    let text = kernel::text::trim(text);
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(only) = employers::only(tx, text).map_err(MemberError::room)? {
        return Ok(Some(only));
    }
    let found = employers::search(tx, text, OFFERED).map_err(MemberError::room)?;
    let mut near: Vec<String> = found.into_iter().map(|one| one.name).collect();
    if near.is_empty() {
        let scope = tx.actor().scope.clone();
        for one in employers::similar(tx, text).map_err(MemberError::room)? {
            let unit = employers::named(tx, one.id).map_err(MemberError::room)?;
            if scope.covers(&unit.org_path) {
                near.push(unit.name);
            }
        }
    }
    near.truncate(OFFERED);
    let message = if near.is_empty() {
        format!("企业台账里没有“{text}”；请写全称或信用代码，没有登记的请先在企业台账登记，或留空")
    } else {
        format!(
            "“{text}”不能定为一家单位；相近的有：{}，请写其中一家的全称，或留空",
            near.join("、")
        )
    };
    Err(MemberError::Invalid {
        field: "employer",
        message,
    })
}

/// Puts down where a member works (更正资料); an empty text says that it is not known. What stands there already stays.
///
/// # Errors
/// As [`unit_named`]; [`MemberError::Forbidden`], [`MemberError::NotFound`].
pub fn set_unit(
    tx: &mut Tx,
    permit: &Permit,
    member: MemberId,
    typed: &str,
    why: &str,
) -> Result<(), MemberError> {
    permit.require(Capability::MembersChange)?;
    let record = get(tx, member)?;
    let before = unit_of(tx, record.employer)?;
    if kernel::text::trim(typed) == before {
        return Ok(());
    }
    let unit = unit_named(tx, typed)?;
    put(tx, member, unit, why)
}

/// The name of an employer; empty for none.
///
/// # Errors
/// The store failed.
pub fn unit_of(tx: &mut Tx, unit: Option<EmployerId>) -> Result<String, MemberError> {
    let Some(unit) = unit else {
        return Ok(String::new());
    };
    let unit = employers::named(tx, unit).map_err(MemberError::room)?;
    Ok(unit.name)
}

/// What the member wrote when joining, where it has led to no employer yet.
///
/// # Errors
/// The store failed.
pub fn unit_written(tx: &mut Tx, member: MemberId) -> Result<Option<String>, MemberError> {
    let district = *tx.district();
    let row = tx.opt(&sql::application::UNIT_OF_MEMBER, args![district, member])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

fn put(
    tx: &mut Tx,
    member: MemberId,
    unit: Option<EmployerId>,
    why: &str,
) -> Result<(), MemberError> {
    let record = get(tx, member)?;
    if record.employer == unit {
        return Ok(());
    }
    let (district, now) = (*tx.district(), tx.now());
    let before = unit_of(tx, record.employer)?;
    let after = unit_of(tx, unit)?;
    tx.exec(&sql::member::SET_UNIT, args![district, member, unit, now])?;
    tx.audit(
        Audit::of("member.unit_set", "member", member)
            .at(&record.org_path)
            .why(why.trim())
            .detail(json!({ "employer": [before, after] })),
    )?;
    Ok(())
}

/// Which employer a worker means who applies.
pub(super) enum Meant {
    /// Nobody: nothing is written, or the register knows none like it.
    Nobody,
    /// This one.
    One(EmployerId),
    /// A person decides.
    Asked(MatchId),
}

/// Whom the worker means; asks where it is not certain, in the area of the union applied to.
pub(super) fn meant(tx: &mut Tx, text: &str, union: OrgId) -> Result<Meant, MemberError> {
    let text = kernel::text::trim(text);
    if text.is_empty() {
        return Ok(Meant::Nobody);
    }
    if let Some(one) = employers::only(tx, text).map_err(MemberError::room)? {
        return Ok(Meant::One(one));
    }
    let asked = employers::ask_if_unsure(tx, text, SOURCE, Some(union));
    Ok(asked
        .map_err(MemberError::room)?
        .map_or(Meant::Nobody, Meant::Asked))
}

/// Hears the answers of the match queue: whoever joined with that writing works for the employer it was decided to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemberUnits;

impl JobHandler for MemberUnits {
    fn kind(&self) -> &'static str {
        "members.units"
    }

    fn events(&self) -> &'static [&'static str] {
        &["employer.match_decided"]
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let question = job.payload.get("subject_id").and_then(|id| id.as_str());
        let question = question.and_then(|id| id.parse::<MatchId>().ok());
        let question = question.ok_or_else(|| JobFault::give_up("事件没有写明是哪条比对"))?;
        let employer = job
            .payload
            .get("payload")
            .and_then(|told| told.get("employer"));
        let employer = employer.and_then(|id| id.as_str()?.parse::<EmployerId>().ok());
        // Not an employer, or not ours: the writing stays on the card.
        let Some(employer) = employer else {
            return Ok(());
        };
        let waiting = db.read(&job.actor(), |tx| waiting(tx, question));
        let again = |fault: MemberError| JobFault::again(fault.to_string());
        for member in waiting.map_err(again)? {
            db.write(&job.actor(), |tx| {
                put(tx, member, Some(employer), "名称比对")
            })
            .map_err(again)?;
        }
        Ok(())
    }
}

/// Members who joined with the writing of a question and of whom nobody has said since where they work.
fn waiting(tx: &mut Tx, question: MatchId) -> Result<Vec<MemberId>, MemberError> {
    let district = *tx.district();
    let mut members = Vec::new();
    for row in tx.all(&sql::application::OF_MATCH, args![district, question])? {
        let member: MemberId = row.get(0)?;
        if get(tx, member)?.employer.is_none() {
            members.push(member);
        }
    }
    Ok(members)
}
