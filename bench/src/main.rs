//! Benchmarks, printed as ratios of one run on one machine: ours and the floor take turns, medians are
//! compared, CPU seconds stand beside the wall clock. `make bench` runs them all;
//! `NIANGJIA_BENCH_ONLY=import` runs one, `NIANGJIA_BENCH_ROWS=20000` a smaller one.
//!
//! A broken promise prints FAIL and does not change the exit code: speed is told, not enforced.

mod district;
mod floors;
mod load;
mod process;
mod serving;
mod sheets;
mod table;
mod warnings;
mod workbook;

use std::path::Path;

use anyhow::{Context, bail};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => all(),
        ["floor-import", file, database] => {
            floors::import(Path::new(file), Path::new(database)).map(|rows| println!("{rows}"))
        }
        ["floor-export", file, out] => floors::timed_export(Path::new(file), Path::new(out))
            .map(|seconds| println!("{seconds}")),
        ["floor-serve", task] => {
            let text = std::fs::read_to_string(task).context("no task file")?;
            floors::serve(serde_json::from_str(&text)?)
        }
        ["warnings-job", name, dir] => warnings::job(name, Path::new(dir)),
        _ => bail!("usage: bench (no arguments); see the first lines of bench/src/main.rs"),
    }
}

fn all() -> anyhow::Result<()> {
    let only = std::env::var("NIANGJIA_BENCH_ONLY").unwrap_or_default();
    let wanted = |name: &str| only.is_empty() || only == name;
    let rows: usize = match std::env::var("NIANGJIA_BENCH_ROWS") {
        Ok(text) => text
            .parse()
            .context("NIANGJIA_BENCH_ROWS is not a number")?,
        Err(_) => 200_000,
    };
    println!("{rows} rows or members; medians; MB is 10^6 bytes\n");
    if wanted("import") || wanted("export") {
        let district = district::District::empty()?;
        sheets::import(&district, rows)?
            .iter()
            .for_each(table::Row::print);
        sheets::export(&district)?
            .iter()
            .for_each(table::Row::print);
    }
    if wanted("serve") {
        let district = district::District::with_members(rows)?;
        serving::rows(&district)?.iter().for_each(table::Row::print);
    }
    if wanted("warnings") {
        warnings::rows()?.iter().for_each(table::Row::print);
    }
    Ok(())
}
