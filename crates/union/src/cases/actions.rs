//! One door for every verb, the grade, and the night's look at the clocks.

use std::collections::BTreeMap;

use kernel::Date;
use kernel::case_kind::{Call, Input, Outcome, Step, Verb};
use kernel::ids::CaseId;
use store::{Tx, args};

use super::keep::{self, Act};
use super::model::{ActInput, Case, NewCase, length_of};
use super::{
    CaseError, correct, desks, evidence, helpers, intake, load, merge, season, second, sql,
};
use crate::access::{Capability, CapabilitySet};

/// Where a case stands after an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// State now.
    pub state: String,
    /// Version now, for the next form.
    pub version: i64,
    /// A case that was opened by it (拆分).
    pub opened: Option<super::CaseRef>,
}

/// Uses a verb (办理): the table of the kind says from which state, who, and what it demands.
///
/// # Errors
/// [`CaseError::Refused`] with every reason at once; [`CaseError::NotFound`] for a case out of reach;
/// [`CaseError::Stale`] when somebody was faster.
pub fn act(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    verb: &Verb,
    input: &ActInput,
) -> Result<Acted, CaseError> {
    let holds = holds_receipt(tx, id, verb, input)?;
    let case = if holds {
        load::whole(tx, id)?
    } else {
        load::visible(tx, may, id)?
    };
    if input.version.is_some_and(|version| version != case.version) {
        return Err(CaseError::Stale);
    }
    if case.ended_at.is_some() {
        super::retention::must_be_there(tx, id)?;
    }
    evidence::check(&input.evidence)?;
    helpers::check(tx, &case, case.kind, verb.id(), input)?;
    let given = translate(tx, &case, input)?;
    let who = load::who(tx, &case, holds);
    let allows = |capability: &str| {
        Capability::from_id(capability).is_some_and(|capability| may.has(capability))
    };
    let almanac = season::almanac(tx)?;
    let step = Step {
        who: &who,
        may: &allows,
        now: tx.now(),
        verb,
        input: &given,
    };
    let outcome = case.kind.act(&almanac, &case.now, &step)?;
    super::written::as_letters_say(tx, &case, verb.id(), &input.fields)?;
    let splits = case
        .kind
        .row(verb.id(), &case.now.state)
        .is_some_and(|row| row.effect() == kernel::case_kind::Effect::Split);
    let merged = merge::target(tx, may, &case, input)?;
    let note = super::written::with_former(&case, &outcome, verb.id(), &input.note);
    let act = Act {
        verb: verb.id(),
        note: &note,
        closing: input.closing_code.as_deref(),
        audit: "case.acted",
        event: "case.acted",
    };
    let event = keep::outcome(tx, &case, &outcome, &act)?;
    evidence::keep(tx, &case, event, &input.evidence)?;
    correct::follow(tx, &case, &outcome)?;
    if let Some(other) = merged {
        merge::link(tx, &case, &other, input.same)?;
    }
    if let Some(row) = case.kind.row(verb.id(), &case.now.state) {
        // The draft knows what came with the step as well.
        let after = Case {
            now: outcome.case.clone(),
            ..case.clone()
        };
        super::letters::drafted_by(tx, &after, row, &input.note)?;
    }
    let opened = match &input.split {
        Some(new) if splits => Some(split_off(tx, &case, new)?),
        _ => None,
    };
    Ok(Acted {
        state: outcome.case.state,
        version: case.version + 1,
        opened,
    })
}

/// Whether the receipt that came along is that of the case, or of one that goes on in it: who sent the same matter a second
/// time may add words there and no more, who was merged into it may also say that it is not solved.
fn holds_receipt(
    tx: &mut Tx,
    id: CaseId,
    verb: &Verb,
    input: &ActInput,
) -> Result<bool, CaseError> {
    let Some(code) = &input.receipt else {
        return Ok(false);
    };
    let held = super::read::by_receipt(tx, code)?.ok_or(CaseError::NotFound)?;
    if held == id {
        return Ok(true);
    }
    let case = load::whole(tx, held)?;
    let goes_on = second::goes_on(tx, &case)?;
    if goes_on.is_some_and(|on| on.case.id == id && on.may(verb)) {
        Ok(true)
    } else {
        Err(CaseError::NotFound)
    }
}

/// The form in the words of the rules.
fn translate(tx: &mut Tx, case: &Case, input: &ActInput) -> Result<Input, CaseError> {
    let next = match input.next_owner {
        Some(wanted) => Some(desks::next(tx, case.kind, &case.now.owner, wanted)?),
        None => None,
    };
    let caller = tx
        .actor()
        .account
        .map(|account| account.to_string())
        .unwrap_or_default();
    Ok(Input {
        note: input.note.clone(),
        next,
        back_to: input.back_to.clone(),
        evidence: input.evidence.iter().map(|one| one.kind.clone()).collect(),
        fields: input.fields.clone(),
        closing: input.closing_code.clone(),
        clock: input.clock.clone(),
        by: length_of(input.extend_by),
        until: input.until,
        other: match (&input.other, &input.split) {
            (Some(other), _) => Some(other.to_string()),
            (None, Some(new)) => Some(new.title.clone()),
            (None, None) => None,
        },
        call: input.call.as_ref().map(|call| Call {
            caller,
            whom: call.whom.trim().to_owned(),
            solved: call.solved,
            satisfied: call.satisfied,
        }),
        room: input.room,
        terms: input.terms,
    })
}

/// A part goes on as a case of its own, at the same place unless another is named; the two know of each other. Who
/// reported the whole reported the part, unless that is sealed (举报).
fn split_off(tx: &mut Tx, case: &Case, new: &NewCase) -> Result<super::CaseRef, CaseError> {
    let mut new = new.clone();
    new.place = new.place.or(Some(case.filed_at()?));
    new.from = None;
    if new.kind.is_empty() {
        new.kind.clone_from(&case.kind.id);
    }
    if new.reporter.is_none() && !case.sealed_reporter {
        new.reporter = super::identity::reporter(tx, case)?;
    }
    let opened = intake::open(tx, &new)?;
    let link = if new.kind == case.kind.id {
        "split_from"
    } else {
        "led_to"
    };
    let (first, second) = if link == "led_to" {
        (case.id, opened.id)
    } else {
        (opened.id, case.id)
    };
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(&sql::INSERT_LINK, args![district, first, second, link, now])?;
    Ok(opened)
}

/// What the room that grades says of the matter now (等级变化、原因更新).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regrade {
    /// The grade.
    pub grade: String,
    /// Fields that say something else now: why it has this grade.
    pub fields: BTreeMap<String, String>,
    /// Words for the trail.
    pub note: String,
}

impl Regrade {
    /// Only the grade.
    pub fn to(grade: impl Into<String>) -> Self {
        Self {
            grade: grade.into(),
            ..Self::default()
        }
    }
}

/// Another grade (等级变化): the clocks follow the response matrix of the kind, and the case says why as of now; what it
/// said before stands in its trail. Only the room that grades calls it.
///
/// # Errors
/// Unknown grade, or the case has ended.
pub fn regrade(tx: &mut Tx, id: CaseId, to: &Regrade) -> Result<(), CaseError> {
    let case = load::whole(tx, id)?;
    let almanac = season::almanac(tx)?;
    let now = tx.now();
    let ticked = case.kind.tick(&almanac, &case.now, now);
    let mut graded = case.kind.regrade(&almanac, &ticked.case, now, &to.grade)?;
    graded.case.fields.extend(to.fields.clone());
    if graded.case == case.now {
        return Ok(());
    }
    let moved = graded.case.grade != case.now.grade;
    let outcome = Outcome {
        case: graded.case,
        happened: [ticked.happened, graded.happened].concat(),
    };
    let act = Act {
        verb: if moved { "@grade" } else { "@reason" },
        note: &to.note,
        closing: None,
        audit: "case.regraded",
        event: "case.regraded",
    };
    keep::outcome(tx, &case, &outcome, &act)?;
    Ok(())
}

/// Missed clocks raise nothing up to and including a day (合法延期支付); monitoring goes on. `None` lifts it. The
/// agreement it rests on belongs into the note.
///
/// # Errors
/// No such case; it has ended.
pub fn hold_escalation(
    tx: &mut Tx,
    id: CaseId,
    until: Option<Date>,
    note: &str,
) -> Result<(), CaseError> {
    let case = load::whole(tx, id)?;
    if case.ended_at.is_some() {
        return Err(CaseError::refused("case.ended", "已办结"));
    }
    let mut after = case.now.clone();
    after.held_until = until;
    let outcome = Outcome {
        case: after,
        happened: Vec::new(),
    };
    let act = Act {
        verb: "@hold",
        note,
        closing: None,
        audit: "case.held",
        event: "case.held",
    };
    keep::outcome(tx, &case, &outcome, &act)?;
    Ok(())
}

/// Looks at one case's clocks: those that ran out are missed, and the level above answers. Answers whether any was.
///
/// # Errors
/// The store failed.
pub fn tick(tx: &mut Tx, id: CaseId) -> Result<bool, CaseError> {
    let case = load::whole(tx, id)?;
    let almanac = season::almanac(tx)?;
    let outcome = case.kind.tick(&almanac, &case.now, tx.now());
    let missed = !outcome.happened.is_empty();
    if !missed {
        keep::redate(tx, &case)?;
        return Ok(false);
    }
    let act = Act {
        verb: "@tick",
        note: "",
        closing: None,
        audit: "case.missed",
        event: "case.breached",
    };
    keep::outcome(tx, &case, &outcome, &act)?;
    Ok(missed)
}

/// Dates a case's clocks again from the calendar as it is known now; nothing is missed and nothing is logged when no
/// date moves.
pub(super) fn redate(tx: &mut Tx, id: CaseId) -> Result<(), CaseError> {
    let case = load::whole(tx, id)?;
    keep::redate(tx, &case)
}
