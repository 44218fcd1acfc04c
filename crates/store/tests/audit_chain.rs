//! The sealed chain: what tampering is noticed, and which record is named.
#![cfg(test)]

use std::time::Duration;

use store::audit::anchor;
use store::audit::verify::{Fault, Report, verify};
use store::testing::{TestDb, district};
use store::{Audit, Backend, StoreError, Tx, args, db_test};

/// Ten entries after the one that opened the district: records 1 to 11.
fn ten(test: &TestDb) {
    let entry = |tx: &mut Tx, n: i64| {
        tx.audit(
            Audit::of("member.joined", "member", n)
                .why("入会")
                .detail(serde_json::json!({ "n": n })),
        )
    };
    test.db
        .write(&test.actor(), |tx| (0..5).try_for_each(|n| entry(tx, n)))
        .unwrap();
    for n in 5..10 {
        test.db.write(&test.actor(), |tx| entry(tx, n)).unwrap();
    }
}

fn check(test: &TestDb) -> Report {
    let file = anchor::read_file(test.db.anchor_file().unwrap(), test.db.vault()).unwrap();
    test.db
        .read(&test.actor(), |tx| verify(tx, Some(&file)))
        .unwrap()
}

fn fault(test: &TestDb) -> Option<Fault> {
    check(test).fault
}

/// A byte string literal of zeros in this database's SQL.
fn zeros(test: &TestDb) -> String {
    match test.backend() {
        Backend::Sqlite => format!("x'{}'", "00".repeat(32)),
        Backend::Postgres => format!("'\\x{}'::bytea", "00".repeat(32)),
    }
}

const HERE: &str = "district = '330113'";

db_test!(
    fn an_untouched_chain_is_whole(test) {
        ten(test);
        let report = check(test);
        assert_eq!((report.records, report.fault), (11, None));
        assert_eq!(report.district, district());
    }
);

db_test!(
    fn an_altered_record_is_named(test) {
        ten(test);
        // The last one changes nothing (it is NULL already): the check itself must not cry wolf.
        let edits = [("why", "''"), ("actor", "'别人'"), ("at", "at + 1"), ("detail", "'{}'"), ("on_behalf", "NULL")];
        for (column, value) in edits {
            let kept = format!("CREATE TABLE kept AS SELECT * FROM audit_log WHERE {HERE} AND seq = 4");
            test.tamper(&kept);
            test.tamper(&format!("UPDATE audit_log SET {column} = {value} WHERE {HERE} AND seq = 4"));
            let expected = (column != "on_behalf").then_some(Fault::Altered { seq: 4 });
            let report = check(test);
            let whole = if expected.is_some() { 3 } else { 11 };
            assert_eq!((report.records, report.fault), (whole, expected), "{column}");
            test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq = 4; \
                INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept"));
            assert_eq!(fault(test), None);
        }
    }
);

db_test!(
    fn a_missing_record_is_named(test) {
        ten(test);
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq = 6"));
        let report = check(test);
        assert_eq!((report.records, report.fault), (5, Some(Fault::Missing { first: 6, last: 6 })));
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq IN (7, 8)"));
        let report = check(test);
        assert_eq!((report.records, &report.fault), (5, &Some(Fault::Missing { first: 6, last: 8 })));
        assert_eq!(report.fault.unwrap().to_string(), "第6条到第8条记录（共3条）缺失");
    }
);

db_test!(
    fn a_gap_closed_by_renumbering_is_named(test) {
        ten(test);
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq = 6"));
        for seq in 7..=11 {
            test.tamper(&format!("UPDATE audit_log SET seq = {} WHERE {HERE} AND seq = {seq}", seq - 1));
        }
        assert_eq!(fault(test), Some(Fault::Missing { first: 6, last: 6 }));
        // Two more.
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq IN (6, 7)"));
        for seq in 8..=10 {
            test.tamper(&format!("UPDATE audit_log SET seq = {} WHERE {HERE} AND seq = {seq}", seq - 2));
        }
        let report = check(test);
        assert_eq!((report.records, report.fault), (5, Some(Fault::Missing { first: 6, last: 8 })));
    }
);

db_test!(
    fn a_cut_tail_is_named_even_when_the_head_is_forged(test) {
        ten(test);
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq > 9"));
        let report = check(test);
        assert_eq!((report.records, &report.fault), (9, &Some(Fault::Cut { first: 10, last: 11 })));
        assert_eq!(report.fault.unwrap().to_string(), "日志的末尾被截去：第10条到第11条记录（共2条）缺失");
        test.clock.advance(Duration::from_secs(86_400));
        // Nothing anchored yet: a forged head hides the cut …
        test.tamper(&format!("UPDATE audit_head SET seq = 9, hash = (SELECT hash FROM audit_log WHERE {HERE} AND seq = 9) WHERE {HERE}"));
        assert_eq!(fault(test), None);
        // … but not from the day's anchor.
        test.db.anchor(district()).unwrap();
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq > 8; \
            UPDATE audit_head SET seq = 8, hash = (SELECT hash FROM audit_log WHERE {HERE} AND seq = 8) WHERE {HERE}"));
        assert_eq!(fault(test), Some(Fault::Cut { first: 9, last: 9 }));
    }
);

db_test!(
    fn an_inserted_record_is_named(test) {
        ten(test);
        // Behind the end.
        let columns = "at, account_id, post_id, actor, on_behalf, action, subject_kind, subject_id, org_path, why, detail";
        test.tamper(&format!("INSERT INTO audit_log (district, seq, {columns}, prev, hash) \
            SELECT district, 12, {columns}, prev, hash FROM audit_log WHERE {HERE} AND seq = 11"));
        let report = check(test);
        assert_eq!((report.records, report.fault), (11, Some(Fault::Inserted { first: 12, last: 12 })));
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq = 12"));
        // Before the beginning.
        test.tamper(&format!("INSERT INTO audit_log (district, seq, {columns}, prev, hash) \
            SELECT district, 0, {columns}, prev, hash FROM audit_log WHERE {HERE} AND seq = 1"));
        assert_eq!(fault(test), Some(Fault::Inserted { first: 0, last: 0 }));
        test.tamper(&format!("DELETE FROM audit_log WHERE {HERE} AND seq = 0"));
        // Two copies in the middle, the rest numbered anew: neither the one before nor the one behind is blamed.
        for seq in (5..=11).rev() {
            test.tamper(&format!("UPDATE audit_log SET seq = {} WHERE {HERE} AND seq = {seq}", seq + 2));
        }
        for (from, to) in [(4, 5), (2, 6)] {
            test.tamper(&format!("INSERT INTO audit_log (district, seq, {columns}, prev, hash) \
                SELECT district, {to}, {columns}, prev, hash FROM audit_log WHERE {HERE} AND seq = {from}"));
        }
        let report = check(test);
        assert_eq!((report.records, &report.fault), (4, &Some(Fault::Inserted { first: 5, last: 6 })));
        assert_eq!(report.fault.unwrap().to_string(), "第5条到第6条记录（共2条）是插入的，不是程序写下的");
    }
);

/// Altered and sealed anew, alone: the record behind it was sealed behind another.
#[test]
fn a_record_sealed_anew_is_named() {
    let test = TestDb::sqlite();
    ten(&test);
    let connection = rusqlite::Connection::open(test.db.file().unwrap()).unwrap();
    for seq in [6, 11] {
        let (mut record, prev) = record_at(&connection, seq);
        record.why = "改写".into();
        let seal = record.seal(&prev);
        let sql =
            "UPDATE audit_log SET why = '改写', hash = ?2 WHERE district = '330113' AND seq = ?1";
        let was: Vec<u8> = connection
            .query_row(
                "SELECT hash FROM audit_log WHERE district = '330113' AND seq = ?1",
                [seq],
                |row| row.get(0),
            )
            .unwrap();
        connection
            .execute(sql, rusqlite::params![seq, seal.as_slice()])
            .unwrap();
        let expected = match seq {
            11 => Fault::HeadDiffers { seq },
            _ => Fault::Resealed { seq },
        };
        let report = check(&test);
        assert_eq!((report.records, report.fault), (seq - 1, Some(expected)));
        let back =
            "UPDATE audit_log SET why = '入会', hash = ?2 WHERE district = '330113' AND seq = ?1";
        connection
            .execute(back, rusqlite::params![seq, was])
            .unwrap();
        assert_eq!(fault(&test), None);
    }
}

/// A record slipped into the middle, well sealed, the rest renumbered but not sealed anew.
#[test]
fn a_well_sealed_insertion_is_named() {
    let test = TestDb::sqlite();
    ten(&test);
    let connection = rusqlite::Connection::open(test.db.file().unwrap()).unwrap();
    for seq in (5..=11).rev() {
        connection
            .execute(
                "UPDATE audit_log SET seq = ?1 WHERE district = '330113' AND seq = ?2",
                (seq + 1, seq),
            )
            .unwrap();
    }
    let (mut record, prev) = record_at(&connection, 4);
    record.seq = 5;
    record.why = "伪造".into();
    let prev_hash: Vec<u8> = connection
        .query_row(
            "SELECT hash FROM audit_log WHERE district = '330113' AND seq = 4",
            [],
            |r| r.get(0),
        )
        .unwrap();
    let prev_hash: [u8; 32] = prev_hash.try_into().unwrap();
    assert_ne!(prev, prev_hash);
    let seal = record.seal(&prev_hash);
    connection
        .execute(
            "INSERT INTO audit_log (district, seq, at, actor, action, subject_kind, subject_id, org_path, why, detail, prev, hash) \
             VALUES (?1, 5, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            rusqlite::params![
                record.district, record.at, record.actor, record.action, record.subject_kind, record.subject_id,
                record.org_path, record.why, record.detail, prev_hash.as_slice(), seal.as_slice()
            ],
        )
        .unwrap();
    let report = check(&test);
    assert_eq!(
        (report.records, report.fault),
        (4, Some(Fault::Inserted { first: 5, last: 5 }))
    );
}

fn record_at(
    connection: &rusqlite::Connection,
    seq: i64,
) -> (store::audit::chain::Record, [u8; 32]) {
    let sql = "SELECT district, seq, at, actor, action, subject_kind, subject_id, org_path, why, detail, prev \
               FROM audit_log WHERE district = '330113' AND seq = ?1";
    connection
        .query_row(sql, [seq], |r| {
            let prev: Vec<u8> = r.get(10)?;
            Ok((
                store::audit::chain::Record {
                    district: r.get(0)?,
                    seq: r.get(1)?,
                    at: r.get(2)?,
                    account: None,
                    post: None,
                    actor: r.get(3)?,
                    on_behalf: None,
                    action: r.get(4)?,
                    subject_kind: r.get(5)?,
                    subject_id: r.get(6)?,
                    org_path: r.get(7)?,
                    why: r.get(8)?,
                    detail: r.get(9)?,
                },
                prev.try_into().unwrap(),
            ))
        })
        .unwrap()
}

/// Somebody with the whole table in hand seals every record anew from the third on, and moves the head.
#[test]
fn a_rewritten_past_is_caught_by_the_anchors() {
    let test = TestDb::sqlite();
    ten(&test);
    test.clock.advance(Duration::from_secs(86_400));
    test.db
        .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1)))
        .unwrap();
    assert_eq!(fault(&test), None);
    let connection = rusqlite::Connection::open(test.db.file().unwrap()).unwrap();
    let mut hash = record_at(&connection, 3).1;
    for seq in 3..=12 {
        let (mut record, _) = record_at(&connection, seq);
        if seq == 3 {
            record.why = "改写".into();
        }
        let prev = hash;
        hash = record.seal(&prev);
        connection
            .execute(
                "UPDATE audit_log SET why = ?2, prev = ?3, hash = ?4 WHERE district = '330113' AND seq = ?1",
                rusqlite::params![seq, record.why, prev.as_slice(), hash.as_slice()],
            )
            .unwrap();
    }
    connection
        .execute(
            "UPDATE audit_head SET hash = ?1 WHERE district = '330113'",
            [hash.as_slice()],
        )
        .unwrap();
    let day = jiff::civil::date(2026, 11, 20);
    assert_eq!(
        fault(&test),
        Some(Fault::Rewritten {
            day,
            seq: 11,
            sure: 0
        })
    );
    // Rewriting the anchor row as well leaves the signed file.
    connection.execute("DELETE FROM audit_anchor", []).unwrap();
    assert_eq!(
        fault(&test),
        Some(Fault::Rewritten {
            day,
            seq: 11,
            sure: 0
        })
    );
    // And a line that was edited is no longer signed.
    let path = test.db.anchor_file().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, text.replace(" 11 ", " 10 ")).unwrap();
    assert_eq!(fault(&test), Some(Fault::AnchorLine { line: 1 }));
}

db_test!(
    fn each_day_with_changes_is_anchored_once(test) {
        ten(test);
        for _ in 0..3 {
            test.clock.advance(Duration::from_secs(86_400));
            test.db.write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1))).unwrap();
            test.db.anchor(district()).unwrap();
            test.db.write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 2))).unwrap();
        }
        let rows = test.db.read(&test.actor(), |tx| tx.all(&anchor::LIST, args![tx.district()])).unwrap();
        let rows: Vec<_> = rows.iter().map(|row| anchor::Anchor::read(row).unwrap()).collect();
        assert_eq!(rows.iter().map(|anchor| anchor.seq).collect::<Vec<_>>(), [11, 13, 15]);
        let path = test.db.anchor_file().unwrap();
        let file = anchor::read_file(path, test.db.vault()).unwrap();
        assert_eq!(file.anchors, rows);
        assert_eq!(check(test).fault, None);
    }
);

/// Three anchored days, the log going on on a fourth.
fn three_days(test: &TestDb) {
    ten(test);
    for n in 0..3 {
        test.clock.advance(Duration::from_secs(86_400));
        test.db
            .write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", n)))
            .unwrap();
    }
}

fn file_lines(test: &TestDb) -> Vec<String> {
    let text = std::fs::read_to_string(test.db.anchor_file().unwrap()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn day(day: i8) -> kernel::Date {
    jiff::civil::date(2026, 11, day)
}

db_test!(
    fn a_line_nobody_signed_keeps_no_day_from_the_file(test) {
        three_days(test);
        let path = test.db.anchor_file().unwrap();
        let lines = file_lines(test);
        // The last day was not written, and somebody states it and a later one without a signature.
        let forged = |from: &str, to: &str| lines[2].replace(from, to).replace(" 13 ", " 12 ");
        let text = format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], forged("", ""), forged("2026-11-22", "2027-01-01"));
        std::fs::write(path, text).unwrap();
        test.reopened().catch_up_anchors().unwrap();
        let after = file_lines(test);
        assert_eq!((after.len(), after.last()), (5, lines.last()), "{after:?}");
    }
);

db_test!(
    fn anchors_that_are_gone_are_named_and_stay_gone(test) {
        three_days(test);
        let path = test.db.anchor_file().unwrap();
        let lines = file_lines(test);
        assert_eq!((lines.len(), test.db.verify_log(district()).unwrap().fault), (3, None));
        // All lines but the last.
        std::fs::write(path, format!("{}\n", lines[2])).unwrap();
        let gone = Some(Fault::NotInFile { day: day(20), days: 2 });
        assert_eq!(test.db.verify_log(district()).unwrap().fault, gone);
        // Neither looking, nor opening, nor the server's start fills the gap.
        let again = test.reopened();
        again.catch_up_anchors().unwrap();
        assert_eq!(again.verify_log(district()).unwrap().fault, gone);
        assert_eq!(file_lines(test).len(), 1);
        // The whole file.
        std::fs::remove_file(path).unwrap();
        again.catch_up_anchors().unwrap();
        assert_eq!(again.verify_log(district()).unwrap().fault, Some(Fault::NoAnchorFile { days: 3 }));
        assert!(!path.exists());
        // The next day is appended all the same, and what came before is still missing.
        test.clock.advance(Duration::from_secs(86_400));
        test.db.anchor(district()).unwrap();
        assert_eq!(file_lines(test).len(), 1);
        assert_eq!(fault(test), Some(Fault::NotInFile { day: day(20), days: 3 }));
        assert_eq!(again.write_all_anchors().unwrap(), 3);
        assert_eq!(fault(test), None);
    }
);

db_test!(
    fn a_day_that_a_crash_kept_from_the_file_is_caught_up(test) {
        three_days(test);
        let lines = file_lines(test);
        std::fs::write(test.db.anchor_file().unwrap(), format!("{}\n{}\n", lines[0], lines[1])).unwrap();
        assert_eq!(fault(test), Some(Fault::NotInFile { day: day(22), days: 1 }));
        test.db.catch_up_anchors().unwrap();
        assert_eq!((file_lines(test), fault(test)), (lines, None));
    }
);

db_test!(
    fn rows_of_the_anchor_table_that_are_gone_are_named(test) {
        three_days(test);
        test.tamper(&format!("DELETE FROM audit_anchor WHERE {HERE} AND day = '2026-11-21'"));
        assert_eq!(fault(test), Some(Fault::NotInTable { day: day(21), days: 1 }));
        // Gone from both: the log itself says that the day was over.
        let lines = file_lines(test);
        std::fs::write(test.db.anchor_file().unwrap(), format!("{}\n{}\n", lines[0], lines[2])).unwrap();
        assert_eq!(fault(test), Some(Fault::NotAnchored { day: day(21), days: 1 }));
    }
);

db_test!(
    fn a_young_district_and_one_that_was_off_for_days_lack_no_anchor(test) {
        assert_eq!(fault(test), None);
        ten(test);
        assert_eq!(fault(test), None);
        test.clock.advance(Duration::from_secs(9 * 86_400));
        assert_eq!(fault(test), None);
        test.db.write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1))).unwrap();
        assert_eq!((fault(test), file_lines(test).len()), (None, 1));
        // A clock that was put back and went on again.
        for ms in [-172_800_000, 86_400_000, 259_200_000] {
            test.clock.set(kernel::Instant::from_ms(test.db.clock().now().ms() + ms));
            test.db.write(&test.actor(), |tx| tx.audit(Audit::of("a.b", "c", 1))).unwrap();
            assert_eq!(fault(test), None, "{ms}");
        }
    }
);

/// What SQLite lets a column be changed to, though the program never writes it.
#[test]
fn a_record_that_cannot_be_read_counts_as_altered() {
    let test = TestDb::sqlite();
    ten(&test);
    for (column, value) in [
        ("on_behalf", "x'78'"),
        ("account_id", "x''"),
        ("hash", "x'00'"),
        ("prev", "x'00'"),
        ("actor", "CAST(x'ff' AS TEXT)"),
    ] {
        test.tamper(&format!(
            "CREATE TABLE kept AS SELECT * FROM audit_log WHERE {HERE} AND seq = 4; \
             UPDATE audit_log SET {column} = {value} WHERE {HERE} AND seq = 4"
        ));
        assert_eq!(fault(&test), Some(Fault::Altered { seq: 4 }), "{column}");
        test.tamper(&format!(
            "DELETE FROM audit_log WHERE {HERE} AND seq = 4; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept"
        ));
    }
    assert_eq!(fault(&test), None);
    test.tamper(&format!("UPDATE audit_head SET hash = x'00' WHERE {HERE}"));
    assert_eq!(fault(&test), Some(Fault::HeadAltered));
    let message = StoreError::Column {
        index: 6,
        wanted: "core::option::Option<uuid::Uuid>",
    };
    assert!(!message.to_string().contains("::"), "{message}");
}

#[test]
fn records_of_a_district_that_was_never_opened_are_counted() {
    let test = TestDb::sqlite();
    ten(&test);
    assert_eq!(test.db.foreign_records().unwrap(), []);
    test.tamper(
        "INSERT INTO audit_log SELECT '330199', seq, at, account_id, post_id, actor, on_behalf, action, subject_kind, \
           subject_id, org_path, why, detail, prev, hash FROM audit_log WHERE district = '330113' AND seq < 3; \
         INSERT INTO audit_anchor VALUES ('330199', '2026-11-20', 1, x'00')",
    );
    assert_eq!(
        test.db.foreign_records().unwrap(),
        [("330199".to_owned(), 3)]
    );
}

db_test!(
    fn a_change_that_fails_leaves_no_entry(test) {
        ten(test);
        let result = test.db.write(&test.actor(), |tx| {
            (0..400).try_for_each(|n| tx.audit(Audit::of("a.b", "c", n)))?;
            Err::<(), _>(StoreError::Refused("不行".into()))
        });
        assert!(result.is_err());
        assert_eq!(check(test).records, 11);
        // A long one that succeeds is sent in batches and seals as one chain.
        test.db.write(&test.actor(), |tx| (0..600).try_for_each(|n| tx.audit(Audit::of("a.b", "c", n)))).unwrap();
        assert_eq!((check(test).records, check(test).fault), (611, None));
    }
);

db_test!(
    fn a_lost_head_is_noticed(test) {
        ten(test);
        test.tamper(&format!("UPDATE audit_head SET hash = {} WHERE {HERE}", zeros(test)));
        assert_eq!(fault(test), Some(Fault::HeadDiffers { seq: 11 }));
        test.tamper(&format!("DELETE FROM audit_head WHERE {HERE}"));
        assert_eq!(fault(test), Some(Fault::NoHead));
    }
);
