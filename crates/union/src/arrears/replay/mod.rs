//! 回放 replay: what a rule set would have shown, had it been in force then, and how good that would have been.
//!
//! [`gather`] reads the stored signals once. A [`Desk`] is then fed one day at a time with what arrived that day, and
//! keeps nothing of any later day, so it cannot look ahead; it opens at most one alert for a subject, raises it, and
//! lets go after the rule set's quiet days. What really happened, the [`Ending`]s, is found from the same signals and
//! is read only by [`measure`], after the desk has spoken.
//!
//! The figures are those of `docs/warning-quality.md`; what each means is said in [`sheet`].

mod baseline;
mod before;
mod bench;
mod ceiling;
mod colours;
mod counters;
mod desk;
mod ending;
mod gather;
mod history;
mod measure;
mod share;
pub mod sheet;
#[cfg(test)]
mod tests;
pub mod train;

pub use bench::{Request, score};
pub use desk::{Alert, Desk, Entry, Played, play};
pub use ending::{Case, Cases, Ending, KIND as ENDINGS_KIND};
pub use gather::{Gathered, Sources, gather};
pub use history::{Collector, Event, History, Span, Who};
pub use measure::measure;
pub use share::Share;
pub use sheet::ScoreSheet;
