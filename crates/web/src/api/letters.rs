//! 文书 documents: numbers, states, deadlines and deliveries; texts masked as on the pages.

use axum::Json;
use axum::extract::State;
use kernel::ids::{CaseId, LetterId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::letters::{self, Filter, Letter, LetterError, LetterLine, LetterState, Link};

use super::asked::{Asked, one_of};
use super::check::Id;
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Documents of one answer when no number is asked for.
const USUAL: usize = 50;

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
#[serde(deny_unknown_fields)]
struct LetterQuery {
    /// 文号、种类、主送中的字
    text: Option<String>,
    /// draft、issued、served、answered、cancelled、dropped
    #[schemars(extend("enum" = ["draft", "issued", "served", "answered", "cancelled", "dropped"]))]
    state: Option<String>,
    /// 模板编号，如 letters.supervision_opinion
    template: Option<String>,
    /// 签发年份
    year: Option<i64>,
    /// 办件编号（UUID）：只看它的文书
    #[schemars(with = "Option<Id>")]
    case: Option<CaseId>,
    /// 上一页最后一份的编号
    #[schemars(with = "Option<Id>")]
    after: Option<LetterId>,
    /// 最多几份，默认 50，至多 200
    #[schemars(range(min = 1, max = 200))]
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
    Asked(query): Asked<LetterQuery>,
) -> Result<Json<LetterList>, Problem> {
    let state = query.state.as_deref().and_then(LetterState::from_id);
    let limit = query.limit.unwrap_or(USUAL);
    let after = query.after;
    if let Some(template) = query.template.clone() {
        let known = app
            .read(&who, |tx| {
                let ids = letters::templates(tx);
                Ok::<_, LetterError>(
                    ids.iter()
                        .map(|one| one.id().to_owned())
                        .collect::<Vec<_>>(),
                )
            })
            .await?;
        one_of("template", &template, &known)?;
    }
    let filter = Filter {
        text: query.text.unwrap_or_default(),
        state,
        template: query.template.unwrap_or_default(),
        year: query.year,
        organ: None,
        link: query.case.map(|id| Link {
            kind: "case".to_owned(),
            id: id.uuid(),
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
