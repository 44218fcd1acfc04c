//! Who is at work: every transaction has exactly one actor.

use std::sync::OnceLock;

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

    /// The person concerned, of whom the log knows nothing more: what a worker files with a union is filed by nobody by
    /// name, and reaches no row but what the room itself hands out.
    pub fn concerned(district: DistrictCode) -> Self {
        Self {
            label: "当事人（手机）".to_owned(),
            scope: Scope::nothing(district),
            ..Self::system(district)
        }
    }
}

/// Those who may act in one transaction: who began it, and the person concerned, if somebody asks.
#[derive(Debug)]
pub(crate) struct Cast<'a> {
    pub(crate) actor: &'a Actor,
    concerned: OnceLock<Actor>,
}

impl<'a> Cast<'a> {
    pub(crate) fn of(actor: &'a Actor) -> Self {
        Self {
            actor,
            concerned: OnceLock::new(),
        }
    }

    pub(crate) fn concerned(&self) -> &Actor {
        self.concerned
            .get_or_init(|| Actor::concerned(self.actor.district))
    }
}
