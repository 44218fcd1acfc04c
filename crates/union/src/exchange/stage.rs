//! 问题行: rows that could not be taken, kept sealed until someone puts them right.

use std::collections::BTreeMap;

use kernel::ids::BatchId;
use serde::{Deserialize, Serialize};
use store::{Query, Row as DbRow, StoreError, Tx, Value, args, values};

use super::error::ExchangeError;
use super::mapping::{MappedColumn, Mapping};
use super::model::{Level, Problem, ProblemState, RowFault};
use super::reading::{Cell, Row};
use super::sql;

/// Where a row is sealed.
const FIELD: &str = "import_problem.row_sealed";

/// What is sealed of a row.
#[derive(Serialize, Deserialize)]
struct Sealed {
    cells: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    added: BTreeMap<String, String>,
    faults: Vec<RowFault>,
}

/// A row on its way into the stage.
pub(super) fn problem(row: &Row, faults: Vec<RowFault>) -> Problem {
    Problem {
        row: row.number,
        state: ProblemState::Open,
        cells: row.cells.iter().map(Cell::display).collect(),
        added: BTreeMap::new(),
        faults,
        confirmed: false,
    }
}

/// The cells of a staged row, to be read again, with the mapping they are read by: what was added for fields the file
/// has no column for stands behind the last one.
pub(super) fn row_of(mapping: &Mapping, problem: &Problem) -> (Row, Mapping) {
    let (mut texts, mut mapping) = (problem.cells.clone(), mapping.clone());
    let mapped = mapping.columns.iter().map(|one| one.column + 1).max();
    let wide = mapped.unwrap_or_default().max(texts.len());
    texts.resize(wide, String::new());
    for (field, text) in &problem.added {
        if mapping.column_of(field).is_none() {
            mapping.columns.push(MappedColumn {
                column: texts.len(),
                heading: String::new(),
                field: field.clone(),
            });
            texts.push(text.clone());
        }
    }
    let row = Row {
        number: problem.row,
        cells: texts.iter().map(|text| Cell::text(text.as_str())).collect(),
    };
    (row, mapping)
}

/// Values that both `STAGE` and `RESTAGE` want, in their order.
fn values_of(tx: &Tx, batch: BatchId, problem: &Problem) -> Result<Vec<Value>, StoreError> {
    let sealed = Sealed {
        cells: problem.cells.clone(),
        added: problem.added.clone(),
        faults: problem.faults.clone(),
    };
    let text =
        serde_json::to_string(&sealed).map_err(|error| StoreError::Database(error.to_string()))?;
    let first = problem.first();
    let suggestion = problem
        .faults
        .iter()
        .any(|fault| !fault.suggestion.is_empty());
    Ok(values![
        *tx.district(),
        batch,
        problem.row,
        first.map(|fault| fault.field.as_str()).unwrap_or_default(),
        first.map(|fault| fault.code.as_str()).unwrap_or_default(),
        problem.level().id(),
        suggestion,
        problem.confirmed,
        tx.vault()
            .seal(FIELD, &format!("{batch}/{}", problem.row), &text),
        problem.state.id(),
    ])
}

/// Stages new problem rows.
pub(super) fn stage(tx: &mut Tx, batch: BatchId, problems: &[Problem]) -> Result<(), StoreError> {
    let rows = problems
        .iter()
        .map(|problem| values_of(tx, batch, problem))
        .collect::<Result<Vec<_>, _>>()?;
    tx.insert_many(&sql::STAGE, rows).map(|_| ())
}

/// Writes a staged row as it now stands.
pub(super) fn restage(tx: &mut Tx, batch: BatchId, problem: &Problem) -> Result<(), StoreError> {
    let values = values_of(tx, batch, problem)?;
    tx.exec(&sql::RESTAGE, &values).map(|_| ())
}

fn read(tx: &Tx, batch: BatchId, row: &DbRow) -> Result<Problem, StoreError> {
    let number: i64 = row.get(0)?;
    let sealed: Vec<u8> = row.get(3)?;
    let text = tx
        .vault()
        .open(FIELD, &format!("{batch}/{number}"), &sealed)?;
    let sealed: Sealed =
        serde_json::from_str(&text).map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(Problem {
        row: u32::try_from(number).unwrap_or(0),
        state: ProblemState::from_id(row.text(1)?),
        cells: sealed.cells,
        added: sealed.added,
        faults: sealed.faults,
        confirmed: row.get(2)?,
    })
}

/// One staged row.
///
/// # Errors
/// [`ExchangeError::NotFound`] when there is none.
pub(super) fn get(tx: &mut Tx, batch: BatchId, row: u32) -> Result<Problem, ExchangeError> {
    let district = *tx.district();
    let found = tx
        .opt(&sql::PROBLEM, args![district, batch, row])?
        .ok_or(ExchangeError::NotFound)?;
    Ok(read(tx, batch, &found)?)
}

/// Which staged rows to list.
#[derive(Debug, Clone, Default)]
pub struct ProblemFilter {
    /// Only this level.
    pub level: Option<Level>,
    /// Only rows whose worst fault has this code, or one of these with commas between: a page tells several codes in the
    /// same words.
    pub code: Option<String>,
    /// Only this state.
    pub state: Option<ProblemState>,
    /// Only rows with a suggestion.
    pub suggested: bool,
    /// Only rows after this number.
    pub after: u32,
}

/// Staged rows in file order.
pub(super) fn list(
    tx: &mut Tx,
    batch: BatchId,
    filter: &ProblemFilter,
    limit: usize,
) -> Result<Vec<Problem>, StoreError> {
    let district = *tx.district();
    let query = Query::from(&sql::PROBLEMS, args![district, batch])
        .and(" AND row_no > ", filter.after)
        .and_opt(" AND level = ", filter.level.map(Level::id))
        .and_opt(" AND state = ", filter.state.map(ProblemState::id));
    let query = match &filter.code {
        Some(codes) => query.and_in(" AND code IN ", codes.split(',')),
        None => query,
    };
    let query = if filter.suggested {
        query.and(" AND has_suggestion = ", true)
    } else {
        query
    };
    let query = query.push(" ORDER BY row_no").and(" LIMIT ", limit);
    let rows = tx.all(&query, &[])?;
    rows.iter().map(|row| read(tx, batch, row)).collect()
}

/// How many rows have which fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    /// Code of the worst fault.
    pub code: String,
    /// How bad.
    pub level: Level,
    /// Rows still to be dealt with.
    pub open: i64,
    /// Rows in all.
    pub all: i64,
    /// Of the open ones, those with a suggestion.
    pub suggested: i64,
}

/// Problem rows by what is wrong: errors first, then the most frequent.
pub(super) fn by_kind(tx: &mut Tx, batch: BatchId) -> Result<Vec<KindCount>, StoreError> {
    let district = *tx.district();
    let mut kinds: Vec<KindCount> = Vec::new();
    for row in tx.all(&sql::BY_CODE, args![district, batch])? {
        let (code, level) = (row.text(0)?.to_owned(), Level::from_id(row.text(1)?));
        let (open, count, suggested) = (
            row.text(2)? == ProblemState::Open.id(),
            row.get::<i64>(3)?,
            row.get::<i64>(4)?,
        );
        let place = match kinds
            .iter()
            .position(|kind| kind.code == code && kind.level == level)
        {
            Some(place) => place,
            None => {
                kinds.push(KindCount {
                    code,
                    level,
                    open: 0,
                    all: 0,
                    suggested: 0,
                });
                kinds.len() - 1
            }
        };
        if let Some(kind) = kinds.get_mut(place) {
            kind.all += count;
            if open {
                kind.open += count;
                kind.suggested += suggested;
            }
        }
    }
    kinds.sort_by_key(|kind| (std::cmp::Reverse(kind.level), std::cmp::Reverse(kind.open)));
    Ok(kinds)
}
