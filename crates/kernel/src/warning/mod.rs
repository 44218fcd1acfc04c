//! Early warning (预警规则): from typed observations about an employer to a score, a colour and an explanation.
//!
//! A **signal** (线索) is one observation: a kind, a day, the day it arrived, and integers (`definitions/signals/`).
//! A **rule set** (规则集, `definitions/rules/`) reads signals through **features** (指标: an aggregate over a window
//! of days or months), gives points by **rules**, and names **levels** (等级). It is data: [`RuleSet::read`] checks
//! and compiles it once; [`RuleSet::evaluate`] answers for one employer on one day, and [`Columns`] answers for
//! millions of rows with the same compiled program.
//!
//! Three promises hold everywhere:
//! - **No look-ahead.** A signal counts only from the day it arrived.
//! - **Unknown is not zero.** A stale source, a missing value, an overflow make a feature unknown; a rule that hangs
//!   on it gives no points and is listed as missing.
//! - **The same inputs give the same bytes.** An [`Explanation`] can be recomputed and compared by its digest.
//!
//! A colour proposes; a person decides. What may close an alert and who must act is not here but in the case kind.

mod ceiling;
mod columnar;
mod day;
mod evaluate;
mod explain;
mod expr;
mod facts;
mod feature;
mod proof;
mod rule_set;
mod signal;
#[cfg(test)]
mod tests;

pub use ceiling::{Ceiling, Outline};
pub use columnar::{
    Block, BlockFault, Columns, Lane, MAX_ROWS, Outcome, SignalLanes, Wanted, Width, Workspace,
};
pub use day::{Step, date_of, day_number};
pub use evaluate::{
    Decayed, Evaluation, FeatureValue, Known, Lower, Missing, RuleOutcome, Score, Scratch,
};
pub use explain::Explanation;
pub use facts::{Fact, Facts, Liveness, MISSING, NotInOrder, Silence, Unknown};
pub use rule_set::{
    Aggregate, Decay, Feature, Level, Policy, Rule, RuleSet, RuleStep, Signal, Window, levels_of,
};
pub use signal::{Choice, Field, FieldFault, SignalSchema};

use crate::definitions::Kind;

/// Definitions in `signals/`: the kinds of observations.
pub const SIGNALS_KIND: Kind = Kind {
    folder: "signals",
    check: signal::check,
    test: signal::test,
};

/// Definitions in `rules/`: the rule sets.
pub const RULES_KIND: Kind = Kind {
    folder: "rules",
    check: proof::check,
    test: proof::test,
};
