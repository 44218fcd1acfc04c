//! 变更: the card and its name, the place in the tree, pause and end.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use union::access::Capability;
use union::orgs::{self, CardEdit, Estate, Org, OrgError, OrgRef};

use super::{day, filled, pick};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::OrgsChange);
    Routes::new()
        .get("/orgs/{id}/edit", change, edit_form)
        .post("/orgs/{id}/edit", change, edit)
        .get("/orgs/{id}/move", change, move_form)
        .post("/orgs/{id}/move", change, move_to)
        .get("/orgs/{id}/suspend", change, suspend_form)
        .post("/orgs/{id}/suspend", change, suspend)
        .get("/orgs/{id}/resume", change, resume_form)
        .post("/orgs/{id}/resume", change, resume)
        .get("/orgs/{id}/dissolve", change, dissolve_form)
        .post("/orgs/{id}/dissolve", change, dissolve)
}

/// What kind of change a page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Edit,
    Move,
    Suspend,
    Resume,
    Dissolve,
}

impl Act {
    fn title(self) -> &'static str {
        match self {
            Self::Edit => "变更组织信息",
            Self::Move => "调整隶属关系",
            Self::Suspend => "停止活动",
            Self::Resume => "恢复活动",
            Self::Dissolve => "撤销并移交",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Move => "move",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Dissolve => "dissolve",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Edit => "saved",
            Self::Move => "moved",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::Dissolve => "dissolved",
        }
    }
}

#[derive(Template)]
#[template(path = "console/orgs/change.html")]
struct ChangePage {
    frame: Frame,
    act: Act,
    org: Org,
    estate: Estate,
    trail: Vec<OrgRef>,
    form: Form,
    errors: FieldErrors,
}

/// The page of one act; the form as typed, or filled from the record when nothing was typed yet.
async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    act: Act,
    id: OrgId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let (org, estate, trail, industry, contact) = app
        .read(who, move |tx| {
            let org = orgs::card(tx, id)?;
            let industry = org
                .industry_parent
                .map(|parent| orgs::named(tx, parent))
                .transpose()?;
            let trail = orgs::path_names(tx, &org.path)?;
            Ok::<_, OrgError>((
                org,
                orgs::estate(tx, id)?,
                trail,
                industry,
                orgs::contact(tx, id)?,
            ))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => {
            let today = app.now().shanghai_date().to_string();
            let form = filled(vec![
                ("version", org.version.to_string()),
                ("name", org.name.clone()),
                ("short_name", org.short_name.clone()),
                ("region_code", org.region_code.clone().unwrap_or_default()),
                (
                    "industry_code",
                    org.industry_code.clone().unwrap_or_default(),
                ),
                (
                    "industry_parent",
                    industry.map(|org| org.name).unwrap_or_default(),
                ),
                ("address", org.address.clone()),
                ("planned_end_on", day(org.planned_end_on)),
                ("contact", contact.unwrap_or_default()),
                ("on", today),
            ]);
            (form, FieldErrors::none(), StatusCode::OK)
        }
    };
    let frame = Frame::new(app, who, jar, form_title(act.title(), &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb(org.name.clone(), format!("/orgs/{id}"))
        .crumb(act.title(), "");
    Ok(page(
        status,
        &ChangePage {
            frame,
            act,
            org,
            estate,
            trail,
            form,
            errors,
        },
    ))
}

/// Back to the card when it worked, to the form when a rule or a field stood against it.
async fn answer(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    act: Act,
    id: OrgId,
    form: Form,
    result: Result<(), Problem>,
) -> Response {
    match result {
        Ok(()) => Redirect::to(&format!("/orgs/{id}?done={}", act.done())).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(app, who, jar, act, id, Some((form, problem)))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

async fn edit_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Act::Edit, id, None).await
}

async fn move_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Act::Move, id, None).await
}

async fn suspend_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Act::Suspend, id, None).await
}

async fn resume_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Act::Resume, id, None).await
}

async fn dissolve_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Act::Dissolve, id, None).await
}

async fn edit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let industry_parent = match sent.text("industry_parent") {
                "" => None,
                text => match pick::union(tx, text)? {
                    Ok(org) => Some(org.id),
                    // An industry federation above the own scope stays when it was not changed.
                    Err(message) => kept_industry(tx, id, text)?.ok_or(OrgError::Invalid {
                        field: "industry_parent",
                        code: "org.not_an_industry",
                        message,
                    })?,
                },
            };
            let edit = CardEdit {
                name: sent.text("name").to_owned(),
                short_name: sent.text("short_name").to_owned(),
                region_code: sent.text("region_code").to_owned(),
                industry_code: sent.text("industry_code").to_owned(),
                industry_parent,
                address: sent.text("address").to_owned(),
                planned_end_on: sent.parsed("planned_end_on"),
                contact: Some(sent.text("contact").to_owned()),
                effective_on: sent.parsed("on"),
                note: sent.text("note").to_owned(),
            };
            orgs::edit_card(tx, may, id, sent.parsed("version").unwrap_or(0), &edit)
        })
        .await;
    answer(&app, &who, &jar, Act::Edit, id, form, result).await
}

fn kept_industry(
    tx: &mut store::Tx,
    id: OrgId,
    text: &str,
) -> Result<Option<Option<OrgId>>, OrgError> {
    let Some(parent) = orgs::card(tx, id)?.industry_parent else {
        return Ok(None);
    };
    let known = orgs::named(tx, parent)?;
    Ok((known.name == text).then_some(Some(parent)))
}

async fn move_to(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let parent = match pick::union(tx, sent.text("parent"))? {
                Ok(org) => org.id,
                Err(message) => {
                    return Err(OrgError::Invalid {
                        field: "parent",
                        code: "org.parent_missing",
                        message,
                    });
                }
            };
            let on = sent.parsed("on").unwrap_or_else(|| tx.today());
            orgs::transfer_to(tx, may, id, parent, on, sent.text("note")).map(drop)
        })
        .await;
    answer(&app, &who, &jar, Act::Move, id, form, result).await
}

async fn suspend(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let on = sent.parsed("on").unwrap_or_else(|| tx.today());
            orgs::suspend(tx, may, id, on, sent.text("note"))
        })
        .await;
    answer(&app, &who, &jar, Act::Suspend, id, form, result).await
}

async fn resume(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let on = sent.parsed("on").unwrap_or_else(|| tx.today());
            orgs::resume(tx, may, id, on, sent.text("note"))
        })
        .await;
    answer(&app, &who, &jar, Act::Resume, id, form, result).await
}

async fn dissolve(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    form: Form,
) -> Response {
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let heir = match sent.text("heir") {
                "" => None,
                text => match pick::union(tx, text)? {
                    Ok(org) => Some(org.id),
                    Err(message) => {
                        return Err(OrgError::Invalid {
                            field: "heir",
                            code: "org.heir_missing",
                            message,
                        });
                    }
                },
            };
            let on = sent.parsed("on").unwrap_or_else(|| tx.today());
            orgs::dissolve(tx, may, id, heir, on, sent.text("note")).map(drop)
        })
        .await;
    answer(&app, &who, &jar, Act::Dissolve, id, form, result).await
}
