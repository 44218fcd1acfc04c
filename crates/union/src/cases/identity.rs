//! 身份 identity: who reported is sealed; opening it needs a reason, is on record, and the reporter can see it.

use kernel::ids::{CaseId, CasePartyId, MemberId};
use kernel::{EmployerId, Instant, MobilePhone, PersonName, Refusals};
use serde_json::json;
use store::{Audit, Row, Tx, args};

use super::intake::{NAME, PARTY_PHONE};
use super::keep::{self, Act};
use super::model::{Case, Reporter};
use super::{CaseError, load, sql};
use crate::access::{Capability, CapabilitySet};

/// Shortest reason, in characters: the reporter will read it.
const SHORTEST_REASON: usize = 4;

/// The role of whoever told of a case that was merged into this one.
pub(super) const JOINED: &str = "worker";

/// Somebody of a case, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyLine {
    /// Its row.
    pub id: CasePartyId,
    /// `reporter`, `respondent`, …
    pub role: String,
    /// What may always be shown: 反映人, 匿名, 举报人（已密封）.
    pub label: String,
    /// Masked name; nothing for a sealed reporter.
    pub name: Option<String>,
    /// Masked phone; nothing for a sealed reporter.
    pub phone: Option<String>,
    /// The member, unless sealed.
    pub member: Option<MemberId>,
    /// The employer, for the other side.
    pub employer: Option<EmployerId>,
    /// Sealed (举报).
    pub secret: bool,
}

/// A name and a phone, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    /// Name, if one was given.
    pub name: Option<String>,
    /// Phone, if one was given.
    pub phone: Option<String>,
}

/// That somebody opened the identity: what the reporter reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// When.
    pub at: Instant,
    /// Who, with the post.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// The employer of the register a case is about, whoever asks: for a room that reacts to cases. It names no worker.
///
/// # Errors
/// The store failed.
pub fn respondent(tx: &mut Tx, id: CaseId) -> Result<Option<EmployerId>, CaseError> {
    let district = *tx.district();
    let row = tx.opt(&sql::RESPONDENT, args![district, id])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The people of a case, masked; a sealed reporter without anything.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn parties(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Vec<PartyLine>, CaseError> {
    load::visible(tx, may, id)?;
    let district = *tx.district();
    let rows = tx.all(&sql::PARTIES, args![district, id])?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let secret: bool = row.get(8)?;
        let plain = if secret {
            Revealed {
                name: None,
                phone: None,
            }
        } else {
            open(tx, row)?
        };
        lines.push(PartyLine {
            id: row.get(0)?,
            role: row.get(1)?,
            label: row.get(5)?,
            name: plain.name.map(|name| masked(&name)),
            phone: plain
                .phone
                .and_then(|phone| MobilePhone::parse(&phone).ok().map(|phone| phone.masked())),
            member: row.get(3)?,
            employer: row.get(4)?,
            secret,
        });
    }
    Ok(lines)
}

/// A person's name as it may always be shown: 杨*.
pub fn masked(name: &str) -> String {
    PersonName::parse(name).map_or_else(|_| "*".to_owned(), |name| name.masked())
}

fn open(tx: &Tx, row: &Row) -> Result<Revealed, CaseError> {
    let id: CasePartyId = row.get(0)?;
    let id = id.to_string();
    let vault = tx.vault();
    let name = row
        .bytes(6)?
        .map(|sealed| vault.open(NAME, &id, sealed))
        .transpose()?;
    let phone = row
        .bytes(7)?
        .map(|sealed| vault.open(PARTY_PHONE, &id, sealed))
        .transpose()?;
    Ok(Revealed { name, phone })
}

/// Opens the name and phone of somebody (查看身份). A sealed reporter only for who answers for the case or directs it,
/// with a reason that the reporter reads; where the kind says so, only after a second person has agreed.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach; refused without a real reason or for somebody who does not handle the case.
pub fn reveal(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    party: CasePartyId,
    reason: &str,
) -> Result<Revealed, CaseError> {
    let case = load::visible(tx, may, id)?;
    let district = *tx.district();
    let row = tx
        .opt(&sql::PARTY, args![district, id, party])?
        .ok_or(CaseError::NotFound)?;
    let secret: bool = row.get(8)?;
    let mut refusals = against(tx, may, &case, secret, reason);
    if secret {
        super::unseal::demand_second(tx, &case, &mut refusals)?;
    }
    refusals.into_result()?;
    let plain = open(tx, &row)?;
    let act = Act {
        verb: "@reveal",
        note: reason,
        closing: None,
        audit: "case.revealed",
        event: "case.revealed",
    };
    let state = &case.now.state;
    keep::event(tx, id, state, state, &act, &[])?;
    tx.audit(
        Audit::of(act.audit, "case", id)
            .at(&case.org_path)
            .why(reason.trim())
            .detail(json!({ "no": case.no, "party": party, "sealed": secret })),
    )?;
    Ok(plain)
}

/// Who reported a case, for a part of it that goes on by itself; nobody has seen the name on the way.
pub(super) fn reporter(tx: &mut Tx, case: &Case) -> Result<Option<Reporter>, CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::PARTIES, args![district, case.id])?;
    for row in &rows {
        if row.text(1)? == "reporter" && !row.get::<bool>(8)? {
            let plain = open(tx, row)?;
            return Ok(Some(Reporter {
                name: plain.name.unwrap_or_default(),
                phone: plain.phone.unwrap_or_default(),
                member: row.get(3)?,
            }));
        }
    }
    Ok(None)
}

/// Whoever told of a case goes along into the one it is merged into: named, called and found there. Who is there already,
/// by member or number, stays one person.
pub(super) fn carry(tx: &mut Tx, from: &Case, into: &Case) -> Result<(), CaseError> {
    let there = told(tx, into)?;
    for (row, plain) in told(tx, from)? {
        let member: Option<MemberId> = row.get(3)?;
        let mut known = false;
        for (other, theirs) in &there {
            let phone = plain.phone.is_some() && plain.phone == theirs.phone;
            known |= phone || member.is_some() && other.get::<Option<MemberId>>(3)? == member;
        }
        if known {
            continue;
        }
        let who = Reporter {
            name: plain.name.unwrap_or_default(),
            phone: plain.phone.unwrap_or_default(),
            member,
        };
        let phone = Some(who.phone.as_str()).filter(|phone| !phone.is_empty());
        super::intake::party(tx, into.id, JOINED, &who, phone, false)?;
    }
    Ok(())
}

/// Whoever told of a case, by whichever of its doors; nobody sealed.
fn told(tx: &mut Tx, case: &Case) -> Result<Vec<(Row, Revealed)>, CaseError> {
    let district = *tx.district();
    let mut found = Vec::new();
    for row in tx.all(&sql::PARTIES, args![district, case.id])? {
        let secret: bool = row.get(8)?;
        let tells = matches!(row.text(1)?, "reporter" | JOINED);
        if tells && !secret {
            let plain = open(tx, &row)?;
            found.push((row, plain));
        }
    }
    Ok(found)
}

pub(super) fn against(
    tx: &Tx,
    may: CapabilitySet,
    case: &Case,
    secret: bool,
    reason: &str,
) -> Refusals {
    let mut refusals = Refusals::new();
    refusals.require(
        reason.trim().chars().count() >= SHORTEST_REASON,
        "case.reveal_reason",
        "请写明查看身份的理由，当事人会看到",
    );
    let who = load::who(tx, case, false);
    let relations = case.kind.relations(&case.now, &who);
    let handles = relations
        .iter()
        .any(|one| matches!(one.id(), "handler" | "desk" | "above"));
    let named = relations.iter().any(|one| one.id() == "handler");
    let directs = may.has(Capability::CasesAssign);
    refusals.require(
        handles && (!secret || named || directs),
        "case.reveal_who",
        if secret {
            "举报人身份只有承办人和指派督办的人可以打开"
        } else {
            "只有承办单位和上级可以查看联系方式"
        },
    );
    let capable = Capability::from_id(&case.kind.act).is_some_and(|one| may.has(one));
    refusals.require(
        capable,
        "case.no_capability",
        "您现在的岗位没有办理这类事项的权限",
    );
    refusals
}

/// Who opened the identity and why, oldest first: for the reporter, by the receipt.
///
/// # Errors
/// [`CaseError::NotFound`] for a wrong receipt.
pub fn openings(tx: &mut Tx, receipt: &str) -> Result<Vec<Opening>, CaseError> {
    let id = super::read::by_receipt(tx, receipt)?.ok_or(CaseError::NotFound)?;
    let case = load::whole(tx, id)?;
    let lines = super::read::events(tx, &case)?;
    Ok(lines
        .into_iter()
        .filter(|line| line.verb == "@reveal")
        .map(|line| Opening {
            at: line.at,
            actor: line.actor,
            reason: line.note,
        })
        .collect())
}
