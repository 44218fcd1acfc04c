//! Elect, extend, appoint, retire.

use kernel::deadline::{Period, term_end};
use kernel::{CommitteeId, Date, OfficerId, OrgId, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::{OrgError, days, read as orgs};
use super::model::{Committee, NewCommittee, NewOfficer, Position};
use super::rulings::{CommitteeRules, years};
use super::{read, sql};
use crate::access::{Capability, CapabilitySet};

/// A new committee takes office (选举、换届); the present one of the same kind ends the day before.
///
/// # Errors
/// The union lies outside the scope; the length of the term is not one the definition allows; two chairs; or
/// the election lies before that of the present committee.
pub fn install(
    tx: &mut Tx,
    org: OrgId,
    new: &NewCommittee,
    why: &str,
) -> Result<CommitteeId, OrgError> {
    let union = orgs::card(tx, org)?;
    let rules = CommitteeRules::today(tx)?.body;
    let mut against = Refusals::new();
    let terms = rules.terms_for(&union);
    against.require(
        terms.contains(&new.term_years),
        "committee.term",
        format!("任期应为 {}", years(terms)),
    );
    let chairs = new
        .officers
        .iter()
        .filter(|one| one.position == Position::Chair.id())
        .count();
    against.require(
        chairs <= 1,
        "committee.two_chairs",
        "主席（主任）只能有一名",
    );
    let largest = rules.largest();
    against.require(
        new.officers.len() <= largest,
        "committee.too_many",
        format!("一届委员会最多 {largest} 人"),
    );
    against.into_result()?;
    days::not_to_come("from_on", new.from_on, tx.today())?;
    let to_on = u32::try_from(new.term_years)
        .ok()
        .and_then(|years| term_end(new.from_on, Period::Years(years)));
    let to_on = to_on.ok_or_else(|| {
        OrgError::invalid("from_on", "committee.dates", "选举日期过大，无法计算任期")
    })?;
    days::not_before(
        ("from_on", "committee.before_founding"),
        to_on,
        union.founded_on,
        |founded| {
            format!(
                "这一届到 {to_on} 已经届满，早于「{}」成立的 {founded}",
                union.name
            )
        },
    )?;
    end_present(tx, org, new)?;
    let (district, id): (_, CommitteeId) = (*tx.district(), tx.new_id());
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            org,
            union.path,
            new.kind.id(),
            new.term_years,
            new.from_on,
            to_on
        ],
    )?;
    for officer in &new.officers {
        insert_officer(tx, id, org, officer, new.from_on)?;
    }
    let detail = json!({ "kind": new.kind.id(), "from_on": new.from_on, "to_on": to_on, "officers": new.officers.len() });
    tx.audit(
        Audit::of("committee.installed", "org", org)
            .at(&union.path)
            .why(why)
            .detail(detail),
    )?;
    Ok(id)
}

fn end_present(tx: &mut Tx, org: OrgId, new: &NewCommittee) -> Result<(), OrgError> {
    let district = *tx.district();
    let Some(present) = tx.opt(&sql::PRESENT, args![district, org, new.kind.id()])? else {
        return Ok(());
    };
    let (id, from_on): (CommitteeId, Date) = (present.get(0)?, present.get(1)?);
    if new.from_on <= from_on {
        return Err(OrgError::invalid(
            "from_on",
            "committee.dates",
            format!("选举日期应晚于本届的 {from_on}"),
        ));
    }
    let last = new.from_on.yesterday().unwrap_or(new.from_on);
    tx.exec(&sql::END, args![district, id, last])?;
    tx.exec(&sql::END_OFFICERS, args![district, id, last])?;
    Ok(())
}

/// The union above allows a committee to stay longer (延期换届), at most as long as the definition says.
///
/// # Errors
/// Not found within scope; the post may not approve; no reason; the day is not later, or too late.
pub fn extend(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CommitteeId,
    to: Date,
    why: &str,
) -> Result<(), OrgError> {
    let committee = read::get(tx, id)?;
    let rules = CommitteeRules::today(tx)?.body;
    let latest = u32::try_from(rules.extension_months_max)
        .ok()
        .and_then(|months| term_end(committee.to_on, Period::Months(months)));
    let mut against = Refusals::new();
    against.require(
        may.has(Capability::OrgsApprove),
        "committee.extend_side",
        "延期换届须由上一级工会批准",
    );
    against.require(
        committee.ended_on.is_none(),
        "committee.ended",
        "这一届已经结束",
    );
    against.require(
        !why.trim().is_empty(),
        "committee.reason",
        "请写明延期的理由和批复",
    );
    against.require(
        to > committee.ends_on(),
        "committee.extend_later",
        format!("延期后的届满日应晚于 {}", committee.ends_on()),
    );
    if let Some(latest) = latest {
        against.require(
            to <= latest,
            "committee.extend_max",
            format!(
                "最多延期 {} 个月，不能晚于 {latest}",
                rules.extension_months_max
            ),
        );
    }
    against.into_result()?;
    let district = *tx.district();
    tx.exec(&sql::EXTEND, args![district, id, to])?;
    let detail = json!({ "committee": id, "from": committee.ends_on(), "to": to });
    tx.audit(
        Audit::of("committee.extended", "org", committee.org)
            .at(&committee.org_path)
            .why(why.trim())
            .detail(detail),
    )?;
    Ok(())
}

/// Another officer during a term (增补).
///
/// # Errors
/// Not found within scope; the committee has ended; a second chair; a day outside the term.
pub fn appoint(
    tx: &mut Tx,
    id: CommitteeId,
    officer: &NewOfficer,
    from_on: Date,
    why: &str,
) -> Result<OfficerId, OrgError> {
    let committee = read::get(tx, id)?;
    let mut against = Refusals::new();
    against.require(
        committee.ended_on.is_none(),
        "committee.ended",
        "这一届已经结束，请登记新一届",
    );
    let has_chair = committee
        .officers
        .iter()
        .any(|one| one.position == Position::Chair && one.to_on.is_none());
    against.require(
        !has_chair || officer.position != Position::Chair.id(),
        "committee.two_chairs",
        "现任主席（主任）尚未免去，不能再增补一名",
    );
    let within = from_on >= committee.from_on && from_on <= committee.ends_on();
    against.require(
        within,
        "committee.dates",
        format!(
            "任职日期应在本届任期 {} 至 {} 之内",
            committee.from_on,
            committee.ends_on()
        ),
    );
    against.into_result()?;
    days::not_to_come("on", from_on, tx.today())?;
    let officer_id = insert_officer(tx, id, committee.org, officer, from_on)?;
    let detail = json!({ "committee": id, "officer": officer_id, "position": officer.position, "from_on": from_on });
    tx.audit(
        Audit::of("officer.appointed", "org", committee.org)
            .at(&committee.org_path)
            .why(why)
            .detail(detail),
    )?;
    Ok(officer_id)
}

/// An officer leaves before the term ends (免职、辞职、调离). `to_on` is the last day.
///
/// # Errors
/// Not found within scope; has left already; no reason; a day before the first.
pub fn retire(tx: &mut Tx, id: OfficerId, to_on: Date, why: &str) -> Result<(), OrgError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::OFFICER, args![district, id])?
        .ok_or(OrgError::NotFound)?;
    let committee: Committee = read::get(tx, row.get(1)?)?;
    let from_on: Date = row.get(4)?;
    let mut against = Refusals::new();
    against.require(
        !why.trim().is_empty(),
        "officer.reason",
        "请写明免职或离任的原因",
    );
    against.require(
        to_on >= from_on,
        "officer.dates",
        format!("离任日期不能早于任职日期 {from_on}"),
    );
    against.require(
        row.get::<Option<Date>>(3)?.is_none(),
        "officer.left",
        "这名干部已经离任",
    );
    against.into_result()?;
    days::not_to_come("on", to_on, tx.today())?;
    tx.exec(&sql::END_OFFICER, args![district, id, to_on])?;
    let detail = json!({ "committee": committee.id, "officer": id, "to_on": to_on });
    tx.audit(
        Audit::of("officer.retired", "org", committee.org)
            .at(&committee.org_path)
            .why(why.trim())
            .detail(detail),
    )?;
    Ok(())
}

fn insert_officer(
    tx: &mut Tx,
    committee: CommitteeId,
    org: OrgId,
    officer: &NewOfficer,
    from_on: Date,
) -> Result<OfficerId, OrgError> {
    let name = kernel::text::trim(&officer.name);
    if name.is_empty() {
        return Err(OrgError::invalid(
            "officer_name",
            "officer.name",
            "请填写姓名",
        ));
    }
    if Position::from_id(&officer.position).is_none() {
        return Err(OrgError::invalid(
            "officer_position",
            "officer.position",
            "请从列表中选择职务",
        ));
    }
    let (district, id): (_, OfficerId) = (*tx.district(), tx.new_id());
    tx.exec(
        &sql::INSERT_OFFICER,
        args![
            district,
            id,
            committee,
            org,
            name,
            officer.member,
            officer.position,
            officer.full_time,
            from_on,
            officer.contract_end
        ],
    )?;
    Ok(id)
}
