//! Checks a district's chain and names the first record that is wrong.

use std::collections::BTreeSet;

use kernel::{Date, DistrictCode, Instant};

use super::anchor::{Anchor, AnchorFile};
use super::chain::{GENESIS, Hash, Record};
use super::write::HEAD;
use crate::args;
use crate::error::StoreError;
use crate::statement::Ask;
use crate::tx::{Conn, Tx};

crate::statements! {
    /// The whole chain in order.
    pub(crate) CHAIN = concat!("SELECT ", crate::__audit_columns!(), " FROM audit_log WHERE district = $1 ORDER BY seq");
    /// Records and anchors of districts that this database does not hold.
    #[rollup("looks for what belongs to no district of this database")]
    pub(crate) FOREIGN = "SELECT district, COUNT(*) FROM (SELECT district FROM audit_log UNION ALL \
        SELECT district FROM audit_anchor) AS kept WHERE district NOT IN (SELECT code FROM district) \
        GROUP BY district ORDER BY district";
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The record's content does not match its seal, or its seal does not match what follows.
    #[error("第{seq}条记录被改动")]
    Altered {
        /// Its number.
        seq: i64,
    },
    /// A record is gone.
    #[error("第{seq}条记录缺失")]
    Missing {
        /// Its number.
        seq: i64,
    },
    /// A record that was never written by the program.
    #[error("第{seq}条记录是插入的")]
    Inserted {
        /// Its number.
        seq: i64,
    },
    /// The chain is whole but is not the one that was anchored: it was rewritten from somewhere up to here.
    #[error("{day}的锚点与第{seq}条记录不符：锚点之前的记录被整体重写")]
    Rewritten {
        /// The anchored day.
        day: Date,
        /// The anchored record.
        seq: i64,
    },
    /// A line of the anchor file is not signed by this installation, or was altered.
    #[error("锚点文件第{line}行无效")]
    AnchorLine {
        /// Its number.
        line: usize,
    },
    /// The head row is gone.
    #[error("链尾记录缺失")]
    NoHead,
    /// The head row cannot be read.
    #[error("链尾记录被改动")]
    HeadAltered,
    /// A row of the anchor table cannot be read.
    #[error("锚点表里有一行被改动，读不出来")]
    AnchorAltered,
    /// The log went on on a later day, which anchors the day before, and that anchor is not in the table.
    #[error("锚点表里缺少{day}的锚点{}", and_more(*days))]
    NotAnchored {
        /// The first such day.
        day: Date,
        /// How many there are.
        days: usize,
    },
    /// The anchor file is gone though days were anchored.
    #[error("锚点文件不见了，其中应有{days}个锚点；请取回另存的那一份")]
    NoAnchorFile {
        /// How many it should hold.
        days: usize,
    },
    /// The table has an anchor that the file lacks.
    #[error("锚点文件里缺少{day}的锚点{}", and_more(*days))]
    NotInFile {
        /// The first such day.
        day: Date,
        /// How many there are.
        days: usize,
    },
    /// The file has an anchor that the table lacks.
    #[error("锚点文件里有{day}的锚点{}，锚点表里没有", and_more(*days))]
    NotInTable {
        /// The first such day.
        day: Date,
        /// How many there are.
        days: usize,
    },
}

impl Fault {
    /// Whether it is about anchors alone: the records themselves hold together.
    pub fn is_about_anchors(&self) -> bool {
        matches!(
            self,
            Self::AnchorLine { .. }
                | Self::AnchorAltered
                | Self::NotAnchored { .. }
                | Self::NoAnchorFile { .. }
                | Self::NotInFile { .. }
                | Self::NotInTable { .. }
        )
    }
}

/// "等3天" behind the first of several days.
fn and_more(days: usize) -> String {
    if days > 1 {
        format!("（共{days}天）")
    } else {
        String::new()
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The tenant.
    pub district: DistrictCode,
    /// Records that were read.
    pub records: i64,
    /// The hash of the last good record.
    pub hash: Hash,
    /// Anchors compared, from the database and the file together.
    pub anchors: usize,
    /// The first fault, if any.
    pub fault: Option<Fault>,
}

/// Stops the stream at the first fault.
enum Stop {
    Found(Fault),
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(fault: StoreError) -> Self {
        Self::Failed(fault)
    }
}

/// Where the walk stands.
struct Walk<'a> {
    next: i64,
    hash: Hash,
    head_seq: i64,
    anchors: &'a [Anchor],
    /// The moment of the record before.
    at: Option<i64>,
    /// Days that were followed by a later one.
    closed: BTreeSet<Date>,
}

/// Checks the chain of the transaction's district, its head, its anchors and the anchor file's. Constant
/// memory; about 3 µs a record.
///
/// # Errors
/// Only when the database cannot be read; a broken chain is a result, not an error.
pub fn verify(tx: &mut Tx, file: Option<&AnchorFile>) -> Result<Report, StoreError> {
    let district = *tx.district();
    let Checked {
        mut report,
        table,
        closed,
    } = check(&mut tx.conn, district, file)?;
    if report.fault.is_none() {
        report.fault = lost(&table, &closed, file, district);
    }
    Ok(report)
}

/// What a walk along the chain leaves.
struct Checked {
    report: Report,
    /// The anchors of the table.
    table: Vec<Anchor>,
    /// Days that were followed by a later one.
    closed: BTreeSet<Date>,
}

/// The first anchor that one of log, table and file has and another lacks. Every day that is followed by a later one
/// is anchored in the transaction that goes on, so a young district and one that was switched off for days lack none.
fn lost(
    table: &[Anchor],
    closed: &BTreeSet<Date>,
    file: Option<&AnchorFile>,
    district: DistrictCode,
) -> Option<Fault> {
    let first = |days: BTreeSet<Date>| days.first().map(|day| (*day, days.len()));
    let anchored: BTreeSet<Date> = table.iter().map(|anchor| anchor.day).collect();
    let bare = closed.difference(&anchored).copied().collect();
    let bare = first(bare).map(|(day, days)| Fault::NotAnchored { day, days });
    let Some(file) = file else { return bare };
    if file.absent && !table.is_empty() {
        return bare.or(Some(Fault::NoAnchorFile { days: table.len() }));
    }
    let own = || file.anchors.iter().filter(|one| one.district == district);
    let only_file = own().filter(|one| !table.contains(one));
    let only_file = first(only_file.map(|one| one.day).collect())
        .map(|(day, days)| Fault::NotInTable { day, days });
    let only_table = table.iter().filter(|row| !own().any(|one| one == *row));
    let only_table = first(only_table.map(|row| row.day).collect())
        .map(|(day, days)| Fault::NotInFile { day, days });
    only_file.or(bare).or(only_table)
}

/// As [`verify`], on a connection without a transaction of ours; the fault, if any.
pub(crate) fn check_connection(
    conn: &mut Conn<'_>,
    district: DistrictCode,
) -> Result<Option<Fault>, StoreError> {
    check(conn, district, None).map(|checked| checked.report.fault)
}

fn check(
    conn: &mut Conn<'_>,
    district: DistrictCode,
    file: Option<&AnchorFile>,
) -> Result<Checked, StoreError> {
    let mut table = Vec::new();
    let here = args![district];
    let read = conn.each::<StoreError>(&Ask::from(&super::anchor::LIST), here, |row| {
        table.push(Anchor::read(row)?);
        Ok(())
    });
    let mut unread = unreadable(read, Fault::AnchorAltered)?;
    let mut anchors = table.clone();
    if let Some(file) = file {
        anchors.extend(
            file.anchors
                .iter()
                .filter(|anchor| anchor.district == district)
                .cloned(),
        );
    }
    anchors.sort_by_key(|anchor| anchor.seq);
    let mut head: Option<(i64, Hash)> = None;
    let read = conn.each::<StoreError>(&Ask::from(&HEAD), here, |row| {
        head = Some((row.get(0)?, row.get(1)?));
        Ok(())
    });
    // Where the chain should end is not known then; the records themselves can still be walked.
    let headless = unreadable(read, Fault::HeadAltered)?;
    let unknown = headless.is_some();
    unread = headless.or(unread);
    let (head_seq, head_hash) = head.unwrap_or((0, GENESIS));
    let mut walk = Walk {
        next: 1,
        hash: GENESIS,
        head_seq: if unknown { i64::MAX } else { head_seq },
        anchors: &anchors,
        at: None,
        closed: BTreeSet::new(),
    };
    let walked = conn.each(&Ask::from(&CHAIN), here, |row| {
        let seq: i64 = row.get(1)?;
        if seq > walk.next {
            return Err(Stop::Found(Fault::Missing { seq: walk.next }));
        }
        let (record, prev, hash) = Record::read(row)?;
        walk.step(&record, &prev, &hash).map_err(Stop::Found)
    });
    let mut fault = match walked {
        Ok(()) if unknown => None,
        Ok(()) => walk.end(&head_hash).err(),
        Err(Stop::Found(fault)) => Some(fault),
        // A record that cannot be read is not as it was written.
        Err(Stop::Failed(StoreError::Column { .. })) => Some(Fault::Altered { seq: walk.next }),
        Err(Stop::Failed(fault)) => return Err(fault),
    };
    let records = walk.next - 1;
    let hash = walk.hash;
    let closed = std::mem::take(&mut walk.closed);
    fault = fault.or(unread);
    if fault.is_none() && head.is_none() && records > 0 {
        fault = Some(Fault::NoHead);
    }
    if let (None, Some(line)) = (&fault, file.and_then(|file| file.bad_lines.first())) {
        fault = Some(Fault::AnchorLine { line: *line });
    }
    let report = Report {
        district,
        records,
        hash,
        anchors: anchors.len(),
        fault,
    };
    Ok(Checked {
        report,
        table,
        closed,
    })
}

/// A row that cannot be read stands for `fault`; other failures stay failures.
fn unreadable(read: Result<(), StoreError>, fault: Fault) -> Result<Option<Fault>, StoreError> {
    match read {
        Ok(()) => Ok(None),
        Err(StoreError::Column { .. }) => Ok(Some(fault)),
        Err(other) => Err(other),
    }
}

impl Walk<'_> {
    /// One record.
    fn step(&mut self, record: &Record, prev: &Hash, hash: &Hash) -> Result<(), Fault> {
        let seq = record.seq;
        if seq < self.next {
            return Err(Fault::Inserted { seq });
        }
        if seq > self.next {
            return Err(Fault::Missing { seq: self.next });
        }
        if seq > self.head_seq {
            return Err(Fault::Inserted { seq });
        }
        if record.seal(prev) != *hash {
            return Err(unsealed(record, prev, hash));
        }
        if *prev != self.hash {
            // This record is whole and points back to something else: the one before was sealed anew.
            return Err(Fault::Altered {
                seq: (seq - 1).max(1),
            });
        }
        if let Some(anchor) = self
            .anchors
            .iter()
            .find(|anchor| anchor.seq == seq && anchor.hash != *hash)
        {
            return Err(Fault::Rewritten {
                day: anchor.day,
                seq,
            });
        }
        self.next = seq + 1;
        self.hash = *hash;
        if let Some(before) = self.at.replace(record.at)
            && record.at > before
        {
            let day = Instant::from_ms(before).shanghai_date();
            if Instant::from_ms(record.at).shanghai_date() > day {
                self.closed.insert(day);
            }
        }
        Ok(())
    }

    /// Behind the last record.
    fn end(&self, head_hash: &Hash) -> Result<(), Fault> {
        let last = self.next - 1;
        let anchored = self.anchors.last().map_or(0, |anchor| anchor.seq);
        if last < self.head_seq.max(anchored) {
            return Err(Fault::Missing { seq: self.next });
        }
        if self.hash != *head_hash {
            return Err(Fault::Altered { seq: last });
        }
        Ok(())
    }
}

/// A record that does not match its seal: altered, or renumbered because another was removed or slipped in.
fn unsealed(record: &Record, prev: &Hash, hash: &Hash) -> Fault {
    let seq = record.seq;
    let numbered = |seq| {
        Record {
            seq,
            ..record.clone()
        }
        .seal(prev)
            == *hash
    };
    if numbered(seq + 1) {
        Fault::Missing { seq }
    } else if seq > 1 && numbered(seq - 1) {
        Fault::Inserted { seq: seq - 1 }
    } else {
        Fault::Altered { seq }
    }
}
