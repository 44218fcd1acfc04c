//! Reading one's own notebook, and the only two ways into its rows.

use kernel::ids::MemberId;
use serde_json::{Value as Json, json};
use store::{Audit, Row, Tx, args};

use super::entry::{Body, Entry, EntryId};
use super::{NotebookError, sql};

/// The sealed column of an entry.
pub(super) const BODY: &str = "notebook_entry.body_sealed";
/// The sealed column of an earlier edit.
pub(super) const EARLIER: &str = "notebook_history.body_sealed";

/// Whose notebook this transaction works on: the member who acts, and nobody else. An officer's scope has no
/// member, so an officer has no notebook to read.
///
/// # Errors
/// [`NotebookError::NotFound`].
pub(super) fn owner(tx: &Tx) -> Result<MemberId, NotebookError> {
    tx.actor().scope.member().ok_or(NotebookError::NotFound)
}

/// What names an entry in its sealed field's additional data.
pub(super) fn row_name(owner: MemberId, id: EntryId) -> String {
    format!("{owner}/{id}")
}

/// Opens a stored entry; `None` when it was deleted.
pub(super) fn read(tx: &Tx, owner: MemberId, row: &Row) -> Result<Option<Entry>, NotebookError> {
    let id: EntryId = row.get(0)?;
    let Some(sealed) = row.bytes(3)? else {
        return Ok(None);
    };
    let text = tx.vault().open(BODY, &row_name(owner, id), sealed)?;
    Ok(Some(Entry {
        id,
        edited_at: row.get(1)?,
        received_at: row.get(2)?,
        body: parse(&text)?,
    }))
}

pub(super) fn parse(text: &str) -> Result<Body, NotebookError> {
    serde_json::from_str(text).map_err(|fault| NotebookError::Broken(fault.to_string()))
}

/// All entries of the worker who acts, by day, then in the order they were made.
///
/// # Errors
/// [`NotebookError::NotFound`] for whoever is no worker; the store failed.
pub fn entries(tx: &mut Tx) -> Result<Vec<Entry>, NotebookError> {
    let (district, owner) = (*tx.district(), owner(tx)?);
    let rows = tx.all(&sql::ENTRIES, args![district, owner])?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        entries.extend(read(tx, owner, row)?);
    }
    entries.sort_by_key(|entry| (entry.body.day(), entry.id));
    Ok(entries)
}

/// One entry.
///
/// # Errors
/// [`NotebookError::NotFound`] when it is not there, deleted, or not one's own.
pub fn entry(tx: &mut Tx, id: EntryId) -> Result<Entry, NotebookError> {
    let (district, owner) = (*tx.district(), owner(tx)?);
    let row = tx.opt(&sql::ENTRY, args![district, owner, id])?;
    let row = row.ok_or(NotebookError::NotFound)?;
    read(tx, owner, &row)?.ok_or(NotebookError::NotFound)
}

/// Earlier edits of an entry, newest first.
///
/// # Errors
/// [`NotebookError::NotFound`].
pub fn history(tx: &mut Tx, id: EntryId) -> Result<Vec<(kernel::Instant, Body)>, NotebookError> {
    let (district, owner) = (*tx.district(), owner(tx)?);
    let rows = tx.all(&sql::HISTORY, args![district, owner, id])?;
    rows.iter()
        .map(|row| Ok((row.get(1)?, earlier(tx, row)?)))
        .collect()
}

fn earlier(tx: &Tx, row: &Row) -> Result<Body, NotebookError> {
    let id: uuid::Uuid = row.get(0)?;
    let sealed = row.bytes(2)?.ok_or(NotebookError::NotFound)?;
    let name = id.hyphenated().to_string();
    parse(&tx.vault().open(EARLIER, &name, sealed)?)
}

/// The whole notebook in a form a machine can read (PIPL 45), earlier edits included.
///
/// # Errors
/// [`NotebookError::NotFound`]; the store failed.
pub fn export(tx: &mut Tx) -> Result<Json, NotebookError> {
    let (district, owner) = (*tx.district(), owner(tx)?);
    let entries: Vec<Json> = entries(tx)?
        .iter()
        .map(|entry| {
            json!({ "编号": entry.id, "修改时间": entry.edited_at.rfc3339(), "内容": entry.body })
        })
        .collect();
    let rows = tx.all(&sql::ALL_HISTORY, args![district, owner])?;
    let mut before = Vec::with_capacity(rows.len());
    for row in &rows {
        let (id, at): (EntryId, kernel::Instant) = (row.get(3)?, row.get(1)?);
        let body = earlier(tx, row)?;
        before.push(json!({ "编号": id, "修改时间": at.rfc3339(), "内容": body }));
    }
    tx.audit(Audit::of("notebook.exported", "notebook", "own"))?;
    let at = tx.now().rfc3339();
    Ok(json!({ "工薪本": entries, "以前的写法": before, "导出时间": at }))
}

/// Erases a member's notebook and what was given from it, when the member's record is erased.
///
/// # Errors
/// The store failed.
pub(crate) fn forget(tx: &mut Tx, member: MemberId) -> Result<(), NotebookError> {
    let (district, now) = (*tx.district(), tx.now());
    tx.across("an erased member's notebook goes with the record", |tx| {
        tx.exec(&sql::FORGET_HISTORY, args![district, member])?;
        tx.exec(&sql::FORGET_ENTRIES, args![district, member])?;
        tx.exec(&sql::FORGET_SHARES, args![district, member, now])?;
        Ok(())
    })
}
