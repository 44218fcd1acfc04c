//! desk: the list of alerts and the page of one, with 66 and with 6,000 open alerts in the same district.

use anyhow::Context;
use kernel::Instant;
use rusqlite::Connection;
use union::arrears::Once;
use union::arrears::alerts::{self, Who};

use super::{Room, Said, mix, now};
use crate::district::{Copy, District};
use crate::list::{Compared, against_bare};
use crate::options::Options;
use crate::table::Row;

/// Open alerts of an ordinary district and of a very bad year.
const FEW: usize = 66;
const MANY: usize = 6_000;
/// Employers of the district: enough for so many alerts.
const EMPLOYERS: usize = 8_000;
/// Share of the bare handler's requests a second.
const BAR: f64 = 0.5;
/// CPU of a page with many alerts over that with few.
const BAR_GROWTH: f64 = 1.5;
/// CPU seconds in a second below which a server is at rest, and how many seconds it may take to get there.
const IDLE: f64 = 0.03;
const LONGEST_SETTLING: u32 = 300;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Measure.
///
/// # Errors
/// A page does not answer, or a server cannot be started.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut costs = Vec::new();
    for open in [FEW, MANY] {
        let copy = district(open)?;
        let list = compare(options, &copy.district, "/warnings")?;
        let no = copy
            .district
            .texts("SELECT no FROM alert WHERE state = 'open' ORDER BY rank DESC, score DESC, id DESC LIMIT 1")?
            .pop()
            .context("no alert")?;
        let page = compare(options, &copy.district, &format!("/warnings/{no}"))?;
        rows.push(row(&format!("the desk's list, {open} open alerts"), &list));
        rows.push(row(
            &format!("the page of an alert, {open} open alerts"),
            &page,
        ));
        costs.push([list.cpu_ms, page.cpu_ms]);
    }
    if let [few, many] = costs.as_slice() {
        let names = ["the desk's list", "the page of an alert"];
        for (what, (few, many)) in names.into_iter().zip(few.iter().zip(many)) {
            rows.push(Row::new(
                format!("{what} with {MANY} open alerts"),
                format!("≤ {BAR_GROWTH} × the cost with {FEW}"),
                format!(
                    "{:.2} × ({many:.2} against {few:.2} ms CPU a page)",
                    many / few
                ),
                many / few <= BAR_GROWTH,
            ));
        }
    }
    Ok(rows)
}

fn compare(options: &Options, district: &District, path: &str) -> anyhow::Result<Compared> {
    against_bare(options, district, path, now()?)
}

fn row(what: &str, compared: &Compared) -> Row {
    Row::new(
        format!("{what}, 16 connections, signed in"),
        format!(
            "≥ {:.0} % of a bare axum handler with the same {} statements, {} durable rows and a fixed page of {} bytes",
            BAR * 100.0,
            compared.statements,
            compared.writes,
            compared.bytes
        ),
        format!(
            "{:.0} % by requests, {:.0} % by CPU ({})",
            compared.ratio * 100.0,
            compared.cpu_ratio * 100.0,
            compared.turns
        ),
        compared.ratio >= BAR,
    )
}

/// The same district with exactly so many open alerts, most of them days old, a tenth of them late.
fn district(open: usize) -> anyhow::Result<Copy> {
    let copy = District::of(2_000, EMPLOYERS, 1)?.copy()?;
    let district = &copy.district;
    let now = now()?;
    let mut from = 0;
    for _ in 0..6 {
        let there = count(district)?;
        if there >= open {
            break;
        }
        let room = Room::open(district, now)?;
        let units = room.units(district)?;
        let to = (from + (open - there) * 11 / 10 + 5).min(units.len());
        let said: Vec<Said> = (from..to).map(overdue).collect();
        let today = now.shanghai_date();
        room.deliver(
            "wage_overdue",
            "wage_overdue",
            (today, Once::Month),
            (&units, &said),
        )?;
        alerts::run(&room.db, &room.actor, Who::All)?;
        from = to;
    }
    settle(district, open, now)?;
    let there = count(district)?;
    anyhow::ensure!(there == open, "{there} open alerts instead of {open}");
    quiet(district)?;
    Ok(copy)
}

/// Serves until what the alerts left to be done is done: thousands of them were opened a moment ago.
fn quiet(district: &District) -> anyhow::Result<()> {
    let server = district.serve()?;
    let mut before = server.cpu();
    for _ in 0..LONGEST_SETTLING {
        std::thread::sleep(std::time::Duration::from_secs(1));
        let now = server.cpu();
        if now - before < IDLE {
            return Ok(());
        }
        before = now;
    }
    anyhow::bail!("the server does not come to rest")
}

fn overdue(unit: usize) -> Said {
    let number = |value: usize| i64::try_from(value).unwrap_or(0);
    let chance = mix(unit);
    let fields = vec![
        ("days", number(16 + chance % 50)),
        ("workers", number(2 + (chance >> 8) % 14)),
        ("amount", number(1_000_000 + (chance >> 16) % 90_000_000)),
        ("verified", 1),
    ];
    Said { unit, fields }
}

fn count(district: &District) -> anyhow::Result<usize> {
    let counted =
        district.texts("SELECT CAST(COUNT(*) AS TEXT) FROM alert WHERE state = 'open'")?;
    Ok(counted.first().context("a count")?.parse()?)
}

/// Ends the surplus, and makes the rest look as on an ordinary morning: nineteen in twenty are older than yesterday, a
/// tenth has a missed clock.
fn settle(district: &District, open: usize, now: Instant) -> anyhow::Result<()> {
    let db = Connection::open(district.database())?;
    db.execute(
        "UPDATE alert SET state = 'closed', closed_at = ?2, closed_code = 'paid' WHERE state = 'open' AND id NOT IN \
         (SELECT id FROM alert WHERE state = 'open' ORDER BY rank DESC, score DESC, id LIMIT ?1)",
        (i64::try_from(open)?, now.ms() - 40 * DAY),
    )?;
    db.execute(
        "UPDATE alert SET raised_at = raised_at - ?1, opened_at = opened_at - ?1 \
         WHERE state = 'open' AND rowid % 20 <> 0",
        [9 * DAY],
    )?;
    db.execute(
        "UPDATE case_file SET overdue = (rowid % 10 = 0) WHERE kind = ?1",
        [alerts::CASE_KIND],
    )?;
    Ok(())
}
