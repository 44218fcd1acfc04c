//! Reading foundings.

use std::collections::BTreeMap;

use kernel::{Calendar, Due, EmployerId, FoundingId, Instant, OrgId};
use store::{Query, Row, StoreError, Tx, args};

use super::super::flow::{FoundingState, Side, Verb};
use super::super::read::kind_at;
use super::super::{OrgError, OrgKind};
use super::model::{Founding, FoundingLine, StepLine};
use super::rulings::Rulings;
use super::sql;

/// One founding within the caller's scope: the union above lies in it.
///
/// # Errors
/// [`OrgError::NotFound`] when it does not exist or lies outside.
pub fn get(tx: &mut Tx, id: FoundingId) -> Result<Founding, OrgError> {
    let district = *tx.district();
    let founding = founding_of(
        &tx.opt(&sql::GET, args![district, id])?
            .ok_or(OrgError::NotFound)?,
    )?;
    if tx.actor().scope.covers(&founding.org_path) {
        Ok(founding)
    } else {
        Err(OrgError::NotFound)
    }
}

/// The founding a union came from, if it came from one.
///
/// # Errors
/// The store failed.
pub fn of_org(tx: &mut Tx, org: OrgId) -> Result<Option<Founding>, OrgError> {
    let district = *tx.district();
    Ok(tx
        .opt(&sql::OF_ORG, args![district, org])?
        .as_ref()
        .map(founding_of)
        .transpose()?)
}

/// The units a founding is for.
///
/// # Errors
/// The store failed.
pub fn employers(tx: &mut Tx, id: FoundingId) -> Result<Vec<EmployerId>, OrgError> {
    let district = *tx.district();
    tx.all(&sql::EMPLOYERS, args![district, id])?
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect()
}

/// The steps so far, oldest first.
///
/// # Errors
/// The store failed.
pub fn steps(tx: &mut Tx, id: FoundingId) -> Result<Vec<StepLine>, OrgError> {
    let district = *tx.district();
    tx.all(&sql::STEPS, args![district, id])?
        .iter()
        .map(|row| Ok(step_of(row)?))
        .collect()
}

/// What a list of foundings is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name.
    pub text: String,
    /// One state.
    pub state: Option<FoundingState>,
    /// One kind.
    pub kind: Option<OrgKind>,
    /// Only those still under way.
    pub open: bool,
}

/// Foundings within scope, newest first, after `after`.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<FoundingId>,
    limit: usize,
) -> Result<Vec<FoundingLine>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let text: String = filter
        .text
        .trim()
        .chars()
        .filter(|c| !matches!(c, '%' | '_'))
        .collect();
    let mut query = Query::from(&sql::LIST, args![district, from, to])
        .and_opt(" AND f.state = ", filter.state.map(FoundingState::id))
        .and_opt(" AND f.kind = ", filter.kind.map(OrgKind::id))
        .and_opt(" AND f.id < ", after);
    if !text.is_empty() {
        query = query.and(" AND f.name LIKE ", format!("%{text}%"));
    }
    if filter.open {
        query = query.push(" AND f.state NOT IN ('active', 'suspended', 'dissolved')");
    }
    let rows = tx.all(&query.and(" ORDER BY f.id DESC LIMIT ", limit), args![])?;
    lines(tx, &rows)
}

/// Foundings within scope on which one side has to act, the one waiting longest first: the workbench.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn waiting(tx: &mut Tx, side: Side, limit: usize) -> Result<Vec<FoundingLine>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let states = FoundingState::ALL
        .iter()
        .filter(|state| state.waits_for() == Some(side))
        .map(|state| state.id());
    let query = Query::from(&sql::LIST, args![district, from, to])
        .and_in(" AND f.state IN ", states)
        .and(" ORDER BY f.entered_at, f.id LIMIT ", limit);
    let rows = tx.all(&query, args![])?;
    lines(tx, &rows)
}

/// How many foundings within scope stand in each state.
///
/// # Errors
/// The store failed.
pub fn counts(tx: &mut Tx) -> Result<BTreeMap<FoundingState, i64>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::COUNTS, args![district, from, to])?;
    rows.iter()
        .map(|row| Ok((state_at(row, 0)?, row.get(1)?)))
        .collect()
}

/// Until when the union above should act on a founding that reached this state at this moment; `None` where no
/// clock runs.
pub fn due_of(rulings: &Rulings, state: FoundingState, entered_at: Instant) -> Option<Due> {
    let clock = rulings.clock(state)?;
    kernel::deadline::due(
        Calendar::national(),
        entered_at.shanghai_date(),
        clock.days,
        clock.day_type,
    )
}

fn lines(tx: &mut Tx, rows: &[Row]) -> Result<Vec<FoundingLine>, OrgError> {
    let rulings = Rulings::today(tx)?.body;
    rows.iter()
        .map(|row| {
            let (state, entered_at) = (state_at(row, 3)?, row.get(5)?);
            Ok(FoundingLine {
                id: row.get(0)?,
                name: row.get(1)?,
                kind: kind_at(row, 2)?,
                state,
                parent_name: row.get(4)?,
                entered_at,
                opened_at: row.get(6)?,
                due: due_of(rulings, state, entered_at),
            })
        })
        .collect()
}

fn state_at(row: &Row, index: usize) -> Result<FoundingState, StoreError> {
    FoundingState::from_id(row.text(index)?).ok_or(StoreError::Column {
        index,
        wanted: "FoundingState",
    })
}

fn step_of(row: &Row) -> Result<StepLine, StoreError> {
    Ok(StepLine {
        at: row.get(0)?,
        verb: Verb::from_id(row.text(1)?),
        from: state_at(row, 2)?,
        to: state_at(row, 3)?,
        note: row.get(4)?,
        actor: row.get(5)?,
        account: row.get(6)?,
    })
}

fn founding_of(row: &Row) -> Result<Founding, StoreError> {
    let wrong = |index| {
        move |_| StoreError::Column {
            index,
            wanted: "founding document",
        }
    };
    Ok(Founding {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: kind_at(row, 2)?,
        parent: row.get(3)?,
        org_path: row.get(4)?,
        state: state_at(row, 5)?,
        members_expected: row.get(6)?,
        papers: serde_json::from_str(row.text(7)?).map_err(wrong(7))?,
        detail: serde_json::from_str(row.text(8)?).map_err(wrong(8))?,
        org: row.get(9)?,
        opened_at: row.get(10)?,
        entered_at: row.get(11)?,
        version: row.get(12)?,
    })
}
