//! 运行状态: is the process alive, can it work, and how much it has done.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::App;

/// Upper bounds of the latency histogram, in milliseconds.
const BUCKETS: [u64; 8] = [1, 5, 10, 25, 50, 100, 500, 2_000];

static REQUESTS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static LATENCY: [AtomicU64; 9] = [const { AtomicU64::new(0) }; 9];
static LATENCY_SUM_US: AtomicU64 = AtomicU64::new(0);

/// Count every answer by class and latency.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let response = next.run(request).await;
    record(response.status(), started.elapsed());
    response
}

fn record(status: StatusCode, took: Duration) {
    let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
    if let Some(counter) = REQUESTS.get(class) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let bucket = BUCKETS
        .iter()
        .position(|b| ms <= *b)
        .unwrap_or(BUCKETS.len());
    if let Some(counter) = LATENCY.get(bucket) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    LATENCY_SUM_US.fetch_add(
        u64::try_from(took.as_micros()).unwrap_or(0),
        Ordering::Relaxed,
    );
}

/// The process is alive.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers.
pub(super) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    let asked = tokio::task::spawn_blocking(move || app.db().districts()).await;
    match asked {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "store does not answer\n"),
    }
}

/// Prometheus text format. Counts only: no name, no address, no path.
pub(super) async fn metrics() -> String {
    let mut out = String::from(
        "# HELP niangjia_http_responses_total Answers by status class.\n# TYPE niangjia_http_responses_total counter\n",
    );
    for (class, counter) in REQUESTS.iter().enumerate() {
        let _ = writeln!(
            out,
            "niangjia_http_responses_total{{class=\"{}xx\"}} {}",
            class + 1,
            counter.load(Ordering::Relaxed)
        );
    }
    out.push_str(
        "# HELP niangjia_http_seconds Time to answer.\n# TYPE niangjia_http_seconds histogram\n",
    );
    let mut total = 0;
    for (counter, bound) in LATENCY.iter().zip(BUCKETS.iter().map(Some).chain([None])) {
        total += counter.load(Ordering::Relaxed);
        let label = bound.map_or_else(
            || "+Inf".to_owned(),
            |ms| format!("{}.{:03}", ms / 1000, ms % 1000),
        );
        let _ = writeln!(
            out,
            "niangjia_http_seconds_bucket{{le=\"{label}\"}} {total}"
        );
    }
    let us = LATENCY_SUM_US.load(Ordering::Relaxed);
    let _ = writeln!(
        out,
        "niangjia_http_seconds_sum {}.{:06}\nniangjia_http_seconds_count {total}",
        us / 1_000_000,
        us % 1_000_000
    );
    out
}
