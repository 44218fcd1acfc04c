//! When a part of the tree moves, its cases go along.

use store::{StoreError, Tx};

use super::sql;
use crate::relocation::Relocation;

/// Rewrites the places of cases, of the desks that answer and watch, and of their clocks.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), StoreError> {
    let values = relocation.values(tx);
    for statement in [
        &sql::MOVE_FILES,
        &sql::MOVE_OWNERS,
        &sql::MOVE_WATCHES,
        &sql::MOVE_CLOCKS,
    ] {
        tx.exec(statement, &values)?;
    }
    Ok(())
}
