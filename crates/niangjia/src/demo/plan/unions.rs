//! The union tree: district, towns and zone, villages and parks, basic unions, branches.

use std::collections::{BTreeMap, HashSet};

use kernel::Date;

use super::Size;
use super::firms::{Firm, has_own_union, in_joint_union, opening};
use super::numbers::{day_within, plus_days, years_before};
use super::places::Places;
use crate::demo::codes;
use crate::demo::dice::Dice;

/// An employer that a union covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// Which employer.
    pub firm: usize,
    /// `own`, `joint`, `industry` or `regional`.
    pub kind: &'static str,
    /// Since when.
    pub from_on: Date,
}

/// One union.
#[derive(Debug, Clone)]
pub struct Union {
    /// The union above, by place in the list; none for the district federation.
    pub parent: Option<usize>,
    /// Kind, in the words of the orgs room.
    pub kind: &'static str,
    /// Full name.
    pub name: String,
    /// Own credit code, for those that are legal persons.
    pub code: Option<String>,
    /// Division.
    pub region: String,
    /// Industry, for industry unions and single unions.
    pub industry: Option<&'static str>,
    /// The industry federation it also belongs to.
    pub industry_parent: Option<usize>,
    /// Approved on.
    pub founded_on: Date,
    /// Planned end of a project union.
    pub planned_end_on: Option<Date>,
    /// Number of the approval letter.
    pub approval_no: String,
    /// Address.
    pub address: String,
    /// Employers covered.
    pub covers: Vec<Cover>,
}

impl Union {
    /// The day it is entered. Federations of areas and trades are there when the history opens.
    pub fn written_on(&self) -> Date {
        if matches!(self.kind, "single" | "project" | "branch") {
            self.founded_on
        } else {
            Date::MIN
        }
    }
}

/// Build the tree over the employers.
pub fn found(places: &Places, firms: &mut [Firm], size: &Size) -> Vec<Union> {
    let mut builder = Builder {
        places,
        size,
        dice: Dice::new(size.seed, "unions"),
        unions: Vec::new(),
        towns: Vec::new(),
        villages: BTreeMap::new(),
        parks: BTreeMap::new(),
        industries: Vec::new(),
        names: HashSet::new(),
        letters: 0,
    };
    builder.territory();
    for firm in firms.iter_mut() {
        firm.area = builder.area(firm);
    }
    builder.industries();
    builder.singles(firms);
    builder.joints(firms);
    builder.new_form();
    builder.projects(firms);
    builder.unions
}

/// Industry federations of the district: name and the trades they gather.
const INDUSTRIES: &[(&str, &[&str])] = &[
    ("家纺行业", &["C1771", "C1779"]),
    ("服装行业", &["C1819", "C1829"]),
    ("快递行业", &["G6020", "G5431"]),
    ("物业服务行业", &["K7020", "O8211"]),
    ("餐饮住宿行业", &["H6110", "H6210"]),
];

struct Builder<'a> {
    places: &'a Places,
    size: &'a Size,
    dice: Dice,
    unions: Vec<Union>,
    towns: Vec<usize>,
    villages: BTreeMap<(usize, usize), usize>,
    parks: BTreeMap<(usize, usize), usize>,
    industries: Vec<(usize, &'static [&'static str])>,
    names: HashSet<(Option<usize>, String)>,
    letters: u32,
}

impl Builder<'_> {
    fn add(
        &mut self,
        parent: Option<usize>,
        kind: &'static str,
        name: String,
        region: &str,
        founded_on: Date,
    ) -> usize {
        let mut name = name;
        while !self.names.insert((parent, name.clone())) {
            name = format!("{name}（二）");
        }
        self.letters += 1;
        let approval_no = format!(
            "{}总工〔{}〕{}号",
            self.places.name.chars().next().unwrap_or('区'),
            founded_on.year(),
            self.letters % 300 + 1
        );
        self.unions.push(Union {
            parent,
            kind,
            name,
            code: None,
            region: region.to_owned(),
            industry: None,
            industry_parent: None,
            founded_on,
            planned_end_on: None,
            approval_no,
            address: String::new(),
            covers: Vec::new(),
        });
        self.unions.len() - 1
    }

    fn register(&mut self, union: usize, prefix: &str) {
        let serial = 700_000_000 + u32::try_from(union).unwrap_or(0) * 29;
        if let Some(union) = self.unions.get_mut(union) {
            union.code = Some(codes::credit_code(prefix, &self.places.district, serial));
        }
    }

    fn territory(&mut self) {
        let (places, today) = (self.places, self.size.today);
        let begin = Date::constant(2021, 4, 9).min(years_before(today, 5));
        let root = self.add(
            None,
            "federation",
            format!("杭州市{}总工会", places.name),
            &places.district,
            begin,
        );
        self.register(root, "89");
        for (t, town) in places.towns.iter().enumerate() {
            let founded = day_within(&mut self.dice, begin, plus_days(begin, 60));
            let kind = if town.zone { "zone" } else { "town" };
            let at = self.add(
                Some(root),
                kind,
                format!("{}总工会", town.name),
                &town.code,
                founded,
            );
            self.register(at, "89");
            self.towns.push(at);
            for (v, village) in town.villages.iter().enumerate() {
                let founded = day_within(&mut self.dice, founded, plus_days(founded, 300));
                let union = self.add(
                    Some(at),
                    "village",
                    format!("{}{}工会联合会", town.name, village.name),
                    &village.code,
                    founded,
                );
                self.villages.insert((t, v), union);
            }
            for (p, park) in town.parks.iter().enumerate() {
                let founded = day_within(&mut self.dice, founded, plus_days(founded, 500));
                let kind = if park.building { "building" } else { "park" };
                let union = self.add(
                    Some(at),
                    kind,
                    format!("{}工会联合会", park.name),
                    &town.code,
                    founded,
                );
                self.parks.insert((t, p), union);
            }
        }
    }

    fn industries(&mut self) {
        let begin = self
            .unions
            .first()
            .map_or(self.size.today, |root| root.founded_on);
        for (name, trades) in INDUSTRIES {
            let founded =
                day_within(&mut self.dice, begin, plus_days(begin, 900)).min(opening(self.size));
            let full = format!("{}{name}工会联合会", self.places.name);
            let (district, code) = (self.places.district.clone(), trades.first().copied());
            let at = self.add(Some(0), "industry", full, &district, founded);
            if let Some(union) = self.unions.get_mut(at) {
                union.industry = code;
            }
            self.industries.push((at, trades));
        }
    }

    /// Where the union of an employer hangs; large ones directly below the town.
    fn above(&self, firm: &Firm) -> Option<usize> {
        if firm.headcount >= 400 {
            self.towns.get(firm.town).copied()
        } else {
            firm.area
        }
    }

    /// The union of the place an employer lies in.
    fn area(&self, firm: &Firm) -> Option<usize> {
        let town = self.towns.get(firm.town).copied();
        let park = firm
            .park
            .and_then(|p| self.parks.get(&(firm.town, p)).copied());
        let village = firm
            .village
            .and_then(|v| self.villages.get(&(firm.town, v)).copied());
        park.or(village).or(town)
    }

    fn founded(&self, union: usize) -> Date {
        self.unions
            .get(union)
            .map_or(self.size.today, |u| u.founded_on)
    }

    /// A day to found a union below `parent` for an employer: mostly before the history, some within.
    fn day(&mut self, parent: usize, opened_on: Date) -> Date {
        let from = self.founded(parent).max(plus_days(opened_on, 90));
        let open = opening(self.size);
        if from >= open || self.dice.percent(14.0) {
            // Not in the last two weeks: those foundings are still under way.
            day_within(
                &mut self.dice,
                from.max(open),
                plus_days(self.size.today, -14).max(from),
            )
        } else {
            day_within(&mut self.dice, from, open)
        }
    }

    fn singles(&mut self, firms: &mut [Firm]) {
        for (at, firm) in firms.iter().enumerate() {
            if !has_own_union(firm) {
                continue;
            }
            let Some(parent) = self.above(firm) else {
                continue;
            };
            let founded = self.day(parent, firm.opened_on).min(self.size.today);
            let union = self.add(
                Some(parent),
                "single",
                format!("{}工会委员会", firm.name),
                &firm.region,
                founded,
            );
            if firm.headcount >= 25 && self.dice.percent(55.0) {
                self.register(union, "81");
            }
            let industry_parent = self
                .industries
                .iter()
                .find(|(_, trades)| trades.contains(&firm.trade.code))
                .map(|(u, _)| *u);
            let joined_industry = industry_parent.filter(|_| self.dice.percent(60.0));
            if let Some(union) = self.unions.get_mut(union) {
                union.industry = Some(firm.trade.code);
                union.industry_parent = joined_industry;
                union.address.clone_from(&firm.address);
                union.covers.push(Cover {
                    firm: at,
                    kind: "own",
                    from_on: founded,
                });
            }
            if let Some(industry) = joined_industry.and_then(|u| self.unions.get_mut(u)) {
                industry.covers.push(Cover {
                    firm: at,
                    kind: "industry",
                    from_on: founded.max(industry.founded_on),
                });
            }
            if firm.headcount >= 300 {
                self.branches(union, firm, founded);
            }
        }
    }

    fn branches(&mut self, union: usize, firm: &Firm, founded: Date) {
        const SHOPS: &[&str] = &[
            "一车间",
            "二车间",
            "三车间",
            "行政后勤",
            "研发中心",
            "质检部",
        ];
        let count = usize::try_from(firm.headcount / 150)
            .unwrap_or(2)
            .clamp(2, SHOPS.len());
        for shop in SHOPS.iter().take(count) {
            self.add(
                Some(union),
                "branch",
                format!("{shop}分工会"),
                &firm.region,
                founded,
            );
        }
    }

    /// One joint union a place: the small employers of a village or a park together.
    fn joints(&mut self, firms: &mut [Firm]) {
        let mut by_place: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, firm) in firms.iter().enumerate() {
            if let Some(place) = in_joint_union(firm).then(|| self.above(firm)).flatten() {
                by_place.entry(place).or_default().push(at);
            }
        }
        for (place, members) in by_place {
            let short = self
                .unions
                .get(place)
                .map(|u| u.name.replace("工会联合会", "").replace("总工会", ""))
                .unwrap_or_default();
            let region = self
                .unions
                .get(place)
                .map(|u| u.region.clone())
                .unwrap_or_default();
            let from = self.founded(place);
            let founded =
                day_within(&mut self.dice, from, plus_days(from, 200)).min(opening(self.size));
            let union = self.add(
                Some(place),
                "joint",
                format!("{short}联合工会委员会"),
                &region,
                founded,
            );
            let covers: Vec<Cover> = members
                .into_iter()
                .map(|firm| {
                    let opened = firms
                        .get(firm)
                        .map_or(founded, |f| plus_days(f.opened_on, 60));
                    // Three in four are listed in the union's first year.
                    let since = founded.max(opened);
                    let until = if self.dice.percent(75.0) {
                        plus_days(since, 360)
                    } else {
                        self.size.today
                    };
                    let from_on = day_within(&mut self.dice, since, until).min(self.size.today);
                    Cover {
                        firm,
                        kind: "joint",
                        from_on,
                    }
                })
                .collect();
            if let Some(union) = self.unions.get_mut(union) {
                union.covers = covers;
            }
        }
    }

    fn new_form(&mut self) {
        for (t, at) in self.towns.clone().into_iter().enumerate() {
            let Some(town) = self.places.towns.get(t).filter(|town| !town.zone) else {
                continue;
            };
            let from = self.founded(at).max(Date::constant(2021, 9, 1));
            let founded =
                day_within(&mut self.dice, from, plus_days(from, 400)).min(opening(self.size));
            self.add(
                Some(at),
                "new_form",
                format!("{}新就业形态劳动者联合工会", town.name),
                &town.code,
                founded,
            );
        }
    }

    /// Construction sites: some run, one has ended.
    fn projects(&mut self, firms: &mut [Firm]) {
        const SITES: &[&str] = &[
            "安置房工程",
            "地铁站点工程",
            "医院迁建工程",
            "学校新建工程",
            "快速路改造工程",
        ];
        let builders: Vec<usize> = firms
            .iter()
            .enumerate()
            .filter(|(_, f)| {
                f.trade.code == "E4710" && f.is_open() && !has_own_union(f) && !in_joint_union(f)
            })
            .map(|(i, _)| i)
            .collect();
        let today = self.size.today;
        for (n, site) in SITES.iter().enumerate() {
            let Some(firm) = self.dice.pick(&builders).copied() else {
                return;
            };
            let t = n % self.towns.len().max(1);
            let (Some(at), Some(town)) = (self.towns.get(t).copied(), self.places.towns.get(t))
            else {
                continue;
            };
            let founded = day_within(
                &mut self.dice,
                plus_days(today, -500),
                plus_days(today, -120),
            )
            .max(self.founded(at));
            let union = self.add(
                Some(at),
                "project",
                format!("{}{site}项目临时工会委员会", town.name),
                &town.code,
                founded,
            );
            let ends = if n == 0 {
                plus_days(today, 40)
            } else {
                plus_days(founded, 900)
            };
            if let Some(union) = self.unions.get_mut(union) {
                union.planned_end_on = Some(ends);
                union.covers.push(Cover {
                    firm,
                    kind: "own",
                    from_on: founded,
                });
            }
        }
    }
}
