//! Which member record an account opens in the hall.

use kernel::Scope;
use kernel::ids::{AccountId, MemberId, OrgId};
use serde_json::json;
use store::{Actor, Audit, Tx, args};

use super::super::{AccessError, CapabilitySet, Roles, sql};
use super::sessions::{as_post, posts_on};

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

/// The person behind an account as a member (本人), for the program itself: a demo district writes as the people in it
/// do. Refused to anybody who is signed in, since nobody acts as somebody else.
///
/// # Errors
/// [`AccessError::NotFound`] for whoever is not the program, for an unknown account and for one without a member record.
pub fn own_actor_of(tx: &mut Tx, account: AccountId) -> Result<Actor, AccessError> {
    if tx.actor().account.is_some() {
        return Err(AccessError::NotFound);
    }
    let found = super::account_by_id(tx, account)?;
    let member = found.member.ok_or(AccessError::NotFound)?;
    let district = *tx.district();
    Ok(Actor {
        scope: Scope::own(district, member),
        account: Some(account),
        label: format!("{} · 本人", found.name),
        ..Actor::system(district)
    })
}

/// Somebody at one of their posts (在岗), for the program itself: a demo district is worked by the people in it. Answers
/// who acts and what the post may do. Refused to anybody who is signed in, as [`own_actor_of`] is.
///
/// # Errors
/// [`AccessError::NotFound`] for whoever is not the program, for an unknown account and for one without a post there
/// (`None` is a post beside the tree) today.
pub fn post_actor_of(
    tx: &mut Tx,
    roles: &Roles,
    account: AccountId,
    org: Option<OrgId>,
) -> Result<(Actor, CapabilitySet), AccessError> {
    if tx.actor().account.is_some() {
        return Err(AccessError::NotFound);
    }
    let found = super::account_by_id(tx, account)?;
    let today = tx.today();
    let posts = posts_on(tx, roles, account, today)?;
    let post = posts.iter().find(|post| post.org == org);
    let post = post.ok_or(AccessError::NotFound)?.id;
    let who = as_post(tx, roles, account, post, found.name)?;
    let who = who.ok_or(AccessError::NotFound)?;
    Ok((who.actor(), who.capabilities))
}
