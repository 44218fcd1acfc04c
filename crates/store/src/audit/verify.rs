//! Checks a district's chain and names the first record that is wrong.

use kernel::{Date, DistrictCode};

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
}

/// Checks the chain of the transaction's district, its head, its anchors and the anchor file's. Constant
/// memory; about 3 µs a record.
///
/// # Errors
/// Only when the database cannot be read; a broken chain is a result, not an error.
pub fn verify(tx: &mut Tx, file: Option<&AnchorFile>) -> Result<Report, StoreError> {
    let district = *tx.district();
    check(&mut tx.conn, district, file)
}

/// As [`verify`], on a connection without a transaction of ours; the fault, if any.
pub(crate) fn check_connection(
    conn: &mut Conn<'_>,
    district: DistrictCode,
) -> Result<Option<Fault>, StoreError> {
    check(conn, district, None).map(|report| report.fault)
}

fn check(
    conn: &mut Conn<'_>,
    district: DistrictCode,
    file: Option<&AnchorFile>,
) -> Result<Report, StoreError> {
    let mut anchors = Vec::new();
    let here = args![district];
    conn.each::<StoreError>(&Ask::from(&super::anchor::LIST), here, |row| {
        anchors.push(Anchor::read(row)?);
        Ok(())
    })?;
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
    conn.each::<StoreError>(&Ask::from(&HEAD), here, |row| {
        head = Some((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    let (head_seq, head_hash) = head.unwrap_or((0, GENESIS));
    let mut walk = Walk {
        next: 1,
        hash: GENESIS,
        head_seq,
        anchors: &anchors,
    };
    let walked = conn.each(&Ask::from(&CHAIN), here, |row| {
        let (record, prev, hash) = Record::read(row)?;
        walk.step(&record, &prev, &hash).map_err(Stop::Found)
    });
    let mut fault = match walked {
        Ok(()) => walk.end(&head_hash).err(),
        Err(Stop::Found(fault)) => Some(fault),
        Err(Stop::Failed(fault)) => return Err(fault),
    };
    let records = walk.next - 1;
    let hash = walk.hash;
    if fault.is_none() && head.is_none() && records > 0 {
        fault = Some(Fault::NoHead);
    }
    if let (None, Some(line)) = (&fault, file.and_then(|file| file.bad_lines.first())) {
        fault = Some(Fault::AnchorLine { line: *line });
    }
    Ok(Report {
        district,
        records,
        hash,
        anchors: anchors.len(),
        fault,
    })
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
