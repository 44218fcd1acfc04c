//! A district on the way: backed up while it serves, restored elsewhere, moved to PostgreSQL; the same district
//! every time, and still signed in.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Place, Postgres, id_number, plain_rows, run, run_ok, texts};
use serde_json::json;

fn some_union(place: &Place) -> String {
    texts(
        &place.database(),
        "SELECT id FROM org WHERE kind = 'single' ORDER BY id LIMIT 1",
    )
    .remove(0)
}

/// Rows without what serving itself writes.
fn lasting(place: &Place) -> Vec<String> {
    let passing = ["session|", "job|", "outbox|", "schema_"];
    plain_rows(&place.database())
        .into_iter()
        .filter(|row| !passing.iter().any(|table| row.starts_with(table)))
        .collect()
}

#[test]
fn a_backup_made_while_writing_is_whole_and_restores_to_the_same() {
    let place = Place::demo("800", "300");
    let org = some_union(&place);
    let server = place.serve();
    let writing = Arc::new(AtomicBool::new(true));
    let writer = {
        let (browser, writing) = (server.browser(), writing.clone());
        browser.sign_in("quzong");
        std::thread::spawn(move || {
            let mut n = 0;
            while writing.load(Ordering::SeqCst) {
                let body = json!({ "org": org, "fields": { "name": "演示甲", "id_number": id_number(n), "joined_on": "2026-10-08" } });
                let page = browser
                    .try_json("/api/members", &format!("backup-{n}"), &body)
                    .unwrap();
                assert_eq!(page.status, 201, "{}", page.body);
                n += 1;
            }
            n
        })
    };
    let file = place.dir.with_file_name("backup.niangjia");
    let told = run_ok(&["backup", file.to_str().unwrap(), "--dir", place.text()]);
    assert!(told.contains("已备份"), "{told}");
    writing.store(false, Ordering::SeqCst);
    let written = writer.join().unwrap();
    server.kill();

    let other = Place::new();
    let keys = place.dir.with_file_name("district.keys");
    run_ok(&[
        "restore",
        file.to_str().unwrap(),
        "--dir",
        other.text(),
        "--keys",
        keys.to_str().unwrap(),
    ]);
    other.verified();
    // A moment of the district: everything up to some member, nothing after, and no half of one.
    let members: usize = texts(
        &other.database(),
        "SELECT CAST(count(*) AS TEXT) FROM member",
    )[0]
    .parse()
    .unwrap();
    assert!(
        (800..=800 + written).contains(&members),
        "{members} members of 800 + {written}"
    );
    let periods = texts(
        &other.database(),
        "SELECT CAST(count(*) AS TEXT) FROM member m WHERE NOT EXISTS (SELECT 1 FROM membership p WHERE p.member_id = m.id)",
    );
    assert_eq!(periods, ["0"], "members without a membership");
    let (all, there) = (lasting(&place), lasting(&other));
    let strange: Vec<_> = there
        .iter()
        .filter(|row| row.starts_with("member|") && !all.contains(row))
        .take(3)
        .collect();
    assert!(
        strange.is_empty(),
        "rows the original does not have: {strange:#?}"
    );

    // The restored district opens with the same accounts and the same keys.
    let server = other.serve();
    let card = server.browser().sign_in("zhigong").get("/hall/card");
    assert_eq!(card.status, 200, "{}", card.body);
}

#[test]
fn a_damaged_backup_is_refused() {
    let place = Place::demo("600", "200");
    let file = place.dir.with_file_name("backup.niangjia");
    run_ok(&["backup", file.to_str().unwrap(), "--dir", place.text()]);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let other = Place::new();
    let keys = place.dir.with_file_name("district.keys");
    let output = run(&[
        "restore",
        file.to_str().unwrap(),
        "--dir",
        other.text(),
        "--keys",
        keys.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!other.database().exists(), "nothing is put in place");
}

#[test]
fn moved_to_postgres_it_is_the_same_district() {
    let Some(postgres) = Postgres::new() else {
        return;
    };
    let place = Place::demo("800", "300");
    let members = texts(
        &place.database(),
        "SELECT name || '|' || org_path || '|' || status FROM member ORDER BY id",
    );
    run_ok(&["move", "--dir", place.text(), "--to", &postgres.url]);
    let rows = postgres
        .admin_of_database()
        .query(
            "SELECT name || '|' || org_path || '|' || status FROM member ORDER BY id",
            &[],
        )
        .unwrap();
    let moved: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(moved, members);
    place.verified();
    let server = place.serve();
    let browser = server.browser();
    assert_eq!(browser.sign_in("zhigong").get("/hall/card").status, 200);
    let again = run(&["move", "--dir", place.text(), "--to", &postgres.url]);
    assert_ne!(again.status.code(), Some(0), "it is moved once");
}
