//! A unit's card: what it is, who covers it, its head-count over time, its other names and codes.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::codes::{CodeSet, CodeSetId, industry_division};
use kernel::ids::{EdgeId, EmployerId};
use kernel::{Date, DistrictCode};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::coverage::{CoverageError, Rates};
use union::employers::{self, CodeKind, Edge, Employer, EmployerError, OtherName};
use union::orgs::{self, OrgKind, OrgRef};

use super::list::badge;
use super::matters::Matters;
use super::read_day;
use crate::console::orgs::{pick, section_name};
use crate::console::words::{belongs_on_form, form_title, region, thousands};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::EmployersChange);
    Routes::new()
        .get(
            "/employers/{id}",
            Need::Cap(Capability::EmployersRead),
            show,
        )
        .post("/employers/{id}/link", change, link)
        .post("/employers/{id}/unlink/{edge}", change, unlink)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

fn said(done: &str) -> Option<String> {
    let words = match done {
        "created" => "已登记，这是它的卡片",
        "updated" => "这个单位已在台账中，已补充新的内容",
        "unchanged" => "这个单位已在台账中，内容没有变化",
        "saved" => "已保存",
        "linked" => "已建立覆盖关系",
        "unlinked" => "已解除覆盖关系",
        "matched" => "已确认，以后这样写的名称会自动认出",
        _ => return None,
    };
    Some(words.to_owned())
}

struct Card {
    unit: Employer,
    trail: Vec<OrgRef>,
    edges: Vec<Edge>,
    headcounts: Vec<(Date, i64, String)>,
    codes: Vec<(String, String)>,
    names: Vec<OtherName>,
    should_found: bool,
    today: Date,
    district: DistrictCode,
}

#[derive(Template)]
#[template(path = "console/employers/show.html")]
struct ShowPage {
    frame: Frame,
    card: Card,
    matters: Matters,
    form: Form,
    errors: FieldErrors,
    may_change: bool,
    may_found: bool,
    may_members: bool,
    /// Unions to choose from, for whoever may say which covers it.
    places: Vec<String>,
}

fn gather(tx: &mut Tx, id: EmployerId) -> Result<Card, CoverageError> {
    let unit = employers::card(tx, id)?;
    let rules = Rates::at(*tx.district(), tx.today())?.body;
    Ok(Card {
        trail: orgs::path_names(tx, &unit.org_path)?,
        edges: employers::edges(tx, id)?,
        headcounts: employers::headcounts(tx, id)?,
        codes: employers::codes(tx, id)?,
        names: employers::other_names(tx, id)?,
        should_found: rules
            .should_be_covered(u64::try_from(unit.headcount).unwrap_or(0), unit.state),
        today: tx.today(),
        district: *tx.district(),
        unit,
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: EmployerId,
    flash: Option<String>,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let card = app.read(who, move |tx| gather(tx, id)).await?;
    let reader = who.clone();
    let matters = app
        .read(who, move |tx| Matters::of(tx, &reader, id))
        .await?;
    let places = if who.can(Capability::EmployersChange) {
        app.read(who, pick::places).await?
    } else {
        Vec::new()
    };
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (Form::default(), FieldErrors::none(), StatusCode::OK),
    };
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title(&card.unit.name, &errors),
        "/employers",
    )
    .crumb("企业台账", "/employers")
    .crumb(card.unit.name.clone(), "")
    .flash(flash);
    let drawn = ShowPage {
        frame,
        card,
        matters,
        form,
        errors,
        may_change: who.can(Capability::EmployersChange),
        may_found: who.can(Capability::OrgsFound),
        may_members: who.can(Capability::MembersRead),
        places,
    };
    Ok(page(status, &drawn))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<EmployerId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, said(&done.done), None).await
}

/// A union begins to cover an employer, in the way its kind does: of the page, or of a machine. No day is today.
///
/// # Errors
/// As [`employers::link`]; naming the box `union` when its kind covers nobody.
pub(crate) fn cover(
    tx: &mut Tx,
    employer: EmployerId,
    org: &OrgRef,
    from_on: Option<Date>,
) -> Result<EdgeId, EmployerError> {
    let kind = employers::edge_kind_for(org.kind).ok_or_else(|| EmployerError::Invalid {
        field: "union",
        code: "employer.wrong_edge",
        message: format!("「{}」不直接覆盖单位，请选择基层、行业或区域工会", org.kind),
    })?;
    let from_on = from_on.unwrap_or_else(|| tx.today());
    employers::link(tx, org.id, employer, kind, from_on)
}

/// A link of this employer ends. No day is today.
///
/// # Errors
/// As [`employers::unlink`]; not found when it is another employer's.
pub(crate) fn uncover(
    tx: &mut Tx,
    (employer, edge): (EmployerId, EdgeId),
    to_on: Option<Date>,
    why: &str,
) -> Result<(), EmployerError> {
    employers::get(tx, employer)?;
    let own = employers::edges(tx, employer)?;
    if !own.iter().any(|one| one.id == edge) {
        return Err(EmployerError::NotFound);
    }
    let to_on = to_on.unwrap_or_else(|| tx.today());
    employers::unlink(tx, edge, to_on, why)
}

async fn link(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<EmployerId>,
    form: Form,
) -> Response {
    let sent = form.clone();
    let result = app
        .write_once(&who, &form, move |tx| {
            let org = match pick::union(tx, sent.text("union"))? {
                Ok(org) => org,
                Err(message) => {
                    return Err(EmployerError::Invalid {
                        field: "union",
                        code: "employer.union_missing",
                        message,
                    });
                }
            };
            cover(tx, id, &org, read_day(&sent, "from_on")?).map(drop)
        })
        .await;
    answer(&app, &who, &jar, id, form, result, "linked").await
}

async fn unlink(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, edge)): Path<(EmployerId, EdgeId)>,
    form: Form,
) -> Response {
    let sent = form.clone();
    let result = app
        .write(&who, move |tx| {
            uncover(tx, (id, edge), read_day(&sent, "to_on")?, sent.text("why"))
        })
        .await;
    // Each link has its own small form: the sentence stands above the card and leads to none of them.
    let result = result.map_err(|problem| Problem {
        field: None,
        ..problem
    });
    answer(&app, &who, &jar, id, form, result, "unlinked").await
}

async fn answer(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: EmployerId,
    form: Form,
    result: Result<(), Problem>,
    done: &str,
) -> Response {
    match result {
        Ok(()) => Redirect::to(&format!("/employers/{id}?done={done}")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(app, who, jar, id, None, Some((form, problem)))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

impl Card {
    fn open_edges(&self) -> Vec<&Edge> {
        self.edges
            .iter()
            .filter(|edge| edge.to_on.is_none())
            .collect()
    }

    fn past_edges(&self) -> Vec<&Edge> {
        self.edges
            .iter()
            .filter(|edge| edge.to_on.is_some())
            .collect()
    }

    fn uncovered(&self) -> bool {
        self.should_found && self.open_edges().is_empty()
    }

    fn place(&self) -> String {
        self.trail
            .iter()
            .skip(1)
            .map(|org| org.name.as_str())
            .collect::<Vec<_>>()
            .join(" / ")
    }

    /// The union of the area, where a founding would be decided.
    fn area(&self) -> Option<&OrgRef> {
        self.trail
            .iter()
            .rev()
            .find(|org| org.kind.is_territorial() && org.kind != OrgKind::Federation)
    }

    fn industry(&self) -> String {
        let code = self.unit.industry_code.as_str();
        let division = industry_division(code)
            .and_then(|division| CodeSet::in_force(CodeSetId::Industry).label(division));
        match code.get(..1) {
            Some(letter) => format!(
                "{}（{code}）",
                division.unwrap_or_else(|| section_name(letter))
            ),
            None => String::new(),
        }
    }

    fn economic_type(&self) -> String {
        let code = self.unit.economic_type.as_str();
        match CodeSet::in_force(CodeSetId::EconomicType).label(code) {
            Some(label) => format!("{label}（{code}）"),
            None => code.to_owned(),
        }
    }

    fn code_title(&self, kind: &str) -> &'static str {
        CodeKind::from_id(kind).map_or("其他代码", CodeKind::title)
    }

    fn name_title(&self, kind: &str) -> &'static str {
        match kind {
            "former" => "曾用名",
            "alias" => "别名",
            _ => "登记名",
        }
    }
}
