//! 换届、延期、增补、离任.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Date;
use kernel::ids::{CommitteeId, OfficerId, OrgId};
use union::access::Capability;
use union::orgs::committee::{
    self, CommitteeKind, CommitteeRules, NewCommittee, NewOfficer, Position,
};
use union::orgs::{self, OrgError};

use super::changes::read_day;
use super::filled;
use crate::console::words::{answered, form_title};
use crate::shell::{FieldErrors, Form, Frame, Need, Path, Problem, Routes, Visit, page};

/// Empty rows offered for officers at first, and added each time somebody asks for more.
const ROWS: usize = 9;

pub(super) fn routes() -> Routes {
    let approve = Need::Cap(Capability::OrgsApprove);
    Routes::new()
        .get("/orgs/{id}/committees/new", approve, new_form)
        .post("/orgs/{id}/committees/new", approve, install)
        .get("/orgs/committees/{id}/extend", approve, extend_form)
        .post("/orgs/committees/{id}/extend", approve, extend)
        .get("/orgs/committees/{id}/appoint", approve, appoint_form)
        .post("/orgs/committees/{id}/appoint", approve, appoint)
        .get(
            "/orgs/committees/{id}/officers/{officer}/retire",
            approve,
            retire_form,
        )
        .post(
            "/orgs/committees/{id}/officers/{officer}/retire",
            approve,
            retire,
        )
}

#[derive(Template)]
#[template(path = "console/orgs/committee_new.html")]
struct NewPage {
    frame: Frame,
    org: OrgId,
    org_name: String,
    form: Form,
    errors: FieldErrors,
    kinds: Vec<(&'static str, String)>,
    terms: Vec<(String, String)>,
    positions: Vec<(&'static str, String)>,
    rows: usize,
    /// So many may be registered.
    most: usize,
}

/// The form as it comes back.
enum Typed {
    /// Nothing was typed yet.
    Nothing,
    /// Somebody asked for more rows (without script; with it the page adds them itself).
    More(Form),
    /// It was refused.
    Refused(Form, Problem),
}

/// Rows to draw: as many as were drawn or carry a name, at least the first ones, and never more than the rule allows.
pub(super) fn rows(form: &Form, (first, most): (usize, usize)) -> usize {
    let drawn = form.parsed("rows").unwrap_or(first);
    drawn
        .max(named(form).max().map_or(0, |last| last + 1))
        .clamp(first.min(most), most)
}

/// The numbers of the rows that carry a name, in order.
pub(super) fn named(form: &Form) -> impl Iterator<Item = usize> {
    let mut rows: Vec<usize> = form
        .names()
        .filter(|name| !form.text(name).is_empty())
        .filter_map(|name| name.strip_prefix("name")?.parse().ok())
        .collect();
    rows.sort_unstable();
    rows.into_iter()
}

async fn draw_new(visit: &Visit, id: OrgId, typed: Typed) -> Result<Response, Problem> {
    let (org, terms, most) = visit
        .app
        .read(&visit.who, move |tx| {
            let org = orgs::card(tx, id)?;
            let rules = CommitteeRules::today(tx)?.body;
            let terms = rules.terms_for(&org).to_vec();
            Ok::<_, OrgError>((org, terms, rules.largest()))
        })
        .await?;
    let (mut rows, form, errors, status) = match typed {
        Typed::Refused(form, problem) => (
            rows(&form, (ROWS, most)),
            form,
            FieldErrors::from_problem(&problem),
            problem.status,
        ),
        Typed::More(form) => (
            rows(&form, (ROWS, most)) + ROWS,
            form,
            FieldErrors::none(),
            StatusCode::OK,
        ),
        Typed::Nothing => (
            ROWS,
            filled(vec![("kind", "committee".to_owned())]),
            FieldErrors::none(),
            StatusCode::OK,
        ),
    };
    rows = rows.min(most);
    let frame = visit
        .frame(form_title("登记换届", &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb(org.name.clone(), format!("/orgs/{id}"))
        .crumb("登记换届", "");
    let kinds = CommitteeKind::ALL
        .iter()
        .map(|kind| (kind.id(), kind.title().to_owned()))
        .collect();
    let terms = terms
        .into_iter()
        .map(|years| (years.to_string(), format!("{years} 年")))
        .collect();
    Ok(page(
        status,
        &NewPage {
            frame,
            org: id,
            org_name: org.name,
            form,
            errors,
            kinds,
            terms,
            positions: positions(),
            rows,
            most,
        },
    ))
}

pub(super) fn positions() -> Vec<(&'static str, String)> {
    Position::ALL
        .iter()
        .map(|one| (one.id(), one.title().to_owned()))
        .collect()
}

async fn new_form(visit: Visit, Path(id): Path<OrgId>) -> Result<Response, Problem> {
    draw_new(&visit, id, Typed::Nothing).await
}

/// The rows of officers that carry a name.
fn officers(form: &Form) -> Vec<NewOfficer> {
    named(form)
        .map(|row| NewOfficer {
            name: form.text(&format!("name{row}")).to_owned(),
            member: None,
            position: form.text(&format!("position{row}")).to_owned(),
            full_time: form.text(&format!("full{row}")) == "1",
            contract_end: contract_end(form, row).unwrap_or_default(),
        })
        .collect()
}

/// 劳动合同到期日 of a row.
///
/// # Errors
/// What would be taken.
pub(super) fn contract_end(form: &Form, row: usize) -> Result<Option<Date>, String> {
    form.day(&format!("contract{row}"))
}

/// Refuses contracts whose end nobody can read: their protection is counted from it.
pub(super) fn unreadable_contracts(form: &Form) -> Option<Problem> {
    let faults: Vec<_> = named(form)
        .filter_map(|row| {
            let message = contract_end(form, row).err()?;
            let message = format!("第 {} 人的劳动合同到期日：{message}", row + 1);
            Some((format!("contract{row}").into(), message))
        })
        .collect();
    let (_, first) = faults.first()?;
    let mut problem = Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "committee.contract_end",
        first.clone(),
    );
    problem.fields = faults.into();
    Some(problem)
}

async fn install(visit: Visit, Path(id): Path<OrgId>, form: Form) -> Response {
    if form.text("do") == "more" {
        let more = draw_new(&visit, id, Typed::More(form)).await;
        return more.unwrap_or_else(IntoResponse::into_response);
    }
    if let Some(problem) = unreadable_contracts(&form) {
        let refused = draw_new(&visit, id, Typed::Refused(form, problem)).await;
        return refused.unwrap_or_else(IntoResponse::into_response);
    }
    let sent = form.clone();
    let result = visit
        .app
        .write_once(&visit.who, &form, move |tx| {
            let from_on = read_day(&sent, "from_on")?.ok_or(OrgError::Invalid {
                field: "from_on",
                code: "committee.dates",
                message: "请填写选举日期".into(),
            })?;
            let new = NewCommittee {
                kind: CommitteeKind::from_id(sent.text("kind")).unwrap_or(CommitteeKind::Committee),
                term_years: sent.parsed("term_years").unwrap_or(0),
                from_on,
                officers: officers(&sent),
            };
            committee::install(tx, id, &new, sent.text("note")).map(drop)
        })
        .await;
    let done = result.map(|()| format!("/orgs/{id}?done=installed"));
    answered(done, |problem| {
        draw_new(&visit, id, Typed::Refused(form, problem))
    })
    .await
}

/// The small forms about one committee or officer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Extend,
    Appoint,
    Retire(OfficerId),
}

impl Act {
    fn title(self) -> &'static str {
        match self {
            Self::Extend => "延期换届",
            Self::Appoint => "增补成员",
            Self::Retire(_) => "登记离任",
        }
    }

    fn address(self, id: CommitteeId) -> String {
        match self {
            Self::Extend => format!("/orgs/committees/{id}/extend"),
            Self::Appoint => format!("/orgs/committees/{id}/appoint"),
            Self::Retire(officer) => format!("/orgs/committees/{id}/officers/{officer}/retire"),
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Extend => "extended",
            Self::Appoint => "appointed",
            Self::Retire(_) => "retired",
        }
    }
}

#[derive(Template)]
#[template(path = "console/orgs/committee_act.html")]
struct ActPage {
    frame: Frame,
    act: Act,
    address: String,
    org: OrgId,
    subject: String,
    term: String,
    form: Form,
    errors: FieldErrors,
    positions: Vec<(&'static str, String)>,
}

async fn draw(
    visit: &Visit,
    act: Act,
    id: CommitteeId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let (body, org) = visit
        .app
        .read(&visit.who, move |tx| {
            let body = committee::get(tx, id)?;
            let org = orgs::get(tx, body.org)?;
            Ok::<_, OrgError>((body, org))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (
            filled(vec![("position", "member".to_owned())]),
            FieldErrors::none(),
            StatusCode::OK,
        ),
    };
    let subject = match act {
        Act::Retire(officer) => {
            let found = body
                .officers
                .iter()
                .find(|one| one.id == officer)
                .ok_or_else(Problem::not_found)?;
            format!("{} · {}", found.name, found.position.title())
        }
        _ => body.kind.title().to_owned(),
    };
    let frame = visit
        .frame(form_title(act.title(), &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb(org.name.clone(), format!("/orgs/{}", org.id))
        .crumb(act.title(), "");
    let term = format!("{} — {}", body.from_on, body.ends_on());
    let address = act.address(id);
    Ok(page(
        status,
        &ActPage {
            frame,
            act,
            address,
            org: org.id,
            subject,
            term,
            form,
            errors,
            positions: positions(),
        },
    ))
}

async fn answer(
    visit: &Visit,
    act: Act,
    id: CommitteeId,
    form: Form,
    result: Result<OrgId, Problem>,
) -> Response {
    let done = result.map(|org| format!("/orgs/{org}?done={}", act.done()));
    answered(done, |problem| draw(visit, act, id, Some((form, problem)))).await
}

async fn extend_form(visit: Visit, Path(id): Path<CommitteeId>) -> Result<Response, Problem> {
    draw(&visit, Act::Extend, id, None).await
}

async fn extend(visit: Visit, Path(id): Path<CommitteeId>, form: Form) -> Response {
    let (may, sent) = (visit.who.capabilities, form.clone());
    let result = visit
        .app
        .write(&visit.who, move |tx| {
            let org = committee::get(tx, id)?.org;
            let to = read_day(&sent, "on")?.ok_or(OrgError::Invalid {
                field: "on",
                code: "committee.dates",
                message: "请填写延期后的届满日期".into(),
            })?;
            committee::extend(tx, may, id, to, sent.text("note"))?;
            Ok::<_, OrgError>(org)
        })
        .await;
    answer(&visit, Act::Extend, id, form, result).await
}

async fn appoint_form(visit: Visit, Path(id): Path<CommitteeId>) -> Result<Response, Problem> {
    draw(&visit, Act::Appoint, id, None).await
}

async fn appoint(visit: Visit, Path(id): Path<CommitteeId>, form: Form) -> Response {
    let sent = form.clone();
    let result = visit
        .app
        .write_once(&visit.who, &form, move |tx| {
            let org = committee::get(tx, id)?.org;
            let on = read_day(&sent, "on")?.ok_or(OrgError::Invalid {
                field: "on",
                code: "committee.dates",
                message: "请填写任职日期".into(),
            })?;
            let officer = NewOfficer {
                name: sent.text("officer_name").to_owned(),
                member: None,
                position: sent.text("officer_position").to_owned(),
                full_time: sent.ticked("full_time"),
                contract_end: read_day(&sent, "contract_end")?,
            };
            committee::appoint(tx, id, &officer, on, sent.text("note"))?;
            Ok::<_, OrgError>(org)
        })
        .await;
    answer(&visit, Act::Appoint, id, form, result).await
}

async fn retire_form(
    visit: Visit,
    Path((id, officer)): Path<(CommitteeId, OfficerId)>,
) -> Result<Response, Problem> {
    draw(&visit, Act::Retire(officer), id, None).await
}

async fn retire(
    visit: Visit,
    Path((id, officer)): Path<(CommitteeId, OfficerId)>,
    form: Form,
) -> Response {
    let sent = form.clone();
    let result = visit
        .app
        .write(&visit.who, move |tx| {
            let org = committee::get(tx, id)?.org;
            let on = read_day(&sent, "on")?.ok_or(OrgError::Invalid {
                field: "on",
                code: "officer.dates",
                message: "请填写离任日期".into(),
            })?;
            committee::retire(tx, officer, on, sent.text("note"))?;
            Ok::<_, OrgError>(org)
        })
        .await;
    answer(&visit, Act::Retire(officer), id, form, result).await
}
