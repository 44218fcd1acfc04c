//! A founding: where it stands, what is missing, the steps this post may take, what happened.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::ids::FoundingId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::attachments::FileBytes;
use union::employers::{self, EmployerRef};
use union::orgs::committee::{CommitteeRules, Position};
use union::orgs::flow::{FoundingState, STRAIGHT, Side, Verb};
use union::orgs::founding::files::{self, FileRule, PaperFile};
use union::orgs::founding::{
    self, Elected, Founding, Meeting, Offer, Paper, Rulings, StepInput, StepLine,
};
use union::orgs::{self, OrgError, OrgRef};

use super::changes::read_day;
use super::committees::{contract_end, named, rows, unreadable_contracts};
use super::founding_list::badge;
use crate::console::words::{Deadline, answered, form_title};
use crate::shell::{
    FieldErrors, Form, Frame, Need, Path, Posted, Problem, Query, Routes, Visit, page,
};

/// Most that may come with one step, in MB: some papers each with its file.
pub(crate) const FILES_MB: usize = 40;
/// Rows offered for elected people at first.
const ROWS: usize = 9;
/// Rows added each time somebody asks for more.
const MORE: usize = 5;

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
        .merge(super::founding_files::routes())
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
        "file" => Some("已收下附件".to_owned()),
        "unfile" => Some("已撤下附件".to_owned()),
        verb => Verb::from_id(verb).map(|verb| format!("已办理：{}", verb.title())),
    }
}

/// A size in words.
fn size(bytes: impl std::borrow::Borrow<i64>) -> String {
    let bytes = bytes.borrow();
    match bytes {
        0..1024 => format!("{bytes} 字节"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes >> 20),
    }
}

/// What the page is drawn from.
pub(super) struct Matter {
    founding: Founding,
    parent: OrgRef,
    units: Vec<EmployerRef>,
    union: Option<OrgRef>,
    offers: Vec<Offer>,
    steps: Vec<StepLine>,
    papers: &'static [Paper],
    files: Vec<PaperFile>,
    file_rule: &'static FileRule,
    /// It is this post's turn, so it may add papers.
    in_hand: bool,
    deadline: Option<Deadline>,
    /// Sizes of committees and lengths of terms.
    rules: &'static CommitteeRules,
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
    key: String,
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
        files: files::list(tx, &founding)?,
        file_rule: &rulings.files,
        in_hand: founding::has_in_hand(&tx.actor().scope, may, &founding),
        rules: CommitteeRules::today(tx)?.body,
        deadline: due.map(|due| Deadline::new(today, due.date, due.provisional)),
        units,
        founding,
    })
}

/// What came back: with errors, or for more rows (without script; with it the page adds them itself).
pub(super) struct Tried {
    /// The step, if it was one.
    pub(super) verb: Option<Verb>,
    pub(super) form: Form,
    pub(super) problem: Option<Problem>,
}

pub(super) async fn draw(
    visit: &Visit,
    id: FoundingId,
    flash: Option<String>,
    tried: Option<Tried>,
) -> Result<Response, Problem> {
    let (app, may) = (&visit.app, visit.who.capabilities);
    let matter = app.read(&visit.who, move |tx| gather(tx, may, id)).await?;
    let (tried, form, errors, status) = match tried {
        Some(Tried {
            verb,
            form,
            problem: Some(problem),
        }) => (
            verb,
            form,
            FieldErrors::from_problem(&problem),
            problem.status,
        ),
        Some(Tried { verb, form, .. }) => (verb, form, FieldErrors::none(), StatusCode::OK),
        None => (None, Form::default(), FieldErrors::none(), StatusCode::OK),
    };
    let frame = visit
        .frame(form_title(&matter.founding.name, &errors), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("建会事项", "/orgs/foundings")
        .crumb(matter.founding.name.clone(), "")
        .flash(flash);
    let open = matches!(
        matter.founding.state,
        FoundingState::Draft | FoundingState::Returned
    );
    let may_edit = open && visit.who.can(Capability::OrgsFound);
    let positions = Position::ALL
        .iter()
        .map(|one| (one.id(), one.title().to_owned()))
        .collect();
    let most = matter.rules.largest();
    let asked = if form.text("do") == "more" { MORE } else { 0 };
    let rows = (rows(&form, (ROWS, most)) + asked).min(most);
    Ok(page(
        status,
        &ShowPage {
            frame,
            matter,
            form,
            errors,
            tried,
            may_edit,
            rows,
            positions,
            key: app.new_key(),
        },
    ))
}

async fn show(
    visit: Visit,
    Path(id): Path<FoundingId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    draw(&visit, id, said(&done.done), None).await
}

/// What the form of a step carries.
fn input(
    form: &Form,
    files: Vec<(String, FileBytes)>,
    papers: &[Paper],
) -> Result<StepInput, OrgError> {
    let brought: BTreeMap<String, String> = papers
        .iter()
        .filter_map(|paper| {
            let reference = form.text(&format!("paper_{}", paper.id));
            (!reference.is_empty()).then(|| (paper.id.clone(), reference.to_owned()))
        })
        .collect();
    Ok(StepInput {
        note: form.text("note").to_owned(),
        papers: brought,
        files: under_papers(files, papers),
        members_now: form.parsed("members_now"),
        meeting: meeting(form)?,
        approval_no: form.text("approval_no").to_owned(),
        approved_on: read_day(form, "approved_on")?,
        credit_code: form.text("credit_code").to_owned(),
    })
}

/// Files by the papers their boxes are named after.
fn under_papers(files: Vec<(String, FileBytes)>, papers: &[Paper]) -> Vec<(String, FileBytes)> {
    files
        .into_iter()
        .filter_map(|(name, file)| {
            let paper = name.strip_prefix("file_")?.to_owned();
            papers
                .iter()
                .any(|one| one.id == paper)
                .then_some((paper, file))
        })
        .collect()
}

fn meeting(form: &Form) -> Result<Option<Meeting>, OrgError> {
    let Some(on) = read_day(form, "meeting_on")? else {
        return Ok(None);
    };
    let elected = named(form)
        .map(|row| Elected {
            name: form.text(&format!("name{row}")).to_owned(),
            position: form.text(&format!("position{row}")).to_owned(),
            votes: form.parsed(&format!("votes{row}")).unwrap_or(0),
            full_time: form.text(&format!("full{row}")) == "1",
            contract_end: contract_end(form, row).unwrap_or_default(),
        })
        .collect();
    Ok(Some(Meeting {
        on,
        due: form.parsed("due").unwrap_or(0),
        present: form.parsed("present").unwrap_or(0),
        term_years: form.parsed("term_years").unwrap_or(3),
        elected,
    }))
}

async fn step(
    visit: Visit,
    Path((id, verb)): Path<(FoundingId, String)>,
    posted: Posted<FILES_MB>,
) -> Response {
    let Some(verb) = Verb::from_id(&verb) else {
        return Problem::not_found().into_response();
    };
    let Posted { form, files } = posted;
    let tried = |form, problem| Tried {
        verb: Some(verb),
        form,
        problem,
    };
    if form.text("do") == "more" {
        let more = draw(&visit, id, None, Some(tried(form, None))).await;
        return more.unwrap_or_else(IntoResponse::into_response);
    }
    if let Some(problem) = unreadable_contracts(&form) {
        let refused = draw(&visit, id, None, Some(tried(form, Some(problem)))).await;
        return refused.unwrap_or_else(IntoResponse::into_response);
    }
    let (may, sent) = (visit.who.capabilities, form.clone());
    let done = visit
        .app
        .write(&visit.who, move |tx| {
            let input = input(&sent, files, &Rulings::today(tx)?.body.papers)?;
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
    let done = done.map(|_| format!("/orgs/foundings/{id}?done={}", verb.id()));
    answered(done, |problem| {
        draw(&visit, id, None, Some(tried(form, Some(problem))))
    })
    .await
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

    fn files_of(&self, paper: &str) -> Vec<&PaperFile> {
        self.files
            .iter()
            .filter(|file| file.paper == paper)
            .collect()
    }

    fn paper(&self, id: &str) -> Option<&str> {
        self.founding.papers.get(id).map(String::as_str)
    }

    /// How many the committee should have, in words; nothing where no rule says it.
    fn size(&self) -> Option<String> {
        let members = self.founding.members();
        let (least, most) = self.rules.committee_size(members)?;
        Some(format!(
            "会员 {members} 人，工会委员会应有 {least}～{most} 人"
        ))
    }

    fn position(&self, id: &str) -> &'static str {
        Position::from_id(id).map_or("", Position::title)
    }
}
