//! Merging two records, and undoing it.

use kernel::ids::{AccountId, DuplicateId, MemberId, MembershipId};
use kernel::{Instant, Refusals};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Tx, args};

use super::fields::{Fields, MergeField};
use super::{PairState, get as pair, settle};
use crate::access::{self, Capability};
use crate::following::{self, Followed};
use crate::members::actions::{Entry, close_period, require_words};
use crate::members::rules::Permit;
use crate::members::{Change, Member, MemberError, Reason, Status, get, period, sql};
use crate::orgs;

/// The sealed column of a merge.
const SNAPSHOT: &str = "merge_log.snapshot_sealed";

/// Everything needed to undo a merge.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    pair: Option<DuplicateId>,
    before: Fields,
    merged: Fields,
    absorbed_status: String,
    closed: Option<Closed>,
    accounts: Vec<AccountId>,
    /// What belongs to the person and went along; none for merges before it did.
    #[serde(default)]
    followed: Followed,
}

/// The period a merge closed, as it was.
#[derive(Serialize, Deserialize)]
struct Closed {
    id: MembershipId,
    reason: String,
    evidence: String,
    actor: String,
}

/// One merge that has not been undone.
#[derive(Debug, Clone)]
pub struct Merge {
    /// Its id (shared by no other table).
    pub id: DuplicateId,
    /// The record that was kept.
    pub kept: MemberId,
    /// The record that lives on in it.
    pub absorbed: MemberId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub actor: String,
}

/// Merges a pair: `kept` is one of the two, `take` names fields of which the other's value is taken.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] with every reason.
pub fn merge(
    tx: &mut Tx,
    permit: &Permit,
    id: DuplicateId,
    kept: MemberId,
    take: &[MergeField],
    why: &str,
) -> Result<DuplicateId, MemberError> {
    permit.require(Capability::DuplicatesDecide)?;
    let (pair, left, right) = pair(tx, id)?;
    let (kept, absorbed) = if kept == left.id {
        (left, right)
    } else if kept == right.id {
        (right, left)
    } else {
        return Err(MemberError::NotFound);
    };
    check(&kept, &absorbed, why)?;
    settle(tx, &pair, PairState::Merged, why.trim())?;
    let (before, version) = Fields::of(tx, kept.id)?;
    let (theirs, _) = Fields::of(tx, absorbed.id)?;
    let merged = before.merged(&theirs, take);
    merged.write(tx, kept.id, version)?;
    let closed = close(tx, &kept, &absorbed)?;
    absorb(tx, &kept, &absorbed)?;
    let accounts = access::move_member(tx, absorbed.id, kept.id).map_err(MemberError::room)?;
    let followed = following::follow(tx, absorbed.id, kept.id)?;
    let snapshot = Snapshot {
        pair: Some(id),
        before,
        merged,
        absorbed_status: absorbed.status.code().to_owned(),
        closed,
        accounts,
        followed,
    };
    let merge = keep(tx, &kept, &absorbed, &snapshot)?;
    for (record, other) in [(&kept, &absorbed), (&absorbed, &kept)] {
        let detail = json!({ "merge": merge, "kept": kept.id, "absorbed": absorbed.id });
        tx.audit(
            Audit::of("member.merged", "member", record.id)
                .at(&other.org_path)
                .why(why.trim())
                .detail(detail),
        )?;
    }
    Ok(merge)
}

fn check(kept: &Member, absorbed: &Member, why: &str) -> Result<(), MemberError> {
    let mut refusals = Refusals::new();
    for record in [kept, absorbed] {
        refusals.require(
            record.status != Status::Merged,
            "duplicate.merged",
            "其中一条已合并到别的记录，请刷新后再看",
        );
        refusals.require(
            record.status != Status::Transferring,
            "duplicate.transferring",
            "其中一条正在转会，请先办结或撤销转会",
        );
    }
    let gives_up = absorbed.status.is_enrolled() && !kept.status.is_enrolled();
    refusals.require(!gives_up, "duplicate.keep_enrolled", "请保留在册的那一条");
    require_words(&mut refusals, why, "duplicate.why", "判断的依据");
    refusals.into_result().map_err(MemberError::Refused)
}

/// Ends the absorbed record's open period, since one person has one membership.
fn close(tx: &mut Tx, kept: &Member, absorbed: &Member) -> Result<Option<Closed>, MemberError> {
    if !absorbed.status.is_enrolled() {
        return Ok(None);
    }
    let periods = period::of_member(tx, absorbed.id)?;
    let Some(open) = periods.into_iter().find(|period| period.to_on.is_none()) else {
        return Ok(None);
    };
    let evidence = format!("与会员 {} 为同一人，合并登记", kept.id);
    let on = tx.today().max(open.from_on);
    close_period(
        tx,
        &Entry {
            member: absorbed.id,
            on,
            change: Change::TransferOut,
            reason: Reason::Mistake,
            evidence: &evidence,
        },
    )?;
    orgs::adjust_member_count(tx, absorbed.org, -1).map_err(MemberError::room)?;
    Ok(Some(Closed {
        id: open.id,
        reason: open.reason.code().to_owned(),
        evidence: open.evidence,
        actor: open.actor,
    }))
}

fn absorb(tx: &mut Tx, kept: &Member, absorbed: &Member) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    let done = tx.exec(
        &sql::duplicate::ABSORB,
        args![district, absorbed.id, kept.id, now, absorbed.status.code()],
    )?;
    if done == 1 {
        Ok(())
    } else {
        Err(MemberError::Stale)
    }
}

fn keep(
    tx: &mut Tx,
    kept: &Member,
    absorbed: &Member,
    snapshot: &Snapshot,
) -> Result<DuplicateId, MemberError> {
    let (district, now, id) = (*tx.district(), tx.now(), tx.new_id::<DuplicateId>());
    let text =
        serde_json::to_string(snapshot).map_err(|fault| MemberError::Policy(fault.to_string()))?;
    let sealed = tx.vault().seal(SNAPSHOT, &id.to_string(), &text);
    let actor = tx.actor().label.clone();
    tx.exec(
        &sql::duplicate::INSERT_MERGE,
        args![district, id, kept.id, absorbed.id, sealed, now, actor],
    )?;
    Ok(id)
}

/// Undoes a merge: both records, the closed period, the accounts, what belongs to the person and the pair are as they were. Fields of the
/// kept record that somebody changed since the merge keep their new value.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] when the kept record has since
/// been merged itself, or the merge was undone before.
pub fn undo(tx: &mut Tx, permit: &Permit, id: DuplicateId, why: &str) -> Result<(), MemberError> {
    permit.require(Capability::DuplicatesDecide)?;
    let (district, now) = (*tx.district(), tx.now());
    let row = tx
        .opt(&sql::duplicate::GET_MERGE, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    let (kept, absorbed) = (get(tx, row.get(0)?)?, get(tx, row.get(1)?)?);
    let mut refusals = Refusals::new();
    refusals.require(
        kept.status != Status::Merged,
        "duplicate.undo_order",
        "保留的那条后来又并入了别的记录，请先撤销后一次合并",
    );
    require_words(&mut refusals, why, "duplicate.why", "撤销的原因");
    refusals.into_result().map_err(MemberError::Refused)?;
    if tx.exec(&sql::duplicate::UNDO_MERGE, args![district, id, now])? == 0 {
        return Err(MemberError::refuse(
            "duplicate.undone",
            "这次合并已经撤销过了",
        ));
    }
    let snapshot = snapshot(tx, id, row.bytes(2)?.unwrap_or_default())?;
    let (now_fields, version) = Fields::of(tx, kept.id)?;
    now_fields
        .undone(&snapshot.merged, &snapshot.before)
        .write(tx, kept.id, version)?;
    release(tx, &kept, &absorbed, &snapshot)?;
    for account in &snapshot.accounts {
        access::set_member(tx, *account, absorbed.id).map_err(MemberError::room)?;
    }
    let signed_in = !snapshot.accounts.is_empty();
    let records = (absorbed.id, kept.id);
    following::back(tx, &snapshot.followed, records, signed_in)?;
    if let Some(pair) = snapshot.pair {
        let values = args![
            district,
            pair,
            PairState::Open.code(),
            None::<Instant>,
            None::<String>,
            None::<String>,
            PairState::Merged.code()
        ];
        tx.exec(&sql::duplicate::DECIDE, values)?;
    }
    for record in [&kept, &absorbed] {
        let detail = json!({ "merge": id, "kept": kept.id, "absorbed": absorbed.id });
        tx.audit(
            Audit::of("member.merge_undone", "member", record.id)
                .at(&record.org_path)
                .why(why.trim())
                .detail(detail),
        )?;
    }
    Ok(())
}

fn snapshot(tx: &Tx, id: DuplicateId, sealed: &[u8]) -> Result<Snapshot, MemberError> {
    let text = tx.vault().open(SNAPSHOT, &id.to_string(), sealed)?;
    serde_json::from_str(&text).map_err(|fault| MemberError::Policy(fault.to_string()))
}

/// The absorbed record stands by itself again, with its period open as it was.
fn release(
    tx: &mut Tx,
    kept: &Member,
    absorbed: &Member,
    snapshot: &Snapshot,
) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    if tx.exec(
        &sql::duplicate::RELEASE,
        args![
            district,
            absorbed.id,
            snapshot.absorbed_status,
            now,
            kept.id
        ],
    )? == 0
    {
        return Err(MemberError::Stale);
    }
    if let Some(closed) = &snapshot.closed {
        tx.exec(
            &sql::duplicate::REOPEN,
            args![
                district,
                absorbed.id,
                closed.id,
                closed.reason,
                closed.evidence,
                closed.actor
            ],
        )?;
        orgs::adjust_member_count(tx, absorbed.org, 1).map_err(MemberError::room)?;
    }
    Ok(())
}

/// The record a merge kept.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn kept_by(tx: &mut Tx, merge: DuplicateId) -> Result<MemberId, MemberError> {
    let district = *tx.district();
    let row = tx.opt(&sql::duplicate::GET_MERGE, args![district, merge])?;
    Ok(row.ok_or(MemberError::NotFound)?.get(0)?)
}

/// A record and those that live on in it: what was written in the log about each of them is about one person.
///
/// # Errors
/// The store failed.
pub(in crate::members) fn one_person(
    tx: &mut Tx,
    member: MemberId,
) -> Result<Vec<MemberId>, MemberError> {
    let district = *tx.district();
    let mut found = vec![member];
    let mut next = 0;
    while let Some(kept) = found.get(next).copied() {
        let rows = tx.across("a person's own records", |tx| {
            tx.all(&sql::duplicate::ABSORBED_BY, args![district, kept])
        })?;
        for row in &rows {
            let absorbed: MemberId = row.get(0)?;
            if !found.contains(&absorbed) {
                found.push(absorbed);
            }
        }
        next += 1;
    }
    Ok(found)
}

/// The merges a member took part in that can be undone, newest first.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn merges_of(tx: &mut Tx, member: MemberId) -> Result<Vec<Merge>, MemberError> {
    get(tx, member)?;
    let district = *tx.district();
    let rows = tx.all(&sql::duplicate::MERGES_OF, args![district, member])?;
    let read = |row: &store::Row| {
        Ok(Merge {
            id: row.get(0)?,
            kept: row.get(1)?,
            absorbed: row.get(2)?,
            at: row.get(3)?,
            actor: row.get(4)?,
        })
    };
    Ok(rows
        .iter()
        .map(read)
        .collect::<Result<_, store::StoreError>>()?)
}
