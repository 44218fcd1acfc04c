//! One printed row a promise: the bar, what was measured, kept or not.

/// What a benchmark found about one promise.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is promised.
    pub what: String,
    /// The bar, in words.
    pub bar: String,
    /// What was measured, in words, with both figures of a ratio.
    pub measured: String,
    /// Kept, broken, or not measured.
    pub verdict: Verdict,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// At or below the bar.
    Kept,
    /// Beyond it. Said, not hidden; the exit code stays 0.
    Broken,
    /// Left out in this run, with the reason in `measured`.
    Skipped,
}

impl Row {
    /// A measured row.
    pub fn new(
        what: impl Into<String>,
        bar: impl Into<String>,
        measured: impl Into<String>,
        kept: bool,
    ) -> Self {
        Self {
            what: what.into(),
            bar: bar.into(),
            measured: measured.into(),
            verdict: if kept { Verdict::Kept } else { Verdict::Broken },
        }
    }

    /// A row left out.
    pub fn skipped(
        what: impl Into<String>,
        bar: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            bar: bar.into(),
            measured: why.into(),
            verdict: Verdict::Skipped,
        }
    }

    /// Print it as soon as it is known: a run takes minutes.
    pub fn print(&self) {
        let mark = match self.verdict {
            Verdict::Kept => "PASS",
            Verdict::Broken => "FAIL",
            Verdict::Skipped => "skip",
        };
        println!(
            "{mark}  {}\n      bar:      {}\n      measured: {}\n",
            self.what, self.bar, self.measured
        );
    }
}
