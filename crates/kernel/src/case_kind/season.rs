//! 攻坚季: dated weeks in which some duties are due sooner than the kind of case says. One file each in
//! `definitions/seasons`; a clock that starts while a season is in force takes its length from there and keeps it.

use serde::Deserialize;

use super::clock::{CaseClock, ClockEvent};
use super::clock_rule::GradeLength;
use super::length::{Almanac, LengthRule};
use super::model::{CaseKind, Owner};
use crate::calendar::Calendar;
use crate::clock::Instant;
use crate::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use crate::duty::moment;

/// Definitions in `seasons/`.
pub const SEASONS_KIND: Kind = Kind {
    folder: "seasons",
    check,
    test,
};

/// What is due sooner, and what the desks are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// Its short name: 年末攻坚.
    pub short: String,
    /// What the banner on the desks says.
    pub banner: String,
    /// Duties with other lengths.
    pub clock: Vec<SeasonClock>,
}

/// One duty with other lengths.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonClock {
    /// Kind of case: `cases.arrears_alert`.
    pub kind: String,
    /// Its clock.
    pub id: String,
    /// How long in the season, grade by grade; a grade that is not named keeps its own.
    pub by_grade: Vec<GradeLength>,
}

impl Season {
    /// Reads a definition in `seasons/`.
    ///
    /// # Errors
    /// What does not fit, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        definition.body()
    }

    /// How long a clock runs in this season; `None` when the season says nothing about it.
    pub fn length(&self, kind: &str, clock: &str, grade: Option<&str>) -> Option<&LengthRule> {
        let row = self
            .clock
            .iter()
            .find(|one| one.kind == kind && one.id == clock)?;
        row.by_grade
            .iter()
            .find(|one| Some(one.grade.as_str()) == grade)
            .map(|one| &one.length)
    }
}

/// The kind of case a row speaks about, on the first day of the season.
fn kind_of(definition: &Definition, id: &str, catalogue: &Catalogue) -> Result<CaseKind, String> {
    let header = &definition.header;
    let found = catalogue.at(id, header.jurisdiction.clone(), header.valid_from);
    let found = found.ok_or_else(|| format!("没有名为“{id}”的办件类型"))?;
    CaseKind::read(found).map_err(|faults| faults.join("；"))
}

fn check(definition: &Definition) -> Vec<String> {
    let season = match Season::of(definition) {
        Ok(season) => season,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    if definition.header.valid_to.is_none() {
        faults.push("攻坚季要有截止日期 valid_to".to_owned());
    }
    for row in &season.clock {
        match kind_of(definition, &row.kind, Catalogue::in_force()) {
            Err(fault) => faults.push(fault),
            Ok(kind) => faults.extend(unknown(&kind, row)),
        }
    }
    faults
}

/// Clocks and grades the kind does not have: a season shortens duties, it makes none.
fn unknown(kind: &CaseKind, row: &SeasonClock) -> Vec<String> {
    let Some(rule) = kind.clock(&row.id) else {
        return vec![format!("{} 没有期限 {}", row.kind, row.id)];
    };
    let strange = row
        .by_grade
        .iter()
        .filter(|one| rule.length_in(Some(&one.grade)).is_none());
    strange
        .map(|one| format!("{} 的期限 {} 没有等级 {}", row.kind, row.id, one.grade))
        .collect()
}

/// One `[[test]]`: a clock that starts in the season, and when it runs out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    kind: String,
    clock: String,
    grade: String,
    from: String,
    due: String,
}

/// A duty of nobody in particular: only its time is asked for.
fn nobody() -> Owner {
    Owner {
        level: 0,
        org: String::new(),
        desk: crate::org_path::OrgPath::whole(),
        person: None,
    }
}

fn test(definition: &Definition, table: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    let (season, test): (Season, Test) = (Season::of(definition)?, read_test(table)?);
    let at = moment(&test.from).map_err(|_| format!("{} 不是时刻", test.from))?;
    let place = definition.header.jurisdiction.clone();
    let almanac = Almanac::at(catalogue, Calendar::national(), place, at.shanghai_date());
    let kind = kind_of(definition, &test.kind, catalogue)?;
    let rule = kind
        .clock(&test.clock)
        .ok_or_else(|| format!("没有期限 {}", test.clock))?;
    let grade = Some(test.grade.as_str());
    let length = season
        .length(&kind.id, &rule.id, grade)
        .or_else(|| rule.length_in(grade))
        .ok_or_else(|| format!("{} 没有期限 {}", test.grade, test.clock))?;
    let clock = CaseClock {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        owner: nobody(),
        length: almanac.measure(length, at.shanghai_date(), &Default::default())?,
        events: vec![(at, ClockEvent::Started)],
    };
    let due = clock.due(&almanac).ok_or("不会到期")?.at;
    // Day clocks run out at 24:00 of their day, and are written as that day.
    let last = Instant::from_ms(due.ms() - 1);
    let found = if test.due.len() > 10 {
        due.shanghai_text()
    } else {
        last.shanghai_date().to_string()
    };
    expect_equal(&test.clock, &test.due, &found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_seasons_hold_together() {
        let (catalogue, mut tried) = (Catalogue::in_force(), 0);
        for definition in catalogue.of_kind("seasons") {
            assert_eq!(check(definition), Vec::<String>::new());
            for table in definition.tests() {
                test(definition, table, catalogue).unwrap();
                tried += 1;
            }
        }
        assert!(tried >= 4, "{tried}");
    }

    #[test]
    fn a_season_without_an_end_or_about_unknown_duties_is_refused() {
        let text = r#"
id = "seasons.endless"
title = "没有尽头"
jurisdiction = "330113"
valid_from = 2026-11-16
source = "测试"
short = "攻坚"
banner = "测试"
[[clock]]
kind = "cases.arrears_alert"
id = "visit"
by_grade = [{ grade = "green", for = { length = 1, unit = "hour" } }]
[[clock]]
kind = "cases.arrears_alert"
id = "dance"
by_grade = []
[[clock]]
kind = "cases.unheard_of"
id = "visit"
by_grade = []
"#;
        let definition = Definition::parse("seasons/endless.toml", text).unwrap();
        let faults = check(&definition);
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(faults[0].contains("valid_to"));
        assert!(faults[1].contains("green"));
        assert!(faults[2].contains("dance"));
        assert!(faults[3].contains("unheard_of"));
    }
}
