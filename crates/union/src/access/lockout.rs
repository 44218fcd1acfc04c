//! 登录策略: lockout and session limits, read from `definitions/access/policy.toml`.

use kernel::definitions::Catalogue;
use serde::Deserialize;
use store::Tx;

use super::{AccessError, Capability};

/// Limits of sign-in and sessions. Every number comes from the definition, none from code.
#[derive(Debug, Clone, Deserialize)]
pub struct AccessPolicy {
    /// Shortest password, in characters.
    pub password_min_chars: usize,
    /// Wrong passwords or codes in a row before the account is locked.
    pub failures_before_lock: i64,
    /// How long a lock lasts, in minutes.
    pub lock_minutes: i64,
    /// A staff session ends after so many minutes without a request.
    pub session_idle_minutes: i64,
    /// A staff session ends after so many hours whatever happens.
    pub session_max_hours: i64,
    /// A worker's session in the hall lasts so many days.
    pub member_session_max_days: i64,
    /// Sign-in attempts one network address may make in a minute.
    pub logins_per_minute_per_address: u32,
    /// A machine token is issued for so many days at most.
    pub token_max_days: i64,
    /// Capabilities whose acts take effect only after a second person has confirmed (双人复核).
    #[serde(default)]
    pub second_person: Vec<String>,
}

impl AccessPolicy {
    /// The policy from the text of its definition file.
    ///
    /// # Errors
    /// The text is not TOML or lacks a number.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// Whether the policy in force in the district asks for a second person where this capability is used.
///
/// # Errors
/// The policy in force cannot be read.
pub fn needs_second(tx: &Tx, capability: Capability) -> Result<bool, AccessError> {
    let found = Catalogue::in_force().at("access.policy", *tx.district(), tx.today());
    let Some(definition) = found else {
        return Ok(false);
    };
    let policy: AccessPolicy = definition.body().map_err(AccessError::Roles)?;
    Ok(policy
        .second_person
        .iter()
        .any(|one| one == capability.id()))
}
