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
    // The program itself sets a district up before its unions are what they will be.
    if let Some(org) = place.as_ref().filter(|_| tx.actor().account.is_some())
        && !role.level.fits(org.kind)
    {
        return Err(AccessError::Invalid {
            field: "org",
            message: format!(
                "「{}」是{}；{}的岗位须设在{}",
                org.name,
                org.kind.title(),
                role.title,
                role.level.place()
            ),
        });
    }
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
/// No such post, or it has ended; no reason is given; nobody else would be an administrator of that kind.
pub fn end_post(tx: &mut Tx, post: PostId, why: &str) -> Result<AccountId, AccessError> {
    let why = kernel::text::trim(why);
    if why.is_empty() {
        return Err(AccessError::Invalid {
            field: "why",
            message: "请写明免去的原因，例如：调离、轮岗、任期届满".into(),
        });
    }
    let (district, today) = (*tx.district(), tx.today());
    let owner = tx
        .across(WHOLE, |tx| tx.opt(&sql::POST_OWNER, args![district, post]))?
        .ok_or(AccessError::NotFound)?;
    let account: AccountId = owner.get(0)?;
    keep_one(tx, account, &[owner.get(1)?])?;
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

/// Refuses to leave the district without a system, a security or an audit administrator (三员): without one of them
/// nobody could make accounts, grant posts or read the log, and only the server's command line would help.
pub(super) fn keep_one(
    tx: &mut Tx,
    account: AccountId,
    losing: &[String],
) -> Result<(), AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let roles =
        Roles::in_force(district, today).map_err(|none| AccessError::Roles(none.to_string()))?;
    let mut refusals = Refusals::new();
    for id in losing {
        let Some(role) = roles.get(id).filter(|role| role.level == Level::Admin) else {
            continue;
        };
        let other = tx.across(WHOLE, |tx| {
            tx.opt(&sql::OTHER_HOLDER, args![district, id, today, account])
        })?;
        refusals.require(
            other.is_some(),
            "post.last_administrator",
            format!(
                "这是最后一位在任的{}，不能免去或停用。请先给另一个账号授予这个岗位",
                role.title
            ),
        );
    }
    refusals.into_result().map_err(AccessError::Refused)
}

/// Whether an account holds a post of one of the three administrators, today or later.
pub(super) fn is_administrators(
    tx: &mut Tx,
    roles: &Roles,
    account: AccountId,
) -> Result<bool, AccessError> {
    let today = tx.today();
    let held = posts_of(tx, roles, account)?;
    let lasts = |post: &Post| post.to_on.is_none_or(|end| end >= today);
    Ok(held
        .iter()
        .any(|post| post.level == Level::Admin && lasts(post)))
}

/// The roles an account holds today.
pub(super) fn held_today(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let rows = tx.across(WHOLE, |tx| {
        tx.all(&sql::POSTS_ON, args![district, account, today])
    })?;
    rows.iter().map(|row| Ok(row.get(1)?)).collect()
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
