//! 诉求 demand: what every door that files one says alike, and what is noted when something that came with it is taken
//! back.

use std::collections::BTreeMap;

use kernel::ids::CaseId;
use serde_json::json;
use store::jobs::Event;
use store::{Audit, Tx, args};

use super::keep::{self, Act};
use super::{CaseError, load, sql};

/// The kind of case a demand is (民呼我为).
pub const DEMAND: &str = "cases.demand";

/// One line for lists: what it is and whom it is about, never who says it.
pub fn demand_title(fields: &BTreeMap<String, String>) -> String {
    let of = |name: &str| fields.get(name).map_or("", String::as_str);
    let (kind, subject) = (of("type"), of("subject"));
    match of("employer") {
        "" => format!("{kind}：{subject}"),
        employer => format!("{kind}：{subject}（{employer}）"),
    }
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
