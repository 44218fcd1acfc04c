//! How much to measure, from the environment.

/// Sizes and repetitions.
#[derive(Debug, Clone)]
pub struct Options {
    /// NIANGJIA_BENCH_MEMBERS: members of the large district (200,000).
    pub members: usize,
    /// NIANGJIA_BENCH_ROWS: rows of the workbook (200,000).
    pub rows: usize,
    /// NIANGJIA_BENCH_ROUNDS: pairs of runs, medians are taken (5).
    pub rounds: usize,
    /// NIANGJIA_BENCH_SECONDS: seconds of load each time (4).
    pub seconds: u64,
    /// NIANGJIA_BENCH_FULL=1: the 2,000,000 members as well, which take long to make, and 200 kills.
    pub full: bool,
    /// NIANGJIA_CRASH_ROUNDS: kills of the program on each database (6, or 200 in a full run).
    pub kills: usize,
    /// NIANGJIA_BENCH_ONLY: name of one benchmark.
    pub only: Option<String>,
}

fn number<T: std::str::FromStr>(name: &str, usual: T) -> T {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

impl Options {
    /// Read them.
    pub fn read() -> Self {
        let full = std::env::var("NIANGJIA_BENCH_FULL").is_ok_and(|text| text == "1");
        Self {
            members: number("NIANGJIA_BENCH_MEMBERS", 200_000),
            rows: number("NIANGJIA_BENCH_ROWS", 200_000),
            rounds: number("NIANGJIA_BENCH_ROUNDS", 5_usize).max(1),
            seconds: number("NIANGJIA_BENCH_SECONDS", 4_u64).max(1),
            full,
            kills: number("NIANGJIA_CRASH_ROUNDS", if full { 200 } else { 6 }),
            only: std::env::var("NIANGJIA_BENCH_ONLY")
                .ok()
                .filter(|text| !text.is_empty()),
        }
    }
}
