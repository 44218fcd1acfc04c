//! 覆盖率 coverage: how many units that should have a union have one (组建率), how many of their employees are
//! members (入会率), how many members are verified (实名率).
//!
//! What is counted stands in `definitions/coverage`; rates are compared unrounded, and a rate without a
//! denominator is 不适用, neither 0 nor 100. When a month has ended its figures are frozen, each with the rows
//! behind it (计入 or not, and why), and never change again; today's figures are counted every few minutes while
//! somebody works, and kept, so that no page counts while someone waits. Figures belong to a union of an area and
//! cover everything below it; a post sees those of its own part of the tree.

mod actions;
mod compute;
mod error;
mod gather;
mod jobs;
mod model;
mod read;
mod rules;
pub mod sql;
#[cfg(test)]
mod tests;

pub(crate) use actions::relocate;
pub use actions::{Counted, Freezing, catch_up, count_today, freeze, keep_today};
pub use error::CoverageError;
pub use jobs::{MonthEnd, Refresh, refresh};
pub use model::*;
pub use read::{After, board, boards_below, item_counts, items, latest, months, recount, trend};
pub use rules::{KIND, Rates, Targets};
