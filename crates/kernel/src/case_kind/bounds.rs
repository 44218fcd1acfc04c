//! Days and names that are believed only within bounds: an agreement is not signed tomorrow, nor before the case was
//! taken; two supervisors are two people.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::case::Snapshot;
use super::clock::{CaseClock, ClockEvent};
use super::length::Almanac;
use super::model::CaseKind;
use crate::clock::Instant;
use crate::refusal::Refusals;

/// The day on which the step is taken.
const TODAY: &str = "@today";
/// The day on which a clock's duty was done: `@done:accept`.
const DONE: &str = "@done:";

/// Between which days a date lies (日期范围), both ends included. An end is `@today`, `@done:CLOCK`, or another date of
/// the case; one that is not known yet binds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The field.
    pub field: String,
    /// Not earlier than this day.
    #[serde(default)]
    pub not_before: Option<String>,
    /// Not later than this day.
    #[serde(default)]
    pub not_after: Option<String>,
    /// What to do about it, for who typed it.
    #[serde(default)]
    pub remedy: String,
}

impl Bound {
    /// Its ends.
    pub(super) fn ends(&self) -> impl Iterator<Item = &str> {
        [&self.not_before, &self.not_after]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// The clock or field that an end names; nothing for today.
    pub(super) fn names(end: &str) -> Option<Result<&str, &str>> {
        match (end, end.strip_prefix(DONE)) {
            (TODAY, _) => None,
            (_, Some(clock)) => Some(Ok(clock)),
            (field, None) => Some(Err(field)),
        }
    }
}

/// Fields that must not say the same (两人不能是一人).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distinct {
    /// The fields.
    pub fields: Vec<String>,
    /// Why, for who typed it.
    pub remedy: String,
}

/// A date of a case that outlives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    /// What is due.
    pub title: String,
    /// The same for the person concerned; empty when it is not shown.
    pub says: String,
    /// When.
    pub at: Instant,
}

impl CaseKind {
    /// What was typed lies within its bounds; told when it is written.
    pub(super) fn check_bounds(
        &self,
        now: Instant,
        typed: &BTreeMap<String, String>,
        case: &Snapshot,
        refusals: &mut Refusals,
    ) {
        let written = |name: &String| typed.get(name).is_some_and(|it| !it.trim().is_empty());
        for bound in self.bound.iter().filter(|one| written(&one.field)) {
            let day = case
                .fields
                .get(&bound.field)
                .and_then(|day| day.parse().ok());
            let Some(day): Option<Date> = day else {
                continue;
            };
            let ends = [(&bound.not_before, "早于"), (&bound.not_after, "晚于")];
            for (end, word) in ends {
                let Some(end) = end else { continue };
                let Some((limit, said)) = self.bound_day(end, now, case) else {
                    continue;
                };
                let fits = if word == "早于" {
                    day >= limit
                } else {
                    day <= limit
                };
                let title = self.field(&bound.field).map_or("", |field| &field.title);
                refusals.require(
                    fits,
                    "case.date",
                    format!("「{title}」{day} {word}{said}（{limit}）：{}", bound.told()),
                );
            }
        }
        for one in &self.distinct {
            let mut seen: Vec<String> = Vec::new();
            let values = one.fields.iter().filter_map(|name| case.fields.get(name));
            let twice = values
                .map(|value| value.split_whitespace().collect::<String>())
                .filter(|value| !value.is_empty())
                .any(|value| {
                    let known = seen.contains(&value);
                    seen.push(value);
                    known
                });
            let wanted = one.fields.iter().any(written);
            refusals.require(!(twice && wanted), "case.same_twice", one.remedy.clone());
        }
    }

    /// The day of an end, and what it is.
    fn bound_day(&self, end: &str, now: Instant, case: &Snapshot) -> Option<(Date, String)> {
        match Bound::names(end) {
            None => Some((now.shanghai_date(), "今天".to_owned())),
            Some(Ok(id)) => {
                let title = &self.clock(id)?.title;
                let clocks = case.clocks.iter().filter(|clock| clock.rule == id);
                let done = clocks
                    .flat_map(|clock| &clock.events)
                    .find_map(|(at, event)| {
                        matches!(event, ClockEvent::Met | ClockEvent::DoneLate).then_some(*at)
                    })?;
                Some((done.shanghai_date(), format!("「{title}」办成的那天")))
            }
            Some(Err(name)) => {
                let day = case.fields.get(name)?.parse().ok()?;
                Some((day, format!("「{}」", self.field(name)?.title)))
            }
        }
    }

    /// The dates that go on after the case has ended in the state it is in (结案后仍要留意的日期).
    pub fn lasting(&self, almanac: &Almanac<'_>, case: &Snapshot) -> Vec<Lasting> {
        let rules = self
            .clock
            .iter()
            .filter(|rule| rule.lasts.contains(&case.state));
        rules
            .filter_map(|rule| {
                let day: Date = case.fields.get(rule.from_field.as_ref()?)?.parse().ok()?;
                let rule_length = rule.length_in(case.grade.as_deref())?;
                let length = almanac.measure(rule_length, day, &case.fields).ok()?;
                let clock = CaseClock {
                    rule: rule.id.clone(),
                    title: rule.title.clone(),
                    owner: case.owner.clone(),
                    length,
                    events: vec![(Instant::from_shanghai(day, 0, 0), ClockEvent::Started)],
                };
                Some(Lasting {
                    title: rule.title.clone(),
                    says: rule.says.clone(),
                    at: clock.due(almanac)?.at,
                })
            })
            .collect()
    }
}

impl CaseKind {
    /// When a clock would run out if it were extended by what was asked for (批准后到期).
    pub fn extended_to(&self, almanac: &Almanac<'_>, case: &Snapshot) -> Option<Instant> {
        let asked = case.extension.as_ref()?;
        let live = |clock: &&CaseClock| clock.rule == asked.clock && clock.state().is_live();
        let mut clock = case.clocks.iter().find(live)?.clone();
        let at = clock.events.last()?.0;
        let (by, approver) = (asked.by, String::new());
        clock
            .events
            .push((at, ClockEvent::Extended { by, approver }));
        Some(clock.due(almanac)?.at)
    }
}

impl Bound {
    fn told(&self) -> &str {
        if self.remedy.is_empty() {
            "请核对日期"
        } else {
            &self.remedy
        }
    }
}
