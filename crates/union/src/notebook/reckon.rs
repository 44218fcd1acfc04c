//! 算账: promised + overtime − received, month by month, each step with its clause.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::definitions::DefinitionRef;
use kernel::wages::{Answer, DayClass, Pay, WageRules};
use kernel::{Calendar, Fen};

use super::entry::{Basis, Body, Entry, Terms, Work};
use super::ledger::{Ledger, Line, MonthAccount};
use super::rules::NotebookRules;
use super::{Month, NotebookError};

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// What the calculation works with.
struct Bench<'a> {
    wages: WageRules<'a>,
    calendar: &'a Calendar,
    today: Date,
    rules: BTreeMap<String, DefinitionRef>,
}

/// Adds up a notebook as of `today`, for the months up to the present one, at most as many as the rules allow.
///
/// # Errors
/// [`NotebookError::Wages`] when a national rule is missing or an amount is beyond the range.
pub fn reckon(
    entries: &[Entry],
    rules: &NotebookRules,
    wages: &WageRules<'_>,
    calendar: &Calendar,
    today: Date,
) -> Result<Ledger, NotebookError> {
    let mut bench = Bench {
        wages: wages.clone(),
        calendar,
        today,
        rules: BTreeMap::new(),
    };
    let mut terms: Vec<&Terms> = entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Terms(terms) => Some(terms),
            _ => None,
        })
        .collect();
    terms.sort_by_key(|terms| terms.from);
    let mut months = Vec::new();
    for month in span(entries, &terms, today, rules.limits.months) {
        let account = bench.month(month, entries, &terms)?;
        if account.days > 0 || !account.lines.is_empty() || account.received != Fen::ZERO {
            months.push(account);
        }
    }
    let sum = |due: bool| {
        months
            .iter()
            .filter(|month| month.is_due == due)
            .map(|month| month.owed)
            .sum::<Fen>()
    };
    let held: Vec<&str> = entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Evidence(held) => Some(held.what.as_str()),
            _ => None,
        })
        .collect();
    let (owed, coming) = (sum(true), sum(false));
    Ok(Ledger {
        owed,
        coming,
        held: rules
            .evidence
            .iter()
            .filter(|kind| held.contains(&kind.id.as_str()))
            .map(|kind| kind.title.clone())
            .collect(),
        missing: rules
            .missing(held.iter().copied())
            .iter()
            .map(|point| format!("{}：{}", point.title, point.missing))
            .collect(),
        grounds: rules.grounds.clone(),
        rules: bench.rules.into_values().collect(),
        months,
    })
}

/// The months from the first entry to the present one, the latest `most` of them.
fn span(entries: &[Entry], terms: &[&Terms], today: Date, most: usize) -> Vec<Month> {
    let first = entries
        .iter()
        .filter_map(|entry| match &entry.body {
            Body::Work(work) => Some(Month::of(work.day)),
            Body::Pay(pay) => Some(pay.month),
            _ => None,
        })
        .chain(terms.iter().map(|terms| Month::of(terms.from)))
        .min();
    let Some(first) = first else {
        return Vec::new();
    };
    let (mut month, mut months) = (Month::of(today), Vec::new());
    while month >= first && months.len() < most {
        months.push(month);
        month = month.previous();
    }
    months.reverse();
    months
}

/// Minutes of one stretch of a month under one agreement.
#[derive(Default)]
struct Minutes {
    ordinary: u32,
    by_class: BTreeMap<DayClass, u32>,
}

impl Bench<'_> {
    fn month(
        &mut self,
        month: Month,
        entries: &[Entry],
        terms: &[&Terms],
    ) -> Result<MonthAccount, NotebookError> {
        let work: Vec<&Work> = entries
            .iter()
            .filter_map(|entry| match &entry.body {
                Body::Work(work) if Month::of(work.day) == month => Some(work),
                _ => None,
            })
            .collect();
        let received = entries
            .iter()
            .filter_map(|entry| match &entry.body {
                Body::Pay(pay) if pay.month == month => Some(pay.amount),
                _ => None,
            })
            .sum::<Fen>();
        let mut account = self.counted(month, &work)?;
        account.remarks.extend(written_twice(&work));
        account.received = received;
        let stretches = stretches(month, terms, self.today);
        for (terms, from, to) in &stretches {
            self.earned(&mut account, terms, (*from, *to), &work)?;
        }
        account.due = account.lines.iter().map(|line| line.amount).sum();
        account.owed = account
            .due
            .checked_sub(account.received)
            .ok_or(kernel::wages::WageFault::TooLarge)?;
        if stretches.is_empty() {
            // Nothing is known of what was promised: what came in this month takes nothing off the others.
            account.owed = Fen::ZERO;
            let told = !work.is_empty() || received != Fen::ZERO;
            account
                .remarks
                .extend(told.then(|| "这个月还没有记说好的工钱，先记上才能算".to_owned()));
        } else {
            account.remarks.extend(outside(&work, &stretches));
        }
        self.when_due(&mut account, stretches.last().map(|(terms, _, _)| *terms))?;
        Ok(account)
    }

    /// Days and minutes, by class of day.
    fn counted(&self, month: Month, work: &[&Work]) -> Result<MonthAccount, NotebookError> {
        let mut days: Vec<Date> = work.iter().map(|work| work.day).collect();
        days.sort_unstable();
        days.dedup();
        let minutes = self.minutes(work)?;
        let of = |class| minutes.by_class.get(&class).copied().unwrap_or_default();
        Ok(MonthAccount {
            month,
            days: u32::try_from(days.len()).unwrap_or(u32::MAX),
            ordinary: minutes.ordinary,
            overtime: of(DayClass::Weekday),
            rest_day: of(DayClass::RestDay),
            holiday: of(DayClass::Holiday),
            lines: Vec::new(),
            due: Fen::ZERO,
            received: Fen::ZERO,
            owed: Fen::ZERO,
            due_on: None,
            provisional: false,
            is_due: false,
            remarks: Vec::new(),
        })
    }

    fn class(&self, work: &Work) -> Result<DayClass, NotebookError> {
        match work.day_is.class() {
            Some(class) => Ok(class),
            None => Ok(self
                .wages
                .on(self.today)
                .class_of(self.calendar, work.day)?),
        }
    }

    /// On a weekday hours beyond the ordinary ones are overtime; on a rest day or holiday all of them are.
    fn minutes(&self, work: &[&Work]) -> Result<Minutes, NotebookError> {
        let mut minutes = Minutes::default();
        for work in work {
            let class = self.class(work)?;
            let beyond = match class {
                DayClass::Weekday => {
                    minutes.ordinary += work.ordinary;
                    work.overtime
                }
                DayClass::RestDay | DayClass::Holiday => work.ordinary + work.overtime,
            };
            *minutes.by_class.entry(class).or_default() += beyond;
        }
        Ok(minutes)
    }

    fn use_rules(&mut self, answer: &Answer) {
        for rule in &answer.rules {
            self.rules.insert(rule.hash.clone(), rule.clone());
        }
    }

    fn add(&mut self, account: &mut MonthAccount, title: String, answer: &Answer) {
        self.use_rules(answer);
        if answer.amount == Fen::ZERO {
            return;
        }
        let texts: Vec<&str> = answer.steps.iter().map(|step| step.text.as_str()).collect();
        account.lines.push(Line {
            title,
            amount: answer.amount,
            step: texts.join("；"),
            ground: answer
                .steps
                .first()
                .map(|step| step.ground.clone())
                .unwrap_or_default(),
        });
    }

    /// What one agreement brings in its part of the month.
    fn earned(
        &mut self,
        account: &mut MonthAccount,
        terms: &Terms,
        (from, to): (Date, Date),
        work: &[&Work],
    ) -> Result<(), NotebookError> {
        let work: Vec<&Work> = work
            .iter()
            .copied()
            .filter(|work| from <= work.day && work.day <= to)
            .collect();
        let minutes = self.minutes(&work)?;
        let (pay, wages) = (terms.pay(), self.wages.on(to));
        let month = account.month;
        let whole = from == month.first() && to == month.last();
        let promised = match terms.basis {
            Basis::Month if whole => {
                if work.is_empty() {
                    account.remarks.push(
                        "这个月没有记出工，按说好的月薪整月算；没上班请把约定的结束日写上"
                            .to_owned(),
                    );
                }
                full_month(terms)
            }
            Basis::Month => part_month(&wages, pay, minutes.ordinary, terms.amount)?,
            Basis::Day | Basis::Hour => wages.ordinary(pay, minutes.ordinary)?,
        };
        self.add(account, "约定工资".to_owned(), &promised);
        if whole && terms.basis == Basis::Month {
            self.top_up(account, terms.amount, &wages);
        }
        for (class, minutes) in minutes.by_class {
            let answer = wages.overtime(pay, minutes, class)?;
            self.add(account, format!("{}加班", class.label()), &answer);
        }
        Ok(())
    }

    /// A whole month's pay below the minimum wage is filled up to it.
    fn top_up(&mut self, account: &mut MonthAccount, agreed: Fen, wages: &WageRules<'_>) {
        match wages.minimum() {
            Ok(minimum) if agreed < minimum.monthly => {
                let amount = Fen(minimum.monthly.0 - agreed.0);
                if !minimum.verified {
                    account
                        .remarks
                        .push("最低工资可能已经调整，请打 12333 核实".to_owned());
                }
                account.lines.push(Line {
                    title: "补足最低工资".to_owned(),
                    amount,
                    step: format!("当地月最低工资 {} − {agreed} = {amount}", minimum.monthly),
                    ground: format!("劳动法第四十八条；{}", minimum.source),
                });
                self.rules.insert(minimum.rule.hash.clone(), minimum.rule);
            }
            Ok(_) => {}
            Err(fault) => account.remarks.push(format!("没有核对最低工资：{fault}")),
        }
    }

    /// The pay day of the agreement, moved before rest days; without one, the month's end.
    fn when_due(
        &self,
        account: &mut MonthAccount,
        terms: Option<&Terms>,
    ) -> Result<(), NotebookError> {
        let month = account.month;
        let agreed = match terms {
            Some(terms) => match terms.pay_day {
                Some(day) if terms.next_month => month.next().day(day),
                Some(day) => month.day(day),
                None => {
                    account
                        .remarks
                        .push("没有说好哪天发，按当月最后一天算（工资至少每月付一次）".to_owned());
                    month.last()
                }
            },
            None => month.last(),
        };
        let due = self.wages.on(self.today).payday(self.calendar, agreed)?;
        if due.date != agreed {
            account.remarks.push(format!(
                "发工资的日子 {agreed} 是休息日，应当提前到 {}（工资支付暂行规定第七条）",
                due.date
            ));
        }
        account.due_on = Some(due.date);
        account.provisional = due.provisional;
        account.is_due = due.date < self.today;
        Ok(())
    }
}

/// Days of work that no agreement covers: what they bring is not known, and not left out in silence.
fn outside(work: &[&Work], stretches: &[(&Terms, Date, Date)]) -> Option<String> {
    let covered = |day: Date| {
        stretches
            .iter()
            .any(|(_, from, to)| *from <= day && day <= *to)
    };
    let mut days: Vec<Date> = work.iter().map(|one| one.day).collect();
    days.retain(|day| !covered(*day));
    days.sort_unstable();
    days.dedup();
    let first = days.first()?;
    let (month, day) = (first.month(), first.day());
    let several = match days.len() {
        1 => String::new(),
        count => format!("等 {count} 天"),
    };
    Some(format!(
        "{month} 月 {day} 日{several}的出工没有算进去：说好的工钱不包括那时候，请补记说好的工钱，或改起止的日子"
    ))
}

/// Days that have more than one entry: two shifts, or the same day written down on two phones. Both count as they are
/// written, and whoever reads the account is told.
fn written_twice(work: &[&Work]) -> impl Iterator<Item = String> {
    let mut days: BTreeMap<Date, (u32, u32)> = BTreeMap::new();
    for one in work {
        let (entries, minutes) = days.entry(one.day).or_default();
        *entries += 1;
        *minutes += one.ordinary + one.overtime;
    }
    let several = days.into_iter().filter(|(_, (entries, _))| *entries > 1);
    several.map(|(day, (entries, minutes))| {
        let hours = kernel::wages::hours(minutes);
        let over = if minutes > DAY { "，超过了一整天" } else { "" };
        format!(
            "{} 月 {} 日记了 {entries} 条出工，一共 {hours} 小时{over}。都算在内；记重了的，请删掉一条",
            day.month(),
            day.day()
        )
    })
}

fn full_month(terms: &Terms) -> Answer {
    let by = if terms.written {
        "书面约定"
    } else {
        "口头约定"
    };
    Answer {
        amount: terms.amount,
        steps: vec![kernel::wages::Step {
            text: format!("{by}月薪 {}，整月", terms.amount),
            ground: "劳动合同法第三十条".to_owned(),
        }],
        rules: Vec::new(),
    }
}

/// Part of a month at a monthly wage: by the hours worked, never more than the month.
fn part_month(
    wages: &WageRules<'_>,
    pay: Pay,
    minutes: u32,
    most: Fen,
) -> Result<Answer, NotebookError> {
    let mut answer = wages.ordinary(pay, minutes)?;
    if answer.amount > most {
        answer.amount = most;
        if let Some(step) = answer.steps.first_mut() {
            step.text.push_str(&format!("，不超过月薪 {most}"));
        }
    }
    if let Some(step) = answer.steps.first_mut() {
        step.text.insert_str(0, "不满整月，按出工算：");
    }
    Ok(answer)
}

/// Which agreement holds in which days of a month up to today: each until the next one begins.
fn stretches<'t>(month: Month, terms: &[&'t Terms], today: Date) -> Vec<(&'t Terms, Date, Date)> {
    let mut found = Vec::new();
    for (index, one) in terms.iter().enumerate() {
        let next = terms
            .get(index + 1)
            .and_then(|next| next.from.yesterday().ok());
        let end = [one.to, next, Some(month.last()), Some(today)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(today);
        let from = one.from.max(month.first());
        if from <= end {
            found.push((*one, from, end));
        }
    }
    found
}
