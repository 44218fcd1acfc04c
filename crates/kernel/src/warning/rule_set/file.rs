//! The body of a definition in `rules/`, as it is written.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::definitions::{Definition, in_words};

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

/// A body of which some part does not fit: what can be read of it, what is wrong with the rest, and what the parts that
/// cannot be read are called.
pub(super) struct InParts {
    pub body: Body,
    pub faults: Vec<String>,
    pub broken: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    step: Step,
    #[serde(default)]
    floor: Option<i64>,
    #[serde(default)]
    policy: Policy,
}

impl InParts {
    /// Reads part by part, so that one fault does not hide the others; `fault` is what reading it as a whole gave.
    pub fn read(definition: &Definition, fault: String) -> Self {
        let (mut faults, mut broken) = (Vec::new(), Vec::new());
        let body = Body {
            signals: parts(definition, "signal", (&mut faults, &mut broken)),
            features: parts(definition, "feature", (&mut faults, &mut broken)),
            rules: parts(definition, "rule", (&mut faults, &mut broken)),
            levels: parts(definition, "level", (&mut faults, &mut broken)),
            step: Step::Day,
            floor: None,
            policy: Policy::default(),
        };
        let mut rest = definition.table().clone();
        for section in ["signal", "feature", "rule", "level"] {
            if rest.get(section).is_some_and(toml::Value::is_array) {
                rest.remove(section);
            }
        }
        let body = match rest.try_into::<Rest>() {
            Ok(rest) => Body {
                step: rest.step,
                floor: rest.floor,
                policy: rest.policy,
                ..body
            },
            Err(_) if faults.is_empty() => {
                faults.push(fault);
                body
            }
            Err(rest) => {
                faults.push(in_words(&rest));
                body
            }
        };
        Self {
            body,
            faults,
            broken,
        }
    }
}

/// The parts of a section that can be read; what is wrong with the others, and their names.
fn parts<T: DeserializeOwned>(
    definition: &Definition,
    section: &str,
    (faults, broken): (&mut Vec<String>, &mut Vec<String>),
) -> Vec<T> {
    let written = definition.table().get(section);
    let written = written
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    let mut read = Vec::new();
    for (part, written) in definition.parts(section).into_iter().zip(written) {
        match part {
            Ok(part) => read.push(part),
            Err(fault) => {
                let name = ["name", "code", "kind", "id"];
                let name = name.iter().find_map(|key| written.get(key)?.as_str());
                broken.extend(name.map(str::to_owned));
                faults.push(match name {
                    Some(name) => format!("{fault}（{name}）"),
                    None => fault,
                });
            }
        }
    }
    read
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
