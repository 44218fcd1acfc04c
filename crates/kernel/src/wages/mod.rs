//! Wages (工资): overtime, deductions, severance, pay days, deposits, as the law and the place set them.
//!
//! Every number stands in `definitions/wages/` with its place, validity and clause; this module only knows how the
//! numbers are used. Amounts are whole fen, rounded once and from the unrounded rate (TV-W7). An [`Answer`] keeps the
//! steps in words and the versions it was computed with, so that a worker can follow it and anyone can recompute it.

mod book;
mod calculate;
mod kind;
mod project;
mod rules;

pub use book::{WageFault, WageRules};
pub use calculate::{DayClass, Deduction, MinimumWage, Pay, Rates, Severance};
pub use kind::KIND;
pub use project::{DepositCase, Reference, ReferenceCase};

use crate::definitions::DefinitionRef;
use crate::money::Fen;

/// One step of a calculation, for the person it is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// What was computed, with its numbers: 6,000.00 ÷ 21.75 ÷ 8 × 2 小时 × 150% = 103.45.
    pub text: String,
    /// The law and article it rests on.
    pub ground: String,
}

/// An amount with how it came about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// The amount, in fen.
    pub amount: Fen,
    /// How.
    pub steps: Vec<Step>,
    /// The versions of the rules used.
    pub rules: Vec<DefinitionRef>,
}

/// Hours as people write them, in minutes: `8`, `1.5`, `0.25`. `None` for anything else, and for more than a month has.
pub fn minutes(text: &str) -> Option<u32> {
    let hundredths = Fen::parse_yuan(text).ok()?.0;
    let minutes = (hundredths.checked_mul(60)?).div_euclid(100);
    u32::try_from(minutes)
        .ok()
        .filter(|minutes| *minutes <= 31 * 24 * 60 && hundredths >= 0)
}

/// Minutes as hours for reading: 90 is 1.5.
pub fn hours(minutes: u32) -> String {
    calculate::hours(minutes)
}

#[cfg(test)]
mod tests;
