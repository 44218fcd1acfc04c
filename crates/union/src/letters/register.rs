//! 发文登记簿: the numbers of one organ, type and year, each with its document or the reason why it has none.

use kernel::Instant;
use kernel::ids::OrgId;
use serde_json::json;
use store::{Audit, Query, Tx, args};

use super::model::LetterLine;
use super::read::{line_of, name_organs};
use super::{LetterError, sql};
use crate::orgs::{self, OrgRef};

/// Numbers of one organ, type and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The organ.
    pub organ: OrgRef,
    /// Word for the type: 监提.
    pub series: String,
    /// Year.
    pub year: i64,
    /// Last number given out.
    pub last: i64,
}

/// One line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A number with its document; a cancelled one keeps its number and says why.
    Letter(Box<LetterLine>),
    /// Numbers given out elsewhere.
    Explained {
        /// First of them.
        first: i64,
        /// Last of them.
        last: i64,
        /// Why they have no document here.
        why: String,
        /// Who said so.
        by: String,
        /// When.
        at: Instant,
    },
    /// Numbers nobody accounts for: never made by this program, so a sign of tampering.
    Missing {
        /// First of them.
        first: i64,
        /// Last of them.
        last: i64,
    },
}

impl Entry {
    /// First and last number of the line.
    fn span(&self) -> (i64, i64) {
        match self {
            Self::Letter(line) => {
                let serial = line.serial.unwrap_or(0);
                (serial, serial)
            }
            Self::Explained { first, last, .. } | Self::Missing { first, last } => (*first, *last),
        }
    }
}

/// Every register of the organs within the caller's scope, newest year first.
///
/// # Errors
/// The store failed.
pub fn registers(tx: &mut Tx) -> Result<Vec<Series>, LetterError> {
    let district = *tx.district();
    let rows = tx.all(&sql::SERIES, args![district])?;
    let mut found = Vec::new();
    for row in &rows {
        let organ = orgs::named(tx, row.get(0)?)?;
        if tx.actor().scope.covers(&organ.path) {
            found.push(Series {
                organ,
                series: row.get(1)?,
                year: row.get(2)?,
                last: row.get(3)?,
            });
        }
    }
    Ok(found)
}

/// The register of one organ, type and year, number by number; none for who does not see the whole organ.
///
/// # Errors
/// [`LetterError::Org`] outside the scope.
pub fn register(
    tx: &mut Tx,
    organ: OrgId,
    series: &str,
    year: i64,
) -> Result<Vec<Entry>, LetterError> {
    let organ = orgs::get(tx, organ)?;
    let (district, scope) = (*tx.district(), tx.actor().scope.range());
    let key = args![district, organ.id, series, year];
    let last = match tx.opt(&sql::LAST_NUMBER, key)? {
        Some(row) => row.get::<i64>(0)?,
        None => return Ok(Vec::new()),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for row in tx.all(&sql::GAPS, key)? {
        entries.push(Entry::Explained {
            first: row.get(0)?,
            last: row.get(1)?,
            why: row.get(2)?,
            by: row.get(3)?,
            at: row.get(4)?,
        });
    }
    let query = Query::from(&sql::LIST, args![district, scope.0, scope.1])
        .and(" AND organ_id = ", organ.id)
        .and(" AND series = ", series)
        .and(" AND year = ", year)
        .push(" ORDER BY serial");
    let rows = tx.all(&query, args![])?;
    let mut lines = rows.iter().map(line_of).collect::<Result<Vec<_>, _>>()?;
    name_organs(tx, &mut lines)?;
    entries.extend(lines.into_iter().map(|line| Entry::Letter(Box::new(line))));
    Ok(without_holes(entries, last))
}

/// The entries in order, with a line for whatever nobody accounts for up to `last`.
fn without_holes(mut entries: Vec<Entry>, last: i64) -> Vec<Entry> {
    entries.sort_by_key(Entry::span);
    let mut next = 1;
    let mut whole = Vec::with_capacity(entries.len());
    for entry in entries {
        let (from, to) = entry.span();
        if from > next {
            whole.push(Entry::Missing {
                first: next,
                last: from - 1,
            });
        }
        next = next.max(to + 1);
        whole.push(entry);
    }
    if next <= last {
        whole.push(Entry::Missing { first: next, last });
    }
    whole
}

/// Records that numbers up to `up_to` were given out elsewhere (登记已用号码), such as on paper before this program.
/// The next document gets the number behind them.
///
/// # Errors
/// Refused when the numbers are already in use, or without a reason.
pub fn skip_numbers(
    tx: &mut Tx,
    organ: OrgId,
    series: &str,
    year: i64,
    up_to: i64,
    why: &str,
) -> Result<(), LetterError> {
    let organ = orgs::get(tx, organ)?;
    let why = why.trim();
    if why.is_empty() {
        return Err(LetterError::invalid(
            "why",
            "letter.gap_why",
            "请写明这些号码为什么不在系统里",
        ));
    }
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let last = match tx.opt(&sql::LAST_NUMBER, args![district, organ.id, series, year])? {
        Some(row) => row.get::<i64>(0)?,
        None => 0,
    };
    if up_to <= last || up_to > last + 9_999 {
        let message = format!("已用到 {last} 号，应填比它大的号码");
        return Err(LetterError::invalid("up_to", "letter.gap_up_to", message));
    }
    let moved = if last == 0 {
        tx.exec(
            &sql::SKIP_FIRST,
            args![district, organ.id, series, year, up_to],
        )?
    } else {
        tx.exec(
            &sql::SKIP,
            args![district, organ.id, series, year, last, up_to],
        )?
    };
    if moved == 0 {
        return Err(LetterError::Stale);
    }
    let first = last + 1;
    tx.exec(
        &sql::INSERT_GAP,
        args![district, organ.id, series, year, first, up_to, why, by, now],
    )?;
    let detail = json!({ "series": series, "year": year, "first": first, "last": up_to });
    tx.audit(
        Audit::of("letter.numbers_skipped", "org", organ.id)
            .at(&organ.path)
            .why(why)
            .detail(detail),
    )?;
    Ok(())
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn whatever_nobody_accounts_for_is_shown() {
        let gap = |first, last| Entry::Explained {
            first,
            last,
            why: "纸质发文".into(),
            by: String::new(),
            at: Instant::from_ms(0),
        };
        let missing = |first, last| Entry::Missing { first, last };
        assert_eq!(without_holes(vec![gap(1, 3)], 3), [gap(1, 3)]);
        assert_eq!(
            without_holes(vec![gap(7, 7), gap(2, 4)], 9),
            [
                missing(1, 1),
                gap(2, 4),
                missing(5, 6),
                gap(7, 7),
                missing(8, 9)
            ]
        );
        assert_eq!(without_holes(vec![], 2), [missing(1, 2)]);
    }
}
