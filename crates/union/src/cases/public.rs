//! What whoever brought a case may know: its state as sentences, the answers, who handles it, who opened the identity.

use kernel::Instant;
use kernel::ids::{CaseId, OrgId};
use store::Tx;

use super::model::{Case, EventLine};
use super::{CaseError, load, read};
use crate::orgs;

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

/// A case for the person concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCase {
    /// Its id.
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
    /// It has ended.
    pub ended: bool,
    /// The union that answers now.
    pub desk: String,
    /// Fields meant for the person: label and value (the answer, who takes over).
    pub answers: Vec<(String, String)>,
    /// What happened, oldest first.
    pub lines: Vec<PublicLine>,
    /// What the person may do now: ids of verbs.
    pub may: Vec<String>,
    /// Who opened the sealed identity.
    pub openings: Vec<super::Opening>,
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
    let desk: OrgId = case.owner_org()?;
    let desk = orgs::named(tx, desk)?.name;
    let events = read::events(tx, case)?;
    let openings = events
        .iter()
        .filter(|line| line.verb == "@reveal")
        .map(|line| super::Opening {
            at: line.at,
            actor: line.actor.clone(),
            reason: line.note.clone(),
        })
        .collect();
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
    let answers = case
        .kind
        .field
        .iter()
        .filter(|field| field.told)
        .filter_map(|field| {
            let value = case.now.fields.get(&field.name)?;
            Some((field.title.clone(), value.clone()))
        })
        .collect();
    Ok(PublicCase {
        id: case.id,
        no: case.no.clone(),
        kind: case.kind.title.clone(),
        title: case.title.clone(),
        opened_at: case.opened_at,
        says: case.says().to_owned(),
        ended: case.kind.is_ended(&case.now.state),
        desk,
        answers,
        lines: events
            .iter()
            .filter_map(|line| public_line(case, line))
            .collect(),
        may,
        openings,
    })
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
