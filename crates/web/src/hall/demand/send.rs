//! Filing what was sent: once, however often it arrives.

use kernel::case_kind::{CaseKind, FieldType, Own};
use store::StoreError;
use union::cases::{self, CaseError, CaseRef, NewCase, NewEvidence, Reporter};
use union::members;
use union::posters;

use super::super::worker::Worker;
use super::concerned;
use super::form::{Ground, poster};
use super::parts::is_sealed;
use super::posted::Posted;
use crate::shell::{App, Form, Problem};

/// Who reports: the worker who has signed in, if the form was written by that one; otherwise what was typed. A report
/// (举报) is never taken from the account.
async fn reporter(
    app: &App,
    worker: Option<&Worker>,
    ground: &Ground,
    form: &Form,
) -> Result<Option<Reporter>, Problem> {
    let typed = Reporter {
        name: form.text("name").to_owned(),
        phone: form.text("phone").to_owned(),
        member: None,
    };
    let own = worker.filter(|_| ground.writer(form).is_some());
    let Some(worker) = own.filter(|_| !is_sealed(ground.kind, form)) else {
        let told = !typed.name.is_empty() || !typed.phone.is_empty();
        return Ok(told.then_some(typed));
    };
    let (name, phone) = worker.read(app, members::own::contact).await?;
    let phone = match typed.phone.as_str() {
        "" => phone.unwrap_or_default(),
        _ => typed.phone,
    };
    Ok(Some(Reporter {
        name,
        phone,
        member: Some(worker.member),
    }))
}

/// Opens the case. A form that was heard before gets its first receipt, also when it was changed meanwhile: the phone
/// could not know.
pub(super) async fn file(
    app: &App,
    worker: Option<&Worker>,
    ground: &Ground,
    posted: Posted,
) -> Result<CaseRef, Problem> {
    let reporter = reporter(app, worker, ground, &posted.form).await?;
    let (place, kind, own) = (ground.place.clone(), ground.kind, ground.own);
    app.write_as(concerned(app), move |tx| {
        let form = &posted.form;
        let target = place
            .target(tx, form.text("place"))
            .map_err(|fault| poster(&fault))?
            .map_err(|message| CaseError::Invalid {
                field: "place",
                code: "case.place",
                message: message.to_owned(),
            })?;
        let door = kind.own_door(target.scanned);
        let mut new = new_case(kind, form, door);
        new.place = Some(target.org);
        new.respondent = target.employer.as_ref().map(|(id, _)| *id);
        if let Some((_, name)) = target.employer {
            new.fields.insert(own.employer.clone(), name);
        }
        new.title = kind.own_line(&new.fields);
        if let (Some(field), Some(one)) = (kind.person_field(), &reporter) {
            new.fields.insert(field.name.clone(), one.name.clone());
        }
        new.reporter = reporter;
        new.evidence = own.form.iter().map(|kind| filled_in(kind)).collect();
        new.evidence.extend(papers(posted.files));
        if let Some(known) = cases::by_key(tx, door, form.key())? {
            return Ok(known);
        }
        let filed = match cases::open(tx, &new) {
            Err(CaseError::Store(StoreError::KeyReused)) => return Err(CaseError::Stale),
            other => other?,
        };
        // How often a code was used is read below the desk that answers, where nobody learns of a report.
        let told = !kind.is_confined(&new.fields);
        if let Some(id) = target.poster.filter(|_| told) {
            posters::note_use(tx, id).map_err(|fault| poster(&fault))?;
        }
        Ok::<_, CaseError>(filed)
    })
    .await
}

/// What was answered, question by question; a box that was ticked says 是.
fn new_case(kind: &CaseKind, form: &Form, door: &str) -> NewCase {
    let answers = kind.asked().map(|(field, _)| {
        let typed = match field.kind {
            FieldType::Flag if form.ticked(&field.name) => "是",
            FieldType::Flag => "",
            _ => form.text(&field.name),
        };
        (field.name.clone(), typed.to_owned())
    });
    NewCase {
        kind: kind.id.clone(),
        door: door.to_owned(),
        key: Some(form.key().to_owned()),
        fields: answers.filter(|(_, value)| !value.is_empty()).collect(),
        ..NewCase::default()
    }
}

/// The form as the written application it is (书面申请).
fn filled_in(kind: &str) -> NewEvidence {
    NewEvidence {
        kind: kind.to_owned(),
        text: "本人在手机上填写并提交".to_owned(),
        ..NewEvidence::default()
    }
}

/// Photographs as evidence.
pub(super) fn papers(files: Vec<union::cases::FileBytes>) -> Vec<NewEvidence> {
    files
        .into_iter()
        .map(|file| NewEvidence {
            kind: Own::PAPERS.to_owned(),
            text: "当事人上传".to_owned(),
            amount: None,
            file: Some(file),
        })
        .collect()
}
