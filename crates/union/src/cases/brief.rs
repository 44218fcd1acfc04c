//! Cases in a few words each, for the lists of rooms whose matters they handle.

use std::collections::HashMap;

use kernel::ids::{AccountId, CaseId, OrgId};
use kernel::{DistrictCode, Instant};
use store::{Query, Row, StoreError, Tx, args};

use super::{CaseError, sql};

/// Cases asked for in one statement.
const CHUNK: usize = 400;

/// Levels of desks in a case's stages: village, town, district.
pub const LEVELS: usize = 3;

/// How far a level has come with a case; of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stage {
    /// Nothing was asked of it.
    #[default]
    NotYet,
    /// It has done what was asked.
    Done,
    /// Something was not done in time, and waits for nobody any more.
    Missed,
    /// Something is asked of it.
    On,
    /// Something is overdue; never in a case that has ended.
    Late,
}

impl Stage {
    /// By their rank in statements.
    const RANKED: [Self; 5] = [Self::NotYet, Self::Done, Self::Missed, Self::On, Self::Late];

    fn in_column(row: &Row, column: usize) -> Result<Self, StoreError> {
        let rank = row.get::<Option<usize>>(column)?.unwrap_or(0);
        Ok(Self::RANKED.get(rank).copied().unwrap_or_default())
    }
}

/// A case in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// State.
    pub state: String,
    /// Desk that answers.
    pub owner: OrgId,
    /// Its level, from 0.
    pub owner_level: usize,
    /// Person who answers.
    pub handler: Option<AccountId>,
    /// Whether it has ended.
    pub ended: bool,
    /// Clocks missed and still to be done; none in a case that has ended.
    pub overdue: i64,
    /// When the oldest of those ran out.
    pub late_since: Option<Instant>,
    /// When the next clock runs out.
    pub next_due: Option<Instant>,
    /// By level, from the lowest.
    pub stages: [Stage; LEVELS],
}

/// These cases in a few words, whoever asks: for the linked room, which has made its own check.
///
/// # Errors
/// The store failed.
pub fn briefs(tx: &mut Tx, ids: &[CaseId]) -> Result<HashMap<CaseId, Brief>, CaseError> {
    let district = *tx.district();
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let query = of_cases(district, some);
        tx.across("the linked room has made its own check", |tx| {
            tx.each(&query, &[], |row| {
                found.insert(row.get(0)?, brief(row)?);
                Ok::<_, StoreError>(())
            })
        })?;
    }
    Ok(found)
}

fn of_cases(district: DistrictCode, ids: &[CaseId]) -> Query {
    Query::from(&sql::BRIEFS, args![district]).and_in(" ", ids.iter().copied())
}

fn brief(row: &Row) -> Result<Brief, StoreError> {
    let ended = row.get::<Option<Instant>>(7)?.is_some();
    let overdue = if ended { 0 } else { row.get(5)? };
    Ok(Brief {
        ended,
        state: row.get(1)?,
        owner: row.get(2)?,
        owner_level: row.get(3)?,
        handler: row.get(4)?,
        overdue,
        late_since: if overdue > 0 { row.get(11)? } else { None },
        next_due: row.get(6)?,
        stages: [
            Stage::in_column(row, 8)?,
            Stage::in_column(row, 9)?,
            Stage::in_column(row, 10)?,
        ],
    })
}

/// The open cases of a kind within scope that have a missed clock or an alarm.
///
/// # Errors
/// The store failed.
pub fn late(tx: &mut Tx, kind: &str) -> Result<Vec<CaseId>, CaseError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::LATE, args![district, kind, from, to, true])?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}

/// Since when each of these cases is late: the end of the oldest clock it has missed and not yet done. A case that is late
/// with nothing is left out. The caller has the cases from a list of its own.
///
/// # Errors
/// The store failed.
pub fn late_since(tx: &mut Tx, ids: &[CaseId]) -> Result<HashMap<CaseId, Instant>, CaseError> {
    let district = *tx.district();
    let mut found = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let query = Query::from(&sql::MISSED_SINCE, args![district, true])
            .and_in(" AND case_id IN ", some.iter().copied());
        tx.across("the caller has the cases from its own list", |tx| {
            tx.each(&query, &[], |row| {
                let due: Instant = row.get(1)?;
                let oldest = found.entry(row.get(0)?).or_insert(due);
                *oldest = due.min(*oldest);
                Ok::<_, StoreError>(())
            })
        })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_their_clocks_are_looked_up_however_many_there_are() {
        let test = store::testing::TestDb::sqlite();
        let ids: Vec<CaseId> = (0..50).map(|n| uuid::Uuid::from_u128(n).into()).collect();
        let plan = test.plan_of(&of_cases(store::testing::district(), &ids));
        assert_eq!(plan.len(), 2, "{plan:#?}");
        assert!(plan[0].contains("(district=? AND id=?)"), "{plan:#?}");
        assert!(plan[1].contains("(district=? AND case_id=?)"), "{plan:#?}");
    }
}
