//! Members counted as of a day, by union and employer, for the monthly figures. Within the caller's scope.
//!
//! A period counts on a day when it began by then and ends later: who left on the day is no member that evening.

use std::collections::BTreeMap;

use kernel::Date;
use kernel::ids::{EmployerId, OrgId};
use store::{Row, StoreError, Tx, args};

use super::{Change, MemberError};

pub mod sql {
    //! Statements that count members as of a day.
    store::statements! {
        /// Everything the monthly figures ask of the members, by employer and union, in one pass: `$2` and `$3` are
        /// the first and the last day. In work: `$4` is the code of a kept membership, which does not count; retired
        /// people (4, 5) and those who left work for good (6) do not either. Enrolled, and of those with a verified
        /// identity. Joined (`$5`, not: were transferred) and ended (`$6`–`$8`: left, expelled, died) between the
        /// days. Periods are read in the order of their ids, which is that of their rows and of their members; the
        /// order of the tree would jump about in both tables.
        pub STANDING = "SELECT m.employer_id, p.org_id,
              COUNT(CASE WHEN (p.to_on IS NULL OR p.to_on > $3) AND p.change_in <> $4
                AND COALESCE(m.employment, '') NOT IN ('4', '5', '6') THEN 1 END),
              COUNT(CASE WHEN p.to_on IS NULL OR p.to_on > $3 THEN 1 END),
              COUNT(CASE WHEN m.real_name AND (p.to_on IS NULL OR p.to_on > $3) THEN 1 END),
              COUNT(CASE WHEN p.from_on >= $2 AND p.change_in = $5 THEN 1 END),
              COUNT(CASE WHEN p.to_on >= $2 AND p.to_on <= $3 AND p.change_out IN ($6, $7, $8) THEN 1 END)
            FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
            WHERE p.district = $1 AND p.id >= $9 AND p.org_path || '' >= $10 AND p.org_path || '' < $11 AND p.from_on <= $3
              AND m.status <> 'merged' GROUP BY m.employer_id, p.org_id ORDER BY m.employer_id, p.org_id";
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

/// The members as they stood on an evening, and what had happened among them since the first day asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Members in work: the numerator of the joining rate. Kept memberships and retired people do not count
    /// (中国工会章程 on 保留会籍).
    pub in_work: Vec<InWork>,
    /// Members, and those of them with a verified identity, by union.
    pub enrolled: Vec<(OrgId, u64, u64)>,
    /// People who joined, by union.
    pub joined: Vec<(OrgId, u64)>,
    /// People whose membership ended, by union.
    pub gone: Vec<(OrgId, u64)>,
}

/// Counts the members on the evening of `on`, with who came and went from `first` up to then.
///
/// # Errors
/// The store failed.
pub fn standing_on(tx: &mut Tx, first: Date, on: Date) -> Result<Standing, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let values = args![
        district,
        first,
        on,
        Change::Keep.code(),
        Change::Join.code(),
        Change::Leave.code(),
        Change::Expel.code(),
        Change::Death.code(),
        uuid::Uuid::nil(),
        from,
        to
    ];
    let mut in_work = Vec::new();
    let mut unions: BTreeMap<OrgId, [u64; 4]> = BTreeMap::new();
    tx.each(&sql::STANDING, values, |row| {
        let (org, members): (OrgId, u64) = (row.get(1)?, row.get(2)?);
        if members > 0 {
            let employer = row.get(0)?;
            in_work.push(InWork {
                employer,
                org,
                members,
            });
        }
        let sums = unions.entry(org).or_default();
        for (sum, more) in sums.iter_mut().zip(of_union(row)?) {
            *sum += more;
        }
        Ok::<_, StoreError>(())
    })?;
    let mut standing = Standing {
        in_work,
        ..Standing::default()
    };
    for (org, [enrolled, verified, joined, gone]) in unions {
        if enrolled > 0 {
            standing.enrolled.push((org, enrolled, verified));
        }
        if joined > 0 {
            standing.joined.push((org, joined));
        }
        if gone > 0 {
            standing.gone.push((org, gone));
        }
    }
    Ok(standing)
}

/// Enrolled, verified, joined, gone.
fn of_union(row: &Row) -> Result<[u64; 4], StoreError> {
    Ok([row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?])
}
