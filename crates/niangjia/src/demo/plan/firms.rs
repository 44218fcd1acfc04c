//! Employers: how many, how large, what they are called.

use std::collections::HashSet;

use kernel::Date;

use super::numbers::{count, day_within, floor, plus_days, years_before};
use super::places::{Places, Town, Village, address};
use super::{Size, numbers};
use crate::demo::codes;
use crate::demo::dice::{Dice, Weighted};
use crate::demo::words::firms::{FANCY_FIRST, FANCY_LAST, FANCY_THIRD};
use crate::demo::words::trades::{Register, TRADES, Trade, VILLAGE_BODY};

/// Whether it still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirmState {
    /// 存续
    Open,
    /// 注销
    Deregistered,
    /// 吊销
    Revoked,
    /// 空壳
    Shell,
}

impl FirmState {
    /// 空壳
    pub fn is_shell(self) -> bool {
        self == Self::Shell
    }

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Deregistered => "deregistered",
            Self::Revoked => "revoked",
            Self::Shell => "shell",
        }
    }
}

/// One employer.
#[derive(Debug, Clone)]
pub struct Firm {
    /// Credit code.
    pub code: String,
    /// Registered name.
    pub name: String,
    /// Former name, for some.
    pub former: Option<String>,
    /// What it does.
    pub trade: &'static Trade,
    /// Town, by place in the list.
    pub town: usize,
    /// Village, if it lies in one.
    pub village: Option<usize>,
    /// Park or building, if it lies in one.
    pub park: Option<usize>,
    /// The union of that place, by its place in the list.
    pub area: Option<usize>,
    /// Division code for its record.
    pub region: String,
    /// Address.
    pub address: String,
    /// GB/T 12402 code.
    pub economic: &'static str,
    /// People today.
    pub headcount: i64,
    /// People when the history opens.
    pub headcount_then: i64,
    /// State today.
    pub state: FirmState,
    /// Day it opened.
    pub opened_on: Date,
    /// Day it closed, unless open.
    pub closed_on: Option<Date>,
    /// Members who work here.
    pub members: usize,
    /// Its throw of luck, 0…1: decides whether it has a union, the same at every size.
    pub luck: f64,
}

impl Firm {
    /// The days it is counted anew: each 31 March and 30 September of the history, and lastly a month ago.
    pub fn counts(&self, opening: Date, today: Date) -> Vec<Date> {
        let from = opening.max(self.opened_on);
        let to = self.closed_on.unwrap_or(today).min(plus_days(today, -30));
        let yearly = (from.year()..=to.year())
            .flat_map(|year| [Date::new(year, 3, 31), Date::new(year, 9, 30)])
            .flatten();
        yearly
            .chain([to])
            .filter(|day| *day > from && *day <= to)
            .collect()
    }

    /// Its people on a day of the history: from the first count to today's in a straight line.
    pub fn headcount_on(&self, day: Date, opening: Date, today: Date) -> i64 {
        let from = opening.max(self.opened_on);
        let whole = numbers::days_between(from, plus_days(today, -30)).max(1);
        let gone = numbers::days_between(from, day).clamp(0, whole);
        self.headcount_then + (self.headcount - self.headcount_then) * gone / whole
    }

    /// Whether it counts among those that should have a union.
    pub fn is_open(&self) -> bool {
        self.state == FirmState::Open
    }
}

static ECONOMIC: &[(&str, u32)] = &[
    ("173", 640),
    ("159", 150),
    ("174", 40),
    ("171", 40),
    ("172", 15),
    ("160", 40),
    ("110", 12),
    ("151", 10),
    ("130", 10),
    ("230", 18),
    ("210", 8),
    ("310", 8),
    ("330", 9),
];

/// Make all employers, sized so that their unions hold about the members wanted.
pub fn found(places: &Places, size: &Size) -> Vec<Firm> {
    let mut maker = Maker::new(places, size);
    let villages: Vec<_> = places
        .villages()
        .map(|(t, v, village)| (t, v, village.clone()))
        .collect();
    if size.employers >= villages.len() * 4 {
        for (town, at, village) in &villages {
            maker.village_body(*town, *at, village);
        }
    }
    while maker.firms.len() < size.employers && !places.towns.is_empty() {
        maker.one();
    }
    scale(&mut maker.firms, &maker.raw, size);
    maker.firms
}

struct Maker<'a> {
    places: &'a Places,
    size: &'a Size,
    dice: Dice,
    trades: Vec<u32>,
    economic: Weighted<&'static str>,
    /// The town of each village: a throw among villages is a throw among towns by size.
    of_village: Vec<usize>,
    names: HashSet<String>,
    stem: String,
    firms: Vec<Firm>,
    /// Sizes before scaling.
    raw: Vec<f64>,
    first: Vec<char>,
    last: Vec<char>,
    third: Vec<char>,
}

impl<'a> Maker<'a> {
    fn new(places: &'a Places, size: &'a Size) -> Self {
        let trades = TRADES.iter().scan(0, |sum, trade| {
            *sum += trade.weight;
            Some(*sum)
        });
        Self {
            places,
            size,
            dice: Dice::new(size.seed, "firms"),
            trades: trades.collect(),
            economic: Weighted::new(ECONOMIC),
            of_village: places.villages().map(|(t, _, _)| t).collect(),
            names: HashSet::new(),
            stem: places.name.trim_end_matches('区').to_owned(),
            firms: Vec::with_capacity(size.employers),
            raw: Vec::with_capacity(size.employers),
            first: FANCY_FIRST.chars().collect(),
            last: FANCY_LAST.chars().collect(),
            third: FANCY_THIRD.chars().collect(),
        }
    }

    fn one(&mut self) {
        let trade = self.trade();
        let Some((t, town)) = self.town(trade) else {
            return;
        };
        let village = if town.villages.is_empty() {
            None
        } else {
            Some(self.dice.below(town.villages.len()))
        };
        let in_park = town.zone || (trade.register == Register::Company && self.dice.percent(16.0));
        let park = if in_park && !town.parks.is_empty() {
            Some(self.dice.below(town.parks.len()))
        } else {
            None
        };
        let village = if park.is_some() { None } else { village };
        let region = village
            .and_then(|v| town.villages.get(v))
            .map_or(&town.code, |v| &v.code)
            .clone();
        let stem = village
            .and_then(|v| town.villages.get(v))
            .map(|v| v.stem.clone());
        let name = self.name(trade, town, stem.as_deref());
        let raw = self
            .dice
            .log_normal(trade.median, trade.sigma)
            .clamp(1.0, 9_000.0);
        self.add(trade, name, (t, village, park), region, raw);
    }

    fn village_body(&mut self, town: usize, at: usize, village: &Village) {
        let name = match self.places.towns.get(town) {
            Some(t) => format!("杭州市{}{}{}", self.places.name, t.name, village.body),
            None => village.body.clone(),
        };
        let raw = self
            .dice
            .log_normal(VILLAGE_BODY.median, VILLAGE_BODY.sigma);
        self.names.insert(name.clone());
        self.add(
            &VILLAGE_BODY,
            name,
            (town, Some(at), None),
            village.code.clone(),
            raw,
        );
    }

    fn add(
        &mut self,
        trade: &'static Trade,
        name: String,
        (town, village, park): (usize, Option<usize>, Option<usize>),
        region: String,
        raw: f64,
    ) {
        let today = self.size.today;
        let serial = u32::try_from(self.firms.len()).unwrap_or(u32::MAX);
        let state = self.state(trade);
        let opened_on = day_within(
            &mut self.dice,
            years_before(today, 24),
            plus_days(today, -200),
        );
        let closed_on = (state != FirmState::Open)
            .then(|| day_within(&mut self.dice, opened_on.max(years_before(today, 3)), today));
        let economic = match trade.register {
            Register::Company => self.economic.draw(&mut self.dice).unwrap_or("173"),
            Register::Individual => "175",
            Register::Social => "190",
            Register::Institution | Register::Village => "110",
        };
        let street = self
            .places
            .towns
            .get(town)
            .map(|t| address(&mut self.dice, t))
            .unwrap_or_default();
        let former = (trade.register == Register::Company && self.dice.percent(5.0))
            .then(|| self.renamed(&name));
        let luck = f64::from(u32::try_from(self.dice.below(1_000_000)).unwrap_or(0)) / 1e6;
        self.raw.push(raw);
        self.firms.push(Firm {
            code: codes::credit_code(
                trade.register.prefix(),
                &self.places.district,
                100_000 + serial * 17,
            ),
            name,
            former,
            trade,
            town,
            village,
            park,
            area: None,
            region,
            address: street,
            economic,
            headcount: 0,
            headcount_then: 0,
            state,
            opened_on,
            closed_on,
            members: 0,
            luck,
        });
    }

    fn trade(&mut self) -> &'static Trade {
        let total = self.trades.last().copied().unwrap_or(1);
        let throw = u32::try_from(self.dice.below(total as usize)).unwrap_or(0);
        let place = self.trades.partition_point(|sum| *sum <= throw);
        TRADES.get(place).unwrap_or(&VILLAGE_BODY)
    }

    /// Towns by the number of their villages; makers and laboratories like the zone.
    fn town(&mut self, trade: &Trade) -> Option<(usize, &'a Town)> {
        let zone_share = if trade.code.starts_with('C') || trade.code.starts_with('I') {
            22.0
        } else {
            6.0
        };
        let places = self.places;
        let zone = places.towns.iter().position(|town| town.zone);
        let in_zone =
            zone.filter(|_| trade.register == Register::Company && self.dice.percent(zone_share));
        let at = match in_zone {
            Some(zone) => zone,
            None => {
                let n = self.dice.below(self.of_village.len());
                self.of_village.get(n).copied().unwrap_or(0)
            }
        };
        places.towns.get(at).map(|town| (at, town))
    }

    fn state(&mut self, trade: &Trade) -> FirmState {
        let throw = self.dice.below(1000);
        match trade.register {
            Register::Village | Register::Institution => FirmState::Open,
            _ if throw < 38 => FirmState::Deregistered,
            _ if throw < 46 => FirmState::Revoked,
            _ if throw < 68 => FirmState::Shell,
            _ => FirmState::Open,
        }
    }

    fn name(&mut self, trade: &Trade, town: &Town, village: Option<&str>) -> String {
        for attempt in 0..64 {
            let name = self.try_name(trade, town, village, attempt);
            if self.names.insert(name.clone()) {
                return name;
            }
        }
        let name = format!(
            "杭州{}第{}{}",
            self.stem,
            self.firms.len(),
            trade.words.first().copied().unwrap_or("企业")
        );
        self.names.insert(name.clone());
        name
    }

    fn try_name(
        &mut self,
        trade: &Trade,
        town: &Town,
        village: Option<&str>,
        attempt: usize,
    ) -> String {
        let (word, form) = (self.dice.word(trade.words), self.dice.word(trade.forms));
        let short = town.name.trim_end_matches("街道").trim_end_matches('镇');
        match trade.register {
            Register::Institution if word == "社区卫生服务中心" && attempt == 0 => {
                return format!("杭州市{}{}{word}", self.places.name, town.name);
            }
            Register::Institution | Register::Social => {
                let fancy = village.map_or_else(|| self.fancy(attempt), ToOwned::to_owned);
                let fancy = if attempt < 3 {
                    fancy
                } else {
                    format!("{short}{}", self.fancy(attempt))
                };
                return format!("杭州市{}{fancy}{word}", self.places.name);
            }
            _ => {}
        }
        let fancy = self.fancy(attempt);
        let place = match self.dice.below(10) {
            0..5 => "杭州".to_owned(),
            5..8 => format!("杭州{}", self.stem),
            8 => "浙江".to_owned(),
            _ => format!("杭州{short}"),
        };
        if trade.register == Register::Individual {
            return format!("杭州市{}{short}{fancy}{word}{form}", self.places.name);
        }
        // Brackets around the place are as common as in the register.
        if self.dice.percent(4.0) {
            return format!("{fancy}（杭州）{word}{form}");
        }
        format!("{place}{fancy}{word}{form}")
    }

    fn fancy(&mut self, attempt: usize) -> String {
        let (first, last) = (self.dice.letter(&self.first), self.dice.letter(&self.last));
        if attempt > 1 || self.dice.percent(12.0) {
            format!("{first}{last}{}", self.dice.letter(&self.third))
        } else {
            format!("{first}{last}")
        }
    }

    fn renamed(&mut self, name: &str) -> String {
        let (fancy, form) = (
            self.fancy(2),
            if name.ends_with("股份有限公司") {
                "股份有限公司"
            } else {
                "有限公司"
            },
        );
        format!("杭州{fancy}{form}")
    }
}

/// Bring sizes to where the unions of these employers hold about the members wanted.
fn scale(firms: &mut [Firm], raw: &[f64], size: &Size) {
    let (mut low, mut high) = (0.02_f64, 60.0_f64);
    for _ in 0..40 {
        let middle = (low * high).sqrt();
        apply(firms, raw, middle);
        let expected: f64 = firms.iter().map(expected_members).sum();
        #[expect(
            clippy::cast_precision_loss,
            reason = "member counts are far below 2^52"
        )]
        let wanted = size.members as f64 * 0.955;
        if expected < wanted {
            low = middle
        } else {
            high = middle
        }
    }
}

fn apply(firms: &mut [Firm], raw: &[f64], factor: f64) {
    for (firm, raw) in firms.iter_mut().zip(raw) {
        // Village bodies, schools and shops keep their size; only markets grow.
        let flexible = firm.trade.register == Register::Company;
        let people = floor(
            (raw * if flexible {
                factor
            } else {
                factor.clamp(0.5, 1.4)
            })
            .round(),
        )
        .max(1);
        firm.headcount = count(people);
        // Luck also says how it grew since the history opened: −20 % … +30 %.
        let then =
            floor(f64::from(u32::try_from(people).unwrap_or(u32::MAX)) * (1.2 - 0.5 * firm.luck))
                .max(1);
        firm.headcount_then = count(then);
    }
}

/// Members it will have, as its union's habits go.
fn expected_members(firm: &Firm) -> f64 {
    if has_own_union(firm) || in_joint_union(firm) {
        numbers_f64(firm.headcount) * join_rate(firm)
    } else {
        0.0
    }
}

/// Whether it has a union of its own. Most of those that must (≥25, Trade Union Law art. 11), and public bodies.
pub fn has_own_union(firm: &Firm) -> bool {
    let public = matches!(firm.trade.register, Register::Institution);
    firm.is_open()
        && ((public && firm.luck < 0.98)
            || (firm.headcount >= 25 && firm.luck < 0.87)
            || (firm.headcount >= 15 && firm.luck < 0.10))
}

/// Whether a joint union covers it.
pub fn in_joint_union(firm: &Firm) -> bool {
    firm.is_open()
        && !has_own_union(firm)
        && firm.headcount < 25
        && (firm.trade.register == Register::Village || firm.luck < 0.72)
}

/// Members per head of the workforce, before exact numbers.
pub fn join_rate(firm: &Firm) -> f64 {
    // Luck's lower digits, so that the rate is independent of having a union.
    let fine = (firm.luck * 977.0).fract();
    match firm.trade.register {
        Register::Institution | Register::Village => 0.94 + 0.06 * fine,
        _ => 0.62 + 0.38 * fine,
    }
}

fn numbers_f64(count: i64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Opening day of the history, as unions need it.
pub fn opening(size: &Size) -> Date {
    numbers::months_before(size.today, size.months)
}
