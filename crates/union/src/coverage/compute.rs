//! From what is known of a day to figures and the rows behind them. Pure: the same ground gives the same picture.

use std::collections::{BTreeMap, HashMap};

use kernel::{EmployerId, OrgId, OrgPath};

use super::gather::Ground;
use super::{Counts, Item, Metric, Rates, Subject};
use crate::employers::EdgeKind;
use crate::employers::EmployerState;
use crate::employers::figures::UnitOn;
use crate::orgs::OrgKind;
use crate::orgs::figures::OrgOn;

/// Numerator and denominator while they are added up.
pub(super) type Sum = (u64, u64);

/// The figures of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub org: OrgId,
    pub path: OrgPath,
    /// In the order of [`Metric::ALL`].
    pub sums: [Sum; 3],
    pub counts: Counts,
}

/// The figures of every place, and the rows behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Picture {
    pub places: Vec<Place>,
    pub items: Vec<(Metric, Item)>,
}

/// Counts everything once.
pub(super) fn picture(ground: &Ground, rates: &Rates) -> Picture {
    let covers = Covers::of(ground);
    let mut items = Vec::new();
    items.extend(
        ground
            .units
            .iter()
            .map(|unit| (Metric::Founded, founded(unit, &covers, rates))),
    );
    items.extend(
        joined(ground, &covers, rates)
            .into_iter()
            .map(|item| (Metric::Joined, item)),
    );
    items.extend(
        real_name(ground, &covers)
            .into_iter()
            .map(|item| (Metric::RealName, item)),
    );
    let mut places = Places::of(ground);
    for (metric, item) in &items {
        places.each(&item.org_path, |place| {
            place.add(*metric, (item.numerator, item.denominator))
        });
    }
    places.count(ground, &covers, rates);
    Picture {
        places: places.list,
        items,
    }
}

/// Who covers whom, by unions at work only.
struct Covers<'a> {
    orgs: HashMap<OrgId, &'a OrgOn>,
    by_path: HashMap<&'a str, &'a OrgOn>,
    of_unit: BTreeMap<EmployerId, Vec<(EdgeKind, OrgId)>>,
    of_org: HashMap<OrgId, Vec<EmployerId>>,
}

impl<'a> Covers<'a> {
    fn of(ground: &'a Ground) -> Self {
        let mut covers = Self {
            orgs: ground.orgs.iter().map(|org| (org.org.id, org)).collect(),
            by_path: ground
                .orgs
                .iter()
                .map(|org| (org.org.path.as_str(), org))
                .collect(),
            of_unit: BTreeMap::new(),
            of_org: HashMap::new(),
        };
        for link in &ground.links {
            if covers
                .orgs
                .get(&link.org)
                .is_some_and(|org| org.is_active())
            {
                covers
                    .of_unit
                    .entry(link.employer)
                    .or_default()
                    .push((link.kind, link.org));
                covers
                    .of_org
                    .entry(link.org)
                    .or_default()
                    .push(link.employer);
            }
        }
        // Its own union is named before a joint one.
        covers
            .of_unit
            .values_mut()
            .for_each(|links| links.sort_unstable());
        covers
    }

    fn covers(&self, unit: EmployerId) -> bool {
        self.of_unit.contains_key(&unit)
    }

    /// "单独建会：某某工会 等 2 家".
    fn words(&self, unit: EmployerId) -> Option<String> {
        let links = self.of_unit.get(&unit)?;
        let (kind, org) = links.first()?;
        let name = self.orgs.get(org).map_or("", |org| org.org.name.as_str());
        let more = if links.len() > 1 {
            format!(" 等 {} 家", links.len())
        } else {
            String::new()
        };
        Some(format!("{}：{name}{more}", kind.title()))
    }

    /// The union at or above a branch or group that covers employers, with those employers.
    fn covering_union(&self, org: OrgId) -> Option<(&'a OrgOn, &[EmployerId])> {
        let path = &self.orgs.get(&org)?.org.path;
        for above in path.lineage().collect::<Vec<_>>().iter().rev() {
            let Some(found) = self.by_path.get(above.as_str()) else {
                continue;
            };
            if let Some(units) = self.of_org.get(&found.org.id) {
                return Some((found, units));
            }
            if !matches!(found.org.kind, OrgKind::Branch | OrgKind::Team) {
                return None;
            }
        }
        None
    }
}

/// One unit in the founding rate.
fn founded(unit: &UnitOn, covers: &Covers<'_>, rates: &Rates) -> Item {
    let cover = covers.words(unit.id);
    let employees = unit.employees;
    let (numerator, denominator, note) = if rates.leaves_out(unit.state) {
        (0, 0, format!("{}，不计入", unit.state.title()))
    } else if !rates.should_be_covered(employees, unit.state) {
        let covered = cover.map(|words| format!("；{words}")).unwrap_or_default();
        (
            0,
            0,
            format!(
                "职工 {employees} 人，不足 {} 人，不计入{covered}",
                rates.should_from
            ),
        )
    } else if let Some(words) = cover {
        (1, 1, format!("职工 {employees} 人；{words}"))
    } else {
        let watch = if employees >= rates.watch_from {
            "，重点关注"
        } else {
            ""
        };
        (0, 1, format!("职工 {employees} 人，未建会{watch}"))
    };
    employer_item(unit, numerator, denominator, note)
}

fn employer_item(unit: &UnitOn, numerator: u64, denominator: u64, note: String) -> Item {
    Item {
        subject: Subject::Employer(unit.id),
        label: unit.name.clone(),
        org_path: unit.org_path.clone(),
        numerator,
        denominator,
        note,
    }
}

/// The rows of the joining rate: covered units with their members, and what was left out although somebody there
/// is a member.
fn joined(ground: &Ground, covers: &Covers<'_>, rates: &Rates) -> Vec<Item> {
    let mut of_unit: HashMap<EmployerId, u64> = HashMap::new();
    let mut of_union: BTreeMap<OrgPath, (&OrgOn, u64)> = BTreeMap::new();
    for part in &ground.in_work {
        match (part.employer, covers.covering_union(part.org)) {
            (Some(unit), _) => *of_unit.entry(unit).or_default() += part.members,
            // Nobody wrote down whom they work for: the only unit of their union, or the union as a whole.
            (None, Some((_, [unit]))) => *of_unit.entry(*unit).or_default() += part.members,
            (None, Some((org, _))) => {
                of_union.entry(org.org.path.clone()).or_insert((org, 0)).1 += part.members
            }
            (None, None) => {}
        }
    }
    let units = ground.units.iter().filter_map(|unit| {
        joined_unit(
            unit,
            of_unit.get(&unit.id).copied().unwrap_or(0),
            covers,
            rates,
        )
    });
    let unions = of_union.into_iter().map(|(path, (org, members))| Item {
        subject: Subject::Org(org.org.id),
        label: org.org.name.clone(),
        org_path: path,
        numerator: members,
        denominator: 0,
        note: format!("{members} 名会员没有填写用人单位，计在工会名下"),
    });
    units.chain(unions).collect()
}

fn joined_unit(unit: &UnitOn, members: u64, covers: &Covers<'_>, rates: &Rates) -> Option<Item> {
    let employees = unit.employees;
    if rates.leaves_out(unit.state) || !covers.covers(unit.id) {
        let why = if unit.state == EmployerState::Open {
            "未建会"
        } else {
            unit.state.title()
        };
        return (members > 0)
            .then(|| employer_item(unit, 0, 0, format!("{why}，会员 {members} 人不计入")));
    }
    let check = match (employees, members) {
        (0, _) => "；职工人数没有登记，请补录",
        (employees, members) if members > employees => "；会员多于职工，请核对职工人数",
        _ => "",
    };
    Some(employer_item(
        unit,
        members,
        employees,
        format!("会员 {members} 人，职工 {employees} 人{check}"),
    ))
}

/// The rows of the real-name rate: every union with members.
fn real_name(ground: &Ground, covers: &Covers<'_>) -> Vec<Item> {
    let row = |(id, members, verified): &(OrgId, u64, u64)| {
        let org = covers.orgs.get(id)?;
        let open = members.saturating_sub(*verified);
        let note = if open == 0 {
            "全部实名".to_owned()
        } else {
            format!("{open} 人待实名")
        };
        let (subject, label, org_path) = (
            Subject::Org(*id),
            org.org.name.clone(),
            org.org.path.clone(),
        );
        Some(Item {
            subject,
            label,
            org_path,
            numerator: *verified,
            denominator: *members,
            note,
        })
    };
    ground.enrolled.iter().filter_map(row).collect()
}

impl Place {
    fn add(&mut self, metric: Metric, (numerator, denominator): Sum) {
        let [founded, joined, real_name] = &mut self.sums;
        let sum = match metric {
            Metric::Founded => founded,
            Metric::Joined => joined,
            Metric::RealName => real_name,
        };
        sum.0 += numerator;
        sum.1 += denominator;
    }
}

/// The places figures are kept for: unions of areas.
struct Places<'a> {
    list: Vec<Place>,
    at: HashMap<&'a str, usize>,
}

impl<'a> Places<'a> {
    fn of(ground: &'a Ground) -> Self {
        let mut places = Self {
            list: Vec::new(),
            at: HashMap::new(),
        };
        for org in ground
            .orgs
            .iter()
            .filter(|org| org.is_active() && org.org.kind.is_territorial())
        {
            places.at.insert(org.org.path.as_str(), places.list.len());
            places.list.push(Place {
                org: org.org.id,
                path: org.org.path.clone(),
                sums: [(0, 0); 3],
                counts: Counts::default(),
            });
        }
        places
    }

    /// The places at or above `path`.
    fn each(&mut self, path: &OrgPath, mut f: impl FnMut(&mut Place)) {
        for above in path.lineage() {
            if let Some(place) = self
                .at
                .get(above.as_str())
                .and_then(|at| self.list.get_mut(*at))
            {
                f(place);
            }
        }
    }

    fn count(&mut self, ground: &Ground, covers: &Covers<'_>, rates: &Rates) {
        for org in ground
            .orgs
            .iter()
            .filter(|org| org.is_active() && org.org.kind.is_basic())
        {
            self.each(&org.org.path, |place| place.counts.unions += 1);
        }
        for unit in ground
            .units
            .iter()
            .filter(|unit| !rates.leaves_out(unit.state) && covers.covers(unit.id))
        {
            self.each(&unit.org_path, |place| place.counts.units += 1);
        }
        let path = |id: &OrgId| covers.orgs.get(id).map(|org| org.org.path.clone());
        for (org, members, _) in &ground.enrolled {
            path(org)
                .iter()
                .for_each(|path| self.each(path, |place| place.counts.members += members));
        }
        for (org, people) in &ground.joined {
            path(org)
                .iter()
                .for_each(|path| self.each(path, |place| place.counts.joined += people));
        }
        for (org, people) in &ground.gone {
            path(org)
                .iter()
                .for_each(|path| self.each(path, |place| place.counts.gone += people));
        }
    }
}
