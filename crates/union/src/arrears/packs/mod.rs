//! 线索包: the signals once more, by columns, for evaluations that read a whole district.
//!
//! The rows of `signal` are the record. Beside them every transaction that lets signals count, or count no more,
//! leaves a pack of what it changed; packs are only ever added, so nothing can come between them and the rows. A
//! hundred thousand employers are then read as a few hundred packs instead of a million rows, and what was known at
//! a moment is found by leaving out the lines that are younger.

mod block;

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use kernel::warning::{MISSING, RuleSet, Step, date_of, day_number};
use kernel::{Date, Instant};
use store::{Actor, Db, StoreError, Tx, Value, args, values};
use uuid::Uuid;

use super::feeds::{back, is_own};
use super::known::LONGEST_MONTH;
use super::model::{Fields, SignalId, SubjectId};
use super::{ArrearsError, sql};
use crate::orgs;
use block::{Line, Pack};

/// Lines of a pack at most, when packs are made anew.
const LINES: usize = 4_096;
/// Rows read at once for that.
const PAGE: usize = 20_000;
/// Lines held in memory at once, about 100 MB: a larger district is evaluated in several goes.
const AT_ONCE: usize = 1_500_000;

/// What one transaction says about signals, kind by kind.
#[derive(Debug, Default)]
pub(super) struct Packer(BTreeMap<String, Vec<Line>>);

impl Packer {
    /// A signal counts from a moment on; whether the union's own people saw it.
    pub(super) fn counts(
        &mut self,
        (subject, signal): (SubjectId, SignalId),
        kind: &str,
        day: Date,
        (at, fields, own): (Instant, &Fields, bool),
    ) {
        let line = Line {
            own,
            fields: fields.clone(),
            ..line(subject, signal, day, at)
        };
        self.add(kind, line);
    }

    /// A signal counts no more.
    pub(super) fn ends(
        &mut self,
        (subject, signal): (SubjectId, SignalId),
        kind: &str,
        day: Date,
        at: Instant,
    ) {
        let line = Line {
            ends: true,
            ..line(subject, signal, day, at)
        };
        self.add(kind, line);
    }

    fn add(&mut self, kind: &str, line: Line) {
        match self.0.get_mut(kind) {
            Some(lines) => lines.push(line),
            None => drop(self.0.insert(kind.to_owned(), vec![line])),
        }
    }

    /// Leaves the packs.
    pub(super) fn keep(self, tx: &mut Tx) -> Result<(), StoreError> {
        let rows: Vec<Vec<Value>> = self
            .0
            .iter()
            .flat_map(|(kind, lines)| lines.chunks(LINES).map(move |lines| (kind, lines)))
            .map(|(kind, lines)| row(tx, kind, lines))
            .collect();
        if !rows.is_empty() {
            tx.insert_many(&sql::INSERT_PACK, rows)?;
        }
        Ok(())
    }
}

fn line(subject: SubjectId, signal: SignalId, day: Date, at: Instant) -> Line {
    Line {
        subject: subject.uuid(),
        signal: signal.uuid(),
        day: day_number(day),
        at: at.ms(),
        ends: false,
        own: false,
        fields: Fields::default(),
    }
}

fn row(tx: &Tx, kind: &str, lines: &[Line]) -> Vec<Value> {
    let newest = lines.iter().map(|line| line.day).max().unwrap_or(0);
    let last = lines.iter().map(|line| line.at).max().unwrap_or(0);
    values![
        *tx.district(),
        tx.new_id::<Uuid>(),
        kind,
        date_of(newest),
        Instant::from_ms(last),
        lines.len(),
        block::write(lines)
    ]
}

/// Whether every signal of the district is in a pack and the caller may see them all.
///
/// # Errors
/// The store failed.
pub(super) fn usable(tx: &mut Tx) -> Result<bool, ArrearsError> {
    if !tx.actor().scope.covers(&orgs::root_path()?) {
        return Ok(false);
    }
    let district = *tx.district();
    Ok(tx.one(&sql::PACKED, args![district])?.get::<i64>(0)? > 0)
}

/// Packs what was taken in before there were packs; does nothing when that is done.
///
/// # Errors
/// The store failed.
pub(super) fn complete(db: &Db, actor: &Actor) -> Result<(), ArrearsError> {
    let whole = Actor::system(actor.district);
    if db.read(&whole, usable)? {
        return Ok(());
    }
    db.housekeep(&whole, remake)
}

/// Makes all packs of the district anew from the rows.
pub(super) fn remake(tx: &mut Tx) -> Result<(), ArrearsError> {
    let district = *tx.district();
    tx.exec(&sql::CLEAR_PACKS, args![district])?;
    let mut after = SignalId::from(Uuid::nil());
    loop {
        let (mut packer, mut last) = (Packer::default(), None);
        tx.each(&sql::TO_PACK, args![district, after, PAGE], |row| {
            let (signal, subject): (SignalId, SubjectId) = (row.get(0)?, row.get(1)?);
            let (kind, day, ids) = (row.text(2)?, row.get(3)?, (subject, signal));
            let since = (row.get(4)?, &row.get(6)?, is_own(row.text(7)?));
            packer.counts(ids, kind, day, since);
            if let Some(ended) = row.get::<Option<Instant>>(5)? {
                packer.ends(ids, kind, day, ended);
            }
            last = Some(signal);
            Ok::<_, StoreError>(())
        })?;
        packer.keep(tx)?;
        match last {
            Some(signal) => after = signal,
            None => break,
        }
    }
    let values = values![
        district,
        tx.new_id::<Uuid>(),
        "",
        tx.today(),
        tx.now(),
        0,
        Vec::<u8>::new()
    ];
    tx.insert_many(&sql::INSERT_PACK, [values])?;
    Ok(())
}

/// Ids are random enough to be looked up with hardly any stirring.
#[derive(Debug, Default)]
pub(super) struct IdHash(u64);

impl Hasher for IdHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, id: u128) {
        // Test ids count upwards, so the halves are mixed and spread over the high bits, which tables look at first.
        for half in id.to_be_bytes().as_chunks::<8>().0 {
            self.0 = (self.0 ^ u64::from_be_bytes(*half)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}

/// Something by id.
pub(super) type ById<T> = HashMap<u128, T, BuildHasherDefault<IdHash>>;

/// How many packs were left since a moment.
///
/// # Errors
/// The store failed.
pub(super) fn left_since(tx: &mut Tx, since: Instant) -> Result<i64, ArrearsError> {
    let district = *tx.district();
    Ok(tx.one(&sql::PACKS_LEFT, args![district, since])?.get(0)?)
}

/// Subjects about whom something became known, or was taken back, since a moment; with the newest such moment, in
/// milliseconds. Signals of every kind and day.
///
/// # Errors
/// The store failed, or a pack is damaged.
pub(super) fn touched(tx: &mut Tx, since: Instant) -> Result<ById<i64>, ArrearsError> {
    let district = *tx.district();
    let (mut found, now) = (ById::default(), tx.now().ms());
    tx.each(&sql::PACKS_SINCE, args![district, since], |row| {
        let pack = read(row.bytes(0)?)?;
        for (at, (subject, _)) in pack.ids().enumerate() {
            let known = pack.at.get(at);
            if (since.ms()..=now).contains(&known) {
                let newest = found.entry(subject).or_insert(known);
                *newest = known.max(*newest);
            }
        }
        Ok::<_, ArrearsError>(())
    })?;
    Ok(found)
}

fn read(bytes: Option<&[u8]>) -> Result<Pack<'_>, ArrearsError> {
    let damaged = || StoreError::Database("线索包已损坏，请清空 signal_pack 后重算".to_owned());
    Ok(bytes.and_then(Pack::read).ok_or_else(damaged)?)
}

/// One line as a rule set reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// Whom it is about.
    pub subject: u128,
    /// The signal.
    pub signal: u128,
    /// The day it speaks about.
    pub day: i32,
    /// Where its values begin.
    from: u32,
    /// The kind's place in the rule set.
    pub kind: u16,
    /// Whether the signal counts no more.
    pub ends: bool,
    /// Whether the union's own people saw it.
    pub own: bool,
}

/// What a rule set can see of some subjects, in no order.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The lines.
    pub lines: Vec<Told>,
    values: Vec<i64>,
    /// Values of each kind, in the order of the rule set.
    widths: Vec<usize>,
}

impl History {
    /// The values of a line, in the order of the rule set; what is not known is [`MISSING`].
    pub(super) fn values(&self, line: &Told) -> &[i64] {
        let width = self
            .widths
            .get(usize::from(line.kind))
            .copied()
            .unwrap_or(0);
        let from = usize::try_from(line.from).unwrap_or(usize::MAX);
        self.values
            .get(from..from.saturating_add(width))
            .unwrap_or_default()
    }

    /// An empty one with room for what some kinds hold: one that grows is copied again and again.
    fn with_room(rules: &RuleSet, kinds: &[Kind<'_>], parts: usize) -> Self {
        let lines: usize = kinds.iter().map(|kind| kind.lines).sum();
        let values: usize = kinds
            .iter()
            .map(|kind| kind.lines * kind.fields.len())
            .sum();
        Self {
            lines: Vec::with_capacity(lines / parts),
            values: Vec::with_capacity(values / parts),
            widths: rules.signals().iter().map(|one| one.fields.len()).collect(),
        }
    }

    /// Adds the lines of a kind that were known at a moment, of those who are wanted.
    fn read(
        &mut self,
        tx: &mut Tx,
        kind: &Kind<'_>,
        at: Instant,
        wanted: impl Fn(u128) -> bool,
    ) -> Result<(), ArrearsError> {
        let district = *tx.district();
        tx.each(&sql::PACKS, args![district, kind.name, kind.first], |row| {
            self.add(&read(row.bytes(0)?)?, kind, at, &wanted);
            Ok::<_, ArrearsError>(())
        })
    }

    fn add(
        &mut self,
        pack: &Pack<'_>,
        kind: &Kind<'_>,
        at: Instant,
        wanted: impl Fn(u128) -> bool,
    ) {
        let first = i64::from(day_number(kind.first));
        let columns: Vec<_> = kind.fields.iter().map(|name| pack.field(name)).collect();
        for (row, (subject, signal)) in pack.ids().enumerate() {
            if !wanted(subject) {
                continue;
            }
            let day = pack.day.get(row);
            if day < first || pack.at.get(row) > at.ms() {
                continue;
            }
            let (ends, own) = pack.marks(row);
            self.lines.push(Told {
                subject,
                signal,
                day: i32::try_from(day).unwrap_or(i32::MIN),
                from: u32::try_from(self.values.len()).unwrap_or(u32::MAX),
                kind: kind.number,
                ends,
                own,
            });
            let values = columns
                .iter()
                .map(|column| column.map_or(MISSING, |column| column.get(row)));
            self.values.extend(values);
        }
    }
}

/// The first day on which a signal of a kind can matter; `None` when no feature reads the kind.
fn first_day(rules: &RuleSet, kind: u16, on: Date) -> Option<Date> {
    let steps = i64::from(rules.reach_of(kind)?) + 1;
    Some(match rules.step() {
        Step::Day => back(on, steps),
        Step::Month => back(on, steps * LONGEST_MONTH),
    })
}

/// A kind of signals as a rule set reads it at a moment.
struct Kind<'r> {
    number: u16,
    name: &'r str,
    fields: &'r [String],
    /// The first day on which a signal of it can matter.
    first: Date,
    /// Lines in its packs.
    lines: usize,
}

fn kinds<'r>(tx: &mut Tx, rules: &'r RuleSet, on: Date) -> Result<Vec<Kind<'r>>, ArrearsError> {
    let (district, mut found) = (*tx.district(), Vec::new());
    for (number, signal) in (0_u16..).zip(rules.signals()) {
        let Some(first) = first_day(rules, number, on) else {
            continue;
        };
        let row = tx.one(&sql::PACKED_ENTRIES, args![district, signal.kind, first])?;
        found.push(Kind {
            number,
            name: &signal.kind,
            fields: &signal.fields,
            first,
            lines: row.get(0)?,
        });
    }
    Ok(found)
}

/// The kinds a rule set reads at a moment, by their numbers, with how many lines there are of each; the most first.
///
/// # Errors
/// The store failed.
pub(super) fn volumes(
    tx: &mut Tx,
    rules: &RuleSet,
    at: Instant,
) -> Result<Vec<(u16, usize)>, ArrearsError> {
    let kinds = kinds(tx, rules, at.shanghai_date())?;
    let mut volumes: Vec<_> = kinds.iter().map(|one| (one.number, one.lines)).collect();
    volumes.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    Ok(volumes)
}

/// What to read of whom.
pub(super) struct Reading<'a> {
    /// As known at this moment.
    pub at: Instant,
    /// Only these; `None` is everybody.
    pub who: Option<&'a ById<i64>>,
    /// Kinds that are read last, and of those only whom the others leave in doubt.
    pub last: &'a [u16],
}

/// Hands `f` what a rule set can see at a moment, in one piece or, where that would be too much for the memory, in
/// several; each subject is in one piece. `doubt` says of whom the last kinds are read: nothing is handed on of the
/// others.
///
/// # Errors
/// The store or `f` failed, or a pack is damaged.
pub(super) fn histories(
    tx: &mut Tx,
    rules: &RuleSet,
    reading: &Reading<'_>,
    doubt: impl Fn(&History) -> ById<()>,
    mut f: impl FnMut(&History) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let kinds = kinds(tx, rules, reading.at.shanghai_date())?;
    let lines: usize = kinds.iter().map(|kind| kind.lines).sum();
    let parts = lines.div_ceil(AT_ONCE).max(1);
    let (last, first): (Vec<_>, Vec<_>) = kinds
        .into_iter()
        .partition(|kind| reading.last.contains(&kind.number));
    for part in 0..parts {
        let wanted = |subject: u128| {
            (parts == 1 || subject % wide(parts) == wide(part))
                && reading.who.is_none_or(|who| who.contains_key(&subject))
        };
        let mut history = History::with_room(rules, &first, parts);
        for kind in &first {
            history.read(tx, kind, reading.at, wanted)?;
        }
        if !last.is_empty() {
            let doubtful = doubt(&history);
            let doubted = |subject: u128| doubtful.contains_key(&subject);
            history.lines.retain(|line| doubted(line.subject));
            for kind in &last {
                history.read(tx, kind, reading.at, doubted)?;
            }
        }
        f(&history)?;
    }
    Ok(())
}

fn wide(number: usize) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}

/// How many subjects something was known about at a moment.
///
/// # Errors
/// The store failed, or a pack is damaged.
pub(super) fn subjects(tx: &mut Tx, rules: &RuleSet, at: Instant) -> Result<usize, ArrearsError> {
    let (district, mut found) = (*tx.district(), ById::<()>::default());
    for kind in kinds(tx, rules, at.shanghai_date())? {
        tx.each(&sql::PACKS, args![district, kind.name, kind.first], |row| {
            let pack = read(row.bytes(0)?)?;
            let known = pack
                .ids()
                .enumerate()
                .filter(|(row, _)| pack.at.get(*row) <= at.ms());
            found.extend(known.map(|(_, (subject, _))| (subject, ())));
            Ok::<_, ArrearsError>(())
        })?;
    }
    Ok(found.len())
}
