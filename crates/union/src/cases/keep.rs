//! Writing a case back: the file, its clocks, the act, the log and the outbox, in one transaction.

use kernel::case_kind::{Almanac, CaseClock, Happened, Outcome, Owner, Snapshot};
use kernel::ids::{AccountId, CaseClockId, CaseEventId, CaseId, CasePartyId, MemberId, OrgId};
use kernel::{EmployerId, Instant, OrgPath};
use serde_json::json;
use store::jobs::{Event, NewJob};
use store::{Audit, Tx, args};

use super::load::{FIELDS, handler, to_json};
use super::model::{Case, Progress, account_of, org_of};
use super::{CaseError, kinds, sql};

/// The sealed column of a note.
pub(super) const NOTE: &str = "case_event.note_sealed";

/// An act as it goes into the file.
pub(super) struct Act<'a> {
    pub(super) verb: &'a str,
    pub(super) note: &'a str,
    pub(super) closing: Option<&'a str>,
    /// Name in the log.
    pub(super) audit: &'static str,
    /// Event for other rooms.
    pub(super) event: &'static str,
}

/// Keeps what came of a step. Answers the row of the act.
pub(super) fn outcome(
    tx: &mut Tx,
    case: &Case,
    outcome: &Outcome,
    act: &Act<'_>,
) -> Result<CaseEventId, CaseError> {
    let scope = tx.actor().scope.clone();
    let moved = place_after(case, &outcome.case.owner);
    if scope.covers(&case.org_path) && scope.covers(&moved.1) {
        write(tx, case, outcome, act, &moved)
    } else {
        tx.across(
            "a lawyer, a worker or the desk that passes it on writes into the case's place",
            |tx| write(tx, case, outcome, act, &moved),
        )
    }
}

/// Where the case lies after the step: a desk that does not cover the place takes the case to its own, or it could
/// not see what it must handle. One that is kept from the desks below (不经下级) lies with whoever answers, always.
fn place_after(case: &Case, owner: &Owner) -> (kernel::ids::OrgId, OrgPath) {
    if case.is_confined() {
        return (case.place, owner.desk.clone());
    }
    if case.org_path.is_within(&owner.desk) {
        return (case.place, case.org_path.clone());
    }
    org_of(owner).map_or((case.place, case.org_path.clone()), |org| {
        (org, owner.desk.clone())
    })
}

fn write(
    tx: &mut Tx,
    case: &Case,
    outcome: &Outcome,
    act: &Act<'_>,
    moved: &(kernel::ids::OrgId, OrgPath),
) -> Result<CaseEventId, CaseError> {
    let (district, now) = (*tx.district(), tx.now());
    let after = &outcome.case;
    let ended = case.kind.is_ended(&after.state);
    let ended_at = ended.then(|| case.ended_at.unwrap_or(now));
    let closing = match act.closing {
        Some(code) => Some(code.to_owned()),
        None => case
            .closing
            .clone()
            .filter(|_| case.kind.rests(&after.state)),
    };
    let fields = tx
        .vault()
        .seal(FIELDS, &case.id.to_string(), &to_json(&after.fields)?);
    let watch = after.watch.as_ref();
    let almanac = kinds::almanac(district, now.shanghai_date());
    let next_due = case.kind.next_due(&almanac, after);
    let overdue = case.kind.overdue(after);
    let changed = tx.exec(
        &sql::UPDATE_FILE,
        args![
            district,
            case.id,
            case.version,
            after.grade,
            after.state,
            ended_at,
            closing,
            org_of(&after.owner)?,
            after.owner.desk,
            after.owner.level,
            handler(&after.owner),
            watch.map(org_of).transpose()?,
            watch.map(|one| one.desk.clone()),
            watch.map(|one| one.level),
            watch.and_then(handler),
            fields,
            progress(outcome)?,
            after.fresh,
            after.suspended,
            after.waiting,
            after.alarm,
            after.unanswered,
            after.reopened,
            overdue,
            after.held_until,
            next_due,
            now,
            moved.0,
            moved.1,
            decider(after).filter(|_| after.extension.is_some() || after.pause.is_some())
        ],
    )?;
    if changed == 0 {
        return Err(CaseError::Stale);
    }
    if after.owner != case.now.owner && case.sealed_reporter {
        let values = args![district, case.id, decider(after).filter(|_| !ended)];
        tx.exec(&sql::MOVE_REVEAL, values)?;
    }
    clocks(tx, case, &almanac, &after.clocks)?;
    asked_in(tx, case, &after.consulted)?;
    let event = event(
        tx,
        case.id,
        &case.now.state,
        &after.state,
        act,
        &outcome.happened,
    )?;
    tell(tx, case, outcome, act, &moved.1)?;
    Ok(event)
}

/// The desk on whose list stands what waits for a decision.
pub(super) fn decider(case: &Snapshot) -> Option<OrgId> {
    case.decider().org.parse().ok()
}

/// The lists that only this room reads.
pub(super) fn progress(outcome: &Outcome) -> Result<String, CaseError> {
    let after = &outcome.case;
    to_json(&Progress {
        trail: after.trail.clone(),
        calls: after.calls.clone(),
        consulted: after.consulted.clone(),
        handlers: after.handlers.clone(),
        extension: after.extension.clone(),
        pause: after.pause.clone(),
        passed: after.passed,
    })
}

/// Writes new and changed clocks; a clock that ended by the minute gets a job of its own, days are swept.
pub(super) fn clocks(
    tx: &mut Tx,
    case: &Case,
    almanac: &Almanac<'_>,
    after: &[CaseClock],
) -> Result<(), CaseError> {
    for (index, clock) in after.iter().enumerate() {
        match (case.clock_ids.get(index), case.now.clocks.get(index)) {
            (Some(_), Some(before)) if before == clock => {}
            (Some(id), _) => update_clock(tx, case, almanac, (*id, clock))?,
            (None, _) => insert_clock(tx, case, almanac, clock)?,
        }
    }
    Ok(())
}

/// Who was asked in by name now has the case on the own list (加签).
fn asked_in(tx: &mut Tx, case: &Case, after: &[String]) -> Result<(), CaseError> {
    let added = after.iter().filter(|one| !case.now.consulted.contains(one));
    for account in added.filter_map(|one| account_of(Some(one))) {
        ask_in(tx, case.id, account)?;
    }
    Ok(())
}

/// The case stands on the own list of who was asked in.
pub(super) fn ask_in(tx: &mut Tx, case: CaseId, account: AccountId) -> Result<(), CaseError> {
    let (district, now, id): (_, _, CasePartyId) = (*tx.district(), tx.now(), tx.new_id());
    let (no_member, no_employer): (Option<MemberId>, Option<EmployerId>) = (None, None);
    let none: Option<Vec<u8>> = None;
    tx.exec(
        &sql::INSERT_PARTY,
        args![
            district,
            id,
            case,
            "consulted",
            account,
            no_member,
            no_employer,
            "加签",
            none,
            none,
            none,
            none,
            false,
            now
        ],
    )?;
    Ok(())
}

/// When it runs out, whether that may move, when it ended.
fn times(almanac: &Almanac<'_>, clock: &CaseClock) -> (Option<Instant>, bool, Option<Instant>) {
    let due = clock.due(almanac);
    let ended = (!clock.state().is_live())
        .then(|| clock.events.last().map(|(at, _)| *at))
        .flatten();
    (
        due.map(|due| due.at),
        due.is_some_and(|due| due.provisional),
        ended,
    )
}

fn insert_clock(
    tx: &mut Tx,
    case: &Case,
    almanac: &Almanac<'_>,
    clock: &CaseClock,
) -> Result<(), CaseError> {
    let (district, id): (_, CaseClockId) = (*tx.district(), tx.new_id());
    let (due, provisional, ended) = times(almanac, clock);
    tx.exec(
        &sql::INSERT_CLOCK,
        args![
            district,
            id,
            case.id,
            clock.rule,
            clock.title,
            org_of(&clock.owner)?,
            clock.owner.desk,
            clock.owner.level,
            account_of(clock.owner.person.as_ref()),
            to_json(&clock.length)?,
            to_json(&clock.events)?,
            clock.state().code(),
            clock.was_breached() && case.kind.is_ours(clock),
            clock.started(),
            due,
            provisional,
            ended
        ],
    )?;
    wake(tx, due)
}

fn update_clock(
    tx: &mut Tx,
    case: &Case,
    almanac: &Almanac<'_>,
    (id, clock): (CaseClockId, &CaseClock),
) -> Result<(), CaseError> {
    let district = *tx.district();
    let (due, provisional, ended) = times(almanac, clock);
    tx.exec(
        &sql::UPDATE_CLOCK,
        args![
            district,
            id,
            org_of(&clock.owner)?,
            clock.owner.desk,
            clock.owner.level,
            account_of(clock.owner.person.as_ref()),
            to_json(&clock.events)?,
            clock.state().code(),
            clock.was_breached() && case.kind.is_ours(clock),
            due,
            provisional,
            ended
        ],
    )?;
    if clock.state().is_live() {
        wake(tx, due)?;
    }
    Ok(())
}

/// Asks for a look at the clocks when one runs out. Many clocks of one moment want one look.
fn wake(tx: &mut Tx, due: Option<Instant>) -> Result<(), CaseError> {
    if let Some(at) = due {
        let kind = super::jobs::KIND;
        tx.enqueue(
            NewJob::new(kind, json!({}))
                .at(at)
                .while_waiting(format!("{kind}@{}", at.ms())),
        )?;
    }
    Ok(())
}

/// Dates running clocks again when the calendar has moved them.
pub(super) fn redate(tx: &mut Tx, case: &Case) -> Result<(), CaseError> {
    let district = *tx.district();
    let almanac = kinds::almanac(district, tx.today());
    let mut moved = 0;
    for (id, clock) in case.clock_ids.iter().zip(&case.now.clocks) {
        let (due, provisional, _) = times(&almanac, clock);
        if clock.state().is_live() {
            moved += tx.exec(&sql::REDATE, args![district, id, due, provisional])?;
            wake(tx, due)?;
        }
    }
    let next_due = case.kind.next_due(&almanac, &case.now);
    moved += tx.exec(&sql::REDATE_FILE, args![district, case.id, next_due])?;
    if moved > 0 {
        tx.audit(
            Audit::of("case.redated", "case", case.id)
                .at(&case.org_path)
                .detail(json!({ "no": case.no, "next_due_at": next_due.map(Instant::ms) })),
        )?;
    }
    Ok(())
}

/// One row for one act.
pub(super) fn event(
    tx: &mut Tx,
    case: CaseId,
    from: &str,
    to: &str,
    act: &Act<'_>,
    happened: &[Happened],
) -> Result<CaseEventId, CaseError> {
    let on_behalf = tx.actor().on_behalf.is_some();
    event_for(tx, case, (from, to), act, happened, on_behalf)
}

/// As [`event`], saying whether staff did it for the person concerned (代办).
pub(super) fn event_for(
    tx: &mut Tx,
    case: CaseId,
    (from, to): (&str, &str),
    act: &Act<'_>,
    happened: &[Happened],
    on_behalf: bool,
) -> Result<CaseEventId, CaseError> {
    let (district, now, id): (_, _, CaseEventId) = (*tx.district(), tx.now(), tx.new_id());
    let actor = tx.actor();
    let (label, account): (String, Option<AccountId>) = (actor.label.clone(), actor.account);
    let note = tx.vault().seal(NOTE, &id.to_string(), act.note.trim());
    tx.exec(
        &sql::INSERT_EVENT,
        args![
            district,
            id,
            case,
            now,
            act.verb,
            from,
            to,
            label,
            account,
            on_behalf,
            note,
            to_json(&happened)?
        ],
    )?;
    Ok(id)
}

/// The log and the outbox.
fn tell(
    tx: &mut Tx,
    case: &Case,
    outcome: &Outcome,
    act: &Act<'_>,
    path: &OrgPath,
) -> Result<(), CaseError> {
    let after = &outcome.case;
    let detail = json!({
        "no": case.no, "kind": case.kind.id, "verb": act.verb,
        "from": case.now.state, "to": after.state, "grade": after.grade,
        "owner": after.owner.org, "level": after.owner.level,
        "closing": act.closing, "happened": outcome.happened,
    });
    tx.audit(
        Audit::of(act.audit, "case", case.id)
            .at(path)
            .detail(detail),
    )?;
    let link = case.link.as_ref();
    let payload = json!({
        "no": case.no, "kind": case.kind.id, "verb": act.verb, "state": after.state,
        "grade": after.grade, "closing": act.closing,
        "link_kind": link.map(|(kind, _)| kind), "link_id": link.map(|(_, id)| id.to_string()),
        "org_path": path.as_str(),
    });
    let ended = case.kind.is_ended(&after.state) && !case.kind.is_ended(&case.now.state);
    let event = if ended { "case.closed" } else { act.event };
    tx.emit(Event::of(event, case.id, payload.clone()))?;
    let missed = outcome
        .happened
        .iter()
        .any(|one| matches!(one, Happened::Breached { .. }));
    if missed && act.event != "case.breached" {
        tx.emit(Event::of("case.breached", case.id, payload))?;
    }
    Ok(())
}
