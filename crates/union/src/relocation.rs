//! When a part of the union tree moves, everything filed below it goes along, in the same transaction.
//!
//! Each room keeps its own statements; this is the one list of who has to be told, so that a new room with an
//! `org_path` is added here and nowhere else. A test compares the list with the schema.

use kernel::{OrgId, OrgPath};
use store::Tx;

use crate::orgs::OrgError;

/// One subtree moves from `from` to `to`; `town` is the town it lies in from now on.
#[derive(Debug, Clone, Copy)]
pub struct Relocation<'a> {
    /// Its place before.
    pub from: &'a OrgPath,
    /// Its place after.
    pub to: &'a OrgPath,
    /// The town or zone at or above the new place.
    pub town: Option<OrgId>,
}

impl Relocation<'_> {
    /// The values every relocating statement binds after the district, in this order: `$2` the new beginning,
    /// `$3` the first character kept of the old path, `$4` and `$5` the old range.
    pub fn values(&self, tx: &Tx) -> Vec<store::Value> {
        let (low, high) = self.from.range();
        store::args![
            tx.district(),
            self.to,
            self.from.as_str().len() + 1,
            low,
            high
        ]
        .to_vec()
    }
}

/// Tell every room.
///
/// # Errors
/// The first room that fails; the transaction is undone.
pub(crate) fn carry_along(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), OrgError> {
    tx.across(
        "a subtree is moved by who sees both places; what lies in it goes along whole",
        |tx| {
            crate::orgs::relocate(tx, relocation)?;
            crate::employers::relocate(tx, relocation)
                .map_err(|fault| OrgError::from_room(&fault))?;
            crate::members::relocate(tx, relocation.from, relocation.to)
                .map_err(|fault| OrgError::from_room(&fault))?;
            crate::coverage::relocate(tx, relocation)
                .map_err(|fault| OrgError::from_room(&fault))?;
            crate::arrears::relocate(tx, relocation)?;
            crate::cases::relocate(tx, relocation)?;
            crate::notebook::relocate(tx, relocation)
                .map_err(|fault| OrgError::from_room(&fault))?;
            crate::letters::relocate(tx, relocation)
                .map_err(|fault| OrgError::from_room(&fault))?;
            crate::posters::relocate(tx, relocation)
                .map_err(|fault| OrgError::from_room(&fault))?;
            Ok(())
        },
    )
}
