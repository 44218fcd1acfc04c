//! `niangjia import` and `export` as processes: exit codes, the one JSON object, what stands where.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Place, run, run_ok};
use serde_json::Value;

fn write(place: &Place, name: &str, text: &str) -> PathBuf {
    let file = place.dir.join(name);
    fs::write(&file, text).unwrap();
    file
}

/// Runs an import with `--json`: exit code and the object.
fn import(place: &Place, kind: &str, file: &str, more: &[&str]) -> (i32, Value) {
    let mut args = vec!["import", kind, file, "--dir", place.text(), "--json"];
    args.extend(more);
    let output = run(&args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.lines().count(),
        1,
        "one object: {text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (
        output.status.code().unwrap(),
        serde_json::from_str(&text).unwrap(),
    )
}

const GOOD: &str =
    "姓名,证件号码,手机号\n张三,330113199003070018,13812341234\n李四,330113198511170280,\n";

#[test]
fn the_exit_code_says_how_it_went() {
    let place = Place::founded();
    let roll = write(&place, "名册.csv", GOOD);
    let roll = roll.to_str().unwrap();
    let (code, said) = import(
        &place,
        "members",
        roll,
        &["--org", "临平区总工会", "--dry-run"],
    );
    assert_eq!(
        (code, &said["new"], &said["dry_run"]),
        (0, &2.into(), &true.into())
    );
    let (code, done) = import(&place, "members", roll, &["--org", "临平区总工会"]);
    assert_eq!(
        (code, &done["rows"], &done["new"], &done["refused"]),
        (0, &2.into(), &2.into(), &0.into())
    );
    let (code, again) = import(&place, "members", roll, &["--org", "临平区总工会"]);
    assert_eq!(
        (code, &again["new"], &again["unchanged"]),
        (0, &0.into(), &2.into())
    );

    let mixed = write(
        &place,
        "错.csv",
        &format!("{GOOD}王五,330113199003070017,\n"),
    );
    let errors = place.dir.join("错误.xlsx");
    let more = [
        "--org",
        "临平区总工会",
        "--errors",
        errors.to_str().unwrap(),
    ];
    let (code, some) = import(&place, "members", mixed.to_str().unwrap(), &more);
    assert_eq!(
        (code, &some["refused"], &some["unchanged"]),
        (1, &1.into(), &2.into())
    );
    let row = &some["rows_refused"][0];
    assert_eq!(
        (&row["row"], &row["field"], &row["code"]),
        (&4.into(), &"证件号码".into(), &"id.check_digit".into())
    );
    assert!(
        !some.to_string().contains("330113199003070017"),
        "never a full number"
    );
    assert!(errors.is_file());

    let (code, refused) = import(
        &place,
        "members",
        write(&place, "x.xls", "<html><table>").to_str().unwrap(),
        &[],
    );
    assert_eq!(
        (code, &refused["error"]["code"]),
        (2, &"file.disguised".into())
    );
    let (code, refused) = import(&place, "members", roll, &[]);
    assert_eq!(
        (
            code,
            refused["error"]["message"]
                .as_str()
                .unwrap()
                .contains("--org")
        ),
        (2, true)
    );
    let (code, refused) = import(&place, "members", "/no/such/file.xlsx", &[]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (2, &"file.unreadable".into())
    );
    place.verified();
}

#[test]
fn headings_may_be_explained_in_a_file() {
    let place = Place::founded();
    let roll = write(
        &place,
        "a.csv",
        "甲,乙,姓名\n330113199003070018,13812341234,张三\n",
    );
    let map = write(
        &place,
        "map.toml",
        "\"甲\" = \"证件号码\"\n\"乙\" = \"phone\"\n",
    );
    let more = ["--org", "临平区总工会", "--map", map.to_str().unwrap()];
    // One known heading is not enough to find the row of headings by; the ones the person named are.
    let without = import(&place, "members", roll.to_str().unwrap(), &more[..2]);
    assert_eq!(
        (without.0, &without.1["error"]["code"]),
        (2, &"file.no_header".into())
    );
    let (code, done) = import(&place, "members", roll.to_str().unwrap(), &more);
    assert_eq!((code, &done["new"]), (0, &1.into()), "{done}");
    let roll = write(
        &place,
        "b.csv",
        "甲,手机号,姓名\n330113199003070018,13812341234,张三\n",
    );
    let map = write(&place, "map.json", "{\"甲\": \"id_number\"}");
    let more = ["--org", "临平区总工会", "--map", map.to_str().unwrap()];
    let (code, done) = import(&place, "members", roll.to_str().unwrap(), &more);
    assert_eq!((code, &done["unchanged"]), (0, &1.into()), "{done}");
}

#[test]
fn an_answer_in_json_is_always_one_object() {
    let place = Place::founded();
    let roll = write(&place, "a.csv", "姓名,证件号码\n张三,330113199003070018\n");
    let nowhere = ["--map", "/no/such/map.json"];
    let (code, said) = import(&place, "members", roll.to_str().unwrap(), &nowhere);
    assert_eq!((code, &said["error"]["code"]), (2, &"not_done".into()));
    let open = write(
        &place,
        "b.csv",
        "姓名,证件号码,备注\n张三,330113199003070018,\"开了口\n李四,330113199003070026,好\n",
    );
    let more = ["--org", "临平区总工会"];
    let (code, said) = import(&place, "members", open.to_str().unwrap(), &more);
    assert_eq!((code, &said["error"]["code"]), (2, &"file.quote".into()));
}

#[test]
fn what_is_exported_is_masked_marked_and_logged() {
    let place = Place::founded();
    let roll = write(&place, "名册.csv", GOOD);
    import(
        &place,
        "members",
        roll.to_str().unwrap(),
        &["--org", "临平区总工会"],
    );
    let out = place.dir.join("名单.csv");
    let said = run_ok(&[
        "export",
        "members",
        "--dir",
        place.text(),
        "--org",
        "临平区总工会",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(
        said.contains("导出 2 人") && said.contains("已脱敏"),
        "{said}"
    );
    let text = fs::read_to_string(&out).unwrap();
    assert!(
        text.contains("330113********0018") && !text.contains("330113199003070018"),
        "{text}"
    );
    assert!(text.contains("DC-") && text.lines().count() == 4);
    let excel = place.dir.join("名单.xlsx");
    run_ok(&[
        "export",
        "members",
        "--dir",
        place.text(),
        "--out",
        excel.to_str().unwrap(),
    ]);
    assert!(fs::read(&excel).unwrap().starts_with(b"PK"));
    let strange = run(&[
        "export",
        "members",
        "--dir",
        place.text(),
        "--org",
        "没有的工会",
        "--out",
        "x.csv",
    ]);
    assert_eq!(strange.status.code(), Some(2));
    place.verified();
}
