//! alarm: one new red signal comes in by the interface; from the sending until the town's open screen has been told and
//! has fetched the list with the new alert on it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::now;
use crate::district::{District, sign_in};
use crate::load::{self, Request};
use crate::options::Options;
use crate::process::median;
use crate::table::Row;

/// Seconds.
const BAR: f64 = 2.0;
/// Signals sent, one after another.
const SIGNALS: usize = 20;
/// Longest wait for the word, so that a broken stream fails and does not hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Measure.
///
/// # Errors
/// The signal is refused, or never reaches the screen.
pub fn measure(_: &Options) -> anyhow::Result<Vec<Row>> {
    let copy = District::of(2_000, 8_000, 1)?.copy()?;
    let district = &copy.district;
    let employers = quiet_employers(district)?;
    anyhow::ensure!(employers.len() == SIGNALS, "{} employers", employers.len());
    let server = district.serve()?;
    // What came due while the district lay still is done before anybody measures.
    std::thread::sleep(Duration::from_secs(5));
    let officer = sign_in(&server.address, "quzong")?;
    let town = sign_in(&server.address, "zhenjie")?;
    let mut times = Vec::new();
    for (number, line) in employers.iter().enumerate() {
        let (employer, name) = line.split_once('|').context("an employer")?;
        let mut screen = Screen::open(&server.address, &town)?;
        let begun = Instant::now();
        send(&server.address, &officer, number, employer)?;
        loop {
            screen.told()?;
            if screen.list()?.contains(name) {
                break;
            }
        }
        times.push(begun.elapsed().as_secs_f64());
    }
    let worst = times.iter().copied().fold(0.0, f64::max);
    Ok(vec![Row::new(
        "one new red signal by the interface → told and drawn on the town's open screen",
        format!("≤ {BAR} s"),
        format!(
            "median {:.2} s, worst {worst:.2} s of {SIGNALS}",
            median(&times)
        ),
        worst <= BAR,
    )])
}

/// Employers of the town of the account `zhenjie` about whom nothing is known: id and name.
fn quiet_employers(district: &District) -> anyhow::Result<Vec<String>> {
    district.texts(&format!(
        "SELECT hex(e.id) || '|' || e.name FROM employer e \
         JOIN post p ON p.district = e.district AND e.org_path >= p.org_path AND e.org_path < p.org_path || '~' \
         JOIN account a ON a.district = p.district AND a.id = p.account_id AND a.login = 'zhenjie' \
         WHERE NOT EXISTS (SELECT 1 FROM signal s WHERE s.district = e.district AND s.subject_id = e.id) \
         ORDER BY e.id LIMIT {SIGNALS}"
    ))
}

/// The owner cannot be reached: a red line.
fn send(address: &str, cookie: &str, number: usize, employer: &str) -> anyhow::Result<()> {
    let today = now()?.shanghai_date();
    let body = serde_json::json!({
        "employer": employer, "kind": "owner_lost", "day": today.to_string(), "fields": { "hours": 26 }
    });
    let key = format!("bench-{number}");
    let answer = load::post_json(address, "/api/signals", &body.to_string(), (cookie, &key))?;
    if answer.status != 201 {
        bail!(
            "the signal is refused: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(())
}

/// The open list of the desk: drawn once, then listening, as the page does in a browser.
struct Screen<'a> {
    address: &'a str,
    request: Request,
    stream: TcpStream,
    heard: Vec<u8>,
}

impl<'a> Screen<'a> {
    fn open(address: &'a str, cookie: &str) -> anyhow::Result<Self> {
        let request = Request::readable(address, "/warnings?level=red", Some(cookie));
        let page = load::once(address, &request)?;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let (_, live) = page
            .split_once("hx-sse:connect=\"")
            .context("the page does not listen")?;
        let (live, _) = live.split_once('"').context("the page does not listen")?;
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {live} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n\r\n"
        )?;
        Ok(Self {
            address,
            request,
            stream,
            heard: Vec::new(),
        })
    }

    /// Waits for the word that something changed.
    fn told(&mut self) -> anyhow::Result<()> {
        const WORD: &[u8] = b"event: changed";
        let mut bytes = [0; 4096];
        loop {
            if let Some(at) = self.heard.windows(WORD.len()).position(|part| part == WORD) {
                self.heard.drain(..at + WORD.len());
                return Ok(());
            }
            let read = self
                .stream
                .read(&mut bytes)
                .context("the screen heard nothing")?;
            anyhow::ensure!(read > 0, "the stream ended");
            self.heard
                .extend_from_slice(bytes.get(..read).unwrap_or_default());
        }
    }

    fn list(&self) -> anyhow::Result<String> {
        let page = load::once(self.address, &self.request)?;
        Ok(String::from_utf8_lossy(&page.body).into_owned())
    }
}
