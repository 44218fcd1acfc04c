//! Which desk answers at which level of a place, and by name who.

use kernel::OrgPath;
use kernel::case_kind::{CaseKind, Owner};
use kernel::ids::{AccountId, OrgId};
use store::Tx;

use super::CaseError;
use super::model::NextOwner;
use crate::access::{self, Capability};
use crate::orgs::{self, OrgRef};

/// Who answers at each level of a kind for a place, lowest first; where a level is missing (no village union), the
/// next one above answers. Empty where the tree has none of the kind's desks.
pub(super) fn ladder(
    tx: &mut Tx,
    kind: &CaseKind,
    path: &OrgPath,
) -> Result<Vec<Owner>, CaseError> {
    let lineage = orgs::path_names(tx, path)?;
    let desks: Vec<Option<&OrgRef>> = kind
        .level
        .iter()
        .map(|level| {
            lineage
                .iter()
                .rev()
                .find(|org| level.orgs.iter().any(|id| id == org.kind.id()))
        })
        .collect();
    let ids: Vec<OrgId> = desks.iter().flatten().map(|org| org.id).collect();
    let people = access::colleagues(tx, &ids, capability(kind)?)?;
    let owner = |level: usize, org: &OrgRef| Owner {
        level,
        org: org.id.to_string(),
        desk: org.path.clone(),
        person: people
            .iter()
            .find(|one| one.org == org.id)
            .map(|one| one.account.to_string()),
    };
    let mut ladder: Vec<Owner> = Vec::with_capacity(desks.len());
    let mut above: Option<Owner> = None;
    for (level, desk) in desks.iter().enumerate().rev() {
        if let Some(org) = desk {
            above = Some(owner(level, org));
        }
        ladder.extend(above.clone());
    }
    ladder.reverse();
    // The top is missing: the highest there is answers for it.
    while let Some(highest) = ladder.last().cloned()
        && ladder.len() < desks.len()
    {
        ladder.push(highest);
    }
    Ok(ladder)
}

/// The capability that a kind's desks need.
pub(super) fn capability(kind: &CaseKind) -> Result<Capability, CaseError> {
    Capability::from_id(&kind.act)
        .ok_or_else(|| CaseError::Definition(format!("{} 写了未知能力 {}", kind.id, kind.act)))
}

/// The next owner a form names: the desk must be one of the kind's, the person must work there (or be a lawyer,
/// mediator or volunteer who serves the district). Without a person, whoever answers at that desk.
pub(super) fn next(
    tx: &mut Tx,
    kind: &CaseKind,
    now: &Owner,
    wanted: NextOwner,
) -> Result<Owner, CaseError> {
    let here = super::model::org_of(now)?;
    let org = orgs::named(tx, wanted.org.unwrap_or(here))?;
    let level = kind
        .level
        .iter()
        .position(|level| level.orgs.iter().any(|id| id == org.kind.id()));
    let Some(level) = level else {
        return Err(CaseError::refused(
            "case.no_desk",
            format!("「{}」不办理这类事项，请选择村社、镇街或区级工会", org.name),
        ));
    };
    let may = capability(kind)?;
    let at_desk = access::colleagues(tx, &[org.id], may)?;
    let person = match wanted.person {
        None => at_desk.first().map(|one| one.account),
        Some(account) => Some(serving(tx, may, &at_desk, account)?),
    };
    Ok(Owner {
        level,
        org: org.id.to_string(),
        desk: org.path,
        person: person.map(|account| account.to_string()),
    })
}

fn serving(
    tx: &mut Tx,
    may: Capability,
    at_desk: &[access::Colleague],
    account: AccountId,
) -> Result<AccountId, CaseError> {
    let here = at_desk.iter().any(|one| one.account == account);
    if here
        || access::service_people(tx, may)?
            .iter()
            .any(|one| one.account == account)
    {
        return Ok(account);
    }
    Err(CaseError::refused(
        "case.next_elsewhere",
        "接办人不在这个单位，或现在的岗位不办理这类事项，请重新选择",
    ))
}
