//! Members of one union counted, for other rooms.

use store::{Tx, args};

use super::MemberError;
use super::sql::figures as sql;

/// Women on the roll of a union, for the question whether it needs a women workers' committee.
///
/// # Errors
/// The store failed.
pub fn women_of(tx: &mut Tx, org: &crate::orgs::OrgRef) -> Result<i64, MemberError> {
    let district = *tx.district();
    Ok(tx
        .one(&sql::WOMEN, args![district, org.path, org.id])?
        .get(0)?)
}
