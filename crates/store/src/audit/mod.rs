//! The audit log (审计日志): who did what, when, for which post, and why; append-only and sealed.
//!
//! Every record carries the hash of the one before it, so a record cannot be altered, removed or slipped in
//! without breaking the chain from there on. The head row says where the chain ends; daily anchors, also
//! written to a file outside the database and signed, fix what the chain was on each day, so even somebody
//! who can rewrite the whole table cannot rewrite the past unseen. [`verify`](mod@verify) names the first
//! record that is wrong.

pub mod anchor;
pub mod chain;
mod diagnose;
pub mod verify;
mod write;

use kernel::OrgPath;

pub use verify::{Fault, Report};
pub(crate) use write::{AuditState, HEAD, HEAD_LOCKED};

/// Every statement of this module.
pub(crate) fn statements() -> Vec<&'static crate::Statement> {
    [write::ALL, anchor::ALL, verify::ALL, diagnose::ALL].concat()
}

/// An entry for the log. The store adds who, when and the seal.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Stable name `room.verb`: `member.joined`.
    pub action: &'static str,
    /// Kind and id of what was changed or looked at.
    pub subject: (&'static str, String),
    /// Where in the tree the subject hangs; `None` for things outside the tree.
    pub org_path: Option<OrgPath>,
    /// The reason; empty takes the actor's reason.
    pub why: String,
    /// Before and after, or other particulars. Never personal data in clear.
    pub detail: serde_json::Value,
    /// The member this was done for (代办); none takes the actor's.
    pub on_behalf: Option<kernel::ids::MemberId>,
    /// Whose act it is where nobody is signed in yet; a signed-in actor stays who acts.
    pub by: Option<(kernel::ids::AccountId, String)>,
}

impl Audit {
    /// An entry about one subject: `Audit::of("member.joined", "member", id)`.
    pub fn of(action: &'static str, kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self {
            action,
            subject: (kind, id.to_string()),
            org_path: None,
            why: String::new(),
            detail: serde_json::Value::Null,
            on_behalf: None,
            by: None,
        }
    }

    /// The act of somebody who comes in at the door, where the program itself holds the pen.
    #[must_use]
    pub fn by(mut self, account: kernel::ids::AccountId, label: impl Into<String>) -> Self {
        self.by = Some((account, label.into()));
        self
    }

    /// Done for a member who asked for it at the desk (代办).
    #[must_use]
    pub fn for_member(mut self, member: kernel::ids::MemberId) -> Self {
        self.on_behalf = Some(member);
        self
    }

    /// Where in the tree.
    #[must_use]
    pub fn at(mut self, path: &OrgPath) -> Self {
        self.org_path = Some(path.clone());
        self
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Particulars.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}
