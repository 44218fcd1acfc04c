//! 办件文书: the letters of a case. Their own room writes, numbers and delivers them; here is what they mean for the case:
//! what the case tells a draft, and what an issued or served letter proves.

use std::collections::BTreeMap;

use kernel::case_kind::{LetterCount, LetterDemand, LetterFact, Verb, VerbRow};
use kernel::ids::{CaseId, LetterId};
use store::Tx;

use super::keep::{self, Act};
use super::model::{ActInput, Case, NewEvidence};
use super::{CaseError, load};
use crate::access::{self, CapabilitySet};
use crate::letters::{self, LetterLine, Link, NewLetter, Supplied};

/// What letters call the link.
pub(super) const LINK: &str = "case";

/// Letters of a case that count, by template.
pub(super) fn counts(tx: &mut Tx, id: CaseId) -> Result<BTreeMap<String, LetterCount>, CaseError> {
    let found = letters::tally(tx, LINK, id.uuid())?;
    Ok(found
        .into_iter()
        .map(|(template, issued, served)| (template, LetterCount { issued, served }))
        .collect())
}

/// The letters of a case, oldest first, drafts and cancelled ones too: number, state, masked addressee.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn letters_of(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
) -> Result<Vec<LetterLine>, CaseError> {
    load::visible(tx, may, id)?;
    Ok(letters::of_record(tx, LINK, id.uuid())?)
}

/// What the letters of a step tell its fields (文书带入): number and day of the newest one that stands, so that nobody
/// copies them by hand. Only what the definition of the step names; empty before a letter is issued.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn told_by_letter(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
    verb: &str,
) -> Result<BTreeMap<String, String>, CaseError> {
    load::visible(tx, may, case.id)?;
    told(tx, case, verb)
}

/// The same of a case that was loaded for somebody who may see it.
pub(super) fn told(
    tx: &mut Tx,
    case: &Case,
    verb: &str,
) -> Result<BTreeMap<String, String>, CaseError> {
    let mut told = BTreeMap::new();
    let Some(row) = case
        .kind
        .row(verb, &case.now.state)
        .filter(|row| !row.from_letter.is_empty())
    else {
        return Ok(told);
    };
    let lines = letters::of_record(tx, LINK, case.id.uuid())?;
    let newest = lines.into_iter().rev().find(|line| {
        row.letters.contains(&line.template) && line.issued_on.is_some() && line.state.stands()
    });
    let Some(line) = newest else {
        return Ok(told);
    };
    let first = letters::first_delivery(tx, line.id)?;
    for (field, fact) in &row.from_letter {
        let value = match (fact, &first) {
            (LetterFact::Number, _) => line.number.clone(),
            (LetterFact::IssuedOn, _) => line.issued_on.map(|day| day.to_string()),
            (LetterFact::ServedOn, _) => line.received_on.map(|day| day.to_string()),
            (LetterFact::Answer, _) => letters::answer_of(tx, line.id)?,
            (LetterFact::ServedHow, Some(served)) => Some(served.method.title().to_owned()),
            (LetterFact::Receiver, Some(served)) => Some(served.receiver.clone()),
            _ => None,
        };
        told.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| (field.clone(), value)),
        );
    }
    Ok(told)
}

/// An answer was registered on a letter (登记答复): the step of its case that waits for it is taken with the words of the
/// answer. Where whoever registers it may not take that step, the file says that the answer is there. Answers whether the
/// case has moved.
///
/// # Errors
/// The store failed; the case was changed meanwhile.
pub fn letter_answered(
    tx: &mut Tx,
    may: CapabilitySet,
    line: &LetterLine,
) -> Result<bool, CaseError> {
    let Some(link) = line.link.as_ref().filter(|link| link.kind == LINK) else {
        return Ok(false);
    };
    let case = match load::visible(tx, may, link.id.into()) {
        Err(CaseError::NotFound) => return Ok(false),
        case => case?,
    };
    let answers = |row: &&VerbRow| row.by_answer.contains(&line.template);
    let rows = case.kind.verb.iter().filter(answers);
    let mut here = rows.filter(|row| {
        let row_here = case.kind.row(&row.id, &case.now.state);
        row_here.is_some_and(|one| one.by_answer == row.by_answer)
    });
    let Some(row) = here.next() else {
        return Ok(false);
    };
    let number = line.number.as_deref().unwrap_or_default();
    let told = told(tx, &case, &row.id)?;
    let wanted = |name: &String| row.fields.contains(name) || row.may_fill.contains(name);
    let input = ActInput {
        fields: told.into_iter().filter(|(name, _)| wanted(name)).collect(),
        evidence: row
            .evidence
            .iter()
            .map(|one| NewEvidence {
                kind: one.kind.clone(),
                text: format!("文书 {number} 登记的答复"),
                ..NewEvidence::default()
            })
            .collect(),
        ..ActInput::note(format!("文书 {number} 登记了答复"))
    };
    match super::act(tx, may, case.id, &Verb::of(row.id.clone()), &input) {
        Ok(_) => Ok(true),
        Err(CaseError::Refused(_)) => {
            let act = Act {
                verb: "@letter",
                note: &format!("文书 {number} 登记了答复，请承办人「{}」", row.title()),
                closing: None,
                audit: "case.letter",
                event: "case.letter",
            };
            let state = &case.now.state;
            keep::event(tx, case.id, state, state, &act, &[])?;
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// What a case tells a draft (字段来源), under `case.` and the name of its field; a sealed reporter tells nothing.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn letter_facts(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
) -> Result<(Supplied, Case), CaseError> {
    let case = load::visible(tx, may, id)?;
    let known = facts(tx, &case)?;
    Ok((known, case))
}

fn facts(tx: &mut Tx, case: &Case) -> Result<Supplied, CaseError> {
    let record = Some(case.id.uuid());
    let from = |what: &str| format!("办件 {} 的{what}", case.no);
    let opened = case.opened_at.shanghai_date().to_string();
    let mut known = Supplied::new()
        .with("case.no", case.no.clone(), from("编号"), record)
        .with("case.title", case.title.clone(), from("标题"), record)
        .with("case.opened_on", opened, from("登记日期"), record);
    if let Some(person) = &case.now.owner.person
        && let Ok(account) = person.parse()
        && let Some(name) = access::name_of(tx, account)?
    {
        known = known.with("case.handler", name, from("承办人"), record);
    }
    for field in &case.kind.field {
        if let Some(value) = case.now.fields.get(&field.name) {
            let source = format!("case.{}", field.name);
            known = known.with(source, value.clone(), from(&field.title), record);
        }
    }
    Ok(known)
}

/// Empties what of the letters of a destroyed case is not kept by a term of its own.
pub(super) fn destroyed(tx: &mut Tx, id: CaseId) -> Result<letters::Emptied, CaseError> {
    Ok(letters::empty_of_record(tx, LINK, id.uuid())?)
}

/// Cases with a letter whose own term is over, destroyed or not.
pub(super) fn outlived(tx: &mut Tx, most: usize) -> Result<Vec<CaseId>, CaseError> {
    let found = letters::outlived(tx, LINK, most)?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Begins the draft that a verb produces (由动作拟稿): in the name of the desk that answers, filled from the case and from
/// the words of the act. Answers none when the row produces none, or when such a letter is there already.
pub(super) fn drafted_by(
    tx: &mut Tx,
    case: &Case,
    row: &VerbRow,
    note: &str,
) -> Result<Option<LetterId>, CaseError> {
    let Some(template) = row
        .letters
        .first()
        .filter(|_| row.letter == LetterDemand::Drafts)
    else {
        return Ok(None);
    };
    let there = letters::of_record(tx, LINK, case.id.uuid())?
        .iter()
        .any(|line| line.template == *template && line.state.stands());
    if there {
        return Ok(None);
    }
    let words = format!("办件 {} 的「{}」说明", case.no, row.title());
    let supplied = facts(tx, case)?.with("case.note", note.trim(), words, Some(case.id.uuid()));
    let new = NewLetter {
        place: Some(case.filed_at()?),
        link: Some(Link {
            kind: LINK.to_owned(),
            id: case.id.uuid(),
        }),
        supplied,
        ..NewLetter::new(template.clone(), case.owner_org()?)
    };
    let id = tx.across("the desk that answers drafts for the case's place", |tx| {
        letters::draft(tx, &new)
    })?;
    let title = letters::template(tx, template)?.title().to_owned();
    let act = Act {
        verb: "@letter",
        note: &format!("已生成《{title}》草稿，请补齐后签发、送达"),
        closing: None,
        audit: "case.letter",
        event: "case.letter",
    };
    let state = &case.now.state;
    keep::event(tx, case.id, state, state, &act, &[])?;
    Ok(Some(id))
}
