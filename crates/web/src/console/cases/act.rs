//! 办理: one form for every verb. What it asks is what the kind's definition demands of that verb.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Fen;
use kernel::case_kind::{Allowed, BackTo, Effect, Unit, Verb};
use kernel::ids::CaseId;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{
    self, ActInput, CallInput, Case, CaseError, DeskChoice, FileBytes, LARGEST_FILE, NewEvidence,
    NextOwner,
};

use super::Input;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Posted, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new().get("/cases/{id}/do/{verb}", act, ask).post(
        "/cases/{id}/do/{verb}",
        act,
        carry_out,
    )
}

/// What the form of one verb needs to know.
struct Sheet {
    case: Case,
    allowed: Allowed,
    inputs: Vec<Input>,
    evidence: Vec<(String, String)>,
    demanded: Vec<String>,
    closings: Vec<(String, String)>,
    desks: Vec<DeskChoice>,
    earlier: Vec<(String, String)>,
    clocks: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/cases/act.html")]
struct ActPage {
    frame: Frame,
    sheet: Sheet,
    form: Form,
    errors: FieldErrors,
    largest_mb: usize,
}

fn sheet(tx: &mut Tx, may: CapabilitySet, id: CaseId, verb: &str) -> Result<Sheet, CaseError> {
    let case = cases::get(tx, may, id)?;
    let allowed = cases::buttons(tx, may, &case)
        .into_iter()
        .find(|one| one.verb.id() == verb)
        .ok_or(CaseError::NotFound)?;
    let kind = case.kind;
    let asks = |names: &[String], required: bool| -> Vec<Input> {
        names
            .iter()
            .filter_map(|name| kind.field(name))
            .map(|field| Input::of(field, required))
            .collect()
    };
    let mut inputs = asks(&allowed.fields, true);
    inputs.extend(asks(&allowed.may_fill, false));
    let closes = matches!(allowed.effect, Effect::Close);
    let hands_on = matches!(
        allowed.effect,
        Effect::Transfer | Effect::Assign | Effect::Consult | Effect::Refuse | Effect::Split
    );
    Ok(Sheet {
        evidence: kind
            .evidence
            .iter()
            .map(|one| (one.id.clone(), one.title.clone()))
            .collect(),
        demanded: allowed
            .evidence
            .iter()
            .map(|one| format!("{} 至少 {} 件", kind.evidence_title(&one.kind), one.least))
            .collect(),
        closings: if closes {
            kind.closing
                .iter()
                .map(|one| (one.code.clone(), one.title.clone()))
                .collect()
        } else {
            Vec::new()
        },
        desks: if hands_on || allowed.needs_next {
            cases::choices(tx, &case)?
        } else {
            Vec::new()
        },
        earlier: if matches!(allowed.effect, Effect::Return) {
            earlier(tx, &case)?
        } else {
            Vec::new()
        },
        clocks: if matches!(allowed.effect, Effect::Extend) {
            running(&case)
        } else {
            Vec::new()
        },
        inputs,
        allowed,
        case,
    })
}

/// Where a return may go: the step before, an earlier desk, whoever started it.
fn earlier(tx: &mut Tx, case: &Case) -> Result<Vec<(String, String)>, CaseError> {
    let mut names = super::Directory::default();
    let mut out = vec![
        ("previous".to_owned(), "上一步".to_owned()),
        ("initiator".to_owned(), "发起人（请补充）".to_owned()),
    ];
    for owner in &case.now.trail {
        let words = names.owner(tx, owner)?;
        if out.iter().all(|(value, _)| *value != owner.org) {
            out.push((owner.org.clone(), words));
        }
    }
    Ok(out)
}

/// Clocks that still run and can be extended.
fn running(case: &Case) -> Vec<(String, String)> {
    case.now
        .clocks
        .iter()
        .filter(|clock| clock.state().is_live())
        .map(|clock| (clock.rule.clone(), clock.title.clone()))
        .collect()
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, verb): (CaseId, String),
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let sheet = app.read(who, move |tx| sheet(tx, may, id, &verb)).await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (filled(&sheet), FieldErrors::none(), StatusCode::OK),
    };
    let title = sheet.allowed.title.clone();
    let frame = Frame::new(app, who, jar, form_title(&title, &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb(sheet.case.no.clone(), format!("/cases/{id}"))
        .crumb(title, "");
    let largest_mb = LARGEST_FILE >> 20;
    Ok(page(
        status,
        &ActPage {
            frame,
            sheet,
            form,
            errors,
            largest_mb,
        },
    ))
}

/// The form as it begins: what is known already, and the version it was drawn from.
fn filled(sheet: &Sheet) -> Form {
    let known = sheet.inputs.iter().filter_map(|input| {
        let name = input.name.strip_prefix("field.")?;
        Some((input.name.clone(), sheet.case.now.fields.get(name)?.clone()))
    });
    let version = ("version".to_owned(), sheet.case.version.to_string());
    Form::from_pairs(known.chain([version]).collect())
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, String)>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, at, None).await
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(CaseId, String)>,
    mut posted: Posted<{ LARGEST_FILE >> 20 }>,
) -> Result<Response, Problem> {
    let (may, form, file) = (who.capabilities, posted.form.clone(), posted.file());
    let done = Verb::of(verb.clone());
    let result = app
        .write(&who, move |tx| {
            let input = read(&posted.form, file)?;
            cases::act(tx, may, id, &done, &input)
        })
        .await;
    match result {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}?done={verb}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, (id, verb), Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

/// The fields of the kind among those of a form, as typed; empty ones are not stated.
pub(in crate::console) fn fields(form: &Form) -> BTreeMap<String, String> {
    form.names()
        .filter_map(|name| {
            Some((
                name.strip_prefix("field.")?.to_owned(),
                form.text(name).to_owned(),
            ))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn read(form: &Form, file: Option<FileBytes>) -> Result<ActInput, CaseError> {
    let text = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    Ok(ActInput {
        note: form.text("note").to_owned(),
        next_owner: next_owner(form.text("next")),
        back_to: match form.text("back_to") {
            "" | "previous" => BackTo::Previous,
            "initiator" => BackTo::Initiator,
            desk => BackTo::Desk(desk.to_owned()),
        },
        evidence: piece(form, file)?.into_iter().collect(),
        fields: fields(form),
        closing_code: text("closing"),
        clock: text("clock"),
        extend_by: form
            .parsed("extend_days")
            .map(|days| (days, Unit::WorkingDay)),
        call: text("whom").map(|whom| CallInput {
            whom,
            solved: form.text("solved") == "yes",
            satisfied: form.text("satisfied") == "yes",
        }),
        version: form.parsed("version"),
        ..ActInput::default()
    })
}

/// `ORG` or `ORG/PERSON`, as the list of desks writes it.
fn next_owner(text: &str) -> Option<NextOwner> {
    let (org, person) = text.split_once('/').unwrap_or((text, ""));
    Some(NextOwner {
        org: Some(org.parse().ok()?),
        person: person.parse().ok(),
    })
}

/// The piece of evidence that came along, if its kind was chosen or a file was sent.
pub(in crate::console) fn piece(
    form: &Form,
    file: Option<FileBytes>,
) -> Result<Option<NewEvidence>, CaseError> {
    let kind = form.text("evidence");
    if kind.is_empty() {
        return match file {
            None => Ok(None),
            Some(_) => Err(CaseError::Invalid {
                field: "evidence",
                code: "case.evidence_kind",
                message: "上传了附件，请选择它是哪种凭证".to_owned(),
            }),
        };
    }
    let amount = match form.text("evidence_amount") {
        "" => None,
        typed => Some(Fen::parse_yuan(typed).map_err(|_| CaseError::Invalid {
            field: "evidence_amount",
            code: "case.evidence_amount",
            message: "凭证金额应为数字（元），例如 6000 或 6000.50".to_owned(),
        })?),
    };
    Ok(Some(NewEvidence {
        kind: kind.to_owned(),
        text: form.text("evidence_text").to_owned(),
        amount,
        file,
    }))
}

impl Sheet {
    fn asks_call(&self) -> bool {
        matches!(self.allowed.effect, Effect::CallBack)
    }
}
