//! Keeping a district safe from the command line: doctor, backup, restore, keys, move; and what each says when it
//! cannot be done.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use store::testing::TestDb;

/// A folder with a small demo district in `a`.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let made = place.run(&[
            "demo",
            "--dir",
            "a",
            "--members",
            "300",
            "--employers",
            "30",
            "--months",
            "3",
            "--no-serve",
        ]);
        assert!(made.status.success(), "{}", text(&made));
        place
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_niangjia"))
            .args(args)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env_remove("NIANGJIA_DIR")
            .env_remove("NIANGJIA_KEYS")
            .env_remove("NIANGJIA_DEFINITIONS")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output));
        text(&output)
    }

    #[track_caller]
    fn refused(&self, args: &[&str], code: i32, because: &str) {
        let output = self.run(args);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{args:?}: {}",
            text(&output)
        );
        assert!(
            text(&output).contains(because),
            "{args:?}: {}",
            text(&output)
        );
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_is_restored_elsewhere_with_its_keys() {
    let place = Place::new();
    assert!(
        place
            .done(&["backup", "x.bak", "--dir", "a"])
            .contains("审计日志")
    );
    #[cfg(unix)]
    assert_eq!(
        mode(&place.path("x.bak")),
        0o600,
        "a backup holds names in clear"
    );
    place.refused(&["backup", "x.bak", "--dir", "a"], 2, "已存在");
    place.refused(&["restore", "x.bak", "--dir", "b"], 2, "--keys");
    place.done(&["restore", "x.bak", "--dir", "b", "--keys", "a.keys"]);
    place.refused(&["restore", "x.bak", "--dir", "b"], 2, "已存在");
    assert!(
        place
            .done(&["audit", "verify", "--dir", "b"])
            .contains("完整")
    );
    place.done(&["doctor", "--dir", "b"]);
    // The restored one can be backed up and says the same of its tables.
    place.done(&["backup", "y.bak", "--dir", "b"]);
    let tables = |file: &str| store::transfer::inspect(&place.path(file)).unwrap().tables;
    assert_eq!(tables("x.bak"), tables("y.bak"));
    // Other keys are refused before anything is written.
    place.done(&[
        "init",
        "--dir",
        "c",
        "--district",
        "330113",
        "--name",
        "临平区总工会",
    ]);
    std::fs::remove_dir_all(place.path("c")).unwrap();
    place.refused(&["restore", "x.bak", "--dir", "c"], 2, "密钥与备份时的不同");
    assert!(!place.path("c/data/niangjia.db").exists());
    // A damaged backup leaves nothing behind, so the sound one can be restored to the same place.
    let mut bytes = std::fs::read(place.path("x.bak")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(place.path("damaged.bak"), bytes).unwrap();
    let output = place.run(&["restore", "damaged.bak", "--dir", "d", "--keys", "a.keys"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(!place.path("d").exists() && !place.path("d.keys").exists());
    place.done(&["restore", "x.bak", "--dir", "d", "--keys", "a.keys"]);
}

#[test]
fn what_a_kill_left_half_made_is_not_opened_and_begun_anew() {
    let place = Place::new();
    place.done(&["backup", "x.bak", "--dir", "a"]);
    // What a kill between the first and the last step leaves: the note of what was made, and some of it.
    let cut_short = |dir: &str| {
        std::fs::create_dir_all(place.path(dir).join("data")).unwrap();
        std::fs::write(place.path(dir).join("data/niangjia.db.restoring"), "names").unwrap();
        std::fs::copy(place.path("a.keys"), place.path(&format!("{dir}.keys"))).unwrap();
        let inside = ["data", "anchors", "niangjia.toml", "unfinished.json"];
        let keys = place.path(&format!("{dir}.keys"));
        let places: Vec<PathBuf> = inside
            .iter()
            .map(|one| place.path(dir).join(one))
            .chain([keys])
            .collect();
        let made = serde_json::json!({ "places": places, "above": [] });
        std::fs::write(place.path(dir).join("unfinished.json"), made.to_string()).unwrap();
    };
    for dir in ["e", "f"] {
        cut_short(dir);
        place.refused(&["doctor", "--dir", dir], 1, "没有做完");
        place.refused(&["serve", "--dir", dir], 2, "再运行一次");
    }
    let again = ["restore", "x.bak", "--dir", "e", "--keys", "a.keys"];
    assert!(place.done(&again).contains("已恢复"));
    let district = ["--district", "330113", "--name", "临平区总工会"];
    assert!(
        place
            .done(&[&["init", "--dir", "f"][..], &district].concat())
            .contains("已在")
    );
    for dir in ["e", "f"] {
        assert!(!place.path(dir).join("unfinished.json").exists());
        place.done(&["doctor", "--dir", dir]);
    }
}

#[cfg(unix)]
#[test]
fn the_settings_are_for_their_owner_only() {
    let place = Place::new();
    assert_eq!(
        mode(&place.path("a/niangjia.toml")),
        0o600,
        "an address may hold a password"
    );
}

#[test]
fn a_backup_of_keys_that_are_gone_is_told_before_anybody_relies_on_it() {
    let place = Place::new();
    place.done(&["backup", "old.bak", "--dir", "a"]);
    place.done(&["keys", "rotate", "--dir", "a"]);
    place.done(&["keys", "retire", "--dir", "a"]);
    place.refused(
        &["restore", "old.bak", "--dir", "b", "--keys", "a.keys"],
        2,
        "1 号密钥",
    );
    assert!(!place.path("b").exists());
    assert!(
        place
            .done(&["doctor", "--dir", "a"])
            .contains("加密字段都能打开")
    );
}

#[test]
fn keys_are_rotated_and_retired() {
    let place = Place::new();
    // A refused row of a delivery is kept sealed, too.
    let bad = "统一社会信用代码,单位名称,月份,欠缴月数,欠缴金额\n,某单位,2026-01,-2,100\n";
    std::fs::write(place.path("bad.csv"), bad).unwrap();
    let import = [
        "import",
        "signals",
        "bad.csv",
        "--feed",
        "si_arrears",
        "--dir",
        "a",
    ];
    place.refused(&import, 1, "未导入 1 行");
    assert!(
        place
            .done(&["keys", "show", "--dir", "a"])
            .contains("现用 1 号")
    );
    assert!(
        place
            .done(&["keys", "rotate", "--dir", "a"])
            .contains("重新加密")
    );
    assert!(
        place
            .done(&["keys", "rotate", "--resume", "--dir", "a"])
            .contains("重新加密 0 个字段")
    );
    place.done(&["keys", "retire", "--dir", "a"]);
    let shown = place.done(&["keys", "show", "--dir", "a"]);
    assert!(shown.contains("2 号，现用 2 号"), "{shown}");
    #[cfg(unix)]
    assert_eq!(mode(&place.path("a.keys")), 0o600);
    place.done(&["audit", "verify", "--dir", "a"]);
}

#[test]
fn a_renewed_signing_key_leaves_old_proofs_and_backups_good() {
    let place = Place::new();
    place.done(&["backup", "before.bak", "--dir", "a"]);
    let renewed = place.done(&["keys", "rotate", "--sign", "--dir", "a"]);
    assert!(renewed.contains("2 号签名密钥"), "{renewed}");
    let shown = place.done(&["keys", "show", "--dir", "a"]);
    assert!(
        shown.contains("字段密钥 1 号") && shown.contains("签名密钥 2 把，现用 2 号"),
        "{shown}"
    );
    // Anchors that were signed before still hold, and so does a backup from before.
    place.done(&["audit", "verify", "--dir", "a"]);
    place.done(&["restore", "before.bak", "--dir", "b", "--keys", "a.keys"]);
    place.done(&["audit", "verify", "--dir", "b"]);
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let place = Place::new();
    let good = place.done(&["doctor", "--dir", "a", "--json"]);
    for line in good.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        // The district was made for a day gone by and nobody has served it since: that is told, and nothing else is.
        let unserved = finding["check"] == "任务" && line.contains("没有服务在办");
        let level = if unserved { "warning" } else { "good" };
        assert_eq!(finding["level"], level, "{line}");
    }
    place.refused(&["doctor", "--dir", "nowhere"], 1, "niangjia.toml");
    std::fs::rename(place.path("a.keys"), place.path("a/inside.keys")).unwrap();
    place.refused(&["doctor", "--dir", "a"], 1, "密钥");
    let toml = std::fs::read_to_string(place.path("a/niangjia.toml")).unwrap();
    std::fs::write(
        place.path("a/niangjia.toml"),
        toml.replace("../a.keys", "inside.keys"),
    )
    .unwrap();
    place.refused(&["doctor", "--dir", "a"], 1, "数据目录内");
}

#[test]
fn a_district_moves_to_postgresql() {
    let Some(target) = TestDb::postgres_empty() else {
        return;
    };
    let place = Place::new();
    place.refused(
        &["move", "--dir", "a", "--to", "sqlite:x.db"],
        2,
        "postgres://",
    );
    let moved = place.done(&["move", "--dir", "a", "--to", target.url()]);
    assert!(moved.contains("核对一致"), "{moved}");
    // From here on the folder works with PostgreSQL.
    let toml = std::fs::read_to_string(place.path("a/niangjia.toml")).unwrap();
    assert!(toml.contains(target.url()));
    place.done(&["audit", "verify", "--dir", "a"]);
    // And back into a file, from a backup.
    place.done(&["backup", "x.bak", "--dir", "a"]);
    place.done(&["restore", "x.bak", "--dir", "b", "--keys", "a.keys"]);
    place.done(&["doctor", "--dir", "b"]);
}
