//! 工会受理的诉求: what workers bring to the union about wages is a signal like what the hotline sends. Which kinds of
//! cases speak, about which matters and until when, stands in their definitions (`[[signal]]`); this room listens to
//! the cases.
//!
//! One event a case, with how many people it says and nothing of who they are. Of a sealed report (举报) nobody sees so
//! much as the number. When a case is withdrawn, not accepted, merged into another or turns out to be about something
//! else, its signal is taken back.

use std::fmt::Write as _;

use kernel::ids::CaseId;
use sm3::{Digest, Sm3};
use store::jobs::{Job, JobFault, JobHandler};
use store::{Db, Tx, args};

use super::entry::{self, One};
use super::feed::Once;
use super::model::{Fields, Quality, SignalId, SubjectId};
use super::subjects::SubjectDraft;
use super::{ArrearsError, alerts, signals, sql};
use crate::cases::{self, Case, CaseError};
use crate::employers::{self, EmployerRef};

/// The source.
pub(super) const FEED: &str = "union_cases";
/// Beginning of the reference of a report whose number nobody is shown.
const SEALED: &str = "不公开-";
/// Bytes of a digest that tell two sealed reports apart.
const TOLD_APART: usize = 8;

/// Takes over what cases say.
#[derive(Debug, Default)]
pub struct Complaints;

impl JobHandler for Complaints {
    fn kind(&self) -> &'static str {
        "arrears.complaints"
    }

    fn events(&self) -> &'static [&'static str] {
        &[
            "case.opened",
            "case.acted",
            "case.closed",
            "case.merged",
            "case.folded",
        ]
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let about = job.payload.get("subject_id").and_then(|id| id.as_str());
        let Some(Ok(case)) = about.map(str::parse::<CaseId>) else {
            return Err(JobFault::give_up("办件编号不正确"));
        };
        // Most cases say nothing: look without taking the writer's turn.
        let speaks = db.read(&job.actor(), |tx| {
            Ok::<_, ArrearsError>(load(tx, case)?.is_some())
        });
        match speaks {
            Ok(false) => Ok(()),
            Ok(true) => db.write(&job.actor(), |tx| take_over(tx, case)),
            Err(fault) => Err(fault),
        }
        .map_err(|fault| JobFault::again(fault.to_string()))
    }
}

/// A case of a kind that speaks.
fn load(tx: &mut Tx, id: CaseId) -> Result<Option<Case>, ArrearsError> {
    match cases::get_linked(tx, id) {
        Ok(case) => Ok(Some(case).filter(|case| !case.kind.signal.is_empty())),
        Err(CaseError::NotFound) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// What a case says now.
struct Says {
    kind: &'static str,
    employer: EmployerRef,
    people: i64,
}

fn take_over(tx: &mut Tx, id: CaseId) -> Result<(), ArrearsError> {
    let Some(case) = load(tx, id)? else {
        return Ok(());
    };
    let (district, now) = (*tx.district(), says(tx, &case)?);
    let reference = reference(&case);
    let about = now
        .as_ref()
        .map(|says| SubjectId::from(says.employer.id.uuid()));
    let said: Option<SubjectId> = tx
        .opt(&sql::CASE_SIGNAL, args![district, id])?
        .map(|row| row.get(0))
        .transpose()?;
    if let Some(before) = said.filter(|before| Some(*before) != about)
        && let Some((signal, _)) = stands(tx, before, &reference)?
    {
        signals::withdraw(tx, signal, "办件不再是这家单位的欠薪诉求")?;
        alerts::jobs::ask(tx, tx.now())?;
    }
    let Some(says) = now else {
        return Ok(());
    };
    let subject = SubjectId::from(says.employer.id.uuid());
    let fields = Fields::new([("people", says.people)]);
    if stands(tx, subject, &reference)?.is_some_and(|(_, known)| known == fields) {
        return Ok(());
    }
    let one = One {
        draft: SubjectDraft::employer(&says.employer),
        kind: says.kind,
        day: case.opened_at.shanghai_date(),
        fields,
        quality: Quality::Reported,
        reference: &reference,
        once: Once::Reference,
    };
    entry::file(tx, FEED, "办件", &one)?;
    tx.exec(&sql::PUT_CASE_SIGNAL, args![district, id, subject])?;
    Ok(())
}

/// What a case says; nothing where it is no such matter, does not count any more, or its employer is not certain.
fn says(tx: &mut Tx, case: &Case) -> Result<Option<Says>, ArrearsError> {
    let fields = &case.now.fields;
    let closing = case.closing.as_deref();
    let Some(rule) = case.kind.speaks(fields, &case.now.state, closing) else {
        return Ok(None);
    };
    let employer = match cases::respondent(tx, case.id)? {
        Some(id) => Some(employers::get(tx, id)?),
        None => {
            let written = fields.get(&rule.employer).map_or("", String::as_str);
            let mut found = match written.trim().is_empty() {
                true => Vec::new(),
                false => employers::find(tx, written)?,
            };
            found.pop().filter(|_| found.is_empty())
        }
    };
    let people = rule.people.as_ref().and_then(|field| fields.get(field));
    let people = people.and_then(|text| text.trim().parse::<i64>().ok());
    Ok(employer.map(|employer| Says {
        kind: &rule.kind,
        employer,
        people: people.unwrap_or(1).max(1),
    }))
}

/// What stands of a case about a subject.
fn stands(
    tx: &mut Tx,
    subject: SubjectId,
    reference: &str,
) -> Result<Option<(SignalId, Fields)>, ArrearsError> {
    let row = tx.opt(
        &sql::STANDS_UNDER,
        args![*tx.district(), subject, FEED, reference],
    )?;
    Ok(row
        .map(|row| Ok::<_, store::StoreError>((row.get(0)?, row.get(1)?)))
        .transpose()?)
}

/// How the signal names its case: by its number, or, of a sealed report, by something that tells it from others only.
fn reference(case: &Case) -> String {
    if !case.sealed_reporter {
        return case.no.clone();
    }
    let digest = Sm3::digest(case.id.to_string().as_bytes());
    let mut sealed = SEALED.to_owned();
    for byte in digest.iter().take(TOLD_APART) {
        // Writing into a string cannot fail.
        let _ = write!(sealed, "{byte:02x}");
    }
    sealed
}

/// The number of the case a signal comes from, where it may be shown.
pub(super) fn case_no(feed: &str, reference: &str) -> Option<String> {
    (feed == FEED && !reference.starts_with(SEALED)).then(|| reference.to_owned())
}
