//! 动态口令: set up, set up anew, and taken off when a phone is lost.
//!
//! A secret that is being set up lives nowhere but in the page that shows it, sealed for that account: until its first
//! code is right, the factor that was in force stays in force, and a mistyped digit costs nothing.

use kernel::Instant;
use kernel::ids::AccountId;
use kernel::refusal::Refusals;
use store::{Audit, Tx, args, hex};

use super::super::{AccessError, AccessPolicy, TotpSecret, sql};
use super::sign_in::{Asked, prove};
use super::{AccountRow, account_by_id};
use crate::audit::{self, AuditFilter};

/// What the sealed text of a page is bound to.
const PENDING: &str = "page.totp_pending";

/// A second factor being set up.
pub struct TotpSetup {
    /// The `otpauth://` address behind the QR code.
    pub address: String,
    /// The secret, for typing into an authenticator.
    pub secret: String,
    /// The secret sealed for this account, to come back with the first code.
    pub pending: String,
}

/// Begin: the person shows that it is them, by the password, and gets a new secret. What was in force stays so. A wrong
/// password is an answer and counts towards the lock.
///
/// # Errors
/// No such account, or the random source failed.
pub fn begin_totp(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: AccountId,
    password: &str,
) -> Result<Result<TotpSetup, AccessError>, AccessError> {
    let found = account_by_id(tx, account)?;
    let asked = Asked {
        field: "totp_password",
        why: "设置动态口令时口令错误",
        wrong: "口令不正确，请输入您登录本账号的口令",
    };
    if let Err(wrong) = prove(tx, policy, &found, (password, &asked))? {
        return Ok(Err(wrong));
    }
    let secret = TotpSecret::generate(&found.login)?;
    // Good for as long as a page may lie idle.
    let until = tx.now().ms() + policy.session_idle_minutes * 60_000;
    let text = format!("{until} {}", secret.to_base32());
    let sealed = tx.vault().seal(PENDING, &account.to_string(), &text);
    tx.audit(Audit::of("account.totp_begun", "account", account))?;
    Ok(Ok(TotpSetup {
        address: secret.address()?,
        secret: secret.to_base32(),
        pending: hex::encode(&sealed),
    }))
}

/// The setup again that a page was drawn with, for the same page after a mistyped digit.
///
/// # Errors
/// [`AccessError::Invalid`] for what is too old or was made for somebody else.
pub fn pending_totp(
    tx: &mut Tx,
    account: AccountId,
    pending: &str,
) -> Result<TotpSetup, AccessError> {
    let found = account_by_id(tx, account)?;
    let secret = unsealed(tx, &found, pending)?;
    Ok(TotpSetup {
        address: secret.address()?,
        secret: secret.to_base32(),
        pending: pending.to_owned(),
    })
}

fn unsealed(tx: &Tx, account: &AccountRow, pending: &str) -> Result<TotpSecret, AccessError> {
    let stale = || AccessError::Invalid {
        field: "totp_password",
        message: "这次设置已过时，请重新开始。原来的动态口令（如有）仍然有效".into(),
    };
    let bytes = hex::decode(pending).ok_or_else(stale)?;
    let text = tx.vault().open(PENDING, &account.id.to_string(), &bytes);
    let text = text.map_err(|_| stale())?;
    let (until, secret) = text.split_once(' ').ok_or_else(stale)?;
    let until: i64 = until.parse().map_err(|_| stale())?;
    if Instant::from_ms(until) < tx.now() {
        return Err(stale());
    }
    TotpSecret::from_base32(secret, &account.login)
}

/// Finish by showing that the authenticator works: from here on this secret is asked for and no other. The code shown
/// is used up.
///
/// # Errors
/// [`AccessError::BadCode`]; as [`pending_totp`].
pub fn finish_totp(
    tx: &mut Tx,
    account: AccountId,
    pending: &str,
    code: &str,
) -> Result<(), AccessError> {
    let found = account_by_id(tx, account)?;
    let secret = unsealed(tx, &found, pending)?;
    let step = secret
        .accepted_step(code, tx.now())
        .filter(|step| *step > found.totp_step)
        .ok_or(AccessError::BadCode)?;
    let key = account.to_string();
    let sealed = tx
        .vault()
        .seal("account.totp_sealed", &key, &secret.to_base32());
    let district = *tx.district();
    tx.exec(
        &sql::SET_TOTP,
        args![district, account, Some(sealed), true, step],
    )?;
    tx.audit(Audit::of("account.totp_on", "account", account))?;
    Ok(())
}

/// Take the second factor off somebody else's account, because the phone is lost. The person reads it at the next
/// sign-in.
///
/// # Errors
/// [`AccessError::Refused`] for one's own account and where none is set up; [`AccessError::Invalid`] without a reason.
pub fn remove_totp(tx: &mut Tx, account: AccountId, why: &str) -> Result<(), AccessError> {
    let found = account_by_id(tx, account)?;
    let mut refusals = Refusals::new();
    refusals.require(
        tx.actor().account != Some(account),
        "account.own",
        "不能解除自己账号的动态口令，请由另一位安全管理员办理",
    );
    refusals.require(
        found.totp_on,
        "account.totp_none",
        "这个账号没有启用动态口令",
    );
    refusals.into_result().map_err(AccessError::Refused)?;
    let why = kernel::text::trim(why);
    if why.is_empty() {
        return Err(AccessError::Invalid {
            field: "totp_why",
            message: "请写明理由，以及怎么核对是本人提出的".into(),
        });
    }
    let district = *tx.district();
    let none: Option<Vec<u8>> = None;
    tx.exec(
        &sql::SET_TOTP,
        args![district, account, none, false, found.totp_step],
    )?;
    tx.audit(Audit::of("account.totp_off", "account", account).why(why))?;
    Ok(())
}

/// Whether the second factor was taken off since this account was last signed in.
pub(super) fn removed_meanwhile(tx: &mut Tx, account: AccountId) -> Result<bool, AccessError> {
    let mut last = |action: &str| -> Result<Option<i64>, AccessError> {
        let filter = AuditFilter {
            action: action.to_owned(),
            subject_kind: "account".to_owned(),
            subject_id: account.to_string(),
            ..AuditFilter::default()
        };
        Ok(audit::search(tx, &filter, 1)?.first().map(|line| line.seq))
    };
    let Some(off) = last("account.totp_off")? else {
        return Ok(false);
    };
    Ok(last("access.signed_in")?.is_none_or(|entered| entered < off))
}
