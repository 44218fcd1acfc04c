//! Members counted as of a day, for the coverage room. Whole district, whatever the scope: only nightly work and
//! the freezing of a month call these.

use std::collections::BTreeMap;

use kernel::ids::{EmployerId, OrgId};
use kernel::Date;
use store::{Tx, args};

use super::sql::figures as sql;
use super::{Change, MemberError};

/// Members in work on the evening of `on`, by employer: the numerator of the joining rate. Kept memberships and
/// retired people do not count (domain facts §5); whom a member works for is as recorded today.
///
/// # Errors
/// The store failed.
pub fn in_work_by_employer(tx: &mut Tx, on: Date) -> Result<BTreeMap<EmployerId, u64>, MemberError> {
    let district = *tx.district();
    let rows = tx.all(&sql::BY_EMPLOYER, args![district, on, Change::Keep.code()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Members and those with a verified identity on the evening of `on`, by union.
///
/// # Errors
/// The store failed.
pub fn verified_by_union(tx: &mut Tx, on: Date) -> Result<BTreeMap<OrgId, (u64, u64)>, MemberError> {
    let district = *tx.district();
    let rows = tx.all(&sql::BY_UNION, args![district, on])?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// People who joined between two days, both included, by union.
///
/// # Errors
/// The store failed.
pub fn joined_between(tx: &mut Tx, from: Date, to: Date) -> Result<BTreeMap<OrgId, u64>, MemberError> {
    let district = *tx.district();
    let rows = tx.all(&sql::JOINED, args![district, from, to, Change::Join.code()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Women on the roll of a union, for the question whether it needs a women workers' committee.
///
/// # Errors
/// The store failed.
pub fn women_of(tx: &mut Tx, org: &crate::orgs::OrgRef) -> Result<i64, MemberError> {
    let district = *tx.district();
    Ok(tx.one(&sql::WOMEN, args![district, org.path, org.id])?.get(0)?)
}
