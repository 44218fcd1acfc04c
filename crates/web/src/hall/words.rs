//! Plain words: dates as people say them.

use jiff::civil::Time;
use kernel::{Date, Instant};

/// 2026 年 11 月 25 日
pub fn day(date: &Date) -> String {
    format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day())
}

/// 2026 年 11 月 25 日 09:05
pub fn moment(at: &Instant) -> String {
    let wall = at.shanghai();
    format!(
        "{} {:02}:{:02}",
        day(&wall.date()),
        wall.hour(),
        wall.minute()
    )
}

/// The last moment of a period: the day alone when it is open until its end (2026 年 6 月 16 日), with the hour when the
/// period ends within the day.
pub fn last(at: &Instant) -> String {
    let midnight = at.shanghai().time() == Time::midnight();
    if midnight {
        day(&at.last_day())
    } else {
        moment(at)
    }
}

/// Minutes as hours: 90 is 1.5.
pub fn hours(minutes: &u32) -> String {
    kernel::wages::hours(*minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_say_it() {
        let date = jiff::civil::date(2026, 1, 5);
        assert_eq!(day(&date), "2026 年 1 月 5 日");
        assert_eq!(
            moment(&Instant::from_shanghai(date, 9, 5)),
            "2026 年 1 月 5 日 09:05"
        );
        assert_eq!(
            last(&Instant::from_shanghai(date, 0, 0)),
            "2026 年 1 月 4 日"
        );
        assert_eq!(
            last(&Instant::from_shanghai(date, 9, 5)),
            "2026 年 1 月 5 日 09:05"
        );
    }
}
