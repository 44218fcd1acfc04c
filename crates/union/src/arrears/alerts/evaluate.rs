//! Evaluating (评估): what the rules in force say about everybody something is known about, and what follows for the
//! alerts. A colour rises at once; that it falls is proposed, and a person decides.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::{iter, thread};

use kernel::warning::{Explanation, Liveness, RuleSet, Score, Scratch, day_number};
use kernel::{Date, Instant};
use serde_json::json;
use store::{Actor, Audit, Db, Tx};

use super::finding::{self, Batch};
use super::settle::{Change, settle};
use super::{open, standing};
use crate::arrears::known::Known;
use crate::arrears::model::SubjectId;
use crate::arrears::{ArrearsError, feeds, packs, rulesets};

/// Whom to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody something is known about.
    All,
    /// Those about whom something became known since, and those with an open alert that may say something else now.
    Since(Instant),
}

/// How an evaluation went.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Evaluated {
    /// The day.
    pub as_of: String,
    /// Id of the rule set.
    pub rule_set: String,
    /// Fingerprint of its version.
    pub rule_hash: String,
    /// Subjects about whom something is known.
    pub subjects: usize,
    /// How many stand at each level, by the rules alone.
    pub levels: BTreeMap<String, usize>,
    /// Alerts opened.
    pub opened: usize,
    /// Alerts raised.
    pub raised: usize,
    /// Lower levels proposed.
    pub proposed: usize,
    /// Kinds of signals that say nothing now, with the reason.
    pub silent: BTreeMap<String, String>,
}

/// What is in force for one evaluation.
pub(super) struct Ground {
    pub rules: Arc<RuleSet>,
    pub live: Liveness,
    silent: BTreeMap<String, String>,
}

impl Ground {
    /// The rules and the feeds as they stand at a moment.
    pub(super) fn at(tx: &mut Tx, at: Instant) -> Result<Self, ArrearsError> {
        let rules = rulesets::in_force(tx, at.shanghai_date())?;
        Self::with(tx, rules, at)
    }

    /// The same for other rules.
    pub(super) fn with(
        tx: &mut Tx,
        rules: Arc<RuleSet>,
        at: Instant,
    ) -> Result<Self, ArrearsError> {
        let kinds = feeds::freshness_of_kinds(tx, at)?;
        let live = rulesets::liveness(&rules, &kinds);
        let silent = rules.signals().iter().filter_map(|signal| {
            let found = kinds
                .get(&signal.kind)
                .copied()
                .unwrap_or(feeds::Freshness::NotConnected);
            (found != feeds::Freshness::Live)
                .then(|| (signal.kind.clone(), found.title().to_owned()))
        });
        Ok(Self {
            live,
            silent: silent.collect(),
            rules: rules.clone(),
        })
    }

    /// Whether the feeds the rules read were live and silent at a moment just as they are here.
    pub(super) fn feeds_stood_so(&self, tx: &mut Tx, at: Instant) -> Result<bool, ArrearsError> {
        let kinds = feeds::freshness_of_kinds(tx, at)?;
        Ok(rulesets::liveness(&self.rules, &kinds) == self.live)
    }

    /// What the rules say of what is known: by the sources that speak, and with the silent ones at their last word.
    pub(super) fn heard(
        &self,
        known: &Known,
        on: Date,
        scratch: &mut Scratch,
    ) -> Result<[Score; 2], ArrearsError> {
        let by = |live: &Liveness, scratch: &mut Scratch| {
            known.with(|facts| self.rules.score(facts, day_number(on), live, scratch))
        };
        Ok([
            by(&self.live, scratch)?,
            by(&self.live.at_last_word(), scratch)?,
        ])
    }

    pub(super) fn explain(&self, known: &Known, on: Date) -> Result<Explanation, ArrearsError> {
        known.with(|facts| {
            self.rules
                .explain(facts, on, &self.live, &|place| known.source(place))
        })
    }
}

/// Evaluates now and settles what follows (评估并处置). Open alerts are looked through and settled while everybody is
/// scored, those whom the scores add after them.
///
/// # Errors
/// The rule set in force does not hold together, or the store failed; batches before stay settled.
pub fn run(db: &Db, actor: &Actor, who: Who) -> Result<Evaluated, ArrearsError> {
    packs::complete(db, actor)?;
    let (ground, now) = db.read(actor, |tx| {
        let now = tx.now();
        Ok::<_, ArrearsError>((Ground::at(tx, now)?, now))
    })?;
    let (open, scored, mut changes) = (OnceLock::new(), OnceLock::new(), Vec::new());
    thread::scope(|scope| {
        let scorer = scope.spawn(|| db.read(actor, |tx| scores(tx, &ground, now, who)));
        let stand_open = || {
            let found = db.read(actor, |tx| match who {
                Who::All => open::all(tx),
                Who::Since(_) => open::changed(tx, &ground, now),
            })?;
            let open = open.get_or_init(|| BTreeSet::from_iter(found));
            Ok(open.iter().copied().collect())
        };
        let others = || {
            let (done, wanted) = scorer.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            scored.get_or_init(|| done);
            let open = open.get_or_init(BTreeSet::new);
            Ok(wanted.difference(open).copied().collect())
        };
        let lists = iter::once_with(stand_open).chain(iter::once_with(others));
        let settled = finding::each(db, actor, &ground, lists, |batch| {
            changes.extend(db.write_unwaited(actor, |tx| settle_all(tx, &ground, batch))?);
            Ok(())
        });
        db.wait_for_disk()?;
        settled
    })?;
    let mut done = scored.into_inner().unwrap_or_default();
    changes.into_iter().for_each(|change| done.count(change));
    Ok(done)
}

/// Settles a batch and enters it in the log, if it changed anything.
fn settle_all(tx: &mut Tx, ground: &Ground, batch: Batch) -> Result<Vec<Change>, ArrearsError> {
    let mut changes = Vec::new();
    for finding in batch.now(tx, ground)? {
        changes.push(settle(tx, ground, &finding)?);
    }
    let changed = changes.iter().filter(|one| **one != Change::None).count();
    if changed > 0 {
        let rules = ground.rules.reference();
        let detail = json!({ "rule_set": rules.id, "hash": rules.hash, "alerts": changed });
        tx.audit(Audit::of("alert.evaluated", "alert", "*").detail(detail))?;
    }
    Ok(changes)
}

impl Evaluated {
    fn count(&mut self, change: Change) {
        match change {
            Change::Opened => self.opened += 1,
            Change::Raised => self.raised += 1,
            Change::Proposed => self.proposed += 1,
            Change::Same | Change::None => {}
        }
    }
}

/// What the rules alone say at a moment, written nowhere (试算、历史月份).
///
/// # Errors
/// As [`run`].
pub fn look(tx: &mut Tx, at: Instant) -> Result<Evaluated, ArrearsError> {
    let ground = Ground::at(tx, at)?;
    Ok(scores(tx, &ground, at, Who::All)?.0)
}

/// Scores, and who stands at a level that opens alerts.
fn scores(
    tx: &mut Tx,
    ground: &Ground,
    at: Instant,
    who: Who,
) -> Result<(Evaluated, BTreeSet<SubjectId>), ArrearsError> {
    let reference = ground.rules.reference();
    let mut done = Evaluated {
        as_of: at.shanghai_date().to_string(),
        rule_set: reference.id.clone(),
        rule_hash: reference.hash.clone(),
        silent: ground.silent.clone(),
        ..Evaluated::default()
    };
    let mut wanted = BTreeSet::new();
    done.subjects = standing::opening(tx, ground, (at, who), |subject, score| {
        if let Some((_, level)) = rulesets::opening(&ground.rules, score.level) {
            *done.levels.entry(level.id.clone()).or_default() += 1;
            wanted.insert(subject);
        }
    })?;
    Ok((done, wanted))
}
