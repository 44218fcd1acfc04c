//! 线索包: the signals once more, by columns, for evaluations that read a whole district.
//!
//! The rows of `signal` are the record. Beside them every transaction that lets signals count, or count no more,
//! leaves a pack of what it changed; packs are only ever added, so nothing can come between them and the rows. A
//! hundred thousand employers are then read as a few hundred packs instead of a million rows, and what was known at
//! a moment is found by leaving out the lines that are younger.

mod block;
mod history;
mod numbered;
mod outline;

use std::collections::BTreeMap;

use kernel::warning::{date_of, day_number};
use kernel::{Date, Instant};
use store::{Actor, Db, StoreError, Tx, Value, args, values};
use uuid::Uuid;

use super::feeds::is_own;
use super::model::{Fields, SignalId, SubjectId};
use super::{ArrearsError, sql};
use crate::orgs;
use block::{Line, Pack};
pub(super) use history::{History, Reading, Told, histories, subjects, volumes};
pub(super) use numbered::{Numbered, place};
pub(super) use outline::Outlines;

/// Lines of a pack at most, when packs are made anew.
const LINES: usize = 4_096;
/// Rows read at once for that.
const PAGE: usize = 20_000;

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

/// How many packs were left since a moment.
///
/// # Errors
/// The store failed.
pub(super) fn left_since(tx: &mut Tx, since: Instant) -> Result<i64, ArrearsError> {
    let district = *tx.district();
    Ok(tx.one(&sql::PACKS_LEFT, args![district, since])?.get(0)?)
}

/// Subjects about whom something became known, or was taken back, since a moment.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Who they are.
    pub subjects: Numbered,
    /// The newest such moment of each, in milliseconds.
    newest: Vec<i64>,
}

impl Touched {
    /// The newest moment of a subject, in milliseconds.
    pub(super) fn newest(&self, subject: u128) -> Option<i64> {
        let number = self.subjects.number(subject, 0)?;
        self.newest.get(place(number)).copied()
    }

    fn add(&mut self, subject: u128, guess: u32, at: i64) -> u32 {
        let number = self.subjects.add(subject, guess);
        match self.newest.get_mut(place(number)) {
            Some(newest) => *newest = at.max(*newest),
            None => self.newest.push(at),
        }
        number
    }
}

/// Who was touched since a moment, by signals of every kind and day.
///
/// # Errors
/// The store failed, or a pack is damaged.
pub(super) fn touched(tx: &mut Tx, since: Instant) -> Result<Touched, ArrearsError> {
    let district = *tx.district();
    let entries: usize = tx
        .one(&sql::ENTRIES_SINCE, args![district, since])?
        .get(0)?;
    let (now, mut found) = (tx.now().ms(), Touched::default());
    found.subjects = Numbered::with_room(entries);
    tx.each(&sql::PACKS_SINCE, args![district, since], |row| {
        let pack = read(row.bytes(0)?)?;
        let mut guess = 0;
        for (at, (subject, _)) in pack.ids().enumerate() {
            let known = pack.at.get(at);
            if (since.ms()..=now).contains(&known) {
                guess = found.add(subject, guess, known).saturating_add(1);
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
