//! Accounts: made, disabled, unlocked, given passwords and a second factor.

use kernel::Instant;
use kernel::ids::AccountId;
use kernel::refusal::Refusals;
use serde_json::json;
use store::{Audit, Row, Tx, args};

use super::super::{
    AccessError, AccessPolicy, AccountLine, NewAccount, Post, Roles, SignedIn, hash_password, sql,
};
use super::posts::{held_today, is_administrators, keep_one, posts_of};
use super::sessions::end_other_sessions;
use super::sign_in::{Asked, prove};
use super::{account_by_id, account_by_login, fold};

/// Make an account (新建账号).
///
/// # Errors
/// The sign-in name is taken or malformed, the name is empty, or the password too weak.
pub fn create_account(
    tx: &mut Tx,
    policy: &AccessPolicy,
    new: &NewAccount,
) -> Result<AccountId, AccessError> {
    check_login(&new.login)?;
    if new.name.trim().is_empty() {
        return Err(AccessError::Invalid {
            field: "name",
            message: "请填写姓名".into(),
        });
    }
    check_password(policy, &new.login, &new.password)?;
    if account_by_login(tx, &new.login)?.is_some() {
        return Err(AccessError::Invalid {
            field: "login",
            message: "这个账号名已有人使用，请换一个".into(),
        });
    }
    let hash = hash_password(&new.password)?;
    insert_account(tx, new, hash)
}

/// Write an account whose password was hashed by the caller (the demo hashes once for many).
pub(crate) fn insert_account(
    tx: &mut Tx,
    new: &NewAccount,
    hash: String,
) -> Result<AccountId, AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    let id: AccountId = tx.new_id();
    tx.exec(
        &sql::INSERT_ACCOUNT,
        args![
            district,
            id,
            new.login.trim().to_owned(),
            fold(&new.login),
            new.name.trim().to_owned(),
            hash,
            false,
            !new.keep_password,
            new.member,
            now
        ],
    )?;
    tx.audit(
        Audit::of("account.created", "account", id)
            .detail(json!({ "login": new.login.trim(), "name": new.name.trim() })),
    )?;
    Ok(id)
}

fn check_login(login: &str) -> Result<(), AccessError> {
    let login = login.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    // A sign-in name is read by others: eleven digits are a phone, more a paper's or a card's number.
    let digits = login.chars().filter(char::is_ascii_digit).count();
    if digits >= 11 {
        return Err(AccessError::Invalid {
            field: "login",
            message: "账号名不用身份证号、手机号或卡号，别人看得到它".into(),
        });
    }
    if (3..=40).contains(&login.chars().count()) && login.chars().all(allowed) {
        return Ok(());
    }
    Err(AccessError::Invalid {
        field: "login",
        message: "账号名用 3 到 40 个英文字母、数字、点、横线或下划线".into(),
    })
}

/// Length counts, plus not being the login itself; composition rules only breed notes under keyboards
/// (NIST SP 800-63B §5.1.1.2).
fn check_password(policy: &AccessPolicy, login: &str, password: &str) -> Result<(), AccessError> {
    let long_enough = password.chars().count() >= policy.password_min_chars;
    let is_login = fold(password).contains(&fold(login));
    let one_letter = password.chars().all(|c| password.starts_with(c));
    if long_enough && !is_login && !one_letter && password.len() <= 1024 {
        return Ok(());
    }
    let message = format!(
        "口令至少 {} 个字，不能含账号名，也不能是同一个字的重复",
        policy.password_min_chars
    );
    Err(AccessError::Invalid {
        field: "password",
        message,
    })
}

/// The person changes the own password, knowing the old one; who sits at other sessions of the account is out. A wrong old
/// password is an answer and counts towards the lock.
///
/// # Errors
/// The new password is too weak or the same.
pub fn change_password(
    tx: &mut Tx,
    policy: &AccessPolicy,
    who: &SignedIn,
    old: &str,
    new: &str,
) -> Result<Result<(), AccessError>, AccessError> {
    let account = account_by_id(tx, who.account)?;
    let asked = Asked {
        field: "old",
        why: "修改口令时原口令错误",
        wrong: "原口令不正确",
    };
    if let Err(wrong) = prove(tx, policy, &account, (old, &asked))? {
        return Ok(Err(wrong));
    }
    check_password(policy, &account.login, new)?;
    if old == new {
        return Err(AccessError::Invalid {
            field: "password",
            message: "新口令不能与原口令相同".into(),
        });
    }
    set_password(tx, account.id, new, false, "本人修改")?;
    end_other_sessions(tx, who.account, who.session)?;
    Ok(Ok(()))
}

/// An administrator gives a new first password; it must be changed at the next sign-in,
/// and whoever is signed in with the old one is out.
///
/// # Errors
/// No such account, the password is too weak, or the account is one of the three administrators': whoever resets a
/// password could sign in with it, so theirs is reset on the server, by whoever holds the machine, and by nobody who is
/// signed in.
pub fn reset_password(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: AccountId,
    password: &str,
) -> Result<(), AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let roles =
        Roles::in_force(district, today).map_err(|none| AccessError::Roles(none.to_string()))?;
    if tx.actor().account.is_some() && is_administrators(tx, roles, account)? {
        return Err(AccessError::Refused(Refusals::one(
            "account.administrator",
            "系统、安全、审计管理员的口令不能由另一位管理员在网页上重置：谁重置谁就能用它登录。请在服务器上运行 niangjia account reset-password",
        )));
    }
    hand_over_password(tx, policy, account, password, "系统管理员重置")
}

/// A password that somebody else chose: whoever is signed in is out, and it opens nothing but the page to change it.
pub(super) fn hand_over_password(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: AccountId,
    password: &str,
    why: &str,
) -> Result<(), AccessError> {
    let found = account_by_id(tx, account)?;
    check_password(policy, &found.login, password)?;
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(&sql::END_ALL_SESSIONS, args![district, account, now])?;
    set_password(tx, account, password, true, why)
}

fn set_password(
    tx: &mut Tx,
    account: AccountId,
    password: &str,
    must_change: bool,
    why: &str,
) -> Result<(), AccessError> {
    let district = *tx.district();
    tx.exec(
        &sql::SET_PASSWORD,
        args![district, account, hash_password(password)?, must_change],
    )?;
    tx.audit(Audit::of("account.password_set", "account", account).why(why))?;
    Ok(())
}

/// Enable or disable an account; a disabled one is out at its next request.
///
/// # Errors
/// No such account, or it is one's own, or nobody else would be an administrator of that kind.
pub fn set_account_enabled(
    tx: &mut Tx,
    account: AccountId,
    enabled: bool,
) -> Result<(), AccessError> {
    if tx.actor().account == Some(account) {
        return Err(AccessError::Refused(Refusals::one(
            "account.own",
            "不能停用自己正在使用的账号，请由另一位系统管理员操作",
        )));
    }
    if !enabled {
        let held = held_today(tx, account)?;
        keep_one(tx, account, &held)?;
    }
    let district = *tx.district();
    let state = if enabled { "active" } else { "disabled" };
    if tx.exec(&sql::SET_STATE, args![district, account, state])? == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(Audit::of(
        if enabled {
            "account.enabled"
        } else {
            "account.disabled"
        },
        "account",
        account,
    ))?;
    Ok(())
}

/// Lift a lock early.
///
/// # Errors
/// No such account.
pub fn unlock_account(tx: &mut Tx, account: AccountId) -> Result<(), AccessError> {
    let district = *tx.district();
    if tx.exec(&sql::UNLOCK, args![district, account])? == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(Audit::of("account.unlocked", "account", account))?;
    Ok(())
}

/// Accounts in order of sign-in name after `after`, filtered by a prefix when given.
///
/// # Errors
/// The store failed.
pub fn accounts(
    tx: &mut Tx,
    prefix: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<AccountLine>, AccessError> {
    let district = *tx.district();
    let rows = if prefix.trim().is_empty() {
        tx.all(&sql::ACCOUNTS, args![district, fold(after), limit])?
    } else {
        let plain: String = fold(prefix)
            .chars()
            .filter(|c| !matches!(c, '%' | '_'))
            .collect();
        tx.all(
            &sql::ACCOUNTS_LIKE,
            args![district, fold(after), limit, format!("{plain}%")],
        )?
    };
    let now = tx.now();
    rows.iter().map(|row| read_line(row, now)).collect()
}

/// The posts that accounts of a list hold today, in the order of the list.
///
/// # Errors
/// The store failed.
pub fn posts_of_each(
    tx: &mut Tx,
    roles: &Roles,
    lines: &[AccountLine],
) -> Result<Vec<Vec<Post>>, AccessError> {
    let today = tx.today();
    let present = |post: &Post| post.from_on <= today && post.to_on.is_none_or(|end| end >= today);
    lines
        .iter()
        .map(|line| {
            let mut posts = posts_of(tx, roles, line.id)?;
            posts.retain(present);
            Ok(posts)
        })
        .collect()
}

/// One account for its page.
///
/// # Errors
/// No such account.
pub fn account(tx: &mut Tx, id: AccountId) -> Result<AccountLine, AccessError> {
    let found = account_by_id(tx, id)?;
    Ok(AccountLine {
        id: found.id,
        login: found.login,
        name: found.name,
        state: found.state,
        totp_on: found.totp_on,
        locked_until: found.locked_until.filter(|until| *until > tx.now()),
        created_at: found.created_at,
    })
}

fn read_line(row: &Row, now: Instant) -> Result<AccountLine, AccessError> {
    Ok(AccountLine {
        id: row.get(0)?,
        login: row.get(1)?,
        name: row.get(2)?,
        state: row.get(3)?,
        totp_on: row.get(4)?,
        locked_until: row.get::<Option<Instant>>(5)?.filter(|until| *until > now),
        created_at: row.get(6)?,
    })
}

/// The account with this sign-in name.
///
/// # Errors
/// The store failed.
pub fn account_by_name(tx: &mut Tx, login: &str) -> Result<Option<AccountId>, AccessError> {
    Ok(account_by_login(tx, login)?.map(|a| a.id))
}
