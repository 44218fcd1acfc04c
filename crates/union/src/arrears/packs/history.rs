//! What a rule set can see of the subjects of a district: the lines of its packs that had been left by a moment.

use kernel::warning::{MISSING, RuleSet, day_number};
use kernel::{Date, Instant};
use store::{Tx, args};

use super::block::{Column, Pack};
use super::numbered::{Numbered, place};
use super::outline::Outlines;
use super::read;
use crate::arrears::known::first_day_of;
use crate::arrears::{ArrearsError, sql};

/// Lines held in memory at once, about 80 MB: a larger district is evaluated in several goes.
const AT_ONCE: usize = 1_500_000;

/// One line as a rule set reads it.
#[derive(Debug, Clone, Copy)]
pub(in crate::arrears) struct Told {
    /// The signal.
    pub signal: u128,
    /// Number of the subject it is about.
    pub subject: u32,
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
#[derive(Debug)]
pub(in crate::arrears) struct History<'a> {
    who: Who<'a>,
    /// The lines.
    pub lines: Vec<Told>,
    values: Vec<i64>,
    /// Values of each kind, in the order of the rule set.
    widths: Vec<usize>,
}

/// Of whom lines are read.
#[derive(Debug)]
enum Who<'a> {
    /// Of these.
    These(&'a Numbered),
    /// Of everybody, numbered as they are met.
    All(Numbered),
}

impl Who<'_> {
    fn known(&self) -> &Numbered {
        match self {
            Self::These(some) => some,
            Self::All(met) => met,
        }
    }

    /// The number of a subject that lines are read of.
    fn number(&mut self, subject: u128, guess: u32) -> Option<u32> {
        match self {
            Self::These(some) => some.number(subject, guess),
            Self::All(met) => Some(met.add(subject, guess)),
        }
    }
}

/// A share of the subjects of a district that is read in one go.
#[derive(Clone, Copy)]
struct Part {
    part: usize,
    of: usize,
}

impl Part {
    fn holds(self, subject: u128) -> bool {
        self.of == 1 || subject % wide(self.of) == wide(self.part)
    }
}

fn wide(number: usize) -> u128 {
    u128::try_from(number).unwrap_or(u128::MAX)
}

impl<'a> History<'a> {
    /// An empty one with room for what some kinds hold: one that grows is copied again and again.
    fn with_room(
        rules: &RuleSet,
        who: Option<&'a Numbered>,
        (kinds, parts): (&[Kind<'_>], usize),
    ) -> Self {
        let lines: usize = kinds.iter().map(|kind| kind.lines).sum();
        let values: usize = kinds
            .iter()
            .map(|kind| kind.lines * kind.fields.len())
            .sum();
        Self {
            who: who.map_or_else(|| Who::All(Numbered::default()), Who::These),
            lines: Vec::with_capacity(lines / parts),
            values: Vec::with_capacity(values / parts),
            widths: rules.signals().iter().map(|one| one.fields.len()).collect(),
        }
    }

    /// The subjects, by number; of some there may be no line.
    pub fn subjects(&self) -> &[u128] {
        self.who.known().ids()
    }

    /// The values of a line, in the order of the rule set; what is not known is [`MISSING`].
    pub fn values(&self, line: &Told) -> &[i64] {
        let width = self
            .widths
            .get(usize::from(line.kind))
            .copied()
            .unwrap_or(0);
        let from = place(line.from);
        self.values
            .get(from..from.saturating_add(width))
            .unwrap_or_default()
    }

    /// Adds the lines of a kind that were known at a moment, of those to whom `wanted` gives a number.
    fn read(
        &mut self,
        tx: &mut Tx,
        kind: &Kind<'_>,
        at: Instant,
        wanted: impl Fn(&mut Who<'_>, u128, u32) -> Option<u32>,
    ) -> Result<(), ArrearsError> {
        let Self {
            who, lines, values, ..
        } = self;
        kind.each(
            tx,
            at,
            |id, guess| wanted(who, id, guess),
            |subject, row| {
                let (ends, own) = row.pack.marks(row.row);
                lines.push(Told {
                    subject,
                    signal: row.signal,
                    day: row.day,
                    from: u32::try_from(values.len()).unwrap_or(u32::MAX),
                    kind: kind.number,
                    ends,
                    own,
                });
                values.extend(row.values());
            },
        )
    }

    /// The same in outline; whoever is met is numbered.
    fn outline(
        &mut self,
        tx: &mut Tx,
        kind: &Kind<'_>,
        at: Instant,
        part: Part,
    ) -> Result<Outlines, ArrearsError> {
        let (who, mut outlines) = (&mut self.who, Outlines::new(kind.fields.len()));
        let number = |id, guess| part.holds(id).then(|| who.number(id, guess))?;
        kind.each(tx, at, number, |subject, row| {
            outlines.add(subject, row.values())
        })?;
        Ok(outlines)
    }
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

/// One line of a pack.
struct Row<'a> {
    pack: &'a Pack<'a>,
    columns: &'a [Option<Column<'a>>],
    row: usize,
    signal: u128,
    day: i32,
}

impl Row<'_> {
    /// Its values, in the order of the rule set; what is not known is [`MISSING`].
    fn values(&self) -> impl Iterator<Item = i64> {
        let value = |column: &Option<Column<'_>>| column.map_or(MISSING, |one| one.get(self.row));
        self.columns.iter().map(value)
    }
}

impl Kind<'_> {
    /// Hands `f` the lines that were known at a moment, of those to whom `number` gives a number.
    fn each(
        &self,
        tx: &mut Tx,
        at: Instant,
        mut number: impl FnMut(u128, u32) -> Option<u32>,
        mut f: impl FnMut(u32, &Row<'_>),
    ) -> Result<(), ArrearsError> {
        let (district, first) = (*tx.district(), day_number(self.first));
        tx.each(&sql::PACKS, args![district, self.name, self.first], |row| {
            let pack = read(row.bytes(0)?)?;
            let columns: Vec<_> = self.fields.iter().map(|name| pack.field(name)).collect();
            let mut guess = 0;
            for (row, (subject, signal)) in pack.ids().enumerate() {
                let day = i32::try_from(pack.day.get(row)).unwrap_or(i32::MIN);
                if day < first || pack.at.get(row) > at.ms() {
                    continue;
                }
                let Some(subject) = number(subject, guess) else {
                    continue;
                };
                guess = subject.saturating_add(1);
                let (pack, columns) = (&pack, &columns);
                let row = Row {
                    pack,
                    columns,
                    row,
                    signal,
                    day,
                };
                f(subject, &row);
            }
            Ok::<_, ArrearsError>(())
        })
    }
}

fn kinds<'r>(tx: &mut Tx, rules: &'r RuleSet, on: Date) -> Result<Vec<Kind<'r>>, ArrearsError> {
    let (district, mut found) = (*tx.district(), Vec::new());
    for (number, signal) in (0_u16..).zip(rules.signals()) {
        let Some(first) = first_day_of(rules, number, on) else {
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
pub(in crate::arrears) fn volumes(
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
pub(in crate::arrears) struct Reading<'a> {
    /// As known at this moment.
    pub at: Instant,
    /// Only these; `None` is everybody.
    pub who: Option<&'a Numbered>,
    /// Kinds that are read in outline first, and in full only of those whom that leaves in doubt.
    pub last: &'a [u16],
}

/// Hands `f` what a rule set can see at a moment, in one piece or, where that would be too much for the memory, in
/// several; each subject is in one piece. `doubt` says by number of whom the last kinds are read, given the others and the
/// outlines of these: nothing is handed on of the others.
///
/// # Errors
/// The store or `f` failed, or a pack is damaged.
pub(in crate::arrears) fn histories(
    tx: &mut Tx,
    rules: &RuleSet,
    reading: &Reading<'_>,
    doubt: impl Fn(&History<'_>, &[Outlines]) -> Vec<bool>,
    mut f: impl FnMut(&History<'_>) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let kinds = kinds(tx, rules, reading.at.shanghai_date())?;
    let lines: usize = kinds.iter().map(|kind| kind.lines).sum();
    let parts = lines.div_ceil(AT_ONCE).max(1);
    let (mut last, first): (Vec<_>, Vec<_>) = kinds
        .into_iter()
        .partition(|kind| reading.last.contains(&kind.number));
    last.sort_by_key(|kind| reading.last.iter().position(|one| *one == kind.number));
    for part in 0..parts {
        let part = Part { part, of: parts };
        let mut history = History::with_room(rules, reading.who, (&first, parts));
        for kind in &first {
            history.read(tx, kind, reading.at, |who, subject, guess| {
                part.holds(subject).then(|| who.number(subject, guess))?
            })?;
        }
        if !last.is_empty() {
            let outlines = last
                .iter()
                .map(|kind| history.outline(tx, kind, reading.at, part))
                .collect::<Result<Vec<_>, _>>()?;
            let doubtful = doubt(&history, &outlines);
            let doubted = |number: &u32| doubtful.get(place(*number)).is_some_and(|doubt| *doubt);
            history.lines.retain(|line| doubted(&line.subject));
            if doubtful.contains(&true) {
                for kind in &last {
                    history.read(tx, kind, reading.at, |who, subject, guess| {
                        who.known().number(subject, guess).filter(doubted)
                    })?;
                }
            }
        }
        f(&history)?;
    }
    Ok(())
}

/// How many subjects something was known about at a moment.
///
/// # Errors
/// The store failed, or a pack is damaged.
pub(in crate::arrears) fn subjects(
    tx: &mut Tx,
    rules: &RuleSet,
    at: Instant,
) -> Result<usize, ArrearsError> {
    let (district, mut found) = (*tx.district(), Numbered::default());
    for kind in kinds(tx, rules, at.shanghai_date())? {
        tx.each(&sql::PACKS, args![district, kind.name, kind.first], |row| {
            let (pack, mut guess) = (read(row.bytes(0)?)?, 0);
            for (row, (subject, _)) in pack.ids().enumerate() {
                if pack.at.get(row) <= at.ms() {
                    guess = found.add(subject, guess).saturating_add(1);
                }
            }
            Ok::<_, ArrearsError>(())
        })?;
    }
    Ok(found.len())
}
