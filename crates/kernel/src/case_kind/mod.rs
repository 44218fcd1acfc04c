//! Case kinds (办件类型): everything with a deadline runs on one engine, and what differs from one kind of matter to
//! the next stands in a definition file.
//!
//! A kind says what is asked at intake and by which doors, which level of union answers first, which verbs lead
//! from which state to which, who may use them and what they demand, which clocks they start and meet (minutes of
//! duty, hours, working days, calendar days, by grade and level), and which conclusions may end it on which
//! evidence. [`CaseKind::open`], [`CaseKind::act`], [`CaseKind::tick`] and [`CaseKind::regrade`] are pure: the
//! server stores what they return, and the embedded `[[test]]` stories of every kind run through the same functions.

mod bounds;
mod case;
mod check;
mod clock;
mod clock_rule;
mod closing;
mod collective;
mod elsewhere;
mod evidence;
mod fields;
mod flow;
mod length;
mod model;
mod own;
mod pause;
mod permit;
mod review;
mod season;
mod story;
mod timing;
mod verb;

pub use bounds::{Bound, Distinct, Lasting};
pub use case::{Asked, BackTo, Call, Happened, Input, Outcome, Relation, Snapshot, Who};
pub use clock::{CaseClock, ClockEvent, ClockState, DueAt};
pub use clock_rule::{ClockRule, GradeLength};
pub use closing::{Closing, Condition, Limit, Mending, Share, Terms};
pub use collective::Collective;
pub use evidence::{EvidenceDemand, EvidenceKind, LetterCount, LetterDemand, LetterFact};
pub use flow::{Opening, Step};
pub use length::{Almanac, Length, LengthRule, Span, Unit};
pub use model::{
    CaseKind, Confidentiality, Door, Field, FieldType, Level, Named, Owner, Plain, Route, Seal,
    Speaks, State, VerbRow,
};
pub use own::{Ask, Own};
pub use pause::{PauseAsked, PauseRule};
pub use permit::Allowed;
pub use review::Within;
pub use season::{SEASONS_KIND, Season, SeasonClock};
pub use verb::{Effect, Verb};

use crate::definitions::Kind;

/// Definitions in `cases/`.
pub const KIND: Kind = Kind {
    folder: "cases",
    check: check::check,
    test: story::test,
};

#[cfg(test)]
mod tests;
