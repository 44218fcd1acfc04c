//! Begin, correct, and every step of the flow.

use kernel::{Date, FoundingId, OrgId};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::actions::{self, checked_name};
use super::super::committee::{self, CommitteeKind, NewCommittee, NewOfficer};
use super::super::flow::{FoundingState, Side, Verb, transition};
use super::super::model::NewOrg;
use super::super::{OrgError, OrgRef, read as orgs};
use super::model::{Detail, Founding, NewFounding, StepInput};
use super::rulings::Rulings;
use super::{files, read, rules, sql};
use crate::access::{Capability, CapabilitySet};
use crate::employers;

/// Begin a founding (新建建会申请) as a draft.
///
/// # Errors
/// The post may not found; a field is not acceptable; the union above or a unit lies outside the scope.
pub fn open(tx: &mut Tx, may: CapabilitySet, new: &NewFounding) -> Result<FoundingId, OrgError> {
    let (parent, detail) = checked(tx, may, new, Detail::default())?;
    let (district, now, id): (_, _, FoundingId) = (*tx.district(), tx.now(), tx.new_id());
    let name = checked_name(&new.name)?;
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            name,
            new.kind.id(),
            parent.id,
            parent.path,
            new.members_expected,
            as_json(&detail)?,
            now
        ],
    )?;
    set_employers(tx, id, new)?;
    let audit = Audit::of("founding.opened", "founding", id).at(&parent.path);
    tx.audit(audit.detail(json!({ "name": name, "kind": new.kind.id(), "parent": parent.name })))?;
    Ok(id)
}

/// Correct a draft or a returned founding.
///
/// # Errors
/// As [`open`]; [`OrgError::Stale`] when somebody was faster; refused once it has been sent in.
pub fn edit(
    tx: &mut Tx,
    may: CapabilitySet,
    id: FoundingId,
    version: i64,
    new: &NewFounding,
) -> Result<(), OrgError> {
    let founding = read::get(tx, id)?;
    founding.is_at(version)?;
    if !matches!(
        founding.state,
        FoundingState::Draft | FoundingState::Returned
    ) {
        return Err(OrgError::refused(
            "founding.sent",
            "已提交上级，不能再修改；需要更正请上级退回",
        ));
    }
    let (parent, detail) = checked(tx, may, new, founding.detail.clone())?;
    let district = *tx.district();
    let name = checked_name(&new.name)?;
    let changed = tx.exec(
        &sql::EDIT,
        args![
            district,
            id,
            version,
            name,
            new.kind.id(),
            parent.id,
            parent.path,
            new.members_expected,
            as_json(&detail)?
        ],
    )?;
    if changed == 0 {
        return Err(OrgError::Stale);
    }
    set_employers(tx, id, new)?;
    let before = json!({ "name": founding.name, "kind": founding.kind.id(), "members_expected": founding.members_expected });
    let after =
        json!({ "name": name, "kind": new.kind.id(), "members_expected": new.members_expected });
    tx.audit(
        Audit::of("founding.edited", "founding", id)
            .at(&parent.path)
            .detail(json!({ "before": before, "after": after })),
    )?;
    Ok(())
}

fn checked(
    tx: &mut Tx,
    may: CapabilitySet,
    new: &NewFounding,
    mut detail: Detail,
) -> Result<(OrgRef, Detail), OrgError> {
    if !may.has(Capability::OrgsFound) {
        return Err(OrgError::refused(
            "founding.side",
            "您现在的岗位没有「申请建会」的权限",
        ));
    }
    checked_name(&new.name)?;
    let parent = orgs::get(tx, new.parent)?;
    if !new.kind.is_basic() {
        return Err(OrgError::invalid(
            "kind",
            "founding.kind",
            "只有基层工会走建会流程，请选择单独、联合、项目或新就业形态工会",
        ));
    }
    if !new.kind.may_hang_under(parent.kind) {
        return Err(OrgError::invalid(
            "parent",
            "org.wrong_parent",
            format!("「{}」不能直接设在「{}」之下", new.kind, parent.kind),
        ));
    }
    if !(1..=1_000_000).contains(&new.members_expected) {
        return Err(OrgError::invalid(
            "members_expected",
            "founding.members_expected",
            "请填写预计会员人数，至少 1 人",
        ));
    }
    for unit in &new.employers {
        employers::get(tx, *unit).map_err(|fault| OrgError::from_room(&fault))?;
    }
    detail.planned_end_on = new.planned_end_on;
    new.industry_code
        .trim()
        .clone_into(&mut detail.industry_code);
    new.address.trim().clone_into(&mut detail.address);
    new.note.trim().clone_into(&mut detail.note);
    Ok((parent, detail))
}

fn set_employers(tx: &mut Tx, id: FoundingId, new: &NewFounding) -> Result<(), OrgError> {
    let district = *tx.district();
    tx.exec(&sql::CLEAR_EMPLOYERS, args![district, id])?;
    let mut units = new.employers.clone();
    units.sort();
    units.dedup();
    for unit in units {
        tx.exec(&sql::INSERT_EMPLOYER, args![district, id, unit])?;
    }
    Ok(())
}

/// Take one step of the flow. Answers the new state.
///
/// # Errors
/// [`OrgError::Refused`] with every reason the table, the posts and the definition have against it;
/// [`OrgError::Stale`] when somebody was faster.
pub fn step(
    tx: &mut Tx,
    may: CapabilitySet,
    id: FoundingId,
    version: i64,
    verb: Verb,
    input: &StepInput,
) -> Result<FoundingState, OrgError> {
    let mut founding = read::get(tx, id)?;
    founding.is_at(version)?;
    let row = rules::permit(tx, may, &founding, verb, input)?;
    take_in(tx, &mut founding, verb, input)?;
    match verb {
        Verb::Approve => founding.org = Some(bring_into_being(tx, &founding)?.id),
        Verb::ApplyLegalPerson => {
            actions::set_legal_person(tx, union_of(&founding)?, None, "申请法人登记")?
        }
        Verb::Register => {
            let code = founding.detail.credit_code.clone();
            actions::set_legal_person(tx, union_of(&founding)?, Some(&code), "法人登记")?;
        }
        _ => {}
    }
    write_step(tx, &founding, verb, row.to, input)?;
    for (paper, file) in &input.files {
        files::keep(tx, &founding, paper, file)?;
    }
    Ok(row.to)
}

fn union_of(founding: &Founding) -> Result<OrgId, OrgError> {
    founding.org.ok_or(OrgError::NotFound)
}

/// Keep what came with the step.
fn take_in(
    tx: &mut Tx,
    founding: &mut Founding,
    verb: Verb,
    input: &StepInput,
) -> Result<(), OrgError> {
    let known = Rulings::today(tx)?.body;
    for (paper, reference) in &input.papers {
        if !reference.trim().is_empty() && known.papers.iter().any(|one| one.id == *paper) {
            founding
                .papers
                .insert(paper.clone(), reference.trim().to_owned());
        }
    }
    let detail = &mut founding.detail;
    match verb {
        Verb::SubmitCandidates => detail.members_now = input.members_now,
        Verb::HoldMeeting => detail.meeting.clone_from(&input.meeting),
        Verb::Approve => {
            input.approval_no.trim().clone_into(&mut detail.approval_no);
            detail.approved_on = input.approved_on;
        }
        Verb::Register => input.credit_code.trim().clone_into(&mut detail.credit_code),
        _ => {}
    }
    Ok(())
}

fn write_step(
    tx: &mut Tx,
    founding: &Founding,
    verb: Verb,
    to: FoundingState,
    input: &StepInput,
) -> Result<(), OrgError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor());
    let changed = tx.exec(
        &sql::STEP,
        args![
            district,
            founding.id,
            founding.version,
            founding.state.id(),
            to.id(),
            as_json(&founding.papers)?,
            as_json(&founding.detail)?,
            founding.org,
            now
        ],
    )?;
    if changed == 0 {
        return Err(OrgError::Stale);
    }
    let step: uuid::Uuid = tx.new_id();
    tx.exec(
        &sql::INSERT_STEP,
        args![
            district,
            step,
            founding.id,
            now,
            verb.id(),
            founding.state.id(),
            to.id(),
            input.note.trim(),
            actor.label,
            actor.account,
            as_json(&input.papers)?
        ],
    )?;
    let audit = Audit::of("founding.stepped", "founding", founding.id)
        .at(&founding.org_path)
        .why(input.note.trim());
    let detail = json!({ "verb": verb.id(), "from": founding.state.id(), "to": to.id(), "papers": input.papers, "files": input.files.len(), "org": founding.org });
    tx.audit(audit.detail(detail))?;
    Ok(())
}

/// The letter of approval brings the union into being: its place in the tree, its units, its committee.
fn bring_into_being(tx: &mut Tx, founding: &Founding) -> Result<OrgRef, OrgError> {
    let detail = &founding.detail;
    let on = detail.approved_on.unwrap_or_else(|| tx.today());
    let new = NewOrg {
        founded_on: Some(on),
        approval_no: detail.approval_no.clone(),
        planned_end_on: detail.planned_end_on,
        industry_code: detail.industry_code.clone(),
        address: detail.address.clone(),
        note: "批复成立".to_owned(),
        ..NewOrg::new(Some(founding.parent), founding.kind, founding.name.clone())
    };
    let org = actions::create_active(tx, &new)?;
    link_units(tx, founding, &org, on)?;
    if let Some(meeting) = &detail.meeting {
        let officers = meeting
            .elected
            .iter()
            .map(|one| NewOfficer {
                name: one.name.clone(),
                member: None,
                position: one.position.clone(),
                full_time: one.full_time,
                contract_end: one.contract_end,
            })
            .collect();
        let new = NewCommittee {
            kind: CommitteeKind::Committee,
            term_years: meeting.term_years,
            from_on: meeting.on,
            officers,
        };
        committee::install(tx, org.id, &new, "建会选举产生")?;
    }
    Ok(org)
}

fn link_units(tx: &mut Tx, founding: &Founding, org: &OrgRef, on: Date) -> Result<(), OrgError> {
    let Some(kind) = employers::edge_kind_for(org.kind) else {
        return Ok(());
    };
    for unit in read::employers(tx, founding.id)? {
        employers::link(tx, org.id, unit, kind, on).map_err(|fault| OrgError::from_room(&fault))?;
    }
    Ok(())
}

/// A union was suspended, resumed or dissolved: its founding follows. Called from the union's own actions,
/// which write the audit entry.
///
/// # Errors
/// The store failed.
pub fn mirror_union(tx: &mut Tx, org: OrgId, verb: Verb, note: &str) -> Result<(), OrgError> {
    let Some(founding) = read::of_org(tx, org)? else {
        return Ok(());
    };
    let Some(row) = transition(founding.state, verb).filter(|row| row.side == Side::Union) else {
        return Ok(());
    };
    let input = StepInput {
        note: note.to_owned(),
        ..StepInput::default()
    };
    write_step(tx, &founding, verb, row.to, &input)
}

fn as_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, OrgError> {
    serde_json::to_value(value).map_err(|fault| OrgError::Definition(fault.to_string()))
}
