//! 会籍期间: reading the dated memberships of a member.

use kernel::ids::MemberId;
use store::{Row, StoreError, Tx, args};

use super::{Change, MemberError, Period, Reason, sql};

/// The periods of a member, newest first.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn periods(tx: &mut Tx, member: MemberId) -> Result<Vec<Period>, MemberError> {
    super::get(tx, member)?;
    of_member(tx, member)
}

/// The periods of a member, newest first. The caller has made sure that the member may be seen.
pub(super) fn of_member(tx: &mut Tx, member: MemberId) -> Result<Vec<Period>, MemberError> {
    let district = *tx.district();
    // Earlier periods may lie in unions outside the caller's scope; they are part of the member's record.
    let rows = tx.across("a member's record is whole", |tx| {
        tx.all(&sql::membership::OF_MEMBER, args![district, member])
    })?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &Row) -> Result<Period, StoreError> {
    let change = |index: usize, code: &str| {
        Change::from_code(code).ok_or(StoreError::Column {
            index,
            wanted: "change",
        })
    };
    let change_out: Option<String> = row.get(6)?;
    Ok(Period {
        id: row.get(0)?,
        org: row.get(1)?,
        org_path: row.get(2)?,
        from_on: row.get(3)?,
        to_on: row.get(4)?,
        change_in: change(5, row.text(5)?)?,
        change_out: change_out.map(|code| change(6, &code)).transpose()?,
        reason: Reason::from_code(row.text(7)?).ok_or(StoreError::Column {
            index: 7,
            wanted: "reason",
        })?,
        evidence: row.get(8)?,
        actor: row.get(9)?,
        at: row.get(10)?,
    })
}
