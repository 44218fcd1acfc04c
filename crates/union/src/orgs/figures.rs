//! Unions as they stood on a day, for the monthly figures.

use std::collections::BTreeMap;

use kernel::{Date, OrgId};
use store::{Tx, args};

use super::model::{HistoryKind, OrgRef, OrgState};
use super::{OrgError, read};

pub mod sql {
    //! Statements on unions as of a day.
    store::statements! {
        /// Every union of a subtree, in the order of the tree.
        pub ALL_WITHIN = "SELECT id, path, name, kind, short_name, state, founded_on, ended_on FROM org
            WHERE district = $1 AND path >= $2 AND path < $3 ORDER BY path";
        /// When unions paused and went on, newest first.
        pub PAUSES = "SELECT org_id, kind, effective_on FROM org_history
            WHERE district = $1 AND kind IN ('suspended', 'resumed') ORDER BY effective_on DESC, at DESC";
    }
}

/// A union as it stood on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgOn {
    /// The union.
    pub org: OrgRef,
    /// Its short name.
    pub short_name: String,
    /// State on the day; preparing when it was not yet founded.
    pub state: OrgState,
}

impl OrgOn {
    /// Whether it was at work.
    pub fn is_active(&self) -> bool {
        self.state == OrgState::Active
    }
}

/// Every union within scope, in the order of the tree, with its state on the evening of `on`.
///
/// # Errors
/// The store failed.
pub fn orgs_on(tx: &mut Tx, on: Date) -> Result<Vec<OrgOn>, OrgError> {
    let pauses = pauses(tx, on)?;
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::ALL_WITHIN, args![district, from, to])?;
    let read = |row: &store::Row| {
        let org = read::ref_of(row)?;
        let recorded = read::state_at(row, 5)?;
        let (founded_on, ended_on): (Option<Date>, Option<Date>) = (row.get(6)?, row.get(7)?);
        let state = match recorded {
            OrgState::Preparing => OrgState::Preparing,
            OrgState::Dissolved if ended_on.is_none_or(|last| last <= on) => OrgState::Dissolved,
            _ if founded_on.is_some_and(|first| first > on) => OrgState::Preparing,
            // What the history says of that day, or else what the card says.
            _ => match pauses.get(&org.id) {
                Some(true) => OrgState::Suspended,
                Some(false) => OrgState::Active,
                None if recorded == OrgState::Dissolved => OrgState::Active,
                None => recorded,
            },
        };
        Ok(OrgOn {
            org,
            short_name: row.get(4)?,
            state,
        })
    };
    rows.iter().map(read).collect()
}

/// For unions that ever paused: whether they rested on the day.
fn pauses(tx: &mut Tx, on: Date) -> Result<BTreeMap<OrgId, bool>, OrgError> {
    let district = *tx.district();
    let mut resting = BTreeMap::new();
    // Newest first: the first entry not after the day decides; only later ones mean it had not paused yet.
    let mut decided = std::collections::BTreeSet::new();
    for row in tx.all(&sql::PAUSES, args![district])? {
        let (org, effective_on): (OrgId, Date) = (row.get(0)?, row.get(2)?);
        let paused = row.text(1)? == HistoryKind::Suspended.id();
        if effective_on > on {
            resting.entry(org).or_insert(false);
        } else if decided.insert(org) {
            resting.insert(org, paused);
        }
    }
    Ok(resting)
}
