//! Days and steps as numbers: what rule sets count in.

use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

const SECONDS_A_DAY: i64 = 86_400;
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Days since 1970-01-01; earlier days are negative.
pub fn day_number(date: Date) -> i32 {
    // Two civil dates always have a distance in days.
    date.since(EPOCH).map_or(0, |span| span.get_days())
}

/// The day with this number, drawn to the edge of the calendar (years -9999 to 9999).
pub fn date_of(day: i32) -> Date {
    let edge = if day < 0 { Date::MIN } else { Date::MAX };
    jiff::Timestamp::from_second(i64::from(day) * SECONDS_A_DAY)
        .map_or(edge, |stamp| Offset::UTC.to_datetime(stamp).date())
}

/// The grain of time of a rule set: its windows, its decay and its results are counted in these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A civil day.
    Day,
    /// A civil month.
    Month,
}

impl Step {
    /// The number of the step a day lies in: days since 1970-01-01, or months since January of year 0.
    pub fn of(self, day: i32) -> i32 {
        match self {
            Self::Day => day,
            Self::Month => {
                let date = date_of(day);
                i32::from(date.year()) * 12 + i32::from(date.month()) - 1
            }
        }
    }

    /// The first day of a step.
    pub fn first_day(self, step: i32) -> i32 {
        match self {
            Self::Day => step,
            Self::Month => {
                let year = i16::try_from(step.div_euclid(12)).unwrap_or(i16::MAX);
                let month = i8::try_from(step.rem_euclid(12) + 1).unwrap_or(1);
                Date::new(year, month, 1).map_or(0, day_number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_and_months_go_both_ways() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1969, 12, 31)), -1);
        assert_eq!(day_number(date(2000, 3, 1)), 11_017);
        for day in [date(2024, 2, 29), date(1900, 1, 1), date(9999, 12, 31)] {
            assert_eq!(date_of(day_number(day)), day);
        }
        assert_eq!(date_of(i32::MIN), Date::MIN);
        let step = Step::Month.of(day_number(date(2026, 2, 28)));
        assert_eq!(step, 2026 * 12 + 1);
        assert_eq!(date_of(Step::Month.first_day(step)), date(2026, 2, 1));
        assert_eq!(Step::Day.first_day(7), 7);
    }
}
