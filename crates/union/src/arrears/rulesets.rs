//! Which rule set is in force in a district, compiled once a version.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use kernel::Date;
use kernel::definitions::{Catalogue, Definition};
use kernel::warning::{Level, Liveness, RuleSet, Silence, levels_of};
use store::{Tx, args};

use super::feed::Feed;
use super::feeds::Freshness;
use super::{ArrearsError, Permit};
use crate::access::Capability;

/// The setting that names the rule set.
pub const SETTING: &str = "arrears.rule_set";
/// The rule set of a district that chose none.
const USUAL: &str = "rules.composite";

static COMPILED: LazyLock<Mutex<BTreeMap<String, Arc<RuleSet>>>> = LazyLock::new(Mutex::default);

/// What the setting begins with when an uploaded draft is in force; the fingerprint of its text follows.
const UPLOADED: &str = "uploaded:";

/// The setting for an uploaded text.
pub(super) fn uploaded(hash: &str) -> String {
    format!("{UPLOADED}{hash}")
}

/// The rule set in force in the transaction's district on a day (现行规则).
///
/// # Errors
/// The one that is set does not hold on that day, or does not hold together.
pub fn in_force(tx: &mut Tx, on: Date) -> Result<Arc<RuleSet>, ArrearsError> {
    match in_force_text(tx, on)? {
        InForce::Uploaded(hash) => with_hash(tx, &hash),
        InForce::Shipped(definition) => compiled(definition),
    }
}

/// The levels of the rule set in force on a day, lowest first; its rules are not read.
///
/// # Errors
/// As [`in_force`].
pub fn levels_in_force(tx: &mut Tx, on: Date) -> Result<Vec<Level>, ArrearsError> {
    match in_force_text(tx, on)? {
        InForce::Uploaded(hash) => Ok(with_hash(tx, &hash)?.levels().to_vec()),
        InForce::Shipped(definition) => levels_of(definition).map_err(ArrearsError::Definition),
    }
}

/// Where the text of the rule set in force is.
enum InForce {
    /// Among those people uploaded, by its fingerprint.
    Uploaded(String),
    /// Among the definitions.
    Shipped(&'static Definition),
}

fn in_force_text(tx: &mut Tx, on: Date) -> Result<InForce, ArrearsError> {
    let id = tx
        .setting::<String>(SETTING)?
        .filter(|id| !id.trim().is_empty())
        .unwrap_or_else(|| USUAL.to_owned());
    if let Some(hash) = id.strip_prefix(UPLOADED) {
        return Ok(InForce::Uploaded(hash.to_owned()));
    }
    let definition = Catalogue::in_force().at(&id, *tx.district(), on);
    definition.map(InForce::Shipped).ok_or_else(|| {
        ArrearsError::Definition(format!("没有适用于 {}、{on} 的规则集 {id}", tx.district()))
    })
}

/// A rule set of the definitions that holds here today.
pub(super) fn shipped(tx: &Tx, id: &str) -> Result<&'static Definition, ArrearsError> {
    let today = tx.today();
    Catalogue::in_force()
        .at(id, *tx.district(), today)
        .filter(|definition| definition.folder() == "rules")
        .ok_or_else(|| {
            let known: Vec<String> = choices(tx, today).into_iter().map(|one| one.0).collect();
            let message = format!("没有规则集 {id}；可用：{}", known.join("、"));
            ArrearsError::invalid("rule_set", "rules.unknown", message)
        })
}

/// Puts another rule set of the definitions in force at once (发布规则), without a dry run and without a second person: for
/// installing a district. People go through [`super::publications`].
///
/// # Errors
/// Forbidden; there is no such rule set here today, or it does not hold together.
pub fn publish(tx: &mut Tx, permit: &Permit, id: &str) -> Result<(), ArrearsError> {
    super::rules::require(permit, Capability::RulesPublish)?;
    put(tx, id)
}

/// Everybody is evaluated again, and colours rise or are proposed to fall.
pub(super) fn put(tx: &mut Tx, id: &str) -> Result<(), ArrearsError> {
    compiled(shipped(tx, id)?)?;
    tx.put_setting(SETTING, &id)?;
    super::alerts::jobs::ask_all(tx)?;
    Ok(())
}

/// The version of a rule set with this fingerprint, to recompute what it once said.
///
/// # Errors
/// It is neither among the definitions nor among what was published here.
pub fn with_hash(tx: &mut Tx, hash: &str) -> Result<Arc<RuleSet>, ArrearsError> {
    let known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = known.get(hash) {
        return Ok(rules.clone());
    }
    drop(known);
    let shipped = Catalogue::in_force()
        .of_kind("rules")
        .find(|definition| definition.hash == hash);
    if let Some(definition) = shipped {
        return compiled(definition);
    }
    let district = *tx.district();
    let row = tx
        .opt(&super::sql::PUBLISHED_TEXT, args![district, hash])?
        .ok_or_else(|| {
            ArrearsError::Definition("当时的规则版本不在规则定义文件夹里，无法重算".to_owned())
        })?;
    draft(&format!("rules/{}.toml", row.text(0)?), row.text(1)?)
}

/// The version of a delivered rule set that holds here today.
///
/// # Errors
/// None does.
pub fn choice(tx: &Tx, id: &str) -> Result<&'static Definition, ArrearsError> {
    shipped(tx, id)
}

/// Every version of every rule set that was delivered, newest day first (规则版本).
pub fn versions() -> Vec<&'static Definition> {
    let mut all: Vec<&Definition> = Catalogue::in_force().of_kind("rules").collect();
    all.sort_by_key(|one| {
        (
            one.header.id.clone(),
            std::cmp::Reverse(one.header.valid_from),
        )
    });
    all
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

/// The levels of a rule set as people say them, by id: 红色.
pub fn level_titles(rules: &RuleSet) -> BTreeMap<String, String> {
    let said = |level: &kernel::warning::Level| (level.id.clone(), format!("{}色", level.label));
    rules.levels().iter().map(said).collect()
}

/// Whether a rule set only reads what feeds of past records bring here (历史回放用): kept to be tried on history, of no
/// use to a desk, since none of its kinds of signals ever comes in.
///
/// # Errors
/// A feed does not hold together.
pub fn only_replays(tx: &Tx, rules: &RuleSet) -> Result<bool, ArrearsError> {
    let feeds = Feed::all(*tx.district(), tx.today())?;
    Ok(rules.signals().iter().all(|signal| {
        let mut bring = feeds.iter().filter(|one| one.feed.signal == signal.kind);
        let first = bring.next();
        first.is_some_and(|one| one.feed.history) && bring.all(|one| one.feed.history)
    }))
}

/// A rule set of a file that is not in force: a draft to be tried.
///
/// # Errors
/// What is wrong with it, all at once.
pub fn draft(path: &str, text: &str) -> Result<Arc<RuleSet>, ArrearsError> {
    let definition = Definition::parse(path, text).map_err(ArrearsError::Definition)?;
    compiled(&definition)
}

pub(super) fn compiled(definition: &Definition) -> Result<Arc<RuleSet>, ArrearsError> {
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
            Some(Freshness::Paused) => Some(Silence::Paused),
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
