//! Reading committees.

use kernel::tenure::Tenure;
use kernel::{CommitteeId, OrgId};
use store::{Row, StoreError, Tx, args};

use super::super::{OrgError, read as orgs};
use super::model::{Committee, CommitteeKind, Officer, Position};
use super::sql;

/// The committees of a union within scope, present ones first, with their officers.
///
/// # Errors
/// [`OrgError::NotFound`] when the union lies outside.
pub fn committees(tx: &mut Tx, org: OrgId) -> Result<Vec<Committee>, OrgError> {
    orgs::get(tx, org)?;
    let district = *tx.district();
    let rows = tx.all(&sql::OF_ORG, args![district, org])?;
    rows.iter()
        .map(|row| with_officers(tx, committee_of(row)?))
        .collect()
}

/// One committee within scope.
///
/// # Errors
/// [`OrgError::NotFound`] when it does not exist or lies outside.
pub fn get(tx: &mut Tx, id: CommitteeId) -> Result<Committee, OrgError> {
    let district = *tx.district();
    let committee = committee_of(
        &tx.opt(&sql::GET, args![district, id])?
            .ok_or(OrgError::NotFound)?,
    )?;
    if !tx.actor().scope.covers(&committee.org_path) {
        return Err(OrgError::NotFound);
    }
    with_officers(tx, committee)
}

/// Names of the present chairs of a union.
///
/// # Errors
/// The store failed.
pub fn current_chairs(tx: &mut Tx, org: OrgId) -> Result<Vec<String>, OrgError> {
    let district = *tx.district();
    tx.all(&sql::CHAIRS, args![district, org])?
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect()
}

fn with_officers(tx: &mut Tx, mut committee: Committee) -> Result<Committee, OrgError> {
    let district = *tx.district();
    let rows = tx.all(&sql::OFFICERS, args![district, committee.id])?;
    let mut officers = rows
        .iter()
        .map(|row| officer_of(row, &committee))
        .collect::<Result<Vec<_>, _>>()?;
    officers.sort_by_key(|one| (one.to_on.is_some(), one.position, one.id));
    committee.officers = officers;
    Ok(committee)
}

fn committee_of(row: &Row) -> Result<Committee, StoreError> {
    Ok(Committee {
        id: row.get(0)?,
        org: row.get(1)?,
        org_path: row.get(2)?,
        kind: CommitteeKind::from_id(row.text(3)?).ok_or(StoreError::Column {
            index: 3,
            wanted: "CommitteeKind",
        })?,
        term_years: row.get(4)?,
        from_on: row.get(5)?,
        to_on: row.get(6)?,
        extended_to: row.get(7)?,
        ended_on: row.get(8)?,
        officers: Vec::new(),
    })
}

fn officer_of(row: &Row, committee: &Committee) -> Result<Officer, StoreError> {
    let mut officer = Officer {
        id: row.get(0)?,
        name: row.get(1)?,
        member: row.get(2)?,
        position: Position::from_id(row.text(3)?).ok_or(StoreError::Column {
            index: 3,
            wanted: "Position",
        })?,
        full_time: row.get(4)?,
        from_on: row.get(5)?,
        to_on: row.get(6)?,
        contract_end: row.get(7)?,
        protected_until: None,
    };
    let protected = matches!(
        officer.position,
        Position::Chair | Position::ViceChair | Position::Member
    );
    if protected && committee.kind == CommitteeKind::Committee {
        let to = officer.to_on.unwrap_or(committee.ends_on());
        let tenure = Tenure {
            full_time: officer.full_time,
            from: officer.from_on,
            to,
            contract_end: officer.contract_end,
        };
        officer.protected_until = tenure.protected_until();
    }
    Ok(officer)
}
