//! Typed definitions: the bodies of one kind of definition file, parsed once, looked up by place and day.

use std::collections::BTreeMap;

use kernel::definitions::{Catalogue, Definition, DefinitionRef};
use kernel::{Date, DistrictCode};
use serde::de::DeserializeOwned;

/// All versions of one definition, parsed into `T`.
///
/// Rooms keep one in a `LazyLock`, so that a rule is read from its file once and not on every row of an import.
#[derive(Debug)]
pub struct Rulebook<T> {
    id: &'static str,
    catalogue: &'static Catalogue,
    by_hash: BTreeMap<String, T>,
}

/// One version with what a computed result keeps of it.
#[derive(Debug)]
pub struct Rule<T: 'static> {
    /// The parsed body.
    pub body: &'static T,
    /// Its title, validity and source.
    pub definition: &'static Definition,
}

impl<T> Rule<T> {
    /// Names exactly this text.
    pub fn reference(&self) -> DefinitionRef {
        self.definition.reference()
    }
}

/// No version of a definition holds at a place on a day: a fault of installation, never of the person who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("没有适用于 {place}、{day} 的规则定义 {id}")]
pub struct NoRule {
    /// The definition's id.
    pub id: &'static str,
    /// The district.
    pub place: DistrictCode,
    /// The day.
    pub day: Date,
}

impl<T: DeserializeOwned> Rulebook<T> {
    /// Every version of `id` that the catalogue knows and `T` can read; the others are reported by
    /// `niangjia definitions check`.
    pub fn of(catalogue: &'static Catalogue, id: &'static str) -> Self {
        let by_hash = catalogue
            .versions(id)
            .filter_map(|one| Some((one.hash.clone(), one.body::<T>().ok()?)))
            .collect();
        Self {
            id,
            catalogue,
            by_hash,
        }
    }

    /// The version that holds at `place` on `day`.
    ///
    /// # Errors
    /// [`NoRule`] when none does.
    pub fn at(&'static self, place: DistrictCode, day: Date) -> Result<Rule<T>, NoRule> {
        let missing = NoRule {
            id: self.id,
            place,
            day,
        };
        let definition = self
            .catalogue
            .at(self.id, place, day)
            .ok_or(missing.clone())?;
        let body = self.by_hash.get(&definition.hash).ok_or(missing)?;
        Ok(Rule { body, definition })
    }
}
