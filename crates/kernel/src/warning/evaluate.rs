//! One subject on one day: score, level and what made them.

use serde::Serialize;

use super::ceiling::Within;
use super::day::{date_of, day_number};
use super::expr::Node;
use super::facts::{Facts, Liveness, Unknown};
use super::feature::{Reading, View};
use super::rule_set::{MAX_POINTS, Rule, RuleSet};
use crate::Date;

/// What a rule set says about a subject, without the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Score {
    /// Sum of points.
    pub score: i64,
    /// Place in [`RuleSet::levels`]; `None` below the lowest.
    pub level: Option<usize>,
    /// Whether a red line is crossed.
    pub red_line: bool,
    /// Whether some rule could not be answered.
    pub missing: bool,
}

/// Memory that evaluations reuse; one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    steps: Vec<i32>,
    cells: Vec<Option<i64>>,
    pub(super) readings: Vec<Reading>,
    pub(super) results: Vec<Option<i64>>,
    pub(super) within: Within,
}

/// Whether a rule could be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It was.
    Known,
    /// It hangs on these features, which are unknown; empty when only its own arithmetic has no result.
    Unknown(Vec<String>),
}

/// What time has done to a rule's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decayed {
    /// Nothing.
    Full,
    /// Halved.
    Half,
    /// Gone.
    Dropped,
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    /// Its code.
    pub code: String,
    /// What it adds to the score.
    pub points: i64,
    /// Which step holds.
    pub step: Option<usize>,
    /// Whether it could be answered.
    pub known: Known,
    /// What time has done to its points.
    pub decayed: Decayed,
    /// The day on which its points fade next if nothing new arrives.
    pub fades_on: Option<Date>,
    /// Whether its red line is crossed.
    pub red_line: bool,
}

impl RuleOutcome {
    /// Whether it had a part in the score or the level, or would have had one if time had not taken its points.
    pub fn counts(&self) -> bool {
        self.points != 0 || self.red_line || self.decayed != Decayed::Full
    }
}

/// What one feature said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureValue {
    /// Its name.
    pub name: String,
    /// Its value; `None` is unknown.
    pub value: Option<i64>,
    /// First day of the step of the newest signal that counted.
    pub newest: Option<Date>,
    /// Why it is unknown.
    pub why: Option<Unknown>,
}

/// Something a rule wanted to know and could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The feature.
    pub feature: String,
    /// Why it is unknown.
    pub why: Unknown,
    /// Codes of the rules that hang on it.
    pub rules: Vec<String>,
}

/// Something that would lower the score or the level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lower {
    /// The rule: one that gives points now and would not, or an offset that could be earned.
    pub code: String,
    /// Whether it is an offset to earn.
    pub earn: bool,
    /// The score that would be left.
    pub score: i64,
    /// The level that would be left.
    pub level: Option<usize>,
}

/// What a rule set says about a subject on a day, with every reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    /// Sum of points.
    pub score: i64,
    /// Place in [`RuleSet::levels`]; `None` below the lowest.
    pub level: Option<usize>,
    /// Codes of the rules whose red line is crossed.
    pub red_line: Vec<String>,
    /// Every rule, in the order of the rule set.
    pub rules: Vec<RuleOutcome>,
    /// Every feature, in the order of the rule set.
    pub features: Vec<FeatureValue>,
    /// What could not be known.
    pub missing: Vec<Missing>,
    /// What would lower it, the largest drop first.
    pub lower: Vec<Lower>,
}

/// A rule's answer before it is put in words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) points: i64,
    step: Option<usize>,
    unknown: bool,
    decayed: Decayed,
    fades_at: Option<i32>,
    pub(super) red_line: bool,
}

impl RuleSet {
    /// Score and level of one subject on the day with number `as_of`, as known on that day. Allocates nothing once
    /// `scratch` has grown.
    pub fn score(
        &self,
        facts: Facts<'_>,
        as_of: i32,
        live: &Liveness,
        scratch: &mut Scratch,
    ) -> Score {
        let now = self.answer_features(facts, as_of, live, scratch);
        let (mut sum, mut red_line, mut missing) = (0, false, false);
        for rule in &self.rules {
            let answer = answer(rule, &scratch.results, &scratch.readings, now);
            sum += answer.points;
            red_line |= answer.red_line;
            missing |= answer.unknown;
        }
        let score = self.bounded(sum);
        Score {
            score,
            level: self.level_of(score, red_line),
            red_line,
            missing,
        }
    }

    /// The same with every reason.
    pub fn evaluate(&self, facts: Facts<'_>, as_of: Date, live: &Liveness) -> Evaluation {
        let mut scratch = Scratch::default();
        let now = self.answer_features(facts, day_number(as_of), live, &mut scratch);
        let answers: Vec<Answer> = self
            .rules
            .iter()
            .map(|rule| answer(rule, &scratch.results, &scratch.readings, now))
            .collect();
        let sum: i64 = answers.iter().map(|answer| answer.points).sum();
        let score = self.bounded(sum);
        let crossed = self
            .rules
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.red_line);
        let red_line: Vec<String> = crossed.map(|(rule, _)| rule.code.clone()).collect();
        Evaluation {
            score,
            level: self.level_of(score, !red_line.is_empty()),
            rules: self.outcomes(&answers, &scratch.readings),
            features: self.values(&scratch.readings),
            missing: self.missing(&answers, &scratch.readings),
            lower: self.lower(sum, &answers),
            red_line,
        }
    }

    /// Reads every feature and runs the rules' program; gives the evaluated step.
    pub(super) fn answer_features(
        &self,
        facts: Facts<'_>,
        as_of: i32,
        live: &Liveness,
        scratch: &mut Scratch,
    ) -> i32 {
        let Scratch {
            steps,
            cells,
            readings,
            results,
            ..
        } = scratch;
        let view = View::new(self, facts, as_of, steps);
        readings.clear();
        readings.extend(
            self.features
                .iter()
                .map(|feature| view.read(feature, live, cells)),
        );
        let feature = |index: u16| {
            readings
                .get(usize::from(index))
                .and_then(|reading| reading.value)
        };
        self.program.run(feature, results);
        view.now
    }

    fn outcomes(&self, answers: &[Answer], readings: &[Reading]) -> Vec<RuleOutcome> {
        let outcome = |(rule, answer): (&Rule, &Answer)| RuleOutcome {
            code: rule.code.clone(),
            points: answer.points,
            step: answer.step,
            known: if answer.unknown {
                Known::Unknown(self.unknown_features(rule, readings))
            } else {
                Known::Known
            },
            decayed: answer.decayed,
            fades_on: answer
                .fades_at
                .map(|step| date_of(self.step.first_day(step))),
            red_line: answer.red_line,
        };
        self.rules.iter().zip(answers).map(outcome).collect()
    }

    fn unknown_features(&self, rule: &Rule, readings: &[Reading]) -> Vec<String> {
        let unknown = rule.hangs_on.iter().map(|index| usize::from(*index));
        unknown
            .filter(|index| {
                readings
                    .get(*index)
                    .is_some_and(|reading| reading.value.is_none())
            })
            .filter_map(|index| self.features.get(index))
            .map(|feature| feature.name.clone())
            .collect()
    }

    fn values(&self, readings: &[Reading]) -> Vec<FeatureValue> {
        let pairs = self.features.iter().zip(readings);
        let value = pairs.map(|(feature, reading)| FeatureValue {
            name: feature.name.clone(),
            value: reading.value,
            newest: reading
                .newest
                .map(|step| date_of(self.step.first_day(step))),
            why: reading.why,
        });
        value.collect()
    }

    /// Unknown features that keep a rule from its answer.
    fn missing(&self, answers: &[Answer], readings: &[Reading]) -> Vec<Missing> {
        let mut missing = Vec::new();
        for (index, (feature, reading)) in (0u16..).zip(self.features.iter().zip(readings)) {
            let Some(why) = reading.why else { continue };
            let waiting = self.rules.iter().zip(answers);
            let rules: Vec<String> = waiting
                .filter(|(rule, answer)| answer.unknown && rule.hangs_on.contains(&index))
                .map(|(rule, _)| rule.code.clone())
                .collect();
            if !rules.is_empty() {
                missing.push(Missing {
                    feature: feature.name.clone(),
                    why,
                    rules,
                });
            }
        }
        missing
    }

    /// For each rule: the score and level without it, or with an offset not yet earned.
    fn lower(&self, sum: i64, answers: &[Answer]) -> Vec<Lower> {
        let before = self.bounded(sum);
        let lines = answers.iter().filter(|answer| answer.red_line).count();
        let level = self.level_of(before, lines > 0);
        let mut lower = Vec::new();
        for (rule, answer) in self.rules.iter().zip(answers) {
            let best = rule.steps.iter().map(|step| step.points).min().unwrap_or(0);
            let change = if rule.offset {
                best - answer.points
            } else {
                -answer.points
            };
            let score = self.bounded(sum + change);
            let without = self.level_of(score, lines > usize::from(answer.red_line));
            if score < before || without < level {
                lower.push(Lower {
                    code: rule.code.clone(),
                    earn: rule.offset,
                    score,
                    level: without,
                });
            }
        }
        lower.sort_by_key(|one| (one.level, one.score));
        lower
    }
}

/// What one rule says, given the results of the program.
pub(super) fn answer(
    rule: &Rule,
    results: &[Option<i64>],
    readings: &[Reading],
    now: i32,
) -> Answer {
    let result = |node: Node| results.get(node.index()).copied().flatten();
    let (mut full, mut step, mut unknown) = (0, None, false);
    for (index, one) in rule.steps.iter().enumerate() {
        match result(one.node) {
            Some(0) => {}
            // A later step that holds outweighs any doubt about an earlier one.
            Some(_) => (full, step, unknown) = (one.points, Some(index), false),
            None => unknown = true,
        }
    }
    if let Some(node) = rule.points_node {
        match result(node).and_then(|points| signed(rule, points)) {
            Some(points) => full = points,
            None => unknown = true,
        }
    }
    let red = rule.red_line_node.map(result);
    let newest = rule
        .reads
        .iter()
        .filter_map(|index| readings.get(usize::from(*index))?.newest)
        .max();
    let (points, decayed, fades_at) = faded(rule, full, newest, now);
    Answer {
        points,
        step,
        unknown: unknown || red == Some(None),
        decayed,
        fades_at,
        red_line: matches!(red, Some(Some(1))),
    }
}

/// Points of an expression: never of the wrong sign, unknown when absurdly large.
fn signed(rule: &Rule, points: i64) -> Option<i64> {
    let sane = (-MAX_POINTS..=MAX_POINTS)
        .contains(&points)
        .then_some(points)?;
    Some(if rule.offset {
        sane.min(0)
    } else {
        sane.max(0)
    })
}

fn faded(rule: &Rule, full: i64, newest: Option<i32>, now: i32) -> (i64, Decayed, Option<i32>) {
    let (Some(decay), Some(newest), true) = (rule.decay, newest, full != 0) else {
        return (full, Decayed::Full, None);
    };
    let age = now.saturating_sub(newest);
    let (half, drop) = (i32::from(decay.half_after), i32::from(decay.drop_after));
    if age >= drop {
        (0, Decayed::Dropped, None)
    } else if age >= half {
        (full / 2, Decayed::Half, Some(newest.saturating_add(drop)))
    } else {
        (full, Decayed::Full, Some(newest.saturating_add(half)))
    }
}
