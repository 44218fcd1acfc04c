//! 照片 photographs of a check-in: what the sentinel saw. Sealed as every file is, taken once however often they arrive,
//! and only from whoever made the check-in.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, OrgPath};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::{WeeklyRules, sql};
use crate::access::Capability;
use crate::arrears::model::{CheckInId, CheckInPhotoId};
use crate::arrears::{ArrearsError, Permit, rules};
use crate::attachments::FileBytes;

/// The sealed column.
const FILE: &str = "check_in_photo.file_sealed";

/// A photograph, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its id.
    pub id: CheckInPhotoId,
    /// Its size in bytes.
    pub size: i64,
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

/// One photograph, opened.
///
/// # Errors
/// [`ArrearsError::NotFound`] out of reach.
pub fn photo(tx: &mut Tx, id: CheckInPhotoId) -> Result<FileBytes, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let row = tx.opt(&sql::PHOTO, args![district, id, from, to])?;
    let row = row.ok_or(ArrearsError::NotFound)?;
    let sealed = row.bytes(2)?.ok_or(ArrearsError::NotFound)?;
    let names = (row.get(0)?, row.get(1)?);
    let place = id.to_string();
    Ok(FileBytes::opened(
        tx.vault(),
        (FILE, &place),
        names,
        sealed,
    )?)
}
