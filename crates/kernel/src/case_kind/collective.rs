//! 集体争议: from a number of people on, the level above is told at once and looks too, and the people name representatives
//! before the matter goes on.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::Snapshot;
use super::model::{CaseKind, FieldType, VerbRow};
use super::timing::Work;
use crate::refusal::Refusals;

/// What clocks of a collective matter start on.
pub(super) const START: &str = "@collective";

/// From how many people on a matter is a collective one, and what that demands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collective {
    /// Field with the number of people.
    pub field: String,
    /// From so many on.
    pub least: u64,
    /// Field with the number of representatives.
    pub representatives: String,
    /// So many representatives at least.
    pub from: u64,
    /// So many at most.
    pub to: u64,
    /// Verbs that wait for them.
    pub before: Vec<String>,
    /// The clause.
    pub source: String,
}

impl CaseKind {
    /// Whether so many people are concerned that the matter is a collective one.
    pub fn is_collective(&self, fields: &BTreeMap<String, String>) -> bool {
        let Some(rule) = &self.collective else {
            return false;
        };
        number(fields, &rule.field).is_some_and(|people| people >= rule.least)
    }

    /// A collective matter goes on with representatives.
    pub(super) fn check_collective(&self, case: &Snapshot, row: &VerbRow, refusals: &mut Refusals) {
        let Some(rule) = &self.collective else { return };
        if !self.is_collective(&case.fields) || !rule.before.contains(&row.id) {
            return;
        }
        let named = number(&case.fields, &rule.representatives);
        refusals.require(
            named.is_some_and(|named| (rule.from..=rule.to).contains(&named)),
            "case.representatives",
            format!(
                "{} 人以上的集体争议，「{}」以前要推举 {} 至 {} 名代表（{}）",
                rule.least,
                row.title(),
                rule.from,
                rule.to,
                rule.source
            ),
        );
    }
}

fn number(fields: &BTreeMap<String, String>, name: &str) -> Option<u64> {
    fields.get(name)?.trim().parse().ok()
}

impl Work<'_> {
    /// The level above is told when the matter is, or becomes, a collective one.
    pub(super) fn tell_of_collective(&mut self, before: bool) {
        if !before && self.kind.is_collective(&self.case.fields) {
            self.watch_from_above();
            self.start(START);
        }
    }
}

/// What is wrong with the rule of a kind.
pub(super) fn faults(kind: &CaseKind) -> Vec<String> {
    let starts = |rule: &super::ClockRule| rule.start.iter().any(|one| one == START);
    let Some(rule) = &kind.collective else {
        let stray = kind.clock.iter().any(starts);
        return Vec::from_iter(
            stray.then(|| "没有 [collective]，期限不能从 @collective 开始".to_owned()),
        );
    };
    let mut found = Vec::new();
    for name in [&rule.field, &rule.representatives] {
        let counts = kind
            .field(name)
            .is_some_and(|field| field.kind == FieldType::Integer);
        if !counts {
            found.push(format!("collective：「{name}」应是整数栏目"));
        }
    }
    for verb in &rule.before {
        let fills =
            |row: &&VerbRow| row.id == *verb && row.may_fill.contains(&rule.representatives);
        if !kind.verb.iter().any(|row| fills(&row)) {
            found.push(format!(
                "collective：动作「{verb}」要能填「{}」",
                rule.representatives
            ));
        }
    }
    if rule.from == 0 || rule.from > rule.to || rule.source.trim().is_empty() {
        found.push("collective：from 不大于 to，并写明 source".to_owned());
    }
    found
}
