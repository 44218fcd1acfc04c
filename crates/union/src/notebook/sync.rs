//! 同步 sync: entries arrive from phones, late, twice and out of order.
//!
//! The newest edit by the worker's own clock wins. An earlier edit that arrives later is kept beside it; the same
//! edit again changes nothing. A deletion leaves only the fact, so a copy that was still on its way does not bring
//! the entry back; an edit made after the deletion does. Duplicates are resolved here, where all copies meet.

use kernel::Instant;
use kernel::ids::MemberId;
use serde_json::json;
use store::{Audit, Tx, args};

use super::entry::{Body, Entry, EntryId, Fields, read_body};
use super::own::{BODY, EARLIER, owner, read, row_name};
use super::rules::NotebookRules;
use super::{NotebookError, sql};

/// What the worker did to an entry.
#[derive(Debug, Clone)]
pub enum Change {
    /// Wrote it, or wrote it anew.
    Put(Fields),
    /// Deleted it.
    Remove,
}

/// One change as a phone sends it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The entry's key, made by the phone.
    pub id: EntryId,
    /// When, by the phone's clock.
    pub edited_at: Instant,
    /// What.
    pub change: Change,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds now.
    Kept,
    /// It was here already.
    Unchanged,
    /// A newer edit holds; this one stands beside it as an earlier one.
    Older,
    /// The entry is deleted.
    Removed,
    /// It cannot be taken: field and reason. The phone keeps it for the worker to put right.
    Faulty(Vec<(&'static str, String)>),
}

impl Outcome {
    /// Sent form.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Unchanged => "unchanged",
            Self::Older => "older",
            Self::Removed => "removed",
            Self::Faulty(_) => "faulty",
        }
    }

    fn changed(&self) -> bool {
        !matches!(self, Self::Unchanged | Self::Faulty(_))
    }
}

/// Writes a new entry, from a form with a key of its own. The same form again is the same entry; the same key with
/// other words is a page that was gone back to, so it is another entry and nothing is written over.
///
/// # Errors
/// As [`put`].
pub fn add(tx: &mut Tx, key: EntryId, fields: Fields) -> Result<Outcome, NotebookError> {
    let (owner, rules) = (owner(tx)?, NotebookRules::at(*tx.district(), tx.today())?);
    let district = *tx.district();
    let id = match tx.opt(&sql::ENTRY, args![district, owner, key])? {
        None => key,
        Some(row) => match (
            read(tx, owner, &row)?,
            read_body(&fields, rules, tx.today()),
        ) {
            (Some(entry), Ok(body)) if entry.body == body => return Ok(Outcome::Unchanged),
            _ => tx.new_id(),
        },
    };
    put(tx, id, fields)
}

/// Writes one entry, from a form.
///
/// # Errors
/// [`NotebookError::Faulty`] with every field; [`NotebookError::Refused`] when the notebook is full.
pub fn put(tx: &mut Tx, id: EntryId, fields: Fields) -> Result<Outcome, NotebookError> {
    one(tx, id, Change::Put(fields))
}

/// Deletes one entry; nothing of it can be read any more.
///
/// # Errors
/// [`NotebookError::NotFound`] for whoever is no worker.
pub fn remove(tx: &mut Tx, id: EntryId) -> Result<Outcome, NotebookError> {
    one(tx, id, Change::Remove)
}

fn one(tx: &mut Tx, id: EntryId, change: Change) -> Result<Outcome, NotebookError> {
    let edited_at = tx.now();
    let sent = Sent {
        id,
        edited_at,
        change,
    };
    let outcome = sync(tx, vec![sent])?.pop().map(|(_, outcome)| outcome);
    match outcome {
        Some(Outcome::Faulty(faults)) => Err(NotebookError::Faulty(faults)),
        Some(outcome) => Ok(outcome),
        None => Err(NotebookError::NotFound),
    }
}

/// Takes a batch of changes; what became of each, in order. A faulty one does not hold up the others.
///
/// # Errors
/// [`NotebookError::Refused`] when the batch is too large or the notebook full: then nothing was taken.
pub fn sync(tx: &mut Tx, batch: Vec<Sent>) -> Result<Vec<(EntryId, Outcome)>, NotebookError> {
    let owner = owner(tx)?;
    let rules = NotebookRules::at(*tx.district(), tx.today())?;
    if batch.len() > rules.limits.batch {
        let message = format!("一次最多送 {} 条，请分几次送", rules.limits.batch);
        return Err(NotebookError::refuse("notebook.batch", message));
    }
    let mut outcomes = Vec::with_capacity(batch.len());
    for sent in batch {
        let outcome = merge(tx, owner, rules, &sent)?;
        outcomes.push((sent.id, outcome));
    }
    not_full(tx, owner, rules)?;
    let changed = outcomes.iter().filter(|(_, one)| one.changed()).count();
    if changed > 0 {
        // That somebody wrote is on record; what, about which day, even how it was changed, is not.
        let audit = Audit::of("notebook.kept", "notebook", "own");
        tx.audit(audit.detail(json!({ "entries": changed })))?;
    }
    Ok(outcomes)
}

fn not_full(tx: &mut Tx, owner: MemberId, rules: &NotebookRules) -> Result<(), NotebookError> {
    let district = *tx.district();
    let count: usize = tx.one(&sql::COUNT, args![district, owner])?.get(0)?;
    if count > rules.limits.entries {
        let message = format!(
            "工薪本最多记 {} 条，请先下载一份，再删掉用不着的",
            rules.limits.entries
        );
        return Err(NotebookError::refuse("notebook.full", message));
    }
    Ok(())
}

/// What is stored under a key.
enum Stored {
    Nothing,
    Deleted(Instant),
    There(Box<Entry>),
}

fn merge(
    tx: &mut Tx,
    owner: MemberId,
    rules: &NotebookRules,
    sent: &Sent,
) -> Result<Outcome, NotebookError> {
    // A phone whose clock runs ahead must not win over edits still to come.
    let edited_at = sent.edited_at.min(tx.now());
    let new = match &sent.change {
        Change::Remove => None,
        Change::Put(fields) => match read_body(fields, rules, tx.today()) {
            Ok(body) => Some(body),
            Err(faults) => return Ok(Outcome::Faulty(faults)),
        },
    };
    let district = *tx.district();
    let row = tx.opt(&sql::ENTRY, args![district, owner, sent.id])?;
    let stored = match &row {
        None => Stored::Nothing,
        Some(row) => match read(tx, owner, row)? {
            Some(entry) => Stored::There(Box::new(entry)),
            None => Stored::Deleted(row.get(1)?),
        },
    };
    match (stored, new) {
        (Stored::Nothing, new) => insert(tx, owner, sent.id, edited_at, new),
        (Stored::Deleted(at), Some(new)) if edited_at > at => {
            replace(tx, owner, sent.id, edited_at, Some(&new))?;
            Ok(Outcome::Kept)
        }
        (Stored::Deleted(_), _) => Ok(match sent.change {
            Change::Remove => Outcome::Unchanged,
            Change::Put(_) => Outcome::Removed,
        }),
        (Stored::There(old), None) if edited_at >= old.edited_at => {
            replace(tx, owner, sent.id, edited_at, None)?;
            tx.exec(&sql::DROP_HISTORY, args![district, owner, sent.id])?;
            Ok(Outcome::Removed)
        }
        // It was edited again after this deletion.
        (Stored::There(_), None) => Ok(Outcome::Unchanged),
        (Stored::There(old), Some(new)) => edit(tx, owner, &old, edited_at, &new),
    }
}

fn edit(
    tx: &mut Tx,
    owner: MemberId,
    old: &Entry,
    edited_at: Instant,
    new: &Body,
) -> Result<Outcome, NotebookError> {
    if old.body == *new {
        if edited_at > old.edited_at {
            replace(tx, owner, old.id, edited_at, Some(new))?;
            return Ok(Outcome::Kept);
        }
        return Ok(Outcome::Unchanged);
    }
    // Two different edits of one millisecond: any rule will do as long as every order of arrival agrees.
    let wins = (edited_at, write(new)?) > (old.edited_at, write(&old.body)?);
    if wins {
        keep_earlier(tx, owner, old.id, old.edited_at, &old.body)?;
        replace(tx, owner, old.id, edited_at, Some(new))?;
        return Ok(Outcome::Kept);
    }
    let fresh = keep_earlier(tx, owner, old.id, edited_at, new)?;
    Ok(if fresh {
        Outcome::Older
    } else {
        Outcome::Unchanged
    })
}

fn write(body: &Body) -> Result<String, NotebookError> {
    serde_json::to_string(body).map_err(|fault| NotebookError::Broken(fault.to_string()))
}

fn seal(tx: &Tx, owner: MemberId, id: EntryId, body: &Body) -> Result<Vec<u8>, NotebookError> {
    Ok(tx.vault().seal(BODY, &row_name(owner, id), &write(body)?))
}

fn insert(
    tx: &mut Tx,
    owner: MemberId,
    id: EntryId,
    edited_at: Instant,
    body: Option<Body>,
) -> Result<Outcome, NotebookError> {
    let sealed = body.as_ref().map(|body| seal(tx, owner, id, body));
    let sealed = sealed.transpose()?;
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::INSERT,
        args![district, owner, id, edited_at, now, sealed],
    )?;
    Ok(match body {
        Some(_) => Outcome::Kept,
        None => Outcome::Removed,
    })
}

fn replace(
    tx: &mut Tx,
    owner: MemberId,
    id: EntryId,
    edited_at: Instant,
    body: Option<&Body>,
) -> Result<(), NotebookError> {
    let sealed = body.map(|body| seal(tx, owner, id, body)).transpose()?;
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::UPDATE,
        args![district, owner, id, edited_at, now, sealed],
    )?;
    Ok(())
}

/// Keeps an edit beside the one that holds; whether it was not there yet.
fn keep_earlier(
    tx: &mut Tx,
    owner: MemberId,
    entry: EntryId,
    edited_at: Instant,
    body: &Body,
) -> Result<bool, NotebookError> {
    let (text, id) = (write(body)?, tx.new_id::<uuid::Uuid>());
    let index = tx.vault().blind_index("notebook.body", &text);
    let name = id.hyphenated().to_string();
    let sealed = tx.vault().seal(EARLIER, &name, &text);
    let district = *tx.district();
    let kept = tx.exec(
        &sql::KEEP,
        args![district, owner, entry, edited_at, index, id, sealed],
    )?;
    Ok(kept > 0)
}
