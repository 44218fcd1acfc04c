//! Benchmarks, printed as ratios of one run on one machine: ours and the floor in turn, medians, CPU seconds
//! beside the wall clock. A broken promise is printed as FAIL and does not change the exit code; a benchmark that
//! could not run does.
//!
//! `NIANGJIA_BENCH_ONLY=import` runs one; `options.rs` lists the other variables.

mod arrears;
mod demo;
mod district;
mod export;
mod floors;
mod import;
mod list;
mod load;
mod malformed;
mod merge;
mod options;
mod page;
mod process;
mod proofs;
mod start;
mod table;
mod warnings;
mod workbook;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

use options::Options;
use table::{Row, Verdict};

/// As in the program: what is measured within this process is measured with the memory it will have.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Benchmark = fn(&Options) -> anyhow::Result<Vec<Row>>;

/// Names for NIANGJIA_BENCH_ONLY, in the order they run.
const ALL: [(&str, Benchmark); 13] = [
    ("start", start::measure_start),
    ("list", list::measure),
    ("memory", start::measure_memory),
    ("merge", merge::measure),
    ("export", export::measure),
    ("import", import::measure),
    ("malformed", malformed::measure),
    ("demo", demo::measure),
    ("proofs", proofs::measure),
    ("warnings", |_| warnings::rows()),
    ("evaluate", arrears::evaluate::measure),
    ("desk", arrears::desk::measure),
    ("alarm", arrears::live::measure),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.split_first() {
        Some((name, rest)) if name.starts_with("floor-") => be_floor(name, rest),
        Some((word, [name, dir])) if word == "warnings-job" => {
            warnings::job(name, Path::new(dir)).map(|()| true)
        }
        _ => all(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Run them; whether all could run.
fn all() -> anyhow::Result<bool> {
    let options = Options::read();
    let chosen: Vec<_> = ALL
        .iter()
        .filter(|(name, _)| options.only.as_deref().is_none_or(|only| only == *name))
        .collect();
    if chosen.is_empty() {
        bail!(
            "no such benchmark; there are {}",
            ALL.map(|(name, _)| name).join(", ")
        );
    }
    println!(
        "Ratios of one run on this machine; {} rounds, medians. Load average now: {}\n",
        options.rounds,
        load_average()
    );
    let (mut kept, mut broken, mut failed) = (0, 0, 0);
    for (name, benchmark) in chosen {
        match benchmark(&options) {
            Ok(rows) => {
                for row in rows {
                    row.print();
                    kept += usize::from(row.verdict == Verdict::Kept);
                    broken += usize::from(row.verdict == Verdict::Broken);
                }
            }
            Err(error) => {
                println!("DID NOT RUN  {name}: {error:#}\n");
                failed += 1;
            }
        }
    }
    println!(
        "{kept} kept, {broken} broken, {failed} could not run. Load average at the end: {}",
        load_average()
    );
    Ok(failed == 0)
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

/// This process is one of the floors.
fn be_floor(name: &str, rest: &[String]) -> anyhow::Result<bool> {
    let path = |at: usize| rest.get(at).map(Path::new).context("a path is missing");
    match name {
        "floor-import" => {
            floors::import(path(0)?, path(1)?)?;
        }
        "floor-export" => {
            let rows = floors::read(path(0)?)?;
            let (cpu, begun) = (
                process::cpu_seconds(std::process::id()),
                std::time::Instant::now(),
            );
            floors::export(&rows, path(1)?)?;
            let used = process::cpu_seconds(std::process::id())
                .zip(cpu)
                .map_or(0.0, |(after, before)| after - before);
            println!("{} {used}", begun.elapsed().as_secs_f64());
        }
        "floor-serve" => floors::serve(serde_json::from_slice(&std::fs::read(path(0)?)?)?)?,
        _ => bail!("no floor {name}"),
    }
    Ok(true)
}
