//! 谁能办: which post may do what. The scope of the transaction says *where*; a permit says *what*.

use kernel::ids::MemberId;

use store::Tx;

use super::MemberError;
use crate::access::{Capability, CapabilitySet, SignedIn};

/// Proof that somebody's capabilities were looked at. Actions ask it before they touch anything.
#[derive(Debug, Clone, Copy)]
pub struct Permit {
    capabilities: CapabilitySet,
    own: Option<MemberId>,
}

impl Permit {
    /// What the signed-in person's active post may do, and whose own record is theirs.
    pub fn of(who: &SignedIn) -> Self {
        let capabilities = Capability::ALL
            .iter()
            .copied()
            .filter(|capability| who.can(*capability))
            .collect();
        Self {
            capabilities,
            own: who.member,
        }
    }

    /// The program itself: nightly work, the demo district, the command line of whoever holds the machine.
    pub fn program() -> Self {
        Self {
            capabilities: Capability::ALL.iter().copied().collect(),
            own: None,
        }
    }

    /// A post with exactly these capabilities, for tests of rules by role.
    pub fn with(capabilities: CapabilitySet) -> Self {
        Self {
            capabilities,
            own: None,
        }
    }

    /// The member who acts, as the scope of the transaction says: nothing but the own record.
    pub(crate) fn own(tx: &Tx) -> Self {
        Self {
            capabilities: CapabilitySet::default(),
            own: tx.actor().scope.member(),
        }
    }

    /// The same post acting for a worker who asked for it; [`super::behalf::permit`] looks at whether it may.
    pub(super) fn in_place_of(self, member: MemberId) -> Self {
        Self {
            own: Some(member),
            ..self
        }
    }

    /// Whether it may.
    pub fn allows(&self, capability: Capability) -> bool {
        self.capabilities.has(capability)
    }

    /// Refuses unless it may.
    pub(super) fn require(&self, capability: Capability) -> Result<(), MemberError> {
        if self.allows(capability) {
            Ok(())
        } else {
            Err(MemberError::Forbidden(capability.title()))
        }
    }

    /// Refuses unless it is this member's own record.
    pub(super) fn require_own(&self, member: MemberId) -> Result<(), MemberError> {
        if self.own == Some(member) {
            Ok(())
        } else {
            Err(MemberError::NotFound)
        }
    }
}
