//! Keeping, resuming, leaving, expulsion, death, return: whatever the flow table allows.

use kernel::ids::MemberId;
use kernel::{Date, Refusals};
use serde_json::json;
use store::{Audit, Tx};

use super::super::flow::{Step, Verb, step_for};
use super::super::rules::Permit;
use super::super::{Member, MemberError, Period, Reason, Status, get, period, transfers};
use super::{Entry, close_period, enrol, must_take, open_period, require_words};
use crate::orgs;

/// What the form of a change says.
#[derive(Debug, Clone)]
pub struct ChangeForm {
    /// What is done.
    pub verb: Verb,
    /// From which day it holds.
    pub on: Date,
    /// Why, out of the reasons the flow table allows.
    pub reason: Option<Reason>,
    /// What it rests on.
    pub evidence: String,
    /// Version of the record the form was drawn from.
    pub version: i64,
}

/// Does what the flow table allows: closes the open period, opens the next one where there is one, and records
/// date, reason, evidence and who.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope; [`MemberError::Forbidden`] without the capability;
/// [`MemberError::Stale`] when the record changed meanwhile; [`MemberError::Refused`] with every reason.
pub fn change(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
    form: &ChangeForm,
) -> Result<(), MemberError> {
    let member = get(tx, id)?;
    let step = step_for(member.status, form.verb).ok_or_else(|| not_now(&member, form.verb))?;
    permit.require(step.need)?;
    if member.version != form.version {
        return Err(MemberError::Stale);
    }
    let periods = period::of_member(tx, id)?;
    let reason = check(tx, step, form, &periods)?;
    if step.to.is_enrolled() && !step.from.is_enrolled() {
        must_take(tx, member.org)?;
    }
    let entry = Entry {
        member: id,
        on: form.on,
        change: step.change,
        reason,
        evidence: form.evidence.trim(),
    };
    if step.from.is_enrolled() {
        close_period(tx, &entry)?;
    }
    if step.from == Status::Transferring {
        transfers::cancel_open(tx, id, "本人去世，转会终止")?;
    }
    if step.to.is_enrolled() {
        open_period(tx, &entry, member.org, &member.org_path)?;
    }
    enrol(tx, id, (member.org, &member.org_path), step.to, step.from)?;
    adjust(tx, &member, step)?;
    tx.audit(Audit::of(form.verb.action(), "member", id).at(&member.org_path).why(reason.label()).detail(json!({
        "from": step.from.label(), "to": step.to.label(), "on": form.on, "evidence": form.evidence.trim(),
    })))?;
    Ok(())
}

fn not_now(member: &Member, verb: Verb) -> MemberError {
    let message = format!(
        "现在是“{}”，不能办理“{}”",
        member.status.label(),
        verb.label()
    );
    MemberError::refuse("member.not_now", message)
}

/// Every objection at once.
fn check(
    tx: &Tx,
    step: &Step,
    form: &ChangeForm,
    periods: &[Period],
) -> Result<Reason, MemberError> {
    let mut refusals = Refusals::new();
    refusals.require(
        form.on <= tx.today(),
        "member.change_in_future",
        "日期不能晚于今天",
    );
    let allowed: Vec<&str> = step.reasons.iter().map(|reason| reason.label()).collect();
    let reason = form.reason.filter(|reason| step.reasons.contains(reason));
    refusals.require(
        reason.is_some(),
        "member.change_reason",
        format!("请选择原因：{}", allowed.join("、")),
    );
    require_words(
        &mut refusals,
        &form.evidence,
        "member.change_evidence",
        &format!("依据（{}）", step.evidence),
    );
    if let Some(open) = periods.iter().find(|period| period.to_on.is_none()) {
        let message = format!("日期不能早于现有会籍开始的 {}", open.from_on);
        refusals.require(form.on >= open.from_on, "member.change_too_early", message);
    }
    if let Some(end) = periods.iter().filter_map(|period| period.to_on).max() {
        let message = format!("日期不能早于上一段会籍结束的 {end}");
        refusals.require(form.on >= end, "member.change_too_early", message);
    }
    let reason = reason.ok_or_else(|| MemberError::Refused(refusals.clone()))?;
    refusals.into_result().map_err(MemberError::Refused)?;
    Ok(reason)
}

/// The union's count follows the open periods.
fn adjust(tx: &mut Tx, member: &Member, step: &Step) -> Result<(), MemberError> {
    let delta = i64::from(step.to.is_enrolled()) - i64::from(step.from.is_enrolled());
    if delta == 0 {
        return Ok(());
    }
    orgs::adjust_member_count(tx, member.org, delta).map_err(MemberError::room)
}
