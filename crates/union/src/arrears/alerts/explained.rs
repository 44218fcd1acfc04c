//! An explanation read for people: which rule gave how many points, on which facts, from which source.

use std::collections::BTreeMap;

use kernel::Date;
use kernel::warning::{Level, Unknown};
use serde::Deserialize;

/// The explanation as pages show it; what is shown is read from the stored bytes, never computed again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Explained {
    /// Title of the rule set.
    pub title: String,
    /// What the rule set comes from.
    pub source: String,
    /// The day.
    pub as_of: Date,
    /// Score.
    pub score: i64,
    /// Level, if one was reached.
    pub level: Option<Level>,
    /// Codes of the red lines that were crossed.
    pub red_line: Vec<String>,
    /// The rules that had a part in it.
    pub rules: Vec<RuleView>,
    /// What they hang on, and what a fact speaks to.
    pub features: Vec<FeatureView>,
    /// The facts that counted.
    pub signals: Vec<FactView>,
    /// What could not be known.
    pub missing: Vec<MissingView>,
    /// What would lower it, the largest drop first.
    pub lower: Vec<LowerView>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RuleView {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// The clause it comes from.
    pub clause: String,
    /// What it adds.
    pub points: i64,
    /// The condition that holds, as written.
    pub when: Option<String>,
    /// Its points before fading.
    pub threshold_points: Option<i64>,
    /// The day on which its points fade next.
    pub fades_on: Option<Date>,
    /// Its red line.
    pub red_line: Option<RedLineView>,
    /// Names of the features it hangs on.
    pub features: Vec<String>,
}

/// A red line of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RedLineView {
    /// The condition, as written.
    pub when: String,
    /// Whether it is crossed.
    pub crossed: bool,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FeatureView {
    /// Its name in conditions.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// Its value; none is unknown.
    pub value: Option<i64>,
    /// The day of the newest fact.
    pub newest: Option<Date>,
    /// Why it is unknown.
    pub why: Option<Unknown>,
    /// Places of its facts in [`Explained::signals`].
    pub signals: Vec<usize>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FactView {
    /// Kind.
    pub kind: String,
    /// The day it speaks about.
    pub day: Date,
    /// The day it became known.
    pub arrived: Date,
    /// Its values.
    pub values: BTreeMap<String, Option<i64>>,
    /// `feed|quality|signal|reference`.
    pub source: String,
}

impl FactView {
    /// The feed it came by.
    pub fn feed(&self) -> &str {
        self.source.split('|').next().unwrap_or_default()
    }

    /// The source's own number.
    pub fn reference(&self) -> &str {
        self.source.splitn(4, '|').nth(3).unwrap_or_default()
    }

    /// What it says, in words.
    pub fn in_words(&self) -> String {
        let known = self
            .values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), (*value)?)));
        crate::arrears::kinds::in_words(&self.kind, &crate::arrears::Fields::new(known))
    }
}

/// Something a rule wanted to know and could not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MissingView {
    /// The feature.
    pub feature: String,
    /// What people call it; explanations of the first form say it among the features.
    #[serde(default)]
    pub title: String,
    /// Why.
    pub why: Unknown,
    /// Codes of the rules that hang on it.
    pub rules: Vec<String>,
}

/// Something that would lower the score.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LowerView {
    /// The rule.
    pub code: String,
    /// Whether it is an offset that could be earned.
    pub earn: bool,
    /// The score that would be left.
    pub score: i64,
    /// The level that would be left.
    pub level: Option<String>,
}

impl Explained {
    /// From the stored bytes.
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// What people call something that could not be known.
    pub fn title_of<'a>(&'a self, missing: &'a MissingView) -> &'a str {
        let named = |one: &&FeatureView| one.name == missing.feature;
        match missing.title.as_str() {
            "" => {
                let feature = self.features.iter().find(named);
                feature.map_or(missing.feature.as_str(), |one| one.title.as_str())
            }
            title => title,
        }
    }

    /// Codes and points of the rules that had a part in it.
    pub(super) fn took_part(&self) -> impl Iterator<Item = (&str, i64)> {
        self.rules.iter().filter_map(|rule| {
            let crossed = rule.red_line.as_ref().is_some_and(|line| line.crossed);
            (rule.points > 0 || crossed).then_some((rule.code.as_str(), rule.points))
        })
    }
}
