//! 撤回导入的单位: what a batch entered goes again, as long as nothing has come to depend on it. What it changed in
//! units that were there before is put back by [`super::before`].

use kernel::ids::{BatchId, EmployerId};
use serde_json::json;
use store::{Audit, Broken, StoreError, Tx, args};

use super::{EmployerError, sql};

/// An employer that a batch entered, as it stands now.
#[derive(Debug)]
pub struct Entered {
    /// Which.
    pub id: EmployerId,
    /// Its version now.
    pub version: i64,
    /// What stands in the way of taking it back.
    pub why: Option<&'static str>,
}

/// The employers a batch entered, after `after`, at most `limit`.
///
/// # Errors
/// The store failed.
pub fn entered(
    tx: &mut Tx,
    batch: BatchId,
    after: EmployerId,
    limit: usize,
) -> Result<Vec<Entered>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::OF_BATCH, args![district, batch, after, limit])?;
    rows.iter()
        .map(|row| {
            let (changed, edges): (i64, i64) = (row.get(1)?, row.get(2)?);
            let why = match (changed, edges) {
                (0, 0) => None,
                (_, 1..) => Some("已建立工会覆盖关系"),
                _ => Some("导入后修改过"),
            };
            Ok(Entered {
                id: row.get(0)?,
                version: row.get(3)?,
                why,
            })
        })
        .collect()
}

/// Removes one employer that a batch entered. Members, foundings, cases or signals that name it keep it: the schema
/// says so, and the whole transaction is then given up ([`stands_in_the_way`]).
///
/// # Errors
/// The store failed, or refused because something depends on the employer.
pub fn take_back(tx: &mut Tx, batch: BatchId, unit: &Entered) -> Result<(), EmployerError> {
    let (district, id) = (*tx.district(), unit.id);
    for statement in [&sql::DROP_CODES, &sql::DROP_NAMES, &sql::DROP_HEADCOUNTS] {
        tx.exec(statement, args![district, id])?;
    }
    if tx.exec(&sql::DROP_ENTERED, args![district, id, batch, unit.version])? == 0 {
        return Err(EmployerError::Stale);
    }
    tx.exec(&sql::FORGET, args![district, batch, id])?;
    tx.audit(
        Audit::of("employer.import_undone", "employer", id).detail(json!({ "batch": batch })),
    )?;
    Ok(())
}

/// Whether the store refused because something depends on the employer.
pub fn stands_in_the_way(error: &EmployerError) -> bool {
    matches!(
        error,
        EmployerError::Stale
            | EmployerError::Store(StoreError::Constraint {
                broken: Broken::ForeignKey,
                ..
            })
    )
}
