//! One alert with everything on its page.

use std::collections::HashMap;

use kernel::{Date, Instant, Refusals};
use store::Tx;

use super::alerts::{self, Alert, AlertEvent, Explained, Held, LevelView, Merges, ToClose};
use super::feeds::SilentFeed;
use super::model::{Signal, SignalState, Subject};
use super::{ArrearsError, check_in, desk, feeds, kinds, signals, subjects};
use crate::employers::{self, Employer};

/// Signals shown on the page.
const SIGNALS: usize = 100;

/// An alert with everything on its page.
#[derive(Debug, Clone)]
pub struct AlertPage {
    /// The alert.
    pub alert: Alert,
    /// Its level as pages draw it.
    pub level: LevelView,
    /// Whom it is about.
    pub subject: Subject,
    /// The employer's card, when it is one of the register.
    pub employer: Option<Employer>,
    /// The stored explanation, read for people.
    pub explanation: Explained,
    /// Digest of its bytes, hexadecimal.
    pub digest: String,
    /// The score, day by day.
    pub scores: Vec<(Date, i64, String)>,
    /// What it went into, and what went into it.
    pub merges: Merges,
    /// What happened, in order.
    pub events: Vec<AlertEvent>,
    /// What is known about the subject, newest first.
    pub signals: Vec<SignalLine>,
    /// Check-ins of the weekly round that came with photographs, newest first.
    pub rounds: Vec<check_in::Seen>,
    /// Feeds that are late or paused.
    pub silent: Vec<SilentFeed>,
    /// What of this room still stands against closing.
    pub against_closing: Refusals,
    /// What holds its colour while sources are silent.
    pub held: Option<Held>,
    /// Everything its closing demands, met or not, conclusion by conclusion; empty when it has ended.
    pub to_close: Vec<ToClose>,
}

/// One signal in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalLine {
    /// Chinese name of its kind.
    pub kind: String,
    /// The day it speaks about.
    pub day: Date,
    /// When it became known.
    pub arrived: Instant,
    /// What it says.
    pub says: String,
    /// Chinese name of its feed.
    pub feed: String,
    /// The number of the case it comes from, where it may be shown.
    pub case_no: Option<String>,
    /// What it is worth.
    pub state: SignalState,
    /// Its id, to take it back.
    pub id: super::SignalId,
}

/// One alert by its number. Showing it is logged by [`desk::viewed`] in a write of its own.
///
/// # Errors
/// [`ArrearsError::NotFound`] out of reach.
pub fn alert(tx: &mut Tx, no: &str) -> Result<AlertPage, ArrearsError> {
    let alert = alerts::by_no(tx, no)?;
    let subject = subjects::get(tx, alert.subject)?;
    let employer = match subject.employer {
        Some(id) => Some(employers::card(tx, id)?),
        None => None,
    };
    let kept = alerts::explanation(tx, alert.id, &alert.explanation)?;
    let explanation = Explained::read(&kept.body)
        .ok_or_else(|| ArrearsError::Definition("解释读不出来".to_owned()))?;
    let titles = titles(tx)?;
    let level = desk::levels(tx)?
        .into_iter()
        .find(|level| level.id == alert.level)
        .unwrap_or_else(|| LevelView::bare(&alert.level, alert.rank));
    Ok(AlertPage {
        level,
        digest: alert
            .explanation
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        scores: alerts::scores(tx, alert.id)?,
        merges: alerts::merges(tx, &alert)?,
        events: alerts::events(tx, alert.id)?,
        signals: signals::of_subject(tx, alert.subject, SIGNALS)?
            .into_iter()
            .map(|signal| line(signal, &titles))
            .collect(),
        silent: feeds::silent(tx)?,
        rounds: match subject.employer {
            Some(id) => check_in::seen(tx, id)?,
            None => Vec::new(),
        },
        against_closing: alerts::against_closing(tx, &alert)?,
        held: alerts::held(tx, &alert)?,
        to_close: alerts::to_close(tx, &alert)?,
        explanation,
        employer,
        subject,
        alert,
    })
}

fn titles(tx: &mut Tx) -> Result<HashMap<String, String>, ArrearsError> {
    let feeds = super::Feed::all(*tx.district(), tx.today())?;
    Ok(feeds.into_iter().map(|one| (one.name, one.title)).collect())
}

fn line(signal: Signal, titles: &HashMap<String, String>) -> SignalLine {
    let by_hand = feeds::is_own(&signal.feed);
    let feed = titles.get(&signal.feed).cloned().unwrap_or_else(|| {
        if signal.feed.starts_with(feeds::BY_SENTINEL) {
            "哨点填报".to_owned()
        } else if by_hand {
            "工会登记".to_owned()
        } else {
            signal.feed.clone()
        }
    });
    SignalLine {
        kind: kinds::schema(&signal.kind)
            .map_or_else(|| signal.kind.clone(), |schema| schema.title.clone()),
        day: signal.day,
        arrived: signal.arrived,
        says: kinds::in_words(&signal.kind, &signal.fields),
        feed,
        case_no: super::from_cases::case_no(&signal.feed, &signal.reference),
        state: signal.state,
        id: signal.id,
    }
}
