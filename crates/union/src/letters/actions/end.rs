//! Cancelling, giving up, and looking.

use kernel::ids::LetterId;
use serde_json::json;
use store::{Audit, Tx, args};

use super::{changed, ready, told};
use crate::letters::LetterError;
use crate::letters::flow::{LetterState, Verb, next};
use crate::letters::model::Letter;
use crate::letters::sql;
use crate::orgs;

/// Declares an issued document void (作废). Its number is never given out again; the register shows it with the reason.
/// The caller holds `documents.issue`.
///
/// # Errors
/// Not issued; no reason; an organ outside the scope.
pub fn cancel(tx: &mut Tx, id: LetterId, version: i64, why: &str) -> Result<(), LetterError> {
    end(tx, id, version, why, Verb::Cancel)
}

/// Gives a draft up (弃用). It had no number, so none is missing.
///
/// # Errors
/// Not a draft; no reason.
pub fn drop_draft(tx: &mut Tx, id: LetterId, version: i64, why: &str) -> Result<(), LetterError> {
    end(tx, id, version, why, Verb::Drop)
}

fn end(tx: &mut Tx, id: LetterId, version: i64, why: &str, verb: Verb) -> Result<(), LetterError> {
    let held = ready(tx, id, version, verb)?;
    let line = &held.line;
    let why = why.trim();
    if why.is_empty() || why.chars().count() > 500 {
        return Err(LetterError::invalid(
            "why",
            "letter.why",
            "请写明原因，最多 500 个字",
        ));
    }
    let organ = orgs::named(tx, line.organ)?;
    if verb == Verb::Cancel && !tx.actor().scope.covers(&organ.path) {
        let message = format!("{}的文书由它自己作废", organ.name);
        return Err(LetterError::refused("letter.not_your_organ", message));
    }
    let to = next(line.state, verb).unwrap_or(LetterState::Cancelled);
    let (district, now) = (*tx.district(), tx.now());
    let values = args![district, id, version, to.id(), why, now, line.state.id()];
    changed(tx.exec(&sql::END, values)?)?;
    let action = match verb {
        Verb::Cancel => "letter.cancelled",
        _ => "letter.dropped",
    };
    told(tx, action, line, why, json!({ "number": line.number }))
}

/// One document with its full text, and an entry in the log that it was looked at: it may hold identity numbers and what
/// was said in mediation. For printing, downloading and reading by machines.
///
/// # Errors
/// As [`crate::letters::get`].
pub fn opened(tx: &mut Tx, id: LetterId, how: &'static str) -> Result<Letter, LetterError> {
    let letter = crate::letters::get(tx, id)?;
    let detail = json!({ "number": letter.line.number, "kind": how });
    tx.audit(
        Audit::of("letter.opened", "letter", id)
            .at(&letter.line.org_path)
            .detail(detail),
    )?;
    Ok(letter)
}
