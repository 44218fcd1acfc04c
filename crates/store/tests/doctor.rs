//! The doctor finds what is wrong, and only that.
#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use store::doctor::{Finding, Level, database, disk, keys};
use store::testing::TestDb;
use store::vault::KeyFile;
use store::{Backend, Db, NewJob, RandomIds, StoreConfig, StoreError, db_test};

fn bad(findings: &[Finding]) -> Vec<&'static str> {
    findings
        .iter()
        .filter(|finding| finding.level == Level::Bad)
        .map(|finding| finding.check)
        .collect()
}

db_test!(
    fn a_healthy_database_is_good(test) {
        let findings = database(&test.db).unwrap();
        // The throw-away server of the tests does not flush, and the doctor says so.
        let expected: &[&str] = if test.backend() == Backend::Postgres { &["服务器"] } else { &[] };
        let unflushed = findings.iter().any(|finding| finding.message.contains("fsync"));
        assert_eq!(bad(&findings), if unflushed { expected } else { &[] }, "{findings:?}");
        for check in ["结构", "时钟", "审计", "任务"] {
            assert!(findings.iter().any(|finding| finding.check == check), "{check}");
        }
    }
);

db_test!(
    fn a_clock_set_back_and_a_broken_chain_are_bad(test) {
        test.clock.set(test.db.clock().now().minus(Duration::from_secs(60)));
        assert!(bad(&database(&test.db).unwrap()).contains(&"时钟"));
        test.tamper("UPDATE audit_log SET actor = 'x' WHERE district = '330112'");
        let findings = database(&test.db).unwrap();
        let chain = findings.iter().find(|finding| finding.check == "审计" && finding.level == Level::Bad).unwrap();
        assert!(chain.message.contains("临安区") && chain.message.contains("第1条"), "{}", chain.message);
    }
);

db_test!(
    fn work_that_waits_is_told_from_work_that_is_stuck(test) {
        let queue = || database(&test.db).unwrap().into_iter().find(|finding| finding.check == "任务" && !finding.message.contains("临安")).unwrap();
        let enqueue = |kind: &'static str| {
            test.db.housekeep(&test.actor(), |tx| tx.enqueue(NewJob::new(kind, serde_json::Value::Null)).map(drop)).unwrap();
        };
        enqueue("test.one");
        assert_eq!((queue().level, queue().message.contains("1项待办")), (Level::Good, true), "{:?}", queue());
        test.clock.advance(Duration::from_secs(2 * 3_600));
        assert_eq!(queue().level, Level::Good);
        assert!(queue().message.contains("服务启动后自动补办"), "{:?}", queue());
        enqueue("test.other");
        // Two hours later the younger one is done and the older one still waits: that is no stopped program.
        test.tamper("UPDATE job SET state = 'done', finished_at = run_at WHERE kind = 'test.other'");
        assert_eq!(queue().level, Level::Warning);
        assert!(queue().message.contains("照常办完"), "{:?}", queue());
        test.tamper("UPDATE job SET finished_at = run_at - 7200000 WHERE kind = 'test.other'");
        test.clock.advance(Duration::from_secs(30 * 3_600));
        assert_eq!(queue().level, Level::Warning);
        assert!(queue().message.contains("确认服务在运行"), "{:?}", queue());
    }
);

#[test]
fn a_schema_that_was_changed_is_bad_and_says_where() {
    for (sql, said) in [
        ("DROP INDEX membership_open", "membership_open"),
        ("ALTER TABLE member ADD COLUMN extra TEXT", "member.extra"),
        ("CREATE TABLE foreign_thing (a TEXT)", "foreign_thing"),
        (
            "CREATE TRIGGER quiet AFTER INSERT ON audit_log BEGIN SELECT 1; END",
            "quiet",
        ),
        ("DROP TABLE saved_filter", "saved_filter"),
    ] {
        let test = TestDb::sqlite();
        test.tamper(sql);
        let findings = database(&test.db).unwrap();
        let structure = findings
            .iter()
            .find(|finding| finding.check == "结构")
            .unwrap();
        assert_eq!(structure.level, Level::Bad, "{sql}");
        assert!(
            structure.message.contains(said),
            "{sql}: {}",
            structure.message
        );
    }
    // A plain index is away during a large load: no more than a remark.
    let test = TestDb::sqlite();
    test.tamper("DROP INDEX audit_log_at");
    let findings = database(&test.db).unwrap();
    assert_eq!(bad(&findings), Vec::<&str>::new());
    assert!(findings[0].message.contains("audit_log_at"), "{findings:?}");
}

#[test]
fn a_changed_postgresql_schema_is_bad_and_says_where() {
    for (sql, said) in [
        ("DROP INDEX membership_open", "membership_open"),
        ("ALTER TABLE member ADD COLUMN extra TEXT", "member.extra"),
    ] {
        let Some(test) = TestDb::postgres() else {
            return;
        };
        let of = |findings: Vec<Finding>| {
            findings
                .into_iter()
                .find(|finding| finding.check == "结构")
                .unwrap()
        };
        assert_eq!(of(database(&test.db).unwrap()).level, Level::Good);
        test.tamper(sql);
        let structure = of(database(&test.db).unwrap());
        assert_eq!(structure.level, Level::Bad, "{sql}");
        assert!(structure.message.contains(said), "{}", structure.message);
    }
}

#[test]
fn one_check_that_cannot_be_made_does_not_keep_the_others() {
    let test = TestDb::sqlite();
    test.tamper("UPDATE audit_head SET hash = x'00' WHERE district = '330112'; DROP TABLE job");
    let findings = database(&test.db).unwrap();
    let of = |check: &str| findings.iter().filter(|f| f.check == check).count();
    assert_eq!((of("时钟"), of("审计"), of("任务")), (2, 2, 2));
    assert!(bad(&findings).contains(&"任务") && bad(&findings).contains(&"审计"));
}

#[test]
fn looking_at_what_is_not_there_makes_nothing() {
    let test = TestDb::sqlite();
    let file = test.folder.path().join("other.db");
    let config = StoreConfig::new(format!("sqlite:{}", file.display()));
    let ids = || Arc::new(RandomIds::default());
    let vault = store::testing::vault;
    for open in [Db::open_existing, Db::open_as_it_is] {
        let fault = open(&config, vault(), test.clock.clone(), ids()).unwrap_err();
        assert!(matches!(fault, StoreError::Refused(_)), "{fault}");
        assert!(!file.exists());
        // An empty file, or somebody else's database, is not ours either.
        std::fs::write(&file, b"").unwrap();
        let fault = open(&config, vault(), test.clock.clone(), ids()).unwrap_err();
        assert!(matches!(fault, StoreError::Schema(_)), "{fault}");
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 0);
        std::fs::remove_file(&file).unwrap();
    }
    // A step not taken yet is told and not taken.
    test.tamper("DELETE FROM schema_migration WHERE version = 31");
    let fault = Db::open_as_it_is(&test.config, vault(), test.clock.clone(), ids()).unwrap_err();
    assert!(fault.to_string().contains("还有1步没有升级"), "{fault}");
}

#[test]
fn a_dangling_reference_is_bad() {
    let test = TestDb::sqlite();
    test.tamper("PRAGMA foreign_keys = OFF; INSERT INTO setting (district, name, value) VALUES ('999999', 'a', '1')");
    assert_eq!(bad(&database(&test.db).unwrap()), ["引用"]);
}

#[test]
fn keys_must_be_private_and_elsewhere() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let outside = place.path().join("data.keys");
    assert_eq!(bad(&keys(&outside, &data)), ["密钥"], "there are none");
    KeyFile::create(&outside).unwrap();
    assert_eq!(bad(&keys(&outside, &data)), Vec::<&str>::new());
    let inside = data.join("keys");
    std::fs::copy(&outside, &inside).unwrap();
    assert!(
        keys(&inside, &data)
            .iter()
            .any(|finding| finding.message.contains("数据目录内"))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&outside, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            keys(&outside, &data)
                .iter()
                .any(|finding| finding.message.contains("chmod 600"))
        );
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_bad() {
    let test = TestDb::sqlite();
    let findings = disk(test.folder.path(), test.db.file());
    assert!(
        findings.iter().all(|finding| finding.level != Level::Bad),
        "{findings:?}"
    );
    assert!(findings[0].message.contains("MB"));
    assert_eq!(
        bad(&disk(&test.folder.path().join("nowhere"), None)),
        ["磁盘"]
    );
}
