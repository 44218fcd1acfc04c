//! Promises about the running program: start, memory, and the roster against a bare handler.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::district::District;
use crate::floors::Task;
use crate::load::{self, Request};
use crate::process::{Server, median};
use crate::table::Row;

/// Turns of each side.
const TURNS: usize = 5;
/// How long one turn under load lasts.
const TURN: Duration = Duration::from_secs(3);
/// Connections under load.
const CONNECTIONS: usize = 16;
/// Pages after which memory is read.
const PAGES: u64 = 10_000;
/// Four filters: sex, group, verified, joined since.
const ROSTER: &str = "/members?sex=male&group=migrant&real_name=1&joined_from=2020-01-01";
/// What those filters ask the database for one page of 50, written by hand.
const ROSTER_SQL: &str = "SELECT m.* FROM member m WHERE m.district = ?1 AND m.org_path >= '' AND m.org_path < '~' \
    AND m.status IN ('active', 'kept', 'transferring') AND m.sex = 1 AND m.migrant AND m.real_name \
    AND m.joined_on >= '2020-01-01' ORDER BY m.org_path, m.id LIMIT 51";

fn serve(district: &District) -> anyhow::Result<Server> {
    Server::start(district.program("serve").args(["--listen", "127.0.0.1:0"]))
}

/// Sign in as the district officer of the demonstration; the cookie to send.
fn sign_in(address: &str) -> anyhow::Result<String> {
    let answer = load::post_form(
        address,
        "/login",
        "login=quzong&password=niangjia-demo",
        None,
    )?;
    let cookie = answer
        .header("set-cookie")
        .context("sign-in set no cookie")?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn bare(district: &District, body: Vec<u8>, gzip: bool) -> anyhow::Result<Server> {
    let task = Task {
        database: district.database().display().to_string(),
        sql: ROSTER_SQL.to_owned(),
        values: vec!["330113".to_owned()],
        body,
        gzip,
    };
    let file = district.file("task.json");
    std::fs::write(&file, serde_json::to_vec(&task)?)?;
    Server::start(
        Command::new(std::env::current_exe()?)
            .arg("floor-serve")
            .arg(&file),
    )
}

/// Every promise about serving.
pub fn rows(district: &District) -> anyhow::Result<Vec<Row>> {
    let ours = serve(district)?;
    let cookie = sign_in(&ours.address)?;
    let roster = Request::get(&ours.address, ROSTER, Some(&cookie));
    let page = load::once(&ours.address, &roster)?;
    if page.status != 200 {
        bail!("the roster answered {}", page.status);
    }
    let gzip = page.header("content-encoding") == Some("gzip");
    let floor = bare(district, page.body, gzip)?;
    let mut found = vec![list(&ours, &floor, &roster)?, memory(&ours, &cookie)?];
    drop(ours);
    drop(floor);
    found.push(start(district, &cookie)?);
    found.push(growth()?);
    Ok(found)
}

/// One page of 50 at 20,000 and at 2,000,000 members, one connection.
fn growth() -> anyhow::Result<Row> {
    const WHAT: &str = "roster page at 2,000,000 members against 20,000";
    const BAR: &str = "≤ 1.3 × the time a page";
    if std::env::var_os("NIANGJIA_BENCH_FULL").is_none() {
        let why = "making two million members takes long: set NIANGJIA_BENCH_FULL=1";
        return Ok(Row::skipped(WHAT, BAR, why));
    }
    let mut page_ms = Vec::new();
    for members in [20_000, 2_000_000] {
        let district = District::with_members(members)?;
        let server = serve(&district)?;
        let request = Request::get(&server.address, ROSTER, Some(&sign_in(&server.address)?));
        page_ms.push(load::run(&server.address, &[request], 1, TURN, u64::MAX)?.p50_ms);
    }
    let ratio =
        page_ms.last().copied().unwrap_or_default() / page_ms.first().copied().unwrap_or(1.0);
    Ok(Row::new(
        WHAT,
        BAR,
        format!("{ratio:.2} × (median ms a page: {page_ms:.2?})"),
        ratio <= 1.3,
    ))
}

fn list(ours: &Server, floor: &Server, roster: &Request) -> anyhow::Result<Row> {
    let fixed = Request::get(&floor.address, "/", None);
    let (mut mine, mut bare, mut p99) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        bare.push(
            load::run(
                &floor.address,
                std::slice::from_ref(&fixed),
                CONNECTIONS,
                TURN,
                u64::MAX,
            )?
            .per_second,
        );
        let rate = load::run(
            &ours.address,
            std::slice::from_ref(roster),
            CONNECTIONS,
            TURN,
            u64::MAX,
        )?;
        mine.push(rate.per_second);
        p99.push(rate.p99_ms);
    }
    let (mine, bare, p99) = (median(&mine), median(&bare), median(&p99));
    let share = 100.0 * mine / bare;
    Ok(Row::new(
        "roster page, 4 filters, 16 connections, signed in",
        "≥ 50 % of a bare handler with the page's row statement and bytes",
        format!(
            "{share:.0} % ({mine:.0} against {bare:.0} requests/s; p99 {p99:.1} ms). The bare handler does not ask for the tree and the count that the page also shows"
        ),
        share >= 50.0,
    ))
}

fn memory(ours: &Server, cookie: &str) -> anyhow::Result<Row> {
    let pages = [
        "/workbench",
        "/members",
        ROSTER,
        "/orgs",
        "/employers",
        "/search?q=%E5%BC%A0",
        "/coverage",
    ];
    let requests: Vec<_> = pages
        .iter()
        .map(|p| Request::get(&ours.address, p, Some(cookie)))
        .collect();
    load::run(
        &ours.address,
        &requests,
        CONNECTIONS,
        Duration::from_secs(600),
        PAGES,
    )?;
    let resident = ours.resident_mb();
    Ok(Row::new(
        format!("memory after {PAGES} mixed pages"),
        "< 200 MB",
        format!("{resident:.0} MB"),
        resident < 200.0,
    ))
}

fn start(district: &District, cookie: &str) -> anyhow::Result<Row> {
    let (mut mine, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let begun = Instant::now();
        let server = serve(district)?;
        let page = load::once(
            &server.address,
            &Request::get(&server.address, "/members", Some(cookie)),
        )?;
        if page.status != 200 {
            bail!("the first page answered {}", page.status);
        }
        mine.push(begun.elapsed().as_secs_f64());
        drop(server);
        let begun = Instant::now();
        let server = bare(district, b"ok".to_vec(), false)?;
        load::once(&server.address, &Request::get(&server.address, "/", None))?;
        bare_times.push(begun.elapsed().as_secs_f64());
    }
    let (mine, bare) = (median(&mine), median(&bare_times));
    let ratio = mine / bare;
    Ok(Row::new(
        "start to the first signed-in page",
        "≤ 3 × a bare axum + SQLite program",
        format!(
            "{ratio:.1} × ({:.0} ms against {:.0} ms)",
            mine * 1e3,
            bare * 1e3
        ),
        ratio <= 3.0,
    ))
}
