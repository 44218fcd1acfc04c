//! The bar on standard error while the district is made.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Steps done of all, and what the time went into (logged at level debug).
pub struct Progress {
    bar: ProgressBar,
    spent: Mutex<BTreeMap<&'static str, Duration>>,
}

impl Progress {
    /// A bar of so many steps; nothing is drawn when standard error is no terminal.
    pub fn new(steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64);
        if let Ok(style) = ProgressStyle::with_template(
            "{msg} {bar:32} {pos}/{len} {percent}% {per_sec}，还需 {eta}",
        ) {
            bar.set_style(style);
        }
        bar.set_message("正在生成演示区");
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::of(bar)
    }

    /// A bar nobody sees.
    pub fn hidden() -> Self {
        Self::of(ProgressBar::hidden())
    }

    fn of(bar: ProgressBar) -> Self {
        Self {
            bar,
            spent: Mutex::default(),
        }
    }

    /// Do it, and remember how long it took.
    pub fn timed<T>(&self, what: &'static str, f: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = f();
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent.entry(what).or_default() += begun.elapsed();
        done
    }

    /// One more.
    pub fn step(&self) {
        self.steps(1);
    }

    /// So many more.
    pub fn steps(&self, count: usize) {
        self.bar.inc(count as u64);
    }

    /// What is being done now.
    pub fn say(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// Take the bar away.
    pub fn done(&self) {
        for (what, time) in self
            .spent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            tracing::debug!(what, seconds = time.as_secs_f64(), "demo");
        }
        self.bar.finish_and_clear();
    }
}
