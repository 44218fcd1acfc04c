//! Whom a case can be handed to: the desks of its kind nearby, and who works there.

use kernel::ids::{AccountId, OrgId};
use store::Tx;

use super::desks::capability;
use super::{Case, CaseError};
use crate::access;
use crate::orgs::{self, OrgRef};

/// A desk that can answer for a case, and the people there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskChoice {
    /// The union.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// Chinese term of its level.
    pub level: String,
    /// Who handles such cases there: account and name. Without a name the desk itself decides.
    pub people: Vec<(AccountId, String)>,
}

/// Every desk of the higher levels in the district, and those of the lowest level within the town of the case.
///
/// # Errors
/// The store failed.
pub fn choices(tx: &mut Tx, case: &Case) -> Result<Vec<DeskChoice>, CaseError> {
    let ladder = &case.now.ladder;
    let (Some(top), Some(town)) = (ladder.last(), ladder.get(1).or(ladder.last())) else {
        return Ok(Vec::new());
    };
    let mut found: Vec<(OrgRef, String)> = Vec::new();
    for (at, level) in case.kind.level.iter().enumerate().rev() {
        let below = if at == 0 { town } else { top };
        let kinds = level.orgs.iter().map(String::as_str);
        for org in orgs::of_kinds(tx, kinds, &below.desk)? {
            found.push((org, level.title.clone()));
        }
    }
    let ids: Vec<OrgId> = found.iter().map(|(org, _)| org.id).collect();
    let people = access::colleagues(tx, &ids, capability(case.kind)?)?;
    Ok(found
        .into_iter()
        .map(|(org, level)| DeskChoice {
            people: people
                .iter()
                .filter(|one| one.org == org.id)
                .map(|one| (one.account, one.name.clone()))
                .collect(),
            org: org.id,
            name: org.name,
            level,
        })
        .collect())
}
