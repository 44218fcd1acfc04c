//! 交给工会 shares: a frozen statement for one purpose, taken back at will; every opening is on record.

use kernel::ids::{CaseId, MemberId, OrgId};
use kernel::{Instant, OrgPath};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::own::owner;
use super::rules::NotebookRules;
use super::statement::{Statement, draw_up};
use super::{Month, NotebookError, filed, sql};
use crate::access::Capability;
use crate::members::{self, Permit};
use crate::orgs::{self, OrgKind, OrgRef};
use crate::relocation::Relocation;

kernel::id_type!(ShareId, "交给工会的账单");
store::id_value!(ShareId);

/// The sealed column.
const STATEMENT: &str = "notebook_share.statement_sealed";
/// Longest list shown.
const LONGEST: usize = 200;

/// One share, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// Whose.
    pub member: MemberId,
    /// The union it was given to.
    pub org: OrgId,
    /// Where that union hangs.
    pub org_path: OrgPath,
    /// Id of the purpose.
    pub purpose: String,
    /// Version of the text that was agreed to.
    pub text_version: String,
    /// Digest of the statement.
    pub digest: String,
    /// When it was given.
    pub shared_at: Instant,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
    /// The demand it was filed as, or came to; none for those given before demands were filed.
    pub case: Option<CaseId>,
}

/// A share in a list, with names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The share.
    pub share: Share,
    /// The worker's name; empty once the worker's record lies elsewhere.
    pub worker: String,
    /// The union's name.
    pub union: String,
}

/// The unions a worker may give a statement to: those above the own one that are no enterprise's. What an
/// enterprise's chair could read, the employer might.
///
/// # Errors
/// [`NotebookError::NotFound`] for whoever is no worker; the store failed.
pub fn receivers(tx: &mut Tx) -> Result<Vec<OrgRef>, NotebookError> {
    let owner = owner(tx)?;
    let member = members::get(tx, owner).map_err(NotebookError::room)?;
    let above = orgs::path_names(tx, &member.org_path).map_err(NotebookError::room)?;
    let mut found: Vec<OrgRef> = above
        .into_iter()
        .filter(|org| {
            matches!(
                org.kind,
                OrgKind::Federation | OrgKind::Town | OrgKind::Zone
            )
        })
        .collect();
    found.reverse();
    Ok(found)
}

/// Gives the statement of some months to a union. What is given is frozen: later entries do not change it. The union has
/// it as a demand (民呼我为), with an owner and a clock; if the matter is open there already, in that case.
///
/// # Errors
/// [`NotebookError::Faulty`] for a union or purpose that is not offered; [`NotebookError::Refused`] when there is
/// nothing to give.
pub fn share(
    tx: &mut Tx,
    org: OrgId,
    purpose: &str,
    (from, to): (Option<Month>, Option<Month>),
) -> Result<ShareId, NotebookError> {
    let owner = owner(tx)?;
    let (district, now) = (*tx.district(), tx.now());
    let rules = NotebookRules::at(district, tx.today())?;
    let receiver = receivers(tx)?.into_iter().find(|one| one.id == org);
    let (Some(receiver), Some(purpose)) = (receiver.as_ref(), rules.purpose(purpose)) else {
        let mut faults = Vec::new();
        if receiver.is_none() {
            faults.push(("org", "选一下交给哪一级工会".to_owned()));
        }
        if rules.purpose(purpose).is_none() {
            faults.push(("purpose", "选一下交给工会做什么".to_owned()));
        }
        return Err(NotebookError::Faulty(faults));
    };
    let statement = draw_up(tx, from, to)?;
    if statement.ledger.months.is_empty() {
        let message = "这几个月还没有记录，先记上再交";
        return Err(NotebookError::refuse("notebook.nothing", message));
    }
    let case = filed::file(tx, owner, purpose, receiver, &statement)?;
    let (id, text, digest) = (
        tx.new_id::<ShareId>(),
        statement.text()?,
        statement.digest()?,
    );
    let sealed = tx.vault().seal(STATEMENT, &id.to_string(), &text);
    tx.exec(
        &sql::SHARE,
        args![
            district,
            id,
            owner,
            receiver.id,
            receiver.path,
            purpose.id,
            rules.version,
            sealed,
            digest,
            now,
            case
        ],
    )?;
    let detail =
        json!({ "share": id, "purpose": purpose.id, "text": rules.version, "digest": digest });
    tx.audit(
        Audit::of("notebook.shared", "member", owner)
            .at(&receiver.path)
            .detail(detail),
    )?;
    Ok(id)
}

/// Takes a share back: the union's copy is emptied, and the file of its case says so. Doing it twice changes nothing.
///
/// # Errors
/// [`NotebookError::NotFound`] for anybody else's.
pub fn withdraw(tx: &mut Tx, id: ShareId) -> Result<(), NotebookError> {
    let owner = owner(tx)?;
    let (district, now) = (*tx.district(), tx.now());
    let row = tx.opt(&sql::GET_SHARE, args![district, id])?;
    let share = read(&row.ok_or(NotebookError::NotFound)?)?;
    if share.member != owner {
        return Err(NotebookError::NotFound);
    }
    if tx.exec(&sql::WITHDRAW, args![district, owner, id, now])? == 0 {
        return Ok(());
    }
    tx.audit(
        Audit::of("notebook.withdrawn", "member", owner)
            .at(&share.org_path)
            .detail(json!({ "share": id })),
    )?;
    filed::note_back(tx, &share)
}

/// What the worker who acts has given, newest first.
///
/// # Errors
/// [`NotebookError::NotFound`] for whoever is no worker.
pub fn mine(tx: &mut Tx) -> Result<Vec<Shared>, NotebookError> {
    let (district, owner) = (*tx.district(), owner(tx)?);
    let rows = tx.all(&sql::SHARES_OF, args![district, owner])?;
    named(tx, &rows)
}

/// What was given to the unions of a post's part of the tree and not taken back, newest first.
///
/// # Errors
/// [`NotebookError::Forbidden`].
pub fn shared_in_scope(tx: &mut Tx, permit: &Permit) -> Result<Vec<Shared>, NotebookError> {
    may_read(permit)?;
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::SHARES_IN, args![district, from, to, LONGEST])?;
    named(tx, &rows)
}

/// Opens a share: the worker's own freely; a post's within its scope, on record, so that the worker reads who
/// looked and when.
///
/// # Errors
/// [`NotebookError::NotFound`] outside the scope or when it was taken back; [`NotebookError::Forbidden`].
pub fn open(
    tx: &mut Tx,
    permit: &Permit,
    id: ShareId,
) -> Result<(Shared, Statement), NotebookError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET_SHARE, args![district, id])?
        .ok_or(NotebookError::NotFound)?;
    let share = read(&row)?;
    let own = tx.actor().scope.member() == Some(share.member);
    if !own {
        // Another worker is told the same as about a share that does not exist.
        if tx.actor().scope.member().is_some() {
            return Err(NotebookError::NotFound);
        }
        may_read(permit)?;
        if !tx.actor().scope.covers(&share.org_path) {
            return Err(NotebookError::NotFound);
        }
    }
    let sealed = row.bytes(10)?.ok_or(NotebookError::NotFound)?;
    let text = tx.vault().open(STATEMENT, &id.to_string(), sealed)?;
    let statement = Statement::read(&text)?;
    if !own {
        let why = purpose_title(tx, &share.purpose)?;
        tx.audit(
            Audit::of("notebook.viewed", "member", share.member)
                .at(&share.org_path)
                .why(why)
                .detail(json!({ "share": id })),
        )?;
    }
    let shared = named(tx, std::slice::from_ref(&row))?
        .pop()
        .ok_or(NotebookError::NotFound)?;
    Ok((shared, statement))
}

fn purpose_title(tx: &Tx, purpose: &str) -> Result<String, NotebookError> {
    let rules = NotebookRules::at(*tx.district(), tx.today())?;
    Ok(rules
        .purpose(purpose)
        .map_or_else(|| purpose.to_owned(), |purpose| purpose.title.clone()))
}

/// Statements are personal data in clear, so whoever opens one must be allowed to see such data.
fn may_read(permit: &Permit) -> Result<(), NotebookError> {
    let needed = Capability::MembersReveal;
    if permit.allows(needed) {
        Ok(())
    } else {
        Err(NotebookError::Forbidden(needed.title()))
    }
}

fn named(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Shared>, NotebookError> {
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        let share = read(row)?;
        let union = orgs::named(tx, share.org).map_or_else(|_| String::new(), |org| org.name);
        let worker =
            members::get(tx, share.member).map_or_else(|_| String::new(), |member| member.name);
        list.push(Shared {
            share,
            worker,
            union,
        });
    }
    Ok(list)
}

pub(super) fn read(row: &Row) -> Result<Share, StoreError> {
    Ok(Share {
        id: row.get(0)?,
        member: row.get(1)?,
        org: row.get(2)?,
        org_path: row.get(3)?,
        purpose: row.get(4)?,
        text_version: row.get(5)?,
        digest: row.get(6)?,
        shared_at: row.get(7)?,
        withdrawn_at: row.get(8)?,
        case: row.get(9)?,
    })
}

/// Shares go along when the union they were given to moves.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), NotebookError> {
    let values = relocation.values(tx);
    tx.exec(&sql::MOVE_SHARES, &values)?;
    Ok(())
}
