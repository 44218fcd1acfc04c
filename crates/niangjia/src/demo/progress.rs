//! The bar on standard error while the district is made.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Steps done of all.
pub struct Progress(ProgressBar);

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
        Self(bar)
    }

    /// A bar nobody sees.
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// One more.
    pub fn step(&self) {
        self.steps(1);
    }

    /// So many more.
    pub fn steps(&self, count: usize) {
        self.0.inc(count as u64);
    }

    /// What is being done now.
    pub fn say(&self, what: &'static str) {
        self.0.set_message(what);
    }

    /// Take the bar away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
