//! 口令 passwords: argon2id with the library's recommended cost (RFC 9106), a salt for each.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::AccessError;

/// The stored form of a new password (PHC string).
///
/// # Errors
/// The random source of the machine failed.
pub fn hash_password(password: &str) -> Result<String, AccessError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| AccessError::Crypto)
}

/// Whether this is the password behind `stored`. An unreadable stored form is a no.
pub fn verify_password(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_only_itself() {
        let stored = hash_password("正确的马电池订书钉").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify_password("正确的马电池订书钉", &stored));
        assert!(!verify_password("正确的马电池订书针", &stored));
        assert!(!verify_password("x", "not a hash"));
    }
}
