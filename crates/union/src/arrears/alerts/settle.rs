//! Settling (处置): what an evaluation's finding about one subject does to its alert. A colour rises at once; that it
//! falls is proposed, and a person decides.

use kernel::warning::{Evaluation, Explanation, Level, RuleSet, Scratch, day_number};
use kernel::{Date, Instant};
use serde_json::json;
use store::jobs::Event;
use store::{Tx, args};

use super::evaluate::Ground;
use super::file::{self, Said};
use super::finding::Finding;
use super::model::{Alert, AlertState, EventKind, Verified};
use super::{handling, sql};
use crate::arrears::known::Known;
use crate::arrears::model::{AlertId, Subject, SubjectId};
use crate::arrears::{ArrearsError, rulesets};

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
///
/// # Errors
/// The store failed.
pub(super) fn settle(
    tx: &mut Tx,
    ground: &Ground,
    finding: &Finding,
) -> Result<Change, ArrearsError> {
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

    /// When the newest signal that speaks for the colour became known.
    pub(super) fn newest(&self) -> Option<Instant> {
        self.known.newest_of(&self.explanation.evidence)
    }

    /// A new alert, unless nothing new became known since the last one ended.
    fn open(&self, tx: &mut Tx, (rank, level): (usize, &Level)) -> Result<Change, ArrearsError> {
        if told_all(last_ended(tx, self.subject.id)?, self.newest()) {
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
            last_signal_at: self.newest(),
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
            last_signal_at: self.newest().max(before.last_signal_at),
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

/// Whether no signal came since a subject's last alert ended; `newest` is when the newest one became known.
pub(super) fn told_all(ended: Option<Instant>, newest: Option<Instant>) -> bool {
    ended.is_some_and(|ended| newest.is_none_or(|newest| newest <= ended))
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
