//! The same matter by another door, sent by somebody of whom only a phone number is known.
//!
//! A number can be typed by anybody, also by the employer it is about. So the desk gets one case, and the sender a
//! receipt that shows the own words and the state from then on, as if it were the first: nobody learns from it that
//! there was a case before, or what is in it.

use kernel::Instant;
use kernel::case_kind::{Input, Step, Verb, Who};
use kernel::ids::CaseId;
use store::{Tx, args};

use super::keep::{self, Act};
use super::model::{Case, CaseRef};
use super::{CaseError, load, read, season, sql};

/// What the file calls it.
const FOLD: &str = "@fold";

/// Puts a case that has just come in into the one that is known.
pub(super) fn fold(tx: &mut Tx, id: CaseId, known: &CaseRef) -> Result<(), CaseError> {
    let case = load::whole(tx, id)?;
    if case.kind.row("merge", &case.now.state).is_none() {
        // A kind that knows no merging: the note on the other case has to do.
        return Ok(());
    }
    let almanac = season::almanac(tx)?;
    let program = Who {
        program: true,
        ..Who::default()
    };
    let note = format!("同一人同一件事，并入 {}", known.no);
    let input = Input {
        note: note.clone(),
        other: Some(known.no.clone()),
        ..Input::default()
    };
    let step = Step {
        who: &program,
        may: &|_| true,
        now: tx.now(),
        verb: &Verb::MERGE,
        input: &input,
    };
    let outcome = case.kind.act(&almanac, &case.now, &step)?;
    let act = Act {
        verb: FOLD,
        note: &note,
        closing: None,
        audit: "case.folded",
        event: "case.folded",
    };
    keep::outcome(tx, &case, &outcome, &act)?;
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::INSERT_LINK,
        args![district, id, known.id, "merged_into", now],
    )?;
    Ok(())
}

/// Cases that one leads on to, one after the other.
const CHAIN: usize = 8;

/// The case in which the matter of another goes on.
pub(super) struct GoesOn {
    /// That case.
    pub(super) case: Case,
    /// It came a second time from somebody of whom only a phone number is known; otherwise a desk merged the two.
    pub(super) folded: bool,
    /// Since when.
    pub(super) since: Instant,
}

impl GoesOn {
    /// What the holder of the other case's receipt may do with it. An own demand that a desk merged stays one's own: that it
    /// is not solved is for its sender to say.
    pub(super) fn may(&self, verb: &Verb) -> bool {
        match verb.id() {
            "note" | "urge" => true,
            "reopen" => !self.folded,
            _ => false,
        }
    }
}

/// The case in which the matter of a merged one goes on; `None` for any other.
pub(super) fn goes_on(tx: &mut Tx, case: &Case) -> Result<Option<GoesOn>, CaseError> {
    let Some(mut on) = next(tx, case)? else {
        return Ok(None);
    };
    let events = read::events(tx, case)?;
    let folded = events.iter().any(|line| line.verb == FOLD);
    for _ in 0..CHAIN {
        let Some(further) = next(tx, &on)? else {
            break;
        };
        on = further;
    }
    Ok(Some(GoesOn {
        case: on,
        folded,
        since: case.ended_at.unwrap_or(case.opened_at),
    }))
}

fn next(tx: &mut Tx, case: &Case) -> Result<Option<Case>, CaseError> {
    let district = *tx.district();
    match tx.opt(&sql::MERGED_INTO, args![district, case.id])? {
        Some(row) => load::whole(tx, row.get(0)?).map(Some),
        None => Ok(None),
    }
}
