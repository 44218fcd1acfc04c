//! Evaluating (评估): what the rules in force say about everybody something is known about, and what follows for the
//! alerts. A colour rises at once; that it falls is proposed, and a person decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::warning::{Evaluation, Explanation, Level, Liveness, RuleSet, Scratch, day_number};
use kernel::{Date, Instant};
use serde_json::json;
use store::jobs::Event;
use store::{Actor, Audit, Db, Tx, args};

use super::file::{self, Said};
use super::finding::{self, Finding};
use super::model::{Alert, AlertState, EventKind, Verified};
use super::{handling, open, sql, standing};
use crate::arrears::known::Known;
use crate::arrears::model::{AlertId, Subject, SubjectId};
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

    pub(super) fn explain(&self, known: &Known, on: Date) -> Result<Explanation, ArrearsError> {
        known.with(|facts| {
            self.rules
                .explain(facts, on, &self.live, &|place| known.source(place))
        })
    }
}

/// Evaluates now and settles what follows (评估并处置).
///
/// # Errors
/// The rule set in force does not hold together, or the store failed.
pub fn run(db: &Db, actor: &Actor, who: Who) -> Result<Evaluated, ArrearsError> {
    packs::complete(db, actor)?;
    let (ground, mut done, wanted) = db.read(actor, |tx| {
        let now = tx.now();
        let ground = Ground::at(tx, now)?;
        let (done, mut wanted) = scores(tx, &ground, now, who)?;
        wanted.extend(match who {
            Who::All => open::all(tx)?,
            Who::Since(_) => open::changed(tx, &ground, now)?,
        });
        Ok::<_, ArrearsError>((ground, done, wanted))
    })?;
    let wanted: Vec<SubjectId> = wanted.into_iter().collect();
    finding::each(db, actor, (&ground, &wanted), |batch| {
        db.write(actor, |tx| {
            let mut changed = 0;
            for finding in batch.now(tx, &ground)? {
                let change = settle(tx, &ground, &finding)?;
                changed += usize::from(change != Change::None);
                done.count(change);
            }
            if changed > 0 {
                let detail =
                    json!({ "rule_set": done.rule_set, "hash": done.rule_hash, "alerts": changed });
                tx.audit(Audit::of("alert.evaluated", "alert", "*").detail(detail))?;
            }
            Ok(())
        })
    })?;
    Ok(done)
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

/// What became of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// There is no alert and none is due.
    None,
    /// An alert stands as it stood.
    Same,
    /// An alert was opened.
    Opened,
    /// It was raised.
    Raised,
    /// A lower level was proposed.
    Proposed,
}

/// Settles one subject: opens, raises or proposes to lower its alert.
fn settle(tx: &mut Tx, ground: &Ground, finding: &Finding) -> Result<Change, ArrearsError> {
    let Finding { subject, .. } = finding;
    if finding.moved {
        place(tx, subject)?;
    }
    let found = Found {
        ground,
        subject,
        known: &finding.known,
        explanation: &finding.explanation,
    };
    let level = rulesets::opening(&ground.rules, found.evaluation().level);
    match (file::open_of(tx, subject.id)?, level) {
        (None, None) => Ok(Change::None),
        (None, Some(level)) => found.open(tx, level),
        (Some(alert), level) => found.update(tx, alert, level),
    }
}

/// Writes where the register says a subject lies.
fn place(tx: &mut Tx, subject: &Subject) -> Result<(), ArrearsError> {
    let district = *tx.district();
    tx.across("the register decides where an employer lies", |tx| {
        tx.exec(
            &crate::arrears::sql::PLACE_SUBJECT,
            args![
                district,
                subject.id,
                subject.org_path,
                subject.name,
                subject.industry
            ],
        )
    })?;
    Ok(())
}

/// What was found about one subject.
pub(super) struct Found<'a> {
    pub(super) ground: &'a Ground,
    pub(super) subject: &'a Subject,
    pub(super) known: &'a Known,
    pub(super) explanation: &'a Explanation,
}

impl Found<'_> {
    pub(super) fn evaluation(&self) -> &Evaluation {
        &self.explanation.evaluation
    }

    /// A new alert, unless nothing new became known since the last one ended.
    fn open(&self, tx: &mut Tx, (rank, level): (usize, &Level)) -> Result<Change, ArrearsError> {
        if told_all(last_ended(tx, self.subject.id)?, self.known) {
            return Ok(Change::None);
        }
        let (district, now) = (*tx.district(), tx.now());
        if let Some(old) = self.same_spell(tx)? {
            return self.open_again(tx, old, (rank, level));
        }
        let mut alert = self.fresh(tx, rank, level)?;
        let reference = self.ground.rules.reference();
        tx.exec(
            &sql::INSERT,
            args![
                district,
                alert.id,
                alert.no,
                alert.subject,
                alert.title,
                alert.org_path,
                alert.level,
                alert.rank,
                alert.score,
                alert.red_line,
                json!(alert.reasons),
                alert.people,
                alert.amount,
                alert.industry,
                reference.id,
                reference.hash,
                now,
                alert.last_signal_at,
                alert.explanation
            ],
        )?;
        file::keep_explanation(tx, alert.id, self.explanation)?;
        self.trail(tx, &alert)?;
        let said = Said {
            kind: EventKind::Opened,
            from: "",
            to: &level.id,
            note: &alert.reasons.join("；"),
            explanation: Some(&alert.explanation),
        };
        file::note(tx, &alert, &said)?;
        handling::ensure(tx, &self.ground.rules, &mut alert)?;
        tell(tx, "alert.opened", &alert)?;
        Ok(Change::Opened)
    }

    /// The alert as these findings make it.
    fn fresh(&self, tx: &mut Tx, rank: usize, level: &Level) -> Result<Alert, ArrearsError> {
        let (now, evaluation) = (tx.now(), self.evaluation());
        let reference = self.ground.rules.reference();
        Ok(Alert {
            id: tx.new_id::<AlertId>(),
            no: next_no(tx)?,
            subject: self.subject.id,
            title: self.subject.name.clone(),
            org_path: self.subject.org_path.clone(),
            state: AlertState::Open,
            level: level.id.clone(),
            rank: i64::try_from(rank).unwrap_or(i64::MAX),
            score: evaluation.score,
            red_line: !evaluation.red_line.is_empty(),
            reasons: reasons(&self.ground.rules, evaluation),
            people: self.known.people(),
            amount: self.known.amount(),
            verified: Verified::default(),
            industry: self.subject.industry.clone(),
            rule_set: reference.id.clone(),
            rule_hash: reference.hash.clone(),
            opened_at: now,
            raised_at: now,
            last_signal_at: self.known.newest(),
            proposed: None,
            proposed_at: None,
            deferral_until: None,
            deferral_doc: String::new(),
            pushed_at: None,
            push_office: String::new(),
            push_ack: String::new(),
            case: None,
            merged_into: None,
            closed_at: None,
            closed_code: String::new(),
            explanation: file::digest(self.explanation),
            evaluated_at: now,
            version: 1,
        })
    }

    fn update(
        &self,
        tx: &mut Tx,
        before: Alert,
        level: Option<(usize, &Level)>,
    ) -> Result<Change, ArrearsError> {
        let now = tx.now();
        let there = self.rank_of(&before);
        let mut after = Alert {
            score: self.evaluation().score,
            red_line: !self.evaluation().red_line.is_empty(),
            reasons: reasons(&self.ground.rules, self.evaluation()),
            people: self.known.people(),
            amount: self.known.amount(),
            title: self.subject.name.clone(),
            org_path: self.subject.org_path.clone(),
            industry: self.subject.industry.clone(),
            rule_set: self.ground.rules.reference().id.clone(),
            rule_hash: self.ground.rules.reference().hash.clone(),
            last_signal_at: self.known.newest().max(before.last_signal_at),
            explanation: file::keep_explanation(tx, before.id, self.explanation)?,
            evaluated_at: now,
            rank: there,
            ..before.clone()
        };
        let level = self.unless_silence((tx.today(), there), level)?;
        let wanted = level.map_or("", |(_, level)| level.id.as_str());
        let change = if rank(level) > there {
            (after.proposed, after.proposed_at) = (None, None);
            (after.level, after.rank, after.raised_at) = (wanted.to_owned(), rank(level), now);
            Change::Raised
        } else if rank(level) == there {
            (after.proposed, after.proposed_at) = (None, None);
            Change::Same
        } else if before.proposed.as_deref() == Some(wanted) || kept(tx, &before, wanted)? {
            Change::Same
        } else {
            (after.proposed, after.proposed_at) = (Some(wanted.to_owned()), Some(now));
            Change::Proposed
        };
        self.save(tx, &before, &after)?;
        self.say(tx, &before, &mut after, change)?;
        Ok(change)
    }

    /// The level an alert may fall to: what only fell silent raises nothing, and lowers nothing either. Below the
    /// alert's own rank, sources that went late or were paused are taken at their last word.
    fn unless_silence<'l>(
        &'l self,
        (on, there): (Date, i64),
        level: Option<(usize, &'l Level)>,
    ) -> Result<Option<(usize, &'l Level)>, ArrearsError> {
        let Ground { rules, live, .. } = self.ground;
        let last_word = live.at_last_word();
        if rank(level) >= there || last_word == *live {
            return Ok(level);
        }
        let score = self.known.with(|facts| {
            rules.score(facts, day_number(on), &last_word, &mut Scratch::default())
        })?;
        let held = rank(rulesets::opening(rules, score.level)).min(there);
        let held = usize::try_from(held)
            .ok()
            .and_then(|rank| Some((rank, rules.levels().get(rank)?)));
        Ok(if rank(held) > rank(level) {
            held
        } else {
            level
        })
    }

    /// Rank of the alert's level among the rules of today, which may be other rules than those that opened it.
    fn rank_of(&self, alert: &Alert) -> i64 {
        let place = self
            .ground
            .rules
            .levels()
            .iter()
            .position(|level| level.id == alert.level);
        place
            .and_then(|place| i64::try_from(place).ok())
            .unwrap_or(alert.rank)
    }

    pub(super) fn save(
        &self,
        tx: &mut Tx,
        before: &Alert,
        after: &Alert,
    ) -> Result<(), ArrearsError> {
        let (district, now) = (*tx.district(), tx.now());
        // The explanation's day moves every night; that alone is nothing a screen must be told.
        let seen = Alert {
            explanation: before.explanation.clone(),
            evaluated_at: before.evaluated_at,
            ..after.clone()
        };
        let touched = (seen != *before).then_some(now);
        tx.exec(
            &sql::EVALUATED,
            args![
                district,
                after.id,
                after.level,
                after.rank,
                after.score,
                after.red_line,
                json!(after.reasons),
                after.people,
                after.amount,
                after.industry,
                after.rule_set,
                after.rule_hash,
                after.raised_at,
                after.last_signal_at,
                after.proposed,
                after.proposed_at,
                after.explanation,
                now,
                touched,
                after.title,
                after.org_path
            ],
        )?;
        if before.explanation != after.explanation {
            tx.exec(
                &sql::DROP_EXPLANATION,
                args![district, after.id, before.explanation],
            )?;
        }
        self.trail(tx, after)
    }

    fn trail(&self, tx: &mut Tx, alert: &Alert) -> Result<(), ArrearsError> {
        let (district, today) = (*tx.district(), tx.today());
        tx.exec(
            &sql::PUT_SCORE,
            args![district, alert.id, today, alert.score, alert.level],
        )?;
        Ok(())
    }

    fn say(
        &self,
        tx: &mut Tx,
        before: &Alert,
        after: &mut Alert,
        change: Change,
    ) -> Result<(), ArrearsError> {
        let (kind, event, to) = match change {
            Change::Raised => (EventKind::Raised, "alert.raised", after.level.clone()),
            Change::Proposed => (
                EventKind::FallProposed,
                "alert.fall_proposed",
                after.proposed.clone().unwrap_or_default(),
            ),
            _ => {
                return handling::ensure(tx, &self.ground.rules, after);
            }
        };
        let said = Said {
            kind,
            from: &before.level,
            to: &to,
            note: &after.reasons.join("；"),
            explanation: Some(&after.explanation),
        };
        file::note(tx, after, &said)?;
        handling::ensure(tx, &self.ground.rules, after)?;
        if change == Change::Raised {
            handling::regrade(tx, &self.ground.rules, after)?;
        }
        tell(tx, event, after)
    }
}

/// When the last alert of a subject ended, if one did.
pub(super) fn last_ended(tx: &mut Tx, subject: SubjectId) -> Result<Option<Instant>, ArrearsError> {
    let district = *tx.district();
    Ok(tx
        .one(&sql::LAST_CLOSED, args![district, subject])?
        .get(0)?)
}

/// Whether nothing new became known of a subject since its last alert ended.
pub(super) fn told_all(ended: Option<Instant>, known: &Known) -> bool {
    ended.is_some_and(|ended| known.newest().is_none_or(|newest| newest <= ended))
}

/// Rank of a level as alerts keep it; −1 below the lowest.
fn rank(level: Option<(usize, &Level)>) -> i64 {
    level.map_or(-1, |(rank, _)| i64::try_from(rank).unwrap_or(i64::MAX))
}

/// Whether a person has kept the level against this very proposal.
fn kept(tx: &mut Tx, alert: &Alert, wanted: &str) -> Result<bool, ArrearsError> {
    let events = file::events(tx, alert.id)?;
    let last = events.iter().rev().find(|event| {
        matches!(
            event.kind,
            EventKind::Opened
                | EventKind::Raised
                | EventKind::FallProposed
                | EventKind::Fallen
                | EventKind::Kept
        )
    });
    Ok(last.is_some_and(|event| event.kind == EventKind::Kept && event.to == wanted))
}

/// Tells listeners; nothing personal and no name goes along.
pub(super) fn tell(tx: &mut Tx, event: &'static str, alert: &Alert) -> Result<(), ArrearsError> {
    tx.emit(Event::of(
        event,
        alert.id,
        json!({ "no": alert.no, "level": alert.level, "rank": alert.rank, "org_path": alert.org_path.as_str() }),
    ))?;
    Ok(())
}

/// The rules that gave points or crossed a red line, in words, best first.
pub(super) fn reasons(rules: &RuleSet, evaluation: &Evaluation) -> Vec<String> {
    let title = |code: &str| {
        rules
            .rules()
            .iter()
            .find(|rule| rule.code == code)
            .map_or_else(|| code.to_owned(), |rule| rule.title.clone())
    };
    let mut gave: Vec<_> = evaluation
        .rules
        .iter()
        .filter(|one| one.points > 0 || one.red_line)
        .collect();
    gave.sort_by_key(|one| (!one.red_line, -one.points));
    gave.into_iter()
        .map(|one| match (one.red_line, one.points) {
            (true, _) => format!("红线：{}", title(&one.code)),
            (false, points) => format!("{} {points} 分", title(&one.code)),
        })
        .collect()
}

/// The next number of the year: `QX2026-00012`.
fn next_no(tx: &mut Tx) -> Result<String, ArrearsError> {
    let (district, year) = (*tx.district(), tx.today().year());
    let (from, to) = (format!("QX{year:04}-"), format!("QX{year:04}."));
    let last: Option<String> = tx.one(&sql::LAST_NO, args![district, from, to])?.get(0)?;
    let number = last
        .and_then(|last| last.rsplit('-').next()?.parse::<u32>().ok())
        .unwrap_or(0)
        + 1;
    Ok(format!("QX{year:04}-{number:05}"))
}
