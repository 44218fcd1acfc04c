//! Digest of a migration's text, to notice one that was edited after it had been applied. The build computes
//! it, so a start need not.

use std::fmt::Write as _;

use sm3::{Digest, Sm3};

/// How values lie in a SQLite file, as far as the text of a migration does not say: files that were made before the
/// first release hold ids as text, and are refused by the digest of their first step.
pub(super) const SQLITE_FORM: &str = "{id}: 16 bytes\n";

/// There is nothing to add for PostgreSQL.
pub(super) const POSTGRES_FORM: &str = "";

/// SM3 of the form and the text, in lower-case hexadecimal.
pub(super) fn digest(form: &str, text: &str) -> String {
    let hash = Sm3::new().chain_update(form).chain_update(text).finalize();
    hash.iter().fold(String::new(), |mut hex, byte| {
        // Writing into a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::MIGRATIONS;

    #[test]
    fn the_build_computed_the_digest_of_every_step() {
        for step in MIGRATIONS {
            let forms = [SQLITE_FORM, POSTGRES_FORM];
            assert_eq!(
                step.digests,
                forms.map(|form| digest(form, step.source)),
                "{}",
                step.name
            );
        }
        // SM3 of "abc" (GB/T 32905-2016, appendix A.1).
        assert!(digest("a", "bc").starts_with("66c7f0f462eeedd9d1f2d46bdc10e4e2"));
    }
}
