//! 变更: the card and its name, the place in the tree, pause and end.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::OrgId;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::orgs::{self, CardEdit, Estate, Org, OrgError, OrgRef};

use super::{day, filled, pick};
use crate::console::words::{answered, form_title};
use crate::shell::{FieldErrors, Form, Frame, Need, Path, Problem, Routes, Visit, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::OrgsChange);
    Act::ALL.into_iter().fold(Routes::new(), |routes, act| {
        let ask = move |visit: Visit, Path(id): Path<OrgId>| async move {
            draw(&visit, act, id, None).await
        };
        let take =
            move |visit: Visit, Path(id): Path<OrgId>, form: Form| carry_out(visit, act, id, form);
        routes
            .get(act.path(), change, ask)
            .post(act.path(), change, take)
    })
}

/// What kind of change a page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Edit,
    Move,
    Suspend,
    Resume,
    Dissolve,
}

impl Act {
    pub(crate) const ALL: [Self; 5] = [
        Self::Edit,
        Self::Move,
        Self::Suspend,
        Self::Resume,
        Self::Dissolve,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Edit => "/orgs/{id}/edit",
            Self::Move => "/orgs/{id}/move",
            Self::Suspend => "/orgs/{id}/suspend",
            Self::Resume => "/orgs/{id}/resume",
            Self::Dissolve => "/orgs/{id}/dissolve",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Edit => "变更组织信息",
            Self::Move => "调整隶属关系",
            Self::Suspend => "停止活动",
            Self::Resume => "恢复活动",
            Self::Dissolve => "撤销并移交",
        }
    }

    /// Name in the address.
    pub(crate) fn word(self) -> &'static str {
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
    /// Unions to choose the new one above, or the heir, from.
    places: Vec<String>,
    industries: Vec<String>,
    form: Form,
    errors: FieldErrors,
}

/// The page of one act; the form as typed, or filled from the record when nothing was typed yet.
async fn draw(
    visit: &Visit,
    act: Act,
    id: OrgId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let (org, estate, trail, present, places, industries) = visit
        .app
        .read(&visit.who, move |tx| {
            let org = orgs::card(tx, id)?;
            let trail = orgs::path_names(tx, &org.path)?;
            let places = match act {
                Act::Move | Act::Dissolve => pick::places(tx)?,
                Act::Edit | Act::Suspend | Act::Resume => Vec::new(),
            };
            let industries = match act {
                Act::Edit => pick::industries(tx)?,
                _ => Vec::new(),
            };
            let (estate, present) = (orgs::estate(tx, id)?, present(tx, id)?);
            Ok::<_, OrgError>((org, estate, trail, present, places, industries))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => {
            let form = filled(present);
            (form, FieldErrors::none(), StatusCode::OK)
        }
    };
    let frame = visit
        .frame(form_title(act.title(), &errors), "/orgs")
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
            places,
            industries,
            form,
            errors,
        },
    ))
}

/// The form of a union as it is on file, effective today.
///
/// # Errors
/// Not there, or not within scope.
pub(crate) fn present(tx: &mut Tx, id: OrgId) -> Result<Vec<(&'static str, String)>, OrgError> {
    let org = orgs::card(tx, id)?;
    let industry = org
        .industry_parent
        .map(|parent| orgs::named(tx, parent))
        .transpose()?;
    let contact = orgs::contact(tx, id)?;
    Ok(vec![
        ("version", org.version.to_string()),
        ("name", org.name),
        ("short_name", org.short_name),
        ("region_code", org.region_code.unwrap_or_default()),
        ("industry_code", org.industry_code.unwrap_or_default()),
        (
            "industry_parent",
            industry.map(|org| org.name).unwrap_or_default(),
        ),
        ("address", org.address),
        ("planned_end_on", day(org.planned_end_on)),
        ("contact", contact.unwrap_or_default()),
        ("on", tx.today().to_string()),
    ])
}

/// Back to the card when it worked, to the form when a rule or a field stood against it.
async fn carry_out(visit: Visit, act: Act, id: OrgId, form: Form) -> Response {
    let (may, sent) = (visit.who.capabilities, form.clone());
    let done = visit
        .app
        .write(&visit.who, move |tx| change(tx, may, act, id, &sent))
        .await
        .map(|()| format!("/orgs/{id}?done={}", act.done()));
    answered(done, |problem| draw(&visit, act, id, Some((form, problem)))).await
}

/// Carries out a change with what a form says: of the page, or of a machine that sends the same fields.
///
/// # Errors
/// What the room refuses; a field that cannot be read.
pub(crate) fn change(
    tx: &mut Tx,
    may: CapabilitySet,
    act: Act,
    id: OrgId,
    sent: &Form,
) -> Result<(), OrgError> {
    let (on, note) = (
        read_day(sent, "on")?.unwrap_or_else(|| tx.today()),
        sent.text("note"),
    );
    match act {
        Act::Edit => {
            let edit = card_edit(tx, id, sent)?;
            orgs::edit_card(tx, may, id, sent.parsed("version").unwrap_or(0), &edit)
        }
        Act::Move => {
            let parent = named(tx, sent, "parent", "org.parent_missing")?;
            orgs::transfer_to(tx, may, id, parent, on, note).map(drop)
        }
        Act::Suspend => orgs::suspend(tx, may, id, on, note),
        Act::Resume => orgs::resume(tx, may, id, on, note),
        Act::Dissolve => {
            let heir = match sent.text("heir") {
                "" => None,
                _ => Some(named(tx, sent, "heir", "org.heir_missing")?),
            };
            orgs::dissolve(tx, may, id, heir, on, note).map(drop)
        }
    }
}

/// The day a field names; one that cannot be read is refused there.
pub(super) fn read_day(sent: &Form, field: &'static str) -> Result<Option<Date>, OrgError> {
    sent.day(field).map_err(|message| OrgError::Invalid {
        field,
        code: "org.day",
        message,
    })
}

/// The union a field names.
fn named(
    tx: &mut Tx,
    sent: &Form,
    field: &'static str,
    code: &'static str,
) -> Result<OrgId, OrgError> {
    pick::union(tx, sent.text(field))?
        .map(|org| org.id)
        .map_err(|message| OrgError::Invalid {
            field,
            code,
            message,
        })
}

fn card_edit(tx: &mut Tx, id: OrgId, sent: &Form) -> Result<CardEdit, OrgError> {
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
    Ok(CardEdit {
        name: sent.text("name").to_owned(),
        short_name: sent.text("short_name").to_owned(),
        region_code: sent.text("region_code").to_owned(),
        industry_code: sent.text("industry_code").to_owned(),
        industry_parent,
        address: sent.text("address").to_owned(),
        planned_end_on: read_day(sent, "planned_end_on")?,
        contact: Some(sent.text("contact").to_owned()),
        effective_on: read_day(sent, "on")?,
        note: sent.text("note").to_owned(),
    })
}

fn kept_industry(tx: &mut Tx, id: OrgId, text: &str) -> Result<Option<Option<OrgId>>, OrgError> {
    let Some(parent) = orgs::card(tx, id)?.industry_parent else {
        return Ok(None);
    };
    let known = orgs::named(tx, parent)?;
    Ok((known.name == text).then_some(Some(parent)))
}
