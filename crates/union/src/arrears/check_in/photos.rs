//! 照片 photographs of a check-in: what the sentinel saw. Sealed as every file is, taken once however often they arrive,
//! and only from whoever made the check-in.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, Instant, OrgPath};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::{WeeklyRules, sql};
use crate::access::Capability;
use crate::arrears::model::{CheckInId, CheckInPhotoId};
use crate::arrears::{ArrearsError, Permit, rules};
use crate::attachments::FileBytes;
use crate::cases::{CaseError, Outlived};

/// The sealed column.
const FILE: &str = "check_in_photo.file_sealed";

/// Photographs shown of one employer.
const SHOWN: usize = 60;

/// A photograph, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its id.
    pub id: CheckInPhotoId,
    /// Its size in bytes.
    pub size: i64,
}

impl Photo {
    /// Its size in KB, rounded up.
    pub fn kb(&self) -> i64 {
        (self.size + 1023) / 1024
    }
}

/// Adds a photograph to one's own check-in, named by the phone's key (附照片). The same one again changes nothing.
///
/// # Errors
/// Forbidden; no such check-in, somebody else's, or out of reach; too large, too many, not a photograph.
pub fn add_photo(
    tx: &mut Tx,
    permit: &Permit,
    key: &str,
    file: &FileBytes,
) -> Result<(), ArrearsError> {
    rules::require(permit, Capability::SignalsEnter)?;
    let district = *tx.district();
    let row = tx.opt(&sql::MADE_BY_KEY, args![district, key])?;
    let row = row.ok_or(ArrearsError::NotFound)?;
    let (id, path, by): (CheckInId, OrgPath, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    if by != tx.actor().label || !tx.actor().scope.covers(&path) {
        return Err(ArrearsError::NotFound);
    }
    let digest = file.digest();
    let row = tx.one(&sql::COUNT_PHOTOS, args![district, id, digest])?;
    let (count, same): (i64, i64) = (row.get(0)?, row.get(1)?);
    if same > 0 {
        return Ok(());
    }
    let rules = WeeklyRules::at(district, tx.today())?;
    check(rules, count, file)?;
    let (now, photo) = (tx.now(), tx.new_id::<CheckInPhotoId>());
    let sealed = file.sealed(tx.vault(), FILE, &photo.to_string());
    tx.exec(
        &sql::INSERT_PHOTO,
        args![
            district,
            photo,
            id,
            file.kept_name(),
            file.media,
            file.bytes.len(),
            digest,
            sealed,
            now
        ],
    )?;
    tx.audit(
        Audit::of("check_in.photo_added", "check_in", id)
            .at(&path)
            .detail(json!({ "size": file.bytes.len() })),
    )?;
    Ok(())
}

fn check(rules: &WeeklyRules, count: i64, file: &FileBytes) -> Result<(), ArrearsError> {
    const CODE: &str = "check_in.photo";
    let rule = &rules.photos;
    let mut refusals = file.refusals(CODE, rule.largest());
    refusals.require(
        rule.endings.contains(&file.ending()),
        CODE,
        format!(
            "「{}」不是照片，请选 {}",
            file.kept_name(),
            rule.endings.join("、")
        ),
    );
    refusals.require(
        count < rule.most,
        CODE,
        format!("一次填报最多 {} 张照片", rule.most),
    );
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(ArrearsError::invalid("photo", CODE, refusals.to_string()))
    }
}

/// The photographs of an employer's check-ins since a week within scope, by check-in.
pub(super) fn of_employer(
    tx: &mut Tx,
    employer: EmployerId,
    week: Date,
) -> Result<BTreeMap<CheckInId, Vec<Photo>>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::PHOTOS, args![district, employer, week, from, to])?;
    let mut found: BTreeMap<CheckInId, Vec<Photo>> = BTreeMap::new();
    let read = |row: &Row| {
        let (id, size) = (row.get(0)?, row.get(2)?);
        Ok::<_, StoreError>((row.get(1)?, Photo { id, size }))
    };
    for row in &rows {
        let (check_in, photo) = read(row)?;
        found.entry(check_in).or_default().push(photo);
    }
    Ok(found)
}

/// One photograph, opened; that it was is in the log.
///
/// # Errors
/// [`ArrearsError::NotFound`] out of reach, or destroyed.
pub fn photo(tx: &mut Tx, id: CheckInPhotoId) -> Result<FileBytes, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let row = tx.opt(&sql::PHOTO, args![district, id, from, to])?;
    let row = row.ok_or(ArrearsError::NotFound)?;
    let sealed = row.bytes(2)?.ok_or(ArrearsError::NotFound)?;
    let names = (row.get(0)?, row.get(1)?);
    let (check_in, path): (CheckInId, OrgPath) = (row.get(3)?, row.get(4)?);
    let place = id.to_string();
    let file = FileBytes::opened(tx.vault(), (FILE, &place), names, sealed)?;
    tx.audit(
        Audit::of("check_in.photo_opened", "check_in", check_in)
            .at(&path)
            .detail(json!({ "photo": place })),
    )?;
    Ok(file)
}

/// A check-in with photographs, for the pages about its employer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The day it speaks about.
    pub on: Date,
    /// Who was there, with the post.
    pub by: String,
    /// What they wrote.
    pub note: String,
    /// The photographs, without their bytes.
    pub photos: Vec<Photo>,
}

/// The photographs of an employer within scope, newest check-in first; a bounded number of them.
///
/// # Errors
/// The store failed.
pub fn seen(tx: &mut Tx, employer: EmployerId) -> Result<Vec<Seen>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::PHOTOS_OF, args![district, employer, from, to, SHOWN])?;
    let (mut found, mut last): (Vec<Seen>, Option<CheckInId>) = (Vec::new(), None);
    for row in &rows {
        let (id, size) = (row.get(0)?, row.get(1)?);
        let check_in: CheckInId = row.get(2)?;
        if last != Some(check_in) {
            found.push(Seen {
                on: row.get(3)?,
                by: row.get(4)?,
                note: row.get(5)?,
                photos: Vec::new(),
            });
            last = Some(check_in);
        }
        if let Some(one) = found.last_mut() {
            one.photos.push(Photo { id, size });
        }
    }
    Ok(found)
}

/// Photographs that have been kept long enough (保管期满): how many, and before which day they came. Those of an
/// employer with an open alert wait until it has ended.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn photos_due(tx: &mut Tx) -> Result<(i64, Option<Date>), ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let keep = &WeeklyRules::at(district, today)?.photos.keep;
    let Some(before) = keep.before(today) else {
        return Ok((0, None));
    };
    let row = tx.one(&sql::PHOTOS_DUE, args![district, moment(before)])?;
    Ok((row.get(0)?, Some(before)))
}

/// What the night lists beside the cases, and what goes with them.
#[derive(Debug)]
pub struct RoundPhotos;

impl Outlived for RoundPhotos {
    fn due(&self, tx: &mut Tx) -> Result<(i64, Option<Date>), CaseError> {
        photos_due(tx).map_err(in_cases)
    }

    fn destroy(&self, tx: &mut Tx, before: Date, most: usize) -> Result<usize, CaseError> {
        destroy_photos(tx, before, most).map_err(in_cases)
    }
}

fn in_cases(fault: ArrearsError) -> CaseError {
    match fault {
        ArrearsError::Store(fault) => fault.into(),
        other => CaseError::Definition(other.to_string()),
    }
}

/// Destroys photographs that came before a day, at most so many; how many were. Only for the list two persons agreed on.
fn destroy_photos(tx: &mut Tx, before: Date, most: usize) -> Result<usize, ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    let rows = tx.all(
        &sql::PHOTOS_TO_DESTROY,
        args![district, moment(before), most],
    )?;
    for row in &rows {
        let id: CheckInPhotoId = row.get(0)?;
        // An empty file, sealed like every other: a change of keys walks over it as well.
        let nothing = FileBytes::default().sealed(tx.vault(), FILE, &id.to_string());
        tx.exec(&sql::DESTROY_PHOTO, args![district, id, nothing, now])?;
    }
    if !rows.is_empty() {
        tx.audit(
            Audit::of("check_in.photos_destroyed", "check_in", "photos")
                .detail(json!({ "photos": rows.len(), "before": before.to_string() })),
        )?;
    }
    Ok(rows.len())
}

fn moment(day: Date) -> Instant {
    Instant::from_shanghai(day, 0, 0)
}
