//! Employers and their links as they stood on a day, for the monthly figures. Within the caller's scope.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, OrgId, OrgPath};
use store::{Tx, args};

use super::EmployerError;
use super::model::{EdgeKind, EmployerState};

pub mod sql {
    //! Statements on employers as of a day.
    store::statements! {
        /// Units in business by then, within a subtree; `$2` is the day.
        pub UNITS = "SELECT id, name, org_path, headcount, state, closed_on FROM employer
            WHERE district = $1 AND org_path >= $3 AND org_path < $4 AND (opened_on IS NULL OR opened_on <= $2) ORDER BY org_path, id";
        /// Every count of employees, oldest first.
        pub COUNTS = "SELECT employer_id, on_date, headcount FROM employer_headcount WHERE district = $1 ORDER BY employer_id, on_date";
        /// Links that hold on a day.
        pub LINKS = "SELECT employer_id, org_id, kind FROM coverage_edge
            WHERE district = $1 AND from_on <= $2 AND (to_on IS NULL OR to_on >= $2) ORDER BY employer_id, org_id, kind";
    }
}

/// An employer as it stood on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitOn {
    /// Its id.
    pub id: EmployerId,
    /// Its name today.
    pub name: String,
    /// The union responsible for it today.
    pub org_path: OrgPath,
    /// Employees by the latest count up to the day; the first later one where there was none.
    pub employees: u64,
    /// State on the day. A shell has no first day in any register and counts as one throughout.
    pub state: EmployerState,
}

/// A union covered an employer on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkOn {
    /// The employer.
    pub employer: EmployerId,
    /// The union.
    pub org: OrgId,
    /// How.
    pub kind: EdgeKind,
}

/// The employers in business by the evening of `on`, in the order of the tree.
///
/// # Errors
/// The store failed.
pub fn units_on(tx: &mut Tx, on: Date) -> Result<Vec<UnitOn>, EmployerError> {
    let counts = counts_on(tx, on)?;
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let mut units = Vec::new();
    tx.each(&sql::UNITS, args![district, on, from, to], |row| {
        let id: EmployerId = row.get(0)?;
        let recorded = super::read::state_at(row, 4)?;
        let closed_on: Option<Date> = row.get(5)?;
        // Struck off later than that day: it was in operation.
        let state = if closed_on.is_some_and(|last| last > on) {
            EmployerState::Open
        } else {
            recorded
        };
        let employees = counts.get(&id).copied().unwrap_or(row.get::<i64>(3)?);
        units.push(UnitOn {
            id,
            name: row.get(1)?,
            org_path: row.get(2)?,
            employees: u64::try_from(employees).unwrap_or(0),
            state,
        });
        Ok::<_, EmployerError>(())
    })?;
    Ok(units)
}

fn counts_on(tx: &mut Tx, on: Date) -> Result<BTreeMap<EmployerId, i64>, EmployerError> {
    let district = *tx.district();
    let mut counts = BTreeMap::new();
    tx.each(&sql::COUNTS, args![district], |row| {
        let (id, day, count): (EmployerId, Date, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if day <= on {
            counts.insert(id, count);
        } else {
            counts.entry(id).or_insert(count);
        }
        Ok::<_, EmployerError>(())
    })?;
    Ok(counts)
}

/// The links that held on the evening of `on`.
///
/// # Errors
/// The store failed.
pub fn links_on(tx: &mut Tx, on: Date) -> Result<Vec<LinkOn>, EmployerError> {
    let district = *tx.district();
    let mut links = Vec::new();
    tx.each(&sql::LINKS, args![district, on], |row| {
        if let Some(kind) = EdgeKind::from_id(row.text(2)?) {
            links.push(LinkOn {
                employer: row.get(0)?,
                org: row.get(1)?,
                kind,
            });
        }
        Ok::<_, EmployerError>(())
    })?;
    Ok(links)
}
