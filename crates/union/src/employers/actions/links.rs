//! Coverage links (覆盖关系): which union covers which employer, from when to when.

use kernel::{Date, EdgeId, EmployerId, OrgId, OrgPath};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::model::EdgeKind;
use super::super::{EmployerError, read, sql};
use crate::orgs::{self, OrgKind, OrgRef};
use crate::relocation::Relocation;

/// Which way of covering a union of this kind offers.
pub fn edge_kind_for(kind: OrgKind) -> Option<EdgeKind> {
    match kind {
        OrgKind::Single | OrgKind::Project => Some(EdgeKind::Own),
        OrgKind::Joint | OrgKind::NewForm => Some(EdgeKind::Joint),
        OrgKind::Industry => Some(EdgeKind::Industry),
        OrgKind::Village
        | OrgKind::Park
        | OrgKind::Building
        | OrgKind::Regional
        | OrgKind::CommitteeOffice => Some(EdgeKind::Regional),
        OrgKind::Federation | OrgKind::Town | OrgKind::Zone | OrgKind::Branch | OrgKind::Team => {
            None
        }
    }
}

/// A union begins to cover an employer (建立覆盖关系). Doing it twice changes nothing.
///
/// # Errors
/// Not found within scope; refused when the union's kind does not cover employers that way, or when a single
/// union already has another employer.
pub fn link(
    tx: &mut Tx,
    org: OrgId,
    employer: EmployerId,
    kind: EdgeKind,
    from_on: Date,
) -> Result<EdgeId, EmployerError> {
    let union = orgs::card(tx, org)?;
    let unit = read::get(tx, employer)?;
    let district = *tx.district();
    if let Some(open) = tx.opt(&sql::OPEN_EDGE, args![district, org, employer, kind.id()])? {
        return Ok(open.get(0)?);
    }
    if edge_kind_for(union.kind) != Some(kind) {
        let message = format!("「{}」不能以「{}」的方式覆盖单位", union.kind, kind.title());
        return Err(EmployerError::invalid(
            "kind",
            "employer.wrong_edge",
            message,
        ));
    }
    if union.kind == OrgKind::Single
        && tx
            .one(&sql::COUNT_EDGES_OF_ORG, args![district, org])?
            .get::<i64>(0)?
            > 0
    {
        return Err(EmployerError::refused(
            "employer.single_has_one",
            format!(
                "「{}」是单独基层工会，已对应一个单位；多个单位请建联合基层工会",
                union.name
            ),
        ));
    }
    not_to_come("from_on", from_on, tx.today())?;
    if let Some(founded) = union.founded_on.filter(|founded| from_on < *founded) {
        return Err(EmployerError::invalid(
            "from_on",
            "employer.edge_before_founding",
            format!("覆盖开始的日期不能早于「{}」成立的 {founded}", union.name),
        ));
    }
    let id: EdgeId = tx.new_id();
    tx.exec(
        &sql::INSERT_EDGE,
        args![district, id, org, employer, kind.id(), from_on],
    )?;
    if moves_place(kind, &unit.org_path, &union.path) {
        tx.exec(&sql::SET_PLACE, args![district, employer, union.path])?;
    }
    tx.audit(
        Audit::of("employer.linked", "employer", employer)
            .at(&union.path)
            .detail(json!({ "org": org, "org_name": union.name, "kind": kind.id(), "from_on": from_on })),
    )?;
    Ok(id)
}

/// Refuses a day that is still to come: whoever is covered from then on is not covered now.
fn not_to_come(field: &'static str, on: Date, today: Date) -> Result<(), EmployerError> {
    if on <= today {
        return Ok(());
    }
    let message = format!("日期不能晚于今天（{today}）");
    Err(EmployerError::invalid(
        field,
        "employer.edge_future",
        message,
    ))
}

/// An own union is responsible for its employer wherever it was filed before; a joint or regional one only
/// when it lies below the area the employer is filed under, so that nobody above loses sight of it.
fn moves_place(kind: EdgeKind, now: &OrgPath, union: &OrgPath) -> bool {
    match kind {
        EdgeKind::Own => now != union,
        EdgeKind::Joint | EdgeKind::Regional => union.is_within(now) && now != union,
        EdgeKind::Industry => false,
    }
}

/// A union ceases to cover an employer (解除覆盖关系); `to_on` is the last day. The employer falls back to the
/// union of its area.
///
/// # Errors
/// Not found within scope, already ended, or ended before it began.
pub fn unlink(tx: &mut Tx, edge: EdgeId, to_on: Date, why: &str) -> Result<(), EmployerError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::EDGE, args![district, edge])?
        .ok_or(EmployerError::NotFound)?;
    let found = read::edge_of(&row)?;
    let (union, employer_path): (OrgRef, OrgPath) = (orgs::get(tx, found.org)?, row.get(7)?);
    if to_on < found.from_on {
        return Err(EmployerError::invalid(
            "to_on",
            "employer.edge_dates",
            format!("结束日期不能早于开始日期 {}", found.from_on),
        ));
    }
    // A link taken over today begins tomorrow and may end with its first day.
    if to_on > found.from_on {
        not_to_come("to_on", to_on, tx.today())?;
    }
    if tx.exec(&sql::END_EDGE, args![district, edge, to_on])? == 0 {
        return Err(EmployerError::refused(
            "employer.edge_ended",
            "这条覆盖关系已经解除",
        ));
    }
    if employer_path == union.path {
        let place = orgs::territory_of(tx, &employer_path)?.map_or(employer_path, |area| area.path);
        tx.exec(&sql::SET_PLACE, args![district, found.employer, place])?;
    }
    tx.audit(
        Audit::of("employer.unlinked", "employer", found.employer)
            .at(&union.path)
            .why(why)
            .detail(json!({ "org": found.org, "org_name": union.name, "kind": found.kind.id(), "to_on": to_on })),
    )?;
    Ok(())
}

/// From when the youngest of a union's links holds.
///
/// # Errors
/// The store failed.
pub fn last_covered(tx: &mut Tx, org: OrgId) -> Result<Option<Date>, EmployerError> {
    let district = *tx.district();
    let row = tx.opt(&sql::LAST_EDGE_OF_ORG, args![district, org])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// A union ends on `on`: its links pass to `heir` the next day, and the employers filed with it to the heir or,
/// where the heir does not lie in their area, to the union of their area (移交). Answers how many links.
///
/// Called by the orgs room within its own transaction, which also writes the audit entry.
///
/// # Errors
/// The store failed.
pub(crate) fn hand_over(
    tx: &mut Tx,
    from: &OrgRef,
    heir: Option<&OrgRef>,
    on: Date,
) -> Result<i64, EmployerError> {
    let district = *tx.district();
    let kind = heir.and_then(|heir| edge_kind_for(heir.kind).map(|kind| (heir, kind)));
    let mut handed = 0;
    for row in &tx.all(&sql::EDGES_OF_ORG, args![district, from.id, i64::MAX])? {
        let edge = read::edge_of(row)?;
        tx.exec(
            &sql::END_EDGE,
            args![district, edge.id, on.max(edge.from_on)],
        )?;
        if let Some((heir, kind)) = kind {
            take_over(tx, heir, kind, edge.employer, on)?;
        }
        handed += 1;
    }
    let area = orgs::territory_of(tx, &from.path)?;
    let near = heir.filter(|heir| {
        kind.is_some()
            && area
                .as_ref()
                .is_some_and(|area| heir.path.is_within(&area.path))
    });
    if let Some(place) = near
        .map(|heir| heir.path.clone())
        .or(area.map(|area| area.path))
    {
        let (low, high) = from.path.range();
        tx.exec(&sql::SET_PLACE_WITHIN, args![district, place, low, high])?;
    }
    Ok(handed)
}

fn take_over(
    tx: &mut Tx,
    heir: &OrgRef,
    kind: EdgeKind,
    employer: EmployerId,
    on: Date,
) -> Result<(), EmployerError> {
    let district = *tx.district();
    if tx
        .opt(
            &sql::OPEN_EDGE,
            args![district, heir.id, employer, kind.id()],
        )?
        .is_none()
    {
        let id: EdgeId = tx.new_id();
        let start = on.tomorrow().unwrap_or(on);
        tx.exec(
            &sql::INSERT_EDGE,
            args![district, id, heir.id, employer, kind.id(), start],
        )?;
    }
    Ok(())
}

/// A subtree of unions moved: the employers and questions filed there go along and lie in its town now.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), EmployerError> {
    let values = relocation.values(tx);
    tx.exec(&sql::MOVE_EMPLOYERS, &values)?;
    tx.exec(&sql::MOVE_MATCHES, &values)?;
    tx.exec(&sql::MOVE_IMAGES, &values)?;
    let (low, high) = relocation.to.range();
    let district = *tx.district();
    tx.exec(
        &sql::SET_TOWN_WITHIN,
        args![district, relocation.town, low, high],
    )?;
    Ok(())
}
