//! 期限规则: what a kind's definition says of a clock: when it starts, what meets it, how long it runs, who answers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::length::{LengthRule, Span};

/// One length of a clock, by grade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeLength {
    /// The grade.
    pub grade: String,
    /// How long.
    #[serde(rename = "for")]
    pub length: LengthRule,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    /// Stable id.
    pub id: String,
    /// What is due.
    pub title: String,
    /// Where the number comes from, when it is not a law's own clock.
    #[serde(default)]
    pub source: String,
    /// Verbs it starts with; `@open` is intake, `@grade` a rise of the grade.
    pub start: Vec<String>,
    /// Verbs by which what is due has been done.
    pub stop: Vec<String>,
    /// Verbs after which it is no longer due, done or not: a reopened demand needs no call-back about its former answer.
    #[serde(default)]
    pub retire: Vec<String>,
    /// How long, for every grade.
    #[serde(default, rename = "for")]
    pub length: Option<LengthRule>,
    /// How long, grade by grade; a grade without a length has no such clock.
    #[serde(default)]
    pub by_grade: Vec<GradeLength>,
    /// Level that answers for it; absent: whoever owns the case.
    #[serde(default)]
    pub level: Option<String>,
    /// Counted from the day named in this field and not from the moment of the step.
    #[serde(default)]
    pub from_field: Option<String>,
    /// Only in cases with these field values.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Missing it raises the responsible level (default); not so a clock that runs for somebody outside.
    #[serde(default = "yes")]
    pub climbs: bool,
    /// State that missing it leads to, from these states.
    #[serde(default)]
    pub breach_from: Vec<String>,
    /// State that missing it leads to.
    #[serde(default)]
    pub breach_to: Option<String>,
    /// It starts anew when it has been met (monthly review).
    #[serde(default)]
    pub again: bool,
    /// What is due, as the person concerned reads it (答复您); empty: a date among desks, which they are not shown.
    #[serde(default)]
    pub says: String,
    /// Longest extension that may be granted, when there is no law to say.
    #[serde(default)]
    pub extension: Option<Span>,
    /// May stand still while the case is suspended (default).
    #[serde(default = "yes")]
    pub pausable: bool,
    /// States that end the case and not this date: the person concerned must still keep it (仲裁时效). Counted anew from
    /// its field, because the clock itself ends with the case.
    #[serde(default)]
    pub lasts: Vec<String>,
}

pub(super) fn yes() -> bool {
    true
}

impl ClockRule {
    /// Whether it reminds of the end of a pause: how long it runs is said by whoever pauses.
    pub fn is_of_pause(&self) -> bool {
        self.start.iter().any(|one| one == super::pause::START)
    }

    /// How long it runs in a grade; `None` when there it does not.
    pub fn length_in(&self, grade: Option<&str>) -> Option<&LengthRule> {
        let by_grade = self
            .by_grade
            .iter()
            .find(|one| Some(one.grade.as_str()) == grade)
            .map(|one| &one.length);
        by_grade.or(self.length.as_ref())
    }
}
