//! start: from the start of the process to the first signed-in page; memory: after 10,000 mixed pages.

use std::time::{Duration, Instant};

use anyhow::Context;

use crate::district::{District, command, floor, sign_in};
use crate::export::employers;
use crate::floors::{Ask, Task};
use crate::load::{self, Request};
use crate::options::Options;
use crate::process::{Server, median};
use crate::table::Row;

/// Start over the floor's.
const BAR: f64 = 3.0;
/// Resident memory after the pages, MB.
const BAR_MB: f64 = 200.0;
/// Pages asked for.
const PAGES: u64 = 10_000;

/// Measure the start.
///
/// # Errors
/// A server cannot be started or does not answer.
pub fn measure_start(options: &Options) -> anyhow::Result<Vec<Row>> {
    let district = District::of(options.members, employers(options.members), 24)?;
    let cookie = {
        let server = district.serve()?;
        sign_in(&server.address, "quzong")?
    };
    let task = Task {
        database: district.database().display().to_string(),
        statements: vec![Ask {
            sql: "SELECT id, name FROM org WHERE district = ?1 ORDER BY path LIMIT 50".to_owned(),
            values: vec!["text:330113".to_owned()],
        }],
        note: false,
        body: vec![b'x'; 20_000],
        gzip: false,
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("task.json");
    std::fs::write(&file, serde_json::to_vec(&task)?)?;
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds.max(5) {
        ours.push(first_page(
            &mut command(&["serve", "--dir", district.text(), "--listen", "127.0.0.1:0"])?,
            "/workbench",
            Some(&cookie),
        )?);
        floors.push(first_page(
            &mut floor(&["floor-serve", file.to_str().context("path")?])?,
            "/",
            None,
        )?);
    }
    let ratio = median(
        &ours
            .iter()
            .zip(&floors)
            .map(|(a, b)| a / b)
            .collect::<Vec<_>>(),
    );
    let measured = format!(
        "{ratio:.2} × ({:.0} ms against {:.0} ms)",
        median(&ours) * 1e3,
        median(&floors) * 1e3
    );
    Ok(vec![Row::new(
        format!(
            "process start to first signed-in page, {} members",
            options.members
        ),
        format!("≤ {BAR} × a bare axum + SQLite program"),
        measured,
        ratio <= BAR,
    )])
}

fn first_page(
    program: &mut std::process::Command,
    path: &str,
    cookie: Option<&str>,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let server = Server::start(program)?;
    let answer = load::once(
        &server.address,
        &Request::get(&server.address, path, cookie),
    )?;
    anyhow::ensure!(answer.status == 200, "{path} answers {}", answer.status);
    Ok(begun.elapsed().as_secs_f64())
}

/// Measure memory after many pages of many kinds.
///
/// # Errors
/// A server cannot be started or a page stops answering.
pub fn measure_memory(options: &Options) -> anyhow::Result<Vec<Row>> {
    let district = District::of(options.members, employers(options.members), 24)?;
    let server = district.serve()?;
    let cookie = sign_in(&server.address, "quzong")?;
    let fresh = server.resident_mb();
    let requests = pages(&district, &server, &cookie)?;
    load::run(
        &server.address,
        &requests,
        8,
        Duration::from_secs(600),
        PAGES,
    )?;
    let after = server.resident_mb();
    Ok(vec![Row::new(
        format!(
            "resident memory after {PAGES} mixed pages, {} members",
            options.members
        ),
        format!("< {BAR_MB:.0} MB"),
        format!(
            "{after:.0} MB ({fresh:.0} MB at start; {} different addresses)",
            requests.len()
        ),
        after < BAR_MB,
    )])
}

/// Lists, cards and searches that answer with a page.
fn pages(district: &District, server: &Server, cookie: &str) -> anyhow::Result<Vec<Request>> {
    let mut paths: Vec<String> = [
        "/workbench",
        "/members",
        "/orgs",
        "/employers",
        "/coverage",
        "/duplicates",
        "/imports",
        "/transfers",
        "/applications",
        "/foundings",
        "/me",
        "/search?q=wang",
        "/api/members",
        "/api/orgs",
    ]
    .into_iter()
    .map(ToOwned::to_owned)
    .collect();
    paths.push(crate::list::address(district)?);
    for (table, page) in [
        ("member", "/members/"),
        ("org", "/orgs/"),
        ("employer", "/employers/"),
        ("org", "/members?org="),
    ] {
        let ids = district.texts(&format!(
            "SELECT id FROM {table} ORDER BY substr(id, 14), id LIMIT 60"
        ))?;
        paths.extend(ids.iter().map(|id| format!("{page}{id}")));
    }
    let mut requests = Vec::new();
    for path in paths {
        let request = Request::get(&server.address, &path, Some(cookie));
        if load::once(&server.address, &request)?.status == 200 {
            requests.push(request);
        }
    }
    anyhow::ensure!(
        requests.len() >= 50,
        "only {} addresses answer with a page",
        requests.len()
    );
    Ok(requests)
}
