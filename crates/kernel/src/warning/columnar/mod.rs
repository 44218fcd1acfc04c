//! The same rule sets over columns (列式计算): one pass over blocks of rows instead of one evaluation for each.
//!
//! [`RuleSet::columns`] plans a rule set for columns of given widths, once. [`Columns::run`] then takes blocks of rows
//! ordered by subject and step, whole subjects each, and gives score, level and rules for every row, or for the last
//! row of every subject. Each operation of the compiled program is one loop over a block; nothing is decided row by
//! row. Results are those of [`RuleSet::score`] for the same signals, each known from its own step on.

mod apply;
mod gather;
mod kernels;
mod lanes;
mod plan;
mod rows;
#[cfg(test)]
mod tests;
mod timeline;

pub use lanes::{Lane, Width};
pub use rows::{Outcome, Workspace};

use super::expr::{Bounds, Node};
use super::facts::Liveness;
use super::rule_set::{Aggregate, Feature, RuleSet, Window};
use plan::Plan;

/// Most rows of a block: with 32-bit columns, sums over any window then stay far inside 64 bits.
pub const MAX_ROWS: usize = 1 << 20;

/// The rows of some subjects, column by column.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The subject of each row; rows of one subject stand together.
    pub subject: Lane<'a>,
    /// The step of each row, ascending within a subject. Where several rows share a step, the last of them has the
    /// results of the step.
    pub step: Lane<'a>,
    /// The signals of each kind, in the order of [`RuleSet::signals`].
    pub signals: &'a [SignalLanes<'a>],
}

/// The signals of one kind in a block.
#[derive(Debug, Clone, Copy)]
pub struct SignalLanes<'a> {
    /// 1 for rows that have a signal of this kind, 0 for others; every row has one when absent.
    pub present: Option<&'a [u8]>,
    /// Its fields, in the order of the rule set.
    pub fields: &'a [Lane<'a>],
}

/// Which rows results are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Every row.
    EveryRow,
    /// The last row of each subject: its state now.
    LastOfSubject,
}

/// Why a block cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockFault {
    /// A step is earlier than the one before it in the same subject.
    #[error("rows of a subject are not ordered by step")]
    NotInOrder,
    /// Columns have different lengths, other widths than planned, or too many rows.
    #[error("columns do not match the plan, each other, or the largest block of 1,048,576 rows")]
    Shape,
}

/// A rule set planned for columns. Threads share it; each has its own [`Workspace`].
#[derive(Debug, Clone)]
pub struct Columns {
    rules: RuleSet,
    widths: Vec<Vec<Width>>,
    windows: Vec<Window>,
    features: Vec<FeaturePlan>,
    /// For blocks in which steps follow each other without gaps, and for any other.
    dense: Plan,
    sparse: Plan,
}

/// How one feature is computed over columns.
#[derive(Debug, Clone)]
struct FeaturePlan {
    plan: Plan,
    /// The field that is the value, when nothing is computed.
    direct: Option<u16>,
    /// Place of its window in `Columns::windows`; the second is that of its hold or its keep.
    window: usize,
    hold: Option<usize>,
    /// Whether some rule's decay asks when the newest signal was.
    newest: bool,
    /// Whether a sum may pass 64 bits.
    wide: bool,
}

impl RuleSet {
    /// Plans this rule set for columns: for each of [`RuleSet::signals`], the widths of its fields in order.
    ///
    /// # Errors
    /// [`BlockFault::Shape`] when a signal or field has no width.
    pub fn columns(&self, widths: &[&[Width]]) -> Result<Columns, BlockFault> {
        let fits = self.signals().len() == widths.len()
            && self
                .signals()
                .iter()
                .zip(widths)
                .all(|(signal, own)| signal.fields.len() == own.len());
        if !fits {
            return Err(BlockFault::Shape);
        }
        let widths: Vec<Vec<Width>> = widths.iter().map(|own| own.to_vec()).collect();
        let mut windows = Vec::new();
        let mut features = Vec::with_capacity(self.features.len());
        let (mut dense, mut sparse) = (Vec::new(), Vec::new());
        for (number, feature) in (0u16..).zip(&self.features) {
            let fields = widths
                .get(usize::from(feature.signal))
                .map(Vec::as_slice)
                .unwrap_or_default();
            let (plan, value) = plan_feature(feature, fields);
            let newest = self
                .rules
                .iter()
                .any(|rule| rule.decay.is_some() && rule.reads.contains(&number));
            let window = place(&mut windows, feature.window);
            let hold = feature.hold.or(feature.keep).map(|hold| {
                place(
                    &mut windows,
                    Window {
                        near: 0,
                        far: hold.saturating_sub(1),
                    },
                )
            });
            let length = usize::from(feature.window.far - feature.window.near) + 1;
            dense.push(feature_bounds(feature, value, length));
            sparse.push(feature_bounds(feature, value, MAX_ROWS));
            let direct = direct_field(feature, &plan);
            let wide = feature.aggregate == Aggregate::Sum && !value.times(MAX_ROWS).fits();
            features.push(FeaturePlan {
                plan,
                direct,
                window,
                hold,
                newest,
                wide,
            });
        }
        let groups = self.groups();
        Ok(Columns {
            dense: Plan::new(&self.program, &dense, &groups),
            sparse: Plan::new(&self.program, &sparse, &groups),
            rules: self.clone(),
            widths,
            windows,
            features,
        })
    }

    /// What each rule needs of the program.
    fn groups(&self) -> Vec<Vec<Node>> {
        self.rules
            .iter()
            .map(|rule| rule.nodes().collect())
            .collect()
    }
}

impl Columns {
    /// The rule set it was planned for.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Evaluates a block. Results are in `Workspace::outcome` until the next run.
    ///
    /// # Errors
    /// [`BlockFault`] when the block is not what was planned for; nothing is computed then.
    pub fn run<'w>(
        &self,
        block: &Block<'_>,
        live: &Liveness,
        wanted: Wanted,
        space: &'w mut Workspace,
    ) -> Result<&'w Outcome, BlockFault> {
        self.check(block)?;
        space
            .time
            .fill(block.subject, block.step, wanted == Wanted::LastOfSubject)?;
        rows::run(self, block, live, space);
        Ok(&space.outcome)
    }

    fn check(&self, block: &Block<'_>) -> Result<(), BlockFault> {
        let rows = block.step.rows();
        let signal_fits = |(signal, widths): (&SignalLanes<'_>, &Vec<Width>)| {
            let lanes = signal.fields.iter().zip(widths);
            signal.fields.len() == widths.len()
                && signal.present.is_none_or(|present| present.len() == rows)
                && lanes
                    .into_iter()
                    .all(|(lane, width)| lane.rows() == rows && lane.width() == *width)
        };
        let fits = rows <= MAX_ROWS
            && block.subject.rows() == rows
            && block.signals.len() == self.widths.len()
            && block.signals.iter().zip(&self.widths).all(signal_fits);
        if fits { Ok(()) } else { Err(BlockFault::Shape) }
    }
}

fn place(windows: &mut Vec<Window>, window: Window) -> usize {
    let known = windows.iter().position(|one| *one == window);
    known.unwrap_or_else(|| {
        windows.push(window);
        windows.len() - 1
    })
}

/// The plan of a feature's own expressions, and within what its value lies.
fn plan_feature(feature: &Feature, fields: &[Width]) -> (Plan, Bounds) {
    let inputs: Vec<Bounds> = fields
        .iter()
        .map(|width| Bounds::new(width.bounds()))
        .collect();
    let nodes: Vec<Node> = feature
        .filter_node
        .into_iter()
        .chain(feature.of_node)
        .collect();
    let plan = Plan::new(&feature.program, &inputs, &[nodes]);
    let value = feature
        .of_node
        .map_or(Bounds::new((0, 1)), |node| plan.bounds(node));
    (plan, value)
}

fn direct_field(feature: &Feature, plan: &Plan) -> Option<u16> {
    match feature.of_node.map(|node| plan.source(node)) {
        Some(plan::Source::Input(field)) if feature.filter_node.is_none() => Some(field),
        _ => None,
    }
}

/// Within what a feature lies, when its window shows at most `rows` signals; what is unknown is 0 in a column.
fn feature_bounds(feature: &Feature, value: Bounds, rows: usize) -> Bounds {
    let empty = feature.when_empty().unwrap_or(0);
    feature.bounds(value, rows).or(Bounds::exactly(empty))
}
