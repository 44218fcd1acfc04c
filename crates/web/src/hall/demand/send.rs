//! Filing what was sent: once, however often it arrives.

use store::StoreError;
use union::cases::{self, CaseError, CaseRef, NewCase, NewEvidence, Reporter};
use union::members;
use union::posters;

use super::super::worker::Worker;
use super::form::{Ground, poster};
use super::parts::SEALED;
use super::posted::Posted;
use super::{KIND, concerned};
use crate::shell::{App, Form, Problem};

/// Kind of evidence that photographs are.
pub(super) const PAPER: &str = "material";

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
    let mark = ground.signed.as_ref().map_or("", |one| one.mark.as_str());
    let own = worker.filter(|_| !mark.is_empty() && form.text("as") == mark);
    let Some(worker) = own.filter(|_| !form.holds("type", SEALED)) else {
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
    let place = ground.place.clone();
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
        let door = if target.scanned { "qr" } else { "hall" };
        let mut new = new_case(form, door);
        new.place = Some(target.org);
        new.respondent = target.employer.as_ref().map(|(id, _)| *id);
        if let Some((_, name)) = target.employer {
            new.fields.insert("employer".to_owned(), name);
        }
        new.title = cases::demand_title(&new.fields);
        new.reporter = reporter;
        new.evidence = papers(posted.files);
        if let Some(known) = cases::by_key(tx, door, form.key())? {
            return Ok(known);
        }
        let filed = match cases::open(tx, &new) {
            Err(CaseError::Store(StoreError::KeyReused)) => return Err(CaseError::Stale),
            other => other?,
        };
        // How often a code was used is read below the desk that answers, where nobody learns of a report.
        let kind = cases::kind(KIND, *tx.district(), tx.today())?;
        let told = !kind.is_confined(&new.fields);
        if let Some(id) = target.poster.filter(|_| told) {
            posters::note_use(tx, id).map_err(|fault| poster(&fault))?;
        }
        Ok::<_, CaseError>(filed)
    })
    .await
}

fn new_case(form: &Form, door: &str) -> NewCase {
    let names = ["type", "subject", "content", "employer", "workers"];
    let mut new = NewCase {
        kind: KIND.to_owned(),
        door: door.to_owned(),
        key: Some(form.key().to_owned()),
        fields: names
            .iter()
            .map(|name| ((*name).to_owned(), form.text(name).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        ..NewCase::default()
    };
    if form.ticked("hide_name") {
        new.fields.insert("hide_name".to_owned(), "是".to_owned());
    }
    new
}

/// Photographs as evidence.
pub(super) fn papers(files: Vec<union::cases::FileBytes>) -> Vec<NewEvidence> {
    files
        .into_iter()
        .map(|file| NewEvidence {
            kind: PAPER.to_owned(),
            text: "当事人上传".to_owned(),
            amount: None,
            file: Some(file),
        })
        .collect()
}
