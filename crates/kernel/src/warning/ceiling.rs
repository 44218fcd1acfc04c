//! What a subject can come to at most while some kinds of signals are not looked at (上限). Head counts of everybody are
//! most of what a district knows and seldom decide: whoever cannot reach a level whatever they say need not be asked
//! for them.

use super::evaluate::{Scratch, answer};
use super::facts::{Facts, Liveness};
use super::rule_set::{Rule, RuleSet};

/// A rule set that leaves some kinds of signals out for the time being.
#[derive(Debug)]
pub struct Ceiling<'r> {
    rules: &'r RuleSet,
    /// Which rules read a kind left out, rule by rule.
    open: Vec<bool>,
    /// What these give at most, together.
    most: i64,
}

impl RuleSet {
    /// The rules without some kinds of signals, by their places in [`RuleSet::signals`]. `None` when such a signal can
    /// raise anybody: it has a red line, or points by an expression.
    pub fn ceiling(&self, without: &[u16]) -> Option<Ceiling<'_>> {
        let reads = |index: &u16| {
            let feature = self.features.get(usize::from(*index));
            feature.is_some_and(|feature| without.contains(&feature.signal))
        };
        let open: Vec<bool> = self
            .rules
            .iter()
            .map(|rule| rule.hangs_on.iter().any(reads))
            .collect();
        let mut most = 0;
        for (rule, _) in self.rules.iter().zip(&open).filter(|(_, open)| **open) {
            most += at_most(rule)?;
        }
        Some(Ceiling {
            rules: self,
            open,
            most,
        })
    }
}

/// The most a rule can give; `None` when that is not in its steps.
fn at_most(rule: &Rule) -> Option<i64> {
    if rule.red_line.is_some() || rule.points.is_some() {
        return None;
    }
    let steps = rule.steps.iter().map(|step| step.points);
    Some(steps.fold(0, i64::max))
}

impl Ceiling<'_> {
    /// Whether a subject may stand at a level that opens alerts, given what is known of it by the other kinds, on the
    /// day with number `as_of`.
    pub fn may_open(
        &self,
        facts: Facts<'_>,
        as_of: i32,
        live: &Liveness,
        scratch: &mut Scratch,
    ) -> bool {
        let now = self.rules.answer_features(facts, as_of, live, scratch);
        let (mut sum, mut red_line) = (self.most, false);
        let closed = self.rules.rules.iter().zip(&self.open);
        for (rule, _) in closed.filter(|(_, open)| !**open) {
            let answer = answer(rule, &scratch.results, &scratch.readings, now);
            sum += answer.points;
            red_line |= answer.red_line;
        }
        let reached = self.rules.level_of(self.rules.bounded(sum), red_line);
        let levels = self
            .rules
            .levels
            .iter()
            .take(reached.map_or(0, |at| at + 1));
        levels.into_iter().any(|level| level.opens)
    }
}
