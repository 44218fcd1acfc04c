//! 登记办件: staff enter a matter for somebody, at the window or on the phone. The page says so (代办).

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::case_kind::CaseKind;
use kernel::ids::{CaseId, OrgId};
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, CaseError, NewCase, PublicCase, Reporter, Sent};
use union::orgs;

use super::typed::fields;
use super::{Input, list};
use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::hall::site_address;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new()
        .get("/cases/new", act, ask)
        .post("/cases/new", act, open)
        .get("/cases/{id}/receipt", act, receipt)
        .post("/cases/{id}/receipt", act, verify)
}

#[derive(Deserialize, Default)]
struct Chosen {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "console/cases/new.html")]
struct NewPage {
    frame: Frame,
    consents: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    kind: Option<&'static CaseKind>,
    doors: Vec<(String, String)>,
    /// Unions to choose the place from.
    places: Vec<String>,
    inputs: Vec<Input>,
    form: Form,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "console/cases/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    no: String,
    title: String,
    code: String,
    qr: String,
    at: String,
    /// Who entered it for the person, and how that one agreed.
    entered: Option<(String, String)>,
    sent: Option<Sent>,
    /// A digest was compared: whether it is the one.
    checked: Option<bool>,
    /// Whether the case itself may be looked at.
    within: bool,
    id: CaseId,
}

/// Kinds a person may open at a desk: those another room opens by itself are left out.
pub(crate) fn offered(tx: &Tx, may: CapabilitySet) -> Vec<(String, String)> {
    let (district, today) = (*tx.district(), tx.today());
    list::readable(tx, may)
        .into_iter()
        .filter(|(id, _)| {
            cases::kind(id, district, today)
                .is_ok_and(|kind| kind.verb.iter().all(|row| row.owned_by.is_none()))
        })
        .collect()
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    chosen: String,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (kinds, kind, places, own) = app
        .read(who, move |tx| {
            let kinds = offered(tx, may);
            let kind = kinds.iter().find(|(id, _)| *id == chosen);
            let kind = match kind {
                Some((id, _)) => Some(cases::kind(id, *tx.district(), tx.today())?),
                None => None,
            };
            let (places, own) = match kind {
                Some(kind) => (pick::places(tx)?, own_place(tx, kind)?),
                None => (Vec::new(), None),
            };
            Ok::<_, CaseError>((kinds, kind, places, own))
        })
        .await?;
    let inputs = kind.map_or_else(Vec::new, asked);
    let (form, errors, status) = match typed {
        Some((form, problem)) => {
            let errors = located(&problem, &inputs);
            (form, errors, problem.status)
        }
        None => (fresh(app, own), FieldErrors::none(), StatusCode::OK),
    };
    let title = form_title("登记办件", &errors);
    let pairs = |list: &[kernel::case_kind::Door]| {
        list.iter()
            .map(|door| (door.id.clone(), door.title.clone()))
            .collect()
    };
    let first = (String::new(), "请选择".to_owned());
    let consents = CONSENTS.map(|one| (one.to_owned(), one.to_owned()));
    let drawn = NewPage {
        consents: std::iter::once(first).chain(consents).collect(),
        frame: Frame::new(app, who, jar, title, "/cases")
            .crumb("维权办件", "/cases")
            .crumb("登记办件", ""),
        kinds,
        doors: kind.map_or_else(Vec::new, |kind| pairs(&kind.door)),
        kind,
        places,
        inputs,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

/// A form with the key of this submission: sent twice, it is one case. What comes to a desk of a place happened there,
/// unless somebody says otherwise.
fn fresh(app: &App, own: Option<String>) -> Form {
    let place = own.map(|name| ("place".to_owned(), name));
    let key = ("key".to_owned(), app.new_key());
    Form::from_pairs(std::iter::once(key).chain(place).collect())
}

/// The caller's own union, where it is a desk of the kind below the district's: there its routes begin.
fn own_place(tx: &mut Tx, kind: &CaseKind) -> Result<Option<String>, CaseError> {
    let Some(own) = orgs::top(tx)? else {
        return Ok(None);
    };
    let below = kind.level.iter().rev().skip(1);
    let desk = below
        .flat_map(|level| &level.orgs)
        .any(|id| id == own.kind.id());
    Ok(desk.then_some(own.name))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, chosen.kind, None).await
}

async fn open(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, sent, kind) = (who.capabilities, form.clone(), chosen.kind.clone());
    let result = app
        .write(&who, move |tx| {
            let new = read(tx, may, kind, &sent)?;
            cases::open(tx, &new)
        })
        .await;
    match result {
        Ok(case) if case.again => {
            Ok(Redirect::to(&format!("/cases/{}?done=again", case.id)).into_response())
        }
        Ok(case) => Ok(Redirect::to(&format!("/cases/{}/receipt", case.id)).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, chosen.kind, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

fn read(tx: &mut Tx, may: CapabilitySet, kind: String, form: &Form) -> Result<NewCase, CaseError> {
    let place = match pick::union(tx, form.text("place"))? {
        Ok(org) => org.id,
        Err(message) => {
            return Err(CaseError::Invalid {
                field: "place",
                code: "case.place",
                message,
            });
        }
    };
    Ok(NewCase {
        key: Some(form.text("key").to_owned()).filter(|key| !key.is_empty()),
        ..new_case(tx, may, (kind, place), form)?
    })
}

/// A case that staff enter, as a form says it: of the page, or of a machine. Only kinds that are offered at a desk.
///
/// # Errors
/// [`CaseError::Invalid`] for another kind, and where nobody has said how the person agreed.
pub(crate) fn new_case(
    tx: &Tx,
    may: CapabilitySet,
    (kind, place): (String, OrgId),
    form: &Form,
) -> Result<NewCase, CaseError> {
    let kinds = offered(tx, may);
    if !kinds.iter().any(|(id, _)| *id == kind) {
        let titles: Vec<String> = kinds
            .into_iter()
            .map(|(id, title)| format!("{title}（{id}）"))
            .collect();
        let message = match titles.as_slice() {
            [] => "您的岗位不登记办件".to_owned(),
            titles => format!("请选择办件类型：{}", titles.join("、")),
        };
        return Err(CaseError::Invalid {
            field: "kind",
            code: "case.kind_not_offered",
            message,
        });
    }
    let asked = cases::kind(&kind, *tx.district(), tx.today())?;
    let (name, phone) = (concerned(asked, form)?, form.text("phone").to_owned());
    if phone.is_empty() && asked.needs_phone {
        return Err(CaseError::Invalid {
            field: "phone",
            code: "case.phone_needed",
            message: "请填写联系手机：这类事项要按时联系本人".to_owned(),
        });
    }
    let told = !name.is_empty() || !phone.is_empty();
    let on_behalf = consent(form, &name, told)?;
    Ok(NewCase {
        on_behalf,
        kind,
        door: form.text("door").to_owned(),
        place: Some(place),
        title: form.text("title").to_owned(),
        fields: fields(form),
        reporter: told.then_some(Reporter {
            name,
            phone,
            member: None,
        }),
        ..NewCase::default()
    })
}

/// What a kind asks of whoever enters a case of it.
pub(crate) fn asked(kind: &CaseKind) -> Vec<Input> {
    let at_intake = kind.field.iter().filter(|one| one.intake);
    at_intake.map(|one| Input::of(one, one.required)).collect()
}

/// Every refusal of an intake at the box that mends it.
pub(crate) fn located(problem: &Problem, inputs: &[Input]) -> FieldErrors {
    let boxes = [
        ("case.unknown_door", "door"),
        ("case.no_desk", "place"),
        ("case.phone", "phone"),
    ];
    super::located(problem, inputs, &boxes, &[])
}

/// How a person for whom staff enter a matter can have agreed (代办). The person reads it on the receipt.
pub(crate) const CONSENTS: [&str; 4] = [
    "本人在场，当面同意代填",
    "本人来电，电话里同意代填",
    "本人写了委托书",
    "本人让亲友或工友带话",
];

/// Who is concerned: in a kind that asks for that person by a field of its own (申请人), that one and nobody beside.
fn concerned(kind: &CaseKind, form: &Form) -> Result<String, CaseError> {
    let reporter = form.text("reporter");
    let Some(field) = kind.person_field() else {
        return Ok(reporter.to_owned());
    };
    let name = form.text(&format!("field.{}", field.name));
    if !reporter.is_empty() && reporter != name {
        return Err(CaseError::Invalid {
            field: "reporter",
            code: "case.one_person",
            message: format!("「{}」就是反映人，只写一处", field.title),
        });
    }
    Ok(name.to_owned())
}

/// What stands on the case about the consent. Who is named has to have agreed; without a person there is nobody to
/// ask.
fn consent(form: &Form, name: &str, told: bool) -> Result<Option<String>, CaseError> {
    let chosen = form.text("consent");
    if !told && chosen.is_empty() {
        return Ok(None);
    }
    let known = CONSENTS.iter().find(|one| **one == chosen);
    let known = known.ok_or(CaseError::Invalid {
        field: "consent",
        code: "case.consent",
        message: "写了本人姓名或电话，请选择本人怎样同意由您代填".to_owned(),
    })?;
    let name = kernel::PersonName::parse(name);
    // A sealed reporter's name stands nowhere but under the seal.
    let who = match name {
        Ok(name) if !form.holds("field.type", "举报") => format!("反映人 {}，", name.masked()),
        _ => String::new(),
    };
    Ok(Some(format!("{who}{known}")))
}

/// What the receipt page shows.
struct Proof {
    /// Whether the case itself may be looked at, and not only its receipt.
    within: bool,
    code: String,
    told: PublicCase,
    sent: Option<Sent>,
}

fn proof(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Proof, CaseError> {
    let code = cases::receipt(tx, may, id)?;
    let within = match cases::get(tx, may, id) {
        Ok(_) => true,
        Err(CaseError::NotFound) => false,
        Err(fault) => return Err(fault),
    };
    Ok(Proof {
        told: cases::public_by_receipt(tx, &code)?,
        sent: cases::sent(tx, may, id)?,
        within,
        code,
    })
}

async fn draw_receipt(
    app: &App,
    who: &Who,
    (jar, headers): (&CookieJar, &HeaderMap),
    id: CaseId,
    checked: Option<bool>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let proof = app.read(who, move |tx| proof(tx, may, id)).await?;
    let address = site_address(app, headers).await?;
    let (told, code) = (proof.told, proof.code);
    let case_page = if proof.within {
        format!("/cases/{id}")
    } else {
        String::new()
    };
    let drawn = ReceiptPage {
        frame: Frame::new(app, who, jar, "回执", "/cases")
            .crumb("维权办件", "/cases")
            .crumb(told.no.clone(), case_page)
            .crumb("回执", ""),
        qr: union::codes::qr_svg(&format!("{address}/hall/status#{code}")),
        at: told.opened_at.shanghai_text(),
        no: told.no,
        title: told.title,
        within: proof.within,
        code,
        entered: told.entered,
        sent: proof.sent,
        checked,
        id,
    };
    Ok(page(StatusCode::OK, &drawn))
}

async fn receipt(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Path(id): Path<CaseId>,
) -> Result<Response, Problem> {
    draw_receipt(&app, &who, (&jar, &headers), id, None).await
}

/// Compares a digest that somebody reads off a receipt with what is on file (核对存证).
async fn verify(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Path(id): Path<CaseId>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, typed) = (who.capabilities, form.text("digest").to_owned());
    let same = app
        .read(&who, move |tx| cases::verify(tx, may, id, &typed))
        .await?;
    draw_receipt(&app, &who, (&jar, &headers), id, Some(same)).await
}
