//! 更正: a step writes who or what a case is about anew. The person concerned, the employer of the register and what tells
//! this matter from others follow the fields; what stood there before stays in the file (原为).

use std::collections::BTreeMap;

use kernel::case_kind::Outcome;
use kernel::ids::{CaseId, CasePartyId};
use kernel::{EmployerId, MobilePhone};
use serde_json::json;
use store::jobs::{Job, JobFault};
use store::{Audit, Db, Tx, args};

use super::intake::{self, NAME};
use super::model::{Case, NewCase, Reporter};
use super::{CaseError, find, identity, kinds, load, matter, sql};

/// Cases looked at in one transaction.
const CHUNK: i64 = 200;

/// What follows from the fields of a step beside the fields themselves.
///
/// # Errors
/// The store failed.
pub(super) fn follow(tx: &mut Tx, case: &Case, outcome: &Outcome) -> Result<(), CaseError> {
    let (before, after) = (&case.now.fields, &outcome.case.fields);
    if before == after || case.sealed_reporter {
        return Ok(());
    }
    let written = |name: &str| {
        let new = after.get(name).filter(|text| !text.trim().is_empty());
        new.filter(|_| before.get(name) != after.get(name)).cloned()
    };
    let person = case
        .kind
        .person_field()
        .and_then(|field| written(&field.name));
    if let Some(name) = &person {
        name_person(tx, case.id, name)?;
    }
    let tells = case.kind.matter.iter().any(|name| written(name).is_some());
    if !tells {
        return Ok(());
    }
    let unit = matter::unit(tx, case.kind, after)?;
    let side = super::helpers::OTHER_SIDE
        .iter()
        .any(|name| written(name).is_some());
    if side {
        about(tx, case.id, unit)?;
    }
    tells_from_others(tx, case, after, unit)
}

/// What tells a matter from others follows its fields and the employer the register knows.
pub(super) fn tells_from_others(
    tx: &mut Tx,
    case: &Case,
    fields: &BTreeMap<String, String>,
    unit: Option<EmployerId>,
) -> Result<(), CaseError> {
    let reporter = identity::reporter(tx, case)?;
    let phone = reporter.as_ref().map(|one| one.phone.clone());
    let phone = phone.and_then(|typed| MobilePhone::parse(&typed).ok());
    let phone = phone.map(|phone| phone.as_str().to_owned());
    let new = NewCase {
        place: Some(case.place),
        reporter: reporter.map(|one| Reporter {
            member: one.member.or(case.member),
            ..one
        }),
        ..NewCase::default()
    };
    let about = matter::About {
        kind: case.kind,
        fields,
        new: &new,
        phone: phone.as_deref(),
    };
    let (district, index) = (*tx.district(), about.index(tx, unit));
    tx.exec(&sql::MOVE_MATTER, args![district, case.id, index])?;
    Ok(())
}

/// The person concerned has this name: sealed and found like any other.
fn name_person(tx: &mut Tx, case: CaseId, name: &str) -> Result<(), CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::PARTIES, args![district, case])?;
    for row in &rows {
        if row.text(1)? != "reporter" {
            continue;
        }
        let id: CasePartyId = row.get(0)?;
        let sealed = tx.vault().seal(NAME, &id.to_string(), name.trim());
        let index = find::name_index(tx.vault(), name);
        tx.exec(&sql::RENAME_PARTY, args![district, id, sealed, index])?;
        return Ok(());
    }
    let who = Reporter {
        name: name.to_owned(),
        ..Reporter::default()
    };
    intake::party(tx, case, "reporter", &who, None, false)
}

/// The case is about this employer of the register, or about one that the register does not know.
fn about(tx: &mut Tx, case: CaseId, unit: Option<EmployerId>) -> Result<(), CaseError> {
    let district = *tx.district();
    tx.exec(&sql::DROP_RESPONDENT, args![district, case])?;
    match unit {
        Some(unit) => intake::respondent(tx, case, unit),
        None => Ok(()),
    }
}

/// Cases from before the person concerned stood beside the fields: the night notes the name as a person, masked and sealed
/// from then on; how many.
///
/// # Errors
/// The store failed, or another worker has taken the job.
pub(super) fn note_persons(
    db: &Db,
    job: &Job,
    renew: impl Fn() -> Result<(), JobFault>,
) -> Result<usize, JobFault> {
    let mut all = 0;
    let actor = job.actor();
    let again = |fault: CaseError| JobFault::again(fault.to_string());
    let kinds = db
        .read(&actor, |tx| {
            let known = kinds::kinds(*tx.district(), tx.today()).into_iter();
            let with_person = known.filter(|kind| kind.person_field().is_some());
            Ok::<_, CaseError>(with_person.map(|kind| kind.id.clone()).collect::<Vec<_>>())
        })
        .map_err(again)?;
    for kind in kinds {
        let mut after = CaseId::from(uuid::Uuid::nil());
        loop {
            let (seen, noted) = db
                .write(&actor, |tx| note_some(tx, &kind, after))
                .map_err(again)?;
            all += noted;
            let Some(last) = seen else { break };
            after = last;
            renew()?;
        }
    }
    Ok(all)
}

/// Some of them: the last case seen, and how many persons were noted.
fn note_some(tx: &mut Tx, kind: &str, after: CaseId) -> Result<(Option<CaseId>, usize), CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::WITHOUT_PERSON, args![district, kind, after, CHUNK])?;
    let (mut last, mut noted) = (None, 0);
    for row in &rows {
        let id: CaseId = row.get(0)?;
        last = Some(id);
        let case = load::whole(tx, id)?;
        let field = case.kind.person_field();
        let name = field.and_then(|field| case.now.fields.get(&field.name));
        let Some(name) = name.filter(|name| !name.trim().is_empty()).cloned() else {
            continue;
        };
        name_person(tx, id, &name)?;
        tx.audit(
            Audit::of("case.person_noted", "case", id)
                .at(&case.org_path)
                .detail(json!({ "no": case.no })),
        )?;
        noted += 1;
    }
    Ok((last, noted))
}
