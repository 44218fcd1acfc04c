//! Reading cases: one, its buttons, clocks and acts; lists; by number, link and receipt.

use kernel::Instant;
use kernel::case_kind::{Allowed, Effect, Lasting, Length, Span, Verb};
use kernel::ids::{CaseEventId, CaseId, MemberId, OrgId};
use store::{Audit, Key, Query, Row, StoreError, Tx, args};
use uuid::Uuid;

use super::keep::NOTE;
use super::load::from_json;
use super::model::{Case, CaseFilter, CaseLine, ClockLine, EventLine, verb_title};
use super::{CaseError, find, intake, kinds, load, own, sql};
use crate::access::{Capability, CapabilitySet};

/// Longest list.
const LONGEST: usize = 200;
/// One case within reach.
///
/// # Errors
/// [`CaseError::NotFound`]; whether it does not exist or lies outside is never told apart.
pub fn get(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Case, CaseError> {
    load::visible(tx, may, id)
}

/// One case whoever asks: for the room it is linked with, which has made its own check.
///
/// # Errors
/// [`CaseError::NotFound`].
pub fn get_linked(tx: &mut Tx, id: CaseId) -> Result<Case, CaseError> {
    load::whole(tx, id)
}

/// The verbs the caller may use now (按钮).
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn allowed_verbs(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
) -> Result<Vec<Allowed>, CaseError> {
    let case = load::visible(tx, may, id)?;
    Ok(buttons(tx, may, &case))
}

/// As [`allowed_verbs`], for a case that is loaded already.
pub fn buttons(tx: &Tx, may: CapabilitySet, case: &Case) -> Vec<Allowed> {
    let who = load::who(tx, case, false);
    let allows = |capability: &str| {
        Capability::from_id(capability).is_some_and(|capability| may.has(capability))
    };
    let mut found = case.kind.allowed(&case.now, &who, &allows);
    // Where nothing may be extended there is no button that asks for it.
    if extendable(tx, case).is_empty() {
        found.retain(|one| one.effect != Effect::Extend);
    }
    found
}

/// Why a verb is not among the buttons of somebody who sees the case (为什么不能办): every reason in words.
/// [`CaseError::NotFound`] when its kind knows no such verb.
pub fn why_not(tx: &Tx, may: CapabilitySet, case: &Case, verb: &str) -> CaseError {
    let who = load::who(tx, case, false);
    let allows = |capability: &str| {
        Capability::from_id(capability).is_some_and(|capability| may.has(capability))
    };
    let verb = Verb::of(verb);
    match case.kind.why_not(&case.now, &verb, &who, &allows) {
        None => CaseError::NotFound,
        Some(refusals) if !refusals.is_empty() => CaseError::Refused(refusals),
        // Nothing else keeps a row from being a button.
        Some(_) => CaseError::refused("case.not_extendable", "现在没有可以延期的时限"),
    }
}

/// A clock that runs and may be extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extendable {
    /// Id of its rule.
    pub clock: String,
    /// What is due.
    pub title: String,
    /// At most so much in all, by definition or law.
    pub most: Span,
}

/// The clocks of a case that may be extended now (可以延期的时限), oldest first.
pub fn extendable(tx: &Tx, case: &Case) -> Vec<Extendable> {
    let almanac = kinds::almanac(*tx.district(), tx.today());
    let mut found: Vec<Extendable> = Vec::new();
    for clock in &case.now.clocks {
        let most = case.kind.longest(&almanac, &case.now, &clock.rule);
        let known = found.iter().any(|one| one.clock == clock.rule);
        if let Some(most) = most.and_then(Length::span).filter(|_| !known) {
            found.push(Extendable {
                clock: clock.rule.clone(),
                title: clock.title.clone(),
                most,
            });
        }
    }
    found
}

/// An extension that waits for an answer (待批的延期).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What is due.
    pub title: String,
    /// By how much.
    pub by: Length,
    /// Who asked.
    pub who: String,
    /// Why.
    pub why: String,
    /// When it runs out now.
    pub now: Option<Instant>,
    /// When it would run out.
    pub then: Option<Instant>,
}

/// What was asked for, in the words of whoever has to decide.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx, case: &Case) -> Result<Option<Waiting>, CaseError> {
    let Some(asked) = &case.now.extension else {
        return Ok(None);
    };
    let almanac = kinds::almanac(*tx.district(), tx.today());
    let clocks = &mut case.now.clocks.iter();
    let clock = clocks.find(|one| one.rule == asked.clock && one.state().is_live());
    let person = asked.person.as_ref().and_then(|person| person.parse().ok());
    Ok(Some(Waiting {
        title: case
            .kind
            .clock(&asked.clock)
            .map_or_else(|| asked.clock.clone(), |rule| rule.title.clone()),
        by: asked.by,
        who: super::Names::default().person(tx, person)?,
        why: asked.note.clone(),
        now: clock
            .and_then(|clock| clock.due(&almanac))
            .map(|due| due.at),
        then: case.kind.extended_to(&almanac, &case.now),
    }))
}

/// The clocks of a case, oldest first, with the moments they run out.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn clocks(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Vec<ClockLine>, CaseError> {
    let case = load::visible(tx, may, id)?;
    let almanac = kinds::almanac(*tx.district(), tx.today());
    let lines = case
        .clock_ids
        .iter()
        .zip(&case.now.clocks)
        .map(|(id, clock)| ClockLine {
            id: *id,
            clock: clock.clone(),
            due: clock.due(&almanac),
        });
    Ok(lines.collect())
}

/// The dates of an ended case that still have to be kept (仲裁时效).
pub fn lasting(tx: &Tx, case: &Case) -> Vec<Lasting> {
    let almanac = kinds::almanac(*tx.district(), tx.today());
    case.kind.lasting(&almanac, &case.now)
}

/// What was done, oldest first.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn timeline(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Vec<EventLine>, CaseError> {
    let case = load::visible(tx, may, id)?;
    events(tx, &case)
}

/// The acts of a case that was loaded for somebody who may see it.
pub(super) fn events(tx: &mut Tx, case: &Case) -> Result<Vec<EventLine>, CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::EVENTS, args![district, case.id])?;
    rows.iter().map(|row| event(tx, case, row)).collect()
}

fn event(tx: &Tx, case: &Case, row: &Row) -> Result<EventLine, CaseError> {
    let id: CaseEventId = row.get(0)?;
    let verb: String = row.get(2)?;
    let note = row.bytes(8)?.unwrap_or_default();
    Ok(EventLine {
        id,
        at: row.get(1)?,
        title: verb_title(case.kind, &verb),
        verb,
        from_state: row.get(3)?,
        to_state: row.get(4)?,
        actor: row.get(5)?,
        account: row.get(6)?,
        on_behalf: row.get(7)?,
        note: tx.vault().open(NOTE, &id.to_string(), note)?,
        happened: from_json(row.text(9)?)?,
    })
}

/// Cases within scope that the post may read. On the list of a desk or a person (待办) what is late by the own clocks stands
/// first, what is late longest before the others, then what the own clocks bring next; of what is late, what is late
/// longest first; elsewhere the next clock to run out. Then the oldest.
///
/// # Errors
/// The store failed.
pub fn list(
    tx: &mut Tx,
    may: CapabilitySet,
    filter: &CaseFilter,
) -> Result<Vec<CaseLine>, CaseError> {
    let Some(query) = page(tx, may, filter)? else {
        return Ok(Vec::new());
    };
    let rows = within(tx, filter, |tx| tx.all(&query, &[]))?;
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}

/// One page of a list; nothing where nobody has a case.
pub(super) fn page(
    tx: &mut Tx,
    may: CapabilitySet,
    filter: &CaseFilter,
) -> Result<Option<Query>, CaseError> {
    let desk = own_desk(tx)?;
    let (base, order) = ordered(tx, filter, desk);
    let limit = match filter.limit {
        0 => LONGEST,
        limit => limit.min(LONGEST),
    };
    let after = filter.after.map(|(moment, id)| [moment.into(), id.into()]);
    let query = wanted(tx, may, filter, (base, desk))?;
    Ok(query.map(|query| query.paged([Key::Up(order), Key::Up("f.id")], after, limit)))
}

/// The statement of a list and what it is ordered by.
fn ordered(tx: &Tx, filter: &CaseFilter, desk: Option<OrgId>) -> (Query, &'static str) {
    let district = *tx.district();
    let own = filter.my_desk || filter.mine;
    match (desk, tx.actor().account) {
        _ if filter.overdue => (
            Query::from(&sql::LATE_LINES, args![district]),
            sql::BY_LATE_SINCE,
        ),
        (Some(desk), _) if own => (
            Query::from(
                &sql::DESK_LINES,
                args![district, desk, tx.actor().account, own::calls_in_text(tx)],
            ),
            sql::BY_FIRST_OF_DESK,
        ),
        (None, Some(account)) if own => (
            Query::from(
                &sql::PERSON_LINES,
                args![district, account, own::calls_in_text(tx)],
            ),
            sql::BY_FIRST_OF_PERSON,
        ),
        _ => (Query::from(&sql::LINES, args![district]), sql::BY_NEXT_DUE),
    }
}

/// The caller's own desk; none beside the tree.
fn own_desk(tx: &mut Tx) -> Result<Option<OrgId>, CaseError> {
    if tx.actor().scope.is_nothing() {
        Ok(None)
    } else {
        own::desk(tx)
    }
}

/// How many the list holds, whatever page is asked for.
///
/// # Errors
/// The store failed.
pub fn count(tx: &mut Tx, may: CapabilitySet, filter: &CaseFilter) -> Result<i64, CaseError> {
    let district = *tx.district();
    let listed = (Query::from(&sql::LISTED, args![district]), own_desk(tx)?);
    match wanted(tx, may, filter, listed)? {
        Some(query) => Ok(within(tx, filter, |tx| tx.one(&query, &[]))?.get(0)?),
        None => Ok(0),
    }
}

/// Asks within the scope; for people beside the tree, whose own cases lie all over the district, and for the list of a
/// person, who may have been asked into a case of another town, beyond it.
fn within<T>(
    tx: &mut Tx,
    filter: &CaseFilter,
    ask: impl FnOnce(&mut Tx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if tx.actor().scope.is_nothing() || filter.names_me() {
        tx.across("what names a person lies all over the district", ask)
    } else {
        ask(tx)
    }
}

/// The cases of a list; nothing where nobody has one.
fn wanted(
    tx: &mut Tx,
    may: CapabilitySet,
    filter: &CaseFilter,
    (base, desk): (Query, Option<OrgId>),
) -> Result<Option<Query>, CaseError> {
    let district = *tx.district();
    let readable = readable(tx, may, filter.kind.as_deref());
    let actor = tx.actor();
    let (account, beside) = (actor.account, actor.scope.is_nothing());
    let (from, to) = actor.scope.range();
    let path = actor.scope.path().cloned();
    let mut query = base.and_in(" AND f.kind IN ", readable);
    if beside {
        // Lawyers and mediators see what they answer for, and what they were asked into.
        let Some(account) = account else {
            return Ok(None);
        };
        query = own::beside(tx, query, account);
    } else {
        query = query
            .and(" AND (f.org_path >= ", from)
            .and(" AND f.org_path < ", to);
        if let Some(account) = account.filter(|_| filter.names_me()) {
            // Who was asked in by name has the case on the own list wherever it lies (跨镇街加签).
            query = own::or_asked_into(tx, query, account);
        }
        query = query.push(")");
    }
    query = match filter.open {
        Some(true) => query.push(" AND f.ended_at IS NULL"),
        Some(false) => query.push(" AND f.ended_at IS NOT NULL"),
        None => query,
    };
    query = query
        .and_opt(" AND f.grade = ", filter.grade.clone())
        .and_opt(" AND f.state = ", filter.state.clone());
    if let Some(path) = path.filter(|_| filter.watched) {
        query = query.and(" AND f.watch_path = ", path);
    }
    if let Some(desk) = desk.filter(|_| filter.my_desk) {
        query = own::on_desk(tx, query, desk);
    }
    if filter.mine {
        query = match desk.zip(account) {
            Some((desk, person)) => own::of_person(tx, query, desk, person),
            None => query,
        };
    }
    if filter.asked_in {
        let Some(account) = account else {
            return Ok(None);
        };
        query = own::asked_into(tx, query, account);
    }
    if filter.overdue {
        query = query
            .and(" AND (f.overdue > ", 0_i64)
            .and(" OR f.alarm = ", true)
            .push(")");
    }
    if let Some(employer) = filter.employer {
        query = query
            .and(
                " AND f.id IN (SELECT p.case_id FROM case_party p WHERE p.district = ",
                district,
            )
            .and(" AND p.employer_id = ", employer)
            .push(")");
    }
    if let Some(serial) = filter.serial {
        query = find::with_serial(query, serial);
    }
    find::said(tx, query, may, &filter.text).map(Some)
}

/// The kinds a post may read, or the one of them that is wanted.
pub(super) fn readable(tx: &Tx, may: CapabilitySet, wanted: Option<&str>) -> Vec<String> {
    kinds::kinds(*tx.district(), tx.today())
        .into_iter()
        .filter(|kind| Capability::from_id(&kind.read).is_some_and(|one| may.has(one)))
        .filter(|kind| wanted.is_none_or(|wanted| wanted == kind.id))
        .map(|kind| kind.id.clone())
        .collect()
}

/// Where the page after a line begins.
pub fn cursor(line: &CaseLine) -> (i64, CaseId) {
    (line.place_in_list, line.id)
}

fn line(row: &Row) -> Result<CaseLine, StoreError> {
    Ok(CaseLine {
        id: row.get(0)?,
        no: row.get(1)?,
        kind: row.get(2)?,
        title: row.get(3)?,
        grade: row.get(4)?,
        state: row.get(5)?,
        place: row.get(6)?,
        org_path: row.get(7)?,
        owner: row.get(8)?,
        owner_level: row.get(9)?,
        handler: row.get(10)?,
        overdue: row.get(11)?,
        alarm: row.get(12)?,
        suspended: row.get(13)?,
        next_due: row.get(14)?,
        opened_at: row.get(15)?,
        ended_at: row.get(16)?,
        watch: row.get(17)?,
        reopened: row.get(18)?,
        extends: row.get(19)?,
        reveals: row.get(20)?,
        place_in_list: row.get(21)?,
    })
}

/// The cases of a member, newest first: for the member.
///
/// # Errors
/// [`CaseError::NotFound`] for anybody else's.
pub fn of_member(tx: &mut Tx, member: MemberId) -> Result<Vec<CaseLine>, CaseError> {
    if tx.actor().scope.member() != Some(member) {
        return Err(CaseError::NotFound);
    }
    let district = *tx.district();
    let rows = tx.all(&sql::OF_MEMBER, args![district, member, LONGEST])?;
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}

/// The newest case of a link, whoever asks: for the linked room.
///
/// # Errors
/// The store failed.
pub fn of_link(tx: &mut Tx, kind: &str, id: Uuid) -> Result<Option<CaseId>, CaseError> {
    let district = *tx.district();
    let row = tx.across("the linked room has made its own check", |tx| {
        tx.opt(&sql::BY_LINK, args![district, kind, id])
    })?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The case with a number, within reach.
///
/// # Errors
/// [`CaseError::NotFound`].
pub fn by_no(tx: &mut Tx, may: CapabilitySet, no: &str) -> Result<Case, CaseError> {
    let district = *tx.district();
    let row = tx
        .across("who may see a case is decided by the case", |tx| {
            tx.opt(&sql::BY_NO, args![district, find::number(no)])
        })?
        .ok_or(CaseError::NotFound)?;
    load::visible(tx, may, row.get(0)?)
}

/// The case of a receipt, as people type it: with blanks, dashes or in small letters.
///
/// # Errors
/// The store failed.
pub fn by_receipt(tx: &mut Tx, code: &str) -> Result<Option<CaseId>, CaseError> {
    let district = *tx.district();
    let index = intake::receipt_index(tx, code);
    let row = tx.across("the receipt is the permit", |tx| {
        tx.opt(&sql::BY_RECEIPT, args![district, index])
    })?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The receipt of a case the caller may see, to print it again, or has just entered, to hand it over.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn receipt(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<String, CaseError> {
    load::entered(tx, may, id)?;
    Ok(intake::receipt(tx, id))
}

/// Logs that a restricted case was looked at (每次查看留痕). Pages call it when they have shown one.
///
/// # Errors
/// The store failed.
pub fn note_view(tx: &mut Tx, case: &Case) -> Result<(), CaseError> {
    tx.audit(
        Audit::of("case.viewed", "case", case.id)
            .at(&case.org_path)
            .detail(serde_json::json!({ "no": case.no, "kind": case.kind.id })),
    )?;
    Ok(())
}

/// A case that belongs with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLine {
    /// The other case.
    pub id: CaseId,
    /// Its number.
    pub no: String,
    /// Its line.
    pub title: String,
    /// `merged_into`, `split_from`, `led_to`.
    pub kind: String,
    /// When.
    pub at: Instant,
    /// Whether this case is the one that was merged, split off or led on.
    pub from_here: bool,
}

/// What a case is linked with, from either side. Only number and title of the other come out.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn links(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Vec<LinkLine>, CaseError> {
    load::visible(tx, may, id)?;
    let district = *tx.district();
    let rows = tx.across(
        "the other case may lie elsewhere; its number is named",
        |tx| tx.all(&sql::LINKS, args![district, id]),
    )?;
    let line = |row: &Row| {
        Ok::<_, StoreError>(LinkLine {
            id: row.get(0)?,
            no: row.get(1)?,
            title: row.get(2)?,
            kind: row.get(3)?,
            at: row.get(4)?,
            from_here: row.get::<i64>(5)? == 1,
        })
    };
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let line: LinkLine = line(row)?;
        // Of one that is kept from the desks below nobody learns by what came of it.
        let other = load::whole(tx, line.id)?;
        if !other.is_confined() || load::sees(tx, may, &other) {
            found.push(line);
        }
    }
    Ok(found)
}
