//! Keeping, resuming, leaving, expulsion, death, return: whatever the flow table allows.

use kernel::ids::{MemberId, OrgId};
use kernel::{Date, OrgPath, Refusals};
use serde_json::json;
use store::{Audit, Tx};

use super::super::flow::{Step, Verb, step_for};
use super::super::rules::Permit;
use super::super::{Member, MemberError, Period, Reason, Status, get, period, transfers};
use super::{Entry, close_period, enrol, must_take, open_period, require_words};
use crate::orgs::{self, OrgState};

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
    /// The union come back to, where the own one has been dissolved; none for the own one.
    pub to: Option<OrgId>,
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
    let (org, path) = whither(tx, &member, step, form.to)?;
    if step.returns() {
        must_take(tx, org)?;
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
        open_period(tx, &entry, org, &path)?;
    }
    enrol(tx, id, (org, &path), step.to, step.from)?;
    adjust(tx, org, step)?;
    let mut detail = json!({
        "from": step.from.label(), "to": step.to.label(), "on": form.on, "evidence": form.evidence.trim(),
    });
    if let (true, Some(detail)) = (org != member.org, detail.as_object_mut()) {
        detail.insert("org".to_owned(), json!([member.org, org]));
    }
    tx.audit(
        Audit::of(form.verb.action(), "member", id)
            .at(&path)
            .why(reason.label())
            .detail(detail),
    )?;
    Ok(())
}

/// Whether the union a record is filed at has been dissolved: whoever comes back says to which union.
///
/// # Errors
/// The store failed.
pub fn home_is_gone(tx: &mut Tx, member: &Member) -> Result<bool, MemberError> {
    let home = orgs::card(tx, member.org).map_err(MemberError::room)?;
    Ok(home.state == OrgState::Dissolved)
}

/// Where the record is filed afterwards. A change happens at the own union; only who comes back after it has been
/// dissolved chooses another, one of those the post looks after: nobody gives a membership at someone else's union.
fn whither(
    tx: &mut Tx,
    member: &Member,
    step: &Step,
    to: Option<OrgId>,
) -> Result<(OrgId, OrgPath), MemberError> {
    let Some(to) = to.filter(|to| *to != member.org) else {
        return Ok((member.org, member.org_path.clone()));
    };
    if !step.returns() || !home_is_gone(tx, member)? {
        return Err(MemberError::refuse(
            "member.change_at_home",
            "只有原工会已撤销的，重新入会、更正去世登记时才另选工会；原工会还在的先在原工会办理，再办转会",
        ));
    }
    let to = orgs::get(tx, to).map_err(MemberError::room)?;
    Ok((to.id, to.path))
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
fn adjust(tx: &mut Tx, org: OrgId, step: &Step) -> Result<(), MemberError> {
    let delta = i64::from(step.to.is_enrolled()) - i64::from(step.from.is_enrolled());
    if delta == 0 {
        return Ok(());
    }
    orgs::adjust_member_count(tx, org, delta).map_err(MemberError::room)
}
