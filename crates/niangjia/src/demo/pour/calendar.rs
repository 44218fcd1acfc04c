//! Which day what happens: the plan turned on its side.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Weekday;
use kernel::Date;

use crate::demo::plan::{Plan, Seat, plus_days};

/// Members written in one transaction on the opening day, when most of them come.
const CHUNK: usize = 4_000;

/// Everything that happens on one day, by place in the plan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Day {
    /// Unions founded, parents first.
    pub unions: Vec<usize>,
    /// Employers entered.
    pub firms: Vec<usize>,
    /// Employers struck off.
    pub closed: Vec<usize>,
    /// Employers counted anew.
    pub counted: Vec<usize>,
    /// Employers covered: union and place in its list.
    pub covers: Vec<(usize, usize)>,
    /// Members who join, in portions for one transaction each.
    pub joins: Vec<Range<usize>>,
    /// Turns of memberships.
    pub events: Vec<usize>,
}

/// The days on which something happens.
pub struct Calendar {
    days: BTreeMap<Date, Day>,
    opening: Date,
    last: Date,
}

impl Calendar {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut calendar = Self {
            days: BTreeMap::new(),
            opening: plan.opening,
            last: plan.size.today,
        };
        calendar.unions(plan);
        calendar.firms(plan);
        calendar.joins(&plan.seats);
        for (at, event) in plan.events.iter().enumerate() {
            calendar.day(event.on).events.push(at);
        }
        calendar
    }

    /// In order of time.
    pub fn days(&self) -> impl Iterator<Item = (&Date, &Day)> {
        self.days.iter()
    }

    fn day(&mut self, date: Date) -> &mut Day {
        self.days.entry(self.written(date)).or_default()
    }

    /// The day something is written on: offices write once a week, on Fridays; what is older than the history
    /// is written when it opens.
    fn written(&self, date: Date) -> Date {
        if date <= self.opening {
            return self.opening;
        }
        let ahead = i64::from(Weekday::Friday.since(date.weekday()));
        plus_days(date, ahead).min(self.last)
    }

    fn unions(&mut self, plan: &Plan) {
        for (at, union) in plan.unions.iter().enumerate() {
            self.day(union.written_on()).unions.push(at);
            for (place, cover) in union.covers.iter().enumerate() {
                let since = cover.from_on.max(union.written_on());
                let opened = plan
                    .firms
                    .get(cover.firm)
                    .map_or(since, |firm| firm.opened_on);
                self.day(since.max(opened)).covers.push((at, place));
            }
        }
    }

    fn firms(&mut self, plan: &Plan) {
        let opening = self.opening;
        for (at, firm) in plan.firms.iter().enumerate() {
            self.day(firm.opened_on).firms.push(at);
            // Those that closed before the history opens are entered as closed.
            if let Some(closed) = firm
                .closed_on
                .filter(|day| *day > opening.max(firm.opened_on))
            {
                self.day(closed).closed.push(at);
            }
            for day in firm.counts(opening, plan.size.today) {
                self.day(day).counted.push(at);
            }
        }
    }

    fn joins(&mut self, seats: &[Seat]) {
        let mut from = 0;
        while let Some(first) = seats.get(from) {
            let day = self.written(first.joined_on);
            let same = seats
                .iter()
                .skip(from)
                .take_while(|seat| self.written(seat.joined_on) == day)
                .count();
            let to = from + same.min(CHUNK);
            self.day(day).joins.push(from..to);
            from = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plan::{Places, Size};

    #[test]
    fn every_member_joins_on_exactly_one_day() {
        let size = Size {
            online: 0,
            members: 9_000,
            employers: 900,
            months: 6,
            seed: 3,
            today: Date::constant(2026, 6, 15),
        };
        let district =
            kernel::region::District::in_force(kernel::DistrictCode::parse("330113").unwrap())
                .unwrap();
        let plan = Plan::draw(&Places::of(&district), size);
        let calendar = Calendar::of(&plan);
        let joins: Vec<usize> = calendar
            .days()
            .flat_map(|(_, day)| day.joins.iter().flat_map(Clone::clone))
            .collect();
        assert_eq!(joins, (0..9_000).collect::<Vec<_>>());
        assert!(
            calendar
                .days()
                .all(|(date, _)| *date >= plan.opening && *date <= plan.size.today)
        );
        let events: usize = calendar.days().map(|(_, day)| day.events.len()).sum();
        assert_eq!(events, plan.events.len());
    }
}
