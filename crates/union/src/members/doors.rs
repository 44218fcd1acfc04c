//! 找工会: which union a worker may apply to, found by its name or by the name of the employer.
//!
//! Basic unions and the unions of an area take applications; who works where there is no union applies to the
//! union of the area (facts §5). Runs as the program, since the worker has no account yet. Names of unions and
//! employers are public; nothing about members is told.

use kernel::ids::OrgId;
use store::Tx;

use super::MemberError;
use crate::employers::{self, EmployerRef};
use crate::orgs::{self, OrgKind, OrgRef, OrgState};

/// Longest list of answers.
const LONGEST: usize = 20;
/// Shortest and longest text that is looked for, in characters.
const TEXT: std::ops::RangeInclusive<usize> = 2..=100;

/// A union that takes applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The union.
    pub org: OrgRef,
    /// The town it belongs to; empty when it is one, or belongs to none.
    pub town: String,
    /// The employer by whose name it was found; empty when it was found by its own.
    pub employer: String,
    /// The employer has no union yet: this is the union of its area.
    pub by_area: bool,
}

/// Unions to apply to for a text, best first, at most 20; none for a text that is too short to mean one.
///
/// # Errors
/// The store failed.
pub fn find(tx: &mut Tx, text: &str) -> Result<Vec<Door>, MemberError> {
    // A control character is in no name, and PostgreSQL takes no text with a zero in it.
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = kernel::text::trim(&text);
    if !TEXT.contains(&text.chars().count()) {
        return Ok(Vec::new());
    }
    let mut doors: Vec<Door> = Vec::new();
    for employer in employers_for(tx, text)? {
        through(tx, &employer, &mut doors)?;
    }
    for node in orgs::search(tx, text, LONGEST).map_err(MemberError::room)? {
        if takes(node.org.kind) && node.state == OrgState::Active {
            add(tx, &mut doors, node.org, "", false)?;
        }
    }
    doors.truncate(LONGEST);
    Ok(doors)
}

/// One union, if it takes applications.
///
/// # Errors
/// [`MemberError::NotFound`] when it does not.
pub fn of(tx: &mut Tx, org: OrgId) -> Result<Door, MemberError> {
    let mut doors = Vec::new();
    open(tx, org, "", &mut doors)?;
    doors.pop().ok_or(MemberError::NotFound)
}

/// A federation of the whole district or of a trade has no members of its own.
fn takes(kind: OrgKind) -> bool {
    kind.is_basic() || (kind.is_territorial() && kind != OrgKind::Federation)
}

/// The employer of that name, or those that resemble it.
fn employers_for(tx: &mut Tx, text: &str) -> Result<Vec<EmployerRef>, MemberError> {
    let exact = employers::find(tx, text).map_err(MemberError::room)?;
    if !exact.is_empty() {
        return Ok(exact);
    }
    let mut found = Vec::new();
    for candidate in employers::similar(tx, text).map_err(MemberError::room)? {
        found.push(employers::get(tx, candidate.id).map_err(MemberError::room)?);
    }
    Ok(found)
}

/// The unions that cover an employer now; without one, the union of its area.
fn through(tx: &mut Tx, employer: &EmployerRef, doors: &mut Vec<Door>) -> Result<(), MemberError> {
    let before = doors.len();
    for edge in employers::edges(tx, employer.id).map_err(MemberError::room)? {
        if edge.to_on.is_none() {
            open(tx, edge.org, &employer.name, doors)?;
        }
    }
    if doors.len() > before {
        return Ok(());
    }
    match orgs::territory_of(tx, &employer.org_path).map_err(MemberError::room)? {
        Some(area) if takes(area.kind) => add(tx, doors, area, &employer.name, true),
        _ => Ok(()),
    }
}

fn open(tx: &mut Tx, org: OrgId, employer: &str, doors: &mut Vec<Door>) -> Result<(), MemberError> {
    let Ok(card) = orgs::card(tx, org) else {
        return Ok(());
    };
    if !takes(card.kind) || card.state != OrgState::Active {
        return Ok(());
    }
    let org = OrgRef {
        id: card.id,
        path: card.path,
        name: card.name,
        kind: card.kind,
    };
    add(tx, doors, org, employer, false)
}

fn add(
    tx: &mut Tx,
    doors: &mut Vec<Door>,
    org: OrgRef,
    employer: &str,
    by_area: bool,
) -> Result<(), MemberError> {
    if doors.iter().any(|door| door.org.id == org.id) {
        return Ok(());
    }
    let town = orgs::town_of(tx, &org.path).map_err(MemberError::room)?;
    let town = town
        .filter(|town| town.id != org.id)
        .map(|town| town.name)
        .unwrap_or_default();
    doors.push(Door {
        org,
        town,
        employer: employer.to_owned(),
        by_area,
    });
    Ok(())
}
