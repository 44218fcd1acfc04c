//! Reading figures that are kept: cheap, because everything was counted before.

use kernel::{Instant, OrgPath, Rate};
use store::{Key, Query, Row, StoreError, Tx, args};

use super::compute::Picture;
use super::{Board, Counts, CoverageError, Edition, Item, Metric, Month, Show, Subject, sql};
use crate::orgs;

/// When an edition was counted, if it is kept.
pub(super) fn kept_since(tx: &mut Tx, edition: Edition) -> Result<Option<Instant>, CoverageError> {
    let district = *tx.district();
    Ok(tx
        .one(&sql::KEPT, args![district, edition.stored()])?
        .get(0)?)
}

/// The last frozen month.
pub(super) fn last_frozen(tx: &mut Tx) -> Result<Option<Month>, CoverageError> {
    let district = *tx.district();
    let text: Option<String> = tx.one(&sql::LAST, args![district])?.get(0)?;
    text.map(|text| text.parse()).transpose()
}

/// Whether today's figures are those that are kept already.
pub(super) fn same_as_kept(tx: &mut Tx, picture: &Picture) -> Result<bool, CoverageError> {
    let mut kept = Vec::new();
    for metric in Metric::ALL {
        let mut items = items(
            tx,
            Edition::Current,
            metric,
            &OrgPath::whole(),
            None,
            None,
            usize::MAX >> 1,
        )?;
        kept.extend(items.drain(..).map(|item| (metric, item)));
    }
    let mut found = picture.items.clone();
    let key = |(metric, item): &(Metric, Item)| (*metric, item.subject);
    kept.sort_by_key(key);
    found.sort_by_key(key);
    if kept != found {
        return Ok(false);
    }
    for place in &picture.places {
        let same = board(tx, Edition::Current, &place.path)?
            .is_some_and(|board| board.counts == place.counts && board.org == place.org);
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The place a page begins with: the top of the caller's own part of the tree. `None` with an empty scope.
fn visible(tx: &mut Tx, path: &OrgPath) -> bool {
    tx.actor().scope.covers(path)
}

/// The months frozen so far, newest first, with the time of freezing, at most `limit`.
///
/// # Errors
/// The store failed.
pub fn months(tx: &mut Tx, limit: usize) -> Result<Vec<(Month, Instant)>, CoverageError> {
    let Some(top) = orgs::top(tx)? else {
        return Ok(Vec::new());
    };
    let district = *tx.district();
    let rows = tx.all(&sql::MONTHS, args![district, top.path, limit])?;
    rows.iter()
        .map(|row| Ok((row.text(0)?.parse()?, row.get(1)?)))
        .collect()
}

/// The newest figures of a place: today's when they were ever counted, otherwise the last frozen month's.
///
/// # Errors
/// The store failed.
pub fn latest(tx: &mut Tx, path: &OrgPath) -> Result<Option<(Edition, Board)>, CoverageError> {
    if let Some(board) = board(tx, Edition::Current, path)? {
        return Ok(Some((Edition::Current, board)));
    }
    let Some(month) = last_frozen(tx)? else {
        return Ok(None);
    };
    let edition = Edition::Month(month);
    Ok(board(tx, edition, path)?.map(|board| (edition, board)))
}

/// The figures of one place; `None` when they are not kept or the place lies outside the caller's scope.
///
/// # Errors
/// The store failed.
pub fn board(
    tx: &mut Tx,
    edition: Edition,
    path: &OrgPath,
) -> Result<Option<Board>, CoverageError> {
    if !visible(tx, path) {
        return Ok(None);
    }
    let district = *tx.district();
    let rows = tx.all(&sql::BOARD, args![district, edition.stored(), path])?;
    Ok(boards(&rows)?.pop())
}

/// The figures of the places one level below, in the order of the tree, within scope.
///
/// # Errors
/// The store failed.
pub fn boards_below(
    tx: &mut Tx,
    edition: Edition,
    path: &OrgPath,
) -> Result<Vec<Board>, CoverageError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.narrowed(path).range();
    let length = path.as_str().len()
        + OrgPath::whole()
            .child(0)
            .map_or(0, |child| child.as_str().len());
    boards(&tx.all(
        &sql::BOARDS_BELOW,
        args![district, edition.stored(), from, to, length],
    )?)
}

/// The frozen figures of a place from a month on, oldest first.
///
/// # Errors
/// The store failed.
pub fn trend(
    tx: &mut Tx,
    path: &OrgPath,
    from: Month,
) -> Result<Vec<(Month, Board)>, CoverageError> {
    if !visible(tx, path) {
        return Ok(Vec::new());
    }
    let district = *tx.district();
    let rows = tx.all(&sql::TREND, args![district, path, from.to_string()])?;
    let mut line = Vec::new();
    for group in rows.chunk_by(|a, b| a.text(12).ok() == b.text(12).ok()) {
        let (Some(first), Some(board)) = (group.first(), boards(group)?.pop()) else {
            continue;
        };
        line.push((first.text(12)?.parse()?, board));
    }
    Ok(line)
}

/// Three rows a place, one for each rate.
fn boards(rows: &[Row]) -> Result<Vec<Board>, CoverageError> {
    let mut boards: Vec<Board> = Vec::new();
    for row in rows {
        let org_path: OrgPath = row.get(1)?;
        if boards.last().is_none_or(|board| board.org_path != org_path) {
            boards.push(empty_board(row, org_path)?);
        }
        let metric = Metric::from_id(row.text(2)?).ok_or(StoreError::Column {
            index: 2,
            wanted: "Metric",
        })?;
        let rate = Rate::new(row.get(3)?, row.get(4)?);
        if let Some(board) = boards.last_mut() {
            match metric {
                Metric::Founded => board.founded = rate,
                Metric::Joined => board.joined = rate,
                Metric::RealName => board.real_name = rate,
            }
        }
    }
    Ok(boards)
}

fn empty_board(row: &Row, org_path: OrgPath) -> Result<Board, CoverageError> {
    let none = Rate::new(0, 0);
    Ok(Board {
        org: row.get(0)?,
        org_path,
        founded: none,
        joined: none,
        real_name: none,
        counts: Counts {
            members: row.get(7)?,
            unions: row.get(8)?,
            units: row.get(9)?,
            joined: row.get(10)?,
            gone: row.get(11)?,
        },
        at: row.get(6)?,
        definition: row.get(5)?,
    })
}

/// Where a page of rows begins: behind this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Its place.
    pub path: String,
    /// Its id.
    pub id: uuid::Uuid,
}

/// The rows behind a figure at or below `within`, in the order of the tree, behind `after`, at most `limit`.
/// Everything, also what was left out, when `show` is `None`.
///
/// # Errors
/// The store failed.
pub fn items(
    tx: &mut Tx,
    edition: Edition,
    metric: Metric,
    within: &OrgPath,
    show: Option<Show>,
    after: Option<&After>,
    limit: usize,
) -> Result<Vec<Item>, CoverageError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.narrowed(within).range();
    let mut query = Query::from(
        &sql::ITEMS,
        args![district, edition.stored(), metric.id(), from, to],
    );
    query = match show {
        None => query,
        Some(Show::Counted) => query.push(" AND (denominator > 0 OR numerator > 0)"),
        Some(Show::Missing) => query.push(" AND numerator < denominator"),
        Some(Show::Over) => {
            query.push(" AND subject_kind = 'employer' AND numerator > denominator")
        }
        Some(Show::LeftOut) => query.push(" AND denominator = 0 AND numerator = 0"),
    };
    let after = after.map(|after| [after.path.clone().into(), after.id.into()]);
    let order = [Key::Up("org_path"), Key::Up("subject_id")];
    let rows = tx.all(&query.paged(order, after, limit), args![])?;
    rows.iter().map(item_of).collect()
}

fn item_of(row: &Row) -> Result<Item, CoverageError> {
    let subject = if row.text(0)? == "employer" {
        Subject::Employer(row.get(1)?)
    } else {
        Subject::Org(row.get(1)?)
    };
    Ok(Item {
        subject,
        label: row.get(2)?,
        org_path: row.get(3)?,
        numerator: row.get(4)?,
        denominator: row.get(5)?,
        note: row.get(6)?,
    })
}

/// How many rows each choice of [`Show::ALL`] holds at or below `within`.
///
/// # Errors
/// The store failed.
pub fn item_counts(
    tx: &mut Tx,
    edition: Edition,
    metric: Metric,
    within: &OrgPath,
) -> Result<[u64; 4], CoverageError> {
    let row = sums(tx, edition, metric, within)?;
    Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
}

/// A rate added up again from the rows behind it; for any union, also one that has no figures of its own. Equal to
/// the figure that was kept.
///
/// # Errors
/// The store failed.
pub fn recount(
    tx: &mut Tx,
    edition: Edition,
    metric: Metric,
    within: &OrgPath,
) -> Result<Rate, CoverageError> {
    let row = sums(tx, edition, metric, within)?;
    Ok(Rate::new(row.get(4)?, row.get(5)?))
}

fn sums(
    tx: &mut Tx,
    edition: Edition,
    metric: Metric,
    within: &OrgPath,
) -> Result<Row, CoverageError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.narrowed(within).range();
    Ok(tx.one(
        &sql::ITEM_COUNTS,
        args![district, edition.stored(), metric.id(), from, to],
    )?)
}
