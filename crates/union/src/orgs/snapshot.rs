//! The tree as of a day, for the coverage room. Whole district, whatever the scope.

use std::collections::BTreeMap;

use kernel::{Date, OrgId, OrgPath};
use store::{Tx, args};

use super::read::kind_at;
use super::{OrgError, OrgKind, sql};

/// A union on a day.
#[derive(Debug, Clone)]
pub struct UnionOn {
    /// Its id.
    pub id: OrgId,
    /// Where it hangs now.
    pub path: OrgPath,
    /// Its name now.
    pub name: String,
    /// Kind.
    pub kind: OrgKind,
    /// Neither suspended nor dissolved that evening: only then does it cover anybody.
    pub at_work: bool,
}

/// The unions that existed on the evening of `on`, in the order of the tree.
///
/// # Errors
/// The store failed.
pub fn on(tx: &mut Tx, on: Date) -> Result<Vec<UnionOn>, OrgError> {
    let district = *tx.district();
    let mut paused: BTreeMap<OrgId, bool> = BTreeMap::new();
    for row in tx.all(&sql::PAUSES, args![district, on])? {
        paused.insert(row.get(0)?, row.text(1)? == "suspended");
    }
    let rows = tx.all(&sql::ON_DAY, args![district, on])?;
    rows.iter()
        .map(|row| {
            let id: OrgId = row.get(0)?;
            let at_work = !paused.get(&id).copied().unwrap_or(false);
            Ok(UnionOn { id, path: row.get(1)?, name: row.get(2)?, kind: kind_at(row, 3)?, at_work })
        })
        .collect()
}
