//! Members of one union counted, for other rooms.

use store::{Tx, args};

use super::MemberError;
use super::sql::{figures as sql, list};

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

/// Whether the district has more than so many records, whatever the actor's scope: for a load that wonders whether
/// it is large.
///
/// # Errors
/// The store failed.
pub fn more_than(tx: &mut Tx, number: i64) -> Result<bool, MemberError> {
    let (from, to) = kernel::OrgPath::whole().range();
    let district = *tx.district();
    let found: i64 = tx.across("how many records there are is no secret", |tx| {
        tx.one(&list::SIZE, args![district, from, to, number + 1])?
            .get(0)
    })?;
    Ok(found > number)
}
