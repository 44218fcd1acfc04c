//! Overtime, minimum wage, deductions, probation, severance, pay days.

use jiff::Span;
use jiff::civil::Date;

use super::book::{WageFault, WageRules, kept, step};
use super::rules::{
    FinalAward, Minimum, Moves, Overtime, PayDay, Percent, SeveranceRule, StatutoryDays, Surcharge,
};
use super::{Answer, Step};
use crate::calendar::{Calendar, DayKind, add_days};
use crate::deadline::Due;
use crate::definitions::DefinitionRef;
use crate::money::Fen;

const HUNDREDTHS: i64 = 100;
const MINUTES: i64 = 60;

/// What was agreed as pay, and for how long a stretch of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pay {
    /// 月薪
    Monthly(Fen),
    /// 日薪
    Daily(Fen),
    /// 时薪
    Hourly(Fen),
}

/// What kind of day work fell on, for its pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayClass {
    /// 平日
    Weekday,
    /// 休息日
    RestDay,
    /// 法定休假日
    Holiday,
}

impl DayClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Weekday, Self::RestDay, Self::Holiday];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekday => "weekday",
            Self::RestDay => "rest_day",
            Self::Holiday => "holiday",
        }
    }

    /// From the code, or from the Chinese word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|class| class.code() == code || class.label() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Weekday => "平日",
            Self::RestDay => "休息日",
            Self::Holiday => "法定休假日",
        }
    }
}

/// Daily and hourly rate of an agreed pay, rounded for reading only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// For a day, in fen.
    pub day: Fen,
    /// For an hour, in fen.
    pub hour: Fen,
}

/// A place's minimum wage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinimumWage {
    /// Its tier (档).
    pub tier: u8,
    /// A full month.
    pub monthly: Fen,
    /// An hour of part-time work.
    pub hourly: Fen,
    /// Compared with the notice for this day; otherwise a newer notice may exist.
    pub verified: bool,
    /// The notice.
    pub source: String,
    /// The version.
    pub rule: DefinitionRef,
}

/// How much of a month's pay may be kept back for damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deduction {
    /// The percentage of the month's pay.
    pub by_percent: Fen,
    /// What the pay exceeds the minimum wage by.
    pub above_minimum: Fen,
    /// The most that may be taken, and how.
    pub allowed: Answer,
}

/// What is due when a contract ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Severance {
    /// Half months of pay.
    pub half_months: i64,
    /// 经济补偿
    pub compensation: Answer,
    /// 赔偿金 when the dismissal was unlawful.
    pub unlawful: Fen,
    /// The cap of three times the local average was looked at.
    pub cap_checked: bool,
}

impl WageRules<'_> {
    /// Daily and hourly rate, rounded to the fen for reading.
    ///
    /// # Errors
    /// [`WageFault::NoRule`], [`WageFault::TooLarge`].
    pub fn rates(&self, pay: Pay) -> Result<Rates, WageFault> {
        let (rule, _) = self.rule::<Overtime>("wages.overtime")?;
        let hours = i64::from(rule.hours_per_day);
        let rate =
            |fen: Fen, times: i64, by: i64| fen.fraction(times, by).ok_or(WageFault::TooLarge);
        Ok(match pay {
            Pay::Monthly(fen) => Rates {
                day: rate(fen, HUNDREDTHS, rule.divisor_days.0)?,
                hour: rate(fen, HUNDREDTHS, rule.divisor_days.0 * hours)?,
            },
            Pay::Daily(fen) => Rates {
                day: fen,
                hour: rate(fen, 1, hours)?,
            },
            Pay::Hourly(fen) => Rates {
                day: rate(fen, hours, 1)?,
                hour: fen,
            },
        })
    }

    /// Pay for `minutes` at `percent` of the unrounded hourly rate.
    fn stretch(rule: &Overtime, pay: Pay, minutes: u32, percent: u16) -> Result<Fen, WageFault> {
        let hours = i64::from(rule.hours_per_day);
        let worth = i64::from(minutes) * i64::from(percent);
        let (fen, times, by) = match pay {
            Pay::Monthly(fen) => (
                fen,
                worth * HUNDREDTHS,
                HUNDREDTHS * MINUTES * hours * rule.divisor_days.0,
            ),
            Pay::Daily(fen) => (fen, worth, HUNDREDTHS * MINUTES * hours),
            Pay::Hourly(fen) => (fen, worth, HUNDREDTHS * MINUTES),
        };
        fen.fraction(times, by).ok_or(WageFault::TooLarge)
    }

    /// How the hourly rate is written in a step.
    fn spelled(rule: &Overtime, pay: Pay) -> String {
        match pay {
            Pay::Monthly(fen) => format!(
                "{fen} ÷ {} ÷ {}",
                rule.divisor_days.plain(),
                rule.hours_per_day
            ),
            Pay::Daily(fen) => format!("{fen} ÷ {}", rule.hours_per_day),
            Pay::Hourly(fen) => fen.to_string(),
        }
    }

    /// Pay for work within ordinary hours: the rate, once.
    ///
    /// # Errors
    /// [`WageFault::NoRule`], [`WageFault::TooLarge`].
    pub fn ordinary(&self, pay: Pay, minutes: u32) -> Result<Answer, WageFault> {
        let (rule, file) = self.rule::<Overtime>("wages.overtime")?;
        let amount = Self::stretch(&rule, pay, minutes, 100)?;
        let text = format!(
            "{} × {} 小时 = {amount}",
            Self::spelled(&rule, pay),
            hours(minutes)
        );
        Ok(Answer {
            amount,
            steps: vec![step(file, text)],
            rules: kept(file),
        })
    }

    /// Overtime pay (加班工资) for `minutes` on a kind of day.
    ///
    /// # Errors
    /// [`WageFault::NoRule`], [`WageFault::TooLarge`].
    pub fn overtime(&self, pay: Pay, minutes: u32, class: DayClass) -> Result<Answer, WageFault> {
        let (rule, file) = self.rule::<Overtime>("wages.overtime")?;
        let percent = match class {
            DayClass::Weekday => rule.weekday,
            DayClass::RestDay => rule.rest_day,
            DayClass::Holiday => rule.holiday,
        };
        let amount = Self::stretch(&rule, pay, minutes, percent)?;
        let text = format!(
            "{}加班：{} × {} 小时 × {percent}% = {amount}",
            class.label(),
            Self::spelled(&rule, pay),
            hours(minutes)
        );
        Ok(Answer {
            amount,
            steps: vec![step(file, text)],
            rules: kept(file),
        })
    }

    /// Which class a day is by the calendar and the list of statutory holidays. In a year without a list, holidays
    /// by notice count as rest days: it is never guessed that a day is worth three times.
    ///
    /// # Errors
    /// [`WageFault::NoRule`].
    pub fn class_of(&self, calendar: &Calendar, day: Date) -> Result<DayClass, WageFault> {
        let (rule, _) = self.rule::<StatutoryDays>("wages.statutory_days")?;
        if rule.year.iter().any(|year| year.days.contains(&day)) {
            return Ok(DayClass::Holiday);
        }
        Ok(match calendar.day(day).kind {
            DayKind::Working | DayKind::WorkedWeekend => DayClass::Weekday,
            DayKind::Weekend | DayKind::Holiday => DayClass::RestDay,
        })
    }

    /// The minimum wage (最低工资) at the place.
    ///
    /// # Errors
    /// [`WageFault::NoRule`] where no notice is known; [`WageFault::UnknownTier`] where the place's tier is not.
    pub fn minimum(&self) -> Result<MinimumWage, WageFault> {
        let (rule, file) = self.rule::<Minimum>("wages.minimum")?;
        let tier = self
            .place
            .widening()
            .find_map(|place| rule.place.iter().find(|known| known.code == place.as_str()))
            .map(|known| known.tier)
            .ok_or_else(|| WageFault::UnknownTier(self.place.to_string()))?;
        let wage = rule
            .tier
            .iter()
            .find(|known| known.tier == tier)
            .ok_or_else(|| WageFault::Broken(format!("没有第 {tier} 档的数字")))?;
        Ok(MinimumWage {
            tier,
            monthly: wage.monthly,
            hourly: wage.hourly,
            verified: self.day <= rule.checked_until,
            source: file.header.source.clone(),
            rule: file.reference(),
        })
    }

    /// The most that may be kept back from a month's pay for damage (赔偿扣款).
    ///
    /// # Errors
    /// [`WageFault::Input`] for negative amounts; [`WageFault::NoRule`].
    pub fn deduction(&self, wage: Fen, loss: Fen, minimum: Fen) -> Result<Deduction, WageFault> {
        not_negative(&[wage, loss, minimum])?;
        let (rule, file) = self.rule::<Percent>("wages.deduction")?;
        let by_percent = percent_of(wage, rule.percent)?;
        let above_minimum = wage
            .checked_sub(minimum)
            .filter(|rest| rest.0 > 0)
            .unwrap_or(Fen::ZERO);
        let amount = by_percent.min(above_minimum).min(loss);
        let steps = vec![
            step(
                file,
                format!("当月工资 {wage} × {}% = {by_percent}", rule.percent),
            ),
            step(
                file,
                format!("扣后不低于最低工资：{wage} − {minimum}，最多 {above_minimum}"),
            ),
            step(file, format!("损失 {loss}，三者取最小：{amount}")),
        ];
        Ok(Deduction {
            by_percent,
            above_minimum,
            allowed: Answer {
                amount,
                steps,
                rules: kept(file),
            },
        })
    }

    /// The least pay during probation (试用期).
    ///
    /// # Errors
    /// As [`WageRules::deduction`].
    pub fn probation(&self, agreed: Fen, minimum: Fen) -> Result<Answer, WageFault> {
        not_negative(&[agreed, minimum])?;
        let (rule, file) = self.rule::<Percent>("wages.probation")?;
        let share = percent_of(agreed, rule.percent)?;
        let amount = share.max(minimum);
        let text = format!(
            "约定 {agreed} × {}% = {share}，不低于最低工资 {minimum}：{amount}",
            rule.percent
        );
        Ok(Answer {
            amount,
            steps: vec![step(file, text)],
            rules: kept(file),
        })
    }

    /// Economic compensation (经济补偿) for service from the first to the last day, both worked, and the double for
    /// an unlawful end. `average` is the local average monthly wage of the year before, when it is known.
    ///
    /// # Errors
    /// [`WageFault::Input`] when the days are the wrong way round; [`WageFault::NoRule`].
    pub fn severance(
        &self,
        monthly: Fen,
        (from, to): (Date, Date),
        average: Option<Fen>,
    ) -> Result<Severance, WageFault> {
        not_negative(&[monthly, average.unwrap_or_default()])?;
        if to < from {
            return Err(WageFault::Input("离职日早于入职日"));
        }
        let (rule, file) = self.rule::<SeveranceRule>("wages.severance")?;
        let mut half_months = half_months(from, to, rule.half_year_months)?;
        let mut base = monthly;
        let mut steps = vec![step(
            file,
            format!("{from} 至 {to}，按 {} 个月工资", halves(half_months)),
        )];
        if let Some(average) = average {
            let cap = average
                .checked_mul(rule.cap_times)
                .ok_or(WageFault::TooLarge)?;
            if monthly > cap {
                base = cap;
                half_months = half_months.min(rule.cap_years * 2);
                steps.push(step(
                    file,
                    format!(
                        "高于当地平均工资 {average} 的 {} 倍，按 {cap} 算，最多 {} 年",
                        rule.cap_times, rule.cap_years
                    ),
                ));
            }
        }
        let amount = base.fraction(half_months, 2).ok_or(WageFault::TooLarge)?;
        steps.push(step(
            file,
            format!("{base} × {} = {amount}", halves(half_months)),
        ));
        let unlawful = amount
            .checked_mul(rule.unlawful_times)
            .ok_or(WageFault::TooLarge)?;
        Ok(Severance {
            half_months,
            compensation: Answer {
                amount,
                steps,
                rules: kept(file),
            },
            unlawful,
            cap_checked: average.is_some(),
        })
    }

    /// The day wages must be there (发薪日): an agreed day that is a rest day moves to the nearest working day before.
    ///
    /// # Errors
    /// [`WageFault::NoRule`]; [`WageFault::Input`] at the beginning of time.
    pub fn payday(&self, calendar: &Calendar, agreed: Date) -> Result<Due, WageFault> {
        let (rule, _) = self.rule::<PayDay>("wages.payday")?;
        match rule.moves {
            Moves::Earlier => calendar
                .before_holiday(agreed)
                .ok_or(WageFault::Input("日期超出范围")),
        }
    }

    /// The clause pay days rest on.
    ///
    /// # Errors
    /// [`WageFault::NoRule`].
    pub fn payday_ground(&self) -> Result<String, WageFault> {
        let (_, file) = self.rule::<PayDay>("wages.payday")?;
        Ok(file.header.source.clone())
    }

    /// What is added when an order to pay expired unpaid (加付赔偿金): least and most.
    ///
    /// # Errors
    /// As [`WageRules::deduction`].
    pub fn surcharge(&self, owed: Fen) -> Result<(Fen, Fen, Vec<Step>), WageFault> {
        not_negative(&[owed])?;
        let (rule, file) = self.rule::<Surcharge>("wages.order_surcharge")?;
        let (least, most) = (
            percent_of(owed, rule.from_percent)?,
            percent_of(owed, rule.to_percent)?,
        );
        let text = format!(
            "责令限期支付后仍不付：{owed} 的 {}% 至 {}%，即 {least} 至 {most}",
            rule.from_percent, rule.to_percent
        );
        Ok((least, most, vec![step(file, text)]))
    }

    /// Up to which amount an award is final for the employer (一裁终局).
    ///
    /// # Errors
    /// As [`WageRules::deduction`].
    pub fn final_award(&self, minimum: Fen) -> Result<Answer, WageFault> {
        not_negative(&[minimum])?;
        let (rule, file) = self.rule::<FinalAward>("wages.final_award")?;
        let amount = minimum
            .checked_mul(rule.months)
            .ok_or(WageFault::TooLarge)?;
        let text = format!("月最低工资 {minimum} × {} 个月 = {amount}", rule.months);
        Ok(Answer {
            amount,
            steps: vec![step(file, text)],
            rules: kept(file),
        })
    }
}

/// Half months of pay for a stretch of service.
fn half_months(from: Date, to: Date, half_year: i32) -> Result<i64, WageFault> {
    let outside = || WageFault::Input("日期超出范围");
    let end = add_days(to, 1).ok_or_else(outside)?;
    let years_on = |years: i64, months: i32| {
        Span::new()
            .try_years(years)
            .and_then(|span| span.try_months(months))
            .ok()
            .and_then(|span| from.checked_add(span).ok())
    };
    let mut years = i64::from(end.year()) - i64::from(from.year());
    while years > 0 && years_on(years, 0).is_none_or(|day| day > end) {
        years -= 1;
    }
    let rest = years_on(years, 0).ok_or_else(outside)?;
    let half = years_on(years, half_year).ok_or_else(outside)?;
    Ok(years * 2
        + if rest >= end {
            0
        } else if half <= end {
            2
        } else {
            1
        })
}

fn halves(count: i64) -> String {
    if count % 2 == 0 {
        (count / 2).to_string()
    } else {
        format!("{}.5", count / 2)
    }
}

/// 90 minutes as 1.5; 100 minutes as 1.67.
pub(super) fn hours(minutes: u32) -> String {
    let hundredths = (u64::from(minutes) * 100 + 30) / 60;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn percent_of(amount: Fen, percent: u16) -> Result<Fen, WageFault> {
    amount
        .fraction(i64::from(percent), 100)
        .ok_or(WageFault::TooLarge)
}

pub(super) fn not_negative(amounts: &[Fen]) -> Result<(), WageFault> {
    if amounts.iter().all(|amount| amount.0 >= 0) {
        Ok(())
    } else {
        Err(WageFault::Input("金额不能是负数"))
    }
}
