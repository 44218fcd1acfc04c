//! 登记线索: what people of the union see, entered by hand, once however often it is sent.

use kernel::{Date, EmployerId, OrgId};
use serde_json::json;
use store::idempotency::Answer;
use store::{StoreError, Tx};

use super::cells::LONGEST;
use super::feed::{Feed, Once};
use super::feeds::{self, BY_HAND, BY_SENTINEL};
use super::model::{Fields, Quality, SubjectId};
use super::signals::{self, NewSignal, Taken, Whom};
use super::subjects::{self, SubjectDraft};
use super::{ArrearsError, Permit, alerts, kinds, known, rules, rulesets};
use crate::access::Capability;
use crate::{employers, orgs};

/// Whom a lead is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An employer of the register, within reach.
    Employer(EmployerId),
    /// A construction project, by name, on the desk of a union.
    Project(String, OrgId),
}

/// A lead as a form or the API gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The client's key of this submission: the second arrival gets the first answer.
    pub key: String,
    /// Whom it is about.
    pub about: About,
    /// Kind, as the signal definitions name it.
    pub kind: String,
    /// The day it speaks about; never in the future.
    pub day: Date,
    /// Its values by field name; amounts in fen.
    pub fields: Vec<(String, i64)>,
    /// Whether somebody of the union has seen it.
    pub verified: bool,
    /// The source's own number, where the kind has one.
    pub reference: String,
}

/// What became of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// Whom it is about.
    pub subject: SubjectId,
    /// What became of it.
    pub taken: Taken,
}

/// Enters a lead (登记线索). It counts at once; the evaluation follows within seconds.
///
/// # Errors
/// Forbidden; the employer is out of reach; a value is not acceptable; the key came before with another content.
pub fn enter_signal(tx: &mut Tx, permit: &Permit, lead: &Lead) -> Result<Entered, ArrearsError> {
    rules::require(permit, Capability::SignalsEnter)?;
    let content = format!("{lead:?}");
    let who = who(tx);
    let answer = tx.once::<ArrearsError>(&who, &lead.key, content.as_bytes(), |tx| {
        let fields = Fields::new(lead.fields.clone());
        let faults = lead_faults(
            tx,
            &lead.kind,
            Some(lead.day),
            (&fields, &[]),
            &lead.reference,
        )?;
        refused(faults)?;
        let draft = draft(tx, &lead.about)?;
        let one = One {
            draft,
            kind: &lead.kind,
            day: lead.day,
            fields,
            quality: if lead.verified {
                Quality::Verified
            } else {
                Quality::Reported
            },
            reference: if lead.reference.trim().is_empty() {
                &lead.key
            } else {
                lead.reference.trim()
            },
            once: once_of(tx, &lead.kind)?,
        };
        let entered = by_hand(tx, "登记", &one)?;
        let body = json!({ "subject": entered.subject, "taken": entered.taken.id() });
        Ok(Answer::new(201, body))
    })?;
    let subject = answer
        .body
        .get("subject")
        .and_then(|id| id.as_str()?.parse().ok());
    let taken = answer
        .body
        .get("taken")
        .and_then(|taken| Taken::from_id(taken.as_str()?));
    subject
        .zip(taken)
        .map(|(subject, taken)| Entered { subject, taken })
        .ok_or_else(|| StoreError::Database("幂等记录不完整".to_owned()).into())
}

/// What is wrong with a lead: the field, a stable code, and what would be accepted.
pub type LeadFault = (&'static str, &'static str, String);

/// Everything that is wrong with what a lead says, whoever it is about: a kind that is reported of today, a day that has
/// begun and that the rules in force still look at, values that can be true, a reference of a line. A form that could not
/// read a day or some values asks about the rest, so that all faults are told at once.
///
/// # Errors
/// The rule set in force does not hold together.
pub fn lead_faults(
    tx: &mut Tx,
    kind: &str,
    day: Option<Date>,
    (fields, unread): (&Fields, &[&str]),
    reference: &str,
) -> Result<Vec<LeadFault>, ArrearsError> {
    let today = tx.today();
    let mut faults = Vec::new();
    let feeds = Feed::all(*tx.district(), today)?;
    if kind == alerts::DEFERRAL {
        let message = "依法延期支付要有协议：请打开这家单位的预警，在“更多操作”的“登记依法延期”里写明协议编号和到期日，\
                       线索随之登记";
        return Ok(vec![("kind", "signal.by_agreement", message.to_owned())]);
    }
    if kinds::is_past_only(&feeds, kind) {
        let message = format!("“{kind}”只用于回测，不能登记为线索");
        return Ok(vec![("kind", "signal.past_only", message)]);
    }
    faults.extend(match day {
        Some(day) => day_fault(tx, today, day)?,
        None => None,
    });
    let values = value_faults(kind, fields).into_iter();
    faults.extend(values.filter(|(field, ..)| !unread.contains(field)));
    if reference.trim().chars().count() > LONGEST {
        let message = format!("来源编号太长，最多 {LONGEST} 个字");
        faults.push(("reference", "signal.too_long", message));
    }
    Ok(faults)
}

fn day_fault(tx: &mut Tx, today: Date, day: Date) -> Result<Option<LeadFault>, ArrearsError> {
    if day > today {
        return Ok(Some(not_begun(day)));
    }
    let rules = rulesets::in_force(tx, today)?;
    let first = known::first_day(&rules, today);
    let message = format!("日期 {day} 太早：现行预警规则最早只看 {first} 以后的线索，请核对");
    Ok((day < first).then_some(("day", "signal.too_old", message)))
}

fn not_begun(day: Date) -> LeadFault {
    let message = format!("日期 {day} 还没有到，请核对");
    ("day", "signal.future", message)
}

/// What is wrong with kind and values.
fn value_faults(kind: &str, fields: &Fields) -> Vec<LeadFault> {
    if kinds::schema(kind).is_none() {
        let message = format!("没有名为“{kind}”的线索种类");
        return vec![("kind", "signal.kind", message)];
    }
    let faults = kinds::faults(kind, fields).into_iter();
    faults
        .map(|fault| {
            let field = kinds::field_of(kind, &fault.field).unwrap_or("fields");
            (field, "signal.value", fault.message)
        })
        .collect()
}

/// One fault keeps its code; several are told together.
fn refused(mut faults: Vec<LeadFault>) -> Result<(), ArrearsError> {
    match (faults.len(), faults.pop()) {
        (_, None) => Ok(()),
        (1, Some((field, code, message))) => Err(ArrearsError::invalid(field, code, message)),
        (_, Some(last)) => {
            faults.push(last);
            let faults = faults.into_iter();
            let told = faults.map(|(field, _, message)| (field, message)).collect();
            Err(ArrearsError::Faulty(told))
        }
    }
}

/// Who keys belong to.
pub(super) fn who(tx: &Tx) -> String {
    tx.actor()
        .account
        .map_or_else(|| "arrears".to_owned(), |account| account.to_string())
}

fn draft(tx: &mut Tx, about: &About) -> Result<SubjectDraft, ArrearsError> {
    match about {
        About::Employer(id) => Ok(SubjectDraft::employer(&employers::get(tx, *id)?)),
        About::Project(name, org) => {
            let org = orgs::get(tx, *org)?;
            if kernel::text::trim(name).chars().count() < 2 {
                return Err(ArrearsError::invalid(
                    "project",
                    "signal.project",
                    "请写明工程项目的名称",
                ));
            }
            Ok(SubjectDraft::project(name, org.path))
        }
    }
}

/// What makes two reports of a kind one event: as the kind's feed says, else the month.
pub(super) fn once_of(tx: &Tx, kind: &str) -> Result<Once, ArrearsError> {
    let feeds = Feed::all(*tx.district(), tx.today())?;
    let feed = feeds.iter().find(|one| one.feed.signal == kind);
    Ok(feed.map_or(Once::Month, |one| one.feed.once))
}

/// One observation to be filed.
pub(super) struct One<'a> {
    pub draft: SubjectDraft,
    pub kind: &'a str,
    pub day: Date,
    pub fields: Fields,
    pub quality: Quality,
    pub reference: &'a str,
    pub once: Once,
}

/// Files what was entered by hand.
pub(super) fn by_hand(tx: &mut Tx, source: &str, one: &One<'_>) -> Result<Entered, ArrearsError> {
    let feed = format!("{BY_HAND}{}", one.kind);
    file(tx, &feed, source, one)
}

/// Files what a check-in means.
pub(super) fn by_sentinel(tx: &mut Tx, one: &One<'_>) -> Result<Entered, ArrearsError> {
    let feed = format!("{BY_SENTINEL}{}", one.kind);
    file(tx, &feed, "哨点", one)
}

/// Files one observation under a feed, as a delivery of one row.
pub(super) fn file(
    tx: &mut Tx,
    feed: &str,
    source: &str,
    one: &One<'_>,
) -> Result<Entered, ArrearsError> {
    file_as(tx, feed, source, (one, None))
}

/// As [`file`], with the number under which another source knows the same event.
pub(super) fn file_as(
    tx: &mut Tx,
    feed: &str,
    source: &str,
    (one, known_as): (&One<'_>, Option<&str>),
) -> Result<Entered, ArrearsError> {
    let early = (one.day > tx.today()).then(|| not_begun(one.day));
    refused(
        early
            .into_iter()
            .chain(value_faults(one.kind, &one.fields))
            .collect(),
    )?;
    let subject = subjects::ensure(tx, std::slice::from_ref(&one.draft))?
        .pop()
        .ok_or(ArrearsError::NotFound)?;
    let mut delivery = feeds::begin(tx, feed, source)?;
    let new = NewSignal {
        about: Whom::Known(subject),
        kind: one.kind.to_owned(),
        day: one.day,
        arrived: tx.now(),
        fields: one.fields.clone(),
        quality: one.quality,
        reference: one.reference.to_owned(),
        known_as: known_as.map(str::to_owned),
        once: one.once,
        org_path: one.draft.org_path.clone(),
    };
    let taken = signals::take_many(tx, &mut delivery, std::slice::from_ref(&new))?
        .pop()
        .ok_or(ArrearsError::NotFound)?;
    feeds::finish(tx, &delivery)?;
    alerts::jobs::ask(tx, delivery.begun)?;
    Ok(Entered { subject, taken })
}
