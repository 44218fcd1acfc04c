//! 再次预警: a new signal within the rules' days of calm continues the alert that had ended. The replay counts such a spell as one
//! alert (`rearm_days`), and so does the desk: the same number, the same case, with the level above watching.

use kernel::warning::{Level, day_number};
use store::{Tx, args};

use super::actions::ending;
use super::file::{self, Said};
use super::model::{Alert, AlertState, EventKind};
use super::settle::{Change, Found, reasons, tell};
use super::{handling, sql};
use crate::arrears::ArrearsError;

impl Found<'_> {
    /// The alert that ended within the rules' days of calm before the newest signal: the replay counts such a spell as one
    /// alert, and so does the desk. One that was a false alarm, or went into another, stays ended.
    pub(super) fn same_spell(&self, tx: &mut Tx) -> Result<Option<Alert>, ArrearsError> {
        let calm = i64::from(self.ground.rules.policy().rearm_days);
        let last = file::last_of(tx, self.subject.id)?;
        let (Some(last), Some(newest)) = (last, self.newest()) else {
            return Ok(None);
        };
        // A code that is no longer in the definition blames nobody.
        let was_false = ending(tx, &last.closed_code).is_ok_and(|ending| ending.false_alarm);
        if last.state != AlertState::Closed || was_false {
            return Ok(None);
        }
        let before = last.last_signal_at.unwrap_or(last.opened_at);
        let apart = day_number(newest.shanghai_date()) - day_number(before.shanghai_date());
        Ok((i64::from(apart) <= calm).then_some(last))
    }

    /// The same alert goes on under its number, at the level the rules give now; its case is opened again, and where that
    /// cannot be, it gets another.
    pub(super) fn open_again(
        &self,
        tx: &mut Tx,
        old: Alert,
        (rank, level): (usize, &Level),
    ) -> Result<Change, ArrearsError> {
        let (district, now) = (*tx.district(), tx.now());
        let mut alert = Alert {
            state: AlertState::Open,
            level: level.id.clone(),
            rank: i64::try_from(rank).unwrap_or(i64::MAX),
            raised_at: now,
            closed_at: None,
            closed_code: String::new(),
            proposed: None,
            proposed_at: None,
            explanation: file::keep_explanation(tx, old.id, self.explanation)?,
            ..old.clone()
        };
        tx.exec(&sql::OPEN_AGAIN, args![district, alert.id, now])?;
        let after = Alert {
            score: self.evaluation().score,
            red_line: !self.evaluation().red_line.is_empty(),
            reasons: reasons(&self.ground.rules, self.evaluation()),
            people: self.known.people(),
            amount: self.known.amount(),
            rule_set: self.ground.rules.reference().id.clone(),
            rule_hash: self.ground.rules.reference().hash.clone(),
            last_signal_at: self.newest().max(old.last_signal_at),
            ..alert.clone()
        };
        self.save(tx, &alert, &after)?;
        alert = after;
        let said = Said {
            kind: EventKind::Reopened,
            from: &old.level,
            to: &level.id,
            note: &alert.reasons.join("；"),
            explanation: Some(&alert.explanation),
        };
        file::note(tx, &alert, &said)?;
        handling::open_again(tx, &self.ground.rules, &mut alert)?;
        tell(tx, "alert.opened", &alert)?;
        Ok(Change::Opened)
    }
}
