//! kill -9 in the middle of writing: nothing acknowledged is lost, nothing is half there, the chain is whole.
//!
//! The writing program is this test binary itself, started again with an environment variable. (The whole program,
//! and a killed PostgreSQL server, are tested at the root of the repository.)
#![cfg(test)]
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use store::testing::{TestDb, district, vault};
use store::{Db, RandomIds, StoreConfig, crash, db_test};

const CHILD: &str = "NIANGJIA_CRASH_CHILD";
const ROUNDS: u64 = 10;

/// Not a test of its own: what the killed program does. Without the variable it has nothing to do.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else {
        return;
    };
    let (run, url) = task.split_once(' ').unwrap();
    let clock = Arc::new(kernel::FixedClock::on(jiff::civil::date(2026, 11, 20)));
    let db = Db::open(
        &StoreConfig::new(url),
        vault(),
        clock,
        Arc::new(RandomIds::default()),
    )
    .unwrap();
    crash::write_rows(&db, district(), run, |number| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nwrote {number}")
            .and_then(|()| out.flush())
            .is_ok()
    })
    .unwrap();
}

db_test!(
    fn nothing_acknowledged_is_lost(test) {
        for round in 1..=ROUNDS {
            let run = format!("r{round}");
            // Killed after a number of rows that differs each round, while the next one is being written.
            let acknowledged = killed_after(test, &run, round * 7 % 23 + 1);
            let found = crash::aftermath(&test.db, district(), &run, acknowledged).unwrap();
            assert!(found.is_clean(), "{found:?} after {acknowledged}");
            assert!(found.rows <= acknowledged + 1, "one at most was committed and not yet acknowledged: {found:?}");
            // And the database goes on.
            let mut next = 0;
            crash::write_rows(&test.db, district(), &format!("n{round}"), |number| { next = number; number < 2 }).unwrap();
            assert_eq!(next, 2);
        }
    }
);

/// Starts the writer, kills it once `rows` rows are acknowledged; how many it had acknowledged by then.
fn killed_after(test: &TestDb, run: &str, rows: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(CHILD, format!("{run} {}", test.url()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut last = 0;
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(number) = line
            .unwrap()
            .strip_prefix("wrote ")
            .and_then(|number| number.parse().ok())
        {
            last = number;
        }
        if last >= rows && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the writer ended by itself after {last}");
    last
}
