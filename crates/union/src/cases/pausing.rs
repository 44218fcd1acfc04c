//! 中止的申请: what a form for a pause begins with, and what waits for an answer, in the words of whoever has to decide.

use kernel::Date;
use store::Tx;

use super::model::Case;
use super::{CaseError, Names, kinds};

/// A pause as its form begins (中止).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseForm {
    /// The day that is offered.
    pub usual: Option<Date>,
    /// The day to which the case is paused now.
    pub until: Option<Date>,
    /// How long at most, and where that comes from.
    pub bounds: String,
}

/// What the form for a pause begins with; `None` in a kind that is never paused.
pub fn pause_form(tx: &Tx, case: &Case) -> Option<PauseForm> {
    let rule = case.kind.pause.as_ref()?;
    let almanac = kinds::almanac(*tx.district(), tx.today());
    Some(PauseForm {
        usual: case.kind.usual_pause(&almanac, &case.now, tx.now()),
        until: case.kind.paused_until(&case.now),
        bounds: rule.words(),
    })
}

/// A pause that waits for an answer (待批的中止).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseWaiting {
    /// The last day on which the case would stand still.
    pub until: Date,
    /// Who asked.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What was asked for.
///
/// # Errors
/// The store failed.
pub fn pause_waiting(tx: &mut Tx, case: &Case) -> Result<Option<PauseWaiting>, CaseError> {
    let Some(asked) = &case.now.pause else {
        return Ok(None);
    };
    let person = asked.person.as_ref().and_then(|person| person.parse().ok());
    Ok(Some(PauseWaiting {
        until: asked.until,
        who: Names::default().person(tx, person)?,
        why: asked.note.clone(),
    }))
}
