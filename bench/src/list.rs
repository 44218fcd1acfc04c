//! list: the member list under four filters, signed in, against a bare handler with the same statements.

use std::time::Duration;

use anyhow::Context;
use kernel::{Date, Instant};

use crate::district::{District, floor, sign_in};
use crate::export::employers;
use crate::floors::{Ask, Task};
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

/// People of a town, `?1` its id.
const OF_TOWN: &str = "SELECT m.id FROM member m JOIN org t ON t.district = m.district AND t.id = ?1 \
    WHERE m.org_path >= t.path AND m.org_path < t.path || '~' AND m.status IN ('active', 'kept', 'transferring')";
/// Rows compared.
const COMPARED: usize = 20;

/// The list of the largest town, women, migrant workers, without the third that joined first.
pub fn address(district: &District) -> anyhow::Result<String> {
    Ok(format!(
        "/members?org={}&x=2&g=migrant&jf={}",
        town(district)?,
        since(district)?
    ))
}

/// A day before which a third of the members joined.
fn since(district: &District) -> anyhow::Result<String> {
    district
        .texts("SELECT joined_on FROM member ORDER BY joined_on LIMIT 1 OFFSET (SELECT count(*) / 3 FROM member)")?
        .pop()
        .context("no members")
}

/// The town with most members.
fn town(district: &District) -> anyhow::Result<String> {
    district
        .texts(
            "SELECT id FROM org t WHERE kind = 'town' ORDER BY (SELECT count(*) FROM member m \
             WHERE m.org_path >= t.path AND m.org_path < t.path || '~') DESC LIMIT 1",
        )?
        .pop()
        .context("no town")
}

/// The page must show the first people whom the four conditions leave, and none whom they do not: a filter that is
/// not understood would make the page faster than it is.
fn check_filtered(district: &District, server: &Server, cookie: &str) -> anyhow::Result<()> {
    let path = address(district)?;
    let request = Request::readable(&server.address, &path, Some(cookie));
    let page = load::once(&server.address, &request)?;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    let ids = |conditions: &str| {
        let sql = format!(
            "{} AND {conditions} ORDER BY m.org_path, m.id LIMIT {COMPARED}",
            OF_TOWN.replace("?1", &format!("x'{}'", town(district)?.replace('-', "")))
        );
        district.texts(&sql)
    };
    let shown = |id: &String| page.contains(&format!("/members/{id}"));
    let since = since(district)?;
    let wanted = ids(&format!(
        "m.sex = 2 AND m.migrant AND m.joined_on >= '{since}'"
    ))?;
    anyhow::ensure!(
        wanted.len() == COMPARED && wanted.iter().all(shown),
        "{path} does not show the {} people it should begin with",
        wanted.len()
    );
    let early = format!("m.joined_on < '{since}'");
    for not in ["m.sex <> 2", "NOT m.migrant", early.as_str()] {
        let others = ids(not)?;
        anyhow::ensure!(!others.is_empty(), "there is nobody with {not}");
        anyhow::ensure!(!others.iter().any(shown), "{path} shows people with {not}");
    }
    Ok(())
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
    let path = address(district)?;
    {
        let ours = district.serve()?;
        check_filtered(district, &ours, &sign_in(&ours.address, "quzong")?)?;
    }
    let compared = against_bare(
        options,
        district,
        &path,
        Instant::from_shanghai(today(district)?, 9, 0),
    )?;
    Ok(Row::new(
        format!(
            "member list page, 4 filters, {} members, {CONNECTIONS} connections, signed in",
            options.members
        ),
        format!(
            "≥ {:.0} % of a bare axum handler with the same {} statements and a fixed page of {} bytes",
            BAR * 100.0,
            compared.statements,
            compared.bytes
        ),
        format!("{:.0} % ({})", compared.ratio * 100.0, compared.turns),
        compared.ratio >= BAR,
    ))
}

/// A page of ours against the bare handler.
pub struct Compared {
    /// Our requests a second over those of the bare handler.
    pub ratio: f64,
    /// The bare handler's CPU over ours.
    pub cpu_ratio: f64,
    /// Our CPU a page, milliseconds.
    pub cpu_ms: f64,
    /// Statements that read.
    pub statements: usize,
    /// Rows the page leaves behind: who looked at it.
    pub writes: usize,
    /// Bytes of the page as sent.
    pub bytes: usize,
    /// Both sides in words.
    pub turns: String,
}

/// Measures a page of the district coordinator against a bare handler that runs the page's reading statements, leaves
/// one durable row behind where the page leaves any, and answers a fixed body of the same bytes.
///
/// # Errors
/// The page does not answer 200, or a server cannot be started.
pub fn against_bare(
    options: &Options,
    district: &District,
    path: &str,
    now: Instant,
) -> anyhow::Result<Compared> {
    let ours = district.serve()?;
    let cookie = sign_in(&ours.address, "quzong")?;
    let request = Request::get(&ours.address, path, Some(&cookie));
    let page = load::once(&ours.address, &request)?;
    anyhow::ensure!(page.status == 200, "{path} answers {}", page.status);
    let heard = page::statements(district, &cookie, path, now)?;
    let (statements, writing): (Vec<_>, Vec<_>) = heard.into_iter().partition(Ask::reads);
    let task = Task {
        database: district.database().display().to_string(),
        statements,
        note: !writing.is_empty(),
        gzip: page.header("content-encoding") == Some("gzip"),
        body: page.body,
    };
    // The statements were heard under another clock, in which that session has grown old.
    let cookie = sign_in(&ours.address, "quzong")?;
    let request = Request::get(&ours.address, path, Some(&cookie));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("task.json");
    std::fs::write(&file, serde_json::to_vec(&task)?)?;
    let bare = Server::start(&mut floor(&[
        "floor-serve",
        file.to_str().context("path")?,
    ])?)?;
    let plain = Request::get(&bare.address, "/", None);
    let turns = Turns::take(options, (&ours, &request), (&bare, &plain))?;
    Ok(Compared {
        ratio: median(&turns.ratios),
        cpu_ratio: median(&turns.bare.cpu_ms) / median(&turns.ours.cpu_ms),
        cpu_ms: median(&turns.ours.cpu_ms),
        statements: task.statements.len(),
        writes: usize::from(task.note),
        bytes: task.body.len(),
        turns: turns.to_string(),
    })
}

/// What both servers did in turn.
#[derive(Default)]
struct Turns {
    ratios: Vec<f64>,
    ours: Side,
    bare: Side,
}

/// One server's turns.
#[derive(Default)]
struct Side {
    rates: Vec<f64>,
    cpu_ms: Vec<f64>,
    p99: Vec<f64>,
}

impl Side {
    /// One turn; its requests a second.
    fn turn(
        &mut self,
        time: Duration,
        (server, request): (&Server, &Request),
    ) -> anyhow::Result<f64> {
        let (before, requests) = (server.cpu(), std::slice::from_ref(request));
        let rate = load::run(&server.address, requests, CONNECTIONS, time, u64::MAX)?;
        self.cpu_ms
            .push((server.cpu() - before) / count(rate.requests) * 1e3);
        self.rates.push(rate.per_second);
        self.p99.push(rate.p99_ms);
        Ok(rate.per_second)
    }
}

impl Turns {
    fn take(
        options: &Options,
        ours: (&Server, &Request),
        bare: (&Server, &Request),
    ) -> anyhow::Result<Self> {
        let time = Duration::from_secs(options.seconds);
        let mut turns = Self::default();
        for _ in 0..options.rounds {
            let rate = turns.ours.turn(time, ours)?;
            let floor = turns.bare.turn(time, bare)?;
            turns.ratios.push(rate / floor);
        }
        Ok(turns)
    }
}

impl std::fmt::Display for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.0} against {:.0} requests/s; CPU {:.2} against {:.2} ms a page; p99 {:.1} against {:.1} ms",
            median(&self.ours.rates),
            median(&self.bare.rates),
            median(&self.ours.cpu_ms),
            median(&self.bare.cpu_ms),
            median(&self.ours.p99),
            median(&self.bare.p99)
        )
    }
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
