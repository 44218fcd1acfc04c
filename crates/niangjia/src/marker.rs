//! The mark of a demo district: kept in its settings, read at every start.

use kernel::Date;
use serde::{Deserialize, Serialize};
use store::{Actor, Db, StoreError, Tx};

use crate::config::Home;

/// Name of the setting.
const NAME: &str = "demo";

/// How the data was made, to make the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Seed of all chance.
    pub seed: u64,
    /// Members made.
    pub members: usize,
    /// Employers made.
    pub employers: usize,
    /// Months of history.
    pub months: usize,
    /// The day it was made for.
    pub today: Date,
}

/// The mark, if this is a demo that was finished.
///
/// # Errors
/// The database said no.
pub fn read(home: &Home, db: &Db) -> Result<Option<Marker>, StoreError> {
    db.read(&Actor::system(home.district), |tx| tx.setting(NAME))
}

/// Leave the mark: the last thing the demo writes.
///
/// # Errors
/// The database said no.
pub fn write(tx: &mut Tx, marker: &Marker) -> Result<(), StoreError> {
    tx.put_setting(NAME, marker)
}
