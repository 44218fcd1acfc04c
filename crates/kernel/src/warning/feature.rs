//! Features of one subject: signals in a window become a number, or unknown with a reason.

use super::facts::{Fact, Facts, Liveness, MISSING, Unknown};
use super::rule_set::{Aggregate, Feature, RuleSet};

/// What a feature says at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub value: Option<i64>,
    /// The step of the newest signal that counted, or may have.
    pub newest: Option<i32>,
    /// Why there is no value.
    pub why: Option<Unknown>,
}

/// The signals of one subject as known on a day, cut to what a rule set can see.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    facts: &'a [Fact<'a>],
    steps: &'a [i32],
    /// How many older facts were left out.
    offset: usize,
    /// The kinds there are, a bit each.
    kinds: u64,
    as_of: i32,
    pub now: i32,
    /// Whether only what the union's own people saw counts.
    own_only: bool,
}

/// Whether a signal counts for a feature.
enum Counted {
    No,
    Yes(Option<i64>),
    /// Its `where` is unknown.
    Perhaps,
}

impl<'a> View<'a> {
    /// Finds the steps of `facts` into `steps` and leaves out what is too old or lies ahead.
    pub(super) fn new(
        rules: &RuleSet,
        facts: Facts<'a>,
        as_of: i32,
        steps: &'a mut Vec<i32>,
    ) -> Self {
        let now = rules.step().of(as_of);
        let oldest = rules
            .step()
            .first_day(now.saturating_sub(i32::from(rules.reach())));
        let facts = facts.as_slice();
        let start = facts.partition_point(|fact| fact.day < oldest);
        let facts = facts.get(start..).unwrap_or_default();
        steps.clear();
        steps.extend(facts.iter().map(|fact| rules.step().of(fact.day)));
        Self {
            facts,
            steps,
            offset: start,
            kinds: facts.iter().fold(0, |kinds, fact| kinds | bit(fact.kind)),
            as_of,
            now,
            own_only: false,
        }
    }

    /// The signals of steps `from..=to` that had arrived.
    fn between(self, from: i32, to: i32) -> impl Iterator<Item = (i32, &'a Fact<'a>)> {
        let start = self.steps.partition_point(|step| *step < from);
        let end = self.steps.partition_point(|step| *step <= to).max(start);
        let steps = self.steps.get(start..end).unwrap_or_default();
        let facts = self.facts.get(start..end).unwrap_or_default();
        let rows = steps.iter().copied().zip(facts);
        rows.filter(move |(_, fact)| fact.arrived <= self.as_of && (fact.own || !self.own_only))
    }

    /// Reads one feature; `cells` is scratch.
    pub(super) fn read(
        self,
        feature: &Feature,
        live: &Liveness,
        cells: &mut Vec<Option<i64>>,
    ) -> Reading {
        let silence = live.silence(feature.signal);
        let view = self.own_only(silence.is_some());
        let tally = match (feature.hold, feature.keep) {
            // Most features of most subjects: there is no signal of the kind at all.
            _ if self.kinds & bit(feature.signal) == 0 => Tally::default(),
            (Some(hold), _) => view.largest(feature, hold, cells),
            (None, Some(keep)) => match view.anchor(feature, keep, cells) {
                Some(at) => view.tally(feature, at, cells),
                None => Tally::default(),
            },
            (None, None) => view.tally(feature, self.now, cells),
        };
        if let (Some(silence), None) = (silence, tally.newest) {
            return Reading {
                value: None,
                newest: None,
                why: Some(silence.into()),
            };
        }
        let value = tally.value(feature, self.now);
        let why = match (value, tally.newest) {
            (Some(_), _) => None,
            (None, None) if !tally.blank => Some(Unknown::NoSignal),
            (None, None) => Some(Unknown::NoValue),
            (None, Some(_)) => Some(Unknown::NoValue),
        };
        Reading {
            value,
            newest: tally.newest,
            why,
        }
    }

    /// The same, where only what the union's own people saw counts.
    fn own_only(self, own_only: bool) -> Self {
        Self { own_only, ..self }
    }

    /// Places, in the facts as they were given, of the signals a feature counts or may count now.
    pub(super) fn counted_by(
        self,
        feature: &Feature,
        live: &Liveness,
        cells: &mut Vec<Option<i64>>,
    ) -> Vec<usize> {
        let own_only = live.silence(feature.signal).is_some();
        let (mut near, mut far) = (
            i32::from(feature.window.near),
            i32::from(feature.window.far),
        );
        if feature.hold.is_some() {
            // The oldest step that holds a value looks back over its own window.
            (near, far) = (0, i32::from(feature.reach()) - 1);
        } else if let Some(keep) = feature.keep {
            let Some(at) = self.own_only(own_only).anchor(feature, keep, cells) else {
                return Vec::new();
            };
            let age = self.now.saturating_sub(at);
            (near, far) = (near + age, far + age);
        }
        let rows = (self.offset..).zip(self.steps.iter().zip(self.facts));
        let counts = rows.filter(|(_, (step, fact))| {
            fact.arrived <= self.as_of
                && (fact.own || !own_only)
                && (near..=far).contains(&self.now.saturating_sub(**step))
                && !matches!(counted(feature, fact, cells), Counted::No)
        });
        counts.map(|(place, _)| place).collect()
    }

    fn tally(self, feature: &Feature, at: i32, cells: &mut Vec<Option<i64>>) -> Tally {
        let from = at.saturating_sub(i32::from(feature.window.far));
        let to = at.saturating_sub(i32::from(feature.window.near));
        let mut tally = Tally::default();
        for (step, fact) in self.between(from, to) {
            tally.add(step, counted(feature, fact, cells), feature.aggregate);
        }
        tally
    }

    /// The newest step with a signal that counts, or may, among the last `keep`.
    fn anchor(self, feature: &Feature, keep: u16, cells: &mut Vec<Option<i64>>) -> Option<i32> {
        let from = self.now.saturating_sub(i32::from(keep) - 1);
        let mut anchor = None;
        for (step, fact) in self.between(from, self.now) {
            if !matches!(counted(feature, fact, cells), Counted::No) {
                anchor = Some(step);
            }
        }
        anchor
    }

    /// The tally with the largest value among those on the steps with a signal in the last `hold` steps.
    fn largest(self, feature: &Feature, hold: u16, cells: &mut Vec<Option<i64>>) -> Tally {
        let mut best = Tally::default();
        let from = self.now.saturating_sub(i32::from(hold) - 1);
        let mut anchor = None;
        for (step, fact) in self.between(from, self.now) {
            if anchor == Some(step) || matches!(counted(feature, fact, cells), Counted::No) {
                continue;
            }
            anchor = Some(step);
            let tally = self.tally(feature, step, cells);
            let (value, before) = (tally.value(feature, step), best.value(feature, step));
            let larger = best.newest.is_none()
                || (before.is_some() && value.is_none_or(|v| Some(v) > before));
            best = if larger { tally } else { best };
            best.newest = Some(step);
        }
        best
    }
}

/// The bit of a kind; those beyond the sixty-third share the last.
fn bit(kind: u16) -> u64 {
    1 << kind.min(63)
}

fn counted(feature: &Feature, fact: &Fact<'_>, cells: &mut Vec<Option<i64>>) -> Counted {
    if fact.kind != feature.signal {
        return Counted::No;
    }
    let field = |index: u16| {
        let value = fact.values.get(usize::from(index)).copied();
        value.filter(|value| *value != MISSING)
    };
    feature.program.run(field, cells);
    let result = |node: super::expr::Node| cells.get(node.index()).copied().flatten();
    match feature.filter_node.map(result) {
        Some(None) => Counted::Perhaps,
        Some(Some(0)) => Counted::No,
        _ => Counted::Yes(feature.of_node.and_then(result)),
    }
}

/// What the signals of one window add up to.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    count: i64,
    sum: i128,
    max: Option<i64>,
    min: Option<i64>,
    steps: i64,
    newest: Option<i32>,
    /// The newest signal's value; `None` inside when unknown.
    last: Option<i64>,
    /// Whether the newest signal surely counts.
    last_sure: bool,
    /// A signal may or may not count.
    perhaps: bool,
    /// A signal that counts has no value.
    valueless: bool,
    /// A signal was passed over because it does not say what is asked.
    blank: bool,
}

impl Tally {
    fn add(&mut self, step: i32, counted: Counted, aggregate: Aggregate) {
        let value = match counted {
            Counted::No => return,
            Counted::Yes(None) if aggregate == Aggregate::LatestKnown => {
                self.blank = true;
                return;
            }
            Counted::Perhaps => {
                self.perhaps = true;
                self.last_sure = false;
                None
            }
            Counted::Yes(value) => {
                self.last_sure = true;
                self.valueless |= value.is_none();
                value
            }
        };
        self.count += 1;
        self.steps += i64::from(self.newest != Some(step));
        self.newest = Some(step);
        self.last = value;
        if let Some(value) = value {
            self.sum += i128::from(value);
            self.max = Some(self.max.map_or(value, |max| max.max(value)));
            self.min = Some(self.min.map_or(value, |min| min.min(value)));
        }
    }

    fn value(&self, feature: &Feature, at: i32) -> Option<i64> {
        if self.newest.is_none() {
            return feature.when_empty().filter(|_| !self.blank);
        }
        let aggregate = feature.aggregate;
        if aggregate.newest_only() {
            return match aggregate {
                Aggregate::DaysSince => self
                    .newest
                    .filter(|_| self.last_sure)
                    .map(|step| i64::from(at - step)),
                _ => self.last,
            };
        }
        if self.perhaps || (aggregate.takes_value() && self.valueless) {
            return None;
        }
        match aggregate {
            Aggregate::Sum => i64::try_from(self.sum).ok(),
            Aggregate::Max => self.max,
            Aggregate::Min => self.min,
            Aggregate::DistinctDays => Some(self.steps),
            _ => Some(self.count),
        }
    }
}
