//! 统一登录 OpenID Connect: an outside identity opens an account only after its owner has linked it
//! while signed in with the own password. Nobody is let in by name or e-mail alone.

use kernel::ids::AccountId;
use store::{Audit, Tx, args};

use super::super::{AccessError, AccessPolicy, Stage, sql};
use super::sessions::{NewSession, open_session};
use super::{Origin, Outcome, account_by_id};

/// An identity as the provider vouches for it (issuer and subject of a verified id token).
#[derive(Debug, Clone)]
pub struct Identity {
    /// Address of the provider.
    pub issuer: String,
    /// The provider's own stable name for the person.
    pub subject: String,
}

/// Sign in the account this identity is linked to. The provider's sign-in replaces the password; the
/// second factor, where set up, is still asked for.
///
/// # Errors
/// The store or the random source failed. An unlinked identity is an [`Outcome`].
pub fn sign_in_external(
    tx: &mut Tx,
    policy: &AccessPolicy,
    identity: &Identity,
    origin: &Origin,
) -> Result<Outcome, AccessError> {
    let district = *tx.district();
    let found = tx.opt(
        &sql::ACCOUNT_OF_IDENTITY,
        args![district, identity.issuer.clone(), identity.subject.clone()],
    )?;
    let Some(row) = found else {
        return Ok(Outcome::No(AccessError::NotLinked));
    };
    let account = account_by_id(tx, row.get(0)?)?;
    if account.state != "active" {
        return Ok(Outcome::No(AccessError::NotLinked));
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
    tx.audit(
        Audit::of("access.signed_in", "account", account.id)
            .by(account.id, account.name)
            .why("统一登录"),
    )?;
    Ok(outcome)
}

/// Link an identity to one's own account.
///
/// # Errors
/// The identity is linked to another account already.
pub fn link_identity(
    tx: &mut Tx,
    account: AccountId,
    identity: &Identity,
) -> Result<(), AccessError> {
    let district = *tx.district();
    let held = tx.opt(
        &sql::ACCOUNT_OF_IDENTITY,
        args![district, identity.issuer.clone(), identity.subject.clone()],
    )?;
    match held.map(|row| row.get::<AccountId>(0)).transpose()? {
        Some(holder) if holder == account => return Ok(()),
        Some(_) => {
            return Err(AccessError::Invalid {
                field: "",
                message: "这个统一登录身份已绑定别的账号，请先在那个账号里解除".into(),
            });
        }
        None => {}
    }
    tx.exec(
        &sql::LINK_IDENTITY,
        args![
            district,
            identity.issuer.clone(),
            identity.subject.clone(),
            account
        ],
    )?;
    tx.audit(
        Audit::of("account.identity_linked", "account", account).why(identity.issuer.clone()),
    )?;
    Ok(())
}

/// How many outside identities an account has linked.
///
/// # Errors
/// The store failed.
pub fn identities_of(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, AccessError> {
    let district = *tx.district();
    let rows = tx.all(&sql::IDENTITIES_OF, args![district, account])?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}

/// Undo all links of an account.
///
/// # Errors
/// The store failed.
pub fn unlink_identities(tx: &mut Tx, account: AccountId) -> Result<(), AccessError> {
    let district = *tx.district();
    if tx.exec(&sql::UNLINK_IDENTITIES, args![district, account])? > 0 {
        tx.audit(Audit::of("account.identity_unlinked", "account", account))?;
    }
    Ok(())
}
