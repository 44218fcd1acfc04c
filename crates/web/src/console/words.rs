//! Words and small marks that pages of this face share.

use jiff::civil::Time;
use kernel::region::District as County;
use kernel::{Date, DistrictCode, Instant, Rate};

/// A region's code with its name, where the code lies in this district: `330113007210 龙旋村`.
pub(super) fn region(district: &DistrictCode, code: &str) -> String {
    let county = County::in_force(*district);
    match county.as_ref().and_then(|county| county.place_name(code)) {
        Some(name) => format!("{name}（{code}）"),
        None => code.to_owned(),
    }
}

/// How a deadline stands today, in words.
pub(super) struct Deadline {
    /// `超时 2 天`, `今天到期`, `剩 3 天`, `11-27 前`.
    pub words: String,
    /// It has passed.
    pub late: bool,
    /// It is today or within three days.
    pub soon: bool,
}

impl Deadline {
    /// The words for `due`, seen on `today`. A provisional day depends on holidays not yet announced.
    pub(super) fn new(today: Date, due: Date, provisional: bool) -> Self {
        let days = today.until(due).map_or(0, |span| span.get_days());
        let mut words = match days {
            ..0 => format!("超时 {} 天", -days),
            0 => "今天到期".to_owned(),
            1..=30 => format!("剩 {days} 天"),
            _ => format!("{due} 前"),
        };
        if provisional {
            words.push_str("（暂定）");
        }
        Self {
            words,
            late: days < 0,
            soon: (0..=3).contains(&days),
        }
    }

    /// Class of the mark.
    pub(super) fn class(&self) -> &'static str {
        if self.late {
            "due late"
        } else if self.soon {
            "due soon"
        } else {
            "due"
        }
    }
}

/// A clock in minutes and hours as it stands: `剩 4 天 6 小时`, `超时 35 分钟`.
pub(super) struct Remaining {
    /// The words.
    pub words: String,
    /// When, as a day; with the hour where the time runs out within a day.
    pub on: String,
    late: bool,
    soon: bool,
}

/// A clock with so little left is marked.
const SOON_MS: i64 = 8 * HOUR_MS;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Remaining {
    /// The words for `due`, seen at `now`.
    pub(super) fn new(now: Instant, due: Instant) -> Self {
        let left = due.ms() - now.ms();
        let late = left < 0;
        let said = if late { "超时" } else { "剩" };
        Self {
            words: format!("{said} {}", span(left.abs())),
            on: moment(now, due),
            late,
            soon: !late && left <= SOON_MS,
        }
    }

    /// How much is left, and until when: `剩 3 天 · 5 月 6 日`.
    pub(super) fn dated(&self) -> String {
        format!("{} · {}", self.words, self.on)
    }

    /// Of a case: since when it is late comes before what is due next.
    pub(super) fn of_case(
        now: Instant,
        late_since: Option<Instant>,
        next: Option<Instant>,
    ) -> Option<Self> {
        late_since.or(next).map(|due| Self::new(now, due))
    }

    /// Class of the mark in a row.
    pub(super) fn class(&self) -> &'static str {
        match (self.late, self.soon) {
            (true, _) => "due late",
            (_, true) => "due soon",
            _ => "due",
        }
    }

    /// Class of the words alone.
    pub(super) fn text(&self) -> &'static str {
        match (self.late, self.soon) {
            (true, _) => "t-red",
            (_, true) => "t-yel",
            _ => "",
        }
    }

    /// Class of the tag on a page.
    pub(super) fn tag(&self) -> &'static str {
        match (self.late, self.soon) {
            (true, _) => "tag-r",
            (_, true) => "tag-y",
            _ => "tag-p",
        }
    }
}

/// The clocks of a case in one line: the next date comes first, because something can still be done about it; then how
/// many are late.
pub(super) struct CaseTime {
    /// What runs out next.
    pub next: Option<Remaining>,
    /// `3 项超时，最久 2 天`; empty when nothing is late.
    pub late: String,
}

impl CaseTime {
    /// Of a case with so many missed clocks, the oldest since then; nothing when nothing runs or is late.
    pub(super) fn new(
        now: Instant,
        next: Option<Instant>,
        (missed, since): (i64, Option<Instant>),
    ) -> Option<Self> {
        let long = since.map(|since| span(now.ms() - since.ms()));
        let late = match (missed, long) {
            (..=0, _) => String::new(),
            (1, Some(long)) => format!("1 项超时，已 {long}"),
            (missed, Some(long)) => format!("{missed} 项超时，最久 {long}"),
            (missed, None) => format!("{missed} 项超时"),
        };
        let next = next.map(|due| Remaining::new(now, due));
        (next.is_some() || !late.is_empty()).then_some(Self { next, late })
    }
}

impl From<CaseTime> for Deadline {
    fn from(time: CaseTime) -> Self {
        let late = !time.late.is_empty();
        let soon = time.next.as_ref().is_some_and(|next| next.soon);
        let next = time.next.map(|next| next.dated());
        let words: Vec<String> = next
            .into_iter()
            .chain(Some(time.late).filter(|late| !late.is_empty()))
            .collect();
        Self {
            words: words.join("；"),
            late,
            soon: soon && !late,
        }
    }
}

impl From<Remaining> for Deadline {
    fn from(clock: Remaining) -> Self {
        Self {
            words: clock.dated(),
            late: clock.late,
            soon: clock.soon,
        }
    }
}

/// The moment a clock runs out, as people say it: the day alone when the whole of it is left, the year when it is another.
pub(super) fn moment(now: Instant, due: Instant) -> String {
    let day = due.last_day();
    let year = if day.year() == now.shanghai_date().year() {
        String::new()
    } else {
        format!("{} 年 ", day.year())
    };
    let time = due.shanghai().time();
    let hour = if time == Time::midnight() {
        String::new()
    } else {
        format!(" {:02}:{:02}", time.hour(), time.minute())
    };
    format!("{year}{} 月 {} 日{hour}", day.month(), day.day())
}

/// The two largest units of a span of time; never less than a minute.
pub(super) fn span(ms: i64) -> String {
    let (days, hours, minutes) = (ms / DAY_MS, ms % DAY_MS / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{} 分钟", minutes.max(1)),
        (0, hours, 0) => format!("{hours} 小时"),
        (0, hours, minutes) => format!("{hours} 小时 {minutes} 分"),
        (days, 0, _) => format!("{days} 天"),
        (days, hours, _) => format!("{days} 天 {hours} 小时"),
    }
}

/// A horizontal bar; lengths are attributes, since pages carry no inline style.
pub(super) struct Bar {
    /// 0–100.
    pub width: String,
    /// Colour class.
    pub class: &'static str,
}

impl Bar {
    /// The bar of a rate, green where the target is reached.
    pub(super) fn of(rate: Rate, reached: Option<bool>) -> Self {
        let permille = rate.permille().unwrap_or(0);
        let class = match reached {
            Some(true) => "is-grn",
            Some(false) => "is-yel",
            None => "is-gry",
        };
        Self {
            width: format!("{}.{}", permille / 10, permille % 10),
            class,
        }
    }
}

/// Whether a problem belongs on the form it came from: wrong input, or a rule that says no for now.
pub(super) fn belongs_on_form(problem: &crate::shell::Problem) -> bool {
    matches!(problem.status.as_u16(), 409 | 422)
}

/// Where a form leads: on, when it was taken; back to itself, when a field or a rule stands against it.
pub(super) async fn answered<F>(
    done: Result<String, crate::shell::Problem>,
    again: impl FnOnce(crate::shell::Problem) -> F,
) -> axum::response::Response
where
    F: Future<Output = Result<axum::response::Response, crate::shell::Problem>>,
{
    use axum::response::{IntoResponse, Redirect};
    match done {
        Ok(on) => Redirect::to(&on).into_response(),
        Err(problem) if belongs_on_form(&problem) => again(problem)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(problem) => problem.into_response(),
    }
}

/// The title of a form, marked when it comes back with errors.
pub(super) fn form_title(title: &str, errors: &crate::shell::FieldErrors) -> String {
    if errors.is_empty() {
        title.to_owned()
    } else {
        format!("错误：{title}")
    }
}

/// 99+ beyond what queues count.
pub(super) fn count(number: i64) -> String {
    if number > 99 {
        "99+".to_owned()
    } else {
        number.to_string()
    }
}

/// Thousands apart: 193,604.
pub(crate) fn thousands(number: impl std::borrow::Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// 2026年11月20日　星期五.
pub(super) fn long_date(day: Date) -> String {
    use jiff::civil::Weekday;
    let weekday = match day.weekday() {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    };
    format!(
        "{}年{}月{}日 星期{weekday}",
        day.year(),
        day.month(),
        day.day()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn deadlines_speak_in_days() {
        let at = |due: &str| {
            let one = Deadline::new(day("2026-11-20"), day(due), false);
            (one.words.clone(), one.class())
        };
        assert_eq!(at("2026-11-18"), ("超时 2 天".into(), "due late"));
        assert_eq!(at("2026-11-20"), ("今天到期".into(), "due soon"));
        assert_eq!(at("2026-11-23"), ("剩 3 天".into(), "due soon"));
        assert_eq!(at("2026-11-24"), ("剩 4 天".into(), "due"));
        assert_eq!(at("2027-03-01"), ("2027-03-01 前".into(), "due"));
        assert!(
            Deadline::new(day("2026-11-20"), day("2027-02-01"), true)
                .words
                .ends_with("（暂定）")
        );
    }

    #[test]
    fn clocks_speak_in_their_two_largest_units() {
        let now = Instant::from_ms(1_000_000_000_000);
        let at = |minutes: i64| {
            let one = Remaining::new(now, Instant::from_ms(now.ms() + minutes * MINUTE_MS));
            (one.words.clone(), one.class(), one.tag())
        };
        assert_eq!(at(6_120), ("剩 4 天 6 小时".into(), "due", "tag-p"));
        assert_eq!(at(240), ("剩 4 小时".into(), "due soon", "tag-y"));
        assert_eq!(at(95), ("剩 1 小时 35 分".into(), "due soon", "tag-y"));
        assert_eq!(at(-35), ("超时 35 分钟".into(), "due late", "tag-r"));
        assert_eq!(at(0), ("剩 1 分钟".into(), "due soon", "tag-y"));
        assert_eq!(at(-2_880), ("超时 2 天".into(), "due late", "tag-r"));
    }

    #[test]
    fn a_late_case_says_the_next_date_first() {
        let now = kernel::duty::moment("2026-11-20 09:00").unwrap();
        let at = |text: &str| kernel::duty::moment(text).unwrap();
        let time = |next: Option<&str>, missed, since: Option<&str>| {
            let one = CaseTime::new(now, next.map(at), (missed, since.map(at)))?;
            let line = Deadline::from(one);
            Some((line.words.clone(), line.class()))
        };
        assert_eq!(
            time(Some("2026-11-24 00:00"), 3, Some("2026-11-18 09:00")),
            Some((
                "剩 3 天 15 小时 · 11 月 23 日；3 项超时，最久 2 天".into(),
                "due late"
            ))
        );
        assert_eq!(
            time(None, 1, Some("2026-11-19 09:00")),
            Some(("1 项超时，已 1 天".into(), "due late"))
        );
        assert_eq!(
            time(Some("2026-11-20 11:00"), 0, None),
            Some(("剩 2 小时 · 11 月 20 日 11:00".into(), "due soon"))
        );
        assert_eq!(time(None, 0, None), None);
    }

    #[test]
    fn numbers_are_set_in_threes() {
        assert_eq!(
            ["0", "999", "1,000", "193,604", "-1,128"],
            [0_i64, 999, 1_000, 193_604, -1_128]
                .map(thousands)
                .each_ref()
                .map(String::as_str)
        );
    }

    #[test]
    fn dates_are_written_out() {
        assert_eq!(long_date(day("2026-11-20")), "2026年11月20日 星期五");
    }
}
