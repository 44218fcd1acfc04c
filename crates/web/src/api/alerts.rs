//! 一条欠薪预警: what its page shows, and what only a person decides about it. Every look is entered. Its handling is
//! a case: `/api/cases`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Date, Fen, Instant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::arrears::alerts::{AlertEvent, MergeEnd, ToClose};
use union::arrears::{self, AlertPage, ArrearsError, Permit, desk};

use super::asked::{Sent, done};
use super::check::Day;
use super::operations::{Nothing, Operations};
use crate::console::warnings::act;
use crate::shell::{App, Form, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    Operations::new()
        .get::<Nothing, AlertCard, _, _>(
            "/api/alerts/{no}",
            Need::Cap(Capability::WarningRead),
            "一条预警：等级、经过、线索；每次查看留痕",
            card,
        )
        .post::<Decided, AlertStands, _, _>(
            "/api/alerts/{no}/acts/{act}",
            Need::Cap(Capability::WarningAct),
            "处置：fall 确认降级、keep 维持等级、defer 登记依法延期、push 推送人社部门、merge 并入、close 销号、\
             hand_over 移交、reopen 重新处置；现在不能办的答 409 与全部理由",
            &[200],
            carry_out,
        )
}

/// An alert. A suspicion about a company: not to be passed on.
#[derive(Serialize, JsonSchema)]
struct AlertCard {
    no: String,
    subject: String,
    /// 企业编号；工程项目没有
    employer: Option<String>,
    /// open、closed、merged
    state: &'static str,
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
    opened_at: String,
    raised_at: String,
    closed_at: Option<String>,
    /// 销号结论代码
    closing: Option<String>,
    /// 规则建议的较低等级；空文本为建议解除
    proposed: Option<String>,
    /// 并入了哪一条
    merged_into: Option<MergeItem>,
    /// 并进来的预警
    joined: Vec<MergeItem>,
    /// 依法延期至
    deferral_until: Option<String>,
    pushed_at: Option<String>,
    /// 推送的部门与回执
    push_office: Option<String>,
    push_acknowledgement: Option<String>,
    /// 处置它的办件
    case: Option<String>,
    /// 所用规则与其 SM3 指纹
    rule_set: String,
    rule_hash: String,
    /// 解释的 SM3
    explanation_digest: String,
    /// 处置须带上
    version: i64,
    /// 还不能销号的原因（预警一侧）
    against_closing: Vec<String>,
    /// 销号条件：按结论列出，满足与否和下一步；已了结的为空
    closing_conditions: Vec<ClosingItem>,
    /// 每日得分
    scores: Vec<ScoreItem>,
    /// 经过，先发生的在前
    events: Vec<EventItem>,
    /// 线索，新的在前
    signals: Vec<SignalItem>,
}

/// The other alert of a merge. An alert out of reach is not named.
#[derive(Serialize, JsonSchema)]
struct MergeItem {
    no: String,
    subject: String,
    /// 关系代码；以前没有选过关系的为空
    relation: Option<String>,
    /// 关系名称
    relation_title: Option<String>,
}

impl From<MergeEnd> for MergeItem {
    fn from(one: MergeEnd) -> Self {
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            no: one.no,
            subject: one.title,
            relation: said(one.relation),
            relation_title: said(one.relation_title),
        }
    }
}

/// What one conclusion, or several that demand the same, need.
#[derive(Serialize, JsonSchema)]
struct ClosingItem {
    /// 结论代码
    closings: Vec<String>,
    /// 是否都满足
    met: bool,
    conditions: Vec<ConditionItem>,
}

/// One condition.
#[derive(Serialize, JsonSchema)]
struct ConditionItem {
    title: String,
    met: bool,
    /// 现在的情况
    stands: String,
    /// 办哪个动作可以满足它
    verb: Option<String>,
}

impl From<ToClose> for ClosingItem {
    fn from(one: ToClose) -> Self {
        Self {
            met: one.met(),
            closings: one.conclusions.into_iter().map(|(code, _)| code).collect(),
            conditions: one
                .conditions
                .into_iter()
                .map(|one| ConditionItem {
                    met: one.met(),
                    title: one.title,
                    stands: one.stands,
                    verb: one.step.map(|step| step.verb),
                })
                .collect(),
        }
    }
}

/// The score of a day.
#[derive(Serialize, JsonSchema)]
struct ScoreItem {
    day: String,
    score: i64,
}

/// Something that happened to it.
#[derive(Serialize, JsonSchema)]
struct EventItem {
    at: String,
    /// opened、raised、fall_proposed、fallen、kept、deferred、pushed、joined、merged、closed、reopened
    kind: &'static str,
    from: String,
    to: String,
    score: i64,
    actor: String,
    note: String,
}

/// A signal about its subject.
#[derive(Serialize, JsonSchema)]
struct SignalItem {
    id: String,
    kind: String,
    day: String,
    arrived_at: String,
    says: String,
    feed: String,
}

impl From<&AlertEvent> for EventItem {
    fn from(event: &AlertEvent) -> Self {
        Self {
            at: event.at.rfc3339(),
            kind: event.kind.id(),
            from: event.from.clone(),
            to: event.to.clone(),
            score: event.score,
            actor: event.actor.clone(),
            note: event.note.clone(),
        }
    }
}

impl From<AlertPage> for AlertCard {
    fn from(page: AlertPage) -> Self {
        let alert = page.alert;
        let (people, amount) = (alert.people_figure(), alert.amount_figure());
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        let scores = page.scores.into_iter();
        let signals = page.signals.into_iter();
        Self {
            no: alert.no,
            subject: alert.title,
            employer: page.employer.map(|one| one.id.to_string()),
            state: alert.state.id(),
            level: alert.level,
            score: alert.score,
            red_line: alert.red_line,
            reasons: alert.reasons,
            people: people.value,
            people_verified: people.verified,
            people_reported: people.reported,
            amount: amount.value.map(Fen::plain),
            amount_verified: amount.verified,
            amount_reported: amount.reported.map(Fen::plain),
            opened_at: alert.opened_at.rfc3339(),
            raised_at: alert.raised_at.rfc3339(),
            closed_at: alert.closed_at.map(Instant::rfc3339),
            closing: said(alert.closed_code),
            proposed: alert.proposed,
            merged_into: page.merges.into.map(MergeItem::from),
            joined: page
                .merges
                .joined
                .into_iter()
                .map(MergeItem::from)
                .collect(),
            deferral_until: alert.deferral_until.map(|day| day.to_string()),
            pushed_at: alert.pushed_at.map(Instant::rfc3339),
            push_office: said(alert.push_office),
            push_acknowledgement: said(alert.push_ack),
            case: alert.case.map(|id| id.to_string()),
            rule_set: alert.rule_set,
            rule_hash: alert.rule_hash,
            explanation_digest: page.digest,
            version: alert.version,
            closing_conditions: page.to_close.into_iter().map(ClosingItem::from).collect(),
            against_closing: page
                .against_closing
                .0
                .into_iter()
                .map(|one| one.message)
                .collect(),
            scores: scores
                .map(|(day, score, _)| ScoreItem {
                    day: day.to_string(),
                    score,
                })
                .collect(),
            events: page.events.iter().map(EventItem::from).collect(),
            signals: signals
                .map(|one| SignalItem {
                    id: one.id.to_string(),
                    kind: one.kind,
                    day: one.day.to_string(),
                    arrived_at: one.arrived.rfc3339(),
                    says: one.says,
                    feed: one.feed,
                })
                .collect(),
        }
    }
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(no): Path<String>,
) -> Result<Json<AlertCard>, Problem> {
    let page = app
        .read(&who, move |tx| arrears::alert_page(tx, &no))
        .await?;
    let id = page.alert.id;
    app.write(&who, move |tx| desk::viewed(tx, id)).await?;
    Ok(Json(page.into()))
}

/// What a decision says. Every act needs version and note; the others are those of its form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// 所依据的版本；他人先办过的答 409
    version: i64,
    /// 依据或理由
    note: String,
    /// defer：延期到哪一天
    #[schemars(with = "Option<Day>")]
    until: Option<Date>,
    /// defer：协商一致的文书
    document: Option<String>,
    /// push：部门
    office: Option<String>,
    /// push：回执编号
    acknowledgement: Option<String>,
    /// merge：并入哪一条，编号
    into: Option<String>,
    /// merge：两条预警的关系，definitions/alerts 里的代码：same_project、contractor、dispatch、same_controller、same_firm
    relation: Option<String>,
    /// close：销号结论代码
    closing: Option<String>,
    /// close、hand_over：栏目名与文字值
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// close、hand_over：凭证
    evidence: Option<Piece>,
}

/// A piece of evidence in words; files are handed in with the case.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Piece {
    /// 凭证种类；hand_over 由结论决定，可不填
    #[serde(default)]
    kind: String,
    text: String,
    /// 元
    amount: Option<String>,
}

/// How it stands now.
#[derive(Serialize, JsonSchema)]
struct AlertStands {
    no: String,
    /// open、closed、merged
    state: &'static str,
    level: String,
    version: i64,
}

/// The same as the page's form would bring.
fn form(decided: Decided) -> Form {
    let mut pairs = vec![
        ("version".to_owned(), decided.version.to_string()),
        ("note".to_owned(), decided.note),
    ];
    let evidence = decided.evidence;
    let (kind, text, amount) = evidence.map_or((None, None, None), |one| {
        (Some(one.kind), Some(one.text), one.amount)
    });
    let fields = [
        ("until", decided.until.map(|day| day.to_string())),
        ("document", decided.document),
        ("office", decided.office),
        ("acknowledgement", decided.acknowledgement),
        ("into", decided.into),
        ("relation", decided.relation),
        ("closing", decided.closing),
        ("evidence", kind),
        ("evidence_text", text),
        ("evidence_amount", amount),
    ];
    let given = fields.into_iter();
    pairs.extend(given.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let own = decided.fields.into_iter();
    pairs.extend(own.map(|(name, value)| (format!("field.{name}"), value)));
    Form::from_pairs(pairs)
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    Path((no, word)): Path<(String, String)>,
    Sent { body, once }: Sent<Decided>,
) -> Result<Response, Problem> {
    let act = act::act_of(&word)?;
    let (permit, form) = (Permit::of(&who), form(body));
    once.write(&app, &who, move |tx| {
        act::decide(tx, &permit, act, &no, &form)?;
        let alert = arrears::alerts::by_no(tx, &no)?;
        let stands = AlertStands {
            no: alert.no,
            state: alert.state.id(),
            level: alert.level,
            version: alert.version,
        };
        Ok::<_, ArrearsError>(done(StatusCode::OK, &stands))
    })
    .await
}
