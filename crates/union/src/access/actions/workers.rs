//! 职工账号: an account that opens one member's own record and nothing else. Whoever keeps the roster hands it out; the
//! three administrators need not be asked, because no account with any other post can be reached from here.

use kernel::ids::{AccountId, MemberId};
use kernel::refusal::Refusals;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{
    AccessError, AccessPolicy, Level, NewAccount, NewPost, Role, Roles, one_time_password,
    spare_name, sql,
};
use super::accounts::hand_over_password;
use super::{account_by_id, account_by_login, create_account, grant_post, posts_of};

/// An account that opens a member's record, for that member's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerAccount {
    /// The account.
    pub id: AccountId,
    /// Sign-in name.
    pub login: String,
    /// Not disabled.
    pub active: bool,
    /// It holds the post 职工 and no other: only then may whoever keeps the roster hand out a new password.
    pub own_only: bool,
}

/// The accounts that open a member's record. More than one only after a merge.
///
/// # Errors
/// The store failed.
pub fn worker_accounts(
    tx: &mut Tx,
    roles: &Roles,
    member: MemberId,
) -> Result<Vec<WorkerAccount>, AccessError> {
    let district = *tx.district();
    let rows = tx.all(&sql::ACCOUNTS_OF_MEMBER, args![district, member])?;
    let mut found = Vec::new();
    for row in &rows {
        let account = account_by_id(tx, row.get(0)?)?;
        found.push(WorkerAccount {
            own_only: only_own(tx, roles, account.id)?,
            id: account.id,
            active: account.state == "active",
            login: account.login,
        });
    }
    Ok(found)
}

/// Whether an account has the post 职工 and, today and later, no other.
pub(super) fn only_own(
    tx: &mut Tx,
    roles: &Roles,
    account: AccountId,
) -> Result<bool, AccessError> {
    let today = tx.today();
    let mut held = posts_of(tx, roles, account)?;
    held.retain(|post| post.to_on.is_none_or(|end| end >= today));
    Ok(!held.is_empty() && held.iter().all(|post| post.level == Level::Own))
}

/// A sign-in name that says nothing about the person and that nobody has.
///
/// # Errors
/// The store or the random source failed.
pub fn spare_login(tx: &mut Tx) -> Result<String, AccessError> {
    loop {
        let login = format!("zg-{}", spare_name()?);
        if account_by_login(tx, &login)?.is_none() {
            return Ok(login);
        }
    }
}

/// Make an account that opens this member's record, with the post 职工; answers it and the one-time password, which is
/// kept nowhere. The members room has looked at who asks and which member it is, and writes the member's own entry.
///
/// # Errors
/// As [`create_account`]; no role is for workers.
pub fn open_worker(
    tx: &mut Tx,
    policy: &AccessPolicy,
    roles: &Roles,
    (member, name): (MemberId, &str),
    login: &str,
) -> Result<(AccountId, String), AccessError> {
    let password = one_time_password()?;
    let new = NewAccount {
        login: login.to_owned(),
        name: name.to_owned(),
        password: password.clone(),
        keep_password: false,
        member: Some(member),
    };
    let account = create_account(tx, policy, &new)?;
    let post = NewPost {
        account,
        role: workers_role(roles)?.id.clone(),
        org: None,
        from_on: tx.today(),
    };
    grant_post(tx, roles, &post)?;
    Ok((account, password))
}

fn workers_role(roles: &Roles) -> Result<&Role, AccessError> {
    roles
        .iter()
        .find(|role| role.level == Level::Own)
        .ok_or_else(|| AccessError::Roles("没有职工本人的角色".into()))
}

/// Let an account that the system administrator made earlier open this member's record. It must hold the post 职工,
/// no other, and open nobody's record yet.
///
/// # Errors
/// [`AccessError::Invalid`] with the field `login`, saying which of these it is not.
pub fn link_worker(
    tx: &mut Tx,
    roles: &Roles,
    member: MemberId,
    login: &str,
) -> Result<AccountId, AccessError> {
    let no = |message: &str| AccessError::Invalid {
        field: "login",
        message: message.to_owned(),
    };
    let account = account_by_login(tx, login)?
        .ok_or_else(|| no("没有这个账号。请核对账号名，或改为开通新账号"))?;
    // One answer for all of these: whoever keeps a roster need not learn which posts somebody else holds.
    if account.member.is_some()
        || account.state != "active"
        || !only_own(tx, roles, account.id)?
        || tx.actor().account == Some(account.id)
    {
        return Err(no(
            "这个账号不能关联：须是在用的、只有“职工”一个岗位、还没有关联会员的账号",
        ));
    }
    let district = *tx.district();
    tx.exec(&sql::SET_MEMBER, args![district, account.id, member])?;
    tx.audit(
        Audit::of("account.member_set", "account", account.id).detail(json!({ "member": member })),
    )?;
    Ok(account.id)
}

/// Hand out a new one-time password for the account of this member; answers its sign-in name and the password.
///
/// # Errors
/// [`AccessError::NotFound`] for an account that does not open this record; [`AccessError::Refused`] for one that holds
/// another post or is disabled.
pub fn reset_worker(
    tx: &mut Tx,
    policy: &AccessPolicy,
    roles: &Roles,
    member: MemberId,
    account: AccountId,
) -> Result<(String, String), AccessError> {
    let found = account_by_id(tx, account)?;
    if found.member != Some(member) {
        return Err(AccessError::NotFound);
    }
    let mut refusals = Refusals::new();
    refusals.require(
        only_own(tx, roles, account)?,
        "account.other_posts",
        "这个账号还有别的岗位，口令由系统管理员重置",
    );
    refusals.require(
        found.state == "active",
        "account.disabled",
        "这个账号已停用，请联系系统管理员",
    );
    refusals.into_result().map_err(AccessError::Refused)?;
    let password = one_time_password()?;
    hand_over_password(tx, policy, account, &password, "工会交给本人新的一次性口令")?;
    Ok((found.login, password))
}
