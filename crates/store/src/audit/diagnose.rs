//! What happened where the chain breaks: which records were altered, taken out or slipped in, read from the records
//! behind the break and from the seals of those before it.

use kernel::DistrictCode;

use super::chain::{Hash, Record};
use super::verify::Fault;
use crate::args;
use crate::error::StoreError;
use crate::statement::Ask;
use crate::tx::Conn;

/// Records looked at behind the break, and seals kept of those before it: how many slipped in one after another are
/// told apart from altered ones.
pub(super) const LOOK: usize = 64;

/// How many taken out at once are counted when the rest was numbered anew.
const RENUMBERED: i64 = 10_000;

crate::statements! {
    /// The records from the break on.
    pub(crate) CHAIN_FROM = concat!("SELECT ", crate::__audit_columns!(), " FROM audit_log WHERE district = $1 \
        AND seq >= $2 ORDER BY seq LIMIT $3");
    /// The number of the last record.
    pub(crate) LAST = "SELECT COALESCE(MAX(seq), 0) FROM audit_log WHERE district = $1";
}

/// Where the walk came to the break.
pub(super) struct Break<'a> {
    /// The number that should come next.
    pub next: i64,
    /// The seal of the last record that follows from all before it.
    pub hash: Hash,
    /// The seals before it, oldest first, with their numbers; the last one is [`Break::hash`].
    pub before: &'a [(i64, Hash)],
    /// Number and seal of the end of the chain, when that is known.
    pub head: Option<(i64, Hash)>,
}

/// A row behind the break; one that cannot be read has a number only.
struct Row {
    seq: i64,
    read: Option<(Record, Hash, Hash)>,
}

impl Row {
    /// Whether it was sealed as record `seq`.
    fn was_sealed_as(&self, seq: i64) -> bool {
        let Some((record, prev, hash)) = &self.read else {
            return false;
        };
        let numbered = Record {
            seq,
            ..record.clone()
        };
        numbered.seal(prev) == *hash
    }

    /// Whether it is the record that the program wrote behind `prev` with the number `seq`, whatever its number is now.
    fn follows(&self, prev: &Hash, seq: i64) -> bool {
        self.read.as_ref().is_some_and(|(_, own, _)| own == prev) && self.was_sealed_as(seq)
    }
}

/// Names what is wrong at the break.
pub(super) fn diagnose(
    conn: &mut Conn<'_>,
    district: DistrictCode,
    at: &Break<'_>,
) -> Result<Fault, StoreError> {
    let mut rows = Vec::new();
    let limit = i64::try_from(LOOK).unwrap_or(i64::MAX).saturating_add(1);
    let read = conn.each::<StoreError>(
        &Ask::from(&CHAIN_FROM),
        args![district, at.next, limit],
        |row| {
            let seq = row.get(1)?;
            let read = Record::read(row).ok();
            rows.push(Row { seq, read });
            Ok(())
        },
    );
    // The database itself may refuse to hand out what was altered; what came before it still tells something.
    match read {
        Ok(()) | Err(StoreError::Column { .. }) => {}
        Err(fault) => return Err(fault),
    }
    let mut last = 0;
    conn.each::<StoreError>(&Ask::from(&LAST), args![district], |row| {
        last = row.get(0)?;
        Ok(())
    })?;
    Ok(named(at, &rows, last))
}

fn named(at: &Break<'_>, rows: &[Row], last: i64) -> Fault {
    let next = at.next;
    if let Some((seq, hash)) = at.head
        && next > seq
    {
        if at.hash != hash {
            return Fault::HeadDiffers { seq };
        }
        return Fault::Inserted { first: next, last };
    }
    let Some(here) = rows.first() else {
        return Fault::Altered { seq: next };
    };
    if here.seq > next {
        let last = here.seq - 1;
        return Fault::Missing { first: next, last };
    }
    if let Some(genuine) = rows.iter().skip(1).find(|row| row.follows(&at.hash, next)) {
        let last = genuine.seq - 1;
        return Fault::Inserted { first: next, last };
    }
    let slipped_in = rows.iter().find_map(|row| {
        let mut earlier = at.before.iter().filter(|(seq, _)| *seq < next - 1);
        let (seq, _) = earlier.find(|(seq, hash)| row.follows(hash, seq + 1))?;
        Some((seq + 1, row.seq - 1))
    });
    if let Some((first, last)) = slipped_in {
        return Fault::Inserted { first, last };
    }
    if here.was_sealed_as(next) {
        // It is whole and points back to something else: the one before was sealed anew.
        return match next {
            1 => Fault::Altered { seq: next },
            _ => Fault::Resealed { seq: next - 1 },
        };
    }
    let gone = (1..=RENUMBERED).find(|gone| here.was_sealed_as(next + gone));
    gone.map_or(Fault::Altered { seq: next }, |gone| Fault::Missing {
        first: next,
        last: next + gone - 1,
    })
}
