//! 覆盖率 coverage: 组建率, 入会率 and 实名率, frozen month by month with the rows behind them.
//!
//! A figure (指标) is a numerator over a denominator for one union and one month, kept with the definition it
//! was computed by. The running month is refreshed every night and shown as 暂计; once it is over it is frozen
//! for good. Every figure opens to its items (明细): employers for 组建率 and 入会率, unions for 实名率. Rates
//! are compared unrounded, shown with one decimal and capped at 100 %; what has no denominator is 不适用.

mod compute;
mod error;
mod freeze;
pub mod jobs;
mod model;
mod read;
mod rulings;
pub mod sql;
#[cfg(test)]
mod tests;

pub use error::CoverageError;
pub(crate) use freeze::relocate;
pub use freeze::{Written, freeze, refresh};
pub use model::*;
pub use read::{ItemFilter, Items, TownLine, check, figures, items, latest_month, months, series, towns};
pub use rulings::{KIND, RateRules, Targets};
