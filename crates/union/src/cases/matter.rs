//! 同一件事: what tells one matter from another, and the employer a form names in words as the register knows it. Two
//! spellings of one employer are one matter; a name that fits none or several stays as it was written.

use std::collections::BTreeMap;

use kernel::EmployerId;
use kernel::case_kind::CaseKind;
use kernel::ids::CaseId;
use store::{Row, Tx, args};

use super::helpers::OTHER_SIDE;
use super::model::{CaseRef, NewCase};
use super::{CaseError, intake, sql};
use crate::employers;

/// Kind of blind index of a matter.
const MATTER: &str = "case.matter";

/// The employer that the fields of a case mean: by credit code, or by its name without place, form and blanks.
///
/// # Errors
/// The store failed.
pub(super) fn unit(
    tx: &mut Tx,
    kind: &CaseKind,
    fields: &BTreeMap<String, String>,
) -> Result<Option<EmployerId>, CaseError> {
    match written(kind, fields) {
        Some(written) => Ok(employers::only(tx, written)?),
        None => Ok(None),
    }
}

/// The employer as the fields of a case name it, in words.
pub(super) fn written<'f>(
    kind: &CaseKind,
    fields: &'f BTreeMap<String, String>,
) -> Option<&'f str> {
    let asked = OTHER_SIDE.iter().filter(|name| kind.field(name).is_some());
    asked
        .filter_map(|name| fields.get(*name).map(|text| text.trim()))
        .find(|written| !written.is_empty())
}

/// What somebody comes with.
pub(super) struct About<'a> {
    pub(super) kind: &'a CaseKind,
    pub(super) fields: &'a BTreeMap<String, String>,
    pub(super) new: &'a NewCase,
    pub(super) phone: Option<&'a str>,
}

impl About<'_> {
    /// What tells this matter from others, if the kind says and everything needed is there. A known employer counts by the
    /// register, however it is written.
    pub(super) fn index(&self, tx: &Tx, unit: Option<EmployerId>) -> Option<Vec<u8>> {
        if self.kind.matter.is_empty() {
            return None;
        }
        let mut text = self.kind.id.clone();
        for name in &self.kind.matter {
            text.push('|');
            text.push_str(&self.part(name, unit)?);
        }
        Some(tx.vault().blind_index(MATTER, &text))
    }

    fn part(&self, name: &str, unit: Option<EmployerId>) -> Option<String> {
        match (name, unit) {
            ("@reporter", _) => {
                let reporter = self.new.reporter.as_ref();
                let member = reporter.and_then(|one| one.member);
                member
                    .map(|member| member.to_string())
                    .or(self.phone.map(str::to_owned))
            }
            ("@place", _) => self.new.place.map(|place| place.to_string()),
            (side, Some(unit)) if OTHER_SIDE.contains(&side) => Some(format!("unit:{unit}")),
            (field, _) => self
                .fields
                .get(field)
                .map(|value| kernel::text::trim(value).to_lowercase()),
        }
    }

    /// The open case of the same link, or of the same matter.
    pub(super) fn open(
        &self,
        tx: &mut Tx,
        matter: Option<&[u8]>,
    ) -> Result<Option<CaseRef>, CaseError> {
        let (district, kind, link) = (*tx.district(), self.kind, self.new.link);
        tx.across("the same matter may have come in at another place", |tx| {
            let mut row = None;
            if let Some((link, id)) = link {
                row = ours(kind, tx.all(&sql::OPEN_BY_LINK, args![district, link, id])?)?;
            }
            if let (None, Some(matter)) = (&row, matter) {
                let rows = tx.all(&sql::OPEN_BY_MATTER, args![district, kind.id, matter])?;
                row = ours(kind, rows)?;
            }
            let Some(row) = row else { return Ok(None) };
            let id: CaseId = row.get(0)?;
            Ok(Some(CaseRef {
                id,
                no: row.get(1)?,
                receipt: intake::receipt(tx, id),
                again: true,
            }))
        })
    }
}

/// The first that is not with another office: there nobody of ours would act on what comes in now.
fn ours(kind: &CaseKind, rows: Vec<Row>) -> Result<Option<Row>, CaseError> {
    for row in rows {
        if !kind.is_elsewhere(row.text(2)?) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
