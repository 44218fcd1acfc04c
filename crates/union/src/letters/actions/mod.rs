//! One function a verb: load within scope → may it → conditional change → audit → tell.

mod draft;
mod end;
mod issue;
mod serve;

pub use draft::{draft, edit};
pub use end::{cancel, drop_draft, opened};
pub use issue::issue;
pub use serve::{answer, serve};

use kernel::ids::LetterId;
use serde_json::{Value, json};
use store::{Audit, Event, Tx};

use super::LetterError;
use super::flow::{Verb, next};
use super::model::LetterLine;
use super::read::{Held, held};
use crate::relocation::Relocation;

/// Loads a document for a verb, refusing what its state forbids and what somebody else changed meanwhile.
fn ready(tx: &mut Tx, id: LetterId, version: i64, verb: Verb) -> Result<Held, LetterError> {
    let held = held(tx, id)?;
    let line = &held.line;
    if next(line.state, verb).is_none() || !line.verbs().contains(&verb) {
        return Err(LetterError::wrong_state(line.state, verb));
    }
    if line.version != version {
        return Err(LetterError::Stale);
    }
    Ok(held)
}

/// A conditional change that met no row came too late.
fn changed(count: u64) -> Result<(), LetterError> {
    if count == 1 {
        Ok(())
    } else {
        Err(LetterError::Stale)
    }
}

/// Enters the act in the log and tells the other rooms, with the record the document belongs to.
fn told(
    tx: &mut Tx,
    action: &'static str,
    line: &LetterLine,
    why: &str,
    detail: Value,
) -> Result<(), LetterError> {
    let entry = Audit::of(action, "letter", line.id)
        .at(&line.org_path)
        .why(why);
    tx.audit(entry.detail(detail.clone()))?;
    let link = line
        .link
        .as_ref()
        .map(|link| json!({ "kind": link.kind, "id": link.id }));
    let payload = json!({ "template": line.template, "link": link, "detail": detail });
    tx.emit(Event::of(action, line.id, payload))?;
    Ok(())
}

/// A subtree moved: its documents go along.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), LetterError> {
    let values = relocation.values(tx);
    tx.exec(&super::sql::MOVE, &values)?;
    Ok(())
}
