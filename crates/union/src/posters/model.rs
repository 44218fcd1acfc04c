//! A poster as its pages see it.

use kernel::ids::{EmployerId, OrgId, PosterId};
use kernel::{Date, Instant, OrgPath};

/// What a new poster needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPoster {
    /// The union whose place it is; of an employer's poster the union of its area, if left out.
    pub org: Option<OrgId>,
    /// The employer at whose place it hangs.
    pub employer: Option<EmployerId>,
    /// Where it hangs: 3 号门. May be empty.
    pub spot: String,
    /// Last day on which it is taken.
    pub valid_to: Option<Date>,
}

/// Whether a poster's code is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In use (使用中).
    Good,
    /// Its last day is over (已过期).
    Expired,
    /// Withdrawn (已停用).
    Revoked,
}

impl Standing {
    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Good => "使用中",
            Self::Expired => "已过期",
            Self::Revoked => "已停用",
        }
    }
}

/// A poster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poster {
    /// Its id.
    pub id: PosterId,
    /// Its code, as the QR holds it.
    pub code: String,
    /// The union of the place.
    pub org: OrgId,
    /// Name of the union.
    pub org_name: String,
    /// Its place in the tree.
    pub org_path: OrgPath,
    /// The employer.
    pub employer: Option<EmployerId>,
    /// Name of the employer; empty without one.
    pub employer_name: String,
    /// Where it hangs.
    pub spot: String,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Cases that came by it.
    pub uses: i64,
    /// When it was made.
    pub made_at: Instant,
    /// By whom.
    pub made_by: String,
    /// When it was withdrawn.
    pub revoked_at: Option<Instant>,
    /// By whom.
    pub revoked_by: String,
    /// Why.
    pub revoked_why: String,
}

impl Poster {
    /// Whether its code is taken on a day.
    pub fn standing(&self, today: Date) -> Standing {
        if self.revoked_at.is_some() {
            Standing::Revoked
        } else if self.valid_to.is_some_and(|last| last < today) {
            Standing::Expired
        } else {
            Standing::Good
        }
    }

    /// What stands on it: the employer or the union, and the spot.
    pub fn place(&self) -> String {
        let name = if self.employer_name.is_empty() {
            &self.org_name
        } else {
            &self.employer_name
        };
        if self.spot.is_empty() {
            name.clone()
        } else {
            format!("{name} · {}", self.spot)
        }
    }
}
