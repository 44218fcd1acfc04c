//! How a room says no. Every room has one error enum; this is what all of them have in common, so
//! that pages, the API and the command line turn any of them into the same kind answer.

use kernel::refusal::Refusal;
use store::StoreError;

/// What sort of no it is; faces map it to a status and a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input is wrong; the message says what would be accepted (HTTP 422).
    Invalid,
    /// The rules forbid it now; the refusals say why and what would change it (HTTP 409).
    Refused,
    /// No such record, or not within the caller's scope: the two are never told apart (HTTP 404).
    Missing,
    /// The post lacks the capability (HTTP 403).
    Forbidden,
    /// Too many tries; come back later (HTTP 429).
    Later,
    /// Our fault; logged once at the edge, never explained to the outside (HTTP 500).
    Fault,
}

/// What a failure of the store is to the person: a submission key used twice and a text with NUL are
/// theirs to mend, everything else is ours.
pub fn store_kind(error: &StoreError) -> Kind {
    match error {
        StoreError::KeyReused => Kind::Refused,
        StoreError::Nul => Kind::Invalid,
        _ => Kind::Fault,
    }
}

/// What every room's error enum answers.
pub trait RoomError: std::error::Error + Send + Sync + 'static {
    /// What sort of no it is.
    fn kind(&self) -> Kind;
    /// Stable code such as `member.already_member`: the API's contract and the audit's vocabulary.
    fn code(&self) -> &'static str;
    /// All the reasons at once, each with its own code.
    fn refusals(&self) -> &[Refusal] {
        &[]
    }
    /// The form field the message belongs to, when there is one.
    fn field(&self) -> Option<&str> {
        None
    }
    /// Messages by form field, when a form has several faults at once.
    fn fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
