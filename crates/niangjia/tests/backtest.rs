//! `niangjia alert backtest` as a process: a small made-up history in, a score sheet out.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fmt::Write as _;
use std::fs;

use common::{Place, run, run_ok};
use serde_json::Value;

/// An empty district.
fn district() -> Place {
    let place = Place::new();
    run_ok(&[
        "init",
        "--dir",
        place.text(),
        "--district",
        "330113",
        "--name",
        "临平区总工会",
    ]);
    place
}

/// Two waves in one place, one wave that comes to nothing in another, and a row nobody can use.
fn history(place: &Place) -> String {
    let mut text = "state,claim_id,employer_id,opened\n".to_owned();
    for day in 1..=12 {
        writeln!(text, "甲,A{day},甲-1,2019-03-{day:02}").unwrap();
        writeln!(text, "甲,B{day},甲-1,2020-03-{day:02}").unwrap();
    }
    for day in 1..=4 {
        writeln!(text, "乙,C{day},乙-1,2019-05-{day:02}").unwrap();
    }
    text.push_str("乙,D1,,2019-05-05\n");
    let file = place.dir.join("claims.csv");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn backtest(place: &Place, more: &[&str]) -> (i32, String) {
    let out = place.dir.join("score");
    let mut args = vec![
        "alert",
        "backtest",
        "--dir",
        place.text(),
        "--out",
        out.to_str().unwrap(),
    ];
    args.extend(more);
    let output = run(&args);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_history_is_replayed_and_scored() {
    let place = district();
    let file = history(&place);
    let import = run(&[
        "import",
        "signals",
        &file,
        "--feed",
        "public_wage_claims",
        "--dir",
        place.text(),
        "--json",
    ]);
    assert_eq!(import.status.code(), Some(1), "one row has no employer");
    let (code, said) = backtest(
        &place,
        &[
            "--rules",
            "rules.claims_handmade",
            "--rules",
            "rules.claims_counter",
            "--from",
            "2019-01",
            "--to",
            "2020-12",
            "--ending",
            "10in90",
        ],
    );
    assert_eq!(code, 0, "{said}");
    let text = fs::read_to_string(place.dir.join("score/score.json")).unwrap();
    let sheet: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (sheet["from"].as_str(), sheet["to"].as_str()),
        (Some("2019-03-01"), Some("2020-03-12"))
    );
    let handmade = &sheet["rule_sets"][0]["endings"][0];
    assert_eq!(handmade["precision"]["k"], 2);
    assert_eq!(handmade["precision"]["n"], 3);
    assert_eq!(handmade["recall"]["k"], 2);
    // The fourth claim opens the first time, six days before the tenth; a year later, at a repeat offender, the third.
    assert_eq!(handmade["median_lead"], 6.5);
    let last_year = &handmade["baselines"][0];
    assert_eq!(
        (&last_year["id"], &last_year["alerts"]),
        (&"last_year".into(), &1.into())
    );
    let page = fs::read_to_string(place.dir.join("score/score.html")).unwrap();
    assert!(page.contains("66.67%（2 ÷ 3）"), "the working is printed");
    let document = fs::read_to_string(place.dir.join("score/score.md")).unwrap();
    assert!(document.contains("### 一览"));
}

#[test]
fn what_cannot_be_scored_is_said() {
    let place = district();
    let rules = [
        "--rules",
        "rules.claims_handmade",
        "--from",
        "2019-01",
        "--to",
        "2019-12",
    ];
    let (code, said) = backtest(&place, &rules);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("没有存下可用的线索"), "{said}");
    assert!(!place.dir.join("score").exists(), "nothing is written");
    let (code, said) = backtest(
        &place,
        &[
            "--rules",
            "rules.claims_handmade",
            "--from",
            "2019-12",
            "--to",
            "2019-01",
        ],
    );
    assert_eq!(code, 2, "{said}");
    let (code, said) = backtest(&place, &[&rules[..], &["--ending", "no_such"]].concat());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("10in90"), "names those there are: {said}");
    let (code, said) = backtest(
        &place,
        &[
            "--rules",
            "/no/such.toml",
            "--from",
            "2019-01",
            "--to",
            "2019-12",
        ],
    );
    assert_eq!(code, 2, "{said}");
}
