//! The rules that hold at one place on one day.

use jiff::civil::Date;
use serde::de::DeserializeOwned;

use super::Step;
use crate::definitions::{Catalogue, Definition, DefinitionRef, Jurisdiction};

/// Why a calculation cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WageFault {
    /// No version of a rule holds there and then.
    #[error("{place} 在 {day} 没有适用的规则（{id}），请先核实再算")]
    NoRule {
        /// The rule's id.
        id: &'static str,
        /// Where.
        place: String,
        /// When.
        day: Date,
    },
    /// The province's figures are known, but not which of them holds at the place.
    #[error("{0} 属于哪一档最低工资还没有核实，请问当地人力社保部门（12333）")]
    UnknownTier(String),
    /// A rule file cannot be read.
    #[error("规则文件有误：{0}")]
    Broken(String),
    /// A value makes no sense.
    #[error("{0}")]
    Input(&'static str),
    /// Beyond what 64-bit fen hold.
    #[error("金额超出可计算的范围")]
    TooLarge,
}

impl WageFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRule { .. } => "wage.no_rule",
            Self::UnknownTier(_) => "wage.unknown_tier",
            Self::Broken(_) => "wage.broken_rule",
            Self::Input(_) => "wage.input",
            Self::TooLarge => "wage.too_large",
        }
    }
}

/// The wage rules in force at a place on a day.
#[derive(Debug, Clone)]
pub struct WageRules<'c> {
    catalogue: &'c Catalogue,
    pub(super) place: Jurisdiction,
    pub(super) day: Date,
}

impl<'c> WageRules<'c> {
    /// The rules of a catalogue.
    pub fn of(catalogue: &'c Catalogue, place: impl Into<Jurisdiction>, day: Date) -> Self {
        Self {
            catalogue,
            place: place.into(),
            day,
        }
    }

    /// The day the rules are taken for.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The same place on another day.
    #[must_use]
    pub fn on(&self, day: Date) -> Self {
        Self {
            day,
            ..self.clone()
        }
    }

    /// The body of a rule with the file it stands in.
    pub(super) fn rule<T: DeserializeOwned>(
        &self,
        id: &'static str,
    ) -> Result<(T, &'c Definition), WageFault> {
        let definition = self
            .catalogue
            .at(id, self.place.clone(), self.day)
            .ok_or_else(|| WageFault::NoRule {
                id,
                place: self.place.to_string(),
                day: self.day,
            })?;
        let body = definition.body().map_err(WageFault::Broken)?;
        Ok((body, definition))
    }
}

/// A step that rests on a rule's own clause.
pub(super) fn step(definition: &Definition, text: String) -> Step {
    Step {
        text,
        ground: definition.header.source.clone(),
    }
}

/// What a result keeps of one rule.
pub(super) fn kept(definition: &Definition) -> Vec<DefinitionRef> {
    vec![definition.reference()]
}
