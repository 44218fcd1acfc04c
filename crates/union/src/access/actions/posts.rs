//! Posts: granted and ended by the security administrator.

use kernel::OrgPath;
use kernel::ids::{AccountId, OrgId, PostId};
use kernel::refusal::Refusals;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{AccessError, Level, NewPost, Post, Roles, sql};
use super::account_by_id;
use super::sessions::read_post;

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
    let (path, org_name) = match (new.org, role.level.sees_tree()) {
        (Some(org), true) => {
            let row = tx
                .opt(&sql::ORG_PLACE, args![district, org])?
                .ok_or(AccessError::NotFound)?;
            (row.get::<String>(0)?, row.get::<String>(1)?)
        }
        (None, true) => {
            return Err(AccessError::Invalid {
                field: "org",
                message: "这个角色须指定所在工会".into(),
            });
        }
        (_, false) => (String::new(), String::new()),
    };
    let id: PostId = tx.new_id();
    let org = if role.level.sees_tree() {
        new.org
    } else {
        None
    };
    tx.exec(
        &sql::INSERT_POST,
        args![
            district,
            id,
            new.account,
            role.id.clone(),
            org,
            path.clone(),
            role.title.clone(),
            new.from_on
        ],
    )?;
    tx.audit(
        Audit::of("post.granted", "account", new.account)
            .at(&OrgPath::parse(&path).unwrap_or_else(|_| OrgPath::whole()))
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
        .opt(&sql::POST_OWNER, args![district, post])?
        .ok_or(AccessError::NotFound)?;
    let account: AccountId = owner.get(0)?;
    let yesterday = today.yesterday().unwrap_or(today);
    if tx.exec(&sql::END_POST, args![district, post, yesterday])? == 0 {
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
    tx.all(&sql::POSTS_OF, args![district, account])?
        .iter()
        .map(|row| read_post(row, roles))
        .collect()
}

/// The union called so by name or credit code, anywhere in the district: the security administrator
/// sees no members but must be able to name any union.
///
/// # Errors
/// None or several are called so.
pub fn org_called(tx: &mut Tx, text: &str) -> Result<OrgId, AccessError> {
    let district = *tx.district();
    let found = tx.all(&sql::ORGS_CALLED, args![district, text])?;
    match found.as_slice() {
        [one] => Ok(one.get(0)?),
        [] => Err(AccessError::Invalid {
            field: "org",
            message: format!("没有找到工会「{text}」，请填写全称或信用代码"),
        }),
        _ => Err(AccessError::Invalid {
            field: "org",
            message: format!("不止一家工会叫「{text}」，请改填信用代码"),
        }),
    }
}

/// The roles that may be granted at a union of the tree, and those that stand beside it.
pub fn needs_org(level: Level) -> bool {
    level.sees_tree()
}
