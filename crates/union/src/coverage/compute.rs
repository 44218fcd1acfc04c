//! The figures of one day, from the records of that day.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, EmployerId, OrgId, OrgPath, Rate};
use store::Tx;

use super::model::{Item, Metric, Subject};
use super::rulings::RateRules;
use super::CoverageError;
use crate::employers::snapshot::{self as employers, UnitOn};
use crate::members::figures;
use crate::orgs::snapshot::{self as orgs, UnionOn};

/// Everything a month's figures are made of.
#[derive(Debug)]
pub(super) struct Computed {
    /// The rows.
    pub items: Vec<Item>,
    /// Figures by place in the tree and metric; sums of the rows at and below it.
    pub sums: BTreeMap<(OrgPath, Metric), Rate>,
    /// The unions figures are kept for: those of areas.
    pub areas: Vec<UnionOn>,
}

/// Compute the figures as of the evening of `on`, with joins counted from `since`.
///
/// Employers count as they stood on the day: opened, not closed, with the last head-count known by then.
/// Coverage needs a link in force with a union at work (domain facts §6).
pub(super) fn compute(tx: &mut Tx, rules: &RateRules, since: Date, on: Date) -> Result<Computed, CoverageError> {
    let unions = orgs::on(tx, on)?;
    let at_work: BTreeSet<OrgId> = unions.iter().filter(|union| union.at_work).map(|union| union.id).collect();
    let covering = covering(tx, &at_work, on)?;
    let units = employers::units_on(tx, on)?;
    let mut items = Vec::new();
    founded(&mut items, rules, &units, &covering);
    joined(&mut items, rules, &units, &covering, &figures::in_work_by_employer(tx, on)?);
    let members = figures::verified_by_union(tx, on)?;
    verified(&mut items, &unions, &members);
    let mut sums = sums_of(&items);
    add_joins(&mut sums, &unions, &members, &figures::joined_between(tx, since, on)?);
    let areas = unions.into_iter().filter(|union| union.kind.is_territorial()).collect();
    Ok(Computed { items, sums, areas })
}

/// The unions at work that cover each employer on a day.
fn covering(tx: &mut Tx, at_work: &BTreeSet<OrgId>, on: Date) -> Result<BTreeMap<EmployerId, usize>, CoverageError> {
    let mut found: BTreeMap<EmployerId, BTreeSet<OrgId>> = BTreeMap::new();
    for (employer, org) in employers::links_on(tx, on)? {
        if at_work.contains(&org) {
            found.entry(employer).or_default().insert(org);
        }
    }
    Ok(found.into_iter().map(|(employer, unions)| (employer, unions.len())).collect())
}

/// 组建率: an employer with two unions is one employer (TV-R1).
fn founded(items: &mut Vec<Item>, rules: &RateRules, units: &[UnitOn], covering: &BTreeMap<EmployerId, usize>) {
    for unit in units.iter().filter(|unit| rules.must_found(unit.headcount, unit.state)) {
        let unions = covering.get(&unit.id).copied().unwrap_or(0);
        let mut note = match unions {
            0 => format!("职工 {} 人，未建会", unit.headcount),
            1 => format!("职工 {} 人", unit.headcount),
            several => format!("职工 {} 人，{several} 个工会覆盖，只计一次", unit.headcount),
        };
        if unions == 0 && unit.headcount >= rules.watch_from {
            note.push_str("，重点关注");
        }
        items.push(item(Metric::Founded, unit, Rate::new(u64::from(unions > 0), 1), note));
    }
}

/// 入会率: members in work over employees, in covered employers of any size.
fn joined(
    items: &mut Vec<Item>,
    rules: &RateRules,
    units: &[UnitOn],
    covering: &BTreeMap<EmployerId, usize>,
    members: &BTreeMap<EmployerId, u64>,
) {
    for unit in units.iter().filter(|unit| covering.contains_key(&unit.id) && rules.in_operation(unit.state)) {
        let (members, employees) = (members.get(&unit.id).copied().unwrap_or(0), u64::try_from(unit.headcount).unwrap_or(0));
        // Members of a unit whose employees nobody has counted would raise the rate without a denominator.
        let (share, note) = if employees == 0 {
            (Rate::new(0, 0), format!("未登记职工人数，会员 {members} 人未计入"))
        } else if members * 100 > employees * rules.cap_percent {
            (Rate::new(members, employees), "会员多于职工，请核对职工人数".to_owned())
        } else {
            (Rate::new(members, employees), String::new())
        };
        items.push(item(Metric::Joined, unit, share, note));
    }
}

fn verified(items: &mut Vec<Item>, unions: &[UnionOn], members: &BTreeMap<OrgId, (u64, u64)>) {
    for union in unions {
        let Some((all, verified)) = members.get(&union.id) else { continue };
        let note = if verified < all { format!("待实名 {} 人", all - verified) } else { String::new() };
        items.push(Item {
            metric: Metric::RealName,
            subject: Subject::Org(union.id),
            label: union.name.clone(),
            org_path: union.path.clone(),
            share: Rate::new(*verified, *all),
            note,
        });
    }
}

fn item(metric: Metric, unit: &UnitOn, share: Rate, note: String) -> Item {
    let (subject, label) = (Subject::Employer(unit.id), unit.name.clone());
    Item { metric, subject, label, org_path: unit.org_path.clone(), share, note }
}

/// Every item counts for the union it is filed with and for each one above.
pub(super) fn sums_of(items: &[Item]) -> BTreeMap<(OrgPath, Metric), Rate> {
    let mut sums = BTreeMap::new();
    for item in items {
        add(&mut sums, &item.org_path, item.metric, item.share);
    }
    sums
}

fn add(sums: &mut BTreeMap<(OrgPath, Metric), Rate>, path: &OrgPath, metric: Metric, share: Rate) {
    for place in path.lineage() {
        let sum = sums.entry((place, metric)).or_insert(Rate::new(0, 0));
        sum.numerator += share.numerator;
        sum.denominator += share.denominator;
    }
}

/// 当月入会 beside the members at the end of the month: without rows of its own, since the roll has them.
fn add_joins(
    sums: &mut BTreeMap<(OrgPath, Metric), Rate>,
    unions: &[UnionOn],
    members: &BTreeMap<OrgId, (u64, u64)>,
    joins: &BTreeMap<OrgId, u64>,
) {
    for union in unions {
        let joined = joins.get(&union.id).copied().unwrap_or(0);
        let all = members.get(&union.id).map_or(0, |(all, _)| *all);
        add(sums, &union.path, Metric::Joins, Rate::new(joined, all));
    }
}
