//! 谁能办: which post may do what with warnings. The scope of the transaction says *where*; a permit says *what*.
//! A warning is a suspicion about a company: enterprise roles hold none of these capabilities.

use super::{ArrearsError, Permit};
use crate::access::Capability;

/// Refuses unless the post may.
pub(super) fn require(permit: &Permit, capability: Capability) -> Result<(), ArrearsError> {
    if permit.allows(capability) {
        Ok(())
    } else {
        Err(ArrearsError::Forbidden(capability.title()))
    }
}
