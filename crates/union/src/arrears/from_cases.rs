//! 工会受理的诉求: what workers bring to the union about wages is a signal like what the hotline sends. Which kinds of
//! cases speak, about which matters and until when, stands in their definitions (`[[signal]]`); this room listens to
//! the cases.
//!
//! One event a case, with how many people it says and nothing of who they are. A case that came under the number of a
//! hotline (来件编号) is the same event as that hotline's own row, whichever of the two is there first. Of a sealed report (举报) nobody sees so
//! much as the number. When a case is withdrawn, not accepted, merged into another or turns out to be about something
//! else, its signal is taken back.

use std::fmt::Write as _;

use kernel::ids::CaseId;
use kernel::{Date, text};
use sm3::{Digest, Sm3};
use store::jobs::{Job, JobFault, JobHandler};
use store::{Audit, Db, Tx, args};

use super::entry::{self, One};
use super::feed::Once;
use super::model::{Fields, Quality, SignalId, SubjectId};
use super::signals::Mark;
use super::subjects::{self, SubjectDraft};
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
    day: Date,
    /// How the signal names its case.
    reference: String,
    /// The number under which an office sent it (来件编号); empty where none did.
    outer: String,
}

impl Says {
    fn subject(&self) -> SubjectId {
        SubjectId::from(self.employer.id.uuid())
    }

    fn fields(&self) -> Fields {
        Fields::new([("people", self.people)])
    }

    /// Under which number another source knows the same event.
    fn known_as(&self) -> Option<&str> {
        Some(self.outer.as_str()).filter(|number| !number.is_empty())
    }

    /// The event: what the office that sent it has under this number is the same one, and so are cases of one number.
    fn event(&self) -> Mark {
        let number = self.known_as().unwrap_or(&self.reference);
        let period = signals::period(Once::Reference, self.day, number);
        signals::mark(self.subject(), self.kind, &period)
    }
}

fn take_over(tx: &mut Tx, id: CaseId) -> Result<(), ArrearsError> {
    let Some(case) = load(tx, id)? else {
        return Ok(());
    };
    let (district, says) = (*tx.district(), says(tx, &case)?);
    let now = says.as_ref().map(Says::event);
    let row = tx.opt(&sql::CASE_SIGNAL, args![district, id])?;
    let said = row.is_some();
    let (kept, before) = match row {
        None => (None, None),
        Some(row) => match row.get::<Option<Vec<u8>>>(1)? {
            Some(event) => (Some(event.clone()), Some(event)),
            None => (None, filed_before(tx, row.get(0)?, &case)?),
        },
    };
    let speaks = now.as_ref().map(|now| &now[..]);
    if kept.as_deref() != speaks || said && speaks.is_none() {
        note(tx, &case, says.as_ref(), said)?;
    }
    if let Some(before) = before.filter(|before| speaks != Some(before)) {
        settle(tx, &before)?;
    }
    match now {
        Some(event) => settle(tx, &event),
        None => Ok(()),
    }
}

/// Keeps of which event a case speaks, or that it speaks of none any more.
fn note(tx: &mut Tx, case: &Case, says: Option<&Says>, said: bool) -> Result<(), ArrearsError> {
    let (district, id) = (*tx.district(), case.id);
    match says {
        Some(says) => {
            subjects::ensure(tx, &[SubjectDraft::employer(&says.employer)])?;
            tx.exec(
                &sql::PUT_CASE_SIGNAL,
                args![district, id, says.subject(), says.event().to_vec()],
            )?;
        }
        None if said => {
            tx.exec(&sql::DROP_CASE_SIGNAL, args![district, id])?;
        }
        None => return Ok(()),
    }
    tx.audit(
        Audit::of("signal.case_speaks", "case", id)
            .at(&case.org_path)
            .detail(serde_json::json!({ "no": case.no, "speaks": says.is_some() })),
    )?;
    Ok(())
}

/// The event of what a case said before events were kept.
fn filed_before(
    tx: &mut Tx,
    subject: SubjectId,
    case: &Case,
) -> Result<Option<Vec<u8>>, ArrearsError> {
    let row = tx.opt(
        &sql::STANDS_UNDER,
        args![*tx.district(), subject, FEED, reference(case)],
    )?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// One signal stands for the cases of an event: what the gravest of them says; none where none speaks of it any more.
fn settle(tx: &mut Tx, event: &[u8]) -> Result<(), ArrearsError> {
    let district = *tx.district();
    let mut speak: Vec<Says> = Vec::new();
    for row in &tx.all(&sql::CASES_OF_EVENT, args![district, event])? {
        let Some(case) = load(tx, row.get(0)?)? else {
            continue;
        };
        let said = says(tx, &case)?;
        speak.extend(said.filter(|said| said.event()[..] == *event));
    }
    let stands = tx.opt(&sql::STANDS_FOR, args![district, event, FEED])?;
    let gravest = speak.iter().rev().max_by_key(|one| one.people);
    if let Some(row) = stands {
        let (id, fields, reference): (SignalId, Fields, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let lives = speak.iter().any(|one| one.reference == reference);
        if lives && gravest.is_some_and(|one| one.fields() == fields) {
            return Ok(());
        }
        if !lives {
            signals::withdraw(tx, id, "办件不再是这家单位的欠薪诉求")?;
            alerts::jobs::ask(tx, tx.now())?;
        }
    }
    let Some(says) = gravest else {
        return Ok(());
    };
    let one = One {
        draft: SubjectDraft::employer(&says.employer),
        kind: says.kind,
        day: says.day,
        fields: says.fields(),
        quality: Quality::Reported,
        reference: &says.reference,
        once: Once::Reference,
    };
    entry::file_as(tx, FEED, "办件", (&one, says.known_as()))?;
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
    let outer = rule.outer.as_ref().and_then(|field| fields.get(field));
    Ok(employer.map(|employer| Says {
        kind: &rule.kind,
        employer,
        people: people.unwrap_or(1).max(1),
        day: case.opened_at.shanghai_date(),
        reference: reference(case),
        outer: outer.map_or_else(String::new, |number| text::compact_code(number)),
    }))
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
