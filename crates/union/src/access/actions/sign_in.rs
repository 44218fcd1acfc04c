//! Coming in: password, lockout, six digits.
//!
//! A wrong password must leave a trace (count, lock, audit) although the answer is an error, so these
//! functions return `Ok(Outcome)` and let the transaction commit; the face turns it into a message.

use kernel::Instant;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{AccessError, AccessPolicy, Stage, TotpSecret, sql, verify_password};
use super::sessions::{NewSession, open_session};
use super::{AccountRow, account_by_id, account_by_login};
use crate::access::SignedIn;

/// A password that no account has; verified when the login is unknown, so that the answer takes as
/// long as for a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bmlhbmdqaWEtbm9ib2R5$ZyTFkXkGSB1SyIEkPqkqWqJvJAhF8oTYwUPYAHPcFvQ";

/// From where the request came; kept with the session for the person's own list.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address.
    pub address: String,
    /// Browser, as it calls itself (cut to 200 characters).
    pub agent: String,
}

/// How a try to sign in ended.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in, or the six digits are due: the token goes into the cookie, nowhere else.
    In {
        /// Secret token of the session.
        token: String,
        /// How far it has come.
        stage: Stage,
        /// Kept by the browser so many seconds (a worker's phone); otherwise until it is closed.
        keep_seconds: Option<u64>,
        /// Somebody took the second factor off this account since the last time: the person is told.
        factor_removed: bool,
    },
    /// Not signed in; the error says what may be said.
    No(AccessError),
}

/// Check login and password; open a session on success.
///
/// # Errors
/// The store or the random source failed. A wrong password is an [`Outcome`].
pub fn sign_in(
    tx: &mut Tx,
    policy: &AccessPolicy,
    login: &str,
    password: &str,
    origin: &Origin,
) -> Result<Outcome, AccessError> {
    let Some(account) = account_by_login(tx, login)? else {
        verify_password(password, NOBODY);
        // Counted, without the name: people type passwords and phone numbers into that field.
        let district = *tx.district();
        tx.audit(Audit::of("access.unknown", "district", district))?;
        return Ok(Outcome::No(AccessError::BadCredentials));
    };
    if let Some(minutes) = locked_minutes(&account, tx.now()) {
        return Ok(Outcome::No(AccessError::Locked { minutes }));
    }
    if !verify_password(password, &account.password_hash) || account.state != "active" {
        return Ok(Outcome::No(count_failure(
            tx,
            policy,
            &account,
            "口令错误",
        )?));
    }
    let stage = if account.totp_on {
        Stage::CodeDue
    } else {
        Stage::Full
    };
    let outcome = open_session(
        tx,
        policy,
        &NewSession {
            account: &account,
            stage,
            origin,
        },
    )?;
    if stage == Stage::Full {
        welcome(tx, &account)?;
    }
    Ok(outcome)
}

/// Check the six digits of a session that waits for them.
///
/// # Errors
/// The store failed. A wrong code is an [`Outcome`].
pub fn confirm_code(
    tx: &mut Tx,
    policy: &AccessPolicy,
    who: &SignedIn,
    code: &str,
) -> Result<Result<(), AccessError>, AccessError> {
    let account = account_by_id(tx, who.account)?;
    if let Some(minutes) = locked_minutes(&account, tx.now()) {
        return Ok(Err(AccessError::Locked { minutes }));
    }
    if !use_code(tx, &account, code)? {
        let failure = count_failure(tx, policy, &account, "动态口令错误")?;
        return Ok(Err(if matches!(failure, AccessError::Locked { .. }) {
            failure
        } else {
            AccessError::BadCode
        }));
    }
    let district = *tx.district();
    tx.exec(&sql::COMPLETE_SESSION, args![district, who.session])?;
    welcome(tx, &account)?;
    Ok(Ok(()))
}

/// Whether the code is right and was not used before; a right one is used up.
pub(super) fn use_code(tx: &mut Tx, account: &AccountRow, code: &str) -> Result<bool, AccessError> {
    let Some(sealed) = &account.totp_sealed else {
        return Ok(false);
    };
    let text = tx
        .vault()
        .open("account.totp_sealed", &account.id.to_string(), sealed)?;
    let secret = TotpSecret::from_base32(&text, &account.login)?;
    let Some(step) = secret.accepted_step(code, tx.now()) else {
        return Ok(false);
    };
    let district = *tx.district();
    Ok(step > account.totp_step
        && tx.exec(&sql::USE_TOTP_STEP, args![district, account.id, step])? == 1)
}

pub(super) fn locked_minutes(account: &AccountRow, now: Instant) -> Option<i64> {
    let left = account.locked_until?.ms() - now.ms();
    (left > 0).then(|| (left + 59_999) / 60_000)
}

/// Counts a wrong password or code at the door, where nobody is signed in yet.
fn count_failure(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: &AccountRow,
    why: &str,
) -> Result<AccessError, AccessError> {
    let label = format!("{}（未登录）", account.name);
    counted(tx, policy, account, |entry| {
        entry.by(account.id, label).why(why)
    })
}

/// Where an open session asks for the password again.
pub(super) struct Asked {
    /// The field it is typed into.
    pub(super) field: &'static str,
    /// What the log says of a wrong one.
    pub(super) why: &'static str,
    /// What the page says of a wrong one.
    pub(super) wrong: &'static str,
}

/// Whether whoever sits at an open session knows the password. A wrong one counts towards the lock as one at the door does,
/// so it is an answer and not an error: the count stays.
pub(super) fn prove(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: &AccountRow,
    (password, asked): (&str, &Asked),
) -> Result<Result<(), AccessError>, AccessError> {
    let no = |message: String| AccessError::Invalid {
        field: asked.field,
        message,
    };
    if let Some(minutes) = locked_minutes(account, tx.now()) {
        return Ok(Err(no(AccessError::Locked { minutes }.to_string())));
    }
    if verify_password(password, &account.password_hash) {
        return Ok(Ok(()));
    }
    let failure = counted(tx, policy, account, |entry| entry.why(asked.why))?;
    let message = match failure {
        AccessError::Locked { .. } => failure.to_string(),
        _ => asked.wrong.to_owned(),
    };
    Ok(Err(no(message)))
}

fn counted(
    tx: &mut Tx,
    policy: &AccessPolicy,
    account: &AccountRow,
    signed: impl FnOnce(Audit) -> Audit,
) -> Result<AccessError, AccessError> {
    let district = *tx.district();
    let locks = account.failed_count + 1 >= policy.failures_before_lock;
    if locks {
        let until = Instant::from_ms(tx.now().ms() + policy.lock_minutes * 60_000);
        tx.exec(&sql::LOCK, args![district, account.id, until])?;
    } else {
        tx.exec(&sql::COUNT_FAILURE, args![district, account.id])?;
    }
    let action = if locks {
        "access.locked"
    } else {
        "access.failed"
    };
    let entry = Audit::of(action, "account", account.id)
        .detail(json!({ "failures": account.failed_count + 1 }));
    tx.audit(signed(entry))?;
    Ok(if locks {
        AccessError::Locked {
            minutes: policy.lock_minutes,
        }
    } else {
        AccessError::BadCredentials
    })
}

fn welcome(tx: &mut Tx, account: &AccountRow) -> Result<(), AccessError> {
    let district = *tx.district();
    tx.exec(&sql::UNLOCK, args![district, account.id])?;
    tx.audit(
        Audit::of("access.signed_in", "account", account.id)
            .by(account.id, account.name.clone())
            .detail(json!({ "name": account.name })),
    )?;
    Ok(())
}
