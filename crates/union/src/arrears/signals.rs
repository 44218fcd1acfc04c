//! 线索 signals: taken in once, whoever sends them how often; read again in the order in which they became known.

use kernel::{Date, Instant, MatchId, OrgPath};
use sm3::{Digest, Sm3};
use store::{Query, Row, StoreError, Tx, Value, args, values};

use super::feed::Once;
use super::feeds::{Counts, Delivery, is_own};
use super::model::{Fields, Quality, Signal, SignalId, SignalState, SubjectId, signal_of};
use super::succession::{self, Changes, End, Place, Report, echo_slot, known_events};
use super::{ArrearsError, sql};

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
    /// Under which number another source knows the same event, where that is not its reference.
    pub known_as: Option<String>,
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
    /// Other figures from the same source, which count now.
    Corrected,
    /// Other figures from the same source; what another source said of the event weighs more and counts.
    Amended,
    /// Another source had it already; kept as confirmation.
    Echo,
    /// It says worse of an event than the source that counted until now, and counts in its place.
    TakesOver,
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
            Self::Amended => "amended",
            Self::Echo => "echo",
            Self::TakesOver => "takes_over",
            Self::Waiting => "waiting",
        }
    }

    /// The one with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        [
            Self::New,
            Self::Same,
            Self::Corrected,
            Self::Amended,
            Self::Echo,
            Self::TakesOver,
            Self::Waiting,
        ]
        .into_iter()
        .find(|one| one.id() == id)
    }
}

impl NewSignal {
    /// Month, day or reference.
    pub(super) fn period(&self) -> String {
        let number = self.known_as.as_ref().unwrap_or(&self.reference);
        period(self.once, self.day, number)
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
        // One number is one event, however two offices write it.
        Once::Reference => format!("#{}", kernel::text::compact_code(reference)),
        Once::Row => format!("#{reference}"),
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

/// Takes observations in (登记线索): the same row again changes nothing; other figures from the same source replace the
/// earlier ones; of what several sources say of one event the weightiest counts and the others confirm it. What became
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
    let (mut outcomes, mut counts) = (Vec::with_capacity(news.len()), Counts::default());
    let mut changes = Changes::default();
    for (new, mark) in news.iter().zip(&marks) {
        let there = known.entry(*mark).or_default();
        let taken = take(tx, (delivery, &mut changes), there, (new, *mark))?;
        delivery.spoke_of(new.day, taken != Taken::Same);
        count(&mut counts, taken);
        outcomes.push(taken);
    }
    changes.keep(tx)?;
    delivery.counts.add(&counts);
    Ok(outcomes)
}

/// One observation, beside the rows that are there for its event.
fn take(
    tx: &mut Tx,
    (delivery, changes): (&Delivery, &mut Changes),
    there: &mut Vec<Report>,
    (new, mark): (&NewSignal, Mark),
) -> Result<Taken, StoreError> {
    let own = there.iter().position(|one| one.feed == delivery.feed);
    let before = own.and_then(|at| there.get(at));
    if before.is_some_and(|before| before.says(new)) {
        return Ok(Taken::Same);
    }
    let corrects = own.map(|at| there.remove(at));
    if let Some(old) = &corrects {
        replace(tx, changes, old, new)?;
    }
    let mut report = Report {
        id: tx.new_id(),
        slot: String::new(),
        feed: delivery.feed.clone(),
        day: new.day,
        fields: new.fields.clone(),
        quality: new.quality,
    };
    let place = match &new.about {
        Whom::Asked(..) => Place::Counts,
        // Records of the past are told of their own day: whoever came first stays.
        Whom::Known(_) if new.arrived != tx.now() => match there.iter().any(Report::counts) {
            true => Place::Confirms,
            false => Place::Counts,
        },
        Whom::Known(subject) => changes.settle(tx, (*subject, &new.kind), there, &report)?,
    };
    if place == Place::Confirms {
        report.slot = echo_slot(&delivery.feed);
    } else if let Whom::Known(subject) = &new.about {
        let since = (new.arrived, &new.fields, is_own(&delivery.feed));
        let ids = (*subject, report.id);
        changes.packer.counts(ids, &new.kind, new.day, since);
    }
    let placed = (report.id, mark, report.slot.clone());
    changes.rows.push(row(tx, delivery, new, placed));
    there.push(report);
    Ok(match (corrects, &new.about, place) {
        (Some(_), _, Place::Confirms) => Taken::Amended,
        (Some(_), ..) => Taken::Corrected,
        (_, Whom::Asked(..), _) => Taken::Waiting,
        (_, _, Place::Counts) => Taken::New,
        (_, _, Place::TakesOver) => Taken::TakesOver,
        (_, _, Place::Confirms) => Taken::Echo,
    })
}

impl Report {
    /// Whether it says the same of its event.
    fn says(&self, new: &NewSignal) -> bool {
        self.day == new.day && self.fields == new.fields && self.quality == new.quality
    }
}

/// The earlier row of this source ends. Rows of this very delivery are not in the store yet: they go in first.
fn replace(
    tx: &mut Tx,
    changes: &mut Changes,
    old: &Report,
    new: &NewSignal,
) -> Result<(), StoreError> {
    changes.flush(tx)?;
    if !old.counts() {
        return succession::end(tx, old.id, End::Echo);
    }
    if let Whom::Known(subject) = &new.about {
        let ids = (*subject, old.id);
        changes.packer.ends(ids, &new.kind, old.day, tx.now());
    }
    succession::end(tx, old.id, End::Replaced)
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
        Taken::Corrected | Taken::Amended => counts.corrected += 1,
        Taken::Echo => counts.echo += 1,
        Taken::TakesOver => counts.heavier += 1,
        Taken::Waiting => counts.waiting += 1,
    }
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
    let (mut released, mut changes) = (0, Changes::default());
    for row in &waiting {
        let signal = signal_of(row)?;
        let Some((subject, path)) = found else {
            succession::end(tx, signal.id, End::Withdrawn)?;
            continue;
        };
        let mark = mark(subject, &signal.kind, &signal.period);
        let mut there = known_events(tx, &[mark])?.remove(&mark).unwrap_or_default();
        if there.iter().any(|one| one.feed == signal.feed) {
            succession::end(tx, signal.id, End::Withdrawn)?;
            continue;
        }
        let about = (subject, signal.kind.as_str());
        let place = changes.settle(tx, about, &mut there, &Report::of(&signal))?;
        let (slot, state) = if place == Place::Confirms {
            (echo_slot(&signal.feed), SignalState::Echo)
        } else {
            let ids = (subject, signal.id);
            let since = (now, &signal.fields, is_own(&signal.feed));
            changes.packer.counts(ids, &signal.kind, signal.day, since);
            (String::new(), SignalState::Counted)
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
    changes.keep(tx)?;
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

/// Takes a signal back (撤回线索): it stays in the record and counts no more. What other sources said of the event holds
/// from now on.
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
    let ends = match signal.state {
        SignalState::Echo => End::Echo,
        _ => End::Withdrawn,
    };
    succession::end(tx, id, ends)?;
    if let (SignalState::Counted, Some(subject)) = (signal.state, signal.subject) {
        let mut changes = Changes::default();
        let ids = (subject, id);
        changes.packer.ends(ids, &signal.kind, signal.day, tx.now());
        let mark = mark(subject, &signal.kind, &signal.period);
        let mut left = known_events(tx, &[mark])?.remove(&mark).unwrap_or_default();
        changes.succeed(tx, (subject, &signal.kind), &mut left)?;
        changes.keep(tx)?;
    }
    tx.audit(
        store::Audit::of("signal.withdrawn", "signal", id)
            .at(&signal.org_path)
            .why(why),
    )?;
    Ok(())
}
