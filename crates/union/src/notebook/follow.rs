//! When two records of one person become one, the notebook goes along. An entry is sealed to its owner, so each is sealed
//! anew; nobody reads it on the way.

use kernel::ids::MemberId;
use serde::{Deserialize, Serialize};
use store::{Tx, args};

use super::entry::EntryId;
use super::own::{BODY, row_name};
use super::share::ShareId;
use super::{NotebookError, sql};

/// What went along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    entries: Vec<EntryId>,
    shares: Vec<ShareId>,
    /// The record that was kept had no notebook of its own.
    alone: bool,
}

/// The notebook of `from` is `to`'s. An entry that both have under one key stays: it is the same one, sent twice. The caller
/// sees the whole district.
///
/// # Errors
/// The store failed; a sealed entry cannot be opened.
pub(crate) fn follow(tx: &mut Tx, from: MemberId, to: MemberId) -> Result<Followed, NotebookError> {
    let district = *tx.district();
    let alone = tx.one(&sql::COUNT, args![district, to])?.get::<i64>(0)? == 0;
    let (entries, shares) = (entries_of(tx, from)?, shares_of(tx, from)?);
    let mut followed = Followed {
        alone,
        ..Followed::default()
    };
    for id in entries {
        if give_entry(tx, id, from, to)? {
            followed.entries.push(id);
        }
    }
    for id in shares {
        tx.exec(&sql::SET_SHARE_MEMBER, args![district, id, to, from])?;
        followed.shares.push(id);
    }
    Ok(followed)
}

/// What went along is `from`'s again, and what was written since then by whoever signs in there, if nobody else can have
/// written it.
///
/// # Errors
/// As [`follow`].
pub(crate) fn back(
    tx: &mut Tx,
    followed: &Followed,
    (from, to): (MemberId, MemberId),
    signed_in: bool,
) -> Result<(), NotebookError> {
    let district = *tx.district();
    let (entries, shares) = if followed.alone && signed_in {
        (entries_of(tx, to)?, shares_of(tx, to)?)
    } else {
        (followed.entries.clone(), followed.shares.clone())
    };
    for id in entries {
        give_entry(tx, id, to, from)?;
    }
    for id in shares {
        tx.exec(&sql::SET_SHARE_MEMBER, args![district, id, from, to])?;
    }
    Ok(())
}

fn entries_of(tx: &mut Tx, owner: MemberId) -> Result<Vec<EntryId>, NotebookError> {
    let district = *tx.district();
    let rows = tx.all(&sql::FOLLOW_ENTRIES, args![district, owner])?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}

fn shares_of(tx: &mut Tx, member: MemberId) -> Result<Vec<ShareId>, NotebookError> {
    let district = *tx.district();
    let rows = tx.all(&sql::FOLLOW_SHARES, args![district, member])?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}

/// Whether the entry was there to give and the key free.
fn give_entry(
    tx: &mut Tx,
    id: EntryId,
    from: MemberId,
    to: MemberId,
) -> Result<bool, NotebookError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::ENTRY, args![district, from, id])? else {
        return Ok(false);
    };
    if tx.opt(&sql::ENTRY, args![district, to, id])?.is_some() {
        return Ok(false);
    }
    let (edited_at, received_at): (kernel::Instant, kernel::Instant) = (row.get(1)?, row.get(2)?);
    let sealed = match row.bytes(3)? {
        Some(sealed) => {
            let text = tx.vault().open(BODY, &row_name(from, id), sealed)?;
            Some(tx.vault().seal(BODY, &row_name(to, id), &text))
        }
        None => None,
    };
    tx.exec(
        &sql::INSERT,
        args![district, to, id, edited_at, received_at, sealed],
    )?;
    tx.exec(&sql::GIVE_HISTORY, args![district, from, id, to])?;
    tx.exec(&sql::DROP_ENTRY, args![district, from, id])?;
    Ok(true)
}
