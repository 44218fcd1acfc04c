//! 动态口令 TOTP (RFC 6238): six digits, 30 seconds, SHA-1, the form every authenticator reads.

use kernel::Instant;
use totp_rs::{Builder, Secret, Totp};

use super::AccessError;

/// An account's shared secret. Sealed at rest; shown once, while it is being set up.
pub struct TotpSecret(Totp);

impl TotpSecret {
    /// A new random secret of 160 bits.
    ///
    /// # Errors
    /// The random source of the machine failed.
    pub fn generate(login: &str) -> Result<Self, AccessError> {
        let mut bytes = [0u8; 20];
        getrandom::fill(&mut bytes).map_err(|_| AccessError::Crypto)?;
        Self::build(Secret::from(bytes.to_vec()), login)
    }

    /// The secret read back from its base-32 text.
    ///
    /// # Errors
    /// The text is not base 32.
    pub fn from_base32(text: &str, login: &str) -> Result<Self, AccessError> {
        Self::build(
            Secret::try_from_base32(text).map_err(|_| AccessError::Crypto)?,
            login,
        )
    }

    fn build(secret: Secret, login: &str) -> Result<Self, AccessError> {
        Builder::new()
            .with_secret(secret)
            .with_account_name(login)
            .with_issuer(Some("娘家"))
            .build()
            .map(Self)
            .map_err(|_| AccessError::Crypto)
    }

    /// Base-32 text, for sealing and for typing into an authenticator.
    pub fn to_base32(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The `otpauth://` address behind the QR code.
    ///
    /// # Errors
    /// The account name cannot be written as an address.
    pub fn address(&self) -> Result<String, AccessError> {
        self.0.to_url().map_err(|_| AccessError::Crypto)
    }

    /// The time step this code is good for, if any. A step may be used once: the caller keeps the
    /// last accepted one and refuses it and all before it (RFC 6238 §5.2).
    pub fn accepted_step(&self, code: &str, now: Instant) -> Option<i64> {
        let seconds = u64::try_from(now.ms() / 1000).ok()?;
        i64::try_from(self.0.check(code.trim(), seconds)?).ok()
    }

    /// The code shown at this moment; used by the demo to print one and by tests.
    pub fn code_at(&self, now: Instant) -> String {
        self.0
            .generate(u64::try_from(now.ms() / 1000).unwrap_or_default())
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six of eight digits.
    #[test]
    fn the_standards_own_vectors() {
        let secret =
            TotpSecret::build(Secret::from(b"12345678901234567890".to_vec()), "t").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(secret.code_at(Instant::from_ms(seconds * 1000)), code);
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_only() {
        let secret = TotpSecret::generate("officer").unwrap();
        let now = Instant::from_ms(1_790_000_010_000);
        let code = secret.code_at(now);
        let step = secret.accepted_step(&code, now);
        assert_eq!(step, Some(1_790_000_010 / 30));
        assert_eq!(
            secret.accepted_step(&code, Instant::from_ms(now.ms() + 30_000)),
            step
        );
        assert_eq!(
            secret.accepted_step(&code, Instant::from_ms(now.ms() + 90_000)),
            None
        );
        assert_eq!(secret.accepted_step("not digits", now), None);
    }
}
