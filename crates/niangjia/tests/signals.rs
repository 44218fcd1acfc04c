//! `niangjia import signals` as a process: bad files are refused in words, and nothing that came is lost.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::Path;

use common::{Place, run, texts};
use serde_json::Value;

const HEAD: &str = "统一社会信用代码,单位名称,月份,欠费月数\n";

/// A demo district, and the code and name of one of its employers.
fn district() -> (Place, String, String) {
    let place = Place::demo("200", "60");
    let known = texts(
        &place.database(),
        "SELECT credit_code || ',' || name FROM employer WHERE credit_code IS NOT NULL AND state = 'open' ORDER BY id LIMIT 1",
    );
    let (code, name) = known.first().unwrap().split_once(',').unwrap();
    let (code, name) = (code.to_owned(), name.to_owned());
    (place, code, name)
}

/// Imports a text as a file; exit code, the object it prints, and what it says on standard error.
fn import(place: &Place, name: &str, text: &str, more: &[&str]) -> (i32, Value, String) {
    let file = place.dir.parent().unwrap().join(name);
    fs::write(&file, text).unwrap();
    let mut args = vec![
        "import",
        "signals",
        file.to_str().unwrap(),
        "--dir",
        place.text(),
        "--json",
    ];
    if !more.contains(&"--feed") {
        args.extend(["--feed", "si_arrears"]);
    }
    args.extend(more);
    let output = run(&args);
    let said = String::from_utf8(output.stdout).unwrap();
    (
        output.status.code().unwrap(),
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}")),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn counted(database: &Path) -> String {
    texts(
        database,
        "SELECT CAST(count(*) AS TEXT) FROM signal WHERE feed = 'si_arrears' AND ended_at IS NULL",
    )
    .remove(0)
}

#[test]
fn bad_files_are_refused_in_words_and_nothing_that_came_is_lost() {
    let (place, code, name) = district();
    let before = counted(&place.database());
    let (exit, said, words) = import(&place, "a.csv", "姓名,证件\n某,1\n某,2\n", &[]);
    assert_eq!(
        (exit, said["error"]["code"].as_str()),
        (2, Some("file.no_header")),
        "{words}"
    );
    assert!(words.contains("没有导入"), "{words}");
    let (exit, _, words) = import(&place, "b.csv", HEAD, &["--feed", "no_such_feed"]);
    assert_eq!(exit, 2);
    assert!(words.contains("si_arrears"), "names what there is: {words}");
    assert_eq!(
        counted(&place.database()),
        before,
        "a file refused whole leaves nothing"
    );

    let bad = format!(
        "{HEAD}{code},{name},2026-10,-2\n{code},{name},2099-01,2\n{code},{name},2026-10,很多\n,从没听说过的某某公司,2026-10,2\n{code},{name},2026-07,3\n"
    );
    let (exit, said, _) = import(&place, "c.csv", &bad, &[]);
    assert_eq!(exit, 1, "{said}");
    let figures = ["rows", "new", "waiting", "refused"].map(|name| said[name].as_i64().unwrap());
    assert_eq!(figures, [5, 1, 1, 3], "{said}");
    let told: Vec<(i64, &str)> = said["rows_refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_i64().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (2, "signal.negative"),
            (3, "signal.future"),
            (4, "signal.count")
        ]
    );
    assert_eq!(
        said["unknown_employers"],
        serde_json::json!(["从没听说过的某某公司"])
    );
    let kept = texts(
        &place.database(),
        "SELECT CAST(row_no AS TEXT) || ' ' || code FROM feed_refused ORDER BY row_no",
    );
    assert_eq!(
        kept,
        ["2 signal.negative", "3 signal.future", "4 signal.count"],
        "they stay with the delivery"
    );
    let waiting = texts(
        &place.database(),
        "SELECT raw_name FROM employer_match WHERE raw_name LIKE '从没%'",
    );
    assert_eq!(waiting, ["从没听说过的某某公司"]);

    let rows = format!("{code},{name},2026-06,2\n").repeat(10);
    let (exit, said, _) = import(&place, "d.csv", &format!("{HEAD}{rows}"), &[]);
    assert_eq!(
        (exit, said["new"].as_i64(), said["unchanged"].as_i64()),
        (0, Some(1), Some(9)),
        "{said}"
    );
    let after = counted(&place.database());
    for _ in 0..9 {
        let (_, said, _) = import(&place, "d.csv", &format!("{HEAD}{rows}"), &[]);
        assert_eq!(
            (said["new"].as_i64(), said["unchanged"].as_i64()),
            (Some(0), Some(10)),
            "{said}"
        );
    }
    assert_eq!(
        counted(&place.database()),
        after,
        "ten times the same counts once"
    );

    // Two rows that contradict each other: one is taken, the other named, however often the file comes.
    let two = format!("{HEAD}{code},{name},2026-05,2\n{code},{name},2026-05,3\n");
    for (new, unchanged) in [(1, 0), (0, 1), (0, 1)] {
        let (exit, said, words) = import(&place, "e.csv", &two, &[]);
        let counts = ["new", "unchanged", "corrected", "refused"].map(|name| said[name].as_i64());
        assert_eq!(
            (exit, counts),
            (1, [Some(new), Some(unchanged), Some(0), Some(1)]),
            "{said}"
        );
        assert!(words.contains("与第 2 行") || said.to_string().contains("与第 2 行"));
    }
    place.verified();
}
