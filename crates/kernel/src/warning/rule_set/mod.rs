//! A rule set (规则集), checked and compiled.

mod file;
mod read;

use serde::{Deserialize, Serialize};

use super::day::Step;
use super::expr::{Bounds, Node, Program};
use crate::definitions::{Definition, DefinitionRef};

/// Largest magnitude of one rule's points: sums over a whole rule set cannot overflow.
pub(crate) const MAX_POINTS: i64 = 1_000_000_000;

/// One kind of signal a rule set reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// The kind's name.
    pub kind: String,
    /// The fields it reads, in the order of [`Fact::values`](super::Fact::values).
    pub fields: Vec<String>,
}

/// How the signals in a window become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// How many signals; 0 when there is none.
    Count,
    /// How many signals for which `where` holds. The same as `count`, said so that `where` is not forgotten.
    CountWhere,
    /// The sum of `of`; 0 when there is none.
    Sum,
    /// The largest `of`; unknown when there is none.
    Max,
    /// The smallest `of`; unknown when there is none.
    Min,
    /// `of` of the newest signal; unknown when there is none.
    Latest,
    /// `of` of the newest signal that says it, passing over those that do not; unknown when there is none, and also
    /// when signals are there and none of them says it: a field left empty is not a no.
    LatestKnown,
    /// Steps since the newest signal; unknown when there is none.
    DaysSince,
    /// How many different steps have a signal; 0 when there is none.
    DistinctDays,
}

impl Aggregate {
    /// Whether it needs a value of each signal.
    pub(crate) fn takes_value(self) -> bool {
        matches!(
            self,
            Self::Sum | Self::Max | Self::Min | Self::Latest | Self::LatestKnown
        )
    }

    /// Whether only the newest signal matters.
    pub(crate) fn newest_only(self) -> bool {
        matches!(self, Self::Latest | Self::LatestKnown | Self::DaysSince)
    }
}

/// Steps back from the evaluated step, both inclusive; 0 is that step itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "[u16; 2]", into = "[u16; 2]")]
pub struct Window {
    /// The nearer end.
    pub near: u16,
    /// The farther end.
    pub far: u16,
}

impl From<[u16; 2]> for Window {
    fn from([near, far]: [u16; 2]) -> Self {
        Self { near, far }
    }
}

impl From<Window> for [u16; 2] {
    fn from(window: Window) -> Self {
        [window.near, window.far]
    }
}

/// One feature (指标): a number about a subject at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// ASCII name, as expressions use it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its unit in words.
    pub unit: String,
    /// Place of the kind it reads in [`RuleSet::signals`].
    pub signal: u16,
    /// How signals become a number.
    pub aggregate: Aggregate,
    /// Which steps it looks at.
    pub window: Window,
    /// Remember for this many steps the largest value the feature had on a day with a signal, so that a burst does
    /// not vanish with its window.
    pub hold: Option<u16>,
    /// Keep for this many steps what the feature said on the newest step with a signal: a monthly state does not
    /// vanish before its points have faded.
    pub keep: Option<u16>,
    /// What no signal in the window means, when the aggregate leaves it unknown or it is not 0.
    pub empty: Option<i64>,
    /// The value of one signal, as written.
    pub of: Option<String>,
    /// Which signals count, as written.
    pub filter: Option<String>,
    pub(crate) program: Program,
    pub(crate) of_node: Option<Node>,
    pub(crate) filter_node: Option<Node>,
}

impl Feature {
    /// How many steps back it can see.
    pub fn reach(&self) -> u16 {
        let longer = self.hold.or(self.keep).unwrap_or(0);
        self.window.far.saturating_add(longer)
    }

    /// What it is when no signal counts; `None` is unknown.
    pub(crate) fn when_empty(&self) -> Option<i64> {
        let usual = match self.aggregate {
            Aggregate::Count | Aggregate::CountWhere | Aggregate::Sum | Aggregate::DistinctDays => {
                Some(0)
            }
            _ => None,
        };
        self.empty.or(usual)
    }

    /// Within what it lies when some of at most `signals` signals count, each with a value within `value`.
    pub(crate) fn bounds(&self, value: Bounds, signals: usize) -> Bounds {
        match self.aggregate {
            Aggregate::Sum => value.times(signals),
            Aggregate::Max | Aggregate::Min | Aggregate::Latest | Aggregate::LatestKnown => value,
            Aggregate::DaysSince => Bounds::new((0, i64::from(self.reach()))),
            Aggregate::Count | Aggregate::CountWhere | Aggregate::DistinctDays => {
                Bounds::new((0, 1)).times(signals)
            }
        }
    }
}

/// How points fade without a repeat (衰减), counted in steps from the newest signal the rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// From this age on, half the points, rounded towards zero.
    pub half_after: u16,
    /// From this age on, none.
    pub drop_after: u16,
}

/// One step of a rule's points (分档).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStep {
    /// The condition, as written.
    pub when: String,
    /// Its points; negative for an offset.
    pub points: i64,
    pub(crate) node: Node,
}

/// One rule (规则).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its code, as the table of the rule set's source has it.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// The clause it comes from.
    pub clause: String,
    /// How its points fade.
    pub decay: Option<Decay>,
    /// Its points: the last step that holds counts.
    pub steps: Vec<RuleStep>,
    /// Points by an expression instead of steps, as written.
    pub points: Option<String>,
    /// A condition that raises to the level marked as red line, whatever the score (红线), as written.
    pub red_line: Option<String>,
    /// Whether it takes points away (减分项).
    pub offset: bool,
    pub(crate) points_node: Option<Node>,
    pub(crate) red_line_node: Option<Node>,
    /// Features its points read: what decay is counted from.
    pub(crate) reads: Vec<u16>,
    /// Features its points or its red line read.
    pub(crate) hangs_on: Vec<u16>,
}

impl Rule {
    /// What it asks the program of the rule set.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> {
        let steps = self.steps.iter().map(|step| step.node);
        steps.chain(self.points_node).chain(self.red_line_node)
    }
}

/// One level (等级): a colour with the local word for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// ASCII name, for storage and styles.
    pub id: String,
    /// The word people use: 蓝, 黄, 红, 橙.
    pub label: String,
    /// A shape beside the colour, for eyes that do not tell colours apart.
    pub shape: String,
    /// A pattern for maps and black-and-white print.
    pub pattern: String,
    /// Smallest score of the level.
    pub from: i64,
    /// Whether a red line raises to this level.
    #[serde(default)]
    pub red_line: bool,
    /// Whether reaching it opens an alert; a level of calm (绿) does not.
    #[serde(default = "yes")]
    pub opens: bool,
    /// Days without a new signal before an alert of this level may be closed.
    #[serde(default)]
    pub quiet_days: u32,
}

fn yes() -> bool {
    true
}

/// What holds for alerts of this rule set, beside the response matrix of the case kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Days of calm after which the same subject may raise a new alert instead of reopening the old one.
    #[serde(default)]
    pub rearm_days: u32,
    /// That a colour falls only after a person has checked (只升不自动降). Said for the reader: it holds for every rule
    /// set, and one that says otherwise is refused.
    #[serde(default)]
    pub fall_after_check: Option<bool>,
    /// Percentage of workers whose payment must be shown before closing; the case kind's own when absent.
    #[serde(default)]
    pub paid_percent: Option<u32>,
    /// Workers called back by someone else than the handler before closing.
    #[serde(default)]
    pub callbacks: Option<u32>,
}

/// A rule set, ready to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    pub(crate) reference: DefinitionRef,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) step: Step,
    pub(crate) floor: Option<i64>,
    pub(crate) signals: Vec<Signal>,
    pub(crate) features: Vec<Feature>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) levels: Vec<Level>,
    pub(crate) policy: Policy,
    pub(crate) program: Program,
}

/// The levels a rule set names, lowest first, without reading its rules: for a page that shows colours and judges
/// nobody. Compiling the rules takes some ten milliseconds.
///
/// # Errors
/// In words, when the file names no levels that can be read.
pub fn levels_of(definition: &Definition) -> Result<Vec<Level>, String> {
    #[derive(Deserialize)]
    struct Levels {
        level: Vec<Level>,
    }
    Ok(definition.body::<Levels>()?.level)
}

impl RuleSet {
    /// Names exactly the text it was read from.
    pub fn reference(&self) -> &DefinitionRef {
        &self.reference
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The law, notice or decision it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its grain of time.
    pub fn step(&self) -> Step {
        self.step
    }

    /// The kinds of signals it reads.
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// The number of a kind in this rule set; `None` when it does not read the kind.
    pub fn kind(&self, name: &str) -> Option<u16> {
        (0..)
            .zip(&self.signals)
            .find_map(|(index, signal)| (signal.kind == name).then_some(index))
    }

    /// Its features.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Its levels, lowest first.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// What holds for its alerts.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How many steps back any feature can see: older signals change nothing.
    pub fn reach(&self) -> u16 {
        self.features.iter().map(Feature::reach).max().unwrap_or(0)
    }

    /// How many steps back any feature looks at one kind of signal; `None` when none does. A signal that is older
    /// changes nothing.
    pub fn reach_of(&self, kind: u16) -> Option<u16> {
        let reading = self
            .features
            .iter()
            .filter(|feature| feature.signal == kind);
        reading.map(Feature::reach).max()
    }

    /// The level of a score: the highest whose `from` it reaches, raised to the red line's level if one is crossed.
    pub fn level_of(&self, score: i64, red_line: bool) -> Option<usize> {
        let by_score = self.levels.iter().rposition(|level| level.from <= score);
        let by_line = self
            .levels
            .iter()
            .position(|level| red_line && level.red_line);
        by_score.max(by_line)
    }

    /// A sum of points, drawn up to the floor when the rule set has one.
    pub(crate) fn bounded(&self, score: i64) -> i64 {
        self.floor.map_or(score, |floor| score.max(floor))
    }
}
