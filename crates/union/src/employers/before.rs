//! 撤回导入时放回原样: what a batch taught a known employer, kept so that it can be taken back.
//!
//! The image holds the card before and after, and the codes, names and counts that came new. It is put back only
//! when nobody has changed the employer since; a place that has moved meanwhile (a union moved with its subtree)
//! stays where it is now.

use kernel::Date;
use kernel::ids::{BatchId, EmployerId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, StoreError, Tx, args};

use super::actions::{changes, write_card};
use super::model::Employer;
use super::{EmployerError, read, sql};
use crate::orgs;

/// What one batch changed in one employer.
#[derive(Debug, Serialize, Deserialize)]
struct Image {
    before: Employer,
    after: Employer,
    /// Codes of other offices it brought: kind and code.
    codes: Vec<(String, String)>,
    /// Other names it brought.
    names: Vec<String>,
    /// Counts it brought or replaced, with what stood on that day.
    counts: Vec<(Date, Option<(i64, String)>)>,
}

/// What lies beside the card and may grow with a batch.
pub(super) struct Beside {
    codes: Vec<(String, String)>,
    names: Vec<String>,
    counts: Vec<(Date, i64, String)>,
}

impl Beside {
    /// As it is now.
    pub(super) fn of(tx: &mut Tx, id: EmployerId) -> Result<Self, EmployerError> {
        Ok(Self {
            codes: read::codes(tx, id)?,
            names: read::other_names(tx, id)?
                .into_iter()
                .map(|other| other.name)
                .collect(),
            counts: read::headcounts(tx, id)?,
        })
    }
}

/// Keeps what a batch has just changed. Two rows about the same employer make one image.
pub(super) fn remember(
    tx: &mut Tx,
    batch: BatchId,
    before: &Employer,
    beside: &Beside,
) -> Result<(), EmployerError> {
    let (district, id) = (*tx.district(), before.id);
    let (after, now) = (read::card(tx, id)?, Beside::of(tx, id)?);
    let fresh = Image {
        before: before.clone(),
        codes: new_in(&now.codes, &beside.codes),
        names: new_in(&now.names, &beside.names),
        counts: new_in(&now.counts, &beside.counts)
            .into_iter()
            .map(|(on, ..)| (on, stood(&beside.counts, on)))
            .collect(),
        after,
    };
    let image = match image(tx, batch, id)? {
        Some((first, _)) => followed(first, fresh),
        None => fresh,
    };
    let text = serde_json::to_value(&image).map_err(|fault| unreadable(&fault))?;
    tx.exec(
        &sql::REMEMBER,
        args![
            district,
            batch,
            id,
            image.after.org_path,
            text,
            image.after.version
        ],
    )?;
    Ok(())
}

fn new_in<T: Clone + PartialEq>(now: &[T], before: &[T]) -> Vec<T> {
    now.iter()
        .filter(|one| !before.contains(one))
        .cloned()
        .collect()
}

fn stood(counts: &[(Date, i64, String)], on: Date) -> Option<(i64, String)> {
    let known = counts.iter().find(|(day, ..)| *day == on);
    known.map(|(_, count, source)| (*count, source.clone()))
}

/// The first image, with what came later.
fn followed(mut first: Image, later: Image) -> Image {
    first.codes.extend(later.codes);
    first.names.extend(later.names);
    let known: Vec<Date> = first.counts.iter().map(|(on, _)| *on).collect();
    first.counts.extend(
        later
            .counts
            .into_iter()
            .filter(|(on, _)| !known.contains(on)),
    );
    first.after = later.after;
    first
}

fn image(
    tx: &mut Tx,
    batch: BatchId,
    id: EmployerId,
) -> Result<Option<(Image, i64)>, EmployerError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::IMAGE, args![district, batch, id])? else {
        return Ok(None);
    };
    let image = serde_json::from_value(row.get(0)?).map_err(|fault| unreadable(&fault))?;
    Ok(Some((image, row.get(1)?)))
}

fn unreadable(fault: &serde_json::Error) -> EmployerError {
    EmployerError::Store(StoreError::Database(fault.to_string()))
}

/// Employers that a batch changed and did not enter, after `after`, at most `limit`.
///
/// # Errors
/// The store failed.
pub fn changed(
    tx: &mut Tx,
    batch: BatchId,
    after: EmployerId,
    limit: usize,
) -> Result<Vec<EmployerId>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::CHANGED_BY, args![district, batch, after, limit])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Puts one employer back as it was before the batch; why it stays otherwise.
///
/// # Errors
/// The store failed, or the image cannot be read.
pub fn put_back(
    tx: &mut Tx,
    batch: BatchId,
    id: EmployerId,
) -> Result<Option<&'static str>, EmployerError> {
    let Some((image, version)) = image(tx, batch, id)? else {
        return Ok(None);
    };
    let Ok(now) = read::card(tx, id) else {
        return Ok(Some("已调整到别的工会"));
    };
    if now.version != version {
        return Ok(Some("导入后又修改过"));
    }
    let district = *tx.district();
    let back = as_before(tx, &now, &image)?;
    write_card(tx, &back, now.version)?;
    for (kind, code) in &image.codes {
        tx.exec(&sql::DROP_CODE, args![district, id, kind, code])?;
    }
    for name in &image.names {
        tx.exec(&sql::DROP_NAME, args![district, id, name])?;
    }
    for (on, stood) in &image.counts {
        match stood {
            Some((count, source)) => {
                tx.exec(&sql::PUT_HEADCOUNT, args![district, id, on, count, source])?
            }
            None => tx.exec(&sql::DROP_HEADCOUNT, args![district, id, on])?,
        };
    }
    tx.exec(&sql::FORGET, args![district, batch, id])?;
    let mut detail = changes(&now, &back);
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("batch".to_owned(), json!(batch));
    }
    tx.audit(
        Audit::of("employer.import_undone", "employer", id)
            .at(&back.org_path)
            .detail(detail),
    )?;
    Ok(None)
}

/// The card to go back to: all as before, but the place only when the batch had changed it, nothing has moved since
/// and there is still a union at the old place.
fn as_before(tx: &mut Tx, now: &Employer, image: &Image) -> Result<Employer, EmployerError> {
    let mut back = image.before.clone();
    let (before, after) = (&image.before.org_path, &image.after.org_path);
    let moved = before != after
        && now.org_path == *after
        && orgs::path_names(tx, before)?
            .iter()
            .any(|org| org.path == *before);
    if !moved {
        back.org_path.clone_from(&now.org_path);
        back.town = now.town;
    }
    Ok(back)
}

/// Drops the images of a batch: its time for undoing is over, or it has been undone.
///
/// # Errors
/// The store failed.
pub fn forget(tx: &mut Tx, batch: BatchId) -> Result<u64, EmployerError> {
    let district = *tx.district();
    Ok(tx.exec(&sql::FORGET_ALL, args![district, batch])?)
}
