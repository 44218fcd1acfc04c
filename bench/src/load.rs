//! A small load generator: keep-alive connections on one thread, like the usual tools, so that the client
//! takes the same little CPU from both programs under test.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One prepared GET request and how it is to be answered.
#[derive(Debug, Clone)]
pub struct Request {
    bytes: Vec<u8>,
    expect: u16,
}

impl Request {
    /// GET `path` with a session cookie, accepting gzip, expecting status 200.
    pub fn get(address: &str, path: &str, cookie: Option<&str>) -> Self {
        Self::with(address, path, cookie, "accept-encoding: gzip\r\n")
    }

    /// As [`Request::get`], for an answer that can be read.
    pub fn readable(address: &str, path: &str, cookie: Option<&str>) -> Self {
        Self::with(address, path, cookie, "")
    }

    fn with(address: &str, path: &str, cookie: Option<&str>, accept: &str) -> Self {
        let cookie = cookie
            .map(|c| format!("cookie: {c}\r\n"))
            .unwrap_or_default();
        let text = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\n{accept}sec-fetch-site: same-origin\r\n{cookie}\r\n"
        );
        Self {
            bytes: text.into_bytes(),
            expect: 200,
        }
    }
}

/// An answer as it came over the wire.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header lines, lower-cased names.
    pub headers: Vec<(String, String)>,
    /// Body as sent (still compressed), chunk frames removed.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }
}

/// What a run of requests showed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    /// Requests answered.
    pub requests: u64,
    /// Requests a second.
    pub per_second: f64,
    /// 99th percentile, ms.
    pub p99_ms: f64,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).into_owned();
        self.buffer.drain(..end + 4);
        let mut answer = parse_head(&head)?;
        if answer
            .header("transfer-encoding")
            .is_some_and(|v| v.contains("chunked"))
        {
            answer.body = self.chunks().await?;
        } else {
            let length: usize = answer
                .header("content-length")
                .and_then(|v| v.parse().ok())
                .unwrap_or(0);
            answer.body = self.take(length).await?;
        }
        Ok(answer)
    }

    async fn take(&mut self, length: usize) -> anyhow::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.fill().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = find(&self.buffer, b"\r\n") {
                    break at;
                }
                self.fill().await?;
            };
            let line =
                String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).into_owned();
            self.buffer.drain(..end + 2);
            let length = usize::from_str_radix(line.trim(), 16)
                .with_context(|| format!("chunk length {line:?}"))?;
            let chunk = self.take(length + 2).await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(chunk.get(..length).unwrap_or_default());
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn parse_head(head: &str) -> anyhow::Result<Answer> {
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|l| l.split(' ').nth(1))
        .and_then(|s| s.parse().ok())
        .context("no status line")?;
    let headers = lines
        .filter_map(|l| l.split_once(':'))
        .map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned()))
        .collect();
    Ok(Answer {
        status,
        headers,
        body: Vec::new(),
    })
}

fn on_one_thread<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::task::LocalSet::new().run_until(work))
}

/// One request on a fresh connection.
///
/// # Errors
/// The server does not answer in HTTP.
pub fn once(address: &str, request: &Request) -> anyhow::Result<Answer> {
    on_one_thread(async { Connection::open(address).await?.ask(&request.bytes).await })
}

/// POST a form and give the answer (sign-in).
///
/// # Errors
/// The server does not answer in HTTP.
pub fn post_form(
    address: &str,
    path: &str,
    form: &str,
    cookie: Option<&str>,
) -> anyhow::Result<Answer> {
    let cookie = cookie
        .map(|c| format!("cookie: {c}\r\n"))
        .unwrap_or_default();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n{cookie}content-length: {}\r\n\r\n{form}",
        form.len()
    );
    on_one_thread(async { Connection::open(address).await?.ask(text.as_bytes()).await })
}

/// POST JSON with a session cookie and an idempotency key.
///
/// # Errors
/// The server does not answer in HTTP.
pub fn post_json(
    address: &str,
    path: &str,
    body: &str,
    (cookie, key): (&str, &str),
) -> anyhow::Result<Answer> {
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/json\r\ncookie: {cookie}\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    on_one_thread(async { Connection::open(address).await?.ask(text.as_bytes()).await })
}

/// Ask over `connections` connections, each going through `requests` in turn from its own place, for `time`
/// (or until `limit` requests were answered). Every answer's status is checked.
///
/// # Errors
/// A connection failed or an answer was not as expected: then the rate would be a lie.
pub fn run(
    address: &str,
    requests: &[Request],
    connections: usize,
    time: Duration,
    limit: u64,
) -> anyhow::Result<Rate> {
    let requests: std::rc::Rc<[Request]> = requests.into();
    on_one_thread(async move {
        let (started, mut tasks) = (Instant::now(), Vec::new());
        for n in 0..connections {
            let (requests, address) = (requests.clone(), address.to_owned());
            let share = limit / connections as u64;
            tasks.push(tokio::task::spawn_local(async move {
                one_connection(&address, &requests, n, started, time, share).await
            }));
        }
        let mut latencies: Vec<f64> = Vec::new();
        for task in tasks {
            latencies.extend(task.await??);
        }
        Ok(rate(latencies, started.elapsed()))
    })
}

async fn one_connection(
    address: &str,
    requests: &[Request],
    from: usize,
    started: Instant,
    time: Duration,
    limit: u64,
) -> anyhow::Result<Vec<f64>> {
    let mut connection = Connection::open(address).await?;
    let mut latencies = Vec::new();
    for request in requests
        .iter()
        .cycle()
        .skip(from * 7 % requests.len().max(1))
    {
        if started.elapsed() >= time || latencies.len() as u64 >= limit {
            break;
        }
        let asked = Instant::now();
        let answer = connection.ask(&request.bytes).await?;
        if answer.status != request.expect {
            bail!(
                "{address} answered {} to {}",
                answer.status,
                String::from_utf8_lossy(&request.bytes)
                    .lines()
                    .next()
                    .unwrap_or_default()
            );
        }
        latencies.push(asked.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(latencies)
}

fn rate(mut latencies: Vec<f64>, took: Duration) -> Rate {
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index from a share of a length"
        )]
        let place = (latencies.len() as f64 * share) as usize;
        latencies
            .get(place.min(latencies.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    };
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let per_second = latencies.len() as f64 / took.as_secs_f64();
    Rate {
        requests: latencies.len() as u64,
        per_second,
        p99_ms: at(0.99),
    }
}
