//! 复查、复核: an answer that somebody does not accept is looked at once more by the level above, if asked in time.

use serde::Deserialize;

use super::case::Snapshot;
use super::length::{Almanac, LengthRule};
use super::model::{CaseKind, VerbRow};
use super::verb::Effect;
use crate::Date;
use crate::deadline::due_after;
use crate::refusal::Refusals;

/// A step that has to be asked for within a time that a law gives (请求期限).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The clause.
    pub law: String,
    /// Field with the day it counts from.
    pub from: String,
    /// Field with the day on which it was asked for.
    pub on: String,
}

impl CaseKind {
    /// Whether a step was asked for in time, and whether there is a level above that can look at it.
    pub(super) fn check_review(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        row: &VerbRow,
        refusals: &mut Refusals,
    ) {
        refusals.require(
            row.effect() != Effect::ReviewAbove || case.above().is_some(),
            "case.review_outside",
            "答复的已是系统里最高一级工会，请当事人向再上一级工会提出",
        );
        let Some(within) = &row.within else { return };
        let day = |name: &str| -> Option<Date> { case.fields.get(name)?.parse().ok() };
        let (Some(from), Some(on)) = (day(&within.from), day(&within.on)) else {
            return;
        };
        let rule = LengthRule::Law {
            law: within.law.clone(),
        };
        let last = match almanac.measure(&rule, from, &case.fields) {
            Ok(super::Length::Period { period }) => due_after(almanac.calendar, from, period),
            _ => None,
        };
        if let Some(last) = last {
            refusals.require(
                on <= last.date,
                "case.out_of_time",
                format!(
                    "「{}」要在 {} 以前提出，{on} 提出的已经过了期限",
                    row.title(),
                    last.date
                ),
            );
        }
    }
}
