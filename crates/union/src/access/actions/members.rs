//! Which member record an account opens in the hall.

use kernel::ids::{AccountId, MemberId};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{AccessError, sql};

/// Points every account of one member record to another, because the two are one person (合并); answers which
/// accounts, so that the merge can be undone. Called by the members room, which writes the audit entry.
///
/// # Errors
/// The store failed.
pub fn move_member(
    tx: &mut Tx,
    from: MemberId,
    to: MemberId,
) -> Result<Vec<AccountId>, AccessError> {
    let district = *tx.district();
    let rows = tx.all(&sql::ACCOUNTS_OF_MEMBER, args![district, from])?;
    let accounts = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<Vec<AccountId>, _>>()?;
    for account in &accounts {
        tx.exec(&sql::SET_MEMBER, args![district, account, to])?;
    }
    Ok(accounts)
}

/// Sets which member record an account opens.
///
/// # Errors
/// [`AccessError::NotFound`].
pub fn set_member(tx: &mut Tx, account: AccountId, member: MemberId) -> Result<(), AccessError> {
    let district = *tx.district();
    if tx.exec(&sql::SET_MEMBER, args![district, account, member])? == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(
        Audit::of("account.member_set", "account", account).detail(json!({ "member": member })),
    )?;
    Ok(())
}
