//! Logs: one JSON object a line on standard error. No personal data: rooms log codes and ids only.

use tracing::level_filters::LevelFilter;

/// Environment variable with the level: error, warn, info (default), debug, trace, off.
const LEVEL: &str = "NIANGJIA_LOG";

/// Begin logging. A second call changes nothing.
pub fn begin() {
    let level = std::env::var(LEVEL).ok().and_then(|text| text.parse().ok());
    let _ = tracing_subscriber::fmt()
        .json()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .with_writer(std::io::stderr)
        .with_current_span(false)
        .with_span_list(false)
        .try_init();
}
