//! 登录策略: lockout and session limits, read from `definitions/access/policy.toml`.

use serde::Deserialize;

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
