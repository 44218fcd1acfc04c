//! When the daily report is made: `definitions/reports`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use crate::arrears::ArrearsError;
use crate::arrears::feeds::back;
use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `reports`.
pub const KIND: Kind = Kind {
    folder: "reports",
    check,
    test,
};

static RULES: LazyLock<Rulebook<DailyRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "reports.arrears_daily"));

/// When it is made, and how long it may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyRules {
    /// Hour of the morning, Shanghai time.
    pub hour: i8,
    /// Minute.
    pub minute: i8,
    /// So many missed days are made up for at most.
    pub catch_up_days: i64,
    /// Lines of each list at most; the rest is only counted.
    pub rows: usize,
}

impl DailyRules {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// None does.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, ArrearsError> {
        Ok(RULES.at(district, day)?.body)
    }

    /// The hour and minute at which the program begins: one for all its districts, the earliest that any file says.
    pub fn begins() -> (i8, i8) {
        let files = Catalogue::in_force().of_kind("reports");
        let rules = files.filter_map(|file| file.body::<Self>().ok());
        rules
            .map(|rules| (rules.hour, rules.minute))
            .min()
            .unwrap_or_default()
    }

    /// The days to be put on file today, oldest first: those after the last one on file, or the day before.
    pub fn due(&self, last: Option<Date>, today: Date) -> Vec<Date> {
        let yesterday = back(today, 1);
        let earliest = back(today, self.catch_up_days);
        let after = last.and_then(|last| last.tomorrow().ok());
        let mut day = after.unwrap_or(yesterday).max(earliest);
        let mut days = Vec::new();
        while day <= yesterday {
            days.push(day);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        days
    }
}

fn check(definition: &Definition) -> Vec<String> {
    match definition.body::<DailyRules>() {
        Err(fault) => vec![fault],
        Ok(rules) => {
            let mut faults = Vec::new();
            if !(0..24).contains(&rules.hour) || !(0..60).contains(&rules.minute) {
                faults.push("hour 应在 0 至 23，minute 应在 0 至 59".to_owned());
            }
            if rules.catch_up_days < 1 || rules.rows == 0 {
                faults.push("catch_up_days 和 rows 应大于零".to_owned());
            }
            faults
        }
    }
}

/// One `[[test]]`: the last day on file, today, and the days that are due.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(default)]
    last: Option<String>,
    today: String,
    #[serde(default)]
    days: Vec<String>,
    #[serde(default)]
    first: Option<String>,
    #[serde(default)]
    count: Option<usize>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (rules, test): (DailyRules, Test) = (definition.body()?, read_test(table)?);
    let date = |text: &String| text.parse::<Date>().map_err(|_| format!("{text} 不是日期"));
    let last = test.last.as_ref().map(date).transpose()?;
    let due = rules.due(last, date(&test.today)?);
    if let Some(count) = test.count {
        expect_equal("天数", &count, &due.len())?;
        let first = due.first().map(ToString::to_string).unwrap_or_default();
        return expect_equal("第一天", &test.first.unwrap_or_default(), &first);
    }
    let found: Vec<String> = due.iter().map(ToString::to_string).collect();
    expect_equal("日期", &test.days.join("、"), &found.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_hold_together() {
        let mut tried = 0;
        for definition in Catalogue::in_force().of_kind("reports") {
            assert_eq!(check(definition), Vec::<String>::new());
            for table in definition.tests() {
                test(definition, table, Catalogue::in_force()).unwrap();
                tried += 1;
            }
        }
        assert!(tried >= 3, "{tried}");
        assert_eq!(DailyRules::begins(), (7, 30));
    }
}
