//! 沉默保留的颜色: an alert keeps its colour while the sources it came from are late or paused (silence lowers nothing). Who
//! reads it is told which sources those are, since when, and what they would give at their last word.

use kernel::Date;
use kernel::warning::{Scratch, Silence, date_of};
use store::Tx;

use super::evaluate::Ground;
use super::model::{Alert, AlertState};
use crate::arrears::{ArrearsError, kinds, known, rulesets};

/// A colour that stands although what can be counted today would not give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Kinds that fell silent: name, last arrival of a signal about this subject, whether somebody paused them.
    pub silent: Vec<(String, Date, bool)>,
    /// The points at their last word.
    pub score: i64,
    /// The word for the level at their last word.
    pub level: String,
    /// The points that can be counted today.
    pub now: i64,
}

/// What holds the colour of an open alert; none when its sources speak, or silence makes no difference.
///
/// # Errors
/// The rules in force do not hold together; the store failed.
pub fn held(tx: &mut Tx, alert: &Alert) -> Result<Option<Held>, ArrearsError> {
    if alert.state != AlertState::Open {
        return Ok(None);
    }
    let (now, today) = (tx.now(), tx.today());
    let ground = Ground::at(tx, now)?;
    let rules = &ground.rules;
    if ground.live.at_last_word() == ground.live {
        return Ok(None);
    }
    let known = known::of(tx, rules, alert.subject, now)?;
    let [spoken, heard] = ground.heard(&known, today, &mut Scratch::default())?;
    let opening = |level| rulesets::opening(rules, level);
    let rank = |level| opening(level).map(|(rank, _)| rank);
    let Some((_, level)) = opening(heard.level).filter(|_| rank(heard.level) > rank(spoken.level))
    else {
        return Ok(None);
    };
    let silent = known.with(|facts| {
        let told = |(number, signal): (u16, &kernel::warning::Signal)| {
            let why = ground.live.silence(number)?;
            let of_kind = facts.as_slice().iter().filter(|fact| fact.kind == number);
            let last = of_kind
                .filter(|fact| !fact.own)
                .map(|fact| fact.arrived)
                .max()?;
            let schema = kinds::schema(&signal.kind);
            let title = schema.map_or(&signal.kind, |schema| &schema.title);
            Some((title.clone(), date_of(last), why == Silence::Paused))
        };
        (0..).zip(rules.signals()).filter_map(told).collect()
    })?;
    Ok(Some(Held {
        silent,
        score: heard.score,
        level: level.label.clone(),
        now: spoken.score,
    }))
}
