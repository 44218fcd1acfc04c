//! 从历史学分值 training: the conditions are written by people, their points come from history, and the outcome is
//! an ordinary rule set file that a person can read and change.
//!
//! Every day on which something arrived about somebody becomes a row: which conditions held, and whether an alert on
//! that day would have been ahead of a case. A logistic regression with weights that cannot be negative finds how
//! much each condition is worth (`fit`): one complaint more never lowers a score. Weights times a factor, rounded,
//! are the points; levels are the lowest scores that keep to the workload and to the odds the definition asks for.

mod fit;
mod levels;
mod rows;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::warning::{Liveness, RuleSet};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::desk::{Alert, play};
use super::ending::{Cases, Ending};
use super::history::{History, Span};
use super::measure::{Setting, measure};
use super::sheet::Figures;
use crate::arrears::ArrearsError;
use rows::Row;

pub use write::Named;

const FOLDER: &str = "training";
/// Conditions one training may weigh: each is one bit of a score.
const MOST: usize = 29;

/// How `niangjia definitions` checks and tests these files.
pub const KIND: Kind = Kind {
    folder: FOLDER,
    check,
    test,
};

/// How a rule set is learned.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Id of the rule set whose conditions are weighed; each of its rules has one step.
    pub candidates: String,
    /// Code of the candidate that says from which days to learn; it gets no points itself.
    pub rows: String,
    /// Short name of the ending to be ahead of.
    pub ending: String,
    /// Days of one subject no farther apart than this are one wave; a wave weighs as much as any other.
    pub wave_days: i32,
    /// How strongly weak conditions are drawn to nothing (L1).
    pub shrink: u32,
    /// Points of a weight of one.
    pub points_per_unit: u32,
    /// The lowest level.
    pub lowest: Lowest,
    /// The levels above it.
    pub higher: Higher,
    /// The levels, lowest first.
    #[serde(rename = "level")]
    pub levels: Vec<TrainLevel>,
}

/// The workload the lowest level keeps to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowest {
    /// Id of the rule set whose number of alerts is the measure.
    pub of: String,
    /// At most so many per cent of them.
    pub percent: usize,
}

/// When the search for a higher level ends.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Higher {
    /// With fewer entries than this, the score at hand is taken.
    pub least_entries: usize,
    /// The same for entries with the case still ahead.
    pub least_ahead: usize,
}

/// A level that is to be found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainLevel {
    /// ASCII name.
    pub id: String,
    /// The word people use.
    pub label: String,
    /// Its shape.
    pub shape: String,
    /// Its pattern.
    pub pattern: String,
    /// Of the entries with the case still ahead, so many per cent must see it come.
    #[serde(default)]
    pub ahead_percent: Option<usize>,
}

/// What was learned.
#[derive(Debug, Clone)]
pub struct Learned {
    /// The rule set, as the text of its file.
    pub text: String,
    /// Weight and points of each candidate.
    pub weights: Vec<(String, f64, i64)>,
    /// Least score of each level.
    pub from: Vec<i64>,
    /// For each place: learned without it, tried on it.
    pub left_out: Vec<LeftOut>,
    /// All places together, each learned without itself.
    pub pooled: Figures,
}

/// Learned without a place, tried on it.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// The place.
    pub place: String,
    /// Least score of each level, learned elsewhere.
    pub from: Vec<i64>,
    /// How it did there.
    pub figures: Figures,
}

impl Training {
    /// The training called `name` (with or without `training.`) that holds at a place on a day.
    ///
    /// # Errors
    /// [`ArrearsError::Invalid`] when there is none; [`ArrearsError::Definition`].
    pub fn named(district: DistrictCode, day: Date, name: &str) -> Result<Self, ArrearsError> {
        let short = name.strip_prefix("training.").unwrap_or(name);
        let found = Catalogue::in_force().at(&format!("{FOLDER}.{short}"), district, day);
        let Some(definition) = found else {
            let message = format!("没有名为“{short}”的学习定义（definitions/training）");
            return Err(ArrearsError::invalid(
                "training",
                "training.unknown",
                message,
            ));
        };
        definition.body().map_err(ArrearsError::Definition)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let training: Training = match definition.body() {
        Ok(training) => training,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let above = training.levels.iter().skip(1);
    if training.levels.is_empty() || above.clone().any(|level| level.ahead_percent.is_none()) {
        faults.push("至少一个等级；第二级起写明 ahead_percent".to_owned());
    }
    faults
}

/// The conditions that are weighed, by code; what is learned is measured, not asserted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    weighs: Vec<String>,
}

fn test(definition: &Definition, table: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    let (training, test): (Training, Test) = (definition.body()?, read_test(table)?);
    let header = &definition.header;
    let candidates = catalogue
        .at(
            &training.candidates,
            header.jurisdiction.clone(),
            header.valid_from,
        )
        .ok_or_else(|| format!("没有规则集 {}", training.candidates))?;
    let candidates =
        RuleSet::read_with(candidates, catalogue).map_err(|faults| faults.join("；"))?;
    suits(&training, &candidates)?;
    let codes = candidates.rules().iter().map(|rule| rule.code.as_str());
    let weighed: Vec<&str> = codes.filter(|code| *code != training.rows).collect();
    expect_equal("候选条件", &test.weighs.join(" "), &weighed.join(" "))
}

/// Whether a rule set can serve as candidates.
fn suits(training: &Training, candidates: &RuleSet) -> Result<(), String> {
    let rules = candidates.rules();
    if rules.len() > MOST {
        return Err(format!("候选条件最多 {MOST} 条"));
    }
    if let Some(rule) = rules
        .iter()
        .find(|rule| rule.steps.len() != 1 || rule.decay.is_some())
    {
        return Err(format!("候选条件 {} 应只有一档，且不衰减", rule.code));
    }
    if !rules.iter().any(|rule| rule.code == training.rows) {
        return Err(format!("候选条件里没有 {}", training.rows));
    }
    Ok(())
}

/// What to learn from.
pub struct Lesson<'a> {
    /// How.
    pub training: &'a Training,
    /// The conditions.
    pub candidates: &'a RuleSet,
    /// The measure of the workload.
    pub workload: &'a RuleSet,
    /// The ending.
    pub ending: &'a Ending,
    /// The past.
    pub history: &'a History,
    /// What to call the outcome.
    pub named: &'a Named,
}

impl Lesson<'_> {
    /// Learns points and levels.
    ///
    /// # Errors
    /// [`ArrearsError::Invalid`] when the candidates do not suit or the history has nothing to learn from.
    pub fn learn(&self) -> Result<Learned, ArrearsError> {
        suits(self.training, self.candidates).map_err(|message| {
            ArrearsError::invalid("candidates", "training.candidates", message)
        })?;
        let cases = self.ending.cases_of(self.history);
        let rows = rows::rows(self, &cases)?;
        let measure = play(
            self.workload,
            self.history,
            |_| Liveness::all_live(),
            |_| {},
        );
        let everywhere = |_: u32| true;
        let (weights, points) = self.points(&rows, &everywhere)?;
        let from = levels::levels(self, &rows, &points, &measure.alerts, &everywhere);
        let (left_out, pooled) = self.leave_out(&cases, &rows, &measure.alerts)?;
        let codes = self.candidates.rules().iter().map(|rule| rule.code.clone());
        Ok(Learned {
            text: write::rule_set(self, &points, &from),
            weights: codes
                .zip(weights)
                .zip(&points)
                .map(|((c, w), p)| (c, w, *p))
                .collect(),
            from,
            left_out,
            pooled,
        })
    }

    /// Weights and points from the rows of the subjects for which `of` holds.
    fn points(
        &self,
        rows: &[Row],
        of: &dyn Fn(u32) -> bool,
    ) -> Result<(Vec<f64>, Vec<i64>), ArrearsError> {
        let number = self.candidates.rules().len();
        let gate = self.gate();
        let wanted = |row: &&Row| of(row.subject) && row.holds(gate) && !row.too_late;
        let mut patterns: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        let mut waves: BTreeMap<u32, usize> = BTreeMap::new();
        for row in rows.iter().filter(wanted) {
            *waves.entry(row.wave).or_default() += 1;
        }
        for row in rows.iter().filter(wanted) {
            let share = 1.0 / waves.get(&row.wave).copied().unwrap_or(1) as f64;
            let sums = patterns.entry(row.held & !(1 << gate)).or_default();
            sums.0 += share;
            sums.1 += if row.ahead { share } else { 0.0 };
        }
        let weights = fit::fit(&patterns, number, f64::from(self.training.shrink))?;
        let unit = f64::from(self.training.points_per_unit);
        let points = weights
            .iter()
            .map(|weight| (unit * weight).round() as i64)
            .collect();
        Ok((weights, points))
    }

    /// Place of the condition that says from which days to learn.
    fn gate(&self) -> usize {
        let mut rules = self.candidates.rules().iter();
        rules
            .position(|rule| rule.code == self.training.rows)
            .unwrap_or(0)
    }

    /// Learns without each place in turn and tries the outcome there.
    fn leave_out(
        &self,
        cases: &Cases,
        rows: &[Row],
        measure_alerts: &[Alert],
    ) -> Result<(Vec<LeftOut>, Figures), ArrearsError> {
        let place = |subject: u32| self.history.place(subject);
        let with_rows = rows.iter().filter(|row| row.holds(self.gate()));
        let places: BTreeSet<&str> = with_rows.map(|row| place(row.subject)).collect();
        let (mut left_out, mut pooled) = (Vec::new(), Vec::new());
        for one in places {
            let elsewhere = |subject: u32| place(subject) != one;
            let (_, points) = self.points(rows, &elsewhere)?;
            let from = levels::levels(self, rows, &points, measure_alerts, &elsewhere);
            let least = from.first().copied().unwrap_or(i64::MAX);
            let here = |row: &&Row| place(row.subject) == one;
            let alerts = levels::openings(rows.iter().filter(here), &points, least, self.quiet());
            let own: Cases = cases
                .iter()
                .filter(|(subject, _)| place(**subject) == one)
                .map(|(subject, cases)| (*subject, cases.clone()))
                .collect();
            left_out.push(LeftOut {
                place: one.to_owned(),
                from,
                figures: self.figures(&own, &alerts),
            });
            pooled.extend(alerts);
        }
        Ok((left_out, self.figures(cases, &pooled)))
    }

    fn figures(&self, cases: &Cases, alerts: &[Alert]) -> Figures {
        let span = Span::over(self.history.events.iter().map(|event| event.arrived));
        let setting = Setting {
            history: self.history,
            ending: self.ending,
            cases,
            span: span.unwrap_or(Span { first: 0, last: 0 }),
            quiet: self.quiet(),
        };
        measure(setting, alerts)
    }

    fn quiet(&self) -> i32 {
        i32::try_from(self.candidates.policy().rearm_days).unwrap_or(i32::MAX)
    }
}
