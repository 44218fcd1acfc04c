//! 名册: the roster as a page shows it, whoever is on it and whoever could be.

use kernel::Date;
use kernel::ids::AccountId;
use store::{Row, Tx, args};

use super::duty;
use super::{CaseError, helpers, sql};
use crate::access::{self, Capability, CapabilitySet};

/// What the roster says of somebody (名册条目).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Law firm or organisation.
    pub firm: String,
    /// Licence number.
    pub licence: String,
    /// What they are good at.
    pub subjects: String,
    /// Open cases at a time.
    pub most_open: u32,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Option<Date>,
}

/// Somebody who serves the district, on the roster or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    /// The account.
    pub account: AccountId,
    /// Name of the person.
    pub name: String,
    /// Chinese term of the role.
    pub role: String,
    /// The entry; none when the person holds the post but is not on the roster.
    pub entry: Option<RosterEntry>,
    /// Cases open now.
    pub open: u32,
    /// Hours on duty, in words.
    pub duty: String,
    /// On duty at this moment.
    pub on_duty: bool,
    /// Clients they act for otherwise (利益冲突).
    pub clients: Vec<String>,
}

impl RosterLine {
    /// Whether the entry holds on a day.
    pub fn serves(&self, on: &Date) -> bool {
        self.entry
            .as_ref()
            .is_some_and(|one| one.from_on <= *on && one.to_on.is_none_or(|last| last >= *on))
    }
}

/// The roster (援助名册): all of it for whoever assigns, the own line for whoever serves.
///
/// # Errors
/// The post neither assigns nor serves.
pub fn roster(tx: &mut Tx, may: CapabilitySet) -> Result<Vec<RosterLine>, CaseError> {
    let all = may.has(Capability::CasesAssign);
    let own = tx.actor().account;
    let people = access::service_people(tx, Capability::CasesAct)?;
    let people: Vec<_> = people
        .into_iter()
        .filter(|one| all || own == Some(one.account))
        .collect();
    if people.is_empty() && !all {
        return Err(CaseError::Forbidden(Capability::CasesAssign.title()));
    }
    let (district, now) = (*tx.district(), tx.now());
    let loads = helpers::loads(tx)?;
    let entries = tx.all(&sql::ROSTER, args![district])?;
    let mut lines: Vec<RosterLine> = Vec::with_capacity(people.len());
    for person in people {
        // Somebody may hold two service posts.
        if lines.iter().any(|line| line.account == person.account) {
            continue;
        }
        let mut entry = None;
        for row in &entries {
            if row.get::<AccountId>(0)? == person.account {
                entry = Some(entry_of(row)?);
            }
        }
        let shifts = duty::of(tx, person.account)?;
        let clients = tx.all(&sql::CLIENTS, args![district, person.account])?;
        lines.push(RosterLine {
            account: person.account,
            name: person.name,
            role: person.role,
            entry,
            open: loads.get(&person.account).copied().unwrap_or(0),
            duty: duty::words(&shifts),
            on_duty: duty::covers(&shifts, now),
            clients: clients
                .iter()
                .map(|row| row.get(1))
                .collect::<Result<_, _>>()?,
        });
    }
    lines.sort_by_key(|line| (line.entry.is_none(), line.open, line.account));
    Ok(lines)
}

fn entry_of(row: &Row) -> Result<RosterEntry, CaseError> {
    Ok(RosterEntry {
        firm: row.get(1)?,
        licence: row.get(2)?,
        subjects: row.get(3)?,
        most_open: row.get(4)?,
        from_on: row.get(5)?,
        to_on: row.get(6)?,
    })
}
