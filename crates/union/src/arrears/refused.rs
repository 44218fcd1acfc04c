//! 退回的行: rows of a delivery that could not be taken stay with it, sealed, with what is wrong and what would be
//! accepted, so that whoever delivers can be told, and nothing that came is lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Row, Tx, Value, args, values};

use super::feed::Feed;
use super::feeds::Delivery;
use super::model::DeliveryId;
use super::{ArrearsError, Permit, rules, sql};
use crate::access::Capability;
use crate::exchange::{Mapping, Problem, ProblemState, RowFault, errors_book_bytes};

/// Column the rows are sealed for.
const FIELD: &str = "feed_refused.body_sealed";

/// Sealed form of a row.
#[derive(Serialize, Deserialize)]
struct Body {
    cells: Vec<String>,
    faults: Vec<RowFault>,
}

/// One refused row, as the page shows it: where it stands and why, never what its cells say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLine {
    /// Row number as the spreadsheet program shows it.
    pub row: u32,
    /// Heading of the field and message, worst first.
    pub faults: Vec<(String, String)>,
}

/// The refused rows of a delivery.
#[derive(Debug, Clone)]
pub struct RefusedRows {
    /// Name of the feed.
    pub feed: String,
    /// File it came in.
    pub source: String,
    /// How many rows are kept.
    pub kept: i64,
    /// The first of them.
    pub lines: Vec<RefusedLine>,
    /// Whether they can be had as a spreadsheet: the columns of the file are known.
    pub has_book: bool,
}

/// The audit entry of one chunk.
pub(super) fn note(tx: &mut Tx, delivery: &Delivery, rows: usize) -> Result<(), ArrearsError> {
    tx.audit(
        Audit::of("feed.rows_taken", "feed", &delivery.feed)
            .detail(json!({ "delivery": delivery.id, "rows": rows })),
    )?;
    Ok(())
}

/// Remembers how the columns of a delivered file were read.
pub(super) fn remember(
    tx: &mut Tx,
    delivery: DeliveryId,
    mapping: &Mapping,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    tx.exec(
        &sql::DELIVERY_MAPPING,
        args![district, delivery, json!(mapping)],
    )?;
    Ok(())
}

/// Keeps rows that could not be taken.
pub(super) fn keep(
    tx: &mut Tx,
    delivery: DeliveryId,
    problems: &[Problem],
) -> Result<(), ArrearsError> {
    if problems.is_empty() {
        return Ok(());
    }
    let district = *tx.district();
    let rows: Vec<Vec<Value>> = problems
        .iter()
        .map(|problem| {
            let body = json!(Body {
                cells: problem.cells.clone(),
                faults: problem.faults.clone(),
            });
            let code = problem.first().map_or("", |fault| fault.code.as_str());
            let name = row_name(delivery, problem.row);
            let sealed = tx.vault().seal(FIELD, &name, &body.to_string());
            values![district, delivery, i64::from(problem.row), code, sealed]
        })
        .collect();
    tx.insert_many(&sql::INSERT_REFUSED, rows)?;
    Ok(())
}

fn row_name(delivery: DeliveryId, row: u32) -> String {
    format!("{delivery}/{row}")
}

/// The refused rows of a delivery, the first `limit` of them.
///
/// # Errors
/// Forbidden; no such delivery.
pub fn refused_rows(
    tx: &mut Tx,
    permit: &Permit,
    delivery: DeliveryId,
    limit: usize,
) -> Result<RefusedRows, ArrearsError> {
    rules::require(permit, Capability::FeedsManage)?;
    let about = delivery_of(tx, delivery)?;
    let layout = Feed::named(*tx.district(), tx.today(), &about.feed)?
        .feed
        .layout();
    let district = *tx.district();
    let kept = tx
        .one(&sql::COUNT_REFUSED, args![district, delivery])?
        .get(0)?;
    let lines = problems(tx, delivery, limit)?;
    let line = |problem: Problem| RefusedLine {
        row: problem.row,
        faults: problem
            .faults
            .into_iter()
            .map(|fault| (layout.title(&fault.field).to_owned(), fault.message))
            .collect(),
    };
    Ok(RefusedRows {
        feed: about.feed,
        source: about.source,
        kept,
        lines: lines.into_iter().map(line).collect(),
        has_book: about.mapping.is_some(),
    })
}

/// The refused rows as a workbook with what is wrong beside each cell; taking it out is on record.
///
/// # Errors
/// Forbidden; no such delivery, or nothing is kept of it.
pub fn refused_book(
    tx: &mut Tx,
    permit: &Permit,
    delivery: DeliveryId,
) -> Result<Vec<u8>, ArrearsError> {
    rules::require(permit, Capability::FeedsManage)?;
    let about = delivery_of(tx, delivery)?;
    let mapping = about.mapping.ok_or(ArrearsError::NotFound)?;
    let layout = Feed::named(*tx.district(), tx.today(), &about.feed)?
        .feed
        .layout();
    let rows = problems(tx, delivery, usize::MAX >> 1)?;
    if rows.is_empty() {
        return Err(ArrearsError::NotFound);
    }
    let bytes = errors_book_bytes(&layout, &mapping, &rows)?;
    tx.audit(
        Audit::of("feed.refused_taken", "feed", &about.feed)
            .detail(json!({ "delivery": delivery, "rows": rows.len() })),
    )?;
    Ok(bytes)
}

/// What a delivery says of itself.
struct About {
    feed: String,
    source: String,
    mapping: Option<Mapping>,
}

fn delivery_of(tx: &mut Tx, delivery: DeliveryId) -> Result<About, ArrearsError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::DELIVERY, args![district, delivery])?
        .ok_or(ArrearsError::NotFound)?;
    let mapping: Option<serde_json::Value> = row.get(2)?;
    Ok(About {
        feed: row.get(0)?,
        source: row.get(1)?,
        mapping: mapping.and_then(|mapping| serde_json::from_value(mapping).ok()),
    })
}

fn problems(tx: &mut Tx, delivery: DeliveryId, limit: usize) -> Result<Vec<Problem>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::REFUSED, args![district, delivery, limit])?;
    rows.iter()
        .map(|row| problem_of(tx, delivery, row))
        .collect()
}

fn problem_of(tx: &Tx, delivery: DeliveryId, row: &Row) -> Result<Problem, ArrearsError> {
    let number = u32::try_from(row.get::<i64>(0)?).unwrap_or(u32::MAX);
    let sealed: Vec<u8> = row.get(1)?;
    let text = tx
        .vault()
        .open(FIELD, &row_name(delivery, number), &sealed)?;
    let body: Body =
        serde_json::from_str(&text).map_err(|_| store::StoreError::Sealed("退回的行读不出来"))?;
    Ok(Problem {
        row: number,
        state: ProblemState::Open,
        cells: body.cells,
        added: BTreeMap::new(),
        faults: body.faults,
        confirmed: false,
    })
}
