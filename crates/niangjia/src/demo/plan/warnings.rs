//! Which employers come into trouble, what becomes visible of it, and how it really ends: the known truth against
//! which warnings are tried.

use std::collections::BTreeMap;

use kernel::Date;

use super::firms::Firm;
use super::numbers::{days_between, plus_days};
use super::unions::Union;
use super::worked::{self, Course, Posts};
use super::{Size, numbers};
use crate::demo::dice::Dice;
use crate::demo::words::trades::Register;

/// Days before today within which nothing has ended yet.
const RECENT: i64 = 150;
/// One in so many employers came into trouble in the history.
const ONE_IN: usize = 30;
/// Most employers of a kind that came into trouble: desks of a large district are not a hundred times larger.
const MOST: usize = 300;
/// Employers smaller than this leave little trace.
const SMALLEST: i64 = 12;

/// One observation some office or person will send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Employer, by place in the plan.
    pub firm: usize,
    /// Feed it comes by.
    pub feed: &'static str,
    /// Kind of signal.
    pub kind: &'static str,
    /// The day it speaks about.
    pub day: Date,
    /// Its values.
    pub fields: Vec<(&'static str, i64)>,
}

/// What becomes visible, and how the desks get on with it where that is decided beforehand.
pub struct Seen {
    /// In order of the days.
    pub traces: Vec<Trace>,
    /// What comes in the night after the last day.
    pub overnight: Vec<Trace>,
    /// By employer.
    pub courses: BTreeMap<usize, Course>,
}

/// Everything visible.
pub fn happen(
    firms: &[Firm],
    unions: &[Union],
    posts: Option<&Posts>,
    opening: Date,
    size: &Size,
) -> Seen {
    let mut dice = Dice::new(size.seed, "warnings");
    let mut able: Vec<usize> = firms
        .iter()
        .enumerate()
        .filter(|(_, firm)| is_able(firm, opening))
        .map(|(at, _)| at)
        .collect();
    dice.shuffle(&mut able);
    let mut plot = Plot {
        firms,
        today: size.today,
        traces: Vec::new(),
        dice,
    };
    let mut courses = BTreeMap::new();
    let mut able = able.into_iter();
    for (at, firm) in able.by_ref().take(PRESENT.len()).enumerate() {
        plot.present(firm, at);
        courses.insert(firm, Course::of_present(at));
    }
    let last = plus_days(size.today, -RECENT);
    let span = days_between(opening, last).max(1);
    let some = (firms.len() / ONE_IN).min(MOST);
    for firm in able.by_ref().take(some) {
        let start = plus_days(opening, plot.dice.between(0, span));
        plot.past(firm, start);
    }
    for firm in able.by_ref().take(some) {
        let start = plus_days(opening, plot.dice.between(0, span));
        plot.noise(firm, start);
    }
    plot.dice = Dice::new(size.seed, "worked");
    let free: Vec<usize> = able.collect();
    let overnight = worked::happen(&mut plot, &mut courses, &free, (unions, posts));
    plot.traces.retain(|trace| trace.day <= size.today);
    plot.traces.sort_by_key(|trace| (trace.day, trace.firm));
    Seen {
        traces: plot.traces,
        overnight,
        courses,
    }
}

fn is_able(firm: &Firm, opening: Date) -> bool {
    firm.is_open()
        && firm.trade.register == Register::Company
        && firm.headcount >= SMALLEST
        && firm.opened_on <= opening
}

/// What stands on the desks today: colour by colour, all three.
const PRESENT: [&str; 14] = [
    "rent", "si", "rent", "late", "si", "slow", "slow", "short", "slow", "short", "unpaid", "lost",
    "unpaid", "unpaid",
];

/// What is being thought out.
pub(super) struct Plot<'a> {
    pub(super) firms: &'a [Firm],
    pub(super) today: Date,
    pub(super) traces: Vec<Trace>,
    pub(super) dice: Dice,
}

impl Plot<'_> {
    pub(super) fn add(
        &mut self,
        firm: usize,
        feed: &'static str,
        kind: &'static str,
        day: Date,
        fields: &[(&'static str, i64)],
    ) {
        self.traces.push(Trace {
            firm,
            feed,
            kind,
            day,
            fields: fields.to_vec(),
        });
    }

    pub(super) fn heads(&self, firm: usize) -> i64 {
        self.firms.get(firm).map_or(SMALLEST, |firm| firm.headcount)
    }

    fn si(&mut self, firm: usize, day: Date, months: i64) {
        let amount = months * self.heads(firm) * 180_000;
        let fields = [("months", months), ("amount", amount)];
        self.add(firm, "si_arrears", "si_arrears", month_end(day), &fields);
    }

    fn power(&mut self, firm: usize, day: Date, percent: i64) {
        let before = self.heads(firm) * 300;
        let fields = [("kwh", before * percent / 100), ("kwh_last_year", before)];
        self.add(firm, "utility_use", "utility_use", month_end(day), &fields);
    }

    pub(super) fn rent(&mut self, firm: usize, day: Date) {
        self.add(firm, "debt_notice", "debt_notice", day, &[("form", 1)]);
    }

    pub(super) fn felt(&mut self, firm: usize, day: Date) {
        self.add(firm, "desk.tension", "tension", day, &[("felt", 1)]);
    }

    pub(super) fn complain(&mut self, firm: usize, day: Date, people: i64) {
        self.add(firm, "complaints", "complaint", day, &[("people", people)]);
    }

    pub(super) fn overdue(&mut self, firm: usize, day: Date, days: i64, workers: i64) {
        let fields = [
            ("days", days),
            ("workers", workers),
            ("amount", workers * 650_000 * (days / 30 + 1)),
            ("verified", 1),
        ];
        self.add(firm, "wage_overdue", "wage_overdue", day, &fields);
    }

    /// A trouble that is open today, of a colour.
    fn present(&mut self, firm: usize, at: usize) {
        let back = |days: i64| plus_days(self.today, -days);
        let (far, middle, near) = (
            back(40 + self.dice.between(0, 12)),
            back(18 + self.dice.between(0, 8)),
            back(2 + self.dice.between(0, 6)),
        );
        let workers = (self.heads(firm) / 3).clamp(10, 60);
        match PRESENT.get(at).copied().unwrap_or_default() {
            "rent" => {
                self.rent(firm, middle);
                self.felt(firm, near);
            }
            "si" => {
                self.si(firm, far, 2);
                self.felt(firm, near);
            }
            "late" => {
                self.overdue(firm, near, 9, 6);
                self.complain(firm, near, 2);
            }
            "slow" => {
                self.si(firm, far, 2);
                self.power(firm, plus_days(far, -30), 55);
                self.power(firm, far, 52);
                self.rent(firm, middle);
                self.complain(firm, near, 4);
            }
            "short" => {
                self.complain(firm, middle, 3);
                self.overdue(firm, near, 22, 8);
            }
            "lost" => {
                self.rent(firm, far);
                self.complain(firm, middle, 5);
                self.add(
                    firm,
                    "desk.owner_lost",
                    "owner_lost",
                    near,
                    &[("hours", 30)],
                );
            }
            _ => {
                self.si(firm, far, 3);
                self.overdue(firm, middle, 18, workers);
                self.complain(firm, near, 7);
                self.overdue(firm, near, 35, workers);
            }
        }
    }

    /// A trouble of the past that ran its course: most end in unpaid wages, some do not, and some show nothing
    /// before the workers stand at the door.
    fn past(&mut self, firm: usize, start: Date) {
        let true_end = self.dice.percent(62.0);
        let silent = self.dice.percent(12.0);
        let on = |days: i64| plus_days(start, days);
        let workers = (self.heads(firm) / 4).clamp(3, 80);
        if !silent {
            self.early(firm, start);
        }
        if !true_end {
            self.si(firm, on(95), 0);
            return;
        }
        let late = self.dice.between(45, 70);
        if !silent && self.dice.percent(70.0) {
            self.overdue(firm, on(late), 10, workers);
        }
        let people = self.dice.between(2, workers.clamp(2, 14));
        self.complain(firm, on(late + 12), people);
        if self.dice.percent(60.0) {
            let more = self.dice.between(1, 6);
            self.complain(firm, on(late + 20), more);
        }
        if self.dice.percent(15.0) {
            let gone = on(late + 15);
            self.add(
                firm,
                "desk.owner_lost",
                "owner_lost",
                gone,
                &[("hours", 30)],
            );
        }
        let end = late + self.dice.between(25, 45);
        let amount = workers * 1_100_000;
        let fields = [("workers", workers), ("amount", amount)];
        self.add(
            firm,
            "arrears_confirmed",
            "arrears_confirmed",
            on(end),
            &fields,
        );
        self.overdue(firm, on(end + 20), 0, 0);
    }

    /// What becomes visible before anybody complains.
    fn early(&mut self, firm: usize, start: Date) {
        let on = |days: i64| plus_days(start, days);
        if self.dice.percent(75.0) {
            self.si(firm, on(5), 1);
            self.si(firm, on(35), 2);
        }
        if self.dice.percent(60.0) {
            let left = self.dice.between(25, 62);
            self.power(firm, on(10), left);
            self.power(firm, on(40), left - 5);
        }
        if self.dice.percent(55.0) {
            let day = on(self.dice.between(20, 50));
            self.rent(firm, day);
        }
        if self.dice.percent(50.0) {
            let day = on(self.dice.between(15, 55));
            self.felt(firm, day);
        }
    }

    /// Something that looks like trouble and is none.
    fn noise(&mut self, firm: usize, start: Date) {
        match self.dice.below(4) {
            0 => self.complain(firm, start, 1),
            1 => {
                self.si(firm, start, 1);
                self.si(firm, plus_days(start, 31), 0);
            }
            2 => self.felt(firm, start),
            _ => {
                self.power(firm, start, 58);
                self.power(firm, plus_days(start, 31), 96);
            }
        }
    }
}

/// Offices speak about whole months.
fn month_end(day: Date) -> Date {
    numbers::plus_days(day.first_of_month(), -1)
}
