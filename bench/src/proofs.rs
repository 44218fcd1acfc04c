//! proofs: the promises without a clock, which are tests: nobody sees what is foreign, and kill -9 loses nothing.
//! The tests are run here on both databases and what they counted is printed.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::options::Options;
use crate::process::run;
use crate::table::Row;

/// Kills of the program on each database.
const BAR_KILLS: usize = 200;

/// Run them.
///
/// # Errors
/// A test failed: then the promise is broken, and its message says how.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let matrix = tests(options, "scope_attack")?;
    let asked = line_with(&matrix, "foreign rows").context("the matrix told nothing")?;
    let story = tests(options, "crash")?;
    let kills: Vec<&str> = story
        .lines()
        .filter(|line| line.contains("acknowledged writes"))
        .map(str::trim)
        .collect();
    Ok(vec![
        Row::new(
            "scope attack matrix",
            "0 foreign rows, every route",
            asked,
            asked.ends_with(" 0 foreign rows"),
        ),
        crash_row(options, &kills),
    ])
}

fn crash_row(options: &Options, kills: &[&str]) -> Row {
    let what = "kill -9 at random moments under writes, both databases";
    let bar = format!("{BAR_KILLS} rounds: 0 acknowledged writes lost, chain verifies");
    let measured = format!("on {} databases: {}", kills.len(), kills.join("; "));
    if options.kills < BAR_KILLS {
        let why = format!("{measured}; {BAR_KILLS} rounds with NIANGJIA_BENCH_FULL=1");
        return Row::skipped(what, bar, why);
    }
    let lost_none = kills.iter().all(|line| line.ends_with("none lost"));
    Row::new(what, bar, measured, kills.len() == 2 && lost_none)
}

/// What a test of the whole program prints.
fn tests(options: &Options, name: &str) -> anyhow::Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(root.join("scripts/test-postgres"));
    command
        .args(["cargo", "test", "--quiet", "-p", "niangjia", "--test", name])
        .args(["--", "--nocapture"])
        .current_dir(&root)
        .env("NIANGJIA_CRASH_ROUNDS", options.kills.to_string());
    let (_, out) = run(&mut command, &[])?;
    Ok(out)
}

fn line_with<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    text.lines()
        .map(str::trim)
        .find(|line| line.contains(words))
}
