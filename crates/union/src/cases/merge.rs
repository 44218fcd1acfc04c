//! 合并: the same matter goes on under another number. Who reported goes along, the code of the receipt leads on, and what
//! was missed before stays told.

use kernel::Refusals;
use kernel::case_kind::ClockState;
use serde_json::json;
use store::{Audit, Tx, args};

use super::helpers::OTHER_SIDE;
use super::keep::{self, Act};
use super::model::{ActInput, Case};
use super::{CaseError, identity, load, sql};
use crate::access::CapabilitySet;

/// The case another goes into: within reach, open, of the same kind, about the same, and not itself.
pub(super) fn target(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
    input: &ActInput,
) -> Result<Option<Case>, CaseError> {
    let Some(other) = input.other else {
        return Ok(None);
    };
    let other = load::visible(tx, may, other)?;
    let mut refusals = Refusals::new();
    refusals.require(other.id != case.id, "case.merge_self", "不能并入自己");
    refusals.require(
        other.kind.id == case.kind.id,
        "case.merge_kind",
        "只能并入同一类事项",
    );
    refusals.require(
        other.ended_at.is_none(),
        "case.merge_ended",
        "要并入的那一件已经办结",
    );
    refusals.require(
        !other.kind.is_elsewhere(&other.now.state),
        "case.merge_elsewhere",
        "要并入的那一件已经移交",
    );
    refusals.require(
        !other.is_confined() && !case.is_confined(),
        "case.merge_confined",
        "举报不和别的办件合并",
    );
    // A room that owns the merge has compared the two by itself.
    let one_unit = same_unit(tx, case, &other)?;
    let differs = differences(case, &other, one_unit);
    refusals.require(
        differs.is_empty() || input.same || input.room.is_some(),
        "case.merge_differs",
        format!(
            "两件写的不一样：{}。确实是同一件事的，请勾选“确认是同一件事”",
            differs.join("；")
        ),
    );
    refusals.into_result()?;
    Ok(Some(other))
}

/// What tells one matter from another and is not the same in the two.
fn differences(case: &Case, other: &Case, one_unit: bool) -> Vec<String> {
    let plain = |text: &String| kernel::text::trim(text).to_lowercase();
    let fields = case.kind.matter.iter();
    // Two spellings of an employer that the register knows as one are no difference.
    let fields = fields.filter(|name| !(one_unit && OTHER_SIDE.contains(&name.as_str())));
    fields
        .filter_map(|name| {
            let (here, there) = (case.now.fields.get(name)?, other.now.fields.get(name)?);
            let title = &case.kind.field(name)?.title;
            (plain(here) != plain(there))
                .then(|| format!("「{title}」本件是 {here}，{} 是 {there}", other.no))
        })
        .collect()
}

/// Whether both are about the same employer of the register.
fn same_unit(tx: &mut Tx, case: &Case, other: &Case) -> Result<bool, CaseError> {
    let here = identity::respondent(tx, case.id)?;
    Ok(here.is_some() && here == identity::respondent(tx, other.id)?)
}

/// The file that goes on says what it took in, who comes with it, and what was late by then.
pub(super) fn link(tx: &mut Tx, case: &Case, other: &Case, same: bool) -> Result<(), CaseError> {
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::INSERT_LINK,
        args![district, case.id, other.id, "merged_into", now],
    )?;
    identity::carry(tx, case, other)?;
    let clocks = case.now.clocks.iter();
    let late = clocks.filter(|one| one.state() == ClockState::Breached && case.kind.is_ours(one));
    let late: Vec<&str> = late.map(|clock| clock.title.as_str()).collect();
    let mut note = format!("{} 并入本件", case.no);
    if !late.is_empty() {
        note = format!("{note}；并入时已超时未办：{}", late.join("、"));
    }
    let one_unit = same_unit(tx, case, other)?;
    let differs = differences(case, other, one_unit);
    if same && !differs.is_empty() {
        note = format!("{note}；经办人确认是同一件事（{}）", differs.join("；"));
    }
    let act = Act {
        verb: "@merged",
        note: &note,
        closing: None,
        audit: "case.merged",
        event: "case.merged",
    };
    let state = &other.now.state;
    keep::event(tx, other.id, state, state, &act, &[])?;
    tx.audit(
        Audit::of(act.audit, "case", other.id)
            .at(&other.org_path)
            .detail(json!({ "from": case.no, "into": other.no, "late": late.len() })),
    )?;
    Ok(())
}
