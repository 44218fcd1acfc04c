//! `niangjia check`, `deadline` and `definitions` as processes: what a person or a script sees.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn niangjia(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_niangjia"));
    // What the machine of the person who runs the tests has set must not matter.
    command
        .args(args)
        .stdin(Stdio::null())
        .env_remove("NIANGJIA_DEFINITIONS");
    command
}

/// Runs with `input` on standard input.
fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut child = niangjia(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written from a thread of its own, so that neither side waits for the other's full pipe.
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    output
}

fn answers(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// `(valid, normalized)` of each answer.
fn verdicts(output: &Output) -> Vec<(bool, Option<String>)> {
    let read = |answer: &Value| {
        let reason = answer["reason"].as_str();
        assert_eq!(answer["valid"] == true, reason.is_none(), "{answer}");
        (
            answer["valid"] == true,
            answer["normalized"].as_str().map(str::to_owned),
        )
    };
    answers(output).iter().map(read).collect()
}

fn right(normalized: &str) -> (bool, Option<String>) {
    (true, Some(normalized.to_owned()))
}

const WRONG: (bool, Option<String>) = (false, None);

#[test]
fn values_are_checked_one_json_line_each() {
    for (kind, good, normalized, bad) in [
        (
            "id",
            "33011319900307019x",
            "33011319900307019X",
            "330113199003070016",
        ),
        (
            "uscc",
            "81330113mc0a0b011r",
            "81330113MC0A0B011R",
            "81330113MC0A0B011S",
        ),
        ("name", "买买提•艾力", "买买提·艾力", "张三（兼）"),
        ("phone", "138 1234 1234", "13812341234", "12812341234"),
        ("amount", "￥1,234.5", "1234.50", "1.005"),
    ] {
        let output = niangjia(&["check", kind, good]).output().unwrap();
        assert_eq!(verdicts(&output), [right(normalized)]);
        assert_eq!(output.status.code(), Some(0), "{kind}");
        let output = niangjia(&["check", kind, good, bad]).output().unwrap();
        assert_eq!(verdicts(&output), [right(normalized), WRONG]);
        assert_eq!(output.status.code(), Some(1), "{kind}");
        assert_eq!(answers(&output)[1]["input"], bad);
    }
}

#[test]
fn lines_are_checked_whatever_they_end_with() {
    let output = piped(
        &["check", "id"],
        "330113199003070018\r\n\n３３０１１３１９８５１１１７０２８０\n330125800101001".as_bytes(),
    );
    let expected = [
        right("330113199003070018"),
        WRONG,
        right("330113198511170280"),
        right("330125198001010012"),
    ];
    assert_eq!(verdicts(&output), expected);
    assert_eq!(output.status.code(), Some(1));
    let nothing = piped(&["check", "id"], b"");
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(0), 0));
}

#[test]
fn hostile_bytes_get_an_answer_each() {
    // A name in GB 18030, a NUL, half a character, a megabyte without a line end.
    let mut input = b"\xD5\xC5\xC8\xFD\n\0\n\xE5\xBC\n\"}{\n".to_vec();
    input.extend(vec![b'a'; 1 << 20]);
    for kind in ["id", "uscc", "name", "phone", "amount"] {
        let output = piped(&["check", kind], &input);
        assert_eq!(verdicts(&output), vec![WRONG; 5], "{kind}");
        assert!(
            output.stderr.is_empty(),
            "{kind}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.code(), Some(1));
    }
    assert_eq!(answers(&piped(&["deadline"], &input)).len(), 5);
}

#[test]
fn amounts_tell_their_capital_form_and_may_be_negative() {
    let output = niangjia(&["check", "amount", "-1,234.50", "16469.14"])
        .output()
        .unwrap();
    let answers = answers(&output);
    assert_eq!(answers[0]["normalized"], "-1234.50");
    assert_eq!(answers[1]["capital"], "壹万陆仟肆佰陆拾玖元壹角肆分");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn papers_other_than_the_identity_card() {
    let output = niangjia(&[
        "check",
        "id",
        "810000198304051235",
        "H12345678",
        "932682198501010017",
    ])
    .output()
    .unwrap();
    let kinds: Vec<Value> = answers(&output)
        .iter()
        .map(|answer| answer["type"].clone())
        .collect();
    assert_eq!(
        kinds,
        ["hk_residence", "hk_macau_permit", "foreign_permanent"]
    );
    let output = niangjia(&["check", "id", "--type", "taiwan_permit", "12345678"])
        .output()
        .unwrap();
    assert_eq!(verdicts(&output), [right("12345678")]);
    let output = niangjia(&["check", "id", "--type", "driving_licence", "12345678"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_deadline_by_arguments() {
    let output = niangjia(&[
        "deadline",
        "--from",
        "2025-09-26",
        "--days",
        "10",
        "--kind",
        "working",
    ])
    .output()
    .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "{\"from\":\"2025-09-26\",\"days\":10,\"kind\":\"working\",\"due\":\"2025-10-16\",\"provisional\":false}\n"
    );
    assert_eq!(output.status.code(), Some(0));
    let output = niangjia(&[
        "deadline",
        "--from",
        "2025-02-29",
        "--days",
        "-1",
        "--kind",
        "working",
    ])
    .output()
    .unwrap();
    assert_eq!(answers(&output)[0]["valid"], false);
    assert_eq!(output.status.code(), Some(1));
    let output = niangjia(&["deadline", "--from", "2025-09-26", "--days", "10"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "half a question is a usage error"
    );
}

#[test]
fn deadlines_by_lines() {
    let input = "2025-09-20,15,calendar\r\n2026-12-31,3,working\n2025-09-26;10;working\n";
    let output = piped(&["deadline"], input.as_bytes());
    let answers = answers(&output);
    assert_eq!(answers[0]["due"], "2025-10-09");
    assert_eq!(answers[1]["provisional"], true);
    assert_eq!(answers[2]["input"], "2025-09-26;10;working");
    assert_eq!(answers[2]["valid"], false);
    assert!(
        answers[2]["reason"]
            .as_str()
            .unwrap()
            .contains("from,days,kind")
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_line_is_answered_before_the_next_is_written() {
    let mut child = niangjia(&["check", "phone"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in ["13812341234", "13912341234"] {
        writeln!(stdin, "{number}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&answer).unwrap()["normalized"],
            number
        );
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = niangjia(&["check", "phone"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let writer = std::thread::spawn(move || {
        // Far more than any pipe or buffer holds; ends when the process stops reading.
        while stdin.write_all(b"13812341234\n").is_ok() {}
    });
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), complaint.as_str()),
        (Some(0), "")
    );
    writer.join().unwrap();
}

#[test]
fn a_hundred_thousand_lines_stream_through() {
    let input = "330113199003070018\n".repeat(100_000);
    let output = piped(&["check", "id"], input.as_bytes());
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        100_000
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_built_in_definitions_pass() {
    for verb in ["check", "test"] {
        let output = niangjia(&["definitions", verb]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{verb}");
        assert_eq!(output.status.code(), Some(0), "{verb}");
    }
}

const REPLY: &str = "id = \"clocks.supervision_reply\"\ntitle = \"答复意见书\"\njurisdiction = \"330113\"\n\
                     valid_from = 2026-01-01\nsource = \"区总工会通知\"\nlength = 10\nunit = \"day\"\n\
                     day_type = \"working\"\nstarts = \"收到意见书之日\"\n\n[[test]]\nfrom = 2025-09-26\ndue = 2025-10-16\n";

#[test]
fn a_district_checks_tests_and_compares_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let file = folder.path().join("clocks/reply.toml");
    fs::create_dir(folder.path().join("clocks")).unwrap();

    fs::write(&file, REPLY).unwrap();
    assert_eq!(
        niangjia(&["definitions", "check", dir])
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        niangjia(&["definitions", "test", dir])
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    let output = niangjia(&["definitions", "diff", dir]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "+ clocks.supervision_reply @ 330113 自 2026-01-01\n"
    );
    assert_eq!(output.status.code(), Some(1));

    fs::write(&file, REPLY.replace("length = 10", "length = 12")).unwrap();
    let output = niangjia(&["definitions", "test", dir]).output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("应为 2025-10-16，实为 2025-10-20"),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(1));

    fs::write(&file, REPLY.replace("day_type = \"working\"\n", "")).unwrap();
    let output = niangjia(&["definitions", "check", dir]).output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .starts_with("clocks/reply.toml：按天计算的期限要写明 day_type")
    );
    assert_eq!(output.status.code(), Some(1));

    let output = niangjia(&["definitions", "check", "no-such-folder"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-folder"));
}

#[test]
fn next_years_calendar_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("2027.csv");
    fs::write(&table, "notice_year,date,name,kind\n2027,2027-01-01,元旦,off\n2027,2027-01-02,元旦,off\n2027,2027-01-03,元旦,off\n").unwrap();
    let args = [
        "definitions",
        "calendar",
        table.to_str().unwrap(),
        "--year",
        "2027",
        "--source",
        "国务院办公厅通知",
    ];
    let output = niangjia(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let own = folder.path().join("definitions/calendar");
    fs::create_dir_all(&own).unwrap();
    let test = "\n[[test]]\nfrom = 2026-12-31\ndays = 1\nkind = \"working\"\ndue = 2027-01-04\n";
    fs::write(
        own.join("2027.toml"),
        [output.stdout.as_slice(), test.as_bytes()].concat(),
    )
    .unwrap();
    let dir = folder.path().join("definitions");
    for verb in ["check", "test"] {
        let output = niangjia(&["definitions", verb, dir.to_str().unwrap()])
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{verb}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }

    // With the folder in force, the year is known.
    let question = [
        "deadline",
        "--from",
        "2026-12-31",
        "--days",
        "1",
        "--kind",
        "working",
    ];
    let known = niangjia(&question)
        .env("NIANGJIA_DEFINITIONS", &dir)
        .output()
        .unwrap();
    assert_eq!(answers(&known)[0]["provisional"], false);
    let unknown = niangjia(&question).output().unwrap();
    assert_eq!(answers(&unknown)[0]["provisional"], true);
    // A folder that does not hold together is not used in silence.
    fs::write(own.join("2028.toml"), "id = 1").unwrap();
    let broken = niangjia(&question)
        .arg("--definitions")
        .arg(&dir)
        .output()
        .unwrap();
    assert_eq!((broken.status.code(), broken.stdout.len()), (Some(2), 0));

    fs::write(&table, "2027,2027-01-32,元旦,off\n").unwrap();
    let output = niangjia(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("第1行：日期“2027-01-32”"));
}

#[test]
fn every_answer_has_the_promised_keys() {
    let output = niangjia(&["check", "uscc", "12345"]).output().unwrap();
    assert_eq!(
        answers(&output)[0],
        json!({"input": "12345", "valid": false, "reason": "统一社会信用代码应为18位，现为5位", "normalized": null, "code": "uscc.length"})
    );
}

#[test]
fn wages_answer_lines_and_options_with_their_clauses() {
    let lines = piped(
        &["wage", "overtime"],
        "6000,2,weekday\n6000,8,休息日\n6000,x,weekday\n".as_bytes(),
    );
    assert_eq!(lines.status.code(), Some(1), "one line was wrong");
    let said = answers(&lines);
    assert_eq!(said[0]["amount"], "103.45");
    assert_eq!(said[1]["amount"], "551.72");
    assert_eq!(said[2]["valid"], false);
    assert!(
        said[0]["steps"][0]["ground"]
            .as_str()
            .unwrap()
            .contains("第四十四条")
    );
    let one = niangjia(&[
        "wage",
        "deduction",
        "--wage",
        "2900",
        "--loss",
        "800",
        "--place",
        "330113",
        "--on",
        "2025-06-01",
    ])
    .output()
    .unwrap();
    assert_eq!(answers(&one)[0]["allowed"], "410.00");
    let moved = niangjia(&["wage", "payday", "--day", "2026-02-15"])
        .output()
        .unwrap();
    assert_eq!(answers(&moved)[0]["paid"], "2026-02-14");
}
