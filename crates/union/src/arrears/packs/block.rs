//! One pack as bytes, column by column: ids as they are, numbers as their distance from the least one in the fewest
//! bytes that hold it. 100,000 signals of a month are some 3 MB, and reading them back is a walk over slices.

use std::collections::BTreeSet;

use kernel::warning::MISSING;
use uuid::Uuid;

use crate::arrears::Fields;

/// The form of the bytes.
const VERSION: u8 = 2;
/// Bits of a line's marks.
const ENDS: i64 = 1;
const OWN: i64 = 2;
/// Bytes of an id.
const ID: usize = 16;
/// Width of a column of which every number is written in full.
const FULL: u8 = 8;

/// One line of a pack: a signal counts from a moment on, or counts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Whom the signal is about.
    pub subject: Uuid,
    /// The signal.
    pub signal: Uuid,
    /// The day it speaks about, as a day number.
    pub day: i32,
    /// From when on, in milliseconds.
    pub at: i64,
    /// Whether it counts no more.
    pub ends: bool,
    /// Whether the union's own people saw it.
    pub own: bool,
    /// Its values.
    pub fields: Fields,
}

/// Writes lines as bytes.
pub(super) fn write(lines: &[Line]) -> Vec<u8> {
    let names: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| line.fields.iter().map(|(name, _)| name))
        .collect();
    let mut out = vec![VERSION];
    number(&mut out, names.len());
    for name in &names {
        number(&mut out, name.len());
        out.extend_from_slice(name.as_bytes());
    }
    number(&mut out, lines.len());
    lines
        .iter()
        .for_each(|line| out.extend_from_slice(line.subject.as_bytes()));
    lines
        .iter()
        .for_each(|line| out.extend_from_slice(line.signal.as_bytes()));
    column(&mut out, lines, |line| i64::from(line.day));
    column(&mut out, lines, |line| line.at);
    column(&mut out, lines, |line| {
        i64::from(line.ends) * ENDS + i64::from(line.own) * OWN
    });
    for name in names {
        column(&mut out, lines, |line| {
            line.fields.get(name).unwrap_or(MISSING)
        });
    }
    out
}

fn number(out: &mut Vec<u8>, number: usize) {
    // A transaction holds thousands of signals and a kind a handful of fields.
    out.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn column(out: &mut Vec<u8>, lines: &[Line], of: impl Fn(&Line) -> i64) {
    let known = || lines.iter().map(&of).filter(|value| *value != MISSING);
    let (least, most) = (
        known().min().unwrap_or(MISSING),
        known().max().unwrap_or(MISSING),
    );
    let gaps = known().count() < lines.len();
    // Zero stands for a missing number, so distances begin with one.
    let distance = |value: i64| i128::from(value) - i128::from(least) + 1;
    let width = match distance(most) {
        1 if !gaps || least == MISSING => 0,
        far if far <= i128::from(u8::MAX) => 1,
        far if far <= i128::from(u16::MAX) => 2,
        far if far <= i128::from(u32::MAX) => 4,
        _ => FULL,
    };
    out.push(width);
    out.extend_from_slice(&least.to_le_bytes());
    for line in lines {
        let value = of(line);
        let short = match value {
            _ if width == FULL => value,
            MISSING => 0,
            value => i64::try_from(distance(value)).unwrap_or(0),
        };
        let bytes = short.to_le_bytes();
        out.extend(bytes.iter().take(usize::from(width)));
    }
}

/// A pack as it is read.
#[derive(Debug)]
pub(super) struct Pack<'a> {
    names: Vec<&'a str>,
    subjects: &'a [[u8; ID]],
    signals: &'a [[u8; ID]],
    /// Day numbers.
    pub day: Column<'a>,
    /// Moments in milliseconds.
    pub at: Column<'a>,
    marks: Column<'a>,
    fields: Vec<Column<'a>>,
}

/// A column of numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'a> {
    least: i64,
    width: u8,
    bytes: &'a [u8],
}

impl Column<'_> {
    /// The number in a row; [`MISSING`] where there is none.
    pub(super) fn get(&self, row: usize) -> i64 {
        let short = match self.width {
            0 => return self.least,
            1 => self.bytes.get(row).copied().map(u64::from),
            2 => self
                .wide::<2>(row)
                .map(|b| u64::from(u16::from_le_bytes(b))),
            4 => self
                .wide::<4>(row)
                .map(|b| u64::from(u32::from_le_bytes(b))),
            _ => return self.wide::<8>(row).map_or(MISSING, i64::from_le_bytes),
        };
        match short.and_then(|short| i64::try_from(short).ok()) {
            None | Some(0) => MISSING,
            Some(short) => self.least.wrapping_add(short - 1),
        }
    }

    fn wide<const N: usize>(&self, row: usize) -> Option<[u8; N]> {
        self.bytes.as_chunks::<N>().0.get(row).copied()
    }
}

impl<'a> Pack<'a> {
    /// Reads bytes; `None` when they are no pack.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        if rest.take(1)? != [VERSION] {
            return None;
        }
        let names = (0..rest.number()?)
            .map(|_| {
                let length = rest.number()?;
                std::str::from_utf8(rest.take(length)?).ok()
            })
            .collect::<Option<Vec<&str>>>()?;
        let rows = rest.number()?;
        let subjects = rest.ids(rows)?;
        let signals = rest.ids(rows)?;
        let (day, at, marks) = (rest.column(rows)?, rest.column(rows)?, rest.column(rows)?);
        let fields = names
            .iter()
            .map(|_| rest.column(rows))
            .collect::<Option<_>>()?;
        Some(Self {
            names,
            subjects,
            signals,
            day,
            at,
            marks,
            fields,
        })
    }

    /// Subject and signal of each row.
    pub(super) fn ids(&self) -> impl Iterator<Item = (u128, u128)> {
        let number = |id: &[u8; ID]| u128::from_be_bytes(*id);
        let pairs = self.subjects.iter().zip(self.signals);
        pairs.map(move |(subject, signal)| (number(subject), number(signal)))
    }

    /// Whether the signal in a row counts no more, and whether the union's own people saw it.
    pub(super) fn marks(&self, row: usize) -> (bool, bool) {
        let marks = self.marks.get(row);
        (marks & ENDS != 0, marks & OWN != 0)
    }

    /// The column of a field, if any signal of the pack has it.
    pub(super) fn field(&self, name: &str) -> Option<Column<'a>> {
        let at = self.names.iter().position(|known| *known == name)?;
        self.fields.get(at).copied()
    }
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn number(&mut self) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    }

    fn ids(&mut self, rows: usize) -> Option<&'a [[u8; ID]]> {
        Some(self.take(rows.checked_mul(ID)?)?.as_chunks::<ID>().0)
    }

    fn column(&mut self, rows: usize) -> Option<Column<'a>> {
        let width = *self.take(1)?.first()?;
        let least = i64::from_le_bytes(self.take(8)?.try_into().ok()?);
        let bytes = self.take(rows.checked_mul(usize::from(width))?)?;
        Some(Column {
            least,
            width,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = i64> {
        prop_oneof![
            -3..300_i64,
            -100_000..100_000_i64,
            (MISSING + 1)..=i64::MAX,
            Just(i64::MAX)
        ]
    }

    fn line() -> impl Strategy<Value = Line> {
        let fields = prop::collection::btree_map("[a-c]", value(), 0..3);
        (
            any::<[u128; 2]>(),
            any::<i32>(),
            value(),
            any::<[bool; 2]>(),
            fields,
        )
            .prop_map(|([subject, signal], day, at, [ends, own], fields)| Line {
                subject: Uuid::from_u128(subject),
                signal: Uuid::from_u128(signal),
                day,
                at,
                ends,
                own,
                fields: Fields::new(fields),
            })
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(lines in prop::collection::vec(line(), 0..40)) {
            let bytes = write(&lines);
            let pack = Pack::read(&bytes).unwrap();
            let read: Vec<Line> = pack.ids().enumerate().map(|(row, (subject, signal))| Line {
                subject: Uuid::from_u128(subject),
                signal: Uuid::from_u128(signal),
                day: i32::try_from(pack.day.get(row)).unwrap(),
                at: pack.at.get(row),
                ends: pack.marks(row).0,
                own: pack.marks(row).1,
                fields: Fields::new(["a", "b", "c"].into_iter().filter_map(|name| {
                    let value = pack.field(name)?.get(row);
                    (value != MISSING).then_some((name, value))
                })),
            }).collect();
            prop_assert_eq!(read, lines);
        }

        #[test]
        fn damaged_bytes_are_refused_or_read_without_a_panic(
            lines in prop::collection::vec(line(), 1..5), cut in 0..200_usize, at in 0..200_usize, with in any::<u8>()
        ) {
            let mut bytes = write(&lines);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = with;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Some(pack) = Pack::read(&bytes) {
                for (row, _) in pack.ids().enumerate() {
                    pack.day.get(row);
                    pack.field("a").map(|column| column.get(row));
                }
            }
        }
    }

    #[test]
    fn a_month_of_head_counts_takes_few_bytes_a_signal() {
        let lines: Vec<Line> = (0..2_000)
            .map(|n| Line {
                subject: Uuid::from_u128(n),
                signal: Uuid::from_u128(n),
                day: 20_000,
                at: 1_800_000_000_000,
                ends: false,
                own: false,
                fields: Fields::new([("people", 5 + i64::try_from(n).unwrap() % 200)]),
            })
            .collect();
        assert!(
            write(&lines).len() < 34 * lines.len(),
            "{}",
            write(&lines).len()
        );
    }
}
