//! The explanation (解释) of a colour as an object that is stored, shown and recomputed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::day::{date_of, day_number};
use super::evaluate::{Decayed, Evaluation, FeatureValue, Known, Lower, Missing, RuleOutcome};
use super::facts::{Fact, Facts, Liveness, MISSING, Unknown};
use super::feature::View;
use super::rule_set::{Feature, Level, Rule, RuleSet, Signal, Window};
use crate::Date;
use crate::definitions::{DefinitionRef, hash};

/// An evaluation with everything a reader needs to follow it: facts with their sources, thresholds with their
/// clauses, the exact version of the rules. Rules that were answered and gave nothing are named by their codes, and of
/// features those are told that such a rule hangs on or that a fact speaks to. The same inputs give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was found.
    pub evaluation: Evaluation,
    /// Canonical JSON: UTF-8, no blanks, keys in a fixed order, integers only.
    pub json: String,
    /// SM3 (GB/T 32905-2016) of the JSON, in lower-case hexadecimal.
    pub digest: String,
    /// Places, among the facts, of those that gave points or crossed a red line (线索): what only takes points off, and
    /// what is looked at and found in order, is none of them.
    pub evidence: Vec<usize>,
}

#[derive(Serialize)]
struct Page<'a> {
    format: u8,
    rule_set: &'a DefinitionRef,
    title: &'a str,
    source: &'a str,
    as_of: Date,
    score: i64,
    level: Option<&'a Level>,
    red_line: &'a [String],
    /// Rules that gave or took points, or whose red line is crossed.
    rules: Vec<RuleLine<'a>>,
    /// Codes of those that were answered and gave nothing.
    silent: Vec<&'a str>,
    /// Features that one of `rules` hangs on, or that a fact speaks to.
    features: Vec<FeatureLine<'a>>,
    signals: Vec<SignalLine<'a>>,
    missing: Vec<MissingLine<'a>>,
    lower: Vec<LowerLine<'a>>,
}

#[derive(Serialize)]
struct RuleLine<'a> {
    code: &'a str,
    title: &'a str,
    clause: &'a str,
    points: i64,
    /// The condition that holds, as written, and the points it gives before fading.
    when: Option<&'a str>,
    threshold_points: Option<i64>,
    known: &'a Known,
    decayed: Decayed,
    fades_on: Option<Date>,
    red_line: Option<RedLine<'a>>,
    features: Vec<&'a str>,
}

#[derive(Serialize)]
struct RedLine<'a> {
    when: &'a str,
    crossed: bool,
}

#[derive(Serialize)]
struct FeatureLine<'a> {
    name: &'a str,
    title: &'a str,
    unit: &'a str,
    value: Option<i64>,
    newest: Option<Date>,
    why: Option<Unknown>,
    window: Window,
    hold: Option<u16>,
    /// Places in `signals`.
    signals: Vec<usize>,
}

#[derive(Serialize)]
struct SignalLine<'a> {
    kind: &'a str,
    day: Date,
    arrived: Date,
    values: BTreeMap<&'a str, Option<i64>>,
    source: String,
}

#[derive(Serialize)]
struct MissingLine<'a> {
    title: &'a str,
    #[serde(flatten)]
    missing: &'a Missing,
}

#[derive(Serialize)]
struct LowerLine<'a> {
    code: &'a str,
    earn: bool,
    score: i64,
    level: Option<&'a str>,
}

impl Explanation {
    /// The form of the bytes. In the first every rule and feature was told in full.
    pub const FORMAT: u8 = 2;
}

impl RuleSet {
    /// Evaluates and explains. `source` names the source of the fact at a place of `facts`: feed, signal number,
    /// quality, whatever the reader needs to find it again. It must not change over time, or the bytes will.
    pub fn explain(
        &self,
        facts: Facts<'_>,
        as_of: Date,
        live: &Liveness,
        source: &dyn Fn(usize) -> String,
    ) -> Explanation {
        let evaluation = self.evaluate(facts, as_of, live);
        let counted = self.counted(facts, as_of, live);
        let (signals, places) = self.signal_lines(facts, &counted, source);
        let outcomes = || self.rules.iter().zip(&evaluation.rules);
        let counting = outcomes().filter(|(_, outcome)| outcome.counts());
        let silent = outcomes().filter(|(_, one)| !one.counts() && one.known == Known::Known);
        let page = Page {
            format: Explanation::FORMAT,
            rule_set: &self.reference,
            title: &self.title,
            source: &self.source,
            as_of,
            score: evaluation.score,
            level: evaluation.level.and_then(|index| self.levels.get(index)),
            red_line: &evaluation.red_line,
            rules: counting.map(|pair| self.rule_line(pair)).collect(),
            silent: silent.map(|(rule, _)| rule.code.as_str()).collect(),
            features: self.feature_lines(&evaluation, places),
            signals,
            missing: evaluation
                .missing
                .iter()
                .map(|one| self.missing_line(one))
                .collect(),
            lower: evaluation
                .lower
                .iter()
                .map(|one| self.lower_line(one))
                .collect(),
        };
        // The page holds text, integers and dates: nothing that JSON cannot say.
        let json = serde_json::to_string(&page).unwrap_or_default();
        Explanation {
            digest: hash(&json),
            json,
            evidence: self.evidence(&evaluation, &counted),
            evaluation,
        }
    }

    /// Places of the facts that each feature counted.
    fn counted(&self, facts: Facts<'_>, as_of: Date, live: &Liveness) -> Vec<Vec<usize>> {
        let (mut steps, mut cells) = (Vec::new(), Vec::new());
        let view = View::new(self, facts, day_number(as_of), &mut steps);
        let mut counted_by = |feature| view.counted_by(feature, live, &mut cells);
        self.features.iter().map(&mut counted_by).collect()
    }

    /// The facts that speak for the score or a red line.
    fn evidence(&self, evaluation: &Evaluation, counted: &[Vec<usize>]) -> Vec<usize> {
        let outcomes = self.rules.iter().zip(&evaluation.rules);
        let mut evidence: Vec<usize> = outcomes
            .filter(|(_, outcome)| outcome.points > 0 || outcome.red_line)
            .flat_map(|(rule, _)| &rule.hangs_on)
            .filter_map(|feature| counted.get(usize::from(*feature)))
            .flatten()
            .copied()
            .collect();
        evidence.sort_unstable();
        evidence.dedup();
        evidence
    }

    /// The facts any feature counted, and for each feature their places among them.
    fn signal_lines(
        &self,
        facts: Facts<'_>,
        counted: &[Vec<usize>],
        source: &dyn Fn(usize) -> String,
    ) -> (Vec<SignalLine<'_>>, Vec<Vec<usize>>) {
        let mut used: Vec<usize> = counted.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        let line = |place: &usize| {
            let fact = facts.as_slice().get(*place)?;
            let signal = self.signals.get(usize::from(fact.kind))?;
            Some(signal_line(signal, fact, source(*place)))
        };
        let lines = used.iter().filter_map(line).collect();
        let renumber = |place: usize| used.binary_search(&place).unwrap_or(place);
        let places = counted
            .iter()
            .map(|own| own.iter().map(|place| renumber(*place)).collect());
        (lines, places.collect())
    }

    fn rule_line<'a>(&'a self, (rule, outcome): (&'a Rule, &'a RuleOutcome)) -> RuleLine<'a> {
        let step = outcome.step.and_then(|index| rule.steps.get(index));
        let features = rule
            .hangs_on
            .iter()
            .filter_map(|index| self.features.get(usize::from(*index)));
        RuleLine {
            code: &rule.code,
            title: &rule.title,
            clause: &rule.clause,
            points: outcome.points,
            when: step
                .map(|step| step.when.as_str())
                .or(rule.points.as_deref()),
            threshold_points: step.map(|step| step.points),
            known: &outcome.known,
            decayed: outcome.decayed,
            fades_on: outcome.fades_on,
            red_line: rule.red_line.as_deref().map(|when| RedLine {
                when,
                crossed: outcome.red_line,
            }),
            features: features.map(|feature| feature.name.as_str()).collect(),
        }
    }

    fn feature_lines<'a>(
        &'a self,
        evaluation: &Evaluation,
        places: Vec<Vec<usize>>,
    ) -> Vec<FeatureLine<'a>> {
        let mut asked = vec![false; self.features.len()];
        for (rule, outcome) in self.rules.iter().zip(&evaluation.rules) {
            for index in rule.hangs_on.iter().filter(|_| outcome.counts()) {
                if let Some(asked) = asked.get_mut(usize::from(*index)) {
                    *asked = true;
                }
            }
        }
        let values = evaluation.features.iter().zip(places);
        let rows = self.features.iter().zip(values).zip(asked);
        rows.filter(|((_, (_, signals)), asked)| *asked || !signals.is_empty())
            .map(|((feature, (value, signals)), _)| feature_line(feature, value, signals))
            .collect()
    }

    fn missing_line<'a>(&'a self, missing: &'a Missing) -> MissingLine<'a> {
        let mut features = self.features.iter();
        let feature = features.find(|one| one.name == missing.feature);
        MissingLine {
            title: feature.map_or("", |one| one.title.as_str()),
            missing,
        }
    }

    fn lower_line<'a>(&'a self, one: &'a Lower) -> LowerLine<'a> {
        let level = one.level.and_then(|index| self.levels.get(index));
        LowerLine {
            code: &one.code,
            earn: one.earn,
            score: one.score,
            level: level.map(|level| level.id.as_str()),
        }
    }
}

fn feature_line<'a>(
    feature: &'a Feature,
    value: &FeatureValue,
    signals: Vec<usize>,
) -> FeatureLine<'a> {
    FeatureLine {
        name: &feature.name,
        title: &feature.title,
        unit: &feature.unit,
        value: value.value,
        newest: value.newest,
        why: value.why,
        window: feature.window,
        hold: feature.hold,
        signals,
    }
}

fn signal_line<'a>(signal: &'a Signal, fact: &Fact<'_>, source: String) -> SignalLine<'a> {
    let known = |value: &i64| (*value != MISSING).then_some(*value);
    let names = signal.fields.iter().map(String::as_str);
    SignalLine {
        kind: &signal.kind,
        day: date_of(fact.day),
        arrived: date_of(fact.arrived),
        values: names.zip(fact.values.iter().map(known)).collect(),
        source,
    }
}
