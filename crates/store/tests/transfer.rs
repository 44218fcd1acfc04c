//! Backup, restore, move, rotation: equal by digest or not at all.
#![cfg(test)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::MemberId;
use store::audit::verify::verify;
use store::testing::{TestDb, district, other_district, vault};
use store::transfer::{self, Manifest};
use store::{
    Actor, Audit, Db, RandomIds, StoreConfig, StoreError, Value, Vault, args, db_test, statements,
    values,
};
use uuid::Uuid;

statements! {
    ORG = "INSERT INTO org (district, id, parent_id, path, segment, next_child, level, kind, name, short_name, name_key, \
        state, legal_person, address, py_full, py_init, member_count, created_at, version, contact_sealed) \
        VALUES ($1, $2, $3, $4, '0001', 0, 1, 'town', $5, 'a', 'a', 'active', 'none', '', '', '', 0, 0, 1, $6)";
    MEMBER = "INSERT INTO member (district, id, org_id, org_path, name, name_key, py_full, py_init, sex, id_type, \
        id_sealed, id_index, migrant, new_form, difficult, model_worker, mutual_aid, real_name, status, joined_on, birth_on, \
        created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, 'a', 'a', 'a', 1, 'resident', $6, $7, $8, FALSE, \
        FALSE, FALSE, FALSE, TRUE, 'active', $9, NULL, 0, 0, 1)";
    NAMES = "SELECT id, name, id_sealed FROM member WHERE district = $1 ORDER BY id";
    RENAME = "UPDATE member SET name = $2 WHERE district = $1";
}

const MEMBERS: usize = 300;

/// Two districts with a little tree, members with awkward names and sealed numbers, audit, jobs, settings.
fn fill(test: &TestDb) {
    for here in [district(), other_district()] {
        let actor = Actor::system(here);
        test.db
            .write(&actor, |tx| {
                // The parent sorts behind its child on purpose: a copy must not depend on the order.
                let (child, root): (Uuid, Uuid) = (tx.new_id(), tx.new_id());
                // Not text, as the files that some sealed columns hold.
                let contact = Some(tx.vault().seal_bytes(
                    "org.contact_sealed",
                    &child.to_string(),
                    &[0xFF, 0xD8, 0x00, 0x80],
                ));
                tx.exec(
                    &ORG,
                    args![
                        here,
                        root,
                        None::<Uuid>,
                        "0001",
                        "区总工会",
                        None::<Vec<u8>>
                    ],
                )?;
                tx.exec(
                    &ORG,
                    args![here, child, Some(root), "00010001", "镇\t总\n工会", contact],
                )?;
                let ids: Vec<MemberId> = (0..MEMBERS).map(|_| tx.new_id()).collect();
                let rows: Vec<Vec<Value>> = ids
                    .iter()
                    .enumerate()
                    .map(|(n, id)| member(tx.vault(), here, child, *id, n))
                    .collect();
                tx.insert_many(&MEMBER, rows)?;
                tx.put_setting("a", &serde_json::json!({ "b": [1, "二"] }))?;
                tx.enqueue(store::NewJob::new("x.y", serde_json::json!(null)))?;
                tx.audit(Audit::of("members.imported", "batch", 1))
            })
            .unwrap();
    }
}

fn member(
    vault: &Vault,
    here: kernel::DistrictCode,
    org: Uuid,
    id: MemberId,
    n: usize,
) -> Vec<Value> {
    let name = ["王𠅤", "买买提·艾力", "a'b\"c\\d", "", " 空格 "][n % 5];
    let sealed = vault.seal("member.id_sealed", &id.to_string(), &format!("number {n}"));
    let joined = jiff::civil::date(1999, 1, 1)
        .checked_add(jiff::Span::new().days(n as i64))
        .unwrap();
    values![
        here,
        id,
        org,
        "00010001",
        name,
        sealed,
        vault.blind_index("id", &n.to_string()),
        n.is_multiple_of(2),
        joined
    ]
}

fn reopen(
    config: &StoreConfig,
    clock: Arc<kernel::FixedClock>,
) -> Result<(Db, Manifest), StoreError> {
    transfer::restore(
        Path::new(""),
        config,
        vault(),
        clock,
        Arc::new(RandomIds::default()),
    )
}

fn restore(test: &TestDb, file: &Path, url: String) -> Result<(Db, Manifest), StoreError> {
    restore_into(test, file, &StoreConfig::new(url))
}

fn restore_into(
    test: &TestDb,
    file: &Path,
    config: &StoreConfig,
) -> Result<(Db, Manifest), StoreError> {
    transfer::restore(
        file,
        config,
        vault(),
        test.clock.clone(),
        Arc::new(RandomIds::default()),
    )
}

fn sqlite_url(test: &TestDb, name: &str) -> String {
    format!("sqlite:{}", test.folder.path().join(name).display())
}

/// Everything a reader can see, opened.
fn content(db: &Db, here: kernel::DistrictCode) -> Vec<(MemberId, String, String)> {
    db.read(&Actor::system(here), |tx| {
        tx.all(&NAMES, args![here])?
            .iter()
            .map(|row| {
                let id: MemberId = row.get(0)?;
                let number = db.vault().open(
                    "member.id_sealed",
                    &id.to_string(),
                    row.bytes(2)?.unwrap_or_default(),
                )?;
                Ok::<_, StoreError>((id, row.get(1)?, number))
            })
            .collect()
    })
    .unwrap()
}

#[test]
fn a_backup_that_its_keys_do_not_open_is_not_restored() {
    let test = TestDb::sqlite();
    fill(&test);
    let file = test.folder.path().join("a.backup");
    test.db.backup(&file).unwrap();
    // The mark of the keys is the same; the key that the fields were sealed with was retired.
    let retired = format!(
        "index={} sign={} field.2={}",
        "1a".repeat(32),
        "2b".repeat(32),
        "4d".repeat(16)
    );
    let retired = Vault::from_text(&retired).unwrap();
    assert_eq!(retired.fingerprint(), vault().fingerprint());
    let config = StoreConfig::new(sqlite_url(&test, "restored.db"));
    let ids = Arc::new(RandomIds::default());
    let fault = transfer::restore(&file, &config, retired, test.clock.clone(), ids)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(fault.code(), "store.keys");
    assert!(fault.to_string().contains("1 号密钥"), "{fault}");
    assert!(!test.folder.path().join("restored.db").exists());
    restore(&test, &file, sqlite_url(&test, "restored.db")).unwrap();
}

db_test!(
    fn a_program_that_goes_on_serving_seals_under_the_key_of_the_moment(test) {
        fill(test);
        let path = test.folder.path().join("keys");
        let text = |keys: &str| format!("index={} sign={} {keys}", "1a".repeat(32), "2b".repeat(32));
        let (old, new) = (format!("field.1={}", "3c".repeat(16)), format!("field.2={}", "4d".repeat(16)));
        std::fs::write(&path, text(&old)).unwrap();
        let open = || Db::open(&test.config, Vault::from_file(&path).unwrap(), test.clock.clone(), Arc::new(RandomIds::default())).unwrap();
        let serving = open();
        let key = |db: &Db| {
            let sealed = db.write(&test.actor(), |tx| {
                tx.audit(Audit::of("a.b", "c", 1))?;
                Ok::<_, StoreError>(tx.vault().seal("org.contact_sealed", "1", "x"))
            });
            Vault::key_of(&sealed.unwrap())
        };
        assert_eq!(key(&serving), Some(1));
        // Rotated and retired by another process; the first thing this one does is to seal something.
        std::fs::write(&path, text(&format!("{old} {new}"))).unwrap();
        for here in [district(), other_district()] {
            transfer::rotate(&open(), here, |_| Ok(())).unwrap();
        }
        std::fs::write(&path, text(&new)).unwrap();
        assert_eq!(key(&serving), Some(2));
    }
);

db_test!(
    fn a_backup_is_restored_whole(test) {
        assert_eq!(ALL.len(), 4, "the statements of this test");
        fill(test);
        let file = test.folder.path().join("a.backup");
        let made = test.db.backup(&file).unwrap();
        assert_eq!(transfer::inspect(&file).unwrap(), made);
        assert_eq!(made.districts.len(), 2);
        assert!(made.rows() > 2 * MEMBERS as u64);
        // What happens afterwards is not in it.
        test.db.write(&test.actor(), |tx| {
            tx.exec(&RENAME, args![tx.district(), "改名"])?;
            tx.audit(Audit::of("member.renamed", "member", "all"))
        }).unwrap();
        let (restored, manifest) = restore(test, &file, sqlite_url(test, "restored.db")).unwrap();
        assert_eq!(manifest, made);
        assert_eq!(content(&restored, district()).len(), MEMBERS);
        assert!(content(&restored, district()).iter().all(|(_, name, _)| name != "改名"));
        assert_eq!(content(&restored, other_district()), content(&test.db, other_district()));
        let report = restored.read(&test.actor(), |tx| verify(tx, None)).unwrap();
        assert_eq!(report.fault, None);
        // And it goes on from there.
        restored.write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1))).unwrap();
        // A backup of the restored one has the same tables.
        assert!(test.db.backup(&file).is_err(), "a backup is never overwritten");
    }
);

#[test]
fn both_databases_make_the_same_backup() {
    let (lite, Some(pg)) = (TestDb::sqlite(), TestDb::postgres()) else {
        return;
    };
    fill(&lite);
    let file = lite.folder.path().join("a.backup");
    let made = lite.db.backup(&file).unwrap();
    // Into PostgreSQL (which holds other districts' names already: a fresh one is needed), and back.
    let refused = restore(&lite, &file, pg.url().to_owned());
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "the place is not empty"
    );
    // A kill in the middle of an earlier attempt left the unpacked copy in the program's own folder.
    let own = lite.folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("anchors.backup.restoring"), "half").unwrap();
    let empty = TestDb::postgres_empty().unwrap();
    let config = StoreConfig {
        anchor_file: Some(own.join("anchors.txt")),
        ..StoreConfig::new(empty.url().to_owned())
    };
    let (there, _) = restore_into(&lite, &file, &config).unwrap();
    assert_eq!(
        own.read_dir().unwrap().count(),
        0,
        "nothing is left of either"
    );
    assert_eq!(content(&there, district()), content(&lite.db, district()));
    let back = there.backup(&lite.folder.path().join("b.backup")).unwrap();
    assert_eq!(back.tables, made.tables);
    assert_eq!(back.districts, made.districts);
}

#[test]
fn a_backup_is_made_while_others_write() {
    let test = TestDb::sqlite();
    fill(&test);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                test.db
                    .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", written)))
                    .unwrap();
                written += 1;
            }
            written
        });
        for round in 0..5 {
            let file = test.folder.path().join(format!("{round}.backup"));
            test.db.backup(&file).unwrap();
            restore(&test, &file, sqlite_url(&test, &format!("{round}.db"))).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
    });
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let test = TestDb::sqlite();
    fill(&test);
    let file = test.folder.path().join("a.backup");
    test.db.backup(&file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let attempt = |bytes: &[u8]| {
        let damaged = test.folder.path().join("damaged.backup");
        std::fs::write(&damaged, bytes).unwrap();
        let result = restore(&test, &damaged, sqlite_url(&test, "restored.db"));
        let left: Vec<_> = std::fs::read_dir(test.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("restored"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
        result.map(|_| ()).unwrap_err()
    };
    for cut in [0, 10, 5_000, whole.len() / 2, whole.len() - 1] {
        assert_eq!(
            attempt(&whole[..cut]).code(),
            "store.mismatch",
            "cut to {cut}"
        );
    }
    for at in [100, 8_192, whole.len() / 2] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert_eq!(
            attempt(&altered).code(),
            "store.mismatch",
            "altered at {at}"
        );
    }
    // A manifest edited to say something else.
    let text = String::from_utf8_lossy(&whole[whole.len() - 200..]).into_owned();
    assert!(text.contains("niangjia-backup-2"));
    let rows = format!("\"rows\":{}", 2 * MEMBERS);
    let at = whole
        .windows(rows.len())
        .position(|w| w == rows.as_bytes())
        .unwrap();
    let mut edited = whole.clone();
    edited[at + rows.len() - 1] = b'1';
    assert_eq!(attempt(&edited).code(), "store.mismatch");
    // Made before the first release.
    let mut early = whole.clone();
    let at = whole.len() - "2 000000000000\n".len();
    early[at] = b'1';
    assert_eq!(attempt(&early).code(), "store.schema");
    // A name that would be SQL.
    let at = whole
        .windows(15)
        .position(|w| w == b"\"name\":\"member\"")
        .unwrap();
    let mut named = whole;
    named[at + 8..at + 14].copy_from_slice(b"mem;--");
    assert_eq!(attempt(&named).code(), "store.mismatch");
}

#[test]
fn a_tampered_chain_is_not_restored() {
    let test = TestDb::sqlite();
    fill(&test);
    test.tamper("UPDATE audit_log SET why = '改' WHERE district = '330113' AND seq = 2");
    let file = test.folder.path().join("a.backup");
    test.db.backup(&file).unwrap();
    let fault = restore(&test, &file, sqlite_url(&test, "restored.db"))
        .map(|_| ())
        .unwrap_err();
    assert!(fault.to_string().contains("第2条记录被改动"), "{fault}");
}

#[test]
fn restoring_needs_an_empty_place_and_the_same_keys() {
    let test = TestDb::sqlite();
    fill(&test);
    let file = test.folder.path().join("a.backup");
    test.db.backup(&file).unwrap();
    let taken = restore(&test, &file, test.url().to_owned())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(taken.code(), "store.refused");
    let other = Vault::from_text(&format!(
        "index={} sign={} field.1={}",
        "ff".repeat(32),
        "ee".repeat(32),
        "dd".repeat(16)
    ));
    let config = StoreConfig::new(sqlite_url(&test, "restored.db"));
    let result = transfer::restore(
        &file,
        &config,
        other.unwrap(),
        test.clock.clone(),
        Arc::new(RandomIds::default()),
    );
    assert!(
        result.map(|_| ()).unwrap_err().to_string().contains("密钥"),
        "other keys"
    );
    assert!(
        reopen(&config, test.clock.clone()).is_err(),
        "no file at all"
    );
}

#[test]
fn a_district_moves_and_is_proven_equal() {
    let Some(target) = TestDb::postgres_empty() else {
        return;
    };
    let test = TestDb::sqlite();
    fill(&test);
    let before = (
        content(&test.db, district()),
        content(&test.db, other_district()),
    );
    let report = test.db.move_to(target.url()).unwrap();
    assert_eq!((report.districts.len(), report.was_there), (2, false));
    assert!(report.rows > 2 * MEMBERS as u64);
    let there = target.reopened();
    assert_eq!(
        (
            content(&there, district()),
            content(&there, other_district())
        ),
        before
    );
    there
        .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1)))
        .unwrap();
    assert_eq!(
        there
            .read(&test.actor(), |tx| verify(tx, None))
            .unwrap()
            .fault,
        None
    );
    // The file stays as it was and is no longer written to, not even by a program that has it open.
    let refused = test
        .db
        .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1)));
    assert!(
        matches!(&refused, Err(StoreError::Refused(why)) if why.contains("迁移")),
        "{refused:?}"
    );
    assert_eq!(content(&test.db, district()), before.0);
}

#[test]
fn an_interrupted_move_is_finished_and_a_different_one_refused() {
    let Some(target) = TestDb::postgres_empty() else {
        return;
    };
    let test = TestDb::sqlite();
    fill(&test);
    test.db.move_to(target.url()).unwrap();
    // As if the program had died between the two commits: everything is there, the file does not know.
    test.tamper("PRAGMA user_version = 0");
    assert!(test.db.move_to(target.url()).unwrap().was_there);
    // As if it had died behind them, before the settings were written: the same command again.
    assert!(test.db.was_moved().unwrap());
    assert!(test.db.move_to(target.url()).unwrap().was_there);
    // But what was moved away is not copied to yet another place.
    let elsewhere = TestDb::postgres_empty().unwrap();
    let fault = test.db.move_to(elsewhere.url()).unwrap_err();
    assert!(fault.to_string().contains("早已迁走"), "{fault}");
    test.tamper("PRAGMA user_version = 0");
    // One character more on that side.
    target.tamper("UPDATE member SET name = name || 'x' WHERE district = '330112' AND id = (SELECT MIN(id::text)::uuid FROM member WHERE district = '330112')");
    let fault = test.db.move_to(target.url()).unwrap_err();
    assert!(
        matches!(&fault, StoreError::Mismatch(what) if what.contains("member")),
        "{fault:?}"
    );
    // Not switched: this side goes on.
    test.db
        .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1)))
        .unwrap();
}

db_test!(
    fn rotation_seals_everything_anew_and_can_be_interrupted(test) {
        fill(test);
        // A key file with the keys of the tests, and a second key in it.
        let path = test.folder.path().join("keys");
        let text = |keys: &str| format!("index={} sign={} field.1={} {keys}", "1a".repeat(32), "2b".repeat(32), "3c".repeat(16));
        std::fs::write(&path, text(&format!("field.2={}", "4d".repeat(16)))).unwrap();
        let clock = test.clock.clone();
        let db = Db::open(&test.config, Vault::from_file(&path).unwrap(), clock, Arc::new(RandomIds::default())).unwrap();
        let before = content(&db, district());
        // Stopped after the first chunk …
        let mut chunks = 0;
        let stopped = transfer::rotate(&db, district(), |_| {
            chunks += 1;
            if chunks == 2 { Err(StoreError::Refused("stop".into())) } else { Ok(()) }
        });
        assert!(stopped.is_err());
        // … and begun again: what is done is not done twice.
        let first = transfer::rotate(&db, district(), |_| Ok(())).unwrap();
        let second = transfer::rotate(&db, district(), |_| Ok(())).unwrap();
        assert!(first.rows >= MEMBERS as u64 && second.resealed == 0, "{first:?} {second:?}");
        transfer::rotate(&db, other_district(), |_| Ok(())).unwrap();
        // Without the old key everything still opens.
        let without = format!("index={} sign={} field.2={}", "1a".repeat(32), "2b".repeat(32), "4d".repeat(16));
        let clock = test.clock.clone();
        let config = StoreConfig { anchor_file: None, ..test.config.clone() };
        let db = Db::open(&config, Vault::from_text(&without).unwrap(), clock, Arc::new(RandomIds::default())).unwrap();
        assert_eq!(content(&db, district()), before);
        assert_eq!(content(&db, other_district()).len(), MEMBERS);
        // The old program has the old key only: it says so and changes nothing.
        let fault = transfer::rotate(&test.db, district(), |_| Ok(())).unwrap_err();
        assert_eq!(fault.code(), "store.sealed");
    }
);
