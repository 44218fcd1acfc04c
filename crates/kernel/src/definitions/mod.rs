//! Definitions (规则定义): everything that differs by place or year, as reviewable text.
//!
//! A definition is one TOML file with a header (what it is, where and when it holds, which clause it comes
//! from), a typed body, and its own tests. Nothing in the code repeats a number that stands in one. The files
//! of the repository's `definitions/` folder are built into the program; a district may lay its own folder
//! over them. A computed result keeps the [`DefinitionRef`] of what it was computed with.

mod catalogue;
mod date_format;
mod diff;
mod fingerprint;
mod header;
mod kind;

pub use catalogue::{Catalogue, Problem, TestOutcome};
pub use date_format::toml_date;
pub use diff::{Change, FieldChange, diff};
pub use fingerprint::content_hash;
pub(crate) use fingerprint::hash;
pub(crate) use header::plain as in_words;
pub use header::{Certainty, Definition, DefinitionRef, Header, Jurisdiction, JurisdictionFault};
pub use kind::{KINDS, Kind, expect_equal, read_test};

/// A file built into the program.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Path below `definitions/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// SM3 of the text, as [`content_hash`] gives it.
    hash: &'static str,
    /// What the text says, as JSON: the header, the body, and the list of tests.
    head: &'static str,
    body: &'static str,
    tests: &'static str,
}

/// Every file built into the program, sorted by path.
pub fn embedded_files() -> &'static [Embedded] {
    include!(concat!(env!("OUT_DIR"), "/definitions.rs"))
}
