//! Drafting and editing.

use kernel::Refusals;
use kernel::ids::{EmployerId, LetterId};
use serde_json::json;
use store::{Tx, args};

use super::{changed, ready, told};
use crate::employers;
use crate::letters::flow::Verb;
use crate::letters::model::{Edit, NewLetter};
use crate::letters::paper::Block;
use crate::letters::read::{Content, broken, drawn, held, sealed};
use crate::letters::template::{self, Rule};
use crate::letters::values::{self, Supplied, Values};
use crate::letters::{LetterError, sql};
use crate::orgs::{self, OrgRef};

/// Longest body in a person's words, in characters.
const LONGEST_BODY: usize = 20_000;

/// Drafts a document (拟稿): fields are filled from what is supplied, each with its origin, and from what was typed.
/// Required fields may still be empty; issuing asks for them.
///
/// # Errors
/// No such template here; a value that cannot be read; an organ that is not at or above the place.
pub fn draft(tx: &mut Tx, new: &NewLetter) -> Result<LetterId, LetterError> {
    let rule = template::at(&new.template, *tx.district(), tx.today())?;
    let (organ, place) = seats(tx, new)?;
    let supplied = match new.employer {
        Some(id) => of_employer(tx, new.supplied.clone(), id)?,
        None => new.supplied.clone(),
    };
    let now = tx.now();
    let filled = rule.body.field.iter().filter_map(|field| {
        let value = supplied.for_field(field, now)?;
        Some((field.name.clone(), value))
    });
    let mut content = Content {
        values: filled.collect(),
        rewritten: None,
    };
    type_in(tx, rule, &mut content.values, &new.typed)?;
    let id: LetterId = tx.new_id();
    let (district, by) = (*tx.district(), tx.actor().label.clone());
    let body = rule.body;
    let values = args![
        district,
        id,
        place.id,
        place.path,
        organ.id,
        rule.id(),
        rule.title(),
        rule.definition.hash,
        body.series,
        addressee(tx, rule, &organ.name, &content.values)?,
        new.link.as_ref().map(|link| link.kind.clone()),
        new.link.as_ref().map(|link| link.id),
        body.delivered,
        reply_clock(rule),
        seal(tx, id, &content)?,
        by,
        now
    ];
    tx.exec(&sql::INSERT, values)?;
    let line = held(tx, id)?.line;
    let detail = json!({ "template": rule.title(), "organ": organ.name, "definition": rule.definition.hash });
    told(tx, "letter.drafted", &line, "", detail)?;
    Ok(id)
}

/// Changes a draft (修改): fields keep where they came from and gain who changed them; the body may be put in other
/// words.
///
/// # Errors
/// Not a draft, or changed by somebody else meanwhile; a value that cannot be read; blanks or too long a body.
pub fn edit(tx: &mut Tx, id: LetterId, version: i64, edit: &Edit) -> Result<(), LetterError> {
    let mut held = ready(tx, id, version, Verb::Edit)?;
    let rule = template::at(&held.line.template, *tx.district(), tx.today())?;
    let named = type_in(tx, rule, &mut held.content.values, &edit.typed)?;
    let organ = held.line.organ_name.clone();
    let mut rewritten = false;
    if let Some(text) = &edit.body {
        let body = rewrite(tx, rule, &organ, &held.content.values, text)?;
        rewritten = body != held.content.rewritten;
        held.content.rewritten = body;
    }
    if named.is_empty() && !rewritten {
        return Ok(());
    }
    let (district, now) = (*tx.district(), tx.now());
    let values = args![
        district,
        id,
        version,
        seal(tx, id, &held.content)?,
        addressee(tx, rule, &organ, &held.content.values)?,
        rule.definition.hash,
        rule.body.delivered,
        reply_clock(rule),
        rule.title(),
        rule.body.series,
        now
    ];
    changed(tx.exec(&sql::EDIT, values)?)?;
    let detail = json!({ "fields": named, "rewritten": rewritten.then_some(true) });
    told(tx, "letter.edited", &held.line, "", detail)
}

/// Where it is issued and where the matter lies.
fn seats(tx: &mut Tx, new: &NewLetter) -> Result<(OrgRef, OrgRef), LetterError> {
    let organ = orgs::named(tx, new.organ)?;
    let place = orgs::get(tx, new.place.unwrap_or(new.organ))?;
    if place.path.is_within(&organ.path) {
        return Ok((organ, place));
    }
    let message = format!("{}不在{}的管理范围内，不能由它发文", place.name, organ.name);
    Err(LetterError::invalid(
        "organ",
        "letter.organ_elsewhere",
        message,
    ))
}

/// What the employer's card says.
fn of_employer(tx: &mut Tx, supplied: Supplied, id: EmployerId) -> Result<Supplied, LetterError> {
    let unit = employers::card(tx, id)?;
    let record = Some(id.uuid());
    let code = unit.credit_code.unwrap_or_default();
    Ok(supplied
        .with("employer.name", unit.name, "企业台账的单位名称", record)
        .with(
            "employer.code",
            code.to_string(),
            "企业台账的统一社会信用代码",
            record,
        )
        .with("employer.address", unit.address, "企业台账的地址", record))
}

/// Takes what was typed; the titles of the fields that changed.
fn type_in(
    tx: &Tx,
    rule: Rule,
    values: &mut Values,
    typed: &[(String, String)],
) -> Result<Vec<&'static str>, LetterError> {
    let (by, now) = (tx.actor().label.clone(), tx.now());
    let mut named = Vec::new();
    for (name, text) in typed {
        let Some(field) = rule.body.field(name) else {
            continue;
        };
        if values::typed(values, field, text, &by, now) {
            named.push(field.title.as_str());
        }
    }
    let faults = values::faults(rule.body, values);
    if faults.is_empty() {
        Ok(named)
    } else {
        Err(LetterError::Faulty(faults))
    }
}

/// The body in a person's words; none when it is what the template says anyway.
fn rewrite(
    tx: &mut Tx,
    rule: Rule,
    organ: &str,
    values: &Values,
    text: &str,
) -> Result<Option<Vec<Block>>, LetterError> {
    if text.chars().count() > LONGEST_BODY {
        let message = format!("正文太长，最多 {LONGEST_BODY} 个字");
        return Err(LetterError::invalid("body", "letter.body_long", message));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let blocks: Vec<Block> = lines.map(Block::typed).collect();
    let by_template = drawn(tx, rule, organ, values, "")?.body;
    let same = blocks
        .iter()
        .map(|block| &block.text)
        .eq(by_template.iter().map(|block| &block.text));
    Ok((!blocks.is_empty() && !same).then_some(blocks))
}

/// The addressee as lists show it.
pub(super) fn addressee(
    tx: &mut Tx,
    rule: Rule,
    organ: &str,
    values: &Values,
) -> Result<String, LetterError> {
    if rule.body.addressee.is_empty() {
        return Ok(String::new());
    }
    let full = drawn(tx, rule, organ, values, "")?.addressee;
    let blank = full.contains(crate::letters::render::BLANK);
    Ok(match (blank, rule.body.addressee_private) {
        (true, _) => String::new(),
        (false, true) => values::masked(&full),
        (false, false) => full,
    })
}

/// Id of the reply clock; empty without one.
pub(super) fn reply_clock(rule: Rule) -> &'static str {
    rule.body
        .reply
        .as_ref()
        .map_or("", |reply| reply.clock.as_str())
}

fn seal(tx: &Tx, id: LetterId, content: &Content) -> Result<Vec<u8>, LetterError> {
    let text = serde_json::to_string(content).map_err(broken)?;
    Ok(tx.vault().seal(sealed::CONTENT, &id.to_string(), &text))
}

/// What stands against issuing with these values.
pub(super) fn value_refusals(rule: Rule, values: &Values, refusals: &mut Refusals) {
    for (_, title) in values::missing(rule.body, values) {
        refusals.add("letter.missing", format!("请填写{title}"));
    }
    for (_, message) in values::faults(rule.body, values) {
        refusals.add("letter.faulty", message);
    }
}
