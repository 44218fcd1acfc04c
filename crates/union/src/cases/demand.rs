//! What a worker files from the phone: a demand (诉求) and every other kind that says so; and what is noted when something
//! that came with it is taken back.

use kernel::case_kind::CaseKind;
use kernel::ids::CaseId;
use kernel::{Date, DistrictCode};
use serde_json::json;
use store::jobs::Event;
use store::{Audit, Tx, args};

use super::keep::{self, Act};
use super::{CaseError, kinds, load, sql};

/// The kind of case a demand is (民呼我为).
pub const DEMAND: &str = "cases.demand";

/// The kinds that workers file from the phone in a district on a day (职工自己办): a kind is one by its definition.
pub fn own_kinds(place: DistrictCode, day: Date) -> Vec<&'static CaseKind> {
    let mut kinds = kinds::kinds(place, day);
    kinds.retain(|kind| kind.hall.is_some());
    kinds
}

/// Notes in the file that the person concerned has taken back something another room keeps for the case. The case goes
/// on; into a file whose contents are destroyed nothing is written.
///
/// # Errors
/// [`CaseError::NotFound`]; the store failed.
pub fn taken_back(tx: &mut Tx, id: CaseId, note: &str) -> Result<(), CaseError> {
    let (district, case) = (*tx.district(), load::whole(tx, id)?);
    if tx.opt(&sql::IS_DESTROYED, args![district, id])?.is_some() {
        return Ok(());
    }
    let act = Act {
        verb: "@back",
        note,
        closing: None,
        audit: "case.taken_back",
        event: "case.taken_back",
    };
    let state = case.now.state.as_str();
    keep::event(tx, id, state, state, &act, &[])?;
    tx.audit(
        Audit::of(act.audit, "case", id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no })),
    )?;
    tx.emit(Event::of(act.event, id, json!({ "no": case.no })))?;
    Ok(())
}
