//! The case kinds in force, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::case_kind::{Almanac, CaseKind};
use kernel::definitions::Catalogue;
use kernel::{Calendar, Date, DistrictCode};

use super::CaseError;

/// Every readable version of every kind, by fingerprint.
static BY_HASH: LazyLock<BTreeMap<String, CaseKind>> = LazyLock::new(|| {
    Catalogue::in_force()
        .of_kind("cases")
        .filter_map(|definition| CaseKind::read(definition).ok())
        .map(|kind| (kind.hash.clone(), kind))
        .collect()
});

/// The kind with this id that holds in a district on a day.
///
/// # Errors
/// [`CaseError::Definition`] when none does.
pub fn kind(id: &str, place: DistrictCode, day: Date) -> Result<&'static CaseKind, CaseError> {
    Catalogue::in_force()
        .at(id, place, day)
        .and_then(|definition| BY_HASH.get(&definition.hash))
        .ok_or_else(|| CaseError::Definition(format!("{place} 没有适用于 {day} 的办件类型 {id}")))
}

/// The version a case was opened with; when its text is no longer delivered, the one in force on that day.
pub(super) fn pinned(
    hash: &str,
    id: &str,
    place: DistrictCode,
    day: Date,
) -> Result<&'static CaseKind, CaseError> {
    BY_HASH.get(hash).map_or_else(|| kind(id, place, day), Ok)
}

/// All kinds in force in a district on a day, by id.
pub fn kinds(place: DistrictCode, day: Date) -> Vec<&'static CaseKind> {
    let mut ids: Vec<&str> = BY_HASH.values().map(|kind| kind.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| kind(id, place, day).ok())
        .collect()
}

/// What time is measured with in a district on a day.
pub(super) fn almanac(place: DistrictCode, day: Date) -> Almanac<'static> {
    Almanac::at(Catalogue::in_force(), Calendar::national(), place, day)
}
