//! 机器令牌 machine tokens: an API caller acts for one post of one account, until a date.

use kernel::Instant;
use kernel::ids::{AccountId, PostId, TokenId};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{AccessError, AccessPolicy, Roles, SignedIn, sql};
use super::posts::is_administrators;
use super::sessions::{as_post, fresh_token, token_digest};

/// One line of the token list.
#[derive(Debug, Clone)]
pub struct TokenLine {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Sign-in name of the account it acts for.
    pub login: String,
    /// When it was issued.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was ended early.
    pub revoked_at: Option<Instant>,
}

/// Issue a token for a post; the secret is returned once and kept nowhere.
///
/// # Errors
/// The post is not held by that account, the account is an administrator's, or the end lies in the past or too far off.
pub fn issue_token(
    tx: &mut Tx,
    (policy, roles): (&AccessPolicy, &Roles),
    name: &str,
    account: AccountId,
    post: PostId,
    expires_at: Instant,
) -> Result<String, AccessError> {
    if expires_at <= tx.now() {
        return Err(AccessError::Invalid {
            field: "expires",
            message: "到期时间须晚于现在".into(),
        });
    }
    let most = policy.token_max_days;
    if expires_at.ms() > tx.now().ms() + most.saturating_add(1) * 86_400_000 {
        return Err(AccessError::Invalid {
            field: "expires",
            message: format!("令牌最长 {most} 天，请把到期日期改早；到期前再签发新的"),
        });
    }
    if is_administrators(tx, roles, account)? {
        return Err(AccessError::Invalid {
            field: "login",
            message: "系统、安全、审计管理员的账号不签发令牌，请另建一个只给接口用的账号".into(),
        });
    }
    if name.trim().is_empty() {
        return Err(AccessError::Invalid {
            field: "name",
            message: "请写明令牌给谁用、做什么".into(),
        });
    }
    let acting = as_post(tx, roles, account, post, String::new())?;
    let held = acting.and_then(|acting| acting.posts.into_iter().find(|one| one.id == post));
    let held = held.ok_or(AccessError::NotFound)?;
    let token = fresh_token()?;
    let (district, now) = (*tx.district(), tx.now());
    let id: TokenId = tx.new_id();
    tx.exec(
        &sql::INSERT_TOKEN,
        args![
            district,
            id,
            name.trim().to_owned(),
            token_digest(&token),
            account,
            post,
            now,
            expires_at
        ],
    )?;
    let login = super::account(tx, account)?.login;
    let detail = json!({ "login": login, "role": held.role, "org": held.org_name });
    tx.audit(
        Audit::of("token.issued", "token", id)
            .why(name.trim())
            .detail(detail),
    )?;
    Ok(token)
}

/// Who acts with this token, if it is good.
///
/// # Errors
/// The store failed.
pub fn resume_token(
    tx: &mut Tx,
    roles: &Roles,
    token: &str,
) -> Result<Option<SignedIn>, AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    let Some(row) = tx.opt(
        &sql::TOKEN_BY_HASH,
        args![district, token_digest(token), now],
    )?
    else {
        return Ok(None);
    };
    let name = format!("接口 {}", row.get::<String>(3)?);
    as_post(tx, roles, row.get(1)?, row.get(2)?, name)
}

/// All tokens, newest first.
///
/// # Errors
/// The store failed.
pub fn tokens(tx: &mut Tx) -> Result<Vec<TokenLine>, AccessError> {
    let district = *tx.district();
    tx.all(&sql::TOKENS, args![district])?
        .iter()
        .map(|row| {
            Ok(TokenLine {
                id: row.get(0)?,
                name: row.get(1)?,
                created_at: row.get(2)?,
                expires_at: row.get(3)?,
                revoked_at: row.get(4)?,
                login: row.get(5)?,
            })
        })
        .collect()
}

/// End a token now.
///
/// # Errors
/// It does not exist or has ended.
pub fn end_token(tx: &mut Tx, token: TokenId) -> Result<(), AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    if tx.exec(&sql::END_TOKEN, args![district, token, now])? == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(Audit::of("token.ended", "token", token))?;
    Ok(())
}
