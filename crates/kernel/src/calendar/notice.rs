//! The yearly notice (放假通知) as a definition file, and the importer that writes next year's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::{Calendar, CalendarYear, add_days};
use crate::deadline::{DayType, due};
use crate::definitions::{Catalogue, Definition, Kind, expect_equal, read_test, toml_date};

/// Definitions in `calendar/`: one per year, and the holidays fixed by date.
pub const KIND: Kind = Kind {
    folder: "calendar",
    check,
    test,
};

/// Body of a file in `calendar/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// The year a notice is for; absent in the file of fixed holidays.
    year: Option<i16>,
    #[serde(default)]
    holiday: Vec<Holiday>,
    #[serde(default)]
    fixed: Vec<FixedHoliday>,
}

/// One run of days off, with the weekends worked for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default, with = "toml_date::option")]
    first: Option<Date>,
    #[serde(default, with = "toml_date::option")]
    last: Option<Date>,
    #[serde(default, with = "toml_date::list")]
    worked: Vec<Date>,
}

/// A statutory holiday on the same date every year (全国年节及纪念日放假办法).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedHoliday {
    #[serde(rename = "name")]
    _name: String,
    month: i8,
    day: i8,
}

/// Longest run of days off believed: the Spring Festival of 2020 had ten.
const LONGEST_RUN: usize = 16;

impl Calendar {
    /// The calendar of every readable file among `definitions`; what cannot be read stays unknown, so results
    /// become provisional and never wrong.
    pub fn from_definitions<'a>(definitions: impl IntoIterator<Item = &'a Definition>) -> Self {
        let (mut years, mut fixed) = (Vec::new(), Vec::new());
        for body in definitions
            .into_iter()
            .filter_map(|definition| definition.body::<Body>().ok())
        {
            fixed.extend(
                body.fixed
                    .iter()
                    .map(|holiday| (holiday.month, holiday.day)),
            );
            years.extend(body.year());
        }
        Self::new(years, fixed)
    }
}

impl Body {
    fn year(&self) -> Option<CalendarYear> {
        let mut year = CalendarYear {
            year: self.year?,
            ..CalendarYear::default()
        };
        for holiday in &self.holiday {
            year.off.extend(holiday.days());
            year.worked.extend(&holiday.worked);
        }
        Some(year)
    }
}

impl Holiday {
    fn days(&self) -> impl Iterator<Item = Date> {
        let (first, last) = (self.first, self.last.or(self.first));
        let days = std::iter::successors(first, |day| add_days(*day, 1));
        days.take_while(move |day| last.is_some_and(|last| *day <= last))
            .take(LONGEST_RUN)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let body: Body = match definition.body() {
        Ok(body) => body,
        Err(fault) => return vec![fault],
    };
    let mut messages = Vec::new();
    if body.year.is_none() && body.fixed.is_empty() {
        messages.push("缺少 year 或 [[fixed]]".to_owned());
    }
    let shape = body
        .holiday
        .iter()
        .all(|holiday| match (holiday.first, holiday.last) {
            (None, last) => last.is_none() && !holiday.worked.is_empty(),
            (Some(first), Some(last)) => {
                first <= last
                    && first.duration_since(last).as_hours().abs() / 24 < LONGEST_RUN as i64
            }
            (Some(_), None) => true,
        });
    if !shape {
        messages.push("[[holiday]] 的 first、last 不成对，或放假天数过长".to_owned());
    }
    if let Some(year) = body.year() {
        messages.extend(check_year(&year));
    }
    messages
}

/// What cannot be right in a year's days, whoever wrote them.
fn check_year(year: &CalendarYear) -> Vec<String> {
    let mut messages = Vec::new();
    for date in year.off.intersection(&year.worked) {
        messages.push(format!("{date} 既放假又上班"));
    }
    for date in year.worked.iter().filter(|date| !is_weekend(**date)) {
        messages.push(format!("{date} 不是周末，不能作调休上班日"));
    }
    let belongs = |date: &&Date| {
        date.year() == year.year || (date.year() == year.year - 1 && date.month() == 12)
    };
    for date in year.off.union(&year.worked).filter(|date| !belongs(date)) {
        messages.push(format!("{date} 不属于 {} 年", year.year));
    }
    messages
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A `[[test]]` of a period that crosses holidays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DueTest {
    #[serde(with = "toml_date")]
    from: Date,
    days: u32,
    kind: DayType,
    #[serde(with = "toml_date")]
    due: Date,
}

/// A `[[test]]` of a whole year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearTest {
    working_days_of: i16,
    count: u32,
}

/// A `[[test]]` of a holiday fixed by date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedTest {
    #[serde(with = "toml_date")]
    holiday: Date,
}

fn test(definition: &Definition, test: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    let calendar = Calendar::from_definitions(catalogue.of_kind("calendar"));
    // An untagged enum would lose the dates on the way, so the tables are told apart by their keys.
    if test.contains_key("working_days_of") {
        let YearTest {
            working_days_of,
            count,
        } = read_test(test)?;
        let end = |year| Date::new(year, 12, 31).map_err(|fault| fault.to_string());
        let found = calendar.working_days_between(end(working_days_of - 1)?, end(working_days_of)?);
        return expect_equal("全年工作日", &count, &found);
    }
    if test.contains_key("holiday") {
        let FixedTest { holiday } = read_test(test)?;
        let body: Body = definition.body()?;
        let fixed = body
            .fixed
            .iter()
            .any(|day| (day.month, day.day) == (holiday.month(), holiday.day()));
        return expect_equal("固定节日", &true, &fixed);
    }
    let DueTest {
        from,
        days,
        kind,
        due: expected,
    } = read_test(test)?;
    let found = due(&calendar, from, days, kind).ok_or("日期超出范围")?;
    expect_equal("届满日", &expected, &found.date)
}

/// One reason why a table of days could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第{line}行：{message}")]
pub struct ImportProblem {
    /// Line of the table, from one; zero speaks of the table as a whole.
    pub line: usize,
    /// What is wrong and what would be accepted.
    pub message: String,
}

/// Writes the definition file of `year` from a table with the columns `notice_year,date,name,kind` (`off` or
/// `work`); rows of other years are passed over. `source` is the notice's title and address.
///
/// # Errors
/// Every problem found, with its line. Nothing is written unless all is well.
pub fn import_csv(year: i16, source: &str, table: &str) -> Result<String, Vec<ImportProblem>> {
    let (mut days, mut problems) = (BTreeMap::new(), Vec::new());
    for (index, line) in table.lines().enumerate() {
        let line = line.trim_matches(['\u{FEFF}', '\r', ' ']);
        if line.is_empty() || (index == 0 && line.starts_with("notice_year")) {
            continue;
        }
        match read_row(line) {
            Ok((notice_year, ..)) if notice_year != year => {}
            Ok((_, date, name, worked)) => {
                if days.insert(date, (name, worked)).is_some() {
                    problems.push(ImportProblem {
                        line: index + 1,
                        message: format!("{date} 重复"),
                    });
                }
            }
            Err(message) => problems.push(ImportProblem {
                line: index + 1,
                message,
            }),
        }
    }
    // A notice may repeat that an ordinary Monday is worked (2020-02-03, after the extended Spring Festival). It
    // changes nothing, but the reviewer should see that it was read.
    let ordinary: Vec<Date> = days
        .iter()
        .filter(|(date, (_, worked))| *worked && !is_weekend(**date))
        .map(|(date, _)| *date)
        .collect();
    days.retain(|date, _| !ordinary.contains(date));
    let pick = |wanted: bool| {
        days.iter()
            .filter(move |(_, (_, worked))| *worked == wanted)
            .map(|(date, _)| *date)
    };
    let checked = CalendarYear {
        year,
        off: pick(false).collect(),
        worked: pick(true).collect(),
    };
    let whole = |message| ImportProblem { line: 0, message };
    problems.extend(check_year(&checked).into_iter().map(whole));
    if checked.off.is_empty() {
        problems.push(whole(format!("表中没有 {year} 年的放假日期")));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut text = write_file(year, source, &days);
    for date in ordinary {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n# 通知另写明 {date} 上班；该日本为工作日");
    }
    Ok(text)
}

fn read_row(line: &str) -> Result<(i16, Date, String, bool), String> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let [year, date, name, kind] = cells.as_slice() else {
        return Err("应有4列：notice_year,date,name,kind".to_owned());
    };
    let year = year.parse().map_err(|_| format!("年份“{year}”不是数字"))?;
    let date = date
        .parse()
        .map_err(|_| format!("日期“{date}”应写成 2027-01-01"))?;
    let worked = match *kind {
        "off" => false,
        "work" => true,
        other => return Err(format!("类型“{other}”应为 off（放假）或 work（上班）")),
    };
    if name.is_empty() || name.contains(['"', '\\']) {
        return Err(format!("节日名称“{name}”不能使用"));
    }
    Ok((year, date, (*name).to_owned(), worked))
}

/// Consecutive days of one holiday become one run.
fn write_file(year: i16, source: &str, days: &BTreeMap<Date, (String, bool)>) -> String {
    let mut runs: Vec<(&str, Date, Date)> = Vec::new();
    for (date, (name, _)) in days.iter().filter(|(_, (_, worked))| !worked) {
        match runs.last_mut() {
            Some((last_name, _, last))
                if last_name == name && add_days(*last, 1) == Some(*date) =>
            {
                *last = *date
            }
            _ => runs.push((name.as_str(), *date, *date)),
        }
    }
    let source = source.replace(['"', '\\', '\n'], " ");
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "id = \"calendar.{year}\"\ntitle = \"{year}年节假日安排\"\njurisdiction = \"CN\"\nvalid_from = {year}-01-01\n\
         valid_to = {year}-12-31\nsource = \"{source}\"\nyear = {year}\n"
    );
    let mut written = BTreeSet::new();
    for (name, first, last) in runs {
        let _ = write!(
            text,
            "\n[[holiday]]\nname = \"{name}\"\nfirst = {first}\nlast = {last}\n"
        );
        // The weekends worked for a holiday stand with its first run.
        if written.insert(name) {
            write_worked(&mut text, name, days);
        }
    }
    let names: BTreeSet<&str> = days.values().map(|(name, _)| name.as_str()).collect();
    for name in names.into_iter().filter(|name| !written.contains(name)) {
        let _ = write!(text, "\n[[holiday]]\nname = \"{name}\"\n");
        write_worked(&mut text, name, days);
    }
    text
}

fn write_worked(text: &mut String, name: &str, days: &BTreeMap<Date, (String, bool)>) {
    let worked: Vec<String> = days
        .iter()
        .filter(|(_, (of, worked))| *worked && of == name)
        .map(|(date, _)| date.to_string())
        .collect();
    if !worked.is_empty() {
        let _ = writeln!(text, "worked = [{}]", worked.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TABLE: &str = "\u{FEFF}notice_year,date,name,kind\r\n2027,2026-12-31,元旦,off\r\n2027,2027-01-01,元旦,off\r\n\
                         2027,2027-01-02,元旦,off\r\n2027,2027-01-10,元旦,work\r\n2026,2026-10-01,国庆节,off\r\n";

    #[test]
    fn an_imported_year_is_a_definition_that_counts() {
        let text = import_csv(2027, "国务院办公厅通知", TABLE).unwrap();
        let definition = Definition::parse("calendar/2027.toml", &text).unwrap();
        assert_eq!(check(&definition), Vec::<String>::new());
        let calendar = Calendar::from_definitions([&definition]);
        assert!(calendar.knows(2027));
        let due = due(&calendar, date(2026, 12, 31), 2, DayType::Working).unwrap();
        // Off until Sunday the 3rd; two working days later.
        assert_eq!((due.date, due.provisional), (date(2027, 1, 5), false));
        assert!(calendar.day(date(2027, 1, 10)).kind.is_working());
        assert!(!text.contains("国庆节"));
    }

    #[test]
    fn a_weekday_named_as_worked_changes_nothing_and_is_told() {
        let text =
            import_csv(2027, "通知", &format!("{TABLE}2027,2027-01-04,元旦,work\n")).unwrap();
        assert!(
            text.ends_with("# 通知另写明 2027-01-04 上班；该日本为工作日\n"),
            "{text}"
        );
        assert!(!text.contains("worked = [2027-01-04"));
    }

    #[test]
    fn every_bad_row_is_named() {
        let table = format!(
            "{TABLE}2027,2027-01-02,元旦,off\n2027,2027-13-01,元旦,off\n2027,2027-05-01,劳动节,holiday\n2027,2027-05-03\n\
             2027,2027-05-05,劳动节,work\n2027,2027-01-02,元旦,work\n2027,2028-05-06,劳动节,off\nabc,2027-05-01,劳动节,off\n2027,2027-05-01,\"劳动节\",off\n"
        );
        let problems = import_csv(2027, "", &table).unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "第7行：2027-01-02 重复",
                "第8行：日期“2027-13-01”应写成 2027-01-01",
                "第9行：类型“holiday”应为 off（放假）或 work（上班）",
                "第10行：应有4列：notice_year,date,name,kind",
                "第12行：2027-01-02 重复",
                "第14行：年份“abc”不是数字",
                "第15行：节日名称“\"劳动节\"”不能使用",
                "第0行：2028-05-06 不属于 2027 年",
            ]
        );
        assert_eq!(import_csv(2030, "", TABLE).unwrap_err().len(), 1);
    }

    #[test]
    fn contradictions_in_a_file_are_found() {
        let text = import_csv(2027, "通知", TABLE).unwrap();
        for (from, to, hint) in [
            (
                "worked = [2027-01-10]",
                "worked = [2027-01-02]",
                "既放假又上班",
            ),
            ("worked = [2027-01-10]", "worked = [2027-01-11]", "不是周末"),
            ("last = 2027-01-02", "last = 2026-12-30", "不成对"),
            ("last = 2027-01-02", "last = 2027-03-02", "过长"),
            ("year = 2027", "", "缺少 year"),
            ("worked =", "work =", "work"),
        ] {
            let definition = Definition::parse("calendar/x.toml", &text.replace(from, to)).unwrap();
            assert!(
                check(&definition).iter().any(|line| line.contains(hint)),
                "{to}: {:?}",
                check(&definition)
            );
        }
    }
}
