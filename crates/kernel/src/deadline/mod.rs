//! Legal periods and the clocks that run on them.
//!
//! Counting follows 民法典200–204: the first day is not counted, a period of months or years ends on the
//! corresponding day (or the month's last), and one that would end on a rest day ends on the next working
//! day. A deadline is never an edited date: it is a list of events from which the date follows.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, add_days};
use crate::clock::Instant;

pub use crate::calendar::Due;

/// Whether days are counted by the calendar or by the office. Every clock carries its own type, because the
/// laws differ: 仲裁法 "五日" are working days, "十五日" are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayType {
    /// 工作日: weekends and holidays do not count.
    Working,
    /// 自然日: every day counts; only the last is moved off a rest day.
    Calendar,
}

impl DayType {
    /// Stable code: `working`, `calendar`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Calendar => "calendar",
        }
    }

    /// The type with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Working, Self::Calendar]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// A length of time as a law states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// So many days of one type.
    Days(u32, DayType),
    /// So many calendar months.
    Months(u32),
    /// So many calendar years.
    Years(u32),
}

/// The last day of `count` days of `kind` beginning after `from`, moved off a rest day. `None` when it would
/// lie past the year 9999.
pub fn due(calendar: &Calendar, from: Date, count: u32, kind: DayType) -> Option<Due> {
    due_after(calendar, from, Period::Days(count, kind))
}

/// The last day of `period` beginning after `from`, moved off a rest day. `None` past the year 9999.
pub fn due_after(calendar: &Calendar, from: Date, period: Period) -> Option<Due> {
    let end = run_to(calendar, from, period)?;
    let rolled = match period {
        Period::Days(_, DayType::Working) => end,
        _ => calendar.on_or_after(end.date)?,
    };
    Some(Due {
        date: rolled.date,
        provisional: end.provisional || rolled.provisional,
    })
}

/// The end of a term of office, a contract or anything else that ends on its day, rest day or not. `None`
/// past the year 9999.
pub fn term_end(from: Date, period: Period) -> Option<Date> {
    run_to(&Calendar::unknown(), from, period).map(|end| end.date)
}

/// The end of the period before it is moved off a rest day.
fn run_to(calendar: &Calendar, from: Date, period: Period) -> Option<Due> {
    let exact = |date| Due {
        date,
        provisional: false,
    };
    match period {
        Period::Days(count, DayType::Working) => calendar.add_working_days(from, count),
        Period::Days(count, DayType::Calendar) => add_days(from, i64::from(count)).map(exact),
        Period::Months(count) => add_span(from, Span::new().try_months(count).ok()?).map(exact),
        Period::Years(count) => add_span(from, Span::new().try_years(count).ok()?).map(exact),
    }
}

/// A month without the corresponding day ends on its last (民法典202).
fn add_span(from: Date, span: Span) -> Option<Date> {
    from.checked_add(span).ok()
}

/// Something that happened to a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum DeadlineEvent {
    /// 开始计算
    Started,
    /// 中止计算: what follows does not count (公告送达、鉴定、庭外和解).
    Paused {
        /// Why, for the file.
        reason: String,
    },
    /// 恢复计算
    Resumed,
    /// 延长
    Extended {
        /// By how much.
        by: Period,
        /// Who allowed it.
        approver: String,
    },
    /// 按期完成: what was due has been done; the clock retires.
    Met,
    /// 逾期: the last day has passed; the clock retires.
    Breached,
}

impl DeadlineEvent {
    /// Stable code, as stored beside the event.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Paused { .. } => "paused",
            Self::Resumed => "resumed",
            Self::Extended { .. } => "extended",
            Self::Met => "met",
            Self::Breached => "breached",
        }
    }
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadlineState {
    /// Counting.
    Running,
    /// Standing still; it has no due date meanwhile.
    Paused,
    /// Done in time. Retired.
    Met,
    /// Missed. Retired.
    Breached,
}

impl DeadlineState {
    /// Whether the clock has stopped for good and asks nothing of anyone.
    pub fn is_retired(self) -> bool {
        matches!(self, Self::Met | Self::Breached)
    }
}

/// An event that does not fit where the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineFault {
    /// The first event is not the start.
    #[error("期限尚未开始计算")]
    NotStarted,
    /// A second start.
    #[error("期限已经开始计算")]
    AlreadyStarted,
    /// The clock is retired.
    #[error("期限已经结束，不能再变更")]
    Retired,
    /// Paused twice.
    #[error("期限已经中止")]
    AlreadyPaused,
    /// Resumed while running.
    #[error("期限没有中止，无需恢复")]
    NotPaused,
    /// An event earlier than the one before it.
    #[error("事件时间早于上一个事件")]
    OutOfOrder,
    /// Called overdue although the last day has not passed, or while paused.
    #[error("期限尚未届满，不能记为逾期")]
    NotOverdue,
}

/// A clock on a legal period: the period and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    period: Period,
    events: Vec<(Instant, DeadlineEvent)>,
}

impl Deadline {
    /// A clock that starts at `at`; counting begins the day after.
    pub fn start(period: Period, at: Instant) -> Self {
        Self {
            period,
            events: vec![(at, DeadlineEvent::Started)],
        }
    }

    /// A clock from its stored events, oldest first.
    ///
    /// # Errors
    /// [`DeadlineFault`] when the events do not fit each other. Whether a stored breach was due is not asked
    /// again: the calendar may have changed since.
    pub fn replay(
        period: Period,
        events: impl IntoIterator<Item = (Instant, DeadlineEvent)>,
    ) -> Result<Self, DeadlineFault> {
        let mut clock = Self {
            period,
            events: Vec::new(),
        };
        for (at, event) in events {
            clock.admit(at, &event)?;
            clock.events.push((at, event));
        }
        if clock.events.is_empty() {
            Err(DeadlineFault::NotStarted)
        } else {
            Ok(clock)
        }
    }

    /// Records an event.
    ///
    /// # Errors
    /// [`DeadlineFault`]; in particular nothing more happens to a retired clock, and a clock is not breached
    /// before its last day has passed.
    pub fn record(
        &mut self,
        calendar: &Calendar,
        at: Instant,
        event: DeadlineEvent,
    ) -> Result<(), DeadlineFault> {
        self.admit(at, &event)?;
        if event == DeadlineEvent::Breached && !self.is_overdue(calendar, at.shanghai_date()) {
            return Err(DeadlineFault::NotOverdue);
        }
        self.events.push((at, event));
        Ok(())
    }

    fn admit(&self, at: Instant, event: &DeadlineEvent) -> Result<(), DeadlineFault> {
        let Some((last, _)) = self.events.last() else {
            return if *event == DeadlineEvent::Started {
                Ok(())
            } else {
                Err(DeadlineFault::NotStarted)
            };
        };
        if at < *last {
            return Err(DeadlineFault::OutOfOrder);
        }
        match (self.state(), event) {
            (_, DeadlineEvent::Started) => Err(DeadlineFault::AlreadyStarted),
            (DeadlineState::Met | DeadlineState::Breached, _) => Err(DeadlineFault::Retired),
            (DeadlineState::Paused, DeadlineEvent::Paused { .. }) => {
                Err(DeadlineFault::AlreadyPaused)
            }
            (DeadlineState::Running, DeadlineEvent::Resumed) => Err(DeadlineFault::NotPaused),
            _ => Ok(()),
        }
    }

    /// The period as it was set.
    pub fn period(&self) -> Period {
        self.period
    }

    /// What happened, oldest first.
    pub fn events(&self) -> &[(Instant, DeadlineEvent)] {
        &self.events
    }

    /// Where the clock stands after its events.
    pub fn state(&self) -> DeadlineState {
        self.events
            .iter()
            .fold(DeadlineState::Running, |state, (_, event)| match event {
                DeadlineEvent::Paused { .. } => DeadlineState::Paused,
                DeadlineEvent::Resumed | DeadlineEvent::Started => DeadlineState::Running,
                DeadlineEvent::Met => DeadlineState::Met,
                DeadlineEvent::Breached => DeadlineState::Breached,
                DeadlineEvent::Extended { .. } => state,
            })
    }

    /// The last day, as it follows from the events; `None` while paused or past the year 9999. For a retired
    /// clock it is the day that was met or missed.
    ///
    /// Time that does not count is the days after the pause up to the day of resumption, so pausing and
    /// resuming on one day changes nothing.
    pub fn due(&self, calendar: &Calendar) -> Option<Due> {
        let (started, _) = self.events.first()?;
        let mut count = Count::new(started.shanghai_date(), self.period);
        for (at, event) in &self.events {
            let on = at.shanghai_date();
            match event {
                DeadlineEvent::Paused { .. } => count.pause(calendar, on),
                DeadlineEvent::Resumed => count.resume(on),
                DeadlineEvent::Extended { by, .. } => count.extend(*by),
                DeadlineEvent::Started | DeadlineEvent::Met | DeadlineEvent::Breached => {}
            }
        }
        count.end(calendar)
    }

    /// Whether the last day has passed on `today`. A clock that stands still or is retired is never overdue.
    pub fn is_overdue(&self, calendar: &Calendar, today: Date) -> bool {
        self.state() == DeadlineState::Running
            && self.due(calendar).is_some_and(|due| today > due.date)
    }
}

/// A count in progress: what is left of the period, and the day from which it runs on.
struct Count {
    /// Counting goes on after this day.
    from: Date,
    left: Period,
    paused_on: Option<Date>,
    /// Extensions of another kind than the period, to be run after it.
    extensions: Vec<Period>,
}

impl Count {
    fn new(from: Date, period: Period) -> Self {
        Self {
            from,
            left: period,
            paused_on: None,
            extensions: Vec::new(),
        }
    }

    fn pause(&mut self, calendar: &Calendar, on: Date) {
        self.paused_on = Some(on);
        if let Period::Days(left, kind) = self.left {
            let used = match kind {
                DayType::Working => calendar.working_days_between(self.from, on),
                DayType::Calendar => days_between(self.from, on),
            };
            self.left = Period::Days(left.saturating_sub(used), kind);
            self.from = on;
        }
    }

    fn resume(&mut self, on: Date) {
        let Some(paused_on) = self.paused_on.take() else {
            return;
        };
        match self.left {
            Period::Days(..) => self.from = on,
            // Months and years are not counted in days: the days that did not count are added at the end.
            Period::Months(_) | Period::Years(_) => {
                self.extensions
                    .push(Period::Days(days_between(paused_on, on), DayType::Calendar));
            }
        }
    }

    fn extend(&mut self, by: Period) {
        match (self.left, by) {
            (Period::Days(left, kind), Period::Days(more, same)) if kind == same => {
                self.left = Period::Days(left.saturating_add(more), kind);
            }
            _ => self.extensions.push(by),
        }
    }

    fn end(&self, calendar: &Calendar) -> Option<Due> {
        if self.paused_on.is_some() {
            return None;
        }
        let mut last = self.left;
        let mut end = run_to(calendar, self.from, self.left)?;
        for by in &self.extensions {
            let next = run_to(calendar, end.date, *by)?;
            end = Due {
                date: next.date,
                provisional: end.provisional || next.provisional,
            };
            last = *by;
        }
        if matches!(last, Period::Days(_, DayType::Working)) {
            return Some(end);
        }
        let rolled = calendar.on_or_after(end.date)?;
        Some(Due {
            date: rolled.date,
            provisional: end.provisional || rolled.provisional,
        })
    }
}

/// Calendar days from `from` to `to`; zero when `to` is not later.
fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(0)
}

#[cfg(test)]
mod tests;
