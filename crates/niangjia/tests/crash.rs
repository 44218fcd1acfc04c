//! kill -9 of the whole program in the middle of writes, on both databases: no acknowledged write is lost, nothing
//! is half there, the sealed log stays whole, and a request sent again after the crash is done exactly once.
//!
//! NIANGJIA_CRASH_ROUNDS sets the number of kills for each database (6 here, 200 before a release).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common::{Browser, Place, Postgres, id_number, run_ok, texts};
use serde_json::{Value, json};

/// Browsers writing at the same time.
const WRITERS: usize = 3;

fn rounds() -> usize {
    std::env::var("NIANGJIA_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(6)
}

/// What the writers were told, by the number of the person they entered.
#[derive(Default)]
struct Told {
    /// Acknowledged: the member's id.
    done: BTreeMap<usize, String>,
    /// Sent, and the connection broke before an answer came.
    unknown: BTreeSet<usize>,
}

fn enter(browser: &Browser, org: &str, n: usize) -> Result<Option<String>, ureq::Error> {
    let body = json!({ "org": org, "fields": { "name": format!("演示{}", "甲乙丙丁戊己庚辛".chars().nth(n % 8).unwrap()), "id_number": id_number(n), "joined_on": "2026-10-08" } });
    let page = browser.try_json("/api/members", &format!("crash-{n}"), &body)?;
    let answer: Value = serde_json::from_str(&page.body).unwrap_or_default();
    assert!(
        matches!(page.status, 200 | 201),
        "{}: {}",
        page.status,
        page.body
    );
    Ok(answer["id"].as_str().map(ToOwned::to_owned))
}

/// One life of the program: writers write until it is killed after so many answers.
fn one_life(
    place: &Place,
    org: &str,
    next: &Arc<AtomicUsize>,
    told: &Arc<Mutex<Told>>,
    kill_after: usize,
) {
    let server = place.serve();
    let answered = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let browser = server.browser();
            browser.sign_in("quzong");
            let (org, next, told, answered) =
                (org.to_owned(), next.clone(), told.clone(), answered.clone());
            std::thread::spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    match enter(&browser, &org, n) {
                        Ok(Some(id)) => {
                            told.lock().unwrap().done.insert(n, id);
                            answered.fetch_add(1, Ordering::SeqCst);
                        }
                        _ => {
                            told.lock().unwrap().unknown.insert(n);
                            return;
                        }
                    }
                }
            })
        })
        .collect();
    while answered.load(Ordering::SeqCst) < kill_after {
        std::thread::yield_now();
    }
    server.kill();
    for writer in writers {
        writer.join().unwrap();
    }
}

fn crash_story(place: &Place, org: &str, ids: impl Fn() -> BTreeSet<String>) {
    let (next, told) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Mutex::new(Told::default())),
    );
    let before = ids().len();
    for round in 1..=rounds() {
        one_life(place, org, &next, &told, round * 7 % 23 + 1);
        place.verified();
        let there = ids();
        let told = told.lock().unwrap();
        let lost: Vec<_> = told
            .done
            .iter()
            .filter(|(_, id)| !there.contains(*id))
            .collect();
        assert!(
            lost.is_empty(),
            "round {round}: acknowledged and gone: {lost:?}"
        );
        assert!(
            there.len() <= before + told.done.len() + told.unknown.len(),
            "round {round}: more than was sent"
        );
    }
    // What nobody knows the fate of is sent again under the same key: then everybody is there once.
    let server = place.serve();
    let browser = server.browser();
    browser.sign_in("quzong");
    let mut told = told.lock().unwrap();
    for n in std::mem::take(&mut told.unknown) {
        let id = enter(&browser, org, n).unwrap().unwrap();
        told.done.insert(n, id);
    }
    let there = ids();
    assert_eq!(
        told.done.values().collect::<BTreeSet<_>>().len(),
        told.done.len(),
        "two people share a record"
    );
    assert_eq!(
        there.len(),
        before + told.done.len(),
        "somebody was entered twice or not at all"
    );
    place.verified();
    println!(
        "{} kills, {} acknowledged writes, none lost",
        rounds(),
        told.done.len()
    );
}

fn some_union(place: &Place) -> String {
    texts(
        &place.database(),
        "SELECT id FROM org WHERE kind = 'single' ORDER BY id LIMIT 1",
    )
    .remove(0)
}

#[test]
fn killed_on_sqlite() {
    let place = Place::demo("600", "200");
    let org = some_union(&place);
    crash_story(&place, &org, || {
        texts(&place.database(), "SELECT id FROM member")
            .into_iter()
            .collect()
    });
}

#[test]
fn killed_on_postgres() {
    let Some(postgres) = Postgres::new() else {
        return;
    };
    let place = Place::demo("600", "200");
    let org = some_union(&place);
    run_ok(&["move", "--dir", place.text(), "--to", &postgres.url]);
    crash_story(&place, &org, || {
        let rows = postgres
            .admin_of_database()
            .query("SELECT id::text FROM member", &[])
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    });
}
