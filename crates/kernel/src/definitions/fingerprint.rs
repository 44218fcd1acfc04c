//! What the build, which puts definitions into the binary, and the program must see alike.

use sm3::{Digest, Sm3};

/// The keys a header may use; what remains of a file is its body and its tests.
pub(super) const HEADER_KEYS: [&str; 8] = [
    "id",
    "title",
    "jurisdiction",
    "valid_from",
    "valid_to",
    "source",
    "certainty",
    "note",
];

/// SM3 (GB/T 32905-2016) of a definition's text, after CR LF has become LF: a checkout on Windows is the same
/// version.
pub fn content_hash(text: &str) -> String {
    hash(&text.replace("\r\n", "\n"))
}

/// SM3 (GB/T 32905-2016) of a text as it is, in lower-case hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    let digest = Sm3::digest(text.as_bytes());
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let signs = nibbles.map(|four| char::from_digit(u32::from(four), 16).unwrap_or_default());
    signs.collect()
}
