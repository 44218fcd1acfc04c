//! 欠薪预警 warnings: signals in, open alerts out, and why one has its colour.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::ids::{EmployerId, OrgId};
use kernel::{Date, Fen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::arrears::alerts::AlertState;
use union::arrears::desk::{self, After, DeskFilter, DeskLine, EndedHow};
use union::arrears::{self, ArrearsError, Lead, LeadAbout, Permit, alerts};

use super::asked::{Asked, Sent, body_field, one_of, parameter};
use super::check::{Day, Id};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Rows of one answer when none are asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::WarningRead);
    Operations::new()
        .post::<NewSignal, SignalEntered, _, _>(
            "/api/signals",
            Need::Cap(Capability::SignalsEnter),
            "登记一条线索；立即参与评估",
            &[201],
            enter,
        )
        .get::<AlertQuery, AlertPage, _, _>("/api/alerts", read, "欠薪预警，最紧急的在前", list)
        .get::<Nothing, serde_json::Value, _, _>(
            "/api/alerts/{no}/explanation",
            read,
            "一条预警的解释，逐字节与保存的一致；每次查看留痕",
            explanation,
        )
}

/// A signal to enter.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSignal {
    /// 单位编号（与 project 二选一）
    #[schemars(with = "Option<Id>")]
    employer: Option<EmployerId>,
    /// 工程项目名称
    project: Option<String>,
    /// 项目所在工会编号
    #[schemars(with = "Option<Id>")]
    org: Option<OrgId>,
    /// 线索种类代码
    kind: String,
    /// 所说的日期，YYYY-MM-DD，不得晚于今天
    #[schemars(with = "Day")]
    day: Date,
    /// 各栏目的值：整数，金额以分为单位；选项写说法或者数字
    fields: BTreeMap<String, Said>,
    /// 工会人员是否已核实
    #[serde(default)]
    verified: bool,
    /// 来源编号，如工单号
    #[serde(default)]
    reference: String,
}

/// A value: a number, or the word of a choice.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Said {
    /// 整数
    Number(i64),
    /// 选项的说法
    Word(String),
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
struct SignalEntered {
    /// 预警对象编号
    subject: String,
    /// new、same（已有）、corrected（更正）、amended（更正了，仍以更重的其他来源为准）、echo（印证其他来源已报的）、takes_over（比其他来源报得重，以这一份为准）
    outcome: &'static str,
}

async fn enter(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewSignal>,
) -> Result<Response, Problem> {
    let lead = lead(body, once.key)?;
    let permit = Permit::of(&who);
    let entered = app
        .write(&who, move |tx| arrears::enter_signal(tx, &permit, &lead))
        .await?;
    let answer = SignalEntered {
        subject: entered.subject.to_string(),
        outcome: entered.taken.id(),
    };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

fn lead(new: NewSignal, key: String) -> Result<Lead, Problem> {
    let about = match (new.employer, new.project, new.org) {
        (Some(id), None, _) => LeadAbout::Employer(id),
        (None, Some(name), Some(org)) => LeadAbout::Project(name, org),
        _ => {
            return Err(body_field(
                "employer",
                "请写明 employer，或者 project 和它所在的工会 org",
            ));
        }
    };
    let fields = new.fields.into_iter();
    let fields = fields.map(|(name, said)| {
        let value = number(&new.kind, &name, said)?;
        Ok((name, value))
    });
    let fields = fields.collect::<Result<_, Problem>>()?;
    Ok(Lead {
        key,
        about,
        kind: new.kind,
        day: new.day,
        fields,
        verified: new.verified,
        reference: new.reference,
    })
}

/// The number of a value; a word is one of the choices of its field.
fn number(kind: &str, name: &str, said: Said) -> Result<i64, Problem> {
    let word = match said {
        Said::Number(number) => return Ok(number),
        Said::Word(word) => word,
    };
    let field = arrears::kinds::schema(kind).and_then(|schema| schema.field(name));
    let Some(field) = field.filter(|field| field.is_choice()) else {
        return Err(body_field(name, format!("{name} 应为整数")));
    };
    field.value(&word).ok_or_else(|| {
        let message = format!("{}没有“{word}”这一项，可填：{}", field.title, field.words());
        body_field(name, message)
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AlertQuery {
    /// 等级代码，如 red
    level: Option<String>,
    /// 名称的一部分
    q: Option<String>,
    /// open 处置中（默认）、closed 已销号、handed_over 已移交、merged 已合并
    #[schemars(extend("enum" = ["open", "closed", "handed_over", "merged"]))]
    state: Option<String>,
    /// 所在工会编号：本级与下级
    #[schemars(with = "Option<Id>")]
    under: Option<OrgId>,
    /// 行业代码开头
    industry: Option<String>,
    /// 只要逾期的
    overdue: Option<bool>,
    /// 只要规则建议降级的
    proposed: Option<bool>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct AlertPage {
    items: Vec<AlertItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// One open alert. A suspicion about a company: not to be passed on.
#[derive(Serialize, JsonSchema)]
struct AlertItem {
    no: String,
    subject: String,
    /// 镇街
    place: String,
    industry: String,
    /// 等级代码
    level: String,
    score: i64,
    red_line: bool,
    /// 得分的规则，分值高的在前
    reasons: Vec<String>,
    /// 涉及职工：处置单位核实的优先，没有核实的按线索
    people: Option<i64>,
    /// 涉及职工是否已核实
    people_verified: bool,
    /// 线索反映的人数
    people_reported: Option<i64>,
    /// 涉及金额，元：处置单位核实的优先，没有核实的按线索
    amount: Option<String>,
    /// 涉及金额是否已核实
    amount_verified: bool,
    /// 线索反映的金额，元
    amount_reported: Option<String>,
    /// 下一个期限，RFC 3339
    due: Option<String>,
    /// 承办单位
    owner: String,
    /// 规则建议的较低等级；空文本为建议解除
    proposed: Option<String>,
    opened_at: String,
}

impl From<DeskLine> for AlertItem {
    fn from(line: DeskLine) -> Self {
        Self {
            no: line.no,
            subject: line.subject_name,
            place: line.place,
            industry: line.industry,
            level: line.level.id.clone(),
            score: line.score,
            red_line: line.red_line,
            reasons: line.reasons,
            people: line.people.value,
            people_verified: line.people.verified,
            people_reported: line.people.reported,
            amount: line.amount.value.map(Fen::plain),
            amount_verified: line.amount.verified,
            amount_reported: line.amount.reported.map(Fen::plain),
            due: line.due.map(kernel::Instant::rfc3339),
            owner: line.owner,
            proposed: line.proposed.map(|level| level.id.clone()),
            opened_at: line.opened_at.rfc3339(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<AlertQuery>,
) -> Result<Json<AlertPage>, Problem> {
    let after = query.after.as_deref().map(read_after).transpose()?;
    let limit = query.limit.unwrap_or(USUAL);
    if let Some(level) = query.level.clone() {
        let known = app.read(&who, desk::levels).await?;
        let known: Vec<String> = known.into_iter().map(|one| one.id).collect();
        one_of("level", &level, &known)?;
    }
    let (state, ended) = match query.state.as_deref() {
        Some("closed") => (AlertState::Closed, Some(EndedHow::Closed)),
        Some("handed_over") => (AlertState::Closed, Some(EndedHow::HandedOver)),
        Some("merged") => (AlertState::Merged, None),
        _ => (AlertState::Open, None),
    };
    let filter = DeskFilter {
        text: query.q.unwrap_or_default(),
        level: query.level,
        town: query.under,
        industry: query.industry.unwrap_or_default(),
        state,
        overdue: query.overdue.unwrap_or(false),
        proposed: query.proposed.unwrap_or(false),
        ended,
        follow_ups: false,
        ..DeskFilter::default()
    };
    let lines = app
        .read(&who, move |tx| desk::page(tx, &filter, after, limit))
        .await?;
    let next = (lines.len() == limit)
        .then(|| lines.last().map(write_after))
        .flatten();
    Ok(Json(AlertPage {
        items: lines.into_iter().map(AlertItem::from).collect(),
        next,
    }))
}

/// `rank.score.id`.
fn write_after(line: &DeskLine) -> String {
    let after = line.after();
    format!("{}.{}.{}", after.rank, after.score, after.id)
}

fn read_after(text: &str) -> Result<After, Problem> {
    let mut parts = text.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (rank, score, id) = (part().parse(), part().parse(), part().parse());
    match (rank, score, id) {
        (Ok(rank), Ok(score), Ok(id)) => Ok(After { rank, score, id }),
        _ => Err(parameter("after", "不是上一页的 next")),
    }
}

async fn explanation(
    State(app): State<App>,
    who: Who,
    Path(no): Path<String>,
) -> Result<Response, Problem> {
    let body = app
        .write(&who, move |tx| {
            let alert = alerts::by_no(tx, &no)?;
            desk::viewed(tx, alert.id)?;
            let kept = alerts::explanation(tx, alert.id, &alert.explanation)?;
            Ok::<_, ArrearsError>(kept.body)
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}
