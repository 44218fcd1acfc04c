//! What a subject can come to at most while some kinds of signals are known in outline only (上限). Head counts of
//! everybody are most of what a district knows and seldom decide: how many there are about a subject, and between what
//! they lie, mostly says already that no level can be reached.

use std::collections::BTreeSet;

use super::evaluate::{Scratch, answer};
use super::expr::{Bounds, Node};
use super::facts::{Facts, Liveness};
use super::feature::Reading;
use super::rule_set::{Feature, MAX_POINTS, Rule, RuleSet};

/// The signals of one kind about one subject, in outline (概貌).
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// How many there are, or more.
    pub signals: u32,
    /// The least and the most of each field, in the order of the rule set; the other way round where no signal says it.
    pub fields: &'a [(i64, i64)],
}

/// A rule set on a day, with some kinds of signals in outline.
#[derive(Debug)]
pub struct Ceiling<'r> {
    rules: &'r RuleSet,
    as_of: i32,
    live: &'r Liveness,
    /// Which rules read a kind in outline, rule by rule.
    open: Vec<bool>,
    /// The features these read, by their places, and how each that is of a kind in outline is read of it.
    features: Vec<(usize, Option<Sketch>)>,
    /// The operations of the program these rules need.
    needed: Vec<Node>,
    /// What the other rules say of somebody of whom no facts are known, and what the features read then.
    nothing: (Closed, Vec<Reading>),
}

/// A feature of a kind in outline.
#[derive(Debug)]
struct Sketch {
    /// Place of its kind among those in outline.
    kind: usize,
    /// The operations its value needs.
    needed: Vec<Node>,
}

/// Points and red lines of the rules that read no kind in outline.
#[derive(Debug, Clone, Copy, Default)]
struct Closed {
    points: i64,
    red_line: bool,
}

/// Memory for bounds, reused.
#[derive(Debug, Clone, Default)]
pub(super) struct Within {
    cells: Vec<Option<Bounds>>,
    features: Vec<Option<Bounds>>,
    results: Vec<Option<Bounds>>,
}

impl RuleSet {
    /// The rules on the day with number `as_of`, with some `kinds` of signals in outline: their places in
    /// [`RuleSet::signals`].
    pub fn ceiling<'r>(&'r self, kinds: &[u16], as_of: i32, live: &'r Liveness) -> Ceiling<'r> {
        let sketch = |feature: &Feature| {
            let kind = kinds.iter().position(|kind| *kind == feature.signal)?;
            let needed = feature.program.needed_by(feature.of_node);
            Some(Sketch { kind, needed })
        };
        let sketched = |index: &u16| {
            let feature = self.features.get(usize::from(*index));
            feature.is_some_and(|feature| kinds.contains(&feature.signal))
        };
        let reads = |rule: &&Rule| rule.hangs_on.iter().any(sketched);
        let in_doubt = || self.rules.iter().filter(reads);
        let read: BTreeSet<u16> = in_doubt().flat_map(|rule| rule.hangs_on.clone()).collect();
        let features = read.into_iter().filter_map(|index| {
            let index = usize::from(index);
            Some((index, sketch(self.features.get(index)?)))
        });
        let mut ceiling = Ceiling {
            rules: self,
            as_of,
            live,
            open: self.rules.iter().map(|rule| reads(&rule)).collect(),
            features: features.collect(),
            needed: self.program.needed_by(in_doubt().flat_map(Rule::nodes)),
            nothing: (Closed::default(), Vec::new()),
        };
        let mut scratch = Scratch::default();
        let closed = ceiling.closed(Facts::none(), &mut scratch);
        ceiling.nothing = (closed, scratch.readings);
        ceiling
    }
}

impl Ceiling<'_> {
    /// Whether a subject may stand at a level that opens alerts, given what is known of it by the other kinds and the
    /// `outline` of each of these, by its place in what [`RuleSet::ceiling`] was given.
    pub fn may_open<'o>(
        &self,
        facts: Facts<'_>,
        outline: impl Fn(usize) -> Option<Outline<'o>>,
        scratch: &mut Scratch,
    ) -> bool {
        let (closed, readings) = if facts.as_slice().is_empty() {
            (self.nothing.0, &self.nothing.1)
        } else {
            let closed = self.closed(facts, scratch);
            (closed, &scratch.readings)
        };
        let Within {
            cells,
            features,
            results,
        } = &mut scratch.within;
        features.resize(self.rules.features.len(), None);
        for (index, sketch) in &self.features {
            let (of, reading) = (self.rules.features.get(*index), readings.get(*index));
            let bounds = match (sketch, of) {
                (Some(sketch), Some(of)) => sketch.bounds(of, outline(sketch.kind), cells),
                _ => reading.and_then(|one| one.value).map(Bounds::exactly),
            };
            if let Some(feature) = features.get_mut(*index) {
                *feature = bounds;
            }
        }
        let feature = |index: u16| *features.get(usize::from(index))?;
        let program = &self.rules.program;
        program.bound(&self.needed, feature, results);
        let Closed {
            mut points,
            mut red_line,
        } = closed;
        let open = self.rules.rules.iter().zip(&self.open);
        for (rule, _) in open.filter(|(_, open)| **open) {
            let result = |node: Node| *results.get(node.index())?;
            points += most(rule, result);
            red_line |= rule.red_line_node.is_some_and(|node| holds(result(node)));
        }
        let reached = self.rules.level_of(self.rules.bounded(points), red_line);
        let up_to = reached.map_or(0, |at| at + 1);
        self.rules.levels.iter().take(up_to).any(|one| one.opens)
    }

    fn closed(&self, facts: Facts<'_>, scratch: &mut Scratch) -> Closed {
        let now = self
            .rules
            .answer_features(facts, self.as_of, self.live, scratch);
        let mut closed = Closed::default();
        let rules = self.rules.rules.iter().zip(&self.open);
        for (rule, _) in rules.filter(|(_, open)| !**open) {
            let answer = answer(rule, &scratch.results, &scratch.readings, now);
            closed.points += answer.points;
            closed.red_line |= answer.red_line;
        }
        closed
    }
}

impl Sketch {
    /// Within what a feature lies. What its window, its filter and the silence of a feed leave out only makes the
    /// signals fewer.
    fn bounds(
        &self,
        feature: &Feature,
        outline: Option<Outline<'_>>,
        cells: &mut Vec<Option<Bounds>>,
    ) -> Option<Bounds> {
        let empty = feature.when_empty().map(Bounds::exactly);
        let Some(outline) = outline.filter(|one| one.signals > 0) else {
            return empty;
        };
        let field = |index: u16| {
            let (least, most) = *outline.fields.get(usize::from(index))?;
            (least <= most).then(|| Bounds::new((least, most)))
        };
        feature.program.bound(&self.needed, field, cells);
        // What counts signals needs no value of them.
        let value = match feature.of_node {
            Some(node) => cells.get(node.index()).copied().flatten(),
            None => Some(Bounds::exactly(1)),
        };
        let signals = usize::try_from(outline.signals).unwrap_or(usize::MAX);
        match (value.map(|value| feature.bounds(value, signals)), empty) {
            (Some(found), Some(empty)) => Some(found.or(empty)),
            (one, other) => one.or(other),
        }
    }
}

fn holds(bounds: Option<Bounds>) -> bool {
    bounds.is_some_and(|bounds| bounds.may_be().1)
}

/// The most a rule can give: points only fade, and what cannot be answered gives none.
fn most(rule: &Rule, result: impl Fn(Node) -> Option<Bounds>) -> i64 {
    if rule.offset {
        return 0;
    }
    let holding = rule.steps.iter().filter(|step| holds(result(step.node)));
    let steps = holding.map(|step| step.points).fold(0, i64::max);
    let by_expression = rule.points_node.and_then(result);
    let by_expression = by_expression.map_or(0, |points| points.high.clamp(0, MAX_POINTS.into()));
    steps.max(i64::try_from(by_expression).unwrap_or(MAX_POINTS))
}
