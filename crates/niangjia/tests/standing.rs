//! What the command line makes and what it must not make: a setup that fails leaves nothing, looking changes nothing,
//! a lost database is not replaced by an empty one, and a log that was tampered with is named.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::Path;

use common::{PASSWORD, Place, Postgres, niangjia, run, run_ok, texts};
use kernel::Instant;
use serde_json::Value;
use union::access::TotpSecret;

/// Exit code and everything that was said.
fn said(args: &[&str]) -> (i32, String) {
    let output = run(args);
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    (output.status.code().unwrap(), text.concat())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn tamper(place: &Place, sql: &str) {
    let connection = rusqlite::Connection::open(place.database()).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn a_setup_that_fails_leaves_nothing_and_the_next_one_works() {
    let place = Place::new();
    let above = place.dir.parent().unwrap();
    let deep = above.join("a/b/district");
    for dir in [place.text(), deep.to_str().unwrap()] {
        for (district, name) in [
            ("330113", "x"),
            ("999999", "临平区总工会"),
            ("33", "临平区总工会"),
        ] {
            let (code, text) =
                said(&["init", "--dir", dir, "--district", district, "--name", name]);
            assert_eq!(code, 2, "{text}");
            assert_eq!(names(above), Vec::<String>::new(), "{text}");
        }
    }
    // A key file of before stays: it is not this call's.
    fs::write(above.join("district.keys"), "k").unwrap();
    let (code, _) = said(&[
        "init",
        "--dir",
        place.text(),
        "--district",
        "330113",
        "--name",
        "临平区总工会",
    ]);
    assert_eq!((code, names(above)), (2, vec!["district.keys".to_owned()]));
    fs::remove_file(above.join("district.keys")).unwrap();
    place.found();
    let (code, text) = said(&["doctor", "--dir", place.text()]);
    assert_eq!(code, 0, "{text}");
}

/// Every table with the number of its rows.
fn rows(pg: &Postgres) -> Vec<(String, i64)> {
    let mut client = pg.admin_of_database();
    let tables = client
        .query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
            &[],
        )
        .unwrap();
    let mut count = |name: String| {
        let sql = format!("SELECT COUNT(*) FROM \"{name}\"");
        let rows: i64 = client.query_one(&sql, &[]).unwrap().get(0);
        (name, rows)
    };
    tables.iter().map(|row| count(row.get(0))).collect()
}

#[test]
fn a_setup_that_fails_leaves_no_rows_on_a_server_that_others_share() {
    let Some(pg) = Postgres::new() else { return };
    let init = |place: &Place, district: &str, name: &str| {
        let (dir, url) = (place.text(), pg.url.as_str());
        let at = ["init", "--dir", dir, "--url", url];
        said(&[&at[..], &["--district", district, "--name", name]].concat())
    };
    let first = Place::new();
    let (code, text) = init(&first, "330113", "临平区总工会");
    assert_eq!(code, 0, "{text}");
    let before = rows(&pg);
    assert!(
        before
            .iter()
            .any(|(table, rows)| table == "account" && *rows >= 3)
    );

    // The last step of the next district's setup fails.
    pg.admin_of_database()
        .batch_execute(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$; \
             CREATE TRIGGER disk_full BEFORE INSERT ON account FOR EACH ROW \
             WHEN (NEW.login = 'auditadmin') EXECUTE FUNCTION disk_full()",
        )
        .unwrap();
    let second = Place::new();
    let above = second.dir.parent().unwrap();
    let (code, text) = init(&second, "330110", "余杭区总工会");
    assert!(code == 2 && text.contains("auditadmin"), "{text}");
    assert_eq!(rows(&pg), before);
    assert_eq!(names(above), Vec::<String>::new(), "{text}");
    pg.admin_of_database()
        .batch_execute("DROP TRIGGER disk_full ON account")
        .unwrap();

    // A district that is open is not opened over.
    let (code, text) = init(&second, "330113", "临平区总工会");
    assert!(code == 2 && text.contains("已经开通"), "{text}");
    assert_eq!((rows(&pg), names(above)), (before, Vec::new()));
    let (code, text) = init(&second, "330110", "余杭区总工会");
    assert_eq!(code, 0, "{text}");
    for place in [&first, &second] {
        let (code, text) = said(&["audit", "verify", "--dir", place.text()]);
        assert_eq!(code, 0, "{text}");
    }
}

#[test]
fn a_lost_anchor_file_is_written_anew_from_a_whole_log_only() {
    let place = Place::demo("300", "30");
    let dir = ["--dir", place.text()];
    let anchors = || said(&[&["audit", "anchors"][..], &dir].concat());
    let verify = || said(&[&["audit", "verify"][..], &dir].concat());
    let entries = || {
        texts(
            &place.database(),
            "SELECT detail FROM audit_log WHERE action = 'audit.anchors_written'",
        )
    };
    let file = place.dir.join("anchors/anchors.txt");
    let whole = fs::read_to_string(&file).unwrap();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };

    // There, and whole.
    let (code, text) = anchors();
    assert!(code == 0 && text.contains("没有改动"), "{text}");
    // There, and lacking days: that must stay to be seen.
    let last = format!("{}\n", whole.lines().last().unwrap());
    fs::write(&file, &last).unwrap();
    let (code, text) = anchors();
    assert!(
        code == 1 && text.contains("缺少") && text.contains("移到别处"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), last);
    // Gone, but the log is not what it was.
    fs::remove_dir_all(place.dir.join("anchors")).unwrap();
    tamper(
        &place,
        "CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = 350; \
        UPDATE audit_log SET why = 'x' WHERE seq = 350",
    );
    let (code, text) = anchors();
    assert!(
        code == 1 && text.contains("第350条") && text.contains("没有写任何东西"),
        "{text}"
    );
    assert!(!file.exists());
    tamper(
        &place,
        "DELETE FROM audit_log WHERE seq = 350; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept",
    );
    // Nor is it written where a day is missing in the table too.
    tamper(
        &place,
        "CREATE TABLE kept AS SELECT * FROM audit_anchor; DELETE FROM audit_anchor WHERE seq > 9",
    );
    let (code, text) = anchors();
    assert!(
        code == 1 && text.contains("锚点表里缺少") && !file.exists(),
        "{text}"
    );
    tamper(
        &place,
        "DELETE FROM audit_anchor; INSERT INTO audit_anchor SELECT * FROM kept; DROP TABLE kept",
    );
    assert_eq!(
        entries(),
        Vec::<String>::new(),
        "what was refused left no entry"
    );

    // Gone, and the log holds together.
    let (code, text) = verify();
    assert!(code == 1 && text.contains("锚点文件不见了"), "{text}");
    let (code, text) = anchors();
    assert!(
        code == 0 && text.contains("anchors.txt") && text.contains("个锚点"),
        "{text}"
    );
    // The demo's clock stood in the past: the entry closed its last day, which is anchored as well.
    let lines = sorted(&fs::read_to_string(&file).unwrap());
    assert!(sorted(&whole).iter().all(|line| lines.contains(line)));
    assert!(lines.len() <= sorted(&whole).len() + 1, "{}", lines.len());
    let (code, text) = verify();
    assert!(code == 0 && text.contains("完整"), "{text}");
    assert_eq!(entries().len(), 1);
    let written = fs::read_to_string(&file).unwrap();
    let (code, text) = anchors();
    assert!(code == 0 && text.contains("没有改动"), "{text}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    assert_eq!(entries().len(), 1);
}

#[test]
fn a_database_that_is_not_there_is_not_replaced_by_an_empty_one() {
    let place = Place::new();
    place.found();
    fs::remove_dir_all(place.dir.join("data")).unwrap();
    let dir = ["--dir", place.text()];
    let (code, text) = said(&[&["doctor"][..], &dir].concat());
    assert!(
        code == 1 && text.contains("✗ 数据库") && text.contains("没有挂载"),
        "{text}"
    );
    let backup = place.dir.join("x.bak");
    for command in [
        vec!["backup", backup.to_str().unwrap()],
        vec!["alert", "list"],
        vec!["alert", "list", "--json"],
        vec!["account", "list"],
        vec!["audit", "verify"],
        vec!["serve", "--listen", "127.0.0.1:0"],
    ] {
        let (code, text) = said(&[&command[..], &dir].concat());
        assert!(
            code == 2 && text.contains("没有数据库文件"),
            "{command:?}: {text}"
        );
        assert_eq!(
            text.contains(r#"{"error":"#),
            command.contains(&"--json"),
            "{text}"
        );
    }
    // An empty file, or a whole database without this district, is as wrong.
    assert!(!place.dir.join("data").exists() && !backup.exists());
    fs::create_dir(place.dir.join("data")).unwrap();
    fs::write(place.database(), b"").unwrap();
    let (code, text) = said(&[&["serve", "--listen", "127.0.0.1:0"][..], &dir].concat());
    assert!(code == 2 && text.contains("没有娘家的数据表"), "{text}");
    assert_eq!(fs::metadata(place.database()).unwrap().len(), 0);
    let other = Place::new();
    other.found();
    let toml = fs::read_to_string(place.dir.join("niangjia.toml")).unwrap();
    let toml = toml
        .replace("330113", "330112")
        .replace("data/niangjia.db", other.database().to_str().unwrap());
    fs::write(place.dir.join("niangjia.toml"), toml).unwrap();
    let (code, text) = said(&[&["serve", "--listen", "127.0.0.1:0"][..], &dir].concat());
    assert!(code == 2 && text.contains("数据库里没有"), "{text}");
    let (code, text) = said(&[&["doctor"][..], &dir].concat());
    assert!(code == 1 && text.contains("✗ 区划"), "{text}");
}

#[test]
fn a_tampered_log_is_named_and_looking_mends_nothing() {
    let place = Place::demo("300", "30");
    let dir = ["--dir", place.text()];
    let verify = || said(&[&["audit", "verify"][..], &dir].concat());
    let doctor = || said(&[&["doctor"][..], &dir].concat());
    let (code, text) = verify();
    assert!(code == 0 && text.contains("完整"), "{text}");
    let file = place.dir.join("anchors/anchors.txt");
    let whole = fs::read_to_string(&file).unwrap();
    let last = whole.lines().last().unwrap();
    assert!(whole.lines().count() > 20, "{}", whole.lines().count());
    // Lines of the anchor file, and the file.
    fs::write(&file, format!("{last}\n")).unwrap();
    for (code, text) in [verify(), doctor(), verify()] {
        assert!(code == 1 && text.contains("锚点文件里缺少"), "{text}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{last}\n"));
    fs::remove_dir_all(place.dir.join("anchors")).unwrap();
    for (code, text) in [verify(), doctor(), verify()] {
        assert!(code == 1 && text.contains("锚点文件不见了"), "{text}");
    }
    assert!(!place.dir.join("anchors").exists());
    fs::create_dir(place.dir.join("anchors")).unwrap();
    fs::write(&file, &whole).unwrap();
    assert_eq!(verify().0, 0);
    // Rows of the anchor table.
    tamper(
        &place,
        "CREATE TABLE kept AS SELECT * FROM audit_anchor; DELETE FROM audit_anchor WHERE seq > 9",
    );
    let (code, text) = verify();
    assert!(code == 1 && text.contains("锚点表里没有"), "{text}");
    tamper(
        &place,
        "DELETE FROM audit_anchor; INSERT INTO audit_anchor SELECT * FROM kept; DROP TABLE kept",
    );
    assert_eq!(verify().0, 0);
    // Records of a district nobody opened.
    tamper(
        &place,
        "INSERT INTO audit_anchor VALUES ('330199', '2026-11-20', 1, x'00')",
    );
    let (code, text) = verify();
    assert!(code == 1 && text.contains("330199"), "{text}");
    assert!(doctor().1.contains("330199"));
    tamper(&place, "DELETE FROM audit_anchor WHERE district = '330199'");
    // What can no longer be read.
    for change in ["on_behalf = 'x'", "account_id = ''", "hash = x'00'"] {
        tamper(
            &place,
            "CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = 350",
        );
        // A BLOB column of a STRICT table takes no text; its bytes do as well.
        let change = change.replace("'x'", "x'78'").replace("= ''", "= x''");
        tamper(
            &place,
            &format!("UPDATE audit_log SET {change} WHERE seq = 350"),
        );
        let (code, text) = verify();
        assert!(
            code == 1 && text.contains("第350条记录被改动"),
            "{change}: {text}"
        );
        let (code, text) = doctor();
        assert!(
            code == 1 && text.contains("第350条记录被改动") && text.contains("任务"),
            "{text}"
        );
        assert!(!text.contains("::"), "{text}");
        tamper(
            &place,
            "DELETE FROM audit_log WHERE seq = 350; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept",
        );
    }
    // The schema.
    tamper(&place, "DROP INDEX membership_open");
    let (code, text) = doctor();
    assert!(
        code == 1 && text.contains("✗ 结构") && text.contains("membership_open"),
        "{text}"
    );
}

#[test]
fn a_backup_is_restored_to_an_empty_folder_only_and_brings_its_anchors() {
    let place = Place::demo("300", "30");
    let above = place.dir.parent().unwrap();
    let path = |name: &str| above.join(name).to_str().unwrap().to_owned();
    common::run_ok(&["backup", &path("x.bak"), "--dir", place.text()]);
    fs::create_dir(above.join("r")).unwrap();
    fs::write(above.join("r/foo"), "").unwrap();
    let (file, to, keys) = (path("x.bak"), path("r"), path("district.keys"));
    let restore = ["restore", &file, "--dir", &to, "--keys", &keys];
    let (code, text) = said(&restore);
    assert!(code == 2 && text.contains("不是空文件夹"), "{text}");
    assert_eq!(names(&above.join("r")), ["foo"]);
    assert!(!above.join("r.keys").exists());
    fs::remove_file(above.join("r/foo")).unwrap();
    let (code, text) = said(&restore);
    assert_eq!(code, 0, "{text}");
    let lines = |dir: &Path| fs::read_to_string(dir.join("anchors/anchors.txt")).unwrap();
    assert_eq!(lines(&above.join("r")), lines(&place.dir));
    let (code, text) = said(&["audit", "verify", "--dir", &to]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_list_of_refused_rows_that_cannot_be_written_is_told_before_or_apart() {
    let place = Place::demo("300", "30");
    let csv = place.dir.join("one.csv");
    fs::write(&csv, "姓名,证件号码,手机号\n张三,1,2\n").unwrap();
    let import = |errors: &str| {
        let from = ["import", "employers", csv.to_str().unwrap(), "--json"];
        said(&[&from[..], &["--dir", place.text(), "--errors", errors]].concat())
    };
    fs::write(&csv, "单位名称,统一社会信用代码\n某某建材有限公司,1\n").unwrap();
    let count = || -> i64 {
        let connection = rusqlite::Connection::open(place.database()).unwrap();
        connection
            .query_row("SELECT COUNT(*) FROM import_batch", [], |row| row.get(0))
            .unwrap()
    };
    let before = count();
    let (code, text) = import("/nonexist/e.xlsx");
    assert!(code == 2 && text.contains("没有导入"), "{text}");
    assert_eq!(count(), before);
    // A disk that is full only when it comes to writing.
    if cfg!(target_os = "linux") {
        let (code, text) = import("/dev/full");
        let line = text.lines().find(|line| line.starts_with('{')).unwrap();
        let report: Value = serde_json::from_str(line).unwrap();
        assert_eq!(code, 1, "{text}");
        assert!(
            report["errors_fault"].is_string() && report["rows"] == 1,
            "{report}"
        );
        assert_eq!(count(), before + 1);
    }
}

#[test]
fn a_refusal_is_an_object_too_when_one_is_asked_for() {
    let place = Place::new();
    place.found();
    for command in [
        ["alert", "explain", "QX-0000"],
        ["alert", "evaluate", "--month=2026-13"],
        ["alert", "evaluate", "--month=2999-01"],
    ] {
        let output = niangjia(&command)
            .args(["--json", "--dir", place.text()])
            .output()
            .unwrap();
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(object["error"]["message"].is_string(), "{object}");
    }
}

#[test]
fn a_definition_that_is_no_text_is_one_fault_among_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.toml"), b"title = \"\xd5\xc5\"\n").unwrap();
    fs::write(folder.path().join("two.toml"), "id = \"nothing\"\n").unwrap();
    let (code, text) = said(&["definitions", "check", folder.path().to_str().unwrap()]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("one.toml") && text.contains("UTF-8") && text.contains("two.toml"),
        "{text}"
    );
}

#[test]
fn the_demo_keeps_the_address_it_was_asked_for() {
    let place = Place::new();
    common::run_ok(&[
        "demo",
        "--dir",
        place.text(),
        "--members",
        "300",
        "--employers",
        "30",
        "--months",
        "3",
        "--listen",
        "127.0.0.1:8701",
        "--no-serve",
    ]);
    let toml = fs::read_to_string(place.dir.join("niangjia.toml")).unwrap();
    assert!(toml.contains("listen = \"127.0.0.1:8701\""), "{toml}");
}

#[test]
fn a_second_factor_is_taken_off_on_the_server_only_when_asked() {
    let place = Place::demo("300", "30");
    let server = place.serve_pages_only();
    let browser = server.browser();
    browser.sign_in("anquan");
    let page = browser
        .post("/me/totp", &[("totp_password", PASSWORD)])
        .body;
    let after = |mark: &str| {
        let rest = page.split_once(mark).unwrap().1;
        rest.split(['"', '<']).next().unwrap().to_owned()
    };
    let begun = "SELECT CAST(at AS TEXT) FROM audit_log WHERE action = 'account.totp_begun'";
    let begun = Instant::from_ms(texts(&place.database(), begun)[0].parse().unwrap());
    let secret = TotpSecret::from_base32(&after("<p class=\"num\">"), "anquan").unwrap();
    let pending = after("name=\"pending\" value=\"");
    let first = [
        ("pending", pending.as_str()),
        ("code", &secret.code_at(begun)),
    ];
    let done = browser.post("/me/totp/confirm", &first);
    assert_eq!(done.location, "/me?done=totp", "{}", done.body);

    // A new password alone leaves the factor as it is, and says how to take it off.
    let reset = |more: &[&str]| {
        let command = ["account", "reset-password", "anquan", "--dir", place.text()];
        let said = run_ok(&[&command[..], more].concat());
        let password = said.lines().next().unwrap().rsplit('：').next().unwrap();
        let enter = [("login", "anquan"), ("password", password)];
        (
            server.browser().post("/login", &enter).location,
            said.clone(),
        )
    };
    let (next, said) = reset(&[]);
    assert!(next.starts_with("/login/code"), "{next}");
    assert!(said.contains("--remove-second-factor"), "{said}");
    let (next, said) = reset(&["--remove-second-factor"]);
    assert!(!next.starts_with("/login") && !next.is_empty(), "{next}");
    assert!(said.contains("动态口令已解除"), "{said}");
    let taken = "SELECT actor || '|' || why FROM audit_log WHERE action = 'account.totp_off'";
    assert_eq!(
        texts(&place.database(), taken),
        ["命令行|命令行：在服务器上解除"]
    );
    // The old password opens nothing any more.
    let old = [("login", "anquan"), ("password", PASSWORD)];
    assert_ne!(server.browser().post("/login", &old).status, 303);
}
