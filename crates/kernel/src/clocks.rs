//! Legal clocks (办理期限) as definitions: how long, which days, from when, by which clause.

use jiff::civil::Date;
use serde::Deserialize;

use crate::calendar::Calendar;
use crate::deadline::{DayType, Due, Period, due_after};
use crate::definitions::{Catalogue, Definition, Kind, expect_equal, read_test, toml_date};

/// Definitions in `clocks/`.
pub const KIND: Kind = Kind {
    folder: "clocks",
    check,
    test,
};

/// The unit a clause counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Day,
    Month,
    Year,
}

/// A length as it stands in a file; days must say which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Length {
    length: u32,
    unit: Unit,
    #[serde(default)]
    day_type: Option<DayType>,
}

impl Length {
    fn period(self) -> Result<Period, String> {
        match (self.unit, self.day_type) {
            _ if self.length == 0 => Err("length 不能为零".to_owned()),
            (Unit::Day, Some(kind)) => Ok(Period::Days(self.length, kind)),
            (Unit::Day, None) => Err(
                "按天计算的期限要写明 day_type：working（工作日）或 calendar（自然日）".to_owned(),
            ),
            (_, Some(_)) => Err("按月、按年计算的期限不写 day_type".to_owned()),
            (Unit::Month, None) => Ok(Period::Months(self.length)),
            (Unit::Year, None) => Ok(Period::Years(self.length)),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    length: u32,
    unit: Unit,
    #[serde(default)]
    day_type: Option<DayType>,
    starts: String,
    #[serde(default)]
    extension: Option<Length>,
    #[serde(default)]
    not_counted: Vec<String>,
}

/// One clock as a law sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// How long it runs.
    pub period: Period,
    /// The event it is counted from, in the law's words (自收到…之日起).
    pub starts: String,
    /// How much it may be extended, if at all.
    pub extension: Option<Period>,
    /// Times that do not count (不计入期间), in the law's words: reasons for a pause.
    pub not_counted: Vec<String>,
}

impl ClockRule {
    /// Reads the rule of a definition in `clocks/`.
    ///
    /// # Errors
    /// What is wrong with the file, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        let body: Body = definition.body()?;
        let length = Length {
            length: body.length,
            unit: body.unit,
            day_type: body.day_type,
        };
        Ok(Self {
            period: length.period()?,
            starts: body.starts,
            extension: body.extension.map(Length::period).transpose()?,
            not_counted: body.not_counted,
        })
    }

    /// The last day of the clock for something that happened on `from`; `None` past the year 9999.
    pub fn due(&self, calendar: &Calendar, from: Date) -> Option<Due> {
        due_after(calendar, from, self.period)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    match ClockRule::of(definition) {
        Err(fault) => vec![fault],
        Ok(rule) if rule.starts.trim().is_empty() => vec!["starts 不能为空".to_owned()],
        Ok(_) => Vec::new(),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(with = "toml_date")]
    from: Date,
    #[serde(with = "toml_date")]
    due: Date,
}

fn test(definition: &Definition, test: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let own = Calendar::from_definitions(catalogue.of_kind("calendar"));
    // A catalogue of a district's own files need not repeat the national calendar.
    let calendar = if own.known_years().is_empty() {
        Calendar::national()
    } else {
        &own
    };
    let found = ClockRule::of(definition)?
        .due(calendar, test.from)
        .ok_or("日期超出范围")?;
    expect_equal("届满日", &test.due, &found.date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::district::DistrictCode;
    use jiff::civil::date;

    #[test]
    fn a_clause_without_day_type_is_refused() {
        let file = |body: &str| {
            let text = format!(
                "id = \"clocks.x\"\ntitle = \"样例\"\njurisdiction = \"CN\"\nvalid_from = 2020-01-01\n\
                 source = \"第一条\"\nstarts = \"收到之日\"\n{body}"
            );
            ClockRule::of(&Definition::parse("clocks/x.toml", &text).unwrap())
        };
        assert!(
            file("length = 5\nunit = \"day\"")
                .unwrap_err()
                .contains("day_type")
        );
        assert!(file("length = 5\nunit = \"month\"\nday_type = \"working\"").is_err());
        assert!(file("length = 0\nunit = \"month\"").is_err());
        assert!(file("length = -1\nunit = \"month\"").is_err());
        assert_eq!(
            file("length = 5\nunit = \"year\"").unwrap().period,
            Period::Years(5)
        );
    }

    #[test]
    fn zhejiang_counts_legal_aid_decisions_in_working_days() {
        let rule = |district: &str| {
            let district = DistrictCode::parse(district).unwrap();
            let definition = Catalogue::embedded()
                .at("clocks.legal_aid_decision", district, date(2026, 2, 9))
                .unwrap();
            ClockRule::of(definition).unwrap()
        };
        let calendar = Calendar::national();
        // TV T11, outside Zhejiang.
        assert_eq!(
            rule("320102").due(calendar, date(2026, 2, 9)).unwrap().date,
            date(2026, 2, 24)
        );
        // 9 February is a Monday; Saturday the 14th is worked, the holiday runs to the 23rd.
        assert_eq!(
            rule("330113").due(calendar, date(2026, 2, 9)).unwrap().date,
            date(2026, 2, 25)
        );
    }
}
