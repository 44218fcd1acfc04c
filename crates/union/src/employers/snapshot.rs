//! Employers as of a day, for the coverage room. Whole district, whatever the scope.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, OrgId, OrgPath};
use store::{Tx, args};

use super::model::EmployerState;
use super::read::state_at;
use super::{EmployerError, sql};

/// An employer on a day.
#[derive(Debug, Clone)]
pub struct UnitOn {
    /// Its id.
    pub id: EmployerId,
    /// Its name now.
    pub name: String,
    /// Where it is filed now.
    pub org_path: OrgPath,
    /// Employees by the last count known by that day; by the first one known when all are later.
    pub headcount: i64,
    /// State. One that has closed since counts as open until its last day.
    pub state: EmployerState,
}

/// The employers that existed on the evening of `on`.
///
/// # Errors
/// The store failed.
pub fn units_on(tx: &mut Tx, on: Date) -> Result<Vec<UnitOn>, EmployerError> {
    let counts = counts_on(tx, on)?;
    let district = *tx.district();
    let mut units = Vec::new();
    tx.each(&sql::UNITS, args![district], |row| {
        let (opened, closed): (Option<Date>, Option<Date>) = (row.get(5)?, row.get(6)?);
        if opened.is_some_and(|day| day > on) || closed.is_some_and(|day| day <= on) {
            return Ok::<_, EmployerError>(());
        }
        let id = row.get(0)?;
        let state = if closed.is_some() { EmployerState::Open } else { state_at(row, 4)? };
        let headcount = counts.get(&id).copied().unwrap_or(row.get(3)?);
        units.push(UnitOn { id, name: row.get(1)?, org_path: row.get(2)?, headcount, state });
        Ok(())
    })?;
    Ok(units)
}

/// The count known by a day for each employer; the earliest when all are later.
fn counts_on(tx: &mut Tx, on: Date) -> Result<BTreeMap<EmployerId, i64>, EmployerError> {
    let district = *tx.district();
    let mut counts: BTreeMap<EmployerId, i64> = BTreeMap::new();
    tx.each(&sql::ALL_HEADCOUNTS, args![district], |row| {
        let (id, day, count): (EmployerId, Date, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Rows come oldest first: the first is kept until a later one is still known by the day.
        if day <= on || !counts.contains_key(&id) {
            counts.insert(id, count);
        }
        Ok::<_, EmployerError>(())
    })?;
    Ok(counts)
}

/// The links in force on the evening of `on`: employer, union. A link that ends on a day still holds that day.
///
/// # Errors
/// The store failed.
pub fn links_on(tx: &mut Tx, on: Date) -> Result<Vec<(EmployerId, OrgId)>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::EDGES_ON, args![district, on])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
