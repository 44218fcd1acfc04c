//! The vectors of the trade that need no district, through the binary: days and terms (T1–T14), wages (TV-W1–TV-W9),
//! names (TV-N1, TV-N2). The list of all vectors and where each is shown stands in docs/vectors.md.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use common::run;
use serde_json::{Value, json};

/// The only answer of a command.
fn asked(args: &[&str]) -> Value {
    let output = run(args);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{args:?}: {said}");
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{args:?}: {said}"))
}

#[test]
fn t1_to_t14_days_months_and_terms() {
    for (vector, from, count, kind, due) in [
        ("T1", "2025-09-26", "5", "working", "2025-10-10"),
        ("T2", "2025-09-26", "10", "working", "2025-10-16"),
        ("T3", "2025-09-26", "15", "working", "2025-10-23"),
        ("T4", "2026-02-10", "15", "working", "2026-03-09"),
        ("T5", "2026-02-13", "5", "working", "2026-02-27"),
        ("T6", "2025-01-24", "3", "working", "2025-02-05"),
        ("T7", "2025-09-20", "15", "calendar", "2025-10-09"),
        ("T8", "2026-02-02", "15", "calendar", "2026-02-24"),
        ("T9", "2025-08-04", "60", "calendar", "2025-10-09"),
        ("T10", "2026-04-01", "30", "calendar", "2026-05-06"),
        ("T11", "2026-02-09", "7", "calendar", "2026-02-24"),
        ("T12", "2025-08-31", "6", "month", "2026-02-28"),
        ("T13", "2024-02-29", "12", "month", "2025-02-28"),
        ("T14", "2021-08-03", "5", "year", "2026-08-03"),
    ] {
        let said = asked(&["deadline", "--from", from, "--days", count, "--kind", kind]);
        assert_eq!(
            (&said["due"], &said["provisional"]),
            (&json!(due), &json!(false)),
            "{vector}"
        );
    }
}

#[test]
fn tv_w1_to_w5_pay_days_move_before_holidays() {
    for (vector, agreed, paid) in [
        ("TV-W1", "2025-10-05", "2025-09-30"),
        ("TV-W2", "2026-02-15", "2026-02-14"),
        ("TV-W3", "2025-11-15", "2025-11-14"),
        ("TV-W4", "2026-02-28", "2026-02-28"),
        ("TV-W5", "2026-05-10", "2026-05-09"),
    ] {
        let said = asked(&["wage", "payday", "--day", agreed]);
        assert_eq!(said["paid"], json!(paid), "{vector}");
    }
}

#[test]
fn tv_w6_what_may_be_kept_back_for_damage() {
    let said = asked(&[
        "wage",
        "deduction",
        "--wage",
        "2900",
        "--loss",
        "800",
        "--minimum",
        "2490",
    ]);
    assert_eq!(
        (&said["by_percent"], &said["allowed"]),
        (&json!("580.00"), &json!("410.00")),
        "TV-W6"
    );
}

#[test]
fn tv_w7_overtime_from_the_unrounded_rate() {
    for (hours, kind, amount) in [
        ("2", "weekday", "103.45"),
        ("8", "rest_day", "551.72"),
        ("8", "holiday", "827.59"),
    ] {
        let said = asked(&[
            "wage",
            "overtime",
            "--monthly",
            "6000",
            "--hours",
            hours,
            "--kind",
            kind,
        ]);
        let found = [&said["day_rate"], &said["hour_rate"], &said["amount"]];
        assert_eq!(
            found,
            [&json!("275.86"), &json!("34.48"), &json!(amount)],
            "TV-W7 {kind}"
        );
    }
}

#[test]
fn tv_w8_twelve_days_of_service() {
    let said = asked(&[
        "wage",
        "severance",
        "--monthly",
        "6000",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-12",
    ]);
    assert_eq!(
        (&said["compensation"], &said["if_unlawful"]),
        (&json!("3000.00"), &json!("6000.00")),
        "TV-W8"
    );
}

#[test]
fn tv_w9_deposits_of_construction_contracts() {
    for (contract, more, amount, exempt) in [
        ("20000000", &["--clean-years", "0"][..], "200000.00", false),
        ("20000000", &["--clean-years", "2"], "100000.00", false),
        (
            "20000000",
            &["--clean-years", "0", "--mark", "arrears"],
            "300000.00",
            false,
        ),
        ("2980000", &["--clean-years", "1"], "0.00", true),
    ] {
        let said = asked(
            &[
                &["wage", "deposit", "--contract", contract, "--rate", "1"],
                more,
            ]
            .concat(),
        );
        assert_eq!(
            (&said["amount"], &said["exempt"]),
            (&json!(amount), &json!(exempt)),
            "TV-W9 {more:?}"
        );
    }
}

#[test]
fn tv_n1_and_n2_names_keep_their_middle_dot() {
    for (vector, name, kept) in [
        ("TV-N1", "买买提•艾力", "买买提·艾力"),
        ("TV-N1", "买买提·艾力", "买买提·艾力"),
        ("TV-N2", "阿卜杜热合曼·麦麦提", "阿卜杜热合曼·麦麦提"),
    ] {
        let said = asked(&["check", "name", name]);
        assert_eq!(
            (&said["valid"], &said["normalized"]),
            (&json!(true), &json!(kept)),
            "{vector}"
        );
    }
}

/// `T1–T14` as T1, T2, … T14; a single vector as itself.
fn spread(cell: &str) -> Vec<String> {
    let Some((first, last)) = cell.split_once('–') else {
        return vec![cell.to_owned()];
    };
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = |text: &str| text[letters.len()..].parse::<u32>().unwrap();
    (number(first)..=number(last))
        .map(|n| format!("{letters}{n}"))
        .collect()
}

#[test]
fn the_index_of_vectors_names_every_vector_and_only_tests_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let index = std::fs::read_to_string(root.join("docs/vectors.md")).unwrap();
    let mut found = std::collections::BTreeSet::new();
    for row in index.lines().filter(|line| line.starts_with("| T")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (test, file) = (cells[2].trim_matches('`'), cells[3]);
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("fn {test}()")), "{row}");
        found.extend(spread(cells[0]));
    }
    for (letters, last) in [
        ("T", 14),
        ("TV-A", 5),
        ("TV-W", 9),
        ("TV-D", 1),
        ("TV-N", 2),
    ] {
        for n in 1..=last {
            assert!(
                found.contains(&format!("{letters}{n}")),
                "{letters}{n} has no row"
            );
        }
    }
}
