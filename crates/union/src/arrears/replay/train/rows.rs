//! One row for each day on which something arrived about somebody.

use kernel::definitions::Definition;
use kernel::warning::{Liveness, RuleSet};

use super::super::desk::{Scored, scores};
use super::super::ending::Cases;
use super::{Lesson, write};
use crate::arrears::ArrearsError;

/// What held on a day, and what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub subject: u32,
    pub day: i32,
    /// One bit a candidate.
    pub held: u32,
    /// Days close together are one wave.
    pub wave: u32,
    /// An alert on this day would have been ahead of a case.
    pub ahead: bool,
    /// It lies within a case that has been reached, and no other lies ahead: nothing can be learned from it.
    pub too_late: bool,
    /// The case is reached this very day, or has been and is still going on.
    pub reached: bool,
    /// A case is reached later than this day, within the horizon.
    pub comes: bool,
}

impl Row {
    pub(super) fn holds(&self, candidate: usize) -> bool {
        self.held >> candidate & 1 == 1
    }

    /// The score these points would have given.
    pub(super) fn score(&self, points: &[i64]) -> i64 {
        let given = points
            .iter()
            .enumerate()
            .filter(|(place, _)| self.holds(*place));
        given.map(|(_, points)| points).sum()
    }
}

/// The rows, by subject and day. The candidates are given 1, 2, 4, 8 … points, so that one score says which of them
/// held.
pub(super) fn rows(lesson: &Lesson<'_>, cases: &Cases) -> Result<Vec<Row>, ArrearsError> {
    let points: Vec<i64> = (0..lesson.candidates.rules().len())
        .map(|place| 1 << place)
        .collect();
    let text = write::rule_set(lesson, &points, &[i64::from(i32::MAX)]);
    let definition = Definition::parse("rules/candidates.toml", &text);
    let definition = definition.map_err(ArrearsError::Definition)?;
    let bits =
        RuleSet::read(&definition).map_err(|faults| ArrearsError::Definition(faults.join("；")))?;
    let mut scored = scores(&bits, lesson.history, |_| Liveness::all_live());
    scored.sort_by_key(|one| (one.subject, one.day));
    let mut wave = 0;
    let mut before: Option<Scored> = None;
    let mut rows = Vec::with_capacity(scored.len());
    for one in scored {
        let same = before.is_some_and(|before| {
            before.subject == one.subject && one.day - before.day <= lesson.training.wave_days
        });
        wave += u32::from(!same);
        before = Some(one);
        rows.push(row(lesson, cases, one, wave));
    }
    Ok(rows)
}

fn row(lesson: &Lesson<'_>, cases: &Cases, scored: Scored, wave: u32) -> Row {
    let (day, horizon) = (scored.day, lesson.ending.horizon_days);
    let cases = cases.get(&scored.subject).map_or(&[][..], Vec::as_slice);
    let hit = cases.iter().find(|case| case.hit_by(day, horizon));
    let going_on = cases
        .iter()
        .any(|case| case.reached < day && day <= case.last);
    let reached_in = |from: i32| {
        let mut cases = cases.iter();
        cases.any(|case| (from..=day + horizon).contains(&case.reached))
    };
    Row {
        subject: scored.subject,
        day,
        held: u32::try_from(scored.score).unwrap_or(0),
        wave,
        ahead: hit.is_some(),
        too_late: going_on && hit.is_none(),
        reached: going_on || hit.is_some_and(|case| case.reached == day),
        comes: reached_in(day + 1),
    }
}
