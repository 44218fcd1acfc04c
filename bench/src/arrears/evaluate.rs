//! evaluate: a district of 100,000 employers with 24 months of signals; a month more comes in. The room's evaluation of
//! everybody about whom something became known, against reading that month's signals with plain SQL.
//!
//! Every employer has a head count each month; some have arrears of social insurance, taxes or wages and complaints.
//! Three in a hundred get into trouble in some month, and their alerts open and rise. The district is made once, kept
//! under `target/bench`, and copied for every round, because an evaluation changes it.

use std::fs;
use std::time::Instant as Timer;

use anyhow::Context;
use kernel::{Date, Instant};
use rusqlite::{Connection, OpenFlags};
use union::arrears::Once;
use union::arrears::alerts::{self, Evaluated, Who};

use super::{Room, Said, Unit, mix, now};
use crate::district::{District, home};
use crate::options::Options;
use crate::process::{cpu_seconds, median};
use crate::table::Row;

/// Months of history before the new one.
const MONTHS: usize = 24;
/// Time of the evaluation over that of reading the month's signals.
const BAR: f64 = 3.0;
/// How far before a delivery the job that follows it looks, in milliseconds.
const MARGIN: i64 = 3_600_000;
/// Milliseconds between the night's evaluation and the month's arrival, and from then to the evaluation.
const MORNING: i64 = 7 * 3_600_000;
const MINUTES: i64 = 10 * 60_000;
/// Milliseconds between two months of history as they come in: none came with the last evaluation.
const DAY: i64 = 24 * 3_600_000;

/// Employers of the store: NIANGJIA_BENCH_STORE_EMPLOYERS (100,000).
fn employers() -> usize {
    let text = std::env::var("NIANGJIA_BENCH_STORE_EMPLOYERS").ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(100_000)
}

/// Measure.
///
/// # Errors
/// The district cannot be made, or an evaluation fails.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let base = base(employers())?;
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        rounds.push(Round::run(&base)?);
    }
    let first = rounds.first().context("no round")?;
    anyhow::ensure!(
        rounds.iter().all(|one| one.found == first.found),
        "evaluations of the same store differ"
    );
    let middle = |of: fn(&Round) -> f64| median(&rounds.iter().map(of).collect::<Vec<_>>());
    let (ratio, cpu) = (
        middle(|one| one.ours.0 / one.floor.0),
        middle(|one| one.ours.1 / one.floor.1),
    );
    Ok(vec![Row::new(
        format!(
            "evaluate the store after a month of signals, {} employers, 24 months, SQLite",
            employers()
        ),
        format!(
            "≤ {BAR} × reading the month's {} signals with plain SQL",
            first.rows
        ),
        format!(
            "{ratio:.2} × ({:.0} ms against {:.0} ms; CPU {cpu:.2} ×, {:.0} against {:.0} ms); {} evaluated, \
             {} alerts opened, {} raised, {} falls proposed",
            middle(|one| one.ours.0) * 1e3,
            middle(|one| one.floor.0) * 1e3,
            middle(|one| one.ours.1) * 1e3,
            middle(|one| one.floor.1) * 1e3,
            first.found.subjects,
            first.found.opened,
            first.found.raised,
            first.found.proposed,
        ),
        ratio <= BAR,
    )])
}

/// One round: floor, ours, floor.
struct Round {
    /// Seconds and CPU seconds.
    ours: (f64, f64),
    floor: (f64, f64),
    rows: u64,
    found: Evaluated,
}

impl Round {
    fn run(base: &Base) -> anyhow::Result<Self> {
        let copy = base.district.copy()?;
        let district = &copy.district;
        let arrived = Instant::from_ms(base.night.ms() + MORNING);
        let (before, rows) = timed(|| read_month(district, arrived))?;
        let room = Room::open(district, Instant::from_ms(arrived.ms() + MINUTES))?;
        let since = Instant::from_ms(arrived.ms() - MARGIN);
        let (ours, found) = timed(|| Ok(alerts::run(&room.db, &room.actor, Who::Since(since))?))?;
        let (after, _) = timed(|| read_month(district, arrived))?;
        Ok(Self {
            ours,
            floor: ((before.0 + after.0) / 2.0, (before.1 + after.1) / 2.0),
            rows,
            found,
        })
    }
}

fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<((f64, f64), T)> {
    let cpu = || cpu_seconds(std::process::id()).unwrap_or(0.0);
    let (begun, used) = (Timer::now(), cpu());
    let done = work()?;
    Ok(((begun.elapsed().as_secs_f64(), cpu() - used), done))
}

/// The month's signals with plain SQL: every column an evaluation needs, of every row.
fn read_month(district: &District, arrived: Instant) -> anyhow::Result<u64> {
    let db = Connection::open_with_flags(district.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = db.prepare(
        "SELECT subject_id, id, kind, day, arrived_at, fields, feed, reference, quality FROM signal \
         WHERE district = (SELECT code FROM district) AND arrived_at >= ?1 AND state = 'counted'",
    )?;
    let columns = statement.column_count();
    let mut rows = statement.query([arrived.ms()])?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column)?);
        }
        seen += 1;
    }
    Ok(seen)
}

/// The district with its 25 months, as it stands before the evaluation.
struct Base {
    district: District,
    /// When the night's evaluation ran.
    night: Instant,
}

fn base(employers: usize) -> anyhow::Result<Base> {
    let demo = District::of(2_000, employers, 1)?;
    let dir = home().join(format!("arrears-{employers}"));
    let (ready, district) = (dir.join("ready"), District { dir: dir.clone() });
    if let Ok(text) = fs::read_to_string(&ready) {
        let night = Instant::from_ms(text.trim().parse()?);
        return Ok(Base { district, night });
    }
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    eprintln!("… 25 months of signals about {employers} employers");
    demo.copy_to(&dir)?;
    let night = now()?;
    let room = Room::open(&district, night)?;
    let units = room.units(&district)?;
    let today = night.shanghai_date();
    let mut ends = Vec::new();
    let mut end = today.first_of_month().yesterday().context("a date")?;
    for _ in 0..=MONTHS {
        ends.push(end);
        end = end.first_of_month().yesterday().context("a date")?;
    }
    ends.reverse();
    for (month, end) in ends.into_iter().enumerate() {
        if month == MONTHS {
            room.clock.set(night);
            let done = alerts::run(&room.db, &room.actor, Who::All)?;
            eprintln!("… {done:?}");
            room.clock.set(Instant::from_ms(night.ms() + MORNING));
        } else {
            let days = i64::try_from(MONTHS - month)?;
            room.clock.set(Instant::from_ms(night.ms() - days * DAY));
        }
        pour(&room, &units, month, end)?;
    }
    drop(room);
    fs::write(&ready, night.ms().to_string())?;
    Ok(Base { district, night })
}

/// Everything the offices say about a month.
fn pour(room: &Room, units: &[Unit], month: usize, end: Date) -> anyhow::Result<()> {
    let mut feeds: [Vec<Said>; 5] = Default::default();
    for unit in 0..units.len() {
        say(unit, month, &mut feeds);
    }
    let kinds = [
        ("insured_headcount", "insured_headcount", Once::Month),
        ("si_arrears", "si_arrears", Once::Month),
        ("tax_distress", "tax_distress", Once::Month),
        ("complaints", "complaint", Once::Reference),
        ("wage_overdue", "wage_overdue", Once::Month),
    ];
    for ((feed, kind, once), said) in kinds.into_iter().zip(&feeds) {
        room.deliver(feed, kind, (end, once), (units, said))?;
    }
    Ok(())
}

fn say(unit: usize, month: usize, feeds: &mut [Vec<Said>; 5]) {
    let [heads, insurance, taxes, complaints, wages] = feeds;
    let number = |value: usize| i64::try_from(value).unwrap_or(0);
    let (own, chance) = (mix(unit), mix(unit * 64 + month + 1));
    let begins = (own >> 8) % 30;
    // Months since trouble began, for the three in a hundred who get into it.
    let trouble = (own % 100 < 3 && (begins..begins + 5).contains(&month)).then(|| month - begins);
    let people = 5 + own % 200 + chance % 7;
    let people = trouble.map_or(people, |since| people * (10 - since) / 10);
    let add = |feed: &mut Vec<Said>, fields| feed.push(Said { unit, fields });
    add(heads, vec![("people", number(people))]);
    if let Some(since) = trouble {
        add(insurance, vec![("months", number(since + 1))]);
        if since >= 1 {
            let (days, workers) = (number(since * 10), number(3 + own % 12));
            add(
                wages,
                vec![("days", days), ("workers", workers), ("verified", 1)],
            );
            add(complaints, vec![("people", number(1 + chance % 4))]);
        }
    } else {
        match chance % 1_000 {
            0..15 => add(insurance, vec![("months", 1)]),
            15..20 => add(taxes, vec![("overdue_months", 2)]),
            20..25 => add(complaints, vec![("people", 1)]),
            _ => {}
        }
    }
}
