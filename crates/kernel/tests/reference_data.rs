//! The rules against data from outside, when the environment variable `NIANGJIA_DATA` names its folder: published
//! identity numbers and credit codes, national code tables, due dates, hostile strings. Without it each test says
//! that it was skipped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use kernel::check::{CheckKind, check};
use kernel::codes::{CodeSet, CodeSetId};
use kernel::deadline::{DayType, due};
use kernel::{
    Calendar, CitizenId, CreditCode, Date, Fen, IdType, MobilePhone, OrgPath, PersonName, pinyin,
    text,
};

/// The text of a data file, or `None` with a printed reason.
fn data(path: &str) -> Option<String> {
    let Some(folder) = env::var_os("NIANGJIA_DATA") else {
        println!("skipped: NIANGJIA_DATA is not set, {path} is not read");
        return None;
    };
    Some(
        fs::read_to_string(PathBuf::from(folder).join(path))
            .unwrap_or_else(|fault| panic!("{path}: {fault}")),
    )
}

/// Rows of a CSV table after its header; cells may be quoted.
fn rows(table: &str) -> Vec<Vec<String>> {
    table
        .trim_start_matches('\u{FEFF}')
        .lines()
        .skip(1)
        .map(cells)
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells
                .iter_mut()
                .last()
                .into_iter()
                .for_each(|cell| cell.push(c)),
        }
    }
    cells
}

#[test]
fn published_numbers_and_codes_are_judged_as_published() {
    let Some(table) = data("vectors/id_uscc_vectors.csv") else {
        return;
    };
    let mut judged = 0;
    for row in rows(&table) {
        let [kind, value, verdict, note, _] = row.as_slice() else {
            panic!("{row:?}")
        };
        let valid = match kind.as_str() {
            "uscc" => CreditCode::parse(value).is_ok(),
            _ => CitizenId::parse(value).is_ok(),
        };
        // Some list tools refuse a number because its county code was not in force in the year of birth. We do not:
        // people were registered late, and no number was ever reissued.
        let by_county = note.starts_with("county not yet") || note.starts_with("county already");
        assert_eq!(valid, verdict == "valid" || by_county, "{value}: {note}");
        if let Some((_, upgraded)) = note.split_once("upgrades to ") {
            assert_eq!(CitizenId::parse(value).unwrap().as_str(), upgraded);
        }
        judged += 1;
    }
    assert!(judged > 100, "only {judged} rows");
}

#[test]
fn due_dates_agree_with_the_sample() {
    let Some(table) = data("calendar/working_day_deadlines_sample.csv") else {
        return;
    };
    for row in rows(&table) {
        let (from, expected): (Date, Date) = (row[0].parse().unwrap(), row[2].parse().unwrap());
        let found = due(
            Calendar::national(),
            from,
            row[1].parse().unwrap(),
            DayType::Working,
        )
        .unwrap();
        assert_eq!(
            (found.date, found.provisional),
            (expected, false),
            "{row:?}"
        );
    }
}

#[test]
fn the_calendar_agrees_with_the_notices_day_by_day() {
    let Some(table) = data("calendar/cn_holidays_2007_2026.csv") else {
        return;
    };
    let listed: BTreeMap<Date, bool> = rows(&table)
        .iter()
        .map(|row| (row[1].parse().unwrap(), row[3] == "work"))
        .collect();
    let calendar = Calendar::national();
    for year in 2007..=2026 {
        let days = Date::new(year, 1, 1)
            .unwrap()
            .series(jiff::Span::new().days(1));
        for day in days.take_while(|day| day.year() == year) {
            let weekday = day.weekday().to_monday_one_offset() <= 5;
            let expected = listed.get(&day).copied().unwrap_or(weekday);
            let found = calendar.day(day);
            assert_eq!(
                (found.kind.is_working(), found.provisional),
                (expected, false),
                "{day}"
            );
        }
    }
}

#[test]
fn code_sets_hold_what_the_standards_hold() {
    for (id, file) in [
        (CodeSetId::Sex, "gbt2261_1_2003_sex.csv"),
        (CodeSetId::Marital, "gbt2261_2_2003_marital.csv"),
        (CodeSetId::Health, "gbt2261_3_2003_health.csv"),
        (CodeSetId::OccupationStatus, "gbt2261_4_2003_employment.csv"),
        (CodeSetId::Ethnic, "gbt3304_1991_ethnic.csv"),
        (CodeSetId::Education, "gbt4658_2006_education.csv"),
        (CodeSetId::Politics, "gbt4762_1984_political.csv"),
        (CodeSetId::EconomicType, "gbt12402_2000_economic_type.csv"),
    ] {
        let Some(table) = data(&format!("codes/{file}")) else {
            return;
        };
        let set = CodeSet::in_force(id);
        for row in rows(&table) {
            assert_eq!(set.label(&row[0]), Some(row[1].as_str()), "{file}");
            assert_eq!(set.code_of(&row[1]), Some(row[0].as_str()), "{file}");
        }
        // 97 and 98 are in the ethnic standard's later practice, not in its table of 56.
        let extra = if id == CodeSetId::Ethnic { 2 } else { 0 };
        assert_eq!(set.iter().count(), rows(&table).len() + extra, "{file}");
    }
}

#[test]
fn industries_are_the_sections_and_divisions_of_the_standard() {
    let Some(table) = data("codes/gbt4754_2017_industry.csv") else {
        return;
    };
    let set = CodeSet::in_force(CodeSetId::Industry);
    let upper: Vec<Vec<String>> = rows(&table)
        .into_iter()
        .filter(|row| row[1] == "1" || row[1] == "2")
        .collect();
    assert_eq!(set.iter().count(), upper.len());
    for row in upper {
        let label = set.label(&row[0]).unwrap_or_else(|| panic!("{row:?}"));
        assert!(label == row[2] || label == row[3], "{label}: {row:?}");
    }
    for row in rows(&table).iter().filter(|row| row[1] == "4") {
        assert_eq!(
            kernel::codes::industry_division(&row[0]),
            row[0].get(..3),
            "{row:?}"
        );
    }
}

#[test]
fn hostile_strings_are_answered_calmly() {
    let Some(list) = data("vectors/naughty_strings.json") else {
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&list).unwrap();
    assert!(strings.len() > 400);
    for hostile in &strings {
        for kind in [
            CheckKind::Id(None),
            CheckKind::Id(Some(IdType::Passport)),
            CheckKind::Uscc,
            CheckKind::Name,
            CheckKind::Phone,
            CheckKind::Amount,
        ] {
            let verdict = check(kind, hostile, None);
            assert_eq!(verdict.valid, verdict.reason.is_none());
            assert_eq!(verdict.valid, verdict.normalized.is_some());
            // What is accepted is accepted again in its normal form, and does not change any more.
            if let Some(normal) = verdict.normalized {
                assert_eq!(
                    check(kind, &normal, None).normalized.as_ref(),
                    Some(&normal),
                    "{hostile:?}"
                );
            }
        }
        let _ = (
            OrgPath::parse(hostile),
            pinyin::alternatives(hostile),
            text::half_width(hostile),
        );
        if let Ok(name) = PersonName::parse(hostile) {
            assert!(
                !name.as_str().contains(['<', '>', '"', '\0', '\n']),
                "{hostile:?}"
            );
        }
        if let Ok(amount) = Fen::parse_yuan(hostile) {
            assert!(
                text::half_width(hostile)
                    .chars()
                    .any(|c| c.is_ascii_digit()),
                "{hostile:?} read as {amount}"
            );
        }
        assert!(MobilePhone::parse(hostile).is_err(), "{hostile:?}");
    }
}
