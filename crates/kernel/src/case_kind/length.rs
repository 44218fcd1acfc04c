//! How long a clock of a case runs: minutes on duty, hours around the clock, working days, calendar days,
//! months, a day named in the case, or whatever a clause in `definitions/clocks` says.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::season::Season;
use crate::calendar::{Calendar, add_days};
use crate::clocks;
use crate::deadline::{DayType, Period};
use crate::definitions::{Catalogue, Jurisdiction};
use crate::duty::DutyHours;

/// The unit a step of a case is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 值班分钟
    DutyMinute,
    /// 值班小时
    DutyHour,
    /// 分钟, around the clock
    Minute,
    /// 小时, around the clock
    Hour,
    /// 工作日
    WorkingDay,
    /// 自然日
    CalendarDay,
    /// 月
    Month,
    /// 年
    Year,
    /// 当日 24:00; two mean the end of the next day, whatever day it is.
    DayEnd,
}

impl Unit {
    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::DutyMinute => "分钟（值班时间）",
            Self::DutyHour => "小时（值班时间）",
            Self::Minute => "分钟",
            Self::Hour => "小时",
            Self::WorkingDay => "个工作日",
            Self::CalendarDay => "日（自然日）",
            Self::Month => "个月",
            Self::Year => "年",
            Self::DayEnd => "日（当日计）",
        }
    }
}

/// A length as a definition writes it: exactly one of `{ length, unit }`, `{ law }`, `{ until }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum LengthRule {
    /// `{ length = 15, unit = "working_day" }`
    Plain(Span),
    /// `{ law = "clocks.supervision_reply" }`: the clause that holds at the place on the day.
    Law {
        /// Id of a definition in `clocks/`.
        law: String,
    },
    /// `{ until = "pay_by" }`: the end of the day named in a field of the case.
    Until {
        /// The field.
        until: String,
    },
}

/// So much of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many.
    pub length: u32,
    /// Of what.
    pub unit: Unit,
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.length, self.unit.title())
    }
}

/// A length that no longer depends on any definition: what a running clock keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Length {
    /// Minutes of duty.
    Duty {
        /// How many.
        minutes: u32,
    },
    /// Minutes around the clock.
    Minutes {
        /// How many.
        minutes: u32,
    },
    /// A legal period of days, months or years.
    Period {
        /// The period.
        period: Period,
    },
    /// Until the end of a day.
    Until {
        /// The day.
        day: Date,
    },
}

impl From<Span> for Length {
    fn from(span: Span) -> Self {
        let n = span.length;
        let period = |period| Self::Period { period };
        match span.unit {
            Unit::DutyMinute => Self::Duty { minutes: n },
            Unit::DutyHour => Self::Duty {
                minutes: n.saturating_mul(60),
            },
            Unit::Minute => Self::Minutes { minutes: n },
            Unit::Hour => Self::Minutes {
                minutes: n.saturating_mul(60),
            },
            Unit::WorkingDay => period(Period::Days(n, DayType::Working)),
            Unit::CalendarDay => period(Period::Days(n, DayType::Calendar)),
            Unit::Month => period(Period::Months(n)),
            Unit::Year => period(Period::Years(n)),
            // `Almanac::measure` makes it a day; as an extension it is calendar days.
            Unit::DayEnd => period(Period::Days(n, DayType::Calendar)),
        }
    }
}

impl Length {
    /// So much of one unit, in the largest unit that fits; `None` for a day that is named.
    pub fn span(self) -> Option<Span> {
        let span = |length, unit| Span { length, unit };
        Some(match self {
            Self::Duty { minutes } if minutes % 60 == 0 => span(minutes / 60, Unit::DutyHour),
            Self::Duty { minutes } => span(minutes, Unit::DutyMinute),
            Self::Minutes { minutes } if minutes % 60 == 0 => span(minutes / 60, Unit::Hour),
            Self::Minutes { minutes } => span(minutes, Unit::Minute),
            Self::Period { period } => match period {
                Period::Days(n, DayType::Working) => span(n, Unit::WorkingDay),
                Period::Days(n, DayType::Calendar) => span(n, Unit::CalendarDay),
                Period::Months(n) => span(n, Unit::Month),
                Period::Years(n) => span(n, Unit::Year),
            },
            Self::Until { .. } => return None,
        })
    }
}

/// In words, as it stands on the clock: `15 个工作日`, `2 小时（值班时间）`.
impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (*self, self.span()) {
            (Self::Until { day }, _) => write!(f, "至 {day}"),
            (_, Some(span)) => span.fmt(f),
            (_, None) => Ok(()),
        }
    }
}

/// What time is measured with: the calendar, the duty hours and the clauses that hold at a place.
#[derive(Debug, Clone)]
pub struct Almanac<'a> {
    /// Working days.
    pub calendar: &'a Calendar,
    /// Hours on duty.
    pub duty: DutyHours,
    /// The season in force (攻坚季): clocks that start now take their lengths from it where it says so.
    pub season: Option<&'a Season>,
    catalogue: &'a Catalogue,
    place: Jurisdiction,
}

impl<'a> Almanac<'a> {
    /// The almanac of a place on a day.
    pub fn at(
        catalogue: &'a Catalogue,
        calendar: &'a Calendar,
        place: impl Into<Jurisdiction>,
        day: Date,
    ) -> Self {
        let place = place.into();
        Self {
            calendar,
            duty: DutyHours::at(catalogue, place.clone(), day),
            season: None,
            catalogue,
            place,
        }
    }

    /// The same within a season, if one is in force.
    #[must_use]
    pub fn within(self, season: Option<&'a Season>) -> Self {
        Self { season, ..self }
    }

    /// What a rule comes to for a clock that starts on `day` in a case with these fields; a sentence when the
    /// clause does not hold here or the field names no day.
    ///
    /// # Errors
    /// That sentence.
    pub fn measure(
        &self,
        rule: &LengthRule,
        day: Date,
        fields: &BTreeMap<String, String>,
    ) -> Result<Length, String> {
        match rule {
            LengthRule::Plain(span) if span.unit == Unit::DayEnd => {
                let later = i64::from(span.length.saturating_sub(1));
                let day = add_days(day, later).ok_or("日期超出范围")?;
                Ok(Length::Until { day })
            }
            LengthRule::Plain(span) => Ok((*span).into()),
            LengthRule::Law { law } => {
                let period = self.clause(law, day)?.period;
                Ok(Length::Period { period })
            }
            LengthRule::Until { until } => {
                let text = fields.get(until).map_or("", String::as_str);
                let day = text
                    .parse()
                    .map_err(|_| format!("「{until}」应为日期，例如 2026-11-20"))?;
                Ok(Length::Until { day })
            }
        }
    }

    /// The clause that holds here on a day.
    ///
    /// # Errors
    /// A sentence when there is none.
    pub fn clause(&self, law: &str, day: Date) -> Result<clocks::ClockRule, String> {
        let definition = self
            .catalogue
            .at(law, self.place.clone(), day)
            .ok_or_else(|| format!("没有适用于 {} 的期限定义 {law}", self.place))?;
        clocks::ClockRule::of(definition)
    }
}
