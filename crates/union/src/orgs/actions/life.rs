//! Suspend, resume, dissolve.

use kernel::{Date, OrgId, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::flow::Verb;
use super::super::model::{HistoryKind, Org, OrgRef, OrgState};
use super::super::{OrgError, OrgKind, committee, days, founding, read, sql};
use super::card::must_change;
use super::record;
use crate::access::CapabilitySet;
use crate::{employers, members};

/// Enough units to see whether there is more than one.
const SOME: usize = 3;

/// A union pauses (停止活动): it keeps its members and units and takes no new ones.
///
/// # Errors
/// Not found within scope; the post may not change unions; it is not at work; no reason.
pub fn suspend(
    tx: &mut Tx,
    may: CapabilitySet,
    id: OrgId,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    let org = read::card(tx, id)?;
    must_change(may)?;
    let mut against = Refusals::new();
    against.require(
        org.state == OrgState::Active,
        "org.wrong_state",
        format!(
            "现在是「{}」，只有正常运行的工会能停止活动",
            org.state.title()
        ),
    );
    against.require(
        org.kind != OrgKind::Federation,
        "org.root_stays",
        "区总工会不能停止活动",
    );
    against.require(!why.trim().is_empty(), "org.reason", "请写明停止活动的原因");
    against.into_result()?;
    days::next_turn(tx, &org, on)?;
    change_state(
        tx,
        &org,
        OrgState::Suspended,
        HistoryKind::Suspended,
        on,
        why,
    )?;
    founding::mirror_union(tx, id, Verb::Suspend, why)?;
    audited(tx, &org, "org.suspended", on, why)
}

/// A paused union takes up work again (恢复活动).
///
/// # Errors
/// Not found within scope; the post may not change unions; it is not paused; no reason.
pub fn resume(
    tx: &mut Tx,
    may: CapabilitySet,
    id: OrgId,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    let org = read::card(tx, id)?;
    must_change(may)?;
    let mut against = Refusals::new();
    against.require(
        org.state == OrgState::Suspended,
        "org.wrong_state",
        format!("现在是「{}」，不需要恢复", org.state.title()),
    );
    against.require(!why.trim().is_empty(), "org.reason", "请写明恢复活动的依据");
    against.into_result()?;
    days::next_turn(tx, &org, on)?;
    change_state(tx, &org, OrgState::Active, HistoryKind::Resumed, on, why)?;
    founding::mirror_union(tx, id, Verb::Resume, why)?;
    audited(tx, &org, "org.resumed", on, why)
}

/// What a dissolution would hand over, for the form before it is sent.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    /// Living unions directly below; they must move or end first.
    pub unions_below: i64,
    /// Members of its own.
    pub members: i64,
    /// Units it covers.
    pub employers: i64,
}

/// What a union leaves behind.
///
/// # Errors
/// Not found within scope.
pub fn estate(tx: &mut Tx, id: OrgId) -> Result<Estate, OrgError> {
    let org = read::card(tx, id)?;
    let district = *tx.district();
    let unions_below = tx.one(&sql::LIVING_CHILDREN, args![district, id])?.get(0)?;
    let (_, employers) =
        employers::covered_by(tx, id, 0).map_err(|fault| OrgError::from_room(&fault))?;
    Ok(Estate {
        unions_below,
        members: org.member_count,
        employers,
    })
}

/// A union ends (撤销). Its members and units go to `heir`, assets and papers to the union above; only its
/// history remains. No union is dissolved at will (工会法第十三条): the reason is kept.
///
/// # Errors
/// Not found within scope; the post may not change unions; living unions below; members or units without an
/// heir; an heir that is not at work; no reason.
pub fn dissolve(
    tx: &mut Tx,
    may: CapabilitySet,
    id: OrgId,
    heir: Option<OrgId>,
    on: Date,
    why: &str,
) -> Result<Estate, OrgError> {
    let org = read::card(tx, id)?;
    must_change(may)?;
    let left = estate(tx, id)?;
    let heir = heir.map(|heir| read::card(tx, heir)).transpose()?;
    against(&org, heir.as_ref(), &left, why).into_result()?;
    days::next_turn(tx, &org, on)?;
    not_before_what_it_leaves(tx, &org, on)?;
    if let Some(heir) = &heir {
        days::happened(heir, "on", on, tx.today())?;
        not_another_units_own(tx, &org, heir)?;
    }
    let heir = heir.map(|heir| heir.to_ref());
    hand_over(tx, &org, heir.as_ref(), on, why)?;
    let district = *tx.district();
    tx.exec(&committee::sql::END_ALL, args![district, id, on])?;
    tx.exec(
        &committee::sql::END_OFFICERS_OF_ORG,
        args![district, id, on],
    )?;
    tx.exec(&sql::RELEASE_INDUSTRY, args![district, id])?;
    founding::mirror_union(tx, id, Verb::Dissolve, why)?;
    change_state(
        tx,
        &org,
        OrgState::Dissolved,
        HistoryKind::Dissolved,
        on,
        why,
    )?;
    record_heir(tx, &org, heir.as_ref(), &left, on, why)?;
    let detail = json!({ "heir": heir.map(|heir| heir.id), "members": left.members, "employers": left.employers, "on": on });
    tx.audit(
        Audit::of("org.dissolved", "org", id)
            .at(&org.path)
            .why(why.trim())
            .detail(detail),
    )?;
    Ok(left)
}

fn against(org: &Org, heir: Option<&Org>, left: &Estate, why: &str) -> Refusals {
    let mut out = Refusals::new();
    out.require(
        org.kind != OrgKind::Federation,
        "org.root_stays",
        "区总工会不能撤销",
    );
    out.require(
        org.state != OrgState::Dissolved,
        "org.dissolved",
        "这个组织已经撤销",
    );
    out.require(
        left.unions_below == 0,
        "org.has_children",
        format!("还有 {} 个下级组织，请先移交或撤销", left.unions_below),
    );
    let nobody = left.members == 0 && left.employers == 0;
    out.require(
        heir.is_some() || nobody,
        "org.heir_missing",
        format!(
            "还有会员 {} 人、单位 {} 个，请指定承接的工会",
            left.members, left.employers
        ),
    );
    out.require(
        !why.trim().is_empty(),
        "org.reason",
        "请写明撤销的原因和批复（工会法第十三条：任何组织和个人不得随意撤销工会组织）",
    );
    if let Some(heir) = heir {
        out.require(heir.id != org.id, "org.heir_self", "承接的工会不能是它自己");
        out.require(
            heir.state == OrgState::Active,
            "org.heir_closed",
            format!("「{}」不在正常运行，不能承接", heir.name),
        );
        out.require(
            !matches!(heir.kind, OrgKind::Branch | OrgKind::Team),
            "org.heir_kind",
            "分工会和工会小组不能承接",
        );
    }
    out
}

/// Nobody joined a union that had ended, nor was a unit covered by it or a committee elected: an earlier day would
/// leave periods of no length.
fn not_before_what_it_leaves(tx: &mut Tx, org: &Org, on: Date) -> Result<(), OrgError> {
    let joined = members::last_joined(tx, org.id).map_err(|fault| OrgError::from_room(&fault))?;
    days::not_before(("on", "org.before_members"), on, joined, |since| {
        format!("撤销日期不能早于最后一名在册会员到这里的 {since}")
    })?;
    let covered =
        employers::last_covered(tx, org.id).map_err(|fault| OrgError::from_room(&fault))?;
    // What it took over today it covers from tomorrow.
    let covered = covered.map(|since| since.min(tx.today()));
    days::not_before(("on", "org.before_units"), on, covered, |since| {
        format!("撤销日期不能早于最后一个单位由它覆盖的 {since}")
    })?;
    let district = *tx.district();
    let row = tx.opt(&committee::sql::LAST_BEGUN, args![district, org.id])?;
    let elected = row.map(|row| row.get(0)).transpose()?;
    days::not_before(("on", "org.before_election"), on, elected, |since| {
        format!("撤销日期不能早于现任委员会选举的 {since}")
    })
}

/// A single-unit union (单独建会) is one unit's own: it takes over what belongs to that unit and nothing else.
fn not_another_units_own(tx: &mut Tx, org: &Org, heir: &Org) -> Result<(), OrgError> {
    if heir.kind != OrgKind::Single {
        return Ok(());
    }
    let mut units = Vec::new();
    for union in [heir.id, org.id] {
        let (edges, _) =
            employers::covered_by(tx, union, SOME).map_err(|fault| OrgError::from_room(&fault))?;
        units.extend(edges.into_iter().map(|edge| edge.employer));
    }
    units.sort_unstable();
    units.dedup();
    if units.len() <= 1 {
        return Ok(());
    }
    Err(OrgError::invalid(
        "heir",
        "org.heir_single",
        format!(
            "「{}」是单独建会，只对应自己的单位，不能承接别的单位的会员；请选联合工会、区域或行业工会联合会，或上一级工会",
            heir.name
        ),
    ))
}

fn hand_over(
    tx: &mut Tx,
    org: &Org,
    heir: Option<&OrgRef>,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    if let Some(heir) = heir {
        members::hand_over(tx, org.id, heir, on, why)
            .map_err(|fault| OrgError::from_room(&fault))?;
    }
    employers::hand_over(tx, &org.to_ref(), heir, on)
        .map_err(|fault| OrgError::from_room(&fault))?;
    Ok(())
}

fn record_heir(
    tx: &mut Tx,
    org: &Org,
    heir: Option<&OrgRef>,
    left: &Estate,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    let Some(heir) = heir else { return Ok(()) };
    let after = json!({ "移交自": org.name, "会员": left.members, "单位": left.employers });
    record(
        tx,
        heir.id,
        HistoryKind::HandedOver,
        on,
        (json!({}), after),
        why.trim(),
    )?;
    let after = json!({ "移交给": heir.name, "会员": left.members, "单位": left.employers });
    record(
        tx,
        org.id,
        HistoryKind::HandedOver,
        on,
        (json!({}), after),
        why.trim(),
    )
}

fn change_state(
    tx: &mut Tx,
    org: &Org,
    to: OrgState,
    kind: HistoryKind,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    let district = *tx.district();
    let ended = (to == OrgState::Dissolved).then_some(on);
    if tx.exec(
        &sql::SET_STATE,
        args![district, org.id, to.id(), ended, org.version],
    )? == 0
    {
        return Err(OrgError::Stale);
    }
    let change = (
        json!({ "状态": org.state.title() }),
        json!({ "状态": to.title() }),
    );
    record(tx, org.id, kind, on, change, why.trim())
}

fn audited(
    tx: &mut Tx,
    org: &Org,
    action: &'static str,
    on: Date,
    why: &str,
) -> Result<(), OrgError> {
    tx.audit(
        Audit::of(action, "org", org.id)
            .at(&org.path)
            .why(why.trim())
            .detail(json!({ "on": on })),
    )?;
    Ok(())
}
