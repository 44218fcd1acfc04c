//! Freezing a month, and counting today.

use kernel::Instant;
use serde_json::json;
use store::{Audit, Tx, Value, args};

use super::compute::{Picture, picture};
use super::gather::ground;
use super::{CoverageError, Edition, Item, Metric, Month, Rates, Subject, read, sql};
use crate::relocation::Relocation;

/// What became of a request to freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freezing {
    /// The month is frozen now.
    Frozen,
    /// It was frozen before; nothing changed.
    Already(Instant),
}

/// Freeze the figures of a month that has ended (冻结月度数据): rates, counts and the rows behind them, as of its
/// last evening. Doing it twice changes nothing.
///
/// Memberships, links, counts of employees and deregistrations are dated, so a month that was missed is counted
/// as it was; verified identities and whom a member works for are as recorded now.
///
/// # Errors
/// Refused while the month runs, or for a post that does not see the whole district.
pub fn freeze(tx: &mut Tx, month: Month) -> Result<Freezing, CoverageError> {
    whole(tx)?;
    if month.last() >= tx.today() {
        return Err(CoverageError::month_open(month));
    }
    if let Some(at) = read::kept_since(tx, Edition::Month(month))? {
        return Ok(Freezing::Already(at));
    }
    let rates = Rates::at(*tx.district(), month.last())?;
    let found = picture(&ground(tx, month.last())?, rates.body);
    if found.places.is_empty() {
        return Err(CoverageError::no_unions());
    }
    let reference = rates.reference();
    keep(tx, Edition::Month(month), &found, &reference.hash)?;
    let top = found.places.first();
    let sums = |at: usize| {
        top.and_then(|place| place.sums.get(at))
            .copied()
            .unwrap_or((0, 0))
    };
    tx.audit(Audit::of("coverage.frozen", "coverage", month.to_string()).detail(json!({
        "month": month.to_string(), "places": found.places.len(), "items": found.items.len(),
        "founded": sums(0), "joined": sums(1), "real_name": sums(2),
        "definition": reference.id, "jurisdiction": reference.jurisdiction.as_str(), "hash": reference.hash,
    })))?;
    Ok(Freezing::Frozen)
}

/// Freeze every month that ended since the last frozen one; the last ended month when none ever was. Nights on
/// which the program did not run are made up for.
///
/// # Errors
/// As [`freeze`].
pub fn catch_up(tx: &mut Tx) -> Result<Vec<Month>, CoverageError> {
    let ended = Month::of(tx.today()).before();
    if crate::orgs::top(tx)?.is_none() {
        return Ok(Vec::new());
    }
    let mut month = read::last_frozen(tx)?.map_or(ended, Month::after);
    let mut done = Vec::new();
    while month <= ended {
        if freeze(tx, month)? == Freezing::Frozen {
            done.push(month);
        }
        month = month.after();
    }
    Ok(done)
}

/// Today's figures, counted and not yet kept.
#[derive(Debug)]
pub struct Counted {
    picture: Picture,
    definition: String,
}

/// Count today (统计最新数据). Reads everything once; call it in a read, so that nobody's writing waits for it.
///
/// # Errors
/// Refused for a post that does not see the whole district.
pub fn count_today(tx: &mut Tx) -> Result<Counted, CoverageError> {
    whole(tx)?;
    let today = tx.today();
    let rates = Rates::at(*tx.district(), today)?;
    let picture = picture(&ground(tx, today)?, rates.body);
    Ok(Counted {
        picture,
        definition: rates.reference().hash,
    })
}

/// Keep today's figures where pages find them. Nobody's decision, so it is done in `housekeep`; when nothing
/// changed, only the time of counting does.
///
/// # Errors
/// Refused for a post that does not see the whole district.
pub fn keep_today(tx: &mut Tx, counted: &Counted) -> Result<(), CoverageError> {
    whole(tx)?;
    let (district, now) = (*tx.district(), tx.now());
    if !counted.picture.places.is_empty() && read::same_as_kept(tx, &counted.picture)? {
        tx.exec(&sql::TOUCH, args![district, now])?;
        return Ok(());
    }
    tx.exec(&sql::DROP_SNAPSHOTS, args![district])?;
    tx.exec(&sql::DROP_COUNTS, args![district])?;
    tx.exec(&sql::DROP_ITEMS, args![district])?;
    keep(tx, Edition::Current, &counted.picture, &counted.definition)
}

/// Only who sees the whole district may count it: a part would be kept as the whole.
fn whole(tx: &mut Tx) -> Result<(), CoverageError> {
    let root = crate::orgs::root_path()?;
    if tx.actor().scope.covers(&root) {
        Ok(())
    } else {
        Err(CoverageError::not_whole())
    }
}

fn keep(
    tx: &mut Tx,
    edition: Edition,
    picture: &Picture,
    definition: &str,
) -> Result<(), CoverageError> {
    let (district, now, month) = (*tx.district(), tx.now(), edition.stored());
    let figures = picture.places.iter().flat_map(|place| {
        let (month, path) = (&month, &place.path);
        Metric::ALL
            .into_iter()
            .zip(place.sums)
            .map(move |(metric, (numerator, denominator))| {
                args![
                    district,
                    month,
                    place.org,
                    path,
                    metric.id(),
                    int(numerator),
                    int(denominator),
                    definition,
                    now
                ]
                .to_vec()
            })
    });
    tx.insert_many(&sql::INSERT_SNAPSHOT, figures)?;
    let counts = picture.places.iter().map(|place| {
        let c = &place.counts;
        args![
            district,
            month,
            place.org,
            place.path,
            int(c.members),
            int(c.unions),
            int(c.units),
            int(c.joined),
            int(c.gone)
        ]
        .to_vec()
    });
    tx.insert_many(&sql::INSERT_COUNT, counts)?;
    let items = picture
        .items
        .iter()
        .map(|(metric, item)| item_row(district, &month, *metric, item));
    tx.insert_many(&sql::INSERT_ITEM, items)?;
    Ok(())
}

fn item_row(
    district: kernel::DistrictCode,
    month: &str,
    metric: Metric,
    item: &Item,
) -> Vec<Value> {
    let (kind, id) = match item.subject {
        Subject::Employer(id) => ("employer", id.uuid()),
        Subject::Org(id) => ("org", id.uuid()),
    };
    let (numerator, denominator) = (int(item.numerator), int(item.denominator));
    args![
        district,
        month,
        metric.id(),
        kind,
        Value::Id(id),
        item.label,
        item.org_path,
        numerator,
        denominator,
        item.note
    ]
    .to_vec()
}

/// People and units fit easily; an absurd count is kept as the largest that does.
fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A subtree moved: its figures and the rows behind them go along, so that whoever is responsible now sees them.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), CoverageError> {
    let values = relocation.values(tx);
    for statement in [&sql::MOVE_SNAPSHOTS, &sql::MOVE_COUNTS, &sql::MOVE_ITEMS] {
        tx.exec(statement, &values)?;
    }
    Ok(())
}
