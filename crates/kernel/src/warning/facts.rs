//! What is known about one employer or project, and which sources are silent.

use serde::{Deserialize, Serialize};

/// A field that the source left empty. Schemas keep values far from it; in expressions it is unknown.
pub const MISSING: i64 = i64::MIN;

/// One signal (线索) as a rule set reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact<'a> {
    /// Place of its kind in [`RuleSet::signals`](super::RuleSet::signals); see
    /// [`RuleSet::kind`](super::RuleSet::kind).
    pub kind: u16,
    /// The day it is about, as a [`day_number`](super::day_number).
    pub day: i32,
    /// The day it reached us. It does not exist for any earlier evaluation.
    pub arrived: i32,
    /// Whether the union's own people saw it: it counts even while the offices' feeds of its kind are silent.
    pub own: bool,
    /// The fields the rule set lists for the kind, in that order; [`MISSING`] where empty. Amounts are in fen.
    pub values: &'a [i64],
}

/// The signals about one subject, ordered by day; within a day, in the order they shall be read (the later one is
/// the `latest`).
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a>(&'a [Fact<'a>]);

/// The signals are not ordered by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("线索没有按日期排列")]
pub struct NotInOrder;

impl<'a> Facts<'a> {
    /// Takes signals that are ordered by day.
    ///
    /// # Errors
    /// [`NotInOrder`] when a day is earlier than the one before it.
    pub fn new(facts: &'a [Fact<'a>]) -> Result<Self, NotInOrder> {
        if facts.is_sorted_by_key(|fact| fact.day) {
            Ok(Self(facts))
        } else {
            Err(NotInOrder)
        }
    }

    /// No signals at all.
    pub fn none() -> Self {
        Self(&[])
    }

    /// The signals.
    pub fn as_slice(self) -> &'a [Fact<'a>] {
        self.0
    }
}

/// Why a kind of signal says nothing now (TV-A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Its feed is late beyond its own frequency: what is not there may be only not yet there (数据源陈旧).
    Stale,
    /// No feed brings it in this district (未接入).
    NotConnected,
    /// Somebody paused its feed (停用).
    Paused,
}

/// Which kinds of signals can be trusted to be complete. Of a kind that cannot, only what the union's own people saw
/// counts ([`Fact::own`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Liveness(Vec<(u16, Silence)>);

impl Liveness {
    /// Every feed is fresh.
    pub fn all_live() -> Self {
        Self::default()
    }

    /// The same, with one kind silent.
    #[must_use]
    pub fn with(mut self, kind: u16, why: Silence) -> Self {
        self.0.retain(|(known, _)| *known != kind);
        self.0.push((kind, why));
        self
    }

    /// The same, taking those that were heard before at their last word: for asking what silence alone took away.
    #[must_use]
    pub fn at_last_word(&self) -> Self {
        let unheard = self.0.iter().copied();
        Self(
            unheard
                .filter(|(_, why)| *why == Silence::NotConnected)
                .collect(),
        )
    }

    /// Why the kind is silent; `None` when it is not.
    pub fn silence(&self, kind: u16) -> Option<Silence> {
        let found = self.0.iter().find(|(known, _)| *known == kind);
        found.map(|(_, why)| *why)
    }
}

/// Why a feature or a rule has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The feed is stale.
    Stale,
    /// No feed brings this kind.
    NotConnected,
    /// Somebody paused the feed.
    Paused,
    /// No signal of the kind in the window, and the feature does not say what that means.
    NoSignal,
    /// A signal lacks a field, or the arithmetic has no result (overflow, division by zero).
    NoValue,
}

impl From<Silence> for Unknown {
    fn from(why: Silence) -> Self {
        match why {
            Silence::Stale => Self::Stale,
            Silence::NotConnected => Self::NotConnected,
            Silence::Paused => Self::Paused,
        }
    }
}

impl Unknown {
    /// The reason in words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Stale => "数据源未按时更新，暂不计分",
            Self::NotConnected => "数据源未接入",
            Self::Paused => "数据源已停用，暂不计分",
            Self::NoSignal => "没有收到过这类数据",
            Self::NoValue => "数据不完整，算不出结果",
        }
    }
}
