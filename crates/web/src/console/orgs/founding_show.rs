//! A founding: where it stands, what is missing, the steps this post may take, what happened.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::FoundingId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::employers::{self, EmployerRef};
use union::orgs::committee::Position;
use union::orgs::flow::{FoundingState, STRAIGHT, Side, Verb};
use union::orgs::founding::{
    self, Elected, Founding, Meeting, Offer, Paper, Rulings, StepInput, StepLine,
};
use union::orgs::{self, OrgError, OrgRef};

use super::founding_list::badge;
use crate::console::words::{Deadline, belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Routes, Who, page};

/// Rows offered for elected people.
const ROWS: usize = 9;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(
            "/orgs/foundings/{id}",
            Need::Cap(Capability::OrgsRead),
            show,
        )
        .post(
            "/orgs/foundings/{id}/{verb}",
            Need::Cap(Capability::OrgsRead),
            step,
        )
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

fn said(done: &str) -> Option<String> {
    match done {
        "opened" => Some("已存为草稿。核对后请提交上一级工会".to_owned()),
        "edited" => Some("已保存".to_owned()),
        verb => Verb::from_id(verb).map(|verb| format!("已办理：{}", verb.title())),
    }
}

/// What the page is drawn from.
struct Matter {
    founding: Founding,
    parent: OrgRef,
    units: Vec<EmployerRef>,
    union: Option<OrgRef>,
    offers: Vec<Offer>,
    steps: Vec<StepLine>,
    papers: &'static [Paper],
    deadline: Option<Deadline>,
}

#[derive(Template)]
#[template(path = "console/orgs/founding.html")]
struct ShowPage {
    frame: Frame,
    matter: Matter,
    form: Form,
    errors: FieldErrors,
    /// The step that came back with errors.
    tried: Option<Verb>,
    may_edit: bool,
    rows: usize,
    positions: Vec<(&'static str, String)>,
}

fn gather(tx: &mut Tx, may: CapabilitySet, id: FoundingId) -> Result<Matter, OrgError> {
    let founding = founding::get(tx, id)?;
    let rulings = Rulings::today(tx)?.body;
    let mut units = Vec::new();
    for unit in founding::employers(tx, id)? {
        // A unit filed elsewhere meanwhile is named by its own town only.
        units.extend(employers::get(tx, unit).ok());
    }
    let due = founding::due_of(rulings, founding.state, founding.entered_at);
    let today = tx.today();
    Ok(Matter {
        parent: orgs::named(tx, founding.parent)?,
        union: founding.org.and_then(|org| orgs::get(tx, org).ok()),
        offers: founding::offers(tx, may, &founding)?,
        steps: founding::steps(tx, id)?,
        papers: &rulings.papers,
        deadline: due.map(|due| Deadline::new(today, due.date, due.provisional)),
        units,
        founding,
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: FoundingId,
    flash: Option<String>,
    tried: Option<(Verb, Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let matter = app.read(who, move |tx| gather(tx, may, id)).await?;
    let (tried, form, errors, status) = match tried {
        Some((verb, form, problem)) => (
            Some(verb),
            form,
            FieldErrors::from_problem(&problem),
            problem.status,
        ),
        None => (None, Form::default(), FieldErrors::none(), StatusCode::OK),
    };
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title(&matter.founding.name, &errors),
        "/orgs",
    )
    .crumb("组织架构", "/orgs")
    .crumb("建会事项", "/orgs/foundings")
    .crumb(matter.founding.name.clone(), "")
    .flash(flash);
    let open = matches!(
        matter.founding.state,
        FoundingState::Draft | FoundingState::Returned
    );
    let may_edit = open && who.can(Capability::OrgsFound);
    let positions = Position::ALL
        .iter()
        .map(|one| (one.id(), one.title().to_owned()))
        .collect();
    Ok(page(
        status,
        &ShowPage {
            frame,
            matter,
            form,
            errors,
            tried,
            may_edit,
            rows: ROWS,
            positions,
        },
    ))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<FoundingId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, said(&done.done), None).await
}

/// What the form of a step carries.
fn input(form: &Form, papers: &[Paper]) -> StepInput {
    let brought: BTreeMap<String, String> = papers
        .iter()
        .filter_map(|paper| {
            let reference = form.text(&format!("paper_{}", paper.id));
            (!reference.is_empty()).then(|| (paper.id.clone(), reference.to_owned()))
        })
        .collect();
    StepInput {
        note: form.text("note").to_owned(),
        papers: brought,
        members_now: form.parsed("members_now"),
        meeting: meeting(form),
        approval_no: form.text("approval_no").to_owned(),
        approved_on: form.parsed("approved_on"),
        credit_code: form.text("credit_code").to_owned(),
    }
}

fn meeting(form: &Form) -> Option<Meeting> {
    let elected = (0..ROWS)
        .filter(|row| !form.text(&format!("name{row}")).is_empty())
        .map(|row| Elected {
            name: form.text(&format!("name{row}")).to_owned(),
            position: form.text(&format!("position{row}")).to_owned(),
            votes: form.parsed(&format!("votes{row}")).unwrap_or(0),
            full_time: form.text(&format!("full{row}")) == "1",
            contract_end: form.parsed(&format!("contract{row}")),
        })
        .collect();
    Some(Meeting {
        on: form.parsed("meeting_on")?,
        due: form.parsed("due").unwrap_or(0),
        present: form.parsed("present").unwrap_or(0),
        term_years: form.parsed("term_years").unwrap_or(3),
        elected,
    })
}

async fn step(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(FoundingId, String)>,
    form: Form,
) -> Response {
    let Some(verb) = Verb::from_id(&verb) else {
        return Problem::not_found().into_response();
    };
    let (may, sent) = (who.capabilities, form.clone());
    let result = app
        .write(&who, move |tx| {
            let input = input(&sent, &Rulings::today(tx)?.body.papers);
            founding::step(
                tx,
                may,
                id,
                sent.parsed("version").unwrap_or(0),
                verb,
                &input,
            )
        })
        .await;
    match result {
        Ok(_) => Redirect::to(&format!("/orgs/foundings/{id}?done={}", verb.id())).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, id, None, Some((verb, form, problem)))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

impl Matter {
    /// Class of a step of the stepper: passed, current or later.
    fn step_class(&self, at: &FoundingState) -> &'static str {
        let place = |state: FoundingState| STRAIGHT.iter().position(|one| *one == state);
        let now = match self.founding.state {
            FoundingState::Returned => FoundingState::Draft,
            FoundingState::LegalPersonApplied | FoundingState::Registered => {
                FoundingState::Approved
            }
            other => other,
        };
        match (place(*at), place(now)) {
            (Some(at), Some(now)) if at < now => "ok",
            _ => "",
        }
    }

    fn is_current(&self, at: &FoundingState) -> bool {
        let now = match self.founding.state {
            FoundingState::Returned => FoundingState::Draft,
            FoundingState::LegalPersonApplied | FoundingState::Registered => {
                FoundingState::Approved
            }
            other => other,
        };
        *at == now
    }

    fn waits_for(&self) -> &'static str {
        match self.founding.state.waits_for() {
            Some(Side::Superior) => "等待上一级工会审批",
            Some(_) => "等待申请方办理",
            None => "流程已结束",
        }
    }

    fn paper(&self, id: &str) -> Option<&str> {
        self.founding.papers.get(id).map(String::as_str)
    }

    fn position(&self, id: &str) -> &'static str {
        Position::from_id(id).map_or("", Position::title)
    }
}
