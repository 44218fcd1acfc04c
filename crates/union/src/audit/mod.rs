//! 审计 audit: searching the sealed log. Writing it is the store's business; nobody can change it.

mod acts;
#[cfg(test)]
mod tests;
mod words;

pub use acts::{ACTS, Acts, title};
pub use words::{SUBJECTS, particulars, subject};

use kernel::ids::AccountId;
use kernel::{Date, Instant};
use store::{Query, Row, StoreError, Tx, args};

pub mod sql {
    //! Statements of the audit room.
    store::statements! {
        /// Number of the last record: it moves with every change.
        pub HEAD = "SELECT seq FROM audit_head WHERE district = $1";
        /// Records of a district, newest first; filters are appended.
        pub RECORDS = "SELECT seq, at, actor, action, subject_kind, subject_id, why, detail, on_behalf FROM audit_log WHERE district = $1";
    }
}

/// What to look for; empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Beginning of the action's code, such as `member.` or `member.revealed`.
    pub action: String,
    /// Kind of the record that was touched.
    pub subject_kind: String,
    /// Id of the record that was touched.
    pub subject_id: String,
    /// Who did it.
    pub account: Option<AccountId>,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Only what was done on a worker's behalf.
    pub on_behalf: bool,
    /// Records before this number (keyset paging).
    pub before: Option<i64>,
}

/// One sealed record.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// Number in the district's chain.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who, with the post.
    pub actor: String,
    /// Code of the act.
    pub action: String,
    /// Kind of the record.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// The reason given.
    pub why: String,
    /// Before and after, masked.
    pub detail: String,
    /// Done on behalf of a worker.
    pub on_behalf: bool,
}

/// Number of the district's last record. What was worked out from the data holds while it stands still.
///
/// # Errors
/// The store failed.
pub fn head(tx: &mut Tx) -> Result<i64, StoreError> {
    let district = *tx.district();
    tx.opt(&sql::HEAD, args![district])?
        .map_or(Ok(0), |row| row.get(0))
}

/// Records that match, newest first, at most `limit`.
///
/// # Errors
/// The store failed.
pub fn search(tx: &mut Tx, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditLine>, StoreError> {
    let district = *tx.district();
    let mut query = Query::from(&sql::RECORDS, args![district]);
    if !filter.action.is_empty() {
        query = query
            .and(" AND action >= ", filter.action.clone())
            .and(" AND action < ", format!("{}\u{10FFFF}", filter.action));
    }
    if !filter.subject_kind.is_empty() {
        query = query.and(" AND subject_kind = ", filter.subject_kind.clone());
    }
    if !filter.subject_id.is_empty() {
        query = query.and(" AND subject_id = ", filter.subject_id.clone());
    }
    if let Some(account) = filter.account {
        query = query.and(" AND account_id = ", account);
    }
    if filter.on_behalf {
        query = query.push(" AND on_behalf IS NOT NULL");
    }
    if let Some(from) = filter.from {
        query = query.and(" AND at >= ", Instant::from_shanghai(from, 0, 0));
    }
    if let Some(next) = filter.to.and_then(|to| to.tomorrow().ok()) {
        query = query.and(" AND at < ", Instant::from_shanghai(next, 0, 0));
    }
    if let Some(before) = filter.before {
        query = query.and(" AND seq < ", before);
    }
    let query = query.and(" ORDER BY seq DESC LIMIT ", limit);
    let rows = tx.across("the auditor sees no members but every record", |tx| {
        tx.all(&query, &[])
    })?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<AuditLine, StoreError> {
    Ok(AuditLine {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject_kind: row.get(4)?,
        subject_id: row.get(5)?,
        why: row.get(6)?,
        detail: row.get(7)?,
        on_behalf: row.get::<Option<uuid::Uuid>>(8)?.is_some(),
    })
}
