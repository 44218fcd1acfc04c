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

/// Letters and digits that nobody confuses when they are read out or copied by hand.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

fn random_letters<const N: usize>() -> Result<[char; N], AccessError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| AccessError::Crypto)?;
    Ok(bytes.map(|byte| {
        let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
        letter.copied().map_or('x', char::from)
    }))
}

/// A first password to hand over (一次性口令): four groups of four, 80 bits.
///
/// # Errors
/// The random source of the machine failed.
pub fn one_time_password() -> Result<String, AccessError> {
    let letters = random_letters::<16>()?;
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
}

/// Six letters for a sign-in name that says nothing about anybody.
///
/// # Errors
/// The random source of the machine failed.
pub(super) fn spare_name() -> Result<String, AccessError> {
    Ok(random_letters::<6>()?.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_passwords_are_long_and_differ() {
        let (one, two) = (one_time_password().unwrap(), one_time_password().unwrap());
        assert_eq!(one.len(), 19);
        assert_ne!(one, two);
        assert_eq!(spare_name().unwrap().len(), 6);
    }

    #[test]
    fn a_password_verifies_only_itself() {
        let stored = hash_password("正确的马电池订书钉").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify_password("正确的马电池订书钉", &stored));
        assert!(!verify_password("正确的马电池订书针", &stored));
        assert!(!verify_password("x", "not a hash"));
    }
}
