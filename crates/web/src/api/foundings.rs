//! 建会 foundings: a basic union on its way into being: begun, corrected, and led from step to step, as on its pages.
//! Who may do which step, and what it asks, stands in the flow table and the definitions in force.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::FoundingId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::orgs::committee::Position;
use union::orgs::flow::{FoundingState, Verb};
use union::orgs::founding::{
    self, Elected, Filter, Founding, FoundingLine, Meeting, Offer, Rulings, StepInput, StepLine,
};
use union::orgs::{OrgError, OrgKind};

use super::asked::{Asked, Sent, done, form_of};
use super::check::{Day, Id};
use super::founding_files::{self, FileItem, PaperFile};
use super::operations::{Nothing, Operations};
use crate::console::orgs::founding_form::{present, read_form};
use crate::console::orgs::founding_show::FILES_MB;
use crate::shell::{App, Need, Path, Problem, Who};

/// Foundings of one answer when no number is asked for.
const USUAL: usize = 50;
/// Room for the papers of one step, which base64 makes a third larger, and for the rest.
pub(super) const LARGEST_MB: usize = FILES_MB * 4 / 3 + 1;

pub(super) fn operations() -> Operations {
    let (read, found) = (
        Need::Cap(Capability::OrgsRead),
        Need::Cap(Capability::OrgsFound),
    );
    Operations::new()
        .get::<FoundingQuery, FoundingPage, _, _>(
            "/api/foundings",
            read,
            "范围内的建会事项，新的在前",
            list,
        )
        .post::<FoundingForm, FoundingStands, _, _>(
            "/api/foundings",
            found,
            "申请建会：存为草稿，核对后用 submit 提交上一级工会",
            &[201],
            open,
        )
        .get::<Nothing, FoundingCard, _, _>(
            "/api/foundings/{id}",
            read,
            "一件建会事项：办到哪一步、现在可办什么、还缺什么材料",
            card,
        )
        .post::<FoundingForm, FoundingStands, _, _>(
            "/api/foundings/{id}",
            found,
            "修改草稿或被退回的：没有给出的栏目不变，给出空文本的清空",
            &[200],
            edit,
        )
        .post::<Step, FoundingStands, _, _>(
            "/api/foundings/{id}/steps/{verb}",
            // As the page: the flow table asks for the capability of each step.
            read,
            "办一步，如 submit 提交申请、return 退回补正、approve 批复成立；不能办的答 409 与全部理由",
            &[200],
            step,
        )
        .merge(founding_files::operations())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FoundingQuery {
    /// 名称的一部分
    #[serde(default)]
    q: String,
    /// 状态代码
    #[schemars(extend("enum" = states()))]
    state: Option<String>,
    /// 组织类型代码
    #[schemars(extend("enum" = kinds()))]
    kind: Option<String>,
    /// 只列办理中的
    open: Option<bool>,
    /// 上一页的 next
    #[schemars(with = "Option<Id>")]
    after: Option<FoundingId>,
    /// 条数，默认 50，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

fn states() -> Vec<Option<&'static str>> {
    let known = FoundingState::ALL.iter().map(|one| Some(one.id()));
    known.chain([None]).collect()
}

/// Kinds of union that are founded.
fn kinds() -> Vec<Option<&'static str>> {
    let basic = OrgKind::ALL.iter().filter(|kind| kind.is_basic());
    basic.map(|kind| Some(kind.id())).chain([None]).collect()
}

#[derive(Serialize, JsonSchema)]
struct FoundingPage {
    items: Vec<FoundingItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// A founding in the list.
#[derive(Serialize, JsonSchema)]
struct FoundingItem {
    id: String,
    name: String,
    /// 组织类型代码
    kind: &'static str,
    state: &'static str,
    /// 上一级工会名称
    parent: String,
    opened_at: String,
    /// 上一级工会应当答复的日期
    due: Option<String>,
}

impl From<FoundingLine> for FoundingItem {
    fn from(line: FoundingLine) -> Self {
        Self {
            id: line.id.to_string(),
            name: line.name,
            kind: line.kind.id(),
            state: line.state.id(),
            parent: line.parent_name,
            opened_at: line.opened_at.rfc3339(),
            due: line.due.map(|due| due.date.to_string()),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<FoundingQuery>,
) -> Result<Json<FoundingPage>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let filter = Filter {
        text: query.q,
        state: query.state.as_deref().and_then(FoundingState::from_id),
        kind: query.kind.as_deref().and_then(OrgKind::from_id),
        open: query.open.unwrap_or(false),
    };
    let lines = app
        .read(&who, move |tx| {
            founding::list(tx, &filter, query.after, limit)
        })
        .await?;
    let next = lines.last().filter(|_| lines.len() == limit);
    Ok(Json(FoundingPage {
        next: next.map(|line| line.id.to_string()),
        items: lines.into_iter().map(FoundingItem::from).collect(),
    }))
}

/// A founding as its page shows it.
#[derive(Serialize, JsonSchema)]
struct FoundingCard {
    id: String,
    name: String,
    /// 组织类型代码
    kind: &'static str,
    /// 上一级工会编号
    parent: String,
    state: &'static str,
    state_title: &'static str,
    /// 办理时须带上
    version: i64,
    /// 预计会员数，人
    members_expected: i64,
    /// 单位编号
    employers: Vec<String>,
    /// 已交的材料：代码与文号、标题或说明
    papers: BTreeMap<String, String>,
    /// 已交的附件
    files: Vec<FileItem>,
    /// 批复成立后的工会编号
    org: Option<String>,
    /// 您的岗位现在可办的步骤
    offers: Vec<OfferItem>,
    /// 已办的步骤，先办的在前
    steps: Vec<StepItem>,
}

/// A step offered now.
#[derive(Serialize, JsonSchema)]
struct OfferItem {
    verb: &'static str,
    title: &'static str,
    to: &'static str,
    /// 须写明理由
    needs_note: bool,
    /// 还要随这一步交的材料
    missing: Vec<PaperItem>,
    /// 现在还不能办的理由；空为可办
    refusals: Vec<String>,
}

/// A paper.
#[derive(Serialize, JsonSchema)]
struct PaperItem {
    id: String,
    title: String,
}

/// A step that was done.
#[derive(Serialize, JsonSchema)]
struct StepItem {
    at: String,
    verb: Option<&'static str>,
    from: &'static str,
    to: &'static str,
    note: String,
    actor: String,
}

impl From<Offer> for OfferItem {
    fn from(offer: Offer) -> Self {
        let missing = offer.missing.into_iter().map(|paper| PaperItem {
            id: paper.id.clone(),
            title: paper.title.clone(),
        });
        Self {
            verb: offer.row.verb.id(),
            title: offer.row.verb.title(),
            to: offer.row.to.id(),
            needs_note: offer.row.reason,
            missing: missing.collect(),
            refusals: offer
                .refusals
                .0
                .into_iter()
                .map(|one| one.message)
                .collect(),
        }
    }
}

impl From<StepLine> for StepItem {
    fn from(step: StepLine) -> Self {
        Self {
            at: step.at.rfc3339(),
            verb: step.verb.map(Verb::id),
            from: step.from.id(),
            to: step.to.id(),
            note: step.note,
            actor: step.actor,
        }
    }
}

fn gather(tx: &mut Tx, may: CapabilitySet, id: FoundingId) -> Result<FoundingCard, OrgError> {
    let founding = founding::get(tx, id)?;
    let employers = founding::employers(tx, id)?.into_iter();
    let offers = founding::offers(tx, may, &founding)?.into_iter();
    let steps = founding::steps(tx, id)?.into_iter();
    let files = founding_files::of(tx, &founding)?;
    Ok(FoundingCard {
        id: id.to_string(),
        name: founding.name,
        kind: founding.kind.id(),
        parent: founding.parent.to_string(),
        state: founding.state.id(),
        state_title: founding.state.title(),
        version: founding.version,
        members_expected: founding.members_expected,
        employers: employers.map(|one| one.to_string()).collect(),
        papers: founding.papers,
        files,
        org: founding.org.map(|org| org.to_string()),
        offers: offers.map(OfferItem::from).collect(),
        steps: steps.map(StepItem::from).collect(),
    })
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<FoundingId>,
) -> Result<Json<FoundingCard>, Problem> {
    let may = who.capabilities;
    let card = app.read(&who, move |tx| gather(tx, may, id)).await?;
    Ok(Json(card))
}

/// A founding as its form has it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FoundingForm {
    /// 修改时必填：所依据的版本
    version: Option<i64>,
    /// 组织类型代码；申请时必填
    #[schemars(extend("enum" = kinds()))]
    kind: Option<String>,
    /// 上一级工会：编号、全称或简称；申请时必填
    parent: Option<String>,
    /// 拟建工会的全称；申请时必填
    name: Option<String>,
    /// 单位，一行一个：信用代码或全称
    employers: Option<String>,
    /// 预计会员数，人
    #[schemars(range(min = 0))]
    members_expected: Option<i64>,
    /// 项目工会的计划结束日期
    #[schemars(with = "Option<Day>")]
    planned_end_on: Option<Date>,
    /// 行业代码 GB/T 4754-2017
    industry_code: Option<String>,
    address: Option<String>,
    /// 申请的情况说明
    note: Option<String>,
}

/// How it stands.
#[derive(Serialize, JsonSchema)]
struct FoundingStands {
    id: String,
    state: &'static str,
    version: i64,
}

impl From<&Founding> for FoundingStands {
    fn from(founding: &Founding) -> Self {
        Self {
            id: founding.id.to_string(),
            state: founding.state.id(),
            version: founding.version,
        }
    }
}

fn stands(
    tx: &mut Tx,
    status: StatusCode,
    id: FoundingId,
) -> Result<store::idempotency::Answer, OrgError> {
    let now = founding::get(tx, id)?;
    Ok(done(status, &FoundingStands::from(&now)))
}

async fn open(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<FoundingForm>,
) -> Result<Response, Problem> {
    let (may, form) = (who.capabilities, form_of(&body, Vec::new()));
    once.write(&app, &who, move |tx| {
        let new = read_form(tx, &form)?;
        let id = founding::open(tx, may, &new)?;
        stands(tx, StatusCode::CREATED, id)
    })
    .await
}

async fn edit(
    State(app): State<App>,
    who: Who,
    Path(id): Path<FoundingId>,
    Sent { body, once }: Sent<FoundingForm>,
) -> Result<Response, Problem> {
    let (may, version) = (who.capabilities, body.version);
    once.write(&app, &who, move |tx| {
        let base = present(tx, id)?;
        let version = version.ok_or_else(|| OrgError::Invalid {
            field: "version",
            code: "api.field",
            message: "version 必填".to_owned(),
        })?;
        let new = read_form(tx, &form_of(&body, base))?;
        founding::edit(tx, may, id, version, &new)?;
        stands(tx, StatusCode::OK, id)
    })
    .await
}

/// What comes with a step; only what the step asks for is looked at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Step {
    /// 所依据的版本；他人先办过的答 409
    version: i64,
    /// 理由或说明
    #[serde(default)]
    note: String,
    /// 随这一步交的材料：代码与文号、标题或说明
    #[serde(default)]
    papers: BTreeMap<String, String>,
    /// 附件，各属一项材料
    #[serde(default)]
    files: Vec<PaperFile>,
    /// 报送候选人：已发展的会员数
    members_now: Option<i64>,
    /// 登记选举会议
    meeting: Option<MeetingForm>,
    /// 批复成立：文号
    #[serde(default)]
    approval_no: String,
    /// 批复成立：日期
    #[schemars(with = "Option<Day>")]
    approved_on: Option<Date>,
    /// 登记法人：工会自身的统一社会信用代码
    #[serde(default)]
    credit_code: String,
}

/// The electing meeting.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MeetingForm {
    #[schemars(with = "Day")]
    on: Date,
    /// 应到，人
    due: i64,
    /// 实到，人
    present: i64,
    /// 任期，年
    term_years: i64,
    elected: Vec<Winner>,
}

/// Somebody elected.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Winner {
    name: String,
    /// 职务代码
    #[schemars(extend("enum" = positions()))]
    position: String,
    /// 得票数
    votes: i64,
    /// 专职
    #[serde(default)]
    full_time: bool,
    /// 劳动合同的结束日期
    #[schemars(with = "Option<Day>")]
    contract_end: Option<Date>,
}

fn positions() -> Vec<&'static str> {
    Position::ALL.iter().map(|one| one.id()).collect()
}

impl From<MeetingForm> for Meeting {
    fn from(form: MeetingForm) -> Self {
        let elected = form.elected.into_iter().map(|one| Elected {
            name: one.name,
            position: one.position,
            votes: one.votes,
            full_time: one.full_time,
            contract_end: one.contract_end,
        });
        Self {
            on: form.on,
            due: form.due,
            present: form.present,
            term_years: form.term_years,
            elected: elected.collect(),
        }
    }
}

/// The same as the page's form would bring.
fn input(step: Step) -> Result<StepInput, Problem> {
    let mut files = Vec::with_capacity(step.files.len());
    for (at, file) in step.files.into_iter().enumerate() {
        files.push(file.opened(&format!("files.{at}.base64"))?);
    }
    Ok(StepInput {
        note: step.note,
        papers: step.papers,
        files,
        members_now: step.members_now,
        meeting: step.meeting.map(Meeting::from),
        approval_no: step.approval_no,
        approved_on: step.approved_on,
        credit_code: step.credit_code,
    })
}

/// Refuses a paper that no step asks for: it would be kept where nobody looks.
fn known_papers(tx: &mut Tx, input: &StepInput) -> Result<(), OrgError> {
    let files = input.files.iter().map(|(paper, _)| ("files", paper));
    let papers = input.papers.keys().map(|paper| ("papers", paper));
    known(tx, papers.chain(files))
}

/// Refuses a paper of no checklist, naming the field it came in.
pub(super) fn known<'a>(
    tx: &mut Tx,
    mut given: impl Iterator<Item = (&'static str, &'a String)>,
) -> Result<(), OrgError> {
    let papers = &Rulings::today(tx)?.body.papers;
    let is_known = |id: &String| papers.iter().any(|paper| paper.id == *id);
    match given.find(|(_, paper)| !is_known(paper)) {
        None => Ok(()),
        Some((field, paper)) => {
            let ids: Vec<_> = papers.iter().map(|paper| paper.id.as_str()).collect();
            Err(OrgError::Invalid {
                field,
                code: "api.field",
                message: format!("没有名为 {paper} 的材料；可用的是 {}", ids.join("、")),
            })
        }
    }
}

async fn step(
    State(app): State<App>,
    who: Who,
    Path((id, verb)): Path<(FoundingId, String)>,
    Sent { body, once }: Sent<Step, LARGEST_MB>,
) -> Result<Response, Problem> {
    let verb = Verb::from_id(&verb).ok_or_else(Problem::not_found)?;
    let (may, version) = (who.capabilities, body.version);
    let input = input(body)?;
    once.write(&app, &who, move |tx| {
        founding::get(tx, id)?;
        known_papers(tx, &input)?;
        founding::step(tx, may, id, version, verb, &input)?;
        stands(tx, StatusCode::OK, id)
    })
    .await
}
