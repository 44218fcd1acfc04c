//! The agreed figures on the public records, to the last digit. Runs when `NIANGJIA_SHARED` names the folder of real
//! data; the records themselves are not ours to keep here.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::arrears::replay::{Request, ScoreSheet, score};

/// The folder with the records, or why the test is left out.
fn backtest() -> Option<PathBuf> {
    let Some(shared) = std::env::var_os("NIANGJIA_SHARED") else {
        println!("left out: NIANGJIA_SHARED names no folder of real data");
        return None;
    };
    Some(PathBuf::from(shared).join("data/backtest"))
}

/// The wanted columns of a file.
fn rows<const N: usize>(name: &str, columns: [&str; N]) -> Option<Vec<[String; N]>> {
    let file = std::fs::File::open(backtest()?.join(name)).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
    let headings = reader.headers().unwrap().clone();
    let places = columns.map(|column| headings.iter().position(|one| one == column).unwrap());
    let row = |record: csv::StringRecord| places.map(|place| record[place].to_owned());
    Some(
        reader
            .records()
            .map(|record| row(record.unwrap()))
            .collect(),
    )
}

fn claims() -> Option<Vec<(String, i32)>> {
    let rows = rows("us_wage_claims_dev.csv.gz", ["employer_id", "opened"])?;
    let usable = rows
        .into_iter()
        .filter(|[employer, opened]| !employer.is_empty() && opened.as_str() >= "2010-01-01");
    Some(
        usable
            .map(|[employer, opened]| (employer, number(&opened)))
            .collect(),
    )
}

fn sheet_of(id: &str, claims: &[(String, i32)]) -> ScoreSheet {
    let rules = [rules(id)];
    let claims: Vec<(&str, i32)> = claims
        .iter()
        .map(|(who, day)| (who.as_str(), *day))
        .collect();
    let request = Request {
        rules: &rules,
        endings: &[ending("10in90"), ending("5in30")],
        months_owed: &Default::default(),
        days: (day("2010-01-01"), day("2026-11-20")),
    };
    score(
        request,
        &gathered(history(&rules[0], &claims)),
        &mut |_, _| {},
    )
    .unwrap()
}

/// The sheet in the layout of the agreed figures.
fn as_agreed(sheet: &ScoreSheet) -> Value {
    let rules = &sheet.rule_sets[0];
    let mut endings = serde_json::Map::new();
    for one in &rules.endings {
        let f = &one.figures;
        let lead: serde_json::Map<_, _> = f
            .lead_days
            .iter()
            .map(|bucket| {
                let name = match (bucket.from, bucket.to.unwrap_or(9999)) {
                    (0, 0) => "0".to_owned(),
                    (from, to) => format!("{from}-{to}"),
                };
                (name, json!(bucket.alerts))
            })
            .collect();
        let states: serde_json::Map<_, _> = f.by_place.iter().map(|place| (place.name.clone(), json!({
            "alerts": place.alerts, "hits": place.hits, "cases": place.cases, "found": place.found,
            "false_alarms_per_week": place.false_alarms_per_week,
        }))).collect();
        let years: serde_json::Map<_, _> = f.by_year.iter().map(|year| (year.year.to_string(), json!({
            "alerts": year.alerts, "hits": year.hits, "cases": year.cases, "found": year.found,
        }))).collect();
        let mut colours = json!({ "green": { "claim_days_without_alert": one.colours.calm } });
        for colour in &one.colours.colours {
            colours[&colour.id] = json!({
                "entries": colour.entries, "entries_case_still_ahead": colour.entries_case_still_ahead,
                "openings": colour.openings,
            });
        }
        let open = f
            .missed
            .iter()
            .filter(|case| case.why == "alert already open")
            .count();
        endings.insert(f.ending.clone(), json!({
            "precision": f.precision, "recall": f.recall, "recall_first_case": f.recall_first_case,
            "covered": f.covered, "median_lead": f.median_lead, "lead_days": lead, "to_come_pct": f.to_come_pct,
            "false_alarms_per_week": f.false_alarms_per_week, "by_state": states, "by_year": years,
            "missed": { "cases": f.missed.len(), "alert_already_open": open }, "colours": colours,
        }));
    }
    json!({ "claims": rules.signals, "alerts": rules.alerts, "endings": endings })
}

/// Every difference, by path; numbers are equal when they are the same number, 0 or 0.0.
fn differences(path: &str, agreed: &Value, found: &Value, out: &mut Vec<String>) {
    match (agreed, found) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let (a, b) = (
                    a.get(key).unwrap_or(&Value::Null),
                    b.get(key).unwrap_or(&Value::Null),
                );
                differences(&format!("{path}/{key}"), a, b, out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}/{at}"), a, b, out);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        // Nothing to divide by: an empty interval.
        (Value::Array(a), Value::Null) if a.iter().all(Value::is_null) => {}
        (a, b) if a == b => {}
        (a, b) => out.push(format!("{path}: agreed {a}, found {b}")),
    }
}

#[test]
fn the_agreed_figures_to_the_last_digit() {
    let Some(claims) = claims() else { return };
    for (id, agreed) in [
        (
            "rules.claims_handmade",
            include_str!("expected/handmade.json"),
        ),
        (
            "rules.claims_trained",
            include_str!("expected/trained.json"),
        ),
        (
            "rules.claims_counter",
            include_str!("expected/counter.json"),
        ),
    ] {
        let mut differ = Vec::new();
        let agreed: Value = serde_json::from_str(agreed).unwrap();
        let found = as_agreed(&sheet_of(id, &claims));
        differences("", &agreed, &found, &mut differ);
        assert!(
            differ.is_empty(),
            "{id}: {} differ: {:#?}",
            differ.len(),
            &differ[..differ.len().min(20)]
        );
    }
}

const EVENT: [&str; 6] = [
    "definition",
    "employer_id",
    "first_claim",
    "reached",
    "last_claim",
    "claims",
];

#[test]
fn the_cases_are_those_of_the_record() {
    let (Some(claims), Some(events)) = (claims(), rows("us_mass_events_dev.csv.gz", EVENT)) else {
        return;
    };
    let rules = rules("rules.claims_handmade");
    let claims: Vec<(&str, i32)> = claims
        .iter()
        .map(|(who, day)| (who.as_str(), *day))
        .collect();
    let history = history(&rules, &claims);
    for short in ["10in90", "5in30"] {
        let of_kind = events.iter().filter(|[definition, ..]| definition == short);
        let mut recorded: Vec<_> = of_kind
            .map(|[_, who, first, reached, last, claims]| {
                (
                    who.clone(),
                    number(first),
                    number(reached),
                    number(last),
                    claims.parse::<usize>().unwrap(),
                )
            })
            .collect();
        recorded.sort();
        let cases = ending(short).cases_of(&history);
        let mut found: Vec<_> = cases
            .iter()
            .flat_map(|(who, cases)| {
                cases.iter().map(|case| {
                    (
                        history.key(*who).to_owned(),
                        case.first,
                        case.reached,
                        case.last,
                        case.claims,
                    )
                })
            })
            .collect();
        found.sort();
        assert_eq!(found, recorded, "{short}");
    }
}

#[test]
fn the_published_counters_are_reproduced() {
    let Some(claims) = claims() else { return };
    let sheet = sheet_of("rules.claims_counter", &claims);
    let found: Vec<_> = sheet
        .endings
        .iter()
        .flat_map(|ending| &ending.counters)
        .map(|one| {
            let shown = |value: Option<f64>| value.map(|value| format!("{value:.1}"));
            (
                one.alerts,
                shown(one.precision.pct).unwrap(),
                one.recall.k,
                one.median_lead,
                one.to_come_pct.map(f64::round),
            )
        })
        .collect();
    let row = |alerts, precision: &str, found, lead, to_come| {
        (
            alerts,
            precision.to_owned(),
            found,
            Some(lead),
            Some(to_come),
        )
    };
    let published = [
        row(2601, "13.9", 389, 11.0, 50.0),
        row(10474, "3.3", 359, 15.0, 62.0),
        row(1778, "20.1", 381, 10.0, 51.0),
        row(117_198, "0.3", 305, 20.0, 73.0),
        // 36.947: 36.95 with two decimals, 37.0 as published.
        row(2601, "37.0", 1111, 0.0, 27.0),
    ];
    assert_eq!(found, published);
}

#[test]
fn the_counter_is_beaten_everywhere_and_without_any_one_place() {
    let Some(claims) = claims() else { return };
    for id in ["rules.claims_handmade", "rules.claims_trained"] {
        let sheet = sheet_of(id, &claims);
        let against = sheet.rule_sets[0].endings[0].against.as_ref().unwrap();
        let beats = |one: &crate::arrears::replay::sheet::Versus| {
            one.beats_by_precision && one.beats_by_workload
        };
        assert!(beats(&against.all), "{id}: {:?}", against.all);
        for one in &against.without_place {
            assert!(beats(one), "{id} without {}: {one:?}", one.place);
        }
    }
}

/// The real records after a day with their employers and days mixed up: nothing shown by that day changes.
#[test]
fn the_future_of_the_real_records_changes_nothing_that_was_shown() {
    let Some(claims) = claims() else { return };
    for id in ["rules.claims_handmade", "rules.claims_trained"] {
        let rules = rules(id);
        for cut in ["2012-06-30", "2017-09-15", "2019-12-31", "2021-03-01"] {
            let cut = number(cut);
            let real: Vec<(&str, i32)> = claims
                .iter()
                .map(|(who, day)| (who.as_str(), *day))
                .collect();
            let (past, future): (Vec<_>, Vec<_>) =
                real.iter().copied().partition(|(_, day)| *day <= cut);
            // Employers by one stride through the future, days by another, and all of it read first.
            let n = future.len();
            let mixed = (0..n).map(|at| {
                (
                    future[(at * 7919 + 13) % n].0,
                    future[(at * 104_729 + 7) % n].1,
                )
            });
            let mixed: Vec<_> = mixed.chain(past.iter().copied()).collect();
            let shown = |claims: &[(&str, i32)]| super::look_ahead::shown_by(cut, &rules, claims);
            let real = shown(&real);
            assert!(real.0.len() > 10, "{id}: something was shown");
            assert_eq!(real, shown(&mixed), "{id} at {cut}");
            assert_eq!(real, shown(&past), "{id} at {cut}, no future");
        }
    }
}
