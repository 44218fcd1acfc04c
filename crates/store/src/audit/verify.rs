//! Checks a district's chain and names the first record that is wrong.

use std::collections::{BTreeSet, VecDeque};

use kernel::{Date, DistrictCode, Instant};

use super::anchor::{Anchor, AnchorFile};
use super::chain::{GENESIS, Hash, Record};
use super::diagnose::{Break, LOOK, diagnose};
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
    /// The record's content does not match its seal.
    #[error("第{seq}条记录被改动")]
    Altered {
        /// Its number.
        seq: i64,
    },
    /// The record matches its seal, but the one behind it was sealed behind another: it was altered and sealed anew,
    /// alone or with some before it.
    #[error("第{seq}条记录被改动后重新加封，与它后面的一条接不上")]
    Resealed {
        /// Its number.
        seq: i64,
    },
    /// The records follow one another to the end, which is not the end that the chain has noted.
    #[error("最后一条（第{seq}条）与链尾不符：它被改动后重新加封，或者链尾被改动")]
    HeadDiffers {
        /// The number of the last record.
        seq: i64,
    },
    /// Records are gone from among the others.
    #[error("{}缺失", numbers(*first, *last))]
    Missing {
        /// The number of the first.
        first: i64,
        /// The number of the last.
        last: i64,
    },
    /// The end of the log is gone.
    #[error("日志的末尾被截去：{}缺失", numbers(*first, *last))]
    Cut {
        /// The number of the first.
        first: i64,
        /// The number of the last.
        last: i64,
    },
    /// Records that were never written by the program.
    #[error("{}是插入的，不是程序写下的", numbers(*first, *last))]
    Inserted {
        /// The number of the first.
        first: i64,
        /// The number of the last.
        last: i64,
    },
    /// The chain is whole but is not the one that was anchored: it was rewritten from somewhere up to here.
    #[error("第{}条到第{seq}条之间有记录被改写并整体重新加封：第{seq}条与{day}的锚点不符", sure + 1)]
    Rewritten {
        /// The anchored day.
        day: Date,
        /// The anchored record.
        seq: i64,
        /// The last record before it that agrees with an anchor; 0 when none does.
        sure: i64,
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
    /// How many records before it are whole, when it is a fault of records and that is known.
    pub fn whole_before(&self) -> Option<i64> {
        match self {
            Self::Altered { seq } | Self::Resealed { seq } | Self::HeadDiffers { seq } => {
                Some(seq - 1)
            }
            Self::Missing { first, .. }
            | Self::Cut { first, .. }
            | Self::Inserted { first, .. } => Some((first - 1).max(0)),
            Self::Rewritten { sure, .. } => Some(*sure),
            _ => None,
        }
    }

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

/// "第6条记录" or "第6条到第8条记录（共3条）".
fn numbers(first: i64, last: i64) -> String {
    if last > first {
        format!("第{first}条到第{last}条记录（共{}条）", last - first + 1)
    } else {
        format!("第{first}条记录")
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
    /// Records that were read and follow one another; with a fault of records, how many are whole before it.
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
    /// The record does not follow from those before it.
    Broken,
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
    /// Number and seal of the end of the chain, when that is known.
    head: Option<(i64, Hash)>,
    /// The last seals, oldest first.
    before: VecDeque<(i64, Hash)>,
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
    unread = headless.or(unread);
    let mut walk = Walk {
        next: 1,
        hash: GENESIS,
        head,
        before: VecDeque::from([(0, GENESIS)]),
        anchors: &anchors,
        at: None,
        closed: BTreeSet::new(),
    };
    let walked = conn.each(&Ask::from(&CHAIN), here, |row| {
        let seq: i64 = row.get(1)?;
        if seq < walk.next {
            let (first, last) = (seq, seq);
            return Err(Stop::Found(Fault::Inserted { first, last }));
        }
        let (record, prev, hash) = Record::read(row)?;
        walk.step(&record, &prev, &hash)
    });
    let mut fault = match walked {
        Ok(()) => walk.end().err(),
        Err(Stop::Found(fault)) => Some(fault),
        // A record that cannot be read is not as it was written.
        Err(Stop::Broken | Stop::Failed(StoreError::Column { .. })) => {
            let at = Break {
                next: walk.next,
                hash: walk.hash,
                before: walk.before.make_contiguous(),
                head,
            };
            Some(diagnose(conn, district, &at)?)
        }
        Err(Stop::Failed(fault)) => return Err(fault),
    };
    let read = walk.next - 1;
    let hash = walk.hash;
    let closed = std::mem::take(&mut walk.closed);
    fault = fault.or(unread);
    if fault.is_none() && head.is_none() && read > 0 {
        fault = Some(Fault::NoHead);
    }
    if let (None, Some(line)) = (&fault, file.and_then(|file| file.bad_lines.first())) {
        fault = Some(Fault::AnchorLine { line: *line });
    }
    let whole = fault.as_ref().and_then(Fault::whole_before);
    let report = Report {
        district,
        records: whole.unwrap_or(read),
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
    fn step(&mut self, record: &Record, prev: &Hash, hash: &Hash) -> Result<(), Stop> {
        let seq = record.seq;
        let beyond = self.head.is_some_and(|(end, _)| seq > end);
        let follows = seq == self.next && !beyond && *prev == self.hash;
        if !follows || record.seal(prev) != *hash {
            return Err(Stop::Broken);
        }
        if let Some(anchor) = self
            .anchors
            .iter()
            .find(|anchor| anchor.seq == seq && anchor.hash != *hash)
        {
            let agreed = self.anchors.iter().map(|one| one.seq);
            return Err(Stop::Found(Fault::Rewritten {
                day: anchor.day,
                seq,
                sure: agreed.filter(|one| *one < seq).max().unwrap_or(0),
            }));
        }
        self.next = seq + 1;
        self.hash = *hash;
        if self.before.len() >= LOOK {
            self.before.pop_front();
        }
        self.before.push_back((seq, *hash));
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
    fn end(&self) -> Result<(), Fault> {
        let last = self.next - 1;
        let anchored = self.anchors.last().map_or(0, |anchor| anchor.seq);
        let end = self.head.map_or(0, |(seq, _)| seq).max(anchored);
        if last < end {
            return Err(Fault::Cut {
                first: self.next,
                last: end,
            });
        }
        if self.head.is_some_and(|(_, hash)| hash != self.hash) {
            return Err(Fault::HeadDiffers { seq: last });
        }
        Ok(())
    }
}
