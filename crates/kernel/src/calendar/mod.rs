//! The working-day calendar (工作日历) of the mainland: weekends, public holidays and the weekends worked in
//! exchange (调休), year by year from the State Council's notices.

mod notice;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};

pub use notice::{ImportProblem, KIND, import_csv};

use crate::definitions::Catalogue;

/// What kind of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// An ordinary Monday to Friday.
    Working,
    /// A Saturday or Sunday worked in exchange for a holiday (调休上班).
    WorkedWeekend,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off by notice (放假), whether statutory or exchanged.
    Holiday,
}

impl DayKind {
    /// Whether offices work on it.
    pub fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::WorkedWeekend)
    }
}

/// A day's kind and how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The kind.
    pub kind: DayKind,
    /// The year's notice is not known, so only weekends and the holidays fixed by date were considered.
    pub provisional: bool,
}

/// A computed date and whether it rests on a year whose holidays are not announced yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The date; the day ends at 24:00 Shanghai time.
    pub date: Date,
    /// Show it as 暂定: it may still move when the year's notice comes out. Never promise it to anyone.
    pub provisional: bool,
}

/// One year's notice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarYear {
    /// The year the notice is for.
    pub year: i16,
    /// Days off. Some lie in the last days of the year before.
    pub off: BTreeSet<Date>,
    /// Saturdays and Sundays worked.
    pub worked: BTreeSet<Date>,
}

/// All known years, laid out as one table of days so that counting costs a lookup a day.
///
/// A year is known when its own notice is loaded. The notice for the next year may still touch its last days
/// (2018-12-29 became a working Saturday by the notice for 2019), which is why running clocks are dated from
/// the calendar each time they are shown and not once for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    known: BTreeSet<i16>,
    /// Statutory holidays that fall on the same date every year, as (month, day).
    fixed: BTreeSet<(i8, i8)>,
    first: Date,
    /// One mark a day from `first` on.
    marks: Vec<Mark>,
    /// For each of these days, what was counted from `first` up to and including it: a period is then found by
    /// searching and not by walking, which a list of ten thousand clocks is grateful for.
    tallies: Vec<Tally>,
}

/// Days counted up to some day of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tally {
    working: u32,
    unknown: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Nothing is known beyond the weekday and the fixed holidays.
    Unknown,
    /// The year is known and no notice names the day.
    Ordinary,
    Off,
    Worked,
}

impl Calendar {
    /// A calendar of these years; `fixed` are the statutory holidays with a fixed date, used for years still
    /// unknown. Years need not be consecutive.
    pub fn new(
        years: impl IntoIterator<Item = CalendarYear>,
        fixed: impl IntoIterator<Item = (i8, i8)>,
    ) -> Self {
        let mut known = BTreeSet::new();
        let mut named = BTreeMap::new();
        for year in years {
            known.insert(year.year);
            named.extend(year.off.into_iter().map(|date| (date, Mark::Off)));
            named.extend(year.worked.into_iter().map(|date| (date, Mark::Worked)));
        }
        let first = earliest(&known, &named);
        let last = latest(&known, &named);
        let mut named = named.into_iter().peekable();
        let marks = days_from(first)
            .take_while(|date| *date <= last)
            .map(|date| match named.next_if(|(day, _)| *day == date) {
                Some((_, mark)) => mark,
                None if known.contains(&date.year()) => Mark::Ordinary,
                None => Mark::Unknown,
            })
            .collect();
        let fixed = fixed.into_iter().collect();
        let mut calendar = Self {
            known,
            fixed,
            first,
            marks,
            tallies: Vec::new(),
        };
        calendar.tallies = calendar.tally();
        calendar
    }

    fn tally(&self) -> Vec<Tally> {
        let days = days_from(self.first).zip(&self.marks);
        let counted = days.scan(Tally::default(), |tally, (date, mark)| {
            let day = self.marked(date, *mark);
            tally.working += u32::from(day.kind.is_working());
            tally.unknown += u32::from(day.provisional);
            Some(*tally)
        });
        counted.collect()
    }

    /// The calendar in force, from `definitions/calendar`.
    pub fn national() -> &'static Self {
        static NATIONAL: LazyLock<Calendar> =
            LazyLock::new(|| Calendar::from_definitions(Catalogue::in_force().of_kind("calendar")));
        &NATIONAL
    }

    /// A calendar that knows no year: every working-day result is provisional.
    pub fn unknown() -> Self {
        Self::new([], [])
    }

    /// The years whose notices are loaded.
    pub fn known_years(&self) -> &BTreeSet<i16> {
        &self.known
    }

    /// Whether the year's notice is loaded.
    pub fn knows(&self, year: i16) -> bool {
        self.known.contains(&year)
    }

    /// What kind of day `date` is.
    pub fn day(&self, date: Date) -> Day {
        self.marked(date, self.mark(date))
    }

    fn marked(&self, date: Date, mark: Mark) -> Day {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let ordinary = if weekend {
            DayKind::Weekend
        } else {
            DayKind::Working
        };
        match mark {
            Mark::Off => Day {
                kind: DayKind::Holiday,
                provisional: false,
            },
            Mark::Worked => Day {
                kind: DayKind::WorkedWeekend,
                provisional: false,
            },
            Mark::Ordinary => Day {
                kind: ordinary,
                provisional: false,
            },
            Mark::Unknown if self.fixed.contains(&(date.month(), date.day())) => Day {
                kind: DayKind::Holiday,
                provisional: true,
            },
            Mark::Unknown => Day {
                kind: ordinary,
                provisional: true,
            },
        }
    }

    fn mark(&self, date: Date) -> Mark {
        self.place(date)
            .and_then(|place| self.marks.get(place))
            .copied()
            .unwrap_or(Mark::Unknown)
    }

    /// Where `date` stands in the table, or would stand behind it; `None` before its first day.
    fn place(&self, date: Date) -> Option<usize> {
        usize::try_from(date.duration_since(self.first).as_hours() / 24).ok()
    }

    /// The first working day on or after `date`: where a period that would end on a rest day ends
    /// (民法典203). `None` past the end of the calendar (year 9999).
    pub fn on_or_after(&self, date: Date) -> Option<Due> {
        self.nearest(date, 1)
    }

    /// The last working day on or before `date`: wages due on a rest day are paid earlier (工资支付暂行规定7).
    /// `None` before the year −9999.
    pub fn before_holiday(&self, date: Date) -> Option<Due> {
        self.nearest(date, -1)
    }

    fn nearest(&self, date: Date, step: i64) -> Option<Due> {
        let (mut date, mut provisional) = (date, false);
        loop {
            let day = self.day(date);
            provisional |= day.provisional;
            if day.kind.is_working() {
                return Some(Due { date, provisional });
            }
            date = add_days(date, step)?;
        }
    }

    /// The `count`-th working day after `from`; `from` itself is not counted, and zero gives `from` back.
    /// `None` past the year 9999.
    pub fn add_working_days(&self, from: Date, count: u32) -> Option<Due> {
        let (mut date, mut provisional, mut left) = (from, false, count);
        if let Some(skip) = self.skip(from, count) {
            (date, provisional, left) = skip;
        }
        while left > 0 {
            date = add_days(date, 1)?;
            let day = self.day(date);
            provisional |= day.provisional;
            left -= u32::from(day.kind.is_working());
        }
        Some(Due { date, provisional })
    }

    /// As far as the table reaches on the way: the day, whether it is provisional, and how many working days are
    /// left to walk. `None` when `from` is not in the table.
    fn skip(&self, from: Date, count: u32) -> Option<(Date, bool, u32)> {
        let start = self.tallies.get(self.place(from)?)?;
        let wanted = start.working.saturating_add(count);
        let place = self.tallies.partition_point(|tally| tally.working < wanted);
        let (place, end) = match self.tallies.get(place) {
            // Zero days from a rest day: the search finds an earlier day of the same count.
            Some(_) if count == 0 => return Some((from, false, 0)),
            Some(end) => (place, end),
            None => (self.tallies.len().checked_sub(1)?, self.tallies.last()?),
        };
        let date = add_days(self.first, i64::try_from(place).ok()?)?;
        Some((date, end.unknown > start.unknown, wanted - end.working))
    }

    /// Working days after `from` up to and including `to`; zero when `to` is not later.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let tally = |date| self.place(date).and_then(|place| self.tallies.get(place));
        if let (Some(start), Some(end)) = (tally(from), tally(to)) {
            return end.working.saturating_sub(start.working);
        }
        let mut count = 0;
        let mut date = from;
        while date < to {
            let Some(next) = add_days(date, 1) else { break };
            date = next;
            count += u32::from(self.day(date).kind.is_working());
        }
        count
    }
}

fn earliest(known: &BTreeSet<i16>, named: &BTreeMap<Date, Mark>) -> Date {
    let year = known.first().and_then(|year| Date::new(*year, 1, 1).ok());
    let day = named.keys().next().copied();
    year.into_iter().chain(day).min().unwrap_or(Date::ZERO)
}

/// The day before [`earliest`] when nothing is known, so that the table is empty.
fn latest(known: &BTreeSet<i16>, named: &BTreeMap<Date, Mark>) -> Date {
    let year = known.last().and_then(|year| Date::new(*year, 12, 31).ok());
    let day = named.keys().next_back().copied();
    year.into_iter().chain(day).max().unwrap_or(Date::MIN)
}

/// Every day from `first` on.
fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok())
}

/// `days` later (or earlier); `None` outside the calendar.
pub(crate) fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(SignedDuration::from_hours(days.checked_mul(24)?))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Counting as a clerk does it, day by day.
    fn walk(calendar: &Calendar, from: Date, count: u32) -> Due {
        let (mut date, mut left, mut provisional) = (from, count, false);
        while left > 0 {
            date = add_days(date, 1).unwrap();
            let day = calendar.day(date);
            provisional |= day.provisional;
            left -= u32::from(day.kind.is_working());
        }
        Due { date, provisional }
    }

    /// Two known years with an unknown one between them.
    fn with_gap() -> Calendar {
        let year = |year| CalendarYear {
            year,
            off: [
                Date::new(year, 1, 1).unwrap(),
                Date::new(year, 5, 1).unwrap(),
            ]
            .into(),
            ..CalendarYear::default()
        };
        Calendar::new([year(2030), year(2032)], [(10, 1)])
    }

    #[test]
    fn the_years_2007_to_2026_are_known() {
        let known: Vec<i16> = Calendar::national().known_years().iter().copied().collect();
        assert_eq!(known, (2007..=2026).collect::<Vec<i16>>());
        assert_eq!(Calendar::unknown().known_years().len(), 0);
        assert!(Calendar::unknown().day(date(2025, 10, 1)).provisional);
    }

    #[test]
    fn days_have_kinds() {
        let calendar = Calendar::national();
        for (day, kind) in [
            (date(2025, 9, 26), DayKind::Working),
            (date(2025, 9, 27), DayKind::Weekend),
            (date(2025, 9, 28), DayKind::WorkedWeekend),
            (date(2025, 10, 6), DayKind::Holiday),
            // By the notice for 2007, the last days of 2006 were worked.
            (date(2006, 12, 30), DayKind::WorkedWeekend),
        ] {
            assert_eq!(
                calendar.day(day),
                Day {
                    kind,
                    provisional: false
                },
                "{day}"
            );
        }
        assert_eq!(
            calendar.day(date(2031, 10, 1)),
            Day {
                kind: DayKind::Holiday,
                provisional: true
            }
        );
    }

    proptest! {
        #[test]
        fn searching_finds_what_walking_finds(start in 0i64..8_200, count in 0u32..400) {
            let from = add_days(date(2006, 6, 1), start).unwrap();
            let national = Calendar::national();
            prop_assert_eq!(national.add_working_days(from, count), Some(walk(national, from, count)));
            let gap = with_gap();
            let from = add_days(date(2029, 11, 1), start % 1_600).unwrap();
            prop_assert_eq!(gap.add_working_days(from, count), Some(walk(&gap, from, count)));
        }

        #[test]
        fn counts_between_agree_with_walking(start in 0i64..8_200, length in -30i64..400) {
            let from = add_days(date(2006, 6, 1), start).unwrap();
            let to = add_days(from, length).unwrap();
            let days = (1..=length.max(0)).filter_map(|days| add_days(from, days));
            let national = Calendar::national();
            let expected = days.filter(|day| national.day(*day).kind.is_working()).count();
            prop_assert_eq!(national.working_days_between(from, to) as usize, expected);
        }
    }
}
