//! Which months may be reported, when a missing one is called for, and why wages may be late: `definitions/payreport`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use crate::coverage::Month;
use crate::rulebook::{NoRule, Rulebook};

/// How `niangjia definitions check|test` reads the folder `payreport`.
pub const KIND: Kind = Kind {
    folder: "payreport",
    check,
    test,
};

static BOOK: LazyLock<Rulebook<MonthlyRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "payreport.monthly"));

/// Rules of the monthly pay report (工资发放月报).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthlyRules {
    /// Months that may still be reported or corrected, counted back from the present one.
    pub months_back: usize,
    /// From this day of the next month on a missing report is called for.
    pub remind_from_day: i8,
    /// The pay day lies at most so many months after the month of the work.
    pub due_months: usize,
    /// Longest note, in characters.
    pub words: usize,
    /// Reports listed on the page.
    pub shown: usize,
    /// Why wages are late.
    #[serde(rename = "reason")]
    pub reasons: Vec<Reason>,
}

/// One reason (拖欠原因).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable id.
    pub id: String,
    /// In words.
    pub title: String,
}

impl MonthlyRules {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// No version does.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, NoRule> {
        Ok(BOOK.at(district, day)?.body)
    }

    /// The months that may be reported today, the newest first. The present month is one of them: wages of a month
    /// may be paid within it.
    pub fn months(&self, today: Date) -> Vec<Month> {
        let mut months = vec![Month::of(today)];
        while months.len() <= self.months_back {
            let before = months
                .last()
                .map_or(Month::of(today), |month| month.before());
            months.push(before);
        }
        months
    }

    /// The month whose report should be there by today: last month, from the reminder's day on.
    pub fn called_for(&self, today: Date) -> Option<Month> {
        (today.day() >= self.remind_from_day).then(|| Month::of(today).before())
    }

    /// The last day that can be the pay day of a month: wages are paid at least monthly.
    pub fn due_until(&self, month: Month) -> Date {
        let last = (0..self.due_months).fold(month, |month, _| month.after());
        last.last()
    }

    /// A reason in words.
    pub fn reason(&self, id: &str) -> Option<&str> {
        let found = self.reasons.iter().find(|reason| reason.id == id)?;
        Some(&found.title)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let rules: MonthlyRules = match definition.body() {
        Ok(rules) => rules,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    if !(1..=28).contains(&rules.remind_from_day) {
        faults.push("remind_from_day 应在 1 到 28 之间".to_owned());
    }
    if rules.months_back == 0 || rules.words == 0 || rules.shown == 0 {
        faults.push("months_back、words、shown 不能为零".to_owned());
    }
    if !(1..=12).contains(&rules.due_months) {
        faults.push("due_months 应在 1 到 12 之间".to_owned());
    }
    for (at, reason) in rules.reasons.iter().enumerate() {
        if rules.reasons.iter().take(at).any(|one| one.id == reason.id) {
            faults.push(format!("原因 {} 写了两次", reason.id));
        }
    }
    faults
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    today: String,
    month: String,
    open: bool,
    reminded: bool,
    due_until: Option<String>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (rules, test): (MonthlyRules, Test) = (definition.body()?, read_test(table)?);
    let today: Date = test
        .today
        .parse()
        .map_err(|_| "today 不是日期".to_owned())?;
    let month: Month = test
        .month
        .parse()
        .map_err(|_| "month 不是月份".to_owned())?;
    if let Some(wanted) = test.due_until {
        expect_equal("发薪日最晚", &wanted, &rules.due_until(month).to_string())?;
    }
    expect_equal("可报", &test.open, &rules.months(today).contains(&month))?;
    expect_equal(
        "提醒",
        &test.reminded,
        &(rules.called_for(today) == Some(month)),
    )
}
