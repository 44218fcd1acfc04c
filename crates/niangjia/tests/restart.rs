//! A server that was down while clocks ran out: started again it finds them, once, and says so on the first screen.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::time::{Duration, Instant};

use common::{Place, run_ok, texts};

/// How long the background may take; it looks every half second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A district that was last at work three weeks before the machine's day at the latest, and was down since.
fn district() -> Place {
    let place = Place::new();
    run_ok(&[
        "demo",
        "--dir",
        place.text(),
        "--members",
        "300",
        "--employers",
        "80",
        "--months",
        "6",
        "--today",
        "2026-10-30",
        "--no-serve",
    ]);
    place
}

/// Missed clocks that were due by a moment, in milliseconds: the desk's own, and those of employers and courts, which no
/// desk is blamed for.
fn missed(place: &Place, by: usize) -> usize {
    let sql = format!(
        "SELECT CAST(count(*) AS TEXT) FROM case_clock WHERE (breached = 1 OR state = 'breached') AND due_at < {by}"
    );
    number(place, &sql)
}

/// Running clocks of open cases whose time is over though nobody noted it.
fn unnoticed(place: &Place) -> usize {
    number(
        place,
        "SELECT CAST(count(*) AS TEXT) FROM case_clock WHERE state = 'running' AND breached = 0 AND due_at < CAST(strftime('%s', 'now') AS INTEGER) * 1000",
    )
}

fn number(place: &Place, sql: &str) -> usize {
    texts(&place.database(), sql).remove(0).parse().unwrap()
}

/// Waits until nothing is left to be noticed; answers how many of the clocks due by a moment were missed then.
fn settled(place: &Place, by: usize) -> usize {
    let until = Instant::now() + PATIENCE;
    while unnoticed(place) > 0 {
        assert!(
            Instant::now() < until,
            "{} clocks went unnoticed",
            unnoticed(place)
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    missed(place, by)
}

#[test]
fn clocks_that_ran_out_while_the_server_was_down_are_caught_up_once() {
    let place = district();
    let start = number(&place, "SELECT strftime('%s', 'now') || '000'");
    let (before, waiting) = (missed(&place, start), unnoticed(&place));
    assert!(waiting > 0, "the demo has cases whose time ran out since");
    let server = place.serve();
    let after = settled(&place, start);
    assert!(after >= before + waiting, "{before} + {waiting} > {after}");
    let browser = server.browser();
    browser.sign_in("quzong");
    assert!(
        browser.get("/workbench").body.contains("超时"),
        "what is overdue stands on the first screen"
    );
    server.kill();
    let server = place.serve();
    assert_eq!(
        settled(&place, start),
        after,
        "noticed once, however often the server starts"
    );
    drop(server);
    place.verified();
}
