//! 随同到期: what another room keeps with a term of its own and puts on the list of the cases.

use kernel::Date;
use store::{Tx, args};

use super::{CaseError, sql};

/// What another room keeps (photographs of weekly rounds) and puts on the list of the cases, because the same two
/// persons decide. That room knows this one; this one knows no other.
pub trait Outlived: std::fmt::Debug + Send + Sync {
    /// How many have been kept long enough, and before which day they came; no day when none has a term.
    ///
    /// # Errors
    /// A definition does not hold together; the store failed.
    fn due(&self, tx: &mut Tx) -> Result<(i64, Option<Date>), CaseError>;

    /// Destroys those that came before a day, at most so many; how many were. Called for a list that two persons agreed
    /// on, and for nothing else.
    ///
    /// # Errors
    /// The store failed.
    fn destroy(&self, tx: &mut Tx, before: Date, most: usize) -> Result<usize, CaseError>;
}

/// Photographs whose time is up, and the day before which they came; none while a list that names some already waits.
pub(super) fn photos(tx: &mut Tx, kept: &dyn Outlived) -> Result<Option<(i64, Date)>, CaseError> {
    let district = *tx.district();
    if tx.opt(&sql::PHOTOS_WAIT, args![district])?.is_some() {
        return Ok(None);
    }
    let (count, before) = kept.due(tx)?;
    Ok(before.filter(|_| count > 0).map(|before| (count, before)))
}
