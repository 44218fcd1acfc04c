//! 线索 signals: taken in once, whoever sends them how often; read again in the order in which they became known.

use std::collections::HashMap;

use kernel::{Date, DistrictCode, Instant, MatchId, OrgPath};
use sm3::{Digest, Sm3};
use store::{Query, Row, StoreError, Tx, Value, args, values};

use super::feed::Once;
use super::feeds::{Counts, Delivery, is_own};
use super::model::{Fields, Quality, Signal, SignalId, SignalState, SubjectId, signal_of};
use super::packs::Packer;
use super::{ArrearsError, sql};

/// Events asked for in one statement.
const EVENTS: usize = 400;
/// Bytes of an event's mark: enough that two events of a district never share one.
const MARK: usize = 16;

/// What an event is known by.
pub(super) type Mark = [u8; MARK];

/// An observation on its way in.
#[derive(Debug, Clone)]
pub struct NewSignal {
    /// Whom it is about, if that is certain.
    pub about: Whom,
    /// Kind, as the signal definitions name it.
    pub kind: String,
    /// The day it speaks about.
    pub day: Date,
    /// When it became known; now, except for past records.
    pub arrived: Instant,
    /// Its values.
    pub fields: Fields,
    /// How sure it is.
    pub quality: Quality,
    /// The source's own number, or the row of the sheet.
    pub reference: String,
    /// What makes it one event.
    pub once: Once,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
}

/// Whom an observation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// This subject.
    Known(SubjectId),
    /// A person has to decide: the open question, and the writing it is about.
    Asked(MatchId, String),
}

/// What became of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// New.
    New,
    /// There already, the same.
    Same,
    /// Other figures from the same source: the old row stopped counting.
    Corrected,
    /// Another source had it already; kept as confirmation.
    Echo,
    /// Waits for a decision about its employer.
    Waiting,
}

impl Taken {
    /// Stable id, for answers.
    pub fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Corrected => "corrected",
            Self::Echo => "echo",
            Self::Waiting => "waiting",
        }
    }

    /// The one with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        [
            Self::New,
            Self::Same,
            Self::Corrected,
            Self::Echo,
            Self::Waiting,
        ]
        .into_iter()
        .find(|one| one.id() == id)
    }
}

impl NewSignal {
    /// Month, day or reference.
    pub(super) fn period(&self) -> String {
        period(self.once, self.day, &self.reference)
    }

    /// What it says of its event, as a mark: equal when a second row says the same.
    pub(super) fn said(&self) -> Mark {
        digest(&[&self.day.to_string(), &self.fields.text()])
    }

    /// What the event is known by when this feed reports it.
    pub(super) fn mark(&self, feed: &str) -> Mark {
        match &self.about {
            Whom::Known(subject) => mark(*subject, &self.kind, &self.period()),
            Whom::Asked(_, writing) => {
                digest(&["waiting", feed, writing, &self.kind, &self.period()])
            }
        }
    }
}

/// The part of an event's name that says which one of the subject's it is.
pub(super) fn period(once: Once, day: Date, reference: &str) -> String {
    match once {
        Once::Month => format!("{:04}-{:02}", day.year(), day.month()),
        Once::Day => day.to_string(),
        Once::Reference | Once::Row => format!("#{reference}"),
    }
}

/// What an event of a known subject is known by.
pub(super) fn mark(subject: SubjectId, kind: &str, period: &str) -> Mark {
    digest(&["subject", &subject.to_string(), kind, period])
}

fn digest(parts: &[&str]) -> Mark {
    let mut hash = Sm3::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let full = hash.finalize();
    let mut mark = [0; MARK];
    mark.iter_mut().zip(full).for_each(|(to, from)| *to = from);
    mark
}

/// A row that is there for an event.
#[derive(Debug, Clone)]
struct Known {
    id: SignalId,
    slot: String,
    feed: String,
    day: Date,
    fields: String,
}

/// The slot of another source's row.
fn echo_slot(feed: &str) -> String {
    format!("echo:{feed}")
}

/// Takes observations in (登记线索): the same row again changes nothing; the same event from a second source is
/// kept as confirmation and counts once; other figures from the same source replace the earlier ones. What became
/// of each, in their order. The caller keeps the audit entry of the delivery.
///
/// # Errors
/// The store failed.
pub fn take_many(
    tx: &mut Tx,
    delivery: &mut Delivery,
    news: &[NewSignal],
) -> Result<Vec<Taken>, ArrearsError> {
    let marks: Vec<Mark> = news.iter().map(|one| one.mark(&delivery.feed)).collect();
    let mut known = known_events(tx, &marks)?;
    let (mut outcomes, mut rows) = (Vec::with_capacity(news.len()), Vec::new());
    let (mut counts, mut packer) = (Counts::default(), Packer::default());
    for (new, mark) in news.iter().zip(&marks) {
        delivery.spoke_of(new.day);
        let there = known.entry(*mark).or_default();
        let (taken, slot) = judge(there, &delivery.feed, new);
        count(&mut counts, taken);
        outcomes.push(taken);
        if taken == Taken::Same {
            continue;
        }
        if taken == Taken::Corrected {
            replace(tx, (there, &delivery.feed), new, (&mut rows, &mut packer))?;
        }
        let id: SignalId = tx.new_id();
        if let (Whom::Known(subject), true) = (&new.about, slot.is_empty()) {
            let since = (new.arrived, &new.fields, is_own(&delivery.feed));
            packer.counts((*subject, id), &new.kind, new.day, since);
        }
        there.push(Known {
            id,
            slot: slot.clone(),
            feed: delivery.feed.clone(),
            day: new.day,
            fields: new.fields.text(),
        });
        rows.push(row(tx, delivery, new, (id, *mark, slot)));
    }
    insert(tx, rows)?;
    packer.keep(tx)?;
    delivery.counts.add(&counts);
    Ok(outcomes)
}

fn insert(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.across(
        "who reports an employer of another town need not see its desk",
        |tx| tx.insert_many(&sql::INSERT_SIGNAL, rows).map(drop),
    )
}

/// What a new row is, beside the rows that are there for its event.
fn judge(there: &[Known], feed: &str, new: &NewSignal) -> (Taken, String) {
    let waiting = matches!(new.about, Whom::Asked(..));
    let own = there.iter().find(|one| one.feed == feed);
    let counted = there.iter().find(|one| one.slot.is_empty());
    match (own, counted) {
        (Some(own), _) if own.day == new.day && own.fields == new.fields.text() => {
            (Taken::Same, String::new())
        }
        (Some(own), _) => (Taken::Corrected, own.slot.clone()),
        (None, Some(_)) => (Taken::Echo, echo_slot(feed)),
        (None, None) if waiting => (Taken::Waiting, String::new()),
        (None, None) => (Taken::New, String::new()),
    }
}

/// The row of this feed stops counting. Rows of this very delivery are not in the store yet: they go in first.
fn replace(
    tx: &mut Tx,
    (there, feed): (&mut Vec<Known>, &str),
    new: &NewSignal,
    (rows, packer): (&mut Vec<Vec<Value>>, &mut Packer),
) -> Result<(), StoreError> {
    let Some(at) = there.iter().position(|one| one.feed == feed) else {
        return Ok(());
    };
    insert(tx, std::mem::take(rows))?;
    let old = there.swap_remove(at);
    if let (Whom::Known(subject), true) = (&new.about, old.slot.is_empty()) {
        packer.ends((*subject, old.id), &new.kind, old.day, tx.now());
    }
    // A confirmation never counted, so it stays one: a replay must not take it for a row that did.
    let state = if old.slot == echo_slot(feed) {
        SignalState::Echo
    } else {
        SignalState::Replaced
    };
    end(tx, old.id, state)
}

fn end(tx: &mut Tx, id: SignalId, state: SignalState) -> Result<(), StoreError> {
    let (district, now) = (*tx.district(), tx.now());
    let slot = format!("old:{id}");
    tx.across("a correction reaches the row wherever it lies", |tx| {
        tx.exec(&sql::END_SIGNAL, args![district, id, state.id(), slot, now])
    })?;
    Ok(())
}

fn row(
    tx: &Tx,
    delivery: &Delivery,
    new: &NewSignal,
    (id, mark, slot): (SignalId, Mark, String),
) -> Vec<Value> {
    let (subject, question) = match &new.about {
        Whom::Known(subject) => (Some(*subject), None),
        Whom::Asked(question, _) => (None, Some(*question)),
    };
    let state = match (&new.about, slot.is_empty()) {
        (Whom::Asked(..), _) => SignalState::Waiting,
        (_, true) => SignalState::Counted,
        (_, false) => SignalState::Echo,
    };
    values![
        *tx.district(),
        id,
        subject,
        new.kind.clone(),
        new.day,
        new.arrived,
        new.fields.text(),
        new.quality.number(),
        delivery.feed.clone(),
        new.reference.clone(),
        new.period(),
        mark.to_vec(),
        slot,
        state.id(),
        delivery.id,
        question,
        new.org_path.clone()
    ]
}

fn count(counts: &mut Counts, taken: Taken) {
    match taken {
        Taken::New => counts.new += 1,
        Taken::Same => counts.same += 1,
        Taken::Corrected => counts.corrected += 1,
        Taken::Echo => counts.echo += 1,
        Taken::Waiting => counts.waiting += 1,
    }
}

/// What is known of some events, in no order: asked for one, SQLite walks the whole district in it rather than look
/// the events up.
fn of_events(district: DistrictCode, marks: &[Mark]) -> Query {
    Query::from(&sql::EVENTS, args![district])
        .and_in(" AND event IN ", marks.iter().map(|mark| mark.to_vec()))
        .push(" AND ended_at IS NULL")
}

fn known_events(tx: &mut Tx, marks: &[Mark]) -> Result<HashMap<Mark, Vec<Known>>, ArrearsError> {
    let district = *tx.district();
    let mut wanted: Vec<Mark> = marks.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut known: HashMap<Mark, Vec<Known>> = HashMap::new();
    for some in wanted.chunks(EVENTS) {
        let rows = tx.across("an event counts once in the whole district", |tx| {
            tx.all(&of_events(district, some), &[])
        })?;
        for row in &rows {
            known.entry(row.get(0)?).or_default().push(Known {
                id: row.get(1)?,
                slot: row.get(2)?,
                feed: row.get(3)?,
                day: row.get(4)?,
                fields: row.get(5)?,
            });
        }
    }
    for there in known.values_mut() {
        there.sort_unstable_by_key(|one| one.id);
    }
    Ok(known)
}

/// The signals that waited for a decision about their employer take effect (比对后生效). They count from now: before,
/// nobody could know whom they were about. `None` when they are about nobody here.
///
/// # Errors
/// The store failed.
pub(super) fn release(
    tx: &mut Tx,
    question: MatchId,
    found: Option<(SubjectId, &OrgPath)>,
) -> Result<i64, ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    let waiting = tx.all(&sql::WAITING_FOR, args![district, question])?;
    let (mut released, mut packer) = (0, Packer::default());
    for row in &waiting {
        let signal = signal_of(row)?;
        let Some((subject, path)) = found else {
            end(tx, signal.id, SignalState::Withdrawn)?;
            continue;
        };
        let mark = mark(subject, &signal.kind, &signal.period);
        let there = known_events(tx, &[mark])?.remove(&mark).unwrap_or_default();
        if there.iter().any(|one| one.feed == signal.feed) {
            end(tx, signal.id, SignalState::Withdrawn)?;
            continue;
        }
        let (slot, state) = if there.is_empty() {
            let ids = (subject, signal.id);
            let since = (now, &signal.fields, is_own(&signal.feed));
            packer.counts(ids, &signal.kind, signal.day, since);
            (String::new(), SignalState::Counted)
        } else {
            (echo_slot(&signal.feed), SignalState::Echo)
        };
        tx.exec(
            &sql::RELEASE,
            args![
                district,
                signal.id,
                subject,
                mark.to_vec(),
                slot,
                state.id(),
                now,
                path
            ],
        )?;
        released += 1;
    }
    packer.keep(tx)?;
    Ok(released)
}

/// One observation as a replay sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Whom it is about.
    pub subject: SubjectId,
    /// Its id.
    pub id: SignalId,
    /// Kind.
    pub kind: String,
    /// The day it speaks about.
    pub day: Date,
    /// When it became known.
    pub arrived: Instant,
    /// Its values.
    pub fields: Fields,
    /// When it stopped counting: corrected or taken back later, it counted until then.
    pub ended: Option<Instant>,
    /// Whether the union's own people saw it.
    pub own: bool,
}

/// Hands every observation of these kinds (all when empty) that became known in `from ≤ arrived < to` to `f`, in
/// the order (arrived, subject, id): history as it was known then, with rows that were corrected or taken back later
/// and the moment from which they counted no more. Streams: any number in constant memory.
///
/// # Errors
/// The store or `f` failed.
pub fn replay(
    tx: &mut Tx,
    kinds: &[&str],
    from: Instant,
    to: Instant,
    mut f: impl FnMut(Replayed) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    let mut query = Query::from(&sql::REPLAY, args![district, from, to]);
    if !kinds.is_empty() {
        query = query.and_in(" AND s.kind IN ", kinds.iter().copied());
    }
    query = query.push(" ORDER BY s.arrived_at, s.subject_id, s.id");
    tx.each(&query, &[], |row| f(replayed(row)?))
}

fn replayed(row: &Row) -> Result<Replayed, StoreError> {
    Ok(Replayed {
        subject: row.get(0)?,
        id: row.get(1)?,
        kind: row.get(2)?,
        day: row.get(3)?,
        arrived: row.get(4)?,
        fields: row.get(5)?,
        ended: row.get(6)?,
        own: is_own(row.text(7)?),
    })
}

/// The signals of a subject, newest first, of every state: the history on its page.
///
/// # Errors
/// [`ArrearsError::NotFound`] when the subject lies outside the scope.
pub fn of_subject(
    tx: &mut Tx,
    subject: SubjectId,
    limit: usize,
) -> Result<Vec<Signal>, ArrearsError> {
    super::subjects::get(tx, subject)?;
    let district = *tx.district();
    let rows = tx.all(&sql::SIGNALS_OF, args![district, subject, limit])?;
    rows.iter().map(|row| Ok(signal_of(row)?)).collect()
}

/// Takes a signal back (撤回线索): it stays in the record and counts no more.
///
/// # Errors
/// [`ArrearsError::NotFound`]; [`ArrearsError::Invalid`] without a reason.
pub fn withdraw(tx: &mut Tx, id: SignalId, why: &str) -> Result<(), ArrearsError> {
    let why = why.trim();
    if why.is_empty() {
        return Err(ArrearsError::invalid(
            "why",
            "signal.no_reason",
            "请写明撤回的原因",
        ));
    }
    let district = *tx.district();
    let row = tx
        .opt(&sql::SIGNAL, args![district, id])?
        .ok_or(ArrearsError::NotFound)?;
    let signal = signal_of(&row)?;
    if !tx.actor().scope.covers(&signal.org_path) || signal.ended.is_some() {
        return Err(ArrearsError::NotFound);
    }
    let state = match signal.state {
        SignalState::Echo => SignalState::Echo,
        _ => SignalState::Withdrawn,
    };
    end(tx, id, state)?;
    if let (SignalState::Counted, Some(subject)) = (signal.state, signal.subject) {
        let mut packer = Packer::default();
        packer.ends((subject, id), &signal.kind, signal.day, tx.now());
        packer.keep(tx)?;
    }
    tx.audit(
        store::Audit::of("signal.withdrawn", "signal", id)
            .at(&signal.org_path)
            .why(why),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_events_is_looked_up_however_many_signals_there_are() {
        let test = store::testing::TestDb::sqlite();
        let query = of_events(store::testing::district(), &[[0; MARK], [1; MARK]]);
        let plan = test.plan_of(&query);
        assert_eq!(plan.len(), 1, "{plan:#?}");
        assert!(
            plan[0].starts_with("SEARCH signal") && plan[0].contains("event=?"),
            "{plan:#?}"
        );
    }
}
