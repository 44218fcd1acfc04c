//! 删除个人资料 erasing: what names a person goes, wherever this room kept it. The periods stay, for the statistics; so do
//! the answers of the desk and the log, which name nobody.

use kernel::Instant;
use kernel::ids::{ApplicationId, MemberId};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::prepare::{field, index};
use super::{Member, MemberError, MemberPolicy, sql};

/// What an erased record, or a cleared application, is called.
pub(super) const ERASED: &str = "（已删除）";
/// Applications cleared in one transaction.
const CHUNK: usize = 200;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Erases a member, every record that was merged into this one, and the papers of all of them: applications, what was
/// asked, what a merge or an import kept of before. A merge cannot be undone afterwards.
///
/// # Errors
/// [`MemberError::Stale`] when the membership is not over (any more).
pub(super) fn person(tx: &mut Tx, member: &Member) -> Result<(), MemberError> {
    tx.across("what names one person, wherever it is filed", |tx| {
        for record in records(tx, member.id)? {
            for application in applications(tx, record)? {
                super::applications::clear(tx, application)?;
            }
            papers(tx, record)?;
            blank(tx, record)?;
            crate::notebook::forget(tx, record).map_err(MemberError::room)?;
        }
        Ok::<_, MemberError>(())
    })?;
    tx.audit(Audit::of("member.erased", "member", member.id).at(&member.org_path))?;
    Ok(())
}

/// A record and those that live on in it, however many merges ago.
fn records(tx: &mut Tx, first: MemberId) -> Result<Vec<MemberId>, MemberError> {
    let district = *tx.district();
    let mut found = vec![first];
    let mut looked_at = 0;
    while let Some(record) = found.get(looked_at).copied() {
        looked_at += 1;
        for row in tx.all(&sql::duplicate::ABSORBED_BY, args![district, record])? {
            let absorbed: MemberId = row.get(0)?;
            if !found.contains(&absorbed) {
                found.push(absorbed);
            }
        }
    }
    Ok(found)
}

/// Decided applications that became the record, and others with its paper.
fn applications(tx: &mut Tx, record: MemberId) -> Result<Vec<ApplicationId>, MemberError> {
    let district = *tx.district();
    let mut found = Vec::new();
    for statement in [
        &sql::application::OF_MEMBER,
        &sql::application::WITH_PAPER_OF,
    ] {
        for row in tx.all(statement, args![district, record])? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// What was asked, and what was kept of before a merge or an import.
fn papers(tx: &mut Tx, record: MemberId) -> Result<(), MemberError> {
    let district = *tx.district();
    tx.exec(&sql::request::CLEAR_DETAIL, args![district, record])?;
    tx.exec(&sql::duplicate::FORGET_MERGES, args![district, record])?;
    tx.exec(&sql::undo::FORGET_MEMBER, args![district, record])?;
    Ok(())
}

fn blank(tx: &mut Tx, id: MemberId) -> Result<(), MemberError> {
    let (district, now, row) = (*tx.district(), tx.now(), id.to_string());
    let sealed = tx.vault().seal(field::ID, &row, "");
    let gone = tx.vault().blind_index(index::ID, &format!("erased:{row}"));
    let erased = tx.exec(
        &sql::request::ERASE,
        args![district, id, ERASED, sealed, gone, false, now],
    )?;
    if erased == 0 {
        return Err(MemberError::Stale);
    }
    Ok(())
}

/// Clears applications that came to nothing (未批准、已撤回) when they have been kept long enough.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplicationRetention;

impl JobHandler for ApplicationRetention {
    fn kind(&self) -> &'static str {
        "members.application_retention"
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((4, 10))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        loop {
            let cleared = db.write(&job.actor(), clear_old);
            if cleared.map_err(|fault| JobFault::again(fault.to_string()))? < CHUNK {
                return Ok(());
            }
            job.renew(db)?;
        }
    }
}

/// One chunk of applications that came to nothing and are past their days; how many. Runs as the program.
///
/// # Errors
/// The store failed, or no policy is in force.
pub fn clear_old(tx: &mut Tx) -> Result<usize, MemberError> {
    let days = MemberPolicy::at(*tx.district(), tx.today())?
        .retention
        .days_after_refusal;
    let before = Instant::from_ms(tx.now().ms() - i64::from(days) * DAY);
    let district = *tx.district();
    let rows = tx.all(
        &sql::application::CAME_TO_NOTHING,
        args![district, before, ERASED, CHUNK],
    )?;
    for row in &rows {
        super::applications::clear(tx, row.get(0)?)?;
    }
    if !rows.is_empty() {
        let detail = json!({ "applications": rows.len() });
        tx.audit(Audit::of("application.cleared", "application", "*").detail(detail))?;
    }
    Ok(rows.len())
}
