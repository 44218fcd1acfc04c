//! Proving an explanation: the same inputs give the same bytes. And trying rules before they are published.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::OrgPath;
use kernel::warning::{Explanation, RuleSet};
use serde::Serialize;
use store::Tx;

use super::evaluate::Ground;
use super::model::Alert;
use super::settle::{last_ended, told_all};
use super::{file, standing};
use crate::arrears::known;
use crate::arrears::model::SubjectId;
use crate::arrears::{ArrearsError, rulesets};
use crate::orgs::{self, OrgKind};

/// Computes an alert's explanation again from the rows: with the version of the rules it was made with, as known at
/// the moment it was made. The bytes are the stored ones, or something was tampered with.
///
/// # Errors
/// The explanation or its rule version is not kept, or an earlier version of the program wrote it in another form.
pub fn recompute(tx: &mut Tx, alert: &Alert, digest: &[u8]) -> Result<String, ArrearsError> {
    let kept = file::explanation(tx, alert.id, digest)?;
    let said: serde_json::Value = serde_json::from_str(&kept.body).unwrap_or_default();
    if said.get("format") != Some(&Explanation::FORMAT.into()) {
        return Err(ArrearsError::Definition(
            "这份解释由较早版本的程序写成，格式不同，不能逐字节核对".to_owned(),
        ));
    }
    let hash = said
        .pointer("/rule_set/hash")
        .and_then(|hash| hash.as_str())
        .unwrap_or_default();
    let rules = rulesets::with_hash(tx, hash)?;
    let ground = Ground::with(tx, rules, kept.at)?;
    let known = known::of(tx, &ground.rules, alert.subject, kept.at)?;
    Ok(ground.explain(&known, kept.as_of)?.json)
}

/// Whose colour other rules would change today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The subject.
    pub subject: SubjectId,
    /// Its name.
    pub name: String,
    /// Level and score by the rules in force; none opens no alert.
    pub now: (Option<String>, i64),
    /// Level and score by the other rules.
    pub then: (Option<String>, i64),
    /// Town or zone it lies in.
    pub town: String,
    /// What gives the points that count: by the other rules, or, where they raise nothing, by those in force. Said for the
    /// first `EXPLAINED` only.
    pub why: Vec<String>,
}

/// So many changes are explained; the others are counted and named.
pub const EXPLAINED: usize = 300;

/// Says who would change colour today if other rules were in force (发布前试算); writes nothing. Whose alert has ended, and
/// of whom nothing new became known since, has no colour by any rules.
///
/// # Errors
/// The rules in force do not hold together; the store failed.
pub fn dry_run(tx: &mut Tx, draft: &Arc<RuleSet>) -> Result<Vec<Changed>, ArrearsError> {
    let now = tx.now();
    let force = Ground::at(tx, now)?;
    let other = Ground::with(tx, draft.clone(), now)?;
    let before = standing(tx, &force)?;
    let mut after = standing(tx, &other)?;
    let mut changed = Vec::new();
    for (subject, now) in before {
        let then = after.remove(&subject).unwrap_or((None, 0));
        if now.0 != then.0 {
            changed.push((subject, now, then));
        }
    }
    changed.extend(
        after
            .into_iter()
            .filter(|(_, then)| then.0.is_some())
            .map(|(subject, then)| (subject, (None, 0), then)),
    );
    let mut towns = Towns::default();
    let mut said = Vec::with_capacity(changed.len());
    for (subject, now, then) in changed {
        if rests(tx, &other, subject)? {
            continue;
        }
        let found = super::subject_of(tx, subject)?;
        let telling = if then.0.is_some() { &other } else { &force };
        let why = if said.len() < EXPLAINED {
            why(tx, telling, subject)?
        } else {
            Vec::new()
        };
        said.push(Changed {
            town: towns.of(tx, &found.org_path)?,
            subject,
            name: found.name,
            now,
            then,
            why,
        });
    }
    Ok(said)
}

/// Whether a subject's last alert has ended and nothing new became known since. Most subjects never had one, so their
/// signals need not be read.
fn rests(tx: &mut Tx, ground: &Ground, subject: SubjectId) -> Result<bool, ArrearsError> {
    let Some(ended) = last_ended(tx, subject)? else {
        return Ok(false);
    };
    if file::open_of(tx, subject)?.is_some() {
        return Ok(false);
    }
    let now = tx.now();
    let known = known::of(tx, &ground.rules, subject, now)?;
    let evidence = ground.explain(&known, tx.today())?.evidence;
    Ok(told_all(Some(ended), known.newest_of(&evidence)))
}

/// Names of towns, each looked up once.
#[derive(Default)]
pub(super) struct Towns(BTreeMap<OrgPath, String>);

impl Towns {
    pub(super) fn of(&mut self, tx: &mut Tx, path: &OrgPath) -> Result<String, ArrearsError> {
        if let Some(name) = self.0.get(path) {
            return Ok(name.clone());
        }
        let lineage = orgs::path_names(tx, path)?;
        let town = lineage
            .iter()
            .find(|org| matches!(org.kind, OrgKind::Town | OrgKind::Zone));
        let name = town
            .or(lineage.last())
            .map_or_else(String::new, |org| org.name.clone());
        self.0.insert(path.clone(), name.clone());
        Ok(name)
    }
}

/// What counts most, in words.
fn why(tx: &mut Tx, ground: &Ground, subject: SubjectId) -> Result<Vec<String>, ArrearsError> {
    let (now, today) = (tx.now(), tx.today());
    let known = known::of(tx, &ground.rules, subject, now)?;
    let explanation = ground.explain(&known, today)?;
    let mut said = super::settle::reasons(&ground.rules, &explanation.evaluation);
    said.truncate(3);
    Ok(said)
}

/// Level and score of everybody something is known about.
type Standing = BTreeMap<SubjectId, (Option<String>, i64)>;

fn standing(tx: &mut Tx, ground: &Ground) -> Result<Standing, ArrearsError> {
    let (at, mut found) = (tx.now(), Standing::new());
    standing::each(tx, ground, at, |subject, score| {
        let level = rulesets::opening(&ground.rules, score.level);
        let level = level.map(|(_, level)| level.id.clone());
        found.insert(subject, (level, score.score));
    })?;
    Ok(found)
}
