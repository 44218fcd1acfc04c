//! `niangjia alert backtest` as a process: a small made-up history in, a score sheet out.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fmt::Write as _;
use std::fs;

use common::{Place, run, run_ok};
use serde_json::Value;

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
    let place = Place::founded();
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
    let place = Place::founded();
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

fn score_of(place: &Place) -> Value {
    let text = fs::read_to_string(place.dir.join("score/score.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn import(place: &Place, file: &str, feed: &str) -> Value {
    let done = run(&[
        "import",
        "signals",
        file,
        "--feed",
        feed,
        "--dir",
        place.text(),
        "--json",
    ]);
    serde_json::from_slice(&done.stdout).unwrap()
}

/// A rule set of the repository, as a file somebody works on.
fn rule_file(name: &str) -> String {
    format!(
        "{}/../../definitions/rules/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

const PERIOD: [&str; 6] = ["--from", "2019-01", "--to", "2020-12", "--ending", "10in90"];

#[test]
fn a_person_edits_the_learned_rule_set_and_it_works_like_any_other() {
    let place = Place::founded();
    import(&place, &history(&place), "public-wage-claims");
    let learned = rule_file("claims-trained.toml");
    let text = fs::read_to_string(&learned).unwrap();
    // What a person would do: another title, a rule worth more, a rule of their own, a later colour.
    let edited = text
        .replace("id = \"rules.claims_trained\"", "id = \"rules.ours\"")
        .replace("集中申诉预警（机器学习的分值）", "我们改过的规则")
        .replacen("points = 4 }", "points = 9 }", 1)
        .replacen(
            "[[level]]",
            "[[rule]]\ncode = \"OURS\"\ntitle = \"三周里两件以上\"\nclause = \"本区例会定的\"\nsteps = [{ when = \"claims_22 >= 2\", points = 2 }]\n\n[[level]]",
            1,
        );
    assert_ne!(text, edited);
    let file = place.dir.join("ours.toml");
    fs::write(&file, &edited).unwrap();
    let file = file.to_str().unwrap();
    run_ok(&["rules", "dry-run", file, "--dir", place.text()]);
    let (code, said) = backtest(
        &place,
        &[&["--rules", &learned, "--rules", file][..], &PERIOD].concat(),
    );
    assert_eq!(code, 0, "{said}");
    let sheet = score_of(&place);
    let [before, after] = [0, 1].map(|at| &sheet["rule_sets"][at]);
    assert_eq!(after["title"], "我们改过的规则");
    let codes: Vec<&str> = after["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|rule| rule["code"].as_str())
        .collect();
    assert!(codes.contains(&"OURS"), "{codes:?}");
    // The learned points wait for the fourth claim; the edited ones open on the second.
    let lead = |rules: &Value| rules["endings"][0]["median_lead"].as_f64().unwrap();
    assert!(
        lead(after) > lead(before),
        "{} and {}",
        lead(after),
        lead(before)
    );
    // A slip of the pen is said, with the file and the place.
    let wrong = edited.replacen("claims_22 >= 2", "claims_23 >= 2", 1);
    fs::write(place.dir.join("ours.toml"), wrong).unwrap();
    let (code, said) = backtest(&place, &[&["--rules", file][..], &PERIOD].concat());
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("claims_23") && said.contains("ours.toml"),
        "{said}"
    );
}

#[test]
fn columns_in_another_order_and_a_second_feed_change_no_figure() {
    let (plain, other) = (Place::founded(), Place::founded());
    import(&plain, &history(&plain), "public_wage_claims");
    // The same rows backwards, with the columns in another order and more of them, and layoff notices beside them.
    let text = fs::read_to_string(history(&plain)).unwrap();
    let mut rows: Vec<&str> = text.lines().skip(1).collect();
    rows.reverse();
    let mut turned = "opened,city,employer_id,claim_id,state\n".to_owned();
    for row in rows {
        let [state, claim, employer, opened] = row.split(',').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        writeln!(turned, "{opened},,{employer},{claim},{state}").unwrap();
    }
    let file = other.dir.join("turned.csv");
    fs::write(&file, turned).unwrap();
    let report = import(&other, file.to_str().unwrap(), "public_wage_claims");
    assert_eq!(report["refused"], 1);
    assert_eq!(report["refused_by"][0]["code"], "signal.missing");
    assert_eq!(report["refused_by"][0]["rows"], 1);
    let notices = other.dir.join("notices.csv");
    fs::write(
        &notices,
        "state,name_key,notice_date,employees_affected\n甲,n1,2009-01-10,120\n",
    )
    .unwrap();
    import(&other, notices.to_str().unwrap(), "public-layoff-notices");
    let rules = ["--rules", "rules.claims_handmade"];
    for place in [&plain, &other] {
        let (code, said) = backtest(place, &[&rules[..], &PERIOD].concat());
        assert_eq!(code, 0, "{said}");
    }
    let [plain, other] = [score_of(&plain), score_of(&other)];
    assert_eq!(plain["rule_sets"], other["rule_sets"]);
    assert_eq!(
        (&plain["from"], &plain["weeks"]),
        (&other["from"], &other["weeks"])
    );
    assert_eq!(
        other["endings"][0]["known_before"][0]["kind"],
        "warn_notice"
    );
}

#[test]
fn a_rule_set_is_held_against_the_endings_it_has_to_do_with() {
    let place = Place::founded();
    import(&place, &history(&place), "public_wage_claims");
    let penalties = place.dir.join("penalties.csv");
    let text = "authority,announced,doc_no,employer_id,wage_related\n丙,2019-02-01,1,P,1\n丙,2019-08-01,2,P,1\n丙,2019-03-01,3,Q,1\n";
    fs::write(&penalties, text).unwrap();
    let report = import(&place, penalties.to_str().unwrap(), "public_penalties");
    assert_eq!(report["new"], 3);
    for (rules, endings) in [
        ("penalties.toml", vec!["penalised_again"]),
        ("claims-counter.toml", vec!["10in90", "5in30"]),
    ] {
        let (code, said) = backtest(
            &place,
            &[
                "--rules",
                &rule_file(rules),
                "--from",
                "2019-01",
                "--to",
                "2020-12",
            ],
        );
        assert_eq!(code, 0, "{said}");
        let sheet = score_of(&place);
        let found: Vec<&str> = sheet["endings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["short"].as_str())
            .collect();
        assert_eq!(found, endings, "{rules}");
    }
}
