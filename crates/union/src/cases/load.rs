//! A case from its rows, for whoever may see it.

use std::collections::BTreeMap;

use kernel::case_kind::{CaseClock, ClockEvent, Length, Owner, Snapshot, Who};
use kernel::ids::{AccountId, CaseClockId, CaseId, MemberId, OrgId};
use kernel::{Instant, OrgPath};
use store::{Row, StoreError, Tx, args};
use uuid::Uuid;

use super::model::{Case, Progress, account_of};
use super::{CaseError, desks, kinds, sql};
use crate::access::{Capability, CapabilitySet};
use crate::orgs;

/// The sealed column of the fields.
pub(super) const FIELDS: &str = "case_file.fields_sealed";

/// Loads a case for somebody who may see it: the place lies within the scope and the post may read the kind, or it
/// is the own case, or the person answers, answered or was asked.
pub(super) fn visible(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Case, CaseError> {
    let case = whole(tx, id)?;
    if sees(tx, may, &case) {
        Ok(case)
    } else {
        Err(CaseError::NotFound)
    }
}

/// How long whoever has entered a case reads its receipt, to hand it over, though the case lies out of reach.
const HAND_OVER_MS: i64 = 60 * 60 * 1000;

/// Loads a case for its receipt: whoever sees it, and whoever has just entered it for somebody. A report that was told at a
/// window of a town goes straight to the federation; the code goes to the person.
pub(super) fn entered(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Case, CaseError> {
    let case = whole(tx, id)?;
    let account = tx.actor().account;
    let fresh = tx.now().ms() - case.opened_at.ms() < HAND_OVER_MS;
    if sees(tx, may, &case) || fresh && account.is_some() && case.opened_by == account {
        Ok(case)
    } else {
        Err(CaseError::NotFound)
    }
}

/// Whether the actor may see it.
pub(super) fn sees(tx: &Tx, may: CapabilitySet, case: &Case) -> bool {
    let actor = tx.actor();
    let readable = Capability::from_id(&case.kind.read).is_some_and(|one| may.has(one));
    if actor.scope.covers(&case.org_path) && readable {
        return true;
    }
    if case.member.is_some() && actor.scope.member() == case.member {
        return true;
    }
    let Some(person) = actor.account.map(|account| account.to_string()) else {
        return false;
    };
    let now = &case.now;
    let named = |owner: &Owner| owner.person.as_ref() == Some(&person);
    let involved = named(&now.owner)
        || now.trail.iter().any(named)
        || now.watch.iter().any(named)
        || now.consulted.contains(&person);
    involved && (readable || may.has(Capability::CasesAct))
}

/// Loads a case whoever asks. The caller decides whether it may be shown.
pub(super) fn whole(tx: &mut Tx, id: CaseId) -> Result<Case, CaseError> {
    let district = *tx.district();
    // People beside the tree (lawyers, holders of a receipt) have no range; whether they may see it is asked of
    // the case itself.
    let row = tx.across("who may see a case is decided by the case", |tx| {
        tx.opt(&sql::GET, args![district, id])
    })?;
    let row = row.ok_or(CaseError::NotFound)?;
    let mut case = read(tx, &row)?;
    for row in tx.all(&sql::CLOCKS, args![district, id])? {
        let (id, clock) = clock_of(&row)?;
        case.clock_ids.push(id);
        case.now.clocks.push(clock);
    }
    for row in tx.all(&sql::EVIDENCE_COUNTS, args![district, id])? {
        case.now.evidence.insert(row.get(0)?, row.get(1)?);
    }
    let letters = super::letters::counts(tx, id)?;
    case.now.with_letters(case.kind, letters);
    Ok(case)
}

fn read(tx: &mut Tx, row: &Row) -> Result<Case, CaseError> {
    let id: CaseId = row.get(0)?;
    let opened_at: Instant = row.get(34)?;
    let kind = kinds::pinned(
        row.text(3)?,
        row.text(2)?,
        *tx.district(),
        opened_at.shanghai_date(),
    )?;
    let org_path: OrgPath = row.get(6)?;
    let mut progress: Progress = from_json(row.text(26)?)?;
    refresh(tx, &mut progress.trail)?;
    let fields = tx
        .vault()
        .open(FIELDS, &id.to_string(), row.bytes(25)?.unwrap_or_default())?;
    let link_kind: Option<String> = row.get(22)?;
    let link_id: Option<Uuid> = row.get(23)?;
    let ladder = desks::ladder(tx, kind, &org_path)?;
    let now = Snapshot {
        state: row.get(9)?,
        grade: row.get(8)?,
        door: row.get(4)?,
        fields: from_json(&fields)?,
        owner: owner(row, 12)?.ok_or(CaseError::NotFound)?,
        ladder,
        trail: progress.trail,
        fresh: row.get(27)?,
        passed: progress.passed,
        clocks: Vec::new(),
        evidence: BTreeMap::new(),
        letters: BTreeMap::new(),
        calls: progress.calls,
        consulted: progress.consulted,
        handlers: progress.handlers,
        extension: progress.extension,
        pause: progress.pause,
        suspended: row.get(28)?,
        waiting: row.get(29)?,
        watch: owner(row, 16)?,
        unanswered: row.get(31)?,
        alarm: row.get(30)?,
        reopened: row.get(32)?,
        held_until: row.get(33)?,
    };
    Ok(Case {
        id,
        no: row.get(1)?,
        kind,
        place: row.get(5)?,
        org_path,
        title: row.get(7)?,
        now,
        ended_at: row.get(10)?,
        closing: row.get(11)?,
        member: row.get(20)?,
        link: link_kind.zip(link_id),
        sealed_reporter: row.get(24)?,
        opened_at,
        opened_by: row.get(21)?,
        version: row.get(35)?,
        clock_ids: Vec::new(),
    })
}

/// Union, path, level and person in four columns from `at`.
fn owner(row: &Row, at: usize) -> Result<Option<Owner>, StoreError> {
    let Some(org) = row.get::<Option<OrgId>>(at)? else {
        return Ok(None);
    };
    let person: Option<AccountId> = row.get(at + 3)?;
    Ok(Some(Owner {
        org: org.to_string(),
        desk: row.get(at + 1)?,
        level: row.get(at + 2)?,
        person: person.map(|account| account.to_string()),
    }))
}

fn clock_of(row: &Row) -> Result<(CaseClockId, CaseClock), CaseError> {
    Ok((row.get(0)?, clock_at(row, 1)?))
}

/// Rule, title, owner, length and events in eight columns from `at`.
pub(super) fn clock_at(row: &Row, at: usize) -> Result<CaseClock, CaseError> {
    let owner = owner(row, at + 2)?.ok_or(CaseError::NotFound)?;
    let length: Length = from_json(row.text(at + 6)?)?;
    let events: Vec<(Instant, ClockEvent)> = from_json(row.text(at + 7)?)?;
    Ok(CaseClock {
        rule: row.get(at)?,
        title: row.get(at + 1)?,
        owner,
        length,
        events,
    })
}

/// Earlier owners may have moved in the tree since.
fn refresh(tx: &mut Tx, trail: &mut [Owner]) -> Result<(), CaseError> {
    if trail.is_empty() {
        return Ok(());
    }
    let ids: Vec<OrgId> = trail
        .iter()
        .filter_map(|one| one.org.parse().ok())
        .collect();
    let found = orgs::refs_of(tx, ids)?;
    for one in trail {
        if let Some(org) = one.org.parse().ok().and_then(|id: OrgId| found.get(&id)) {
            one.desk = org.path.clone();
        }
    }
    Ok(())
}

/// A text of ours; damaged only by tampering.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, CaseError> {
    serde_json::from_str(text)
        .map_err(|fault| CaseError::Definition(format!("办件记录不完整：{fault}")))
}

/// The other way.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, CaseError> {
    serde_json::to_string(value)
        .map_err(|fault| CaseError::Definition(format!("办件记录无法保存：{fault}")))
}

/// Who acts, as the rules see it.
pub(super) fn who(tx: &Tx, case: &Case, receipt_holds: bool) -> Who {
    let actor = tx.actor();
    let own = |member: Option<MemberId>| member.is_some() && member == case.member;
    let program = actor.account.is_none() && actor.scope.covers(&OrgPath::whole());
    Who {
        person: actor.account.map(|account| account.to_string()),
        place: (!program).then(|| actor.scope.path().cloned()).flatten(),
        initiator: receipt_holds || own(actor.scope.member()) || own(actor.on_behalf),
        program,
    }
}

/// The account that answers now.
pub(super) fn handler(owner: &Owner) -> Option<AccountId> {
    account_of(owner.person.as_ref())
}
