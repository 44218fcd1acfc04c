//! Workload W by the program's own engine: an ordinary rule-set file over raw columns.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::anyhow;
use kernel::definitions::Definition;
use kernel::warning::{
    Block, Columns, Lane, Liveness, Outcome, RuleSet, SignalLanes, Wanted, Width, Workspace,
};
use serde::{Deserialize, Serialize};

use super::bare;
use super::files::{Buffers, COLUMNS, Files, MONTHS};

const RULES: &str = include_str!("../../rules/workload-w.toml");
/// Employers of a block: its columns stay in the processor's cache.
const BLOCK: usize = 85;
/// Employers read at once.
const CHUNK: usize = 16 * BLOCK;
/// Both cores, as the peers.
const THREADS: usize = 2;
/// Months that month 23 looks back on, itself included.
const LOOKBACK: usize = 6;

/// What W1 must find.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Rows by colour.
    pub green: u64,
    /// Rows by colour.
    pub yellow: u64,
    /// Rows by colour.
    pub red: u64,
    /// Rows of month 23 by colour.
    pub g23: u64,
    /// Rows of month 23 by colour.
    pub y23: u64,
    /// Rows of month 23 by colour.
    pub r23: u64,
    /// Sum over rows of (colour·1000 + score)·(1 + row mod 97).
    pub checksum: u64,
}

/// What a run of ours prints.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Timed {
    /// Seconds from opening the files to the answer.
    pub wall: f64,
    /// The answer.
    pub found: Found,
}

/// W3: microseconds for one employer.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
}

/// W3 in its parts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Single {
    /// 24 months of colours and names of the rules that fired, by the engine.
    pub engine: Latency,
    /// The same colours by arithmetic written for this workload alone, without names.
    pub bare: Latency,
    /// Reading the 24 rows of the ten files.
    pub reads: Latency,
}

fn plan() -> anyhow::Result<Columns> {
    let definition =
        Definition::parse("rules/workload-w.toml", RULES).map_err(|fault| anyhow!(fault))?;
    let rules = RuleSet::read(&definition).map_err(|faults| anyhow!(faults.join("; ")))?;
    let widths: Vec<Width> = COLUMNS.iter().skip(2).map(|(_, width)| *width).collect();
    Ok(rules.columns(&[&widths])?)
}

fn run<'w>(
    plan: &Columns,
    lanes: &[Lane<'_>],
    wanted: Wanted,
    space: &'w mut Workspace,
) -> anyhow::Result<&'w Outcome> {
    let [subject, step, fields @ ..] = lanes else {
        return Err(anyhow!("columns are missing"));
    };
    let signals = [SignalLanes {
        present: None,
        fields,
    }];
    let block = Block {
        subject: *subject,
        step: *step,
        signals: &signals,
    };
    Ok(plan.run(&block, &Liveness::all_live(), wanted, space)?)
}

/// Runs `work` on every chunk of employers, by two threads, and gives what each thread gathered.
fn in_chunks<T: Default + Send>(
    employers: usize,
    work: impl Fn(usize, usize, &mut T) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(move || {
                    let mut gathered = T::default();
                    loop {
                        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
                        if from >= employers {
                            return anyhow::Ok(gathered);
                        }
                        work(from, CHUNK.min(employers - from), &mut gathered)?;
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a thread ended early"))?)
            .collect()
    })
}

#[derive(Default)]
struct Worker {
    buffers: Buffers,
    tails: Buffers,
    space: Workspace,
    found: Found,
    bytes: Vec<u8>,
}

impl Found {
    /// Adds the rows of a block that starts at row `first` of the workload.
    fn add(&mut self, outcome: &Outcome, first: usize) {
        let count = |colour: u8| {
            outcome
                .level
                .iter()
                .filter(|level| **level == colour)
                .count() as u64
        };
        self.green += count(0);
        self.yellow += count(1);
        self.red += count(2);
        for level in outcome.level.iter().skip(MONTHS - 1).step_by(MONTHS) {
            match level {
                0 => self.g23 += 1,
                1 => self.y23 += 1,
                _ => self.r23 += 1,
            }
        }
        for (row, (level, score)) in (first..).zip(outcome.level.iter().zip(&outcome.score)) {
            if *score != 0 || *level != 0 {
                self.checksum += weight(*level, *score, row);
            }
        }
    }

    fn merge(self, other: Self) -> Self {
        Self {
            green: self.green + other.green,
            yellow: self.yellow + other.yellow,
            red: self.red + other.red,
            g23: self.g23 + other.g23,
            y23: self.y23 + other.y23,
            r23: self.r23 + other.r23,
            checksum: self.checksum + other.checksum,
        }
    }
}

fn weight(level: u8, score: i64, row: usize) -> u64 {
    (u64::from(level) * 1000 + score.unsigned_abs()) * (1 + row as u64 % 97)
}

/// W1: every row of every employer.
///
/// # Errors
/// The files cannot be read.
pub fn w1(dir: &Path) -> anyhow::Result<Timed> {
    let started = Instant::now();
    let (files, plan) = (Files::open(dir)?, plan()?);
    let workers = in_chunks(files.employers, |from, count, worker: &mut Worker| {
        files.read(from, count, &mut worker.buffers)?;
        for start in (0..count).step_by(BLOCK) {
            let rows = BLOCK.min(count - start) * MONTHS;
            let lanes = worker.buffers.lanes(start * MONTHS, rows);
            let outcome = run(&plan, &lanes, Wanted::EveryRow, &mut worker.space)?;
            worker.found.add(outcome, (from + start) * MONTHS);
        }
        Ok(())
    })?;
    let found = workers
        .iter()
        .fold(Found::default(), |sum, worker| sum.merge(worker.found));
    Ok(Timed {
        wall: started.elapsed().as_secs_f64(),
        found,
    })
}

/// Bytes of one employer's result: number, colour, score.
const RECORD: usize = 7;

/// W2: month 23 of every employer, written to a file and read back for the check sum.
///
/// # Errors
/// The files cannot be read or the result not written.
pub fn w2(dir: &Path) -> anyhow::Result<Timed> {
    let started = Instant::now();
    let (files, plan) = (Files::open(dir)?, plan()?);
    let path = dir.join("w2_ours.bin");
    let out = File::create(&path)?;
    in_chunks(files.employers, |from, count, worker: &mut Worker| {
        files.read(from, count, &mut worker.buffers)?;
        worker.buffers.tails(LOOKBACK, &mut worker.tails);
        worker.bytes.clear();
        for start in (0..count).step_by(4 * BLOCK) {
            let rows = (4 * BLOCK).min(count - start) * LOOKBACK;
            let lanes = worker.tails.lanes(start * LOOKBACK, rows);
            let outcome = run(&plan, &lanes, Wanted::LastOfSubject, &mut worker.space)?;
            let results = outcome.level.iter().zip(&outcome.score);
            for (employer, (level, score)) in (from + start..).zip(results) {
                worker
                    .bytes
                    .extend_from_slice(&u32::try_from(employer)?.to_le_bytes());
                worker.bytes.push(*level);
                worker
                    .bytes
                    .extend_from_slice(&u16::try_from(*score)?.to_le_bytes());
            }
        }
        out.write_all_at(&worker.bytes, u64::try_from(from * RECORD)?)?;
        Ok(())
    })?;
    let mut found = Found::default();
    for record in std::fs::read(&path)?.chunks_exact(RECORD) {
        if let [a, b, c, d, level, e, f] = *record {
            let row = u32::from_le_bytes([a, b, c, d]) as usize * MONTHS + MONTHS - 1;
            found.checksum += weight(level, i64::from(u16::from_le_bytes([e, f])), row);
        }
    }
    Ok(Timed {
        wall: started.elapsed().as_secs_f64(),
        found,
    })
}

/// W3: one employer at a time, the names of the rules that fired for each of 24 months.
///
/// # Errors
/// The files cannot be read, or the bare arithmetic disagrees.
pub fn w3(dir: &Path) -> anyhow::Result<Single> {
    let (files, plan) = (Files::open(dir)?, plan()?);
    let titles: Vec<&str> = plan
        .rules()
        .rules()
        .iter()
        .map(|rule| rule.title.as_str())
        .collect();
    let (mut engine, mut plain, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    let mut worker = Worker::default();
    let mut names: Vec<&str> = Vec::new();
    for employer in 0..files.employers.min(20_000) {
        reads.push(micros(|| files.read(employer, 1, &mut worker.buffers))?);
        let lanes = worker.buffers.lanes(0, MONTHS);
        let mut colours = [(0u8, 0i64); MONTHS];
        engine.push(micros(|| {
            let outcome = run(&plan, &lanes, Wanted::EveryRow, &mut worker.space)?;
            names.clear();
            for (entry, own) in colours.iter_mut().enumerate() {
                *own = (
                    outcome.level.get(entry).copied().unwrap_or(9),
                    outcome.score.get(entry).copied().unwrap_or(-1),
                );
                names.extend(
                    outcome
                        .rules_fired(entry)
                        .filter_map(|rule| titles.get(rule)),
                );
            }
            black_box(&names);
            anyhow::Ok(())
        })?);
        let mut expected = [(0u8, 0i64); MONTHS];
        plain.push(micros(|| {
            bare::colours(&worker.buffers, black_box(&mut expected));
            anyhow::Ok(())
        })?);
        anyhow::ensure!(
            colours == expected,
            "employer {employer}: {colours:?} {expected:?}"
        );
    }
    Ok(Single {
        engine: latency(engine),
        bare: latency(plain),
        reads: latency(reads),
    })
}

fn micros(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

fn latency(mut times: Vec<f64>) -> Latency {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0.0);
    Latency {
        p50: at(50),
        p99: at(99),
    }
}
