//! 谁能导入: which capabilities a post needs. The scope of the transaction says *where*.

use super::error::ExchangeError;
use super::model::ImportKind;
use crate::access::Capability;
pub use crate::members::Permit;

/// Importing is many edits: it needs the capability to import and the one to make such an edit by hand.
///
/// # Errors
/// [`ExchangeError::Forbidden`].
pub(super) fn may_import(permit: &Permit, kind: ImportKind) -> Result<(), ExchangeError> {
    let edit = match kind {
        ImportKind::Members => Capability::MembersChange,
        ImportKind::Employers => Capability::EmployersChange,
    };
    require(permit, Capability::ImportRun)?;
    require(permit, edit)
}

/// Taking a list out.
///
/// # Errors
/// [`ExchangeError::Forbidden`].
pub(super) fn may_export(permit: &Permit, reveal: bool) -> Result<(), ExchangeError> {
    require(permit, Capability::ExportRun)?;
    require(permit, Capability::MembersRead)?;
    if reveal {
        require(permit, Capability::MembersReveal)
    } else {
        Ok(())
    }
}

/// Taking the list of employers out.
///
/// # Errors
/// [`ExchangeError::Forbidden`].
pub(super) fn may_export_employers(permit: &Permit) -> Result<(), ExchangeError> {
    may_take_out(permit, Capability::EmployersRead)
}

/// Taking out another list, which needs what it is read with.
///
/// # Errors
/// [`ExchangeError::Forbidden`].
pub(crate) fn may_take_out(permit: &Permit, read: Capability) -> Result<(), ExchangeError> {
    require(permit, Capability::ExportRun)?;
    require(permit, read)
}

fn require(permit: &Permit, capability: Capability) -> Result<(), ExchangeError> {
    if permit.allows(capability) {
        Ok(())
    } else {
        Err(ExchangeError::Forbidden(capability.title()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importing_needs_both_capabilities() {
        let with =
            |capabilities: &[Capability]| Permit::with(capabilities.iter().copied().collect());
        let full = with(&[Capability::ImportRun, Capability::MembersChange]);
        assert!(may_import(&full, ImportKind::Members).is_ok());
        assert!(
            may_import(&full, ImportKind::Employers).is_err(),
            "an enterprise chair keeps no employers"
        );
        assert!(may_import(&with(&[Capability::MembersChange]), ImportKind::Members).is_err());
        let export = with(&[Capability::ExportRun, Capability::MembersRead]);
        assert!(may_export(&export, false).is_ok());
        assert!(may_export(&export, true).is_err());
    }
}
