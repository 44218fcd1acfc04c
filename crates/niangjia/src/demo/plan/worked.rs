//! Where the people with accounts have their posts, and what the desks get to do in the last months: troubles that
//! were seen early, calmed, paid or found to be none, and what came in last night.

use std::collections::BTreeMap;

use kernel::Date;

use super::Size;
use super::firms::Firm;
use super::numbers::plus_days;
use super::seats::Seat;
use super::unions::Union;
use super::warnings::{Plot, Trace};

/// Days before the end in which the offices of the demo district are at work.
pub const OFFICE_DAYS: i64 = 112;

/// How the desks get on with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Looked at in time; it turns out that nothing is owed.
    Calm,
    /// Looked at in time; the rule was wrong about it.
    Mistaken,
    /// In hand, every clock kept so far.
    InHand,
    /// As in hand, and the labour inspectorate is told.
    Pushed,
    /// The first clocks are missed, then it is done.
    Late,
    /// Nobody has come to it.
    Neglected,
    /// Wages are owed and paid.
    Paid,
    /// Wages are owed and the employer will not pay: handed over to the labour office with a receipt (移交).
    HandedOver(Handover),
}

/// What became of a handover (移交以后).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// Asked after in time; the office has answered.
    Answered,
    /// It is with the office, and the day to ask has not come.
    Waiting,
    /// Nobody asked in time.
    Unasked,
}

impl Course {
    /// Of the troubles that are open today, by their place in the list.
    pub(super) fn of_present(at: usize) -> Self {
        match at {
            1 | 7 => Self::Neglected,
            2 => Self::Late,
            10 => Self::Pushed,
            _ => Self::InHand,
        }
    }
}

/// The unions the accounts belong to, by place in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posts {
    /// Of the town officer.
    pub town: usize,
    /// Of the sentinel.
    pub village: usize,
    /// Of the chair, and of the worker.
    pub enterprise: usize,
    /// Of the account with two posts: the town.
    pub other_town: usize,
    /// And the village, in a third town.
    pub other_village: usize,
    /// Since when all of them stand and the first people of the enterprise are members.
    pub since: Date,
}

/// The busiest enterprise union below a village, one that stood with a chair and a worker when the offices began where
/// there is any; its village and town, and two places elsewhere.
pub fn choose(unions: &[Union], firms: &[Firm], seats: &[Seat], size: &Size) -> Option<Posts> {
    let begun = plus_days(size.today, -OFFICE_DAYS);
    // The day the second of its people joined; seats are in order of that day.
    let mut joined: BTreeMap<usize, Vec<Date>> = BTreeMap::new();
    for seat in seats {
        let days = joined.entry(seat.union).or_default();
        if days.len() < 2 {
            days.push(seat.joined_on);
        }
    }
    let since = |at: usize| {
        let founded = unions.get(at).map_or(size.today, |union| union.founded_on);
        let second = joined.get(&at).and_then(|days| days.get(1));
        second.map_or(size.today, |day| founded.max(*day))
    };
    let members = |at: usize| -> usize {
        let covers = unions.get(at).map_or(&[][..], |union| &union.covers);
        let firms = covers.iter().filter_map(|cover| firms.get(cover.firm));
        firms.map(|firm| firm.members).sum()
    };
    let parent = |at: usize| unions.get(at).and_then(|union| union.parent);
    let is = |at: usize, kind: &str| unions.get(at).is_some_and(|union| union.kind == kind);
    let of_kind = |kind: &'static str| (0..unions.len()).filter(move |at| is(*at, kind));
    let enterprise = of_kind("single")
        .filter(|at| parent(*at).is_some_and(|above| is(above, "village")))
        .max_by_key(|at| (since(*at) <= begun, members(*at), std::cmp::Reverse(*at)))?;
    let village = parent(enterprise)?;
    let town = parent(village)?;
    let other_town = of_kind("town").find(|at| *at != town)?;
    let third = of_kind("town").find(|at| *at != town && *at != other_town)?;
    let other_village = of_kind("village").find(|at| parent(*at) == Some(third))?;
    Some(Posts {
        town,
        village,
        enterprise,
        other_town,
        other_village,
        since: since(enterprise),
    })
}

/// What shows: rent and a feeling (blue), wages a little late (blue), wages late and people complaining (yellow),
/// many unpaid for long (red).
#[derive(Clone, Copy)]
enum Sign {
    Rumour,
    LittleLate,
    Late,
    Grave,
}

/// What was worked on: what showed, how many days ago, how it went. The first of the list matter most: a small
/// district has employers for few.
const WORKED: [(Sign, i64, Course); 29] = [
    (Sign::Rumour, 61, Course::Calm),
    (Sign::Late, 97, Course::Paid),
    (Sign::LittleLate, 66, Course::Mistaken),
    (Sign::Rumour, 5, Course::InHand),
    (Sign::LittleLate, 58, Course::Paid),
    (Sign::Late, 12, Course::InHand),
    (Sign::Late, 47, Course::HandedOver(Handover::Unasked)),
    (Sign::Late, 92, Course::HandedOver(Handover::Answered)),
    (Sign::Late, 20, Course::HandedOver(Handover::Waiting)),
    (Sign::Rumour, 83, Course::Calm),
    (Sign::Grave, 108, Course::Paid),
    (Sign::Rumour, 47, Course::Late),
    (Sign::LittleLate, 90, Course::Paid),
    (Sign::Rumour, 40, Course::Calm),
    (Sign::Late, 104, Course::Paid),
    (Sign::Rumour, 24, Course::Mistaken),
    (Sign::LittleLate, 19, Course::InHand),
    (Sign::Late, 86, Course::Paid),
    (Sign::Rumour, 75, Course::Mistaken),
    (Sign::Rumour, 54, Course::Calm),
    (Sign::Late, 79, Course::Late),
    (Sign::LittleLate, 9, Course::InHand),
    (Sign::Rumour, 100, Course::Calm),
    (Sign::Late, 28, Course::InHand),
    (Sign::LittleLate, 70, Course::Paid),
    (Sign::Rumour, 33, Course::Mistaken),
    (Sign::Grave, 24, Course::InHand),
    (Sign::Rumour, 14, Course::InHand),
    (Sign::LittleLate, 3, Course::InHand),
];

/// What came in last night.
const OVERNIGHT: [Sign; 3] = [Sign::Rumour, Sign::LittleLate, Sign::Rumour];

/// Days until wages that are owed are paid, from the day it shows; the labour office has confirmed them before.
const PAID_AFTER: i64 = 11;
/// Confirmed at an employer of whom nothing had been heard, so many days ago: what no rule could see.
const UNSEEN: [i64; 2] = [87, 38];

/// Thinks out what the desks worked on, about employers nothing else is thought out for; answers what came last night.
pub(super) fn happen(
    plot: &mut Plot<'_>,
    courses: &mut BTreeMap<usize, Course>,
    free: &[usize],
    (unions, posts): (&[Union], Option<&Posts>),
) -> Vec<Trace> {
    // Half of them stay out of it: a desk that knows everybody is no desk.
    let mut pool = Pool::of(plot.firms, free, unions, posts);
    let most = free.len() / 2;
    let nights = OVERNIGHT.len().min(most / 3);
    let fresh: Vec<usize> = (0..nights).filter_map(|at| pool.next(at)).collect();
    for (at, (sign, ago, course)) in WORKED.iter().take(most - nights).enumerate() {
        let Some(firm) = pool.next(at) else { break };
        courses.insert(firm, *course);
        plot.sign(firm, plus_days(plot.today, -ago), *sign);
        let owed = !matches!(sign, Sign::Rumour);
        if owed && matches!(course, Course::Paid | Course::Late) {
            plot.paid(firm, plus_days(plot.today, -ago), *sign);
        }
    }
    for ago in UNSEEN.iter().take(most / 10) {
        if let Some(firm) = pool.elsewhere.pop() {
            plot.confirmed(firm, plus_days(plot.today, -ago));
        }
    }
    let before = plot.traces.len();
    for (firm, sign) in fresh.iter().zip(OVERNIGHT) {
        courses.insert(*firm, Course::InHand);
        plot.sign(*firm, plot.today, sign);
    }
    plot.traces.split_off(before)
}

/// Employers nothing is thought out for, by how near they lie to the posts of the accounts.
struct Pool {
    village: Vec<usize>,
    town: Vec<usize>,
    elsewhere: Vec<usize>,
}

impl Pool {
    fn of(firms: &[Firm], free: &[usize], unions: &[Union], posts: Option<&Posts>) -> Self {
        let lies_in = |firm: usize, place: usize| {
            let mut at = firms.get(firm).and_then(|firm| firm.area);
            while let Some(here) = at {
                if here == place {
                    return true;
                }
                at = unions.get(here).and_then(|union| union.parent);
            }
            false
        };
        let mut pool = Self {
            village: Vec::new(),
            town: Vec::new(),
            elsewhere: Vec::new(),
        };
        for firm in free.iter().rev() {
            match posts {
                Some(posts) if lies_in(*firm, posts.village) => pool.village.push(*firm),
                Some(posts) if lies_in(*firm, posts.town) => pool.town.push(*firm),
                _ => pool.elsewhere.push(*firm),
            }
        }
        pool
    }

    /// The next: one in three in the sentinel's village or the officer's town.
    fn next(&mut self, at: usize) -> Option<usize> {
        let near = match at % 6 {
            0 => self.village.pop().or_else(|| self.town.pop()),
            3 => self.town.pop(),
            _ => None,
        };
        near.or_else(|| self.elsewhere.pop())
            .or_else(|| self.town.pop())
            .or_else(|| self.village.pop())
    }
}

impl Plot<'_> {
    fn sign(&mut self, firm: usize, day: Date, sign: Sign) {
        let workers = (self.heads(firm) / 3).clamp(10, 40);
        match sign {
            Sign::Rumour => {
                self.rent(firm, day);
                self.felt(firm, day);
            }
            Sign::LittleLate => {
                self.overdue(firm, day, 9, 6);
                self.complain(firm, day, 2);
            }
            Sign::Late => {
                self.overdue(firm, day, 21, 8);
                self.complain(firm, day, 4);
            }
            Sign::Grave => {
                self.complain(firm, plus_days(day, -2), 5);
                self.overdue(firm, day, 33, workers);
            }
        }
    }

    fn confirmed(&mut self, firm: usize, day: Date) {
        let workers = (self.heads(firm) / 4).clamp(3, 12);
        let fields = [("workers", workers), ("amount", workers * 900_000)];
        self.add(firm, "arrears_confirmed", "arrears_confirmed", day, &fields);
    }

    /// Wages that were owed are paid; the labour office has seen the worse ones.
    fn paid(&mut self, firm: usize, day: Date, sign: Sign) {
        if matches!(sign, Sign::Late | Sign::Grave) {
            let after = self.dice.between(4, PAID_AFTER - 1);
            self.confirmed(firm, plus_days(day, after));
        }
        self.overdue(firm, plus_days(day, PAID_AFTER), 0, 0);
    }
}
