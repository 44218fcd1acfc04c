//! Reading documents: one, those of a record, a list.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kernel::definitions::Catalogue;
use kernel::ids::{LetterId, OrgId};
use kernel::{Calendar, Due};
use serde::{Deserialize, Serialize};
use store::{Query, Row, StoreError, Tx, args};

use super::flow::LetterState;
use super::model::{Delivery, Letter, LetterLine, Link, Method, Outcome};
use super::paper::{Block, Paper, digest};
use super::render::{self, Occasion};
use super::template::{self, Head, Rule};
use super::values::{self, Values};
use super::{LetterError, keeping, sql};
use crate::orgs;

/// Fields of the additional data under which texts are sealed.
pub(super) mod sealed {
    /// Values and a person's words.
    pub const CONTENT: &str = "letter.content_sealed";
    /// What the template made of the fields.
    pub const DRAFT: &str = "letter.draft_sealed";
    /// The issued text.
    pub const ISSUED: &str = "letter.issued_sealed";
    /// The answer.
    pub const ANSWER: &str = "letter.answer_sealed";
}

/// What is sealed of a draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) values: Values,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rewritten: Option<Vec<Block>>,
}

/// A stored text that should be JSON is not.
pub(super) fn broken(fault: impl std::fmt::Display) -> LetterError {
    LetterError::Broken(fault.to_string())
}

/// A document within the caller's scope, with what is sealed of it.
pub(super) struct Held {
    pub(super) line: LetterLine,
    pub(super) content: Content,
    draft: Option<String>,
    issued: Option<String>,
    answer: String,
}

pub(super) fn held(tx: &mut Tx, id: LetterId) -> Result<Held, LetterError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET, args![district, id])?
        .ok_or(LetterError::NotFound)?;
    let mut line = line_of(&row)?;
    if !tx.actor().scope.covers(&line.org_path) {
        return Err(LetterError::NotFound);
    }
    name_organs(tx, std::slice::from_mut(&mut line))?;
    let row_name = id.to_string();
    let vault = tx.vault();
    let open = |index: usize, field: &str| -> Result<Option<String>, StoreError> {
        let bytes = row.bytes(index)?;
        bytes
            .map(|bytes| vault.open(field, &row_name, bytes))
            .transpose()
    };
    let content = open(27, sealed::CONTENT)?.unwrap_or_default();
    Ok(Held {
        content: serde_json::from_str(&content).map_err(broken)?,
        draft: open(28, sealed::DRAFT)?,
        issued: open(29, sealed::ISSUED)?,
        answer: open(30, sealed::ANSWER)?.unwrap_or_default(),
        line,
    })
}

/// One document within the caller's scope.
///
/// # Errors
/// [`LetterError::NotFound`] when there is none, or it lies outside.
pub fn get(tx: &mut Tx, id: LetterId) -> Result<Letter, LetterError> {
    let held = held(tx, id)?;
    let rule = template::at(&held.line.template, *tx.district(), tx.today()).ok();
    let parse = |text: &str| serde_json::from_str::<Paper>(text).map_err(broken);
    let (paper, intact) = match &held.issued {
        Some(text) => (parse(text)?, digest(text) == held.line.digest),
        None if held.line.number.is_some() => (destroyed(&held.line), true),
        None => {
            let rule = rule.ok_or_else(|| LetterError::NoTemplate(held.line.template.clone()))?;
            (as_it_stands(tx, rule, &held)?, true)
        }
    };
    let drafted = held.draft.as_deref().map(parse).transpose()?;
    let deliveries = deliveries(tx, id)?;
    Ok(Letter {
        rule,
        paper,
        drafted,
        deliveries,
        intact,
        values: held.content.values,
        rewritten: held.content.rewritten,
        answer: held.answer,
        line: held.line,
    })
}

/// What is left to read of a document whose term is over.
fn destroyed(line: &LetterLine) -> Paper {
    Paper {
        head: Head::Plain,
        organ: line.organ_name.clone(),
        number: line.number.clone().unwrap_or_default(),
        heading: line.title.clone(),
        addressee: String::new(),
        body: vec![Block {
            level: 0,
            text: keeping::GONE.to_owned(),
        }],
        attachments: Vec::new(),
        parties: Vec::new(),
        date: line.issued_on,
        contact: String::new(),
        copy_to: String::new(),
    }
}

/// What the paper of a draft says now: the template's words, or a person's.
pub(super) fn as_it_stands(tx: &mut Tx, rule: Rule, held: &Held) -> Result<Paper, LetterError> {
    let mut paper = drawn(tx, rule, &held.line.organ_name, &held.content.values, "")?;
    if let Some(body) = &held.content.rewritten {
        paper.body.clone_from(body);
    }
    Ok(paper)
}

/// The template's words around the fields.
pub(super) fn drawn(
    tx: &mut Tx,
    rule: Rule,
    organ: &str,
    values: &Values,
    number: &str,
) -> Result<Paper, LetterError> {
    let reply = match &rule.body.reply {
        Some(reply) => {
            let clock = template::clock(
                Catalogue::in_force(),
                &reply.clock,
                *tx.district(),
                tx.today(),
            );
            template::length(&clock.map_err(LetterError::Broken)?)
        }
        None => String::new(),
    };
    let occasion = Occasion {
        organ,
        number,
        date: (!number.is_empty()).then(|| tx.today()),
        reply: &reply,
    };
    Ok(render::paper(rule.body, &values::plain(values), &occasion))
}

/// The first delivery of a document, for the room of its record, which has asked who may see the record.
///
/// # Errors
/// The store failed.
pub fn first_delivery(tx: &mut Tx, id: LetterId) -> Result<Option<Delivery>, LetterError> {
    let found = tx.across("the room of the record has made its own check", |tx| {
        deliveries(tx, id)
    })?;
    Ok(found.into_iter().next())
}

fn deliveries(tx: &mut Tx, id: LetterId) -> Result<Vec<Delivery>, LetterError> {
    let district = *tx.district();
    let rows = tx.all(&sql::DELIVERIES, args![district, id])?;
    let read = |row: &Row| {
        Ok(Delivery {
            no: row.get(0)?,
            method: Method::from_id(row.text(1)?).unwrap_or(Method::Direct),
            receiver: row.get(2)?,
            refused: row.get(3)?,
            on: row.get(4)?,
            note: row.get(5)?,
            by: row.get(6)?,
            at: row.get(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of a title, number or addressee.
    pub text: String,
    /// State.
    pub state: Option<LetterState>,
    /// Id of a template.
    pub template: String,
    /// The union that issues.
    pub organ: Option<OrgId>,
    /// Year of issue.
    pub year: Option<i64>,
    /// What it belongs to.
    pub link: Option<Link>,
}

/// Documents within the caller's scope, newest first, behind `after`.
///
/// # Errors
/// The store failed.
pub fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<LetterId>,
    limit: usize,
) -> Result<Vec<LetterLine>, LetterError> {
    let query = narrowed(tx, &sql::LIST, filter).and_opt(" AND id < ", after);
    let rows = tx.all(&query.and(" ORDER BY id DESC LIMIT ", limit), args![])?;
    let mut lines = rows.iter().map(line_of).collect::<Result<Vec<_>, _>>()?;
    name_organs(tx, &mut lines)?;
    Ok(lines)
}

/// How many documents the filter leaves within scope.
///
/// # Errors
/// The store failed.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, LetterError> {
    let query = narrowed(tx, &sql::COUNT, filter);
    Ok(tx.one(&query, args![])?.get(0)?)
}

/// The documents of a record, oldest first: `of_link(tx, "case", case.uuid())`.
///
/// # Errors
/// The store failed.
pub fn of_link(tx: &mut Tx, kind: &str, id: uuid::Uuid) -> Result<Vec<LetterLine>, LetterError> {
    let link = Link {
        kind: kind.to_owned(),
        id,
    };
    let filter = Filter {
        link: Some(link),
        ..Filter::default()
    };
    let mut lines = list(tx, &filter, None, 500)?;
    lines.reverse();
    Ok(lines)
}

/// The documents of a record, oldest first, for the room of that record: it has asked who may see the record. Only
/// kind, number, state and a masked addressee come out; the text is read with [`get`].
///
/// # Errors
/// The store failed.
pub fn of_record(tx: &mut Tx, kind: &str, id: uuid::Uuid) -> Result<Vec<LetterLine>, LetterError> {
    let district = *tx.district();
    let mut lines = tx.across("the room of the record has made its own check", |tx| {
        let rows = tx.all(&sql::OF_RECORD, args![district, kind, id])?;
        rows.iter().map(line_of).collect::<Result<Vec<_>, _>>()
    })?;
    name_organs(tx, &mut lines)?;
    Ok(lines)
}

/// What was answered to a document, in words; nothing before an answer was registered. For the room of its record, which
/// has made its own check.
///
/// # Errors
/// The store failed.
pub fn answer_of(tx: &mut Tx, id: LetterId) -> Result<Option<String>, LetterError> {
    let answer = tx.across("what came back for the room of the record", |tx| {
        answer_text(tx, id)
    })?;
    Ok(Some(answer).filter(|answer| !answer.is_empty()))
}

fn answer_text(tx: &mut Tx, id: LetterId) -> Result<String, StoreError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::GET, args![district, id])? else {
        return Ok(String::new());
    };
    let sealed_answer = row.bytes(30)?;
    let open = |bytes: &[u8]| tx.vault().open(sealed::ANSWER, &id.to_string(), bytes);
    Ok(sealed_answer.map(open).transpose()?.unwrap_or_default())
}

/// How many documents of a record were issued and stand, and how many of them were served, by template.
///
/// # Errors
/// The store failed.
pub fn tally(
    tx: &mut Tx,
    kind: &str,
    id: uuid::Uuid,
) -> Result<Vec<(String, u32, u32)>, LetterError> {
    let district = *tx.district();
    let rows = tx.across("counts for the room of the record", |tx| {
        tx.all(&sql::TALLY, args![district, kind, id])
    })?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

fn narrowed(tx: &Tx, base: &store::Statement, filter: &Filter) -> Query {
    let (from, to) = tx.actor().scope.range();
    let template = Some(filter.template.as_str()).filter(|id| !id.is_empty());
    let mut query = Query::from(base, args![tx.district(), from, to])
        .and_opt(" AND state = ", filter.state.map(LetterState::id))
        .and_opt(" AND template = ", template)
        .and_opt(" AND organ_id = ", filter.organ)
        .and_opt(" AND year = ", filter.year);
    if let Some(link) = &filter.link {
        query = query
            .and(" AND link_kind = ", link.kind.as_str())
            .and(" AND link_id = ", link.id);
    }
    let text: String = filter
        .text
        .chars()
        .filter(|c| !matches!(c, '%' | '_'))
        .collect();
    let text = text.trim();
    if text.is_empty() {
        return query;
    }
    let like = format!("%{text}%");
    query
        .and(" AND (title LIKE ", like.as_str())
        .and(" OR addressee LIKE ", like.as_str())
        .and(" OR number LIKE ", like.as_str())
        .push(")")
}

pub(super) fn line_of(row: &Row) -> Result<LetterLine, LetterError> {
    let state: String = row.get(10)?;
    let link: Option<String> = row.get(8)?;
    let link_id: Option<uuid::Uuid> = row.get(9)?;
    let signer = [row.text(17)?, row.text(16)?];
    let reply_clock: String = row.get(12)?;
    let received_on = row.get(19)?;
    Ok(LetterLine {
        id: row.get(0)?,
        organ: row.get(1)?,
        organ_name: String::new(),
        place: row.get(2)?,
        org_path: row.get(3)?,
        template: row.get(4)?,
        title: row.get(5)?,
        series: row.get(6)?,
        addressee: row.get(7)?,
        link: link.zip(link_id).map(|(kind, id)| Link { kind, id }),
        state: LetterState::from_id(&state).ok_or_else(|| broken(format!("状态 {state}")))?,
        delivered: row.get(11)?,
        number: row.get(13)?,
        serial: row.get(14)?,
        issued_on: row.get(15)?,
        signer: signer.join(" ").trim().to_owned(),
        digest: row.get(18)?,
        received_on,
        reply_due: None,
        answered_on: row.get(20)?,
        outcome: Outcome::from_id(row.text(21)?),
        ended_why: row.get(22)?,
        created_by: row.get(23)?,
        created_at: row.get(24)?,
        updated_at: row.get(25)?,
        version: row.get(26)?,
        reply_clock,
    })
}

/// Fills in what is not in the row: names of unions, last days of reply clocks.
pub(super) fn name_organs(tx: &mut Tx, lines: &mut [LetterLine]) -> Result<(), LetterError> {
    let mut names: BTreeMap<OrgId, String> = BTreeMap::new();
    for line in lines {
        line.organ_name = match names.entry(line.organ) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(orgs::named(tx, line.organ)?.name).clone(),
        };
        line.reply_due = reply_due(tx, line);
    }
    Ok(())
}

/// The last day for the answer: computed from the day of receipt by the clock of that day, never stored.
pub(super) fn reply_due(tx: &Tx, line: &LetterLine) -> Option<Due> {
    let received = line.received_on?;
    if line.reply_clock.is_empty() {
        return None;
    }
    let clock = template::clock(
        Catalogue::in_force(),
        &line.reply_clock,
        *tx.district(),
        received,
    );
    clock.ok()?.due(Calendar::national(), received)
}
