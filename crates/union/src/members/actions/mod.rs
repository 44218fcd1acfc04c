//! One function a verb: look at the permit, look at the rules, change, enter in the log; one transaction.

mod change;
mod enter;

pub use change::{ChangeForm, change, home_is_gone};
pub(super) use enter::prepared;
pub use enter::{correct, draft_of, enter};

use kernel::Refusals;
use kernel::ids::{MemberId, MembershipId, OrgId};
use kernel::{Date, OrgPath};
use store::{Tx, args};

use super::{Change, MemberError, Reason, Status, sql};
use crate::orgs;

/// Shortest reason or evidence taken, in characters: "无" explains nothing.
const SHORTEST_WORDS: usize = 2;
/// Longest, in characters.
const LONGEST_WORDS: usize = 500;

/// Adds a refusal unless `text` says something.
pub(super) fn require_words(refusals: &mut Refusals, text: &str, code: &'static str, what: &str) {
    let length = text.trim().chars().count();
    refusals.require(length >= SHORTEST_WORDS, code, format!("请写明{what}"));
    refusals.require(
        length <= LONGEST_WORDS,
        code,
        format!("{what}最多 {LONGEST_WORDS} 字，请写要点"),
    );
}

/// An end or a beginning of membership, as it is recorded.
pub(super) struct Entry<'a> {
    pub(super) member: MemberId,
    pub(super) on: Date,
    pub(super) change: Change,
    pub(super) reason: Reason,
    pub(super) evidence: &'a str,
}

/// Closes the open period. Refuses when there is none, or when it began later.
pub(super) fn close_period(tx: &mut Tx, entry: &Entry<'_>) -> Result<(), MemberError> {
    let (district, actor) = (*tx.district(), tx.actor().label.clone());
    let closed = tx.across("the open period may lie in another union", |tx| {
        let values = args![
            district,
            entry.member,
            entry.on,
            entry.change.code(),
            entry.reason.code(),
            entry.evidence,
            actor
        ];
        tx.exec(&sql::membership::CLOSE, values)
    })?;
    if closed == 1 {
        return Ok(());
    }
    Err(MemberError::refuse(
        "member.period_later",
        format!("现有会籍在 {} 之后才开始，请核对日期", entry.on),
    ))
}

/// Membership is given only by a union that takes members: every door asks here.
pub(super) fn must_take(tx: &mut Tx, org: OrgId) -> Result<(), MemberError> {
    orgs::against_intake(tx, org)
        .map_err(MemberError::room)?
        .into_result()
        .map_err(MemberError::Refused)
}

/// Opens a period at a union.
pub(super) fn open_period(
    tx: &mut Tx,
    entry: &Entry<'_>,
    org: OrgId,
    path: &OrgPath,
) -> Result<(), MemberError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let id: MembershipId = tx.new_id();
    let none: Option<String> = None;
    tx.exec(
        &sql::membership::OPEN,
        args![
            district,
            id,
            entry.member,
            org,
            path,
            entry.on,
            entry.change.code(),
            entry.reason.code(),
            entry.evidence,
            actor,
            none,
            now
        ],
    )?;
    Ok(())
}

/// Moves a record from one status to another and to a union; refuses when somebody was faster.
pub(super) fn enrol(
    tx: &mut Tx,
    member: MemberId,
    to: (OrgId, &OrgPath),
    status: Status,
    was: Status,
) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    let moved = tx.across("a transfer moves a record between unions", |tx| {
        tx.exec(
            &sql::member::ENROL,
            args![district, member, to.0, to.1, status.code(), was.code(), now],
        )
    })?;
    if moved == 1 {
        Ok(())
    } else {
        Err(MemberError::Stale)
    }
}
