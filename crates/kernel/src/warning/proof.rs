//! The `[[test]]` tables of a rule set: signals with dates, and the score and level they must give.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::day::day_number;
use super::facts::{Fact, Facts, Liveness, MISSING, Silence};
use super::rule_set::RuleSet;
use super::signal::SignalSchema;
use crate::Date;
use crate::definitions::{Catalogue, Definition, expect_equal, read_test, toml_date};

pub(super) fn check(definition: &Definition) -> Vec<String> {
    // The schemas of a folder under check are compared when its tests run, where the whole folder is known.
    RuleSet::read(definition).err().unwrap_or_default()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    /// What the case is, for people.
    #[serde(default)]
    name: String,
    #[serde(with = "toml_date")]
    as_of: Date,
    #[serde(default)]
    signals: Vec<SignalText>,
    /// Kinds whose feed is stale.
    #[serde(default)]
    stale: Vec<String>,
    score: i64,
    /// Id of the level; empty for none.
    level: String,
    /// Codes of the rules whose red line is crossed.
    #[serde(default)]
    red_line: Vec<String>,
    /// Codes of rules that could not be answered; not compared when absent.
    #[serde(default)]
    unknown: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct SignalText {
    kind: String,
    #[serde(with = "toml_date")]
    day: Date,
    /// The same day when absent.
    #[serde(default, with = "toml_date::option")]
    arrived: Option<Date>,
    /// The union's own people saw it.
    #[serde(default)]
    own: bool,
    #[serde(flatten)]
    values: BTreeMap<String, i64>,
}

pub(super) fn test(
    definition: &Definition,
    test: &toml::Table,
    catalogue: &Catalogue,
) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let rules = RuleSet::read_with(definition, catalogue).map_err(|faults| faults.join("；"))?;
    schemas_match(&rules, catalogue)?;
    let case = |fault: String| format!("{}：{fault}", test.name);
    run(&rules, &test).map_err(case)
}

fn run(rules: &RuleSet, test: &Test) -> Result<(), String> {
    let mut rows = Vec::new();
    for signal in &test.signals {
        rows.push((
            signal,
            rules
                .kind(&signal.kind)
                .ok_or(format!("不读线索 {}", signal.kind))?,
        ));
    }
    rows.sort_by_key(|(signal, _)| signal.day);
    let mut values = Vec::new();
    for (signal, kind) in &rows {
        values.push(in_order(rules, *kind, signal)?);
    }
    let fact = |((signal, kind), values): (&(&SignalText, u16), &'_ Vec<i64>)| {
        (
            *kind,
            day_number(signal.day),
            day_number(signal.arrived.unwrap_or(signal.day)),
            signal.own,
            values.clone(),
        )
    };
    let owned: Vec<_> = rows.iter().zip(&values).map(fact).collect();
    let facts: Vec<Fact<'_>> = owned
        .iter()
        .map(|(kind, day, arrived, own, values)| Fact {
            kind: *kind,
            day: *day,
            arrived: *arrived,
            own: *own,
            values,
        })
        .collect();
    let facts = Facts::new(&facts).map_err(|fault| fault.to_string())?;
    let mut live = Liveness::all_live();
    for kind in &test.stale {
        let kind = rules.kind(kind).ok_or(format!("不读线索 {kind}"))?;
        live = live.with(kind, Silence::Stale);
    }
    compare(rules, test, facts, &live)
}

fn in_order(rules: &RuleSet, kind: u16, signal: &SignalText) -> Result<Vec<i64>, String> {
    let fields = rules
        .signals()
        .get(usize::from(kind))
        .map(|one| one.fields.as_slice())
        .unwrap_or_default();
    if let Some(name) = signal.values.keys().find(|name| !fields.contains(name)) {
        return Err(format!("线索 {} 没有字段 {name}", signal.kind));
    }
    let value = |field: &String| signal.values.get(field).copied().unwrap_or(MISSING);
    Ok(fields.iter().map(value).collect())
}

fn compare(rules: &RuleSet, test: &Test, facts: Facts<'_>, live: &Liveness) -> Result<(), String> {
    let found = rules.evaluate(facts, test.as_of, live);
    let points = |rule: &super::RuleOutcome| format!("{} {}", rule.code, rule.points);
    let detail: Vec<String> = found
        .rules
        .iter()
        .filter(|rule| rule.points != 0)
        .map(points)
        .collect();
    expect_equal("分值", &test.score, &found.score)
        .map_err(|fault| format!("{fault}（{}）", detail.join("，")))?;
    let level = found.level.and_then(|index| rules.levels().get(index));
    let level = level.map(|level| level.id.clone()).unwrap_or_default();
    expect_equal("等级", &test.level, &level)?;
    expect_equal("红线", &test.red_line.join(" "), &found.red_line.join(" "))?;
    let Some(unknown) = &test.unknown else {
        return Ok(());
    };
    let waiting = found
        .rules
        .iter()
        .filter(|rule| rule.known != super::Known::Known);
    let waiting: Vec<&str> = waiting.map(|rule| rule.code.as_str()).collect();
    expect_equal("缺数据的规则", &unknown.join(" "), &waiting.join(" "))
}

/// A rule set of the catalogue reads only kinds and fields that the catalogue declares.
fn schemas_match(rules: &RuleSet, catalogue: &Catalogue) -> Result<(), String> {
    for signal in rules.signals() {
        let schema = SignalSchema::find(catalogue, &signal.kind)
            .ok_or_else(|| format!("没有名为“{}”的线索种类", signal.kind))?;
        let strange = signal
            .fields
            .iter()
            .find(|field| !schema.names().any(|name| name == *field));
        if let Some(field) = strange {
            return Err(format!("线索 {} 没有字段 {field}", signal.kind));
        }
    }
    Ok(())
}
