//! Posts: granted and ended by the security administrator.

use kernel::OrgPath;
use kernel::ids::{AccountId, PostId};
use kernel::refusal::Refusals;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{AccessError, Level, NewPost, Post, Roles, sql};
use super::account_by_id;
use super::sessions::read_post;
use crate::orgs;

/// Why these acts look beyond the actor's own subtree.
const WHOLE: &str = "posts are granted all over the district by one who sees no members";

/// Grant a post (授予岗位).
///
/// # Errors
/// Unknown role or union, a union missing where the role needs one, or roles that must stay apart.
pub fn grant_post(tx: &mut Tx, roles: &Roles, new: &NewPost) -> Result<PostId, AccessError> {
    let account = account_by_id(tx, new.account)?;
    let role = roles.get(&new.role).ok_or_else(|| AccessError::Invalid {
        field: "role",
        message: "没有这个角色，请从列表中选择".into(),
    })?;
    let held = posts_of(tx, roles, new.account)?;
    let present: Vec<&str> = held
        .iter()
        .filter(|p| p.to_on.is_none_or(|end| end >= new.from_on))
        .map(|p| p.role.as_str())
        .collect();
    if let Some(reason) = roles.conflict(&present, &new.role) {
        return Err(AccessError::Refused(Refusals::one("post.separate", reason)));
    }
    if tx.actor().account == Some(new.account) {
        return Err(AccessError::Refused(Refusals::one(
            "post.own",
            "不能给自己授予岗位，请由另一位安全管理员操作",
        )));
    }
    let district = *tx.district();
    let place = match (new.org, role.level.sees_tree()) {
        (Some(org), true) => Some(orgs::named(tx, org)?),
        (None, true) => {
            return Err(AccessError::Invalid {
                field: "org",
                message: "这个角色须指定所在工会".into(),
            });
        }
        (_, false) => None,
    };
    let path = place
        .as_ref()
        .map_or_else(OrgPath::whole, |o| o.path.clone());
    let org_name = place.as_ref().map(|o| o.name.clone()).unwrap_or_default();
    let id: PostId = tx.new_id();
    let org = place.map(|o| o.id);
    let row = args![
        district,
        id,
        new.account,
        role.id.clone(),
        org,
        path.clone(),
        role.title.clone(),
        new.from_on
    ]
    .to_vec();
    tx.across(WHOLE, |tx| tx.exec(&sql::INSERT_POST, &row))?;
    tx.audit(
        Audit::of("post.granted", "account", new.account)
            .at(&path)
            .detail(json!({ "login": account.login, "role": role.id, "org": org_name })),
    )?;
    Ok(id)
}

/// End a post today (免去岗位); sessions on it see nothing from the next request on.
///
/// # Errors
/// No such post, or it has ended.
pub fn end_post(tx: &mut Tx, post: PostId, why: &str) -> Result<AccountId, AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let owner = tx
        .across(WHOLE, |tx| tx.opt(&sql::POST_OWNER, args![district, post]))?
        .ok_or(AccessError::NotFound)?;
    let account: AccountId = owner.get(0)?;
    let yesterday = today.yesterday().unwrap_or(today);
    let ended = tx.across(WHOLE, |tx| {
        tx.exec(&sql::END_POST, args![district, post, yesterday])
    })?;
    if ended == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(
        Audit::of("post.ended", "account", account)
            .why(why)
            .detail(json!({ "role": owner.get::<String>(1)? })),
    )?;
    Ok(account)
}

/// All posts an account holds or held, newest first.
///
/// # Errors
/// The store failed.
pub fn posts_of(tx: &mut Tx, roles: &Roles, account: AccountId) -> Result<Vec<Post>, AccessError> {
    let district = *tx.district();
    let rows = tx.across(WHOLE, |tx| tx.all(&sql::POSTS_OF, args![district, account]))?;
    rows.iter().map(|row| read_post(tx, row, roles)).collect()
}

/// The roles that may be granted at a union of the tree, and those that stand beside it.
pub fn needs_org(level: Level) -> bool {
    level.sees_tree()
}
