//! When a part of the tree moves or a union ends: what the orgs room asks of this one.

use kernel::ids::{MemberId, MembershipId, OrgId};
use kernel::{Date, OrgPath};
use store::{Tx, Value, args, values};

use super::{Change, MemberError, Reason, sql};
use crate::orgs::{self, OrgRef};

/// Members handled at once.
const CHUNK: usize = 1_000;

/// A subtree moved from one path to another: everything filed below it goes along. Called by the orgs room
/// within its own transaction, under `across`, which also writes the audit entry.
///
/// # Errors
/// The store failed.
pub fn relocate(tx: &mut Tx, from: &OrgPath, to: &OrgPath) -> Result<(), MemberError> {
    let (low, high) = from.range();
    let values: Vec<Value> = args![tx.district(), to, from.as_str().len() + 1, low, high].to_vec();
    for statement in sql::moves::RELOCATE {
        tx.exec(*statement, &values)?;
    }
    Ok(())
}

/// The latest day on which somebody who is a member of a union came to it.
///
/// # Errors
/// The store failed.
pub fn last_joined(tx: &mut Tx, org: OrgId) -> Result<Option<Date>, MemberError> {
    let district = *tx.district();
    let row = tx.across("members of an ended union, wherever they are filed", |tx| {
        tx.opt(&sql::moves::LAST_JOINED, args![district, org])
    })?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// A union ends on `on`: its enrolled members go to the heir, each with a closed and a new period. Answers how
/// many. Called by the orgs room within its own transaction, which also writes the audit entry.
///
/// # Errors
/// The store failed.
pub fn hand_over(
    tx: &mut Tx,
    from: OrgId,
    heir: &OrgRef,
    on: Date,
    evidence: &str,
) -> Result<i64, MemberError> {
    tx.across("members of an ended union go to its heir", |tx| {
        let mut handed = 0;
        loop {
            let moved = hand_over_some(tx, from, heir, on, evidence)?;
            handed += moved;
            if moved == 0 {
                break;
            }
        }
        settle_queues(tx, from, heir)?;
        orgs::adjust_member_count(tx, from, -handed).map_err(MemberError::room)?;
        orgs::adjust_member_count(tx, heir.id, handed).map_err(MemberError::room)?;
        Ok(handed)
    })
}

/// Transfers and applications that name the ended union name its heir from now on.
fn settle_queues(tx: &mut Tx, from: OrgId, heir: &OrgRef) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    for statement in [
        &sql::moves::RETARGET_LEAVING,
        &sql::moves::RETARGET_ENTERING,
        &sql::moves::RETARGET_APPLICATIONS,
    ] {
        tx.exec(statement, args![district, from, heir.id, heir.path])?;
    }
    let kept = Change::Keep.code();
    tx.exec(&sql::moves::STAY, args![district, heir.id, now, kept])?;
    let note = "原工会撤销，会员已移交，转会终止";
    tx.exec(
        &sql::moves::END_POINTLESS,
        args![district, heir.id, now, note],
    )?;
    Ok(())
}

fn hand_over_some(
    tx: &mut Tx,
    from: OrgId,
    heir: &OrgRef,
    on: Date,
    evidence: &str,
) -> Result<i64, MemberError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let rows = tx.all(&sql::moves::OPEN_OF_ORG, args![district, from, CHUNK])?;
    let mut periods = Vec::with_capacity(rows.len());
    let (out, into, why) = (
        Change::TransferOut.code(),
        Change::TransferIn.code(),
        Reason::HandOver.code(),
    );
    for row in &rows {
        let (period, member): (MembershipId, MemberId) = (row.get(0)?, row.get(1)?);
        let (began, change_in): (Date, String) = (row.get(2)?, row.get(3)?);
        let day = on.max(began);
        tx.exec(
            &sql::moves::CLOSE_ONE,
            args![district, period, day, out, why, evidence, actor],
        )?;
        tx.exec(
            &sql::moves::SET_ORG,
            args![district, member, heir.id, heir.path, now],
        )?;
        // A kept membership stays kept at the heir.
        let change = if change_in == Change::Keep.code() {
            Change::Keep.code()
        } else {
            into
        };
        let id: MembershipId = tx.new_id();
        let none: Option<MemberId> = None;
        periods.push(values![
            district,
            id,
            member,
            heir.id,
            heir.path.clone(),
            day,
            change,
            why,
            evidence,
            actor.clone(),
            none,
            now
        ]);
    }
    tx.insert_many(&sql::membership::OPEN, periods)?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}
