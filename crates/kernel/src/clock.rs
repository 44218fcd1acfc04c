//! Time as a parameter: whoever needs "now" is given a [`Clock`].
//!
//! Instants are UTC milliseconds. Legal dates are civil dates in Asia/Shanghai; since 1991-09-15 China has
//! kept UTC+8 without summer time, and no instant this program records is older, so a fixed offset is exact
//! and needs no time-zone database.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// China Standard Time (北京时间), UTC+8.
const SHANGHAI: Offset = Offset::constant(8);
/// 0001-01-01T00:00:00Z and 9998-12-31T23:59:59.999Z: inside, every moment has a civil date in China.
const EDGES: (i64, i64) = (-62_135_596_800_000, 253_370_764_799_999);

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
///
/// Two events with the same instant are ordered by their ids (UUIDv7), never by the clock alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The moment `ms` milliseconds after the epoch; values outside the years 1 to 9998 are drawn to the edge,
    /// so every instant has a civil date.
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(EDGES.0, EDGES.1))
    }

    /// Milliseconds since the epoch, as stored in `{instant}` columns.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// The moment a Shanghai wall clock shows `date` `hour`:`minute`; an hour or minute that does not exist
    /// (24:00, 10:75) is drawn to the last one that does.
    pub fn from_shanghai(date: Date, hour: i8, minute: i8) -> Self {
        let wall = date.at(hour.clamp(0, 23), minute.clamp(0, 59), 0, 0);
        Self::from_ms(
            SHANGHAI
                .to_timestamp(wall)
                .map_or(EDGES.1, |stamp| stamp.as_millisecond()),
        )
    }

    /// The civil date in China at this moment: the date every legal period is counted from.
    pub fn shanghai_date(self) -> Date {
        self.shanghai().date()
    }

    /// Wall-clock text for people: `2026-11-21 10:31`.
    pub fn shanghai_text(self) -> String {
        let wall = self.shanghai();
        format!("{} {:02}:{:02}", wall.date(), wall.hour(), wall.minute())
    }

    /// The last day of a period that ends at this moment, the first that is too late: 24:00 of a day belongs to that day,
    /// although [`Instant::shanghai_date`] calls it the next (民法典203: the last day ends at twenty-four hours).
    pub fn last_day(self) -> Date {
        Self::from_ms(self.0.saturating_sub(1)).shanghai_date()
    }

    /// The end of a period for people: `2026-06-16 24:00`, or the wall clock when it ends within a day.
    pub fn deadline_text(self) -> String {
        let wall = self.shanghai();
        if (wall.hour(), wall.minute()) == (0, 0) {
            format!("{} 24:00", self.last_day())
        } else {
            self.shanghai_text()
        }
    }

    /// The Shanghai wall clock at this moment.
    pub fn shanghai(self) -> DateTime {
        // `from_ms` keeps the value in jiff's range, so the fallback is never taken.
        let stamp =
            jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        SHANGHAI.to_datetime(stamp)
    }

    /// RFC 3339 in UTC with milliseconds, for the API and machine logs: `2026-11-21T02:31:00.000Z`.
    pub fn rfc3339(self) -> String {
        let stamp =
            jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        format!("{stamp:.3}")
    }

    /// This moment plus `by`, saturating at the edge of the calendar.
    pub fn plus(self, by: Duration) -> Self {
        Self::from_ms(
            self.0
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// This moment minus `by`, saturating at the edge of the calendar.
    pub fn minus(self, by: Duration) -> Self {
        Self::from_ms(
            self.0
                .saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Time elapsed since `earlier`; zero when `earlier` is in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Shows the Shanghai wall clock, as people in the office read it.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shanghai_text())
    }
}

/// Where "now" comes from. The only implementation that asks the machine lives in the binary's `main`.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;

    /// Today in China; every legal date starts from it.
    fn today(&self) -> Date {
        self.now().shanghai_date()
    }
}

/// A clock that shows what it is told: for tests, demo data and replays.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock standing at `now`.
    pub fn new(now: Instant) -> Self {
        Self(AtomicI64::new(now.ms()))
    }

    /// A clock standing at nine o'clock in the morning, Shanghai time, of `date`.
    pub fn on(date: Date) -> Self {
        Self::new(Instant::from_shanghai(date, 9, 0))
    }

    /// Puts the hands at `now`, forward or back.
    pub fn set(&self, now: Instant) {
        self.0.store(now.ms(), Ordering::SeqCst);
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_ms(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_legal_day_begins_at_midnight_in_shanghai() {
        // 2025-12-31T16:00:00Z is already New Year's Day in China.
        let instant = Instant::from_ms(1_767_196_800_000);
        assert_eq!(instant.shanghai_date(), date(2026, 1, 1));
        assert_eq!(
            Instant::from_ms(1_767_196_799_999).shanghai_date(),
            date(2025, 12, 31)
        );
        assert_eq!(instant.rfc3339(), "2025-12-31T16:00:00.000Z");
    }

    #[test]
    fn a_period_that_ends_at_midnight_ends_on_the_day_before() {
        let midnight = Instant::from_shanghai(date(2026, 6, 17), 0, 0);
        assert_eq!(midnight.last_day(), date(2026, 6, 16));
        assert_eq!(midnight.deadline_text(), "2026-06-16 24:00");
        let within = Instant::from_shanghai(date(2026, 6, 16), 9, 30);
        assert_eq!(within.last_day(), date(2026, 6, 16));
        assert_eq!(within.deadline_text(), "2026-06-16 09:30");
    }

    #[test]
    fn wall_clock_round_trips() {
        let instant = Instant::from_shanghai(date(2026, 11, 21), 10, 31);
        assert_eq!(instant.shanghai_text(), "2026-11-21 10:31");
        assert_eq!(Instant::from_ms(instant.ms()), instant);
    }

    #[test]
    fn extreme_values_still_have_a_date() {
        assert_eq!(Instant::from_ms(i64::MAX).shanghai_date(), date(9999, 1, 1));
        assert_eq!(Instant::from_ms(i64::MIN).shanghai_date(), date(1, 1, 1));
        assert_eq!(
            Instant::from_shanghai(Date::MAX, 24, 60),
            Instant::from_ms(i64::MAX)
        );
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::on(date(2026, 2, 13));
        assert_eq!(clock.today(), date(2026, 2, 13));
        clock.advance(Duration::from_secs(15 * 3600));
        assert_eq!(clock.today(), date(2026, 2, 14));
        assert_eq!(
            clock.now().since(Instant::from_ms(i64::MAX)),
            Duration::ZERO
        );
    }
}
