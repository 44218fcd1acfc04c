//! list: the member list under four filters, signed in, against a bare handler with the same statements.

use std::time::Duration;

use anyhow::Context;
use kernel::Date;

use crate::district::{District, floor, sign_in};
use crate::export::employers;
use crate::floors::Task;
use crate::load::{self, Request};
use crate::options::Options;
use crate::page;
use crate::process::{Server, median};
use crate::table::Row;

/// Connections at the same time.
const CONNECTIONS: usize = 16;
/// Share of the bare handler's requests a second.
const BAR: f64 = 0.5;
/// CPU of a page in the large district over that in the small one.
const BAR_GROWTH: f64 = 1.3;

/// Measure.
///
/// # Errors
/// A page does not answer, or a server cannot be started.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let district = District::of(options.members, employers(options.members), 24)?;
    Ok(vec![
        throughput(options, &district)?,
        growth(options, &district)?,
    ])
}

/// The list of the largest town, women, migrant workers, joined in the last years.
pub fn address(district: &District) -> anyhow::Result<String> {
    let town = district.texts(
        "SELECT id FROM org t WHERE kind = 'town' ORDER BY (SELECT count(*) FROM member m WHERE m.org_path >= t.path AND m.org_path < t.path || '~') DESC LIMIT 1",
    )?;
    Ok(format!(
        "/members?org={}&x=2&g=migrant&jf=2020-01-01",
        town.first().context("no town")?
    ))
}

/// The day the district was made for.
fn today(district: &District) -> anyhow::Result<Date> {
    let text = district
        .texts("SELECT MAX(joined_on) FROM member")?
        .pop()
        .context("no members")?;
    text.parse::<Date>()
        .context("a date")?
        .tomorrow()
        .context("a date")
}

fn throughput(options: &Options, district: &District) -> anyhow::Result<Row> {
    let ours = district.serve()?;
    let cookie = sign_in(&ours.address, "quzong")?;
    let path = address(district)?;
    let request = Request::get(&ours.address, &path, Some(&cookie));
    let page = load::once(&ours.address, &request)?;
    anyhow::ensure!(page.status == 200, "{path} answers {}", page.status);
    let statements = page::statements(district, &cookie, &path, today(district)?)?;
    let asked = statements.len();
    let task = Task {
        database: district.database().display().to_string(),
        statements,
        gzip: page.header("content-encoding") == Some("gzip"),
        body: page.body.clone(),
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("task.json");
    std::fs::write(&file, serde_json::to_vec(&task)?)?;
    let bare = Server::start(&mut floor(&[
        "floor-serve",
        file.to_str().context("path")?,
    ])?)?;
    let plain = Request::get(&bare.address, "/", None);
    let time = Duration::from_secs(options.seconds);
    let (mut rates, mut ratios, mut bares, mut cpu, mut bare_cpu, mut p99) = (
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
    );
    for _ in 0..options.rounds {
        let before = ours.cpu();
        let rate = load::run(
            &ours.address,
            std::slice::from_ref(&request),
            CONNECTIONS,
            time,
            u64::MAX,
        )?;
        cpu.push((ours.cpu() - before) / count(rate.requests) * 1e3);
        let before = bare.cpu();
        let floor = load::run(
            &bare.address,
            std::slice::from_ref(&plain),
            CONNECTIONS,
            time,
            u64::MAX,
        )?;
        bare_cpu.push((bare.cpu() - before) / count(floor.requests) * 1e3);
        ratios.push(rate.per_second / floor.per_second);
        rates.push(rate.per_second);
        bares.push(floor.per_second);
        p99.push(rate.p99_ms);
    }
    let ratio = median(&ratios);
    Ok(Row::new(
        format!(
            "member list page, 4 filters, {} members, {CONNECTIONS} connections, signed in",
            options.members
        ),
        format!(
            "≥ {:.0} % of a bare axum handler with the same {asked} statements and a fixed page of {} bytes",
            BAR * 100.0,
            task.body.len()
        ),
        format!(
            "{:.0} % ({:.0} against {:.0} requests/s; CPU {:.2} against {:.2} ms a page; p99 {:.1} ms)",
            ratio * 100.0,
            median(&rates),
            median(&bares),
            median(&cpu),
            median(&bare_cpu),
            median(&p99)
        ),
        ratio >= BAR,
    ))
}

/// CPU milliseconds of one page, one connection.
fn cost(options: &Options, district: &District) -> anyhow::Result<f64> {
    let server = district.serve()?;
    let cookie = sign_in(&server.address, "quzong")?;
    let request = Request::get(&server.address, &address(district)?, Some(&cookie));
    let requests = std::slice::from_ref(&request);
    load::run(
        &server.address,
        requests,
        2,
        Duration::from_secs(1),
        u64::MAX,
    )?;
    let mut costs = Vec::new();
    for _ in 0..options.rounds {
        let before = server.cpu();
        let rate = load::run(
            &server.address,
            requests,
            2,
            Duration::from_secs(options.seconds.min(3)),
            u64::MAX,
        )?;
        costs.push((server.cpu() - before) / count(rate.requests) * 1e3);
    }
    Ok(median(&costs))
}

fn growth(options: &Options, district: &District) -> anyhow::Result<Row> {
    let bar = format!("≤ {BAR_GROWTH} × the cost at 20,000 members");
    let small = cost(options, &District::of(20_000, 2_000, 24)?)?;
    if !options.full {
        let here = cost(options, district)?;
        let why = format!(
            "2,000,000 only with NIANGJIA_BENCH_FULL=1; at {} members {:.2} × ({here:.2} against {small:.2} ms CPU a page)",
            options.members,
            here / small
        );
        return Ok(Row::skipped(
            "member list page at 2,000,000 members",
            bar,
            why,
        ));
    }
    let large = cost(options, &District::of(2_000_000, employers(2_000_000), 12)?)?;
    let ratio = large / small;
    let measured = format!("{ratio:.2} × ({large:.2} against {small:.2} ms CPU a page)");
    Ok(Row::new(
        "member list page at 2,000,000 members",
        bar,
        measured,
        ratio <= BAR_GROWTH,
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn count(requests: u64) -> f64 {
    requests.max(1) as f64
}
