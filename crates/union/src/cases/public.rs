//! What whoever brought a case may know: its state as sentences, the answers, who handles it, who opened the identity.

use kernel::Instant;
use kernel::case_kind::{Field, Verb};
use kernel::ids::{CaseId, OrgId};
use store::Tx;

use super::model::{Case, EventLine};
use super::second::GoesOn;
use super::{CaseError, kinds, load, read, second};
use crate::{access, orgs};

/// A line of the story as the person concerned reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicLine {
    /// When.
    pub at: Instant,
    /// The sentence.
    pub says: String,
    /// Words meant for the person: the reason of a refusal, what is missing, the own words.
    pub note: String,
}

/// What is due, for the person concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDue {
    /// What: 答复您.
    pub says: String,
    /// By when.
    pub at: Instant,
    /// The moment is over and it has not been done.
    pub missed: bool,
}

/// A case for the person concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCase {
    /// The case words are added to; for a matter sent a second time the one in which it goes on.
    pub id: CaseId,
    /// Its number.
    pub no: String,
    /// Kind, in words.
    pub kind: String,
    /// One line.
    pub title: String,
    /// When it came.
    pub opened_at: Instant,
    /// The state as a sentence.
    pub says: String,
    /// Id of the state.
    pub state: String,
    /// It is as it came in: nobody has decided on it.
    pub fresh: bool,
    /// It has ended.
    pub ended: bool,
    /// The union that answers now.
    pub desk: String,
    /// Who answers there, by name; empty while nobody is named.
    pub handler: String,
    /// What is due, the soonest first.
    pub dues: Vec<PublicDue>,
    /// Fields meant for the person: label and value (the answer, who takes over).
    pub answers: Vec<(String, String)>,
    /// What the person said of the result: label and value.
    pub own_words: Vec<(String, String)>,
    /// What happened, oldest first.
    pub lines: Vec<PublicLine>,
    /// What the person may do now: ids of verbs.
    pub may: Vec<String>,
    /// Who opened the sealed identity.
    pub openings: Vec<super::Opening>,
    /// Staff entered it (代办): who, and how the person agreed.
    pub entered: Option<(String, String)>,
    /// Words of the person that nobody has answered yet.
    pub unanswered: u32,
    /// They raised the alarm: the level above watches.
    pub alarm: bool,
    /// Who reported is sealed.
    pub sealed: bool,
    /// The same matter goes on under another number: the answer is told by phone, not here.
    pub by_phone: bool,
}

/// The case of a receipt (凭回执查询).
///
/// # Errors
/// [`CaseError::NotFound`] for a wrong code.
pub fn by_receipt(tx: &mut Tx, code: &str) -> Result<PublicCase, CaseError> {
    let id = read::by_receipt(tx, code)?.ok_or(CaseError::NotFound)?;
    let case = load::whole(tx, id)?;
    public(tx, &case)
}

/// The member's own case.
///
/// # Errors
/// [`CaseError::NotFound`] for anybody else's.
pub fn own(tx: &mut Tx, id: CaseId) -> Result<PublicCase, CaseError> {
    let case = load::whole(tx, id)?;
    if case.member.is_none() || tx.actor().scope.member() != case.member {
        return Err(CaseError::NotFound);
    }
    public(tx, &case)
}

fn public(tx: &mut Tx, case: &Case) -> Result<PublicCase, CaseError> {
    if let Some(on) = second::goes_on(tx, case)? {
        return if on.folded {
            goes_on(tx, case, &on)
        } else {
            merged(tx, case, &on)
        };
    }
    let events = read::events(tx, case)?;
    let lines = events
        .iter()
        .filter_map(|line| public_line(case, line))
        .collect();
    let mut told = shown(tx, case)?;
    told.lines = lines;
    told.openings = opened(&events);
    told.entered = entered(&events);
    Ok(told)
}

/// Who of the union entered it, and how the person agreed.
fn entered(events: &[EventLine]) -> Option<(String, String)> {
    let opened = events
        .iter()
        .find(|line| line.verb == "@open" && line.on_behalf)?;
    Some((opened.actor.clone(), opened.note.clone()))
}

/// Everything but the story.
fn shown(tx: &mut Tx, case: &Case) -> Result<PublicCase, CaseError> {
    let desk: OrgId = case.owner_org()?;
    let handler = match load::handler(&case.now.owner) {
        Some(account) => access::name_of(tx, account)?.unwrap_or_default(),
        None => String::new(),
    };
    let who = kernel::case_kind::Who {
        initiator: true,
        ..kernel::case_kind::Who::default()
    };
    let may = case
        .kind
        .allowed(&case.now, &who, &|_| false)
        .into_iter()
        .map(|one| one.verb.id().to_owned())
        .collect();
    let ended = case.kind.is_ended(&case.now.state);
    Ok(PublicCase {
        id: case.id,
        no: case.no.clone(),
        kind: case.kind.title.clone(),
        title: case.title.clone(),
        opened_at: case.opened_at,
        says: case.says().to_owned(),
        fresh: case.now.state == case.kind.first_state(),
        state: case.now.state.clone(),
        ended,
        desk: orgs::named(tx, desk)?.name,
        handler,
        dues: dues(tx, case),
        answers: filled(case, |field| field.told),
        own_words: filled(case, |field| field.name.starts_with("own_")),
        lines: Vec::new(),
        may,
        openings: Vec::new(),
        entered: None,
        unanswered: case.now.unanswered,
        alarm: case.now.alarm,
        sealed: case.sealed_reporter,
        by_phone: false,
    })
}

fn filled(case: &Case, wanted: impl Fn(&Field) -> bool) -> Vec<(String, String)> {
    let fields = case.kind.field.iter().filter(|field| wanted(field));
    fields
        .filter_map(|field| {
            let value = case.now.fields.get(&field.name)?;
            Some((field.title.clone(), value.clone()))
        })
        .collect()
}

/// Clocks that run and concern the person, as dates; when the case is over, those that outlive it.
fn dues(tx: &Tx, case: &Case) -> Vec<PublicDue> {
    let (almanac, now) = (kinds::almanac(*tx.district(), tx.today()), tx.now());
    if case.kind.is_ended(&case.now.state) {
        let lasting = case.kind.lasting(&almanac, &case.now).into_iter();
        let told = lasting.filter(|date| !date.says.is_empty());
        return told
            .map(|date| PublicDue {
                says: date.says,
                at: date.at,
                missed: false,
            })
            .collect();
    }
    let live = case.now.clocks.iter().filter(|one| one.state().is_live());
    let mut dues: Vec<PublicDue> = live
        .filter_map(|clock| {
            let rule = case.kind.clock(&clock.rule)?;
            let at = clock.due(&almanac)?.at;
            (!rule.says.is_empty()).then(|| PublicDue {
                says: rule.says.clone(),
                at,
                // What runs for the person itself is nobody's fault.
                missed: rule.climbs && (at < now || clock.was_breached()),
            })
        })
        .collect();
    dues.sort_by_key(|due| due.at);
    dues
}

fn opened(events: &[EventLine]) -> Vec<super::Opening> {
    let reveals = events.iter().filter(|line| line.verb == "@reveal");
    reveals
        .map(|line| super::Opening {
            at: line.at,
            actor: line.actor.clone(),
            reason: line.note.clone(),
        })
        .collect()
}

/// A matter that came a second time, as if it had come first: the own number and words, and of the case in which it
/// goes on only the desk, the dates and what changed since.
fn goes_on(tx: &mut Tx, case: &Case, goes: &GoesOn) -> Result<PublicCase, CaseError> {
    let on = &goes.case;
    let mut told = shown(tx, on)?;
    let since = case.opened_at;
    let first = case.kind.first_state();
    let mut says = case.kind.state(first).map_or("", |state| &state.says);
    let mut lines = vec![PublicLine {
        at: since,
        says: says.to_owned(),
        note: String::new(),
    }];
    let mut state = first.to_owned();
    for event in read::events(tx, on)? {
        if event.at > since && event.from_state != event.to_state {
            says = on.kind.state(&event.to_state).map_or("", |one| &one.says);
            state.clone_from(&event.to_state);
            lines.push(PublicLine {
                at: event.at,
                says: says.to_owned(),
                note: String::new(),
            });
        }
    }
    told.says = says.to_owned();
    told.fresh = state == first;
    told.state = state;
    told.lines = lines;
    Ok(as_ones_own(told, case, goes))
}

/// Of a case in which an own matter goes on its sender learns the desk, the state and the dates under the own number, and
/// nothing that is said to or by somebody else.
fn as_ones_own(mut told: PublicCase, case: &Case, goes: &GoesOn) -> PublicCase {
    told.no.clone_from(&case.no);
    told.title.clone_from(&case.title);
    told.opened_at = case.opened_at;
    told.may.retain(|verb| goes.may(&Verb::of(verb.clone())));
    told.answers.clear();
    told.own_words.clear();
    told.unanswered = 0;
    told.alarm = false;
    told.by_phone = true;
    told
}

/// A matter that a desk merged into another: the own story up to then, and how the other goes on since.
fn merged(tx: &mut Tx, case: &Case, goes: &GoesOn) -> Result<PublicCase, CaseError> {
    let on = &goes.case;
    let mut told = shown(tx, on)?;
    let own = read::events(tx, case)?;
    told.lines = own
        .iter()
        .filter_map(|line| public_line(case, line))
        .collect();
    told.entered = entered(&own);
    for event in read::events(tx, on)? {
        if event.at > goes.since && event.from_state != event.to_state {
            let state = on.kind.state(&event.to_state);
            told.lines.push(PublicLine {
                at: event.at,
                says: state.map_or_else(String::new, |one| one.says.clone()),
                note: String::new(),
            });
        }
    }
    Ok(as_ones_own(told, case, goes))
}

/// Changes of state as their sentences; words only when the row says they are meant for the person, or are the
/// person's own.
fn public_line(case: &Case, line: &EventLine) -> Option<PublicLine> {
    let row = case
        .kind
        .verb
        .iter()
        .find(|row| row.id == line.verb && (row.to.is_some() || row.tells()));
    let changed = line.from_state != line.to_state;
    let own = line.account.is_none() && !line.verb.starts_with('@');
    let told = row.is_some_and(kernel::case_kind::VerbRow::tells);
    if !changed && !told && !own {
        return None;
    }
    let says = case
        .kind
        .state(&line.to_state)
        .filter(|_| changed)
        .map_or_else(|| line.title.clone(), |state| state.says.clone());
    Some(PublicLine {
        at: line.at,
        says,
        note: if told || own {
            line.note.clone()
        } else {
            String::new()
        },
    })
}
