//! Duty hours (值班时间) as a definition: promises in minutes and hours count only while somebody is on duty.

use jiff::civil::Date;
use serde::Deserialize;

use crate::calendar::{Calendar, add_days};
use crate::clock::Instant;
use crate::definitions::{Catalogue, Definition, Jurisdiction, Kind, expect_equal, read_test};

/// Definitions in `duty/`.
pub const KIND: Kind = Kind {
    folder: "duty",
    check: |definition| DutyHours::of(definition).err().into_iter().collect(),
    test,
};

/// Id of the district's ordinary duty hours.
pub const HOURS: &str = "duty.hours";
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// Days looked ahead for an open shift before giving up: a calendar without any would be searched for ever.
const LOOK_AHEAD: i64 = 4_000;

/// A time of day as `08:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct TimeOfDay(i64);

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("时刻「{text}」应写成 08:30 的样子，最晚 24:00");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let hour: i64 = hour.parse().map_err(|_| wrong())?;
        let minute: i64 = minute.parse().map_err(|_| wrong())?;
        let total = hour * 60 + minute;
        if (0..60).contains(&minute) && (0..=24 * 60).contains(&total) {
            Ok(Self(total))
        } else {
            Err(wrong())
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    from: TimeOfDay,
    to: TimeOfDay,
}

/// When somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyHours {
    /// On rest days too (24 小时值守).
    every_day: bool,
    shift: Vec<Shift>,
}

impl DutyHours {
    /// Reads a definition in `duty/`.
    ///
    /// # Errors
    /// What is wrong with the file, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        let hours: Self = definition.body()?;
        let ordered = hours.shift.iter().all(|shift| shift.from < shift.to);
        let apart = hours
            .shift
            .iter()
            .zip(hours.shift.iter().skip(1))
            .all(|(a, b)| a.to <= b.from);
        if hours.shift.is_empty() || !ordered || !apart {
            return Err("班次要有先后、不能重叠，且至少一班".to_owned());
        }
        Ok(hours)
    }

    /// The hours in force at a place on a day; around the clock where nothing is published, so that a promise
    /// is never longer than it says.
    pub fn at(catalogue: &Catalogue, place: impl Into<Jurisdiction>, day: Date) -> Self {
        catalogue
            .at(HOURS, place, day)
            .and_then(|definition| Self::of(definition).ok())
            .unwrap_or_else(Self::always)
    }

    /// Around the clock.
    pub fn always() -> Self {
        let (from, to) = (TimeOfDay(0), TimeOfDay(24 * 60));
        Self {
            every_day: true,
            shift: vec![Shift { from, to }],
        }
    }

    /// In words for people: `工作日 08:30–12:00、13:30–17:30`.
    pub fn words(&self) -> String {
        let clock = |time: TimeOfDay| format!("{:02}:{:02}", time.0 / 60, time.0 % 60);
        let shifts: Vec<String> = self
            .shift
            .iter()
            .map(|shift| format!("{}–{}", clock(shift.from), clock(shift.to)))
            .collect();
        let days = if self.every_day {
            "每天"
        } else {
            "工作日"
        };
        format!("{days} {}", shifts.join("、"))
    }

    /// The open stretches of a day, in milliseconds since the epoch.
    fn open_on<'a>(
        &'a self,
        calendar: &Calendar,
        day: Date,
    ) -> impl Iterator<Item = (i64, i64)> + 'a {
        let open = self.every_day || calendar.day(day).kind.is_working();
        let midnight = Instant::from_shanghai(day, 0, 0).ms();
        self.shift.iter().filter(move |_| open).map(move |shift| {
            (
                midnight + shift.from.0 * MINUTE,
                midnight + shift.to.0 * MINUTE,
            )
        })
    }

    /// The moment at which `minutes` of duty have passed since `from`; `None` when no duty comes within years.
    pub fn after(&self, calendar: &Calendar, from: Instant, minutes: u32) -> Option<Instant> {
        let mut left = i64::from(minutes) * MINUTE;
        let first = from.shanghai_date();
        for ahead in 0..LOOK_AHEAD {
            for (open, close) in self.open_on(calendar, add_days(first, ahead)?) {
                let begin = open.max(from.ms());
                let room = close - begin;
                if room <= 0 {
                    continue;
                }
                if left <= room {
                    return Some(Instant::from_ms(begin + left));
                }
                left -= room;
            }
        }
        None
    }

    /// Whole minutes of duty between two moments; zero when `to` is not later.
    pub fn between(&self, calendar: &Calendar, from: Instant, to: Instant) -> u32 {
        let (mut day, last) = (from.shanghai_date(), to.shanghai_date());
        let mut total = 0;
        while day <= last {
            for (open, close) in self.open_on(calendar, day) {
                total += (close.min(to.ms()) - open.max(from.ms())).max(0);
            }
            let Some(next) = add_days(day, 1) else { break };
            day = next;
        }
        u32::try_from(total / MINUTE).unwrap_or(u32::MAX)
    }
}

/// Reads `2026-11-20 09:30`, Shanghai time.
///
/// # Errors
/// A sentence that says how it is written.
pub fn moment(text: &str) -> Result<Instant, String> {
    let wrong = || format!("时间「{text}」应写成 2026-11-20 09:30 的样子");
    let (date, time) = text.split_once(' ').ok_or_else(wrong)?;
    let date: Date = date.parse().map_err(|_| wrong())?;
    let TimeOfDay(minutes) = TimeOfDay::try_from(time.to_owned())?;
    Ok(Instant::from_ms(
        Instant::from_shanghai(date, 0, 0).ms() + minutes * MINUTE,
    ))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    from: String,
    minutes: u32,
    due: String,
}

fn test(definition: &Definition, test: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let hours = DutyHours::of(definition)?;
    let from = moment(&test.from)?;
    let found = hours
        .after(Calendar::national(), from, test.minutes)
        .ok_or("没有值班时间")?;
    expect_equal("届满时刻", &moment(&test.due)?, &found)?;
    let counted = hours.between(Calendar::national(), from, found);
    expect_equal("其间值班分钟", &test.minutes, &counted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn around_the_clock_is_plain_addition() {
        let always = DutyHours::always();
        let from = moment("2026-11-21 23:30").unwrap();
        let due = always.after(Calendar::national(), from, 120).unwrap();
        assert_eq!(due, moment("2026-11-22 01:30").unwrap());
    }

    #[test]
    fn overlapping_or_missing_shifts_are_refused() {
        let file = |body: &str| {
            let head = "id = \"duty.x\"\ntitle = \"样例\"\njurisdiction = \"CN\"\nvalid_from = 2020-01-01\nsource = \"公告\"\n";
            DutyHours::of(&Definition::parse("duty/x.toml", &format!("{head}{body}")).unwrap())
        };
        assert!(file("every_day = false\nshift = []").is_err());
        assert!(file("every_day = true\nshift = [{from=\"09:00\",to=\"08:00\"}]").is_err());
        assert!(file("every_day = true\nshift = [{from=\"09:00\",to=\"25:00\"}]").is_err());
        assert!(file("every_day = true\nshift = [{from=\"00:00\",to=\"24:00\"}]").is_ok());
    }

    proptest! {
        #[test]
        fn after_and_between_agree(start in 0i64..20_000, minutes in 1u32..3_000) {
            let definition = Catalogue::embedded().at(HOURS, Jurisdiction::parse("33").unwrap(), Date::constant(2026, 1, 1)).unwrap();
            let hours = DutyHours::of(definition).unwrap();
            let from = Instant::from_ms(moment("2026-09-20 00:00").unwrap().ms() + start * MINUTE);
            let due = hours.after(Calendar::national(), from, minutes).unwrap();
            prop_assert_eq!(hours.between(Calendar::national(), from, due), minutes);
        }
    }
}
