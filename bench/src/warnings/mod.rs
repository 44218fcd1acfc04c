//! The early warning's engine against DuckDB and Polars on workload W: W1 everything, W2 a month's close, W3 one
//! employer. Ours and the peers take turns on the same data, machine and two cores, each run a process of its own.
//!
//! The storages differ, and every line says so: ours reads raw columns, the peers read Parquet (zstd), as the
//! reference script has them. `NIANGJIA_BENCH_EMPLOYERS` makes the workload smaller; `NIANGJIA_BENCH_DIR` moves the
//! virtual environment and the data (3 GB) away from `target/bench-warnings`.

mod bare;
mod files;
mod ours;
mod peers;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::process::{self, Cost, median};
use crate::table::Row;
use ours::{Found, Single, Timed};
use peers::{Peers, Report};

const ROUNDS: usize = 5;
const OURS: &str = "raw columns";
const THEIRS: &str = "Parquet, zstd";
const W1: &str = "W1 all rows of 24 months";
const W2: &str = "W2 month close, results written and read back";
const W3: &str = "W3 one employer, 24 months with the names of the rules that fired";

/// The check sums three independent engines agree on: W1 and W2.
fn anchors(employers: usize) -> Option<(u64, Option<u64>)> {
    match employers {
        2_000 => Some((83_980_105, None)),
        1_000_000 => Some((44_557_347_035, Some(3_655_994_655))),
        _ => None,
    }
}

/// Does one job in this process and prints what it found: how the benchmark runs itself.
///
/// # Errors
/// The data is not there, or the job is unknown.
pub fn job(name: &str, dir: &Path) -> anyhow::Result<()> {
    let text = match name {
        "w1" => serde_json::to_string(&ours::w1(dir)?)?,
        "w2" => serde_json::to_string(&ours::w2(dir)?)?,
        "w3" => serde_json::to_string(&ours::w3(dir)?)?,
        _ => bail!("no job {name}"),
    };
    println!("{text}");
    Ok(())
}

/// All rows of this benchmark; skipped ones say why.
///
/// # Errors
/// A program of ours or a peer fails in the middle.
pub fn rows() -> anyhow::Result<Vec<Row>> {
    let employers: usize = match std::env::var("NIANGJIA_BENCH_EMPLOYERS") {
        Ok(text) => text
            .parse()
            .context("NIANGJIA_BENCH_EMPLOYERS is not a number")?,
        Err(_) => 1_000_000,
    };
    let home =
        std::env::var("NIANGJIA_BENCH_DIR").unwrap_or_else(|_| "target/bench-warnings".to_owned());
    let home = PathBuf::from(home);
    let prepared = peers::script().and_then(|script| {
        Peers::prepare(script, &home, employers).map_err(|fault| format!("no peers: {fault:#}"))
    });
    let peers = match prepared {
        Ok(peers) => peers,
        Err(why) => {
            return Ok([W1, W2, W3]
                .map(|what| Row::skipped(what, "", why.clone()))
                .into());
        }
    };
    let mut rows = full(&peers, employers)?;
    rows.push(close(&peers, employers)?);
    rows.push(single(peers.data())?);
    Ok(rows)
}

/// Runs one of our jobs as a process of its own.
fn ours<T: serde::de::DeserializeOwned>(name: &str, dir: &Path) -> anyhow::Result<(Cost, T)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["warnings-job", name]).arg(dir);
    let (cost, text) = process::run(&mut command, &[])?;
    Ok((cost, serde_json::from_str(text.trim())?))
}

/// Runs of ours and of a peer, taking turns.
#[derive(Default)]
struct Turns {
    ours: Vec<(Cost, Timed)>,
    theirs: Vec<Report>,
}

impl Turns {
    fn run(peers: &Peers, peer: &str, job: &str) -> anyhow::Result<Self> {
        let mut turns = Self::default();
        for _ in 0..ROUNDS {
            turns.ours.push(ours(job, peers.data())?);
            turns.theirs.push(peers.run(peer, job)?);
        }
        Ok(turns)
    }

    fn wall(&self) -> (f64, f64) {
        let ours: Vec<f64> = self.ours.iter().map(|(_, timed)| timed.wall).collect();
        let theirs: Vec<f64> = self.theirs.iter().map(|report| report.median_s).collect();
        (median(&ours), median(&theirs))
    }

    fn cpu(&self) -> (f64, f64) {
        let ours: Vec<f64> = self.ours.iter().map(|(cost, _)| cost.cpu).collect();
        let theirs: Vec<f64> = self
            .theirs
            .iter()
            .map(|report| report.median_cpu_s)
            .collect();
        (median(&ours), median(&theirs))
    }

    /// Peak memory in MB of 10^6 bytes.
    fn memory(&self) -> (f64, f64) {
        let ours: Vec<f64> = self.ours.iter().map(|(cost, _)| cost.peak_mb).collect();
        let mebi = 1_048_576.0 / 1e6;
        let theirs: Vec<f64> = self
            .theirs
            .iter()
            .map(|report| report.max_rss_mb * mebi)
            .collect();
        (median(&ours), median(&theirs))
    }

    fn version(&self) -> &str {
        self.theirs
            .first()
            .map_or("", |report| report.version.as_str())
    }

    /// Whether every run of both found the same, and the anchor where there is one.
    fn agrees(&self, anchor: Option<Found>, checksum: Option<u64>) -> bool {
        let Some((_, first)) = self.ours.first() else {
            return false;
        };
        let same = |report: &Report| match report.checksum23 {
            Some(sum) => sum == first.found.checksum,
            None => report.found == Some(first.found),
        };
        self.ours
            .iter()
            .all(|(_, timed)| timed.found == first.found)
            && self.theirs.iter().all(same)
            && anchor.is_none_or(|anchor| anchor == first.found)
            && checksum.is_none_or(|sum| sum == first.found.checksum)
    }

    /// A row about time.
    fn row(&self, what: &str, peer: &str, bar: f64, right: bool) -> Row {
        let (wall, cpu) = (self.wall(), self.cpu());
        let ratio = wall.0 / wall.1;
        let answer = if right {
            "same check sums"
        } else {
            "DIFFERENT ANSWERS"
        };
        Row::new(
            format!("{what} against {peer}"),
            format!("time ≤ {bar} × {peer}"),
            format!(
                "{ratio:.3} × ({:.3} s on {OURS}, {:.3} s by {peer} {} on {THEIRS}; CPU {:.2} s, {:.2} s); {answer}",
                wall.0,
                wall.1,
                self.version(),
                cpu.0,
                cpu.1
            ),
            right && ratio <= bar,
        )
    }
}

fn full(peers: &Peers, employers: usize) -> anyhow::Result<Vec<Row>> {
    let sum = anchors(employers).map(|(sum, _)| sum);
    let polars = Turns::run(peers, "polars", "w1")?;
    let duckdb = Turns::run(peers, "duckdb", "w1")?;
    let memory = polars.memory();
    let ratio = memory.0 / memory.1;
    let first = polars.ours.first().map(|(_, timed)| timed.found);
    Ok(vec![
        polars.row(W1, "Polars", 0.6, polars.agrees(None, sum)),
        duckdb.row(W1, "DuckDB", 0.1, duckdb.agrees(first, sum)),
        Row::new(
            format!("{W1}, memory"),
            "peak ≤ 0.4 × Polars",
            format!("{ratio:.3} × ({:.0} MB, {:.0} MB)", memory.0, memory.1),
            ratio <= 0.4,
        ),
    ])
}

fn close(peers: &Peers, employers: usize) -> anyhow::Result<Row> {
    let turns = Turns::run(peers, "duckdb", "w2")?;
    let right = turns.agrees(None, anchors(employers).and_then(|(_, sum)| sum));
    Ok(turns.row(W2, "DuckDB", 0.15, right))
}

fn single(dir: &Path) -> anyhow::Result<Row> {
    let mut runs: Vec<Single> = Vec::new();
    for _ in 0..ROUNDS {
        runs.push(ours("w3", dir)?.1);
    }
    let middle = |of: fn(&Single) -> f64| median(&runs.iter().map(of).collect::<Vec<_>>());
    let (p50, p99) = (middle(|run| run.engine.p50), middle(|run| run.engine.p99));
    let (bare50, bare99) = (middle(|run| run.bare.p50), middle(|run| run.bare.p99));
    let (read50, read99) = (middle(|run| run.reads.p50), middle(|run| run.reads.p99));
    let ratio = p50 / bare50;
    Ok(Row::new(
        W3,
        "≤ 10 × the bare arithmetic of the same 24 rows, beside the reads",
        format!(
            "{ratio:.1} × at p50, {:.1} × at p99 (engine p50 {p50:.1} µs p99 {p99:.1} µs; bare p50 {bare50:.2} µs \
             p99 {bare99:.2} µs; reads of ten files p50 {read50:.1} µs p99 {read99:.1} µs)",
            p99 / bare99
        ),
        ratio <= 10.0,
    ))
}
