//! Which rule set is in force in a district, compiled once a version.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use kernel::Date;
use kernel::definitions::{Catalogue, Definition};
use kernel::warning::{Level, Liveness, RuleSet, Silence};
use store::Tx;

use super::feeds::Freshness;
use super::{ArrearsError, Permit};
use crate::access::Capability;

/// The setting that names the rule set.
pub const SETTING: &str = "arrears.rule_set";
/// The rule set of a district that chose none.
const USUAL: &str = "rules.composite";

static COMPILED: LazyLock<Mutex<BTreeMap<String, Arc<RuleSet>>>> = LazyLock::new(Mutex::default);

/// The rule set in force in the transaction's district on a day (现行规则).
///
/// # Errors
/// The one that is set does not hold on that day, or does not hold together.
pub fn in_force(tx: &mut Tx, on: Date) -> Result<Arc<RuleSet>, ArrearsError> {
    let id = tx
        .setting::<String>(SETTING)?
        .filter(|id| !id.trim().is_empty())
        .unwrap_or_else(|| USUAL.to_owned());
    let definition = Catalogue::in_force()
        .at(&id, *tx.district(), on)
        .ok_or_else(|| {
            ArrearsError::Definition(format!("没有适用于 {}、{on} 的规则集 {id}", tx.district()))
        })?;
    compiled(definition)
}

/// Puts another rule set in force (发布规则): everybody is evaluated again, and colours rise or are proposed to fall.
///
/// # Errors
/// Forbidden; there is no such rule set here today, or it does not hold together.
pub fn publish(tx: &mut Tx, permit: &Permit, id: &str) -> Result<(), ArrearsError> {
    super::rules::require(permit, Capability::RulesPublish)?;
    let today = tx.today();
    let definition = Catalogue::in_force()
        .at(id, *tx.district(), today)
        .filter(|definition| definition.folder() == "rules")
        .ok_or_else(|| {
            let known: Vec<String> = choices(tx, today).into_iter().map(|one| one.0).collect();
            let message = format!("没有规则集 {id}；可用：{}", known.join("、"));
            ArrearsError::invalid("rule_set", "rules.unknown", message)
        })?;
    compiled(definition)?;
    tx.put_setting(SETTING, &id)?;
    super::alerts::jobs::ask_all(tx)?;
    Ok(())
}

/// The version of a rule set with this fingerprint, to recompute what it once said.
///
/// # Errors
/// It is not among the definitions any more.
pub fn with_hash(hash: &str) -> Result<Arc<RuleSet>, ArrearsError> {
    let definition = Catalogue::in_force()
        .of_kind("rules")
        .find(|definition| definition.hash == hash)
        .ok_or_else(|| {
            ArrearsError::Definition("当时的规则版本不在规则定义文件夹里，无法重算".to_owned())
        })?;
    compiled(definition)
}

/// Every rule set that holds in a district on a day: id and title.
pub fn choices(tx: &Tx, on: Date) -> Vec<(String, String)> {
    let catalogue = Catalogue::in_force();
    let mut ids: Vec<&str> = catalogue
        .of_kind("rules")
        .map(|definition| definition.header.id.as_str())
        .collect();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| catalogue.at(id, *tx.district(), on))
        .map(|definition| {
            (
                definition.header.id.clone(),
                definition.header.title.clone(),
            )
        })
        .collect()
}

/// A rule set of a file that is not in force: a draft to be tried.
///
/// # Errors
/// What is wrong with it, all at once.
pub fn draft(path: &str, text: &str) -> Result<Arc<RuleSet>, ArrearsError> {
    let definition = Definition::parse(path, text).map_err(ArrearsError::Definition)?;
    compiled(&definition)
}

fn compiled(definition: &Definition) -> Result<Arc<RuleSet>, ArrearsError> {
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = known.get(&definition.hash) {
        return Ok(rules.clone());
    }
    let rules = RuleSet::read(definition)
        .map(Arc::new)
        .map_err(|faults| ArrearsError::Definition(faults.join("；")))?;
    known.insert(definition.hash.clone(), rules.clone());
    Ok(rules)
}

/// Which of a rule set's kinds say nothing, given how the feeds stand (TV-A5).
pub fn liveness(rules: &RuleSet, kinds: &BTreeMap<String, Freshness>) -> Liveness {
    let mut live = Liveness::all_live();
    for (index, signal) in (0..).zip(rules.signals()) {
        let silence = match kinds.get(&signal.kind) {
            Some(Freshness::Live) => None,
            Some(Freshness::Stale) => Some(Silence::Stale),
            Some(Freshness::NotConnected) | None => Some(Silence::NotConnected),
        };
        if let Some(why) = silence {
            live = live.with(index, why);
        }
    }
    live
}

/// The level at a place of a rule set, if it is one that opens alerts.
pub fn opening(rules: &RuleSet, level: Option<usize>) -> Option<(usize, &Level)> {
    let index = level?;
    rules
        .levels()
        .get(index)
        .filter(|level| level.opens)
        .map(|level| (index, level))
}
