//! The body of a definition in `rules/`, as it is written.

use serde::Deserialize;

use super::{Aggregate, Decay, Level, Policy, Step, Window};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub step: Step,
    /// The score is never below this.
    #[serde(default)]
    pub floor: Option<i64>,
    #[serde(rename = "signal")]
    pub signals: Vec<SignalText>,
    #[serde(rename = "feature")]
    pub features: Vec<FeatureText>,
    #[serde(rename = "rule")]
    pub rules: Vec<RuleText>,
    #[serde(rename = "level")]
    pub levels: Vec<Level>,
    #[serde(default)]
    pub policy: Policy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalText {
    pub kind: String,
    /// The fields it reads; all fields of the kind's schema when absent.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureText {
    pub name: String,
    pub title: String,
    #[serde(default)]
    pub unit: String,
    pub signal: String,
    pub aggregate: Aggregate,
    #[serde(default)]
    pub of: Option<String>,
    #[serde(default, rename = "where")]
    pub filter: Option<String>,
    pub window: Window,
    #[serde(default)]
    pub hold: Option<u16>,
    #[serde(default)]
    pub keep: Option<u16>,
    #[serde(default)]
    pub empty: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub code: String,
    pub title: String,
    pub clause: String,
    #[serde(default)]
    pub decay: Option<Decay>,
    #[serde(default)]
    pub steps: Vec<StepText>,
    #[serde(default)]
    pub points: Option<String>,
    #[serde(default)]
    pub red_line: Option<String>,
    #[serde(default)]
    pub offset: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepText {
    pub when: String,
    pub points: i64,
}
