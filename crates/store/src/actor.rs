//! Who is at work: every transaction has exactly one actor.

use kernel::ids::{AccountId, MemberId, PostId};
use kernel::{DistrictCode, Scope};

/// Who acts, for which post, over which part of the tree. The audit log copies it; PostgreSQL's row-level
/// security reads the scope.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The tenant.
    pub district: DistrictCode,
    /// What may be seen.
    pub scope: Scope,
    /// The account, when a person acts.
    pub account: Option<AccountId>,
    /// The post chosen for this work; posts never merge.
    pub post: Option<PostId>,
    /// Name · post, as the log shows it.
    pub label: String,
    /// The member for whom staff act (代办), if any.
    pub on_behalf: Option<MemberId>,
    /// The reason given for this access, if one was asked for; the default `why` of audit entries.
    pub reason: Option<String>,
}

impl Actor {
    /// The program itself, over the whole district: nightly jobs, clocks, resumed imports, signing in.
    pub fn system(district: DistrictCode) -> Self {
        Self {
            district,
            scope: Scope::system(district),
            account: None,
            post: None,
            label: "系统".to_owned(),
            on_behalf: None,
            reason: None,
        }
    }
}
