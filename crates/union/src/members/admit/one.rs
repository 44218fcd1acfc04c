//! One record: forms, approved applications, single rows of an import.

use std::borrow::Cow;

use kernel::ids::{MemberId, MembershipId, OrgId};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{
    Admission, Admitted, MemberError, OtherName, Outcome, PreparedMember, Status, period, sql, undo,
};
use super::{Decision, Existing, decide, outcome_of, row, search_between, within_scope};
use crate::orgs;

/// Makes a prepared record a member of a union, or says why that is not what should happen.
///
/// The answer is an [`Outcome`], not an error, when the person is already known: the caller decides whether an
/// update is good news and what to do about a membership elsewhere.
///
/// # Errors
/// [`MemberError::NotFound`] when the union lies outside the caller's scope.
pub fn admit(tx: &mut Tx, new: &PreparedMember, to: &Admission) -> Result<Admitted, MemberError> {
    within_scope(tx, to)?;
    match find(tx, new)? {
        None => {
            let against = orgs::against_intake(tx, to.org).map_err(MemberError::room)?;
            if !against.is_empty() {
                return Ok(Admitted {
                    id: new.id,
                    outcome: Outcome::Refused(against),
                });
            }
            insert(tx, new, to)
        }
        Some(there) => settle(tx, &there, new, to),
    }
}

/// The surviving record of a paper, wherever in the district it is.
fn find(tx: &mut Tx, new: &PreparedMember) -> Result<Option<Existing>, MemberError> {
    let district = *tx.district();
    let (id_type, id_index) = (new.id_type.code(), new.id_index.as_slice());
    let row = tx.across("one paper, one record in the district", |tx| {
        tx.opt(&sql::member::EXISTING, args![district, id_type, id_index])
    })?;
    let Some(row) = row else { return Ok(None) };
    follow(tx, Existing::read(&row)?).map(Some)
}

/// From a merged record to the one it lives on in.
pub(super) fn follow(tx: &mut Tx, mut there: Existing) -> Result<Existing, MemberError> {
    let district = *tx.district();
    // A record is merged at most a few times; the bound only guards against a broken chain.
    for _ in 0..16 {
        let Some(next) = there.merged_into.filter(|_| there.status == Status::Merged) else {
            break;
        };
        let row = tx.across("the surviving record", |tx| {
            tx.one(&sql::member::EXISTING_BY_ID, args![district, next])
        })?;
        there = Existing::read(&row)?;
    }
    Ok(there)
}

fn insert(tx: &mut Tx, new: &PreparedMember, to: &Admission) -> Result<Admitted, MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    let inserted = tx.insert_many(
        &sql::member::INSERT,
        [row::member((district, now), new, to, None)],
    )?;
    if inserted == 0 {
        return Err(MemberError::Stale);
    }
    open_period(tx, new.id, new, to)?;
    tx.audit(Audit::of("member.joined", "member", new.id).at(&to.org_path).why(to.reason.label()).detail(json!({
        "org": to.org, "change": to.change.label(), "joined_on": to.joined_on, "evidence": to.evidence,
    })))?;
    search_between(tx, new.id, new.id)?;
    Ok(Admitted {
        id: new.id,
        outcome: Outcome::New,
    })
}

/// The first or a further period, and the union's count.
fn open_period(
    tx: &mut Tx,
    member: MemberId,
    new: &PreparedMember,
    to: &Admission,
) -> Result<(), MemberError> {
    let at = (*tx.district(), tx.now());
    let id: MembershipId = tx.new_id();
    let evidence = evidence(new, to);
    let row = row::period(at, id, member, (to, None), &evidence, &tx.actor().label);
    tx.insert_many(&sql::membership::OPEN, [row])?;
    orgs::adjust_member_count(tx, to.org, 1).map_err(MemberError::room)
}

/// What the period rests on; for those under 18 the guardian note belongs to it.
pub(super) fn evidence<'a>(new: &PreparedMember, to: &'a Admission) -> Cow<'a, str> {
    match &new.guardian {
        Some(guardian) if to.evidence.is_empty() => Cow::Owned(format!("监护人知情：{guardian}")),
        Some(guardian) => Cow::Owned(format!("{}；监护人知情：{guardian}", to.evidence)),
        None => Cow::Borrowed(&to.evidence),
    }
}

/// What to do with a person who is already on record, done.
pub(super) fn settle(
    tx: &mut Tx,
    there: &Existing,
    new: &PreparedMember,
    to: &Admission,
) -> Result<Admitted, MemberError> {
    let id = there.id;
    let outcome = match decide(tx, there, new, to)? {
        Decision::Refresh(fields) => {
            if !fields.is_empty() {
                undo::remembered(tx, id, to, |tx| refresh(tx, there, new, to))?;
                let detail = json!({ "fields": fields });
                tx.audit(
                    Audit::of("member.updated", "member", id)
                        .at(&to.org_path)
                        .why(&to.evidence)
                        .detail(detail),
                )?;
            }
            outcome_of(fields)
        }
        Decision::Rejoin => {
            let against = orgs::against_intake(tx, to.org).map_err(MemberError::room)?;
            if against.is_empty() {
                undo::remembered(tx, id, to, |tx| rejoin(tx, there, new, to))?
            } else {
                Outcome::Refused(against)
            }
        }
        Decision::Elsewhere(org) => Outcome::Elsewhere(union_name(tx, org)?),
        Decision::OtherName(org) => other_name(tx, there, new, org)?,
        Decision::Refuse(refusals) => Outcome::Refused(refusals),
    };
    Ok(Admitted { id, outcome })
}

/// The question which of two names holds.
pub(super) fn other_name(
    tx: &mut Tx,
    there: &Existing,
    new: &PreparedMember,
    elsewhere: Option<OrgId>,
) -> Result<Outcome, MemberError> {
    let (on_roster, given) = there.two_names(tx, new);
    Ok(Outcome::OtherName(OtherName {
        on_roster,
        given,
        elsewhere: elsewhere.map(|org| union_name(tx, org)).transpose()?,
    }))
}

/// The name of the union someone belongs to, wherever it is.
pub(super) fn union_name(tx: &mut Tx, org: OrgId) -> Result<String, MemberError> {
    let org = tx.across("the name of the union someone belongs to", |tx| {
        orgs::named(tx, org)
    });
    Ok(org.map_err(MemberError::room)?.name)
}

/// Writes what the new row knows better; the name only where a person said that the new one holds. Numbers are sealed anew, because a seal is bound to its record.
fn refresh(
    tx: &mut Tx,
    there: &Existing,
    new: &PreparedMember,
    to: &Admission,
) -> Result<(), MemberError> {
    let (district, now, id) = (*tx.district(), tx.now(), there.id);
    let reseal = |tx: &Tx, field: &str, sealed: &[u8]| -> Result<Vec<u8>, MemberError> {
        let plain = tx.vault().open(field, &new.id.to_string(), sealed)?;
        Ok(tx.vault().seal(field, &id.to_string(), &plain))
    };
    use super::super::prepare::field;
    let phone = new
        .phone
        .as_ref()
        .map(|phone| reseal(tx, field::PHONE, &phone.sealed))
        .transpose()?;
    let bank = new
        .bank_sealed
        .as_ref()
        .map(|bank| reseal(tx, field::BANK, bank))
        .transpose()?;
    let [ethnic, education, politics, skill, household, employment] = row::codes(new);
    let [migrant, new_form, difficult, model_worker, mutual_aid] = row::flags(new);
    let renamed = there.takes_name(new, to);
    let name = |text: &str| renamed.then(|| text.to_owned());
    tx.exec(
        &sql::member::REFRESH,
        args![
            district,
            id,
            name(new.name.as_str()),
            name(&new.name_key),
            name(&new.py_full),
            name(&new.py_init),
            to.employer,
            phone,
            new.phone.as_ref().map(|phone| phone.index.clone()),
            bank,
            ethnic,
            education,
            politics,
            skill,
            household,
            employment,
            new.job_title,
            migrant,
            new_form,
            difficult,
            model_worker,
            mutual_aid,
            new.real_name || there.real_name,
            new.card_no,
            now
        ],
    )?;
    Ok(())
}

/// A new period for someone who had left. Their first day of membership stays what it was.
fn rejoin(
    tx: &mut Tx,
    there: &Existing,
    new: &PreparedMember,
    to: &Admission,
) -> Result<Outcome, MemberError> {
    let last = period::of_member(tx, there.id)?;
    if let Some(end) = last.iter().filter_map(|period| period.to_on).max()
        && end > to.joined_on
    {
        let message = format!("此人上一段会籍到 {end} 为止，重新入会日期不能早于这一天");
        return Ok(Outcome::Refused(kernel::Refusals::one(
            "member.rejoin_too_early",
            message,
        )));
    }
    let (district, now, id) = (*tx.district(), tx.now(), there.id);
    let moved = tx.across("a returning member may come from another union", |tx| {
        tx.exec(
            &sql::member::ENROL,
            args![
                district,
                id,
                to.org,
                to.org_path,
                Status::Active.code(),
                Status::Left.code(),
                now
            ],
        )
    })?;
    if moved == 0 {
        return Err(MemberError::Stale);
    }
    refresh(tx, there, new, to)?;
    open_period(tx, id, new, to)?;
    tx.audit(
        Audit::of("member.rejoined", "member", id)
            .at(&to.org_path)
            .why(to.reason.label())
            .detail(json!({
                "org": to.org, "joined_on": to.joined_on, "evidence": to.evidence,
            })),
    )?;
    Ok(Outcome::Rejoined)
}
