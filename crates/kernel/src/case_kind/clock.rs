//! A clock of a case: a length, who answers for it, and what happened to it. Its due moment follows from the
//! events and is never edited.

use serde::{Deserialize, Serialize};

use super::length::{Almanac, Length};
use super::model::Owner;
use crate::clock::Instant;
use crate::deadline::{Deadline, DeadlineEvent, Period};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// Something that happened to a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum ClockEvent {
    /// 开始计时
    Started,
    /// 中止: what follows does not count.
    Paused {
        /// Why, for the file.
        reason: String,
    },
    /// 恢复
    Resumed,
    /// 延期
    Extended {
        /// By how much.
        by: Length,
        /// Who allowed it.
        approver: String,
    },
    /// 按期完成
    Met,
    /// 逾期
    Breached,
    /// 逾期后补办: done, but late. The breach stays.
    DoneLate,
    /// 不再计时: overtaken by another clock, or the case ended.
    Void {
        /// Why.
        reason: String,
    },
}

impl ClockEvent {
    /// Chinese term.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Started => "开始计时",
            Self::Paused { .. } => "中止",
            Self::Resumed => "恢复",
            Self::Extended { .. } => "延期",
            Self::Met => "按期完成",
            Self::Breached => "逾期",
            Self::DoneLate => "逾期补办",
            Self::Void { .. } => "不再计时",
        }
    }
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockState {
    /// 计时中
    Running,
    /// 已中止
    Paused,
    /// 按期完成
    Met,
    /// 逾期, and still to be done.
    Breached,
    /// 逾期补办
    DoneLate,
    /// 不再计时
    Void,
}

impl ClockState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Paused,
        Self::Met,
        Self::Breached,
        Self::DoneLate,
        Self::Void,
    ];

    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Breached => "breached",
            Self::DoneLate => "done_late",
            Self::Void => "void",
        }
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Running => "计时中",
            Self::Paused => "已中止",
            Self::Met => "按期完成",
            Self::Breached => "逾期",
            Self::DoneLate => "逾期补办",
            Self::Void => "不再计时",
        }
    }

    /// Whether it still counts.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// When a clock runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueAt {
    /// The first moment that is too late: for day clocks 24:00 of the last day.
    pub at: Instant,
    /// It rests on a year whose holidays are not announced: show it as 暂定.
    pub provisional: bool,
}

/// One clock of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseClock {
    /// Its rule in the case kind.
    pub rule: String,
    /// What is due, in words.
    pub title: String,
    /// Who answers for it.
    pub owner: Owner,
    /// How long it was set to run.
    pub length: Length,
    /// What happened, oldest first; the first is the start.
    pub events: Vec<(Instant, ClockEvent)>,
}

impl CaseClock {
    /// Where it stands.
    pub fn state(&self) -> ClockState {
        let mut state = ClockState::Running;
        for (_, event) in &self.events {
            state = match event {
                ClockEvent::Started | ClockEvent::Resumed => ClockState::Running,
                ClockEvent::Extended { .. } => state,
                ClockEvent::Paused { .. } => ClockState::Paused,
                ClockEvent::Met => ClockState::Met,
                ClockEvent::Breached => ClockState::Breached,
                ClockEvent::DoneLate => ClockState::DoneLate,
                ClockEvent::Void { .. } => ClockState::Void,
            };
        }
        state
    }

    /// When it started.
    pub fn started(&self) -> Instant {
        self.events
            .first()
            .map_or(Instant::from_ms(0), |(at, _)| *at)
    }

    /// Whether it was ever breached: that is never taken back.
    pub fn was_breached(&self) -> bool {
        self.events
            .iter()
            .any(|(_, event)| *event == ClockEvent::Breached)
    }

    /// When it runs out, or ran out; `None` while it stands still.
    pub fn due(&self, almanac: &Almanac<'_>) -> Option<DueAt> {
        match self.length {
            Length::Period { period } => self.due_of_period(almanac, period),
            Length::Until { day } => self.due_of_day(almanac, day),
            Length::Duty { .. } | Length::Minutes { .. } => self.due_of_minutes(almanac),
        }
    }

    fn due_of_period(&self, almanac: &Almanac<'_>, period: Period) -> Option<DueAt> {
        let events = self.events.iter().filter_map(|(at, event)| {
            let event = match event {
                ClockEvent::Started => DeadlineEvent::Started,
                ClockEvent::Paused { reason } => DeadlineEvent::Paused {
                    reason: reason.clone(),
                },
                ClockEvent::Resumed => DeadlineEvent::Resumed,
                ClockEvent::Extended { by, approver } => DeadlineEvent::Extended {
                    by: in_days(*by)?,
                    approver: approver.clone(),
                },
                _ => return None,
            };
            Some((*at, event))
        });
        let due = Deadline::replay(period, events)
            .ok()?
            .due(almanac.calendar)?;
        end_of(due.date, due.provisional)
    }

    fn due_of_day(&self, almanac: &Almanac<'_>, day: jiff::civil::Date) -> Option<DueAt> {
        if self.state() == ClockState::Paused {
            return None;
        }
        let (mut day, mut provisional) = (day, false);
        for (_, event) in &self.events {
            if let ClockEvent::Extended { by, .. } = event
                && let Some(period) = in_days(*by)
            {
                let later = crate::deadline::due_after(almanac.calendar, day, period)?;
                day = later.date;
                provisional |= later.provisional;
            }
        }
        end_of(day, provisional)
    }

    fn due_of_minutes(&self, almanac: &Almanac<'_>) -> Option<DueAt> {
        let (mut left, on_duty) = match self.length {
            Length::Duty { minutes } => (minutes, true),
            Length::Minutes { minutes } => (minutes, false),
            _ => return None,
        };
        let mut from = self.started();
        let mut still = false;
        for (at, event) in &self.events {
            match event {
                ClockEvent::Paused { .. } => {
                    let used = if on_duty {
                        almanac.duty.between(almanac.calendar, from, *at)
                    } else {
                        minutes_between(from, *at)
                    };
                    left = left.saturating_sub(used);
                    still = true;
                }
                ClockEvent::Resumed => {
                    from = *at;
                    still = false;
                }
                ClockEvent::Extended {
                    by: Length::Duty { minutes } | Length::Minutes { minutes },
                    ..
                } => left = left.saturating_add(*minutes),
                _ => {}
            }
        }
        if still {
            return None;
        }
        let at = if on_duty {
            almanac.duty.after(almanac.calendar, from, left)?
        } else {
            Instant::from_ms(from.ms() + i64::from(left) * MINUTE)
        };
        Some(DueAt {
            at,
            provisional: on_duty && almanac.calendar.day(at.shanghai_date()).provisional,
        })
    }
}

/// An extension of a day clock is counted in days, months or years.
fn in_days(by: Length) -> Option<Period> {
    match by {
        Length::Period { period } => Some(period),
        _ => None,
    }
}

/// The day ends at 24:00.
fn end_of(day: jiff::civil::Date, provisional: bool) -> Option<DueAt> {
    let at = Instant::from_shanghai(day.tomorrow().ok()?, 0, 0);
    Some(DueAt { at, provisional })
}

fn minutes_between(from: Instant, to: Instant) -> u32 {
    u32::try_from((to.ms() - from.ms()).max(0) / MINUTE).unwrap_or(u32::MAX)
}
