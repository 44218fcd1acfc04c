//! 文书 documents: numbers, states, deadlines and deliveries; texts masked as on the pages.

use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::ids::LetterId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::letters::{self, Filter, Letter, LetterLine, LetterState, Link};

use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Problem, Who};

/// Most documents of one answer.
const MOST: usize = 200;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::CasesRead);
    Operations::new()
        .get::<LetterQuery, LetterList, _, _>("/api/letters", read, "文书，新拟的在前", list)
        .get::<Nothing, LetterCard, _, _>(
            "/api/letters/{id}",
            read,
            "一份文书：文稿（脱敏）、来源、送达",
            card,
        )
}

#[derive(Deserialize, JsonSchema)]
struct LetterQuery {
    /// 文号、种类、主送中的字
    text: Option<String>,
    /// draft、issued、served、answered、cancelled、dropped
    state: Option<String>,
    /// 模板编号，如 letters.supervision_opinion
    template: Option<String>,
    /// 签发年份
    year: Option<i64>,
    /// 办件编号（UUID）：只看它的文书
    case: Option<String>,
    /// 上一页最后一份的编号
    after: Option<String>,
    /// 最多几份，默认 50，至多 200
    limit: Option<usize>,
}

/// Documents of one page.
#[derive(Serialize, JsonSchema)]
struct LetterList {
    items: Vec<LetterItem>,
    /// 下一页从这里开始；没有下一页时没有
    next: Option<String>,
}

/// A document in a list.
#[derive(Serialize, JsonSchema)]
struct LetterItem {
    id: String,
    template: String,
    title: String,
    /// 发文字号；草稿没有
    number: Option<String>,
    state: &'static str,
    organ: String,
    organ_name: String,
    /// 主送；个人的姓名脱敏
    addressee: String,
    issued_on: Option<String>,
    received_on: Option<String>,
    /// 答复期限；送达后才有
    reply_due_on: Option<String>,
    answered_on: Option<String>,
    /// 签发文本的 SM3
    digest: Option<String>,
    /// 作废或弃用的原因
    ended_why: String,
}

impl From<&LetterLine> for LetterItem {
    fn from(line: &LetterLine) -> Self {
        Self {
            id: line.id.to_string(),
            template: line.template.clone(),
            title: line.title.clone(),
            number: line.number.clone(),
            state: line.state.id(),
            organ: line.organ.to_string(),
            organ_name: line.organ_name.clone(),
            addressee: line.addressee.clone(),
            issued_on: line.issued_on.map(|day| day.to_string()),
            received_on: line.received_on.map(|day| day.to_string()),
            reply_due_on: line.reply_due.map(|due| due.date.to_string()),
            answered_on: line.answered_on.map(|day| day.to_string()),
            digest: Some(line.digest.clone()).filter(|digest| !digest.is_empty()),
            ended_why: line.ended_why.clone(),
        }
    }
}

/// A document.
#[derive(Serialize, JsonSchema)]
struct LetterCard {
    #[serde(flatten)]
    item: LetterItem,
    /// 文稿；个人信息脱敏
    text: String,
    /// 签发文本与摘要一致
    intact: bool,
    deliveries: Vec<DeliveryItem>,
}

/// One delivery.
#[derive(Serialize, JsonSchema)]
struct DeliveryItem {
    /// direct、left、post、electronic、entrusted、notice
    method: &'static str,
    receiver: String,
    /// 拒收
    refused: bool,
    on: String,
    note: String,
}

impl LetterCard {
    fn of(letter: &Letter) -> Self {
        let deliveries = letter.deliveries.iter().map(|one| DeliveryItem {
            method: one.method.id(),
            receiver: one.receiver.clone(),
            refused: one.refused,
            on: one.on.to_string(),
            note: one.note.clone(),
        });
        Self {
            item: LetterItem::from(&letter.line),
            text: letter.masked_paper().text(),
            intact: letter.intact,
            deliveries: deliveries.collect(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Query(query): Query<LetterQuery>,
) -> Result<Json<LetterList>, Problem> {
    let parse = |text: &str, name: &str| {
        text.parse()
            .map_err(|_| Problem::bad_request(format!("{name} 不是编号")))
    };
    let after: Option<LetterId> = query
        .after
        .as_deref()
        .map(|text| parse(text, "after").map(LetterId::from))
        .transpose()?;
    let case = query
        .case
        .as_deref()
        .map(|text| parse(text, "case"))
        .transpose()?;
    let state = match query.state.as_deref() {
        None => None,
        Some(text) => {
            Some(LetterState::from_id(text).ok_or_else(|| Problem::bad_request("没有这种状态"))?)
        }
    };
    let limit = query.limit.unwrap_or(50).clamp(1, MOST);
    let filter = Filter {
        text: query.text.unwrap_or_default(),
        state,
        template: query.template.unwrap_or_default(),
        year: query.year,
        organ: None,
        link: case.map(|id| Link {
            kind: "case".to_owned(),
            id,
        }),
    };
    let lines = app
        .read(&who, move |tx| letters::list(tx, &filter, after, limit + 1))
        .await?;
    let next = lines
        .get(limit)
        .and(lines.get(limit - 1))
        .map(|last| last.id.to_string());
    Ok(Json(LetterList {
        items: lines.iter().take(limit).map(LetterItem::from).collect(),
        next,
    }))
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<LetterId>,
) -> Result<Json<LetterCard>, Problem> {
    let letter = app.read(&who, move |tx| letters::get(tx, id)).await?;
    Ok(Json(LetterCard::of(&letter)))
}
