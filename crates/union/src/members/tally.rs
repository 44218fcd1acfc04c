//! Members counted as of a day, by union and employer, for the monthly figures. Within the caller's scope.
//!
//! A period counts on a day when it began by then and ends later: who left on the day is no member that evening.

use kernel::Date;
use kernel::ids::{EmployerId, OrgId};
use store::{Tx, args};

use super::{Change, MemberError};

pub mod sql {
    //! Statements that count members as of a day.
    store::statements! {
        /// Members in work, by employer and union. `$3` is the code of a kept membership, which does not count;
        /// retired people (4, 5) and those who left work for good (6) do not either.
        pub IN_WORK = "SELECT m.employer_id, p.org_id, COUNT(*) FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
            WHERE p.district = $1 AND p.org_path >= $4 AND p.org_path < $5 AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on > $2)
              AND p.change_in <> $3 AND m.status <> 'merged' AND COALESCE(m.employment, '') NOT IN ('4', '5', '6')
            GROUP BY m.employer_id, p.org_id ORDER BY m.employer_id, p.org_id";
        /// Members and those with a verified identity, by union.
        pub ENROLLED = "SELECT p.org_id, COUNT(*), COUNT(CASE WHEN m.real_name THEN 1 END) FROM membership p
            JOIN member m ON m.district = p.district AND m.id = p.member_id
            WHERE p.district = $1 AND p.org_path >= $3 AND p.org_path < $4 AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on > $2)
              AND m.status <> 'merged' GROUP BY p.org_id ORDER BY p.org_id";
        /// People who joined (not: were transferred) from one day to another, by union.
        pub JOINED = "SELECT p.org_id, COUNT(*) FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
            WHERE p.district = $1 AND p.org_path >= $5 AND p.org_path < $6 AND p.from_on >= $2 AND p.from_on <= $3 AND p.change_in = $4
              AND m.status <> 'merged' GROUP BY p.org_id ORDER BY p.org_id";
        /// People whose membership ended (left, expelled, died) from one day to another, by union.
        pub GONE = "SELECT p.org_id, COUNT(*) FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
            WHERE p.district = $1 AND p.org_path >= $7 AND p.org_path < $8 AND p.to_on >= $2 AND p.to_on <= $3
              AND p.change_out IN ($4, $5, $6) AND m.status <> 'merged' GROUP BY p.org_id ORDER BY p.org_id";
    }
}

/// Members of a union, or of an employer within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InWork {
    /// Whom they work for, as recorded today; none where nobody wrote it down.
    pub employer: Option<EmployerId>,
    /// The union they belonged to.
    pub org: OrgId,
    /// How many.
    pub members: u64,
}

/// Members in work on the evening of `on`: the numerator of the joining rate. Kept memberships and retired
/// people do not count (中国工会章程 on 保留会籍).
///
/// # Errors
/// The store failed.
pub fn in_work_on(tx: &mut Tx, on: Date) -> Result<Vec<InWork>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(
        &sql::IN_WORK,
        args![district, on, Change::Keep.code(), from, to],
    )?;
    rows.iter()
        .map(|row| {
            Ok(InWork {
                employer: row.get(0)?,
                org: row.get(1)?,
                members: row.get(2)?,
            })
        })
        .collect()
}

/// Members, and those of them with a verified identity, on the evening of `on`, by union.
///
/// # Errors
/// The store failed.
pub fn enrolled_on(tx: &mut Tx, on: Date) -> Result<Vec<(OrgId, u64, u64)>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::ENROLLED, args![district, on, from, to])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

/// People who joined between two days, both included, by union.
///
/// # Errors
/// The store failed.
pub fn joined_between(
    tx: &mut Tx,
    first: Date,
    last: Date,
) -> Result<Vec<(OrgId, u64)>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(
        &sql::JOINED,
        args![district, first, last, Change::Join.code(), from, to],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// People whose membership ended between two days, both included, by union.
///
/// # Errors
/// The store failed.
pub fn gone_between(
    tx: &mut Tx,
    first: Date,
    last: Date,
) -> Result<Vec<(OrgId, u64)>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let ends = [
        Change::Leave.code(),
        Change::Expel.code(),
        Change::Death.code(),
    ];
    let rows = tx.all(
        &sql::GONE,
        args![district, first, last, ends[0], ends[1], ends[2], from, to],
    )?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}
