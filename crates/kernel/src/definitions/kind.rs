//! Kinds of definitions: what a body must look like, and how its tests are run.

use super::catalogue::Catalogue;
use super::header::{Definition, plain};

/// How the message begins when a `[[test]]` cannot be read at all: that is a fault of the file, which `check` names,
/// and not only a test that fails.
const UNREAD: &str = "这个测试读不懂：";

/// One kind, known by the folder its files lie in. A room adds its own kinds to the list the command line
/// checks with (see [`KINDS`]).
#[derive(Clone, Copy)]
pub struct Kind {
    /// Folder below `definitions/`, and first word of the ids.
    pub folder: &'static str,
    /// What is wrong with the body, in Chinese; empty when nothing is.
    pub check: fn(&Definition) -> Vec<String>,
    /// Runs one of the definition's `[[test]]` tables against it (and the catalogue it stands in).
    pub test: fn(&Definition, &toml::Table, &Catalogue) -> Result<(), String>,
}

/// The kinds this crate owns.
pub const KINDS: &[Kind] = &[
    crate::calendar::KIND,
    crate::case_kind::KIND,
    crate::case_kind::SEASONS_KIND,
    crate::clocks::KIND,
    crate::codes::KIND,
    crate::duty::KIND,
    crate::region::KIND,
    crate::wages::KIND,
    crate::warning::RULES_KIND,
    crate::warning::SIGNALS_KIND,
];

/// Reads a `[[test]]` table into the kind's own test type, which denies unknown fields.
///
/// # Errors
/// What does not fit.
pub fn read_test<T: serde::de::DeserializeOwned>(test: &toml::Table) -> Result<T, String> {
    test.clone()
        .try_into()
        .map_err(|fault: toml::de::Error| format!("{UNREAD}{}", plain(&fault)))
}

/// Whether the outcome of a test says that it could not be read, and then why.
pub(super) fn unread(outcome: &Result<(), String>) -> Option<&str> {
    let (_, why) = outcome.as_ref().err()?.split_once(UNREAD)?;
    Some(why)
}

/// `Ok` when the two are equal, otherwise a sentence naming both.
///
/// # Errors
/// The sentence.
pub fn expect_equal<T: PartialEq + std::fmt::Display>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what}：应为 {expected}，实为 {found}"))
    }
}
