//! 转会 transfers: the lists of both sides, asking for a member, issuing one's own, and the answers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{MemberId, OrgId, TransferId};
use kernel::{Date, IdDocument, IdType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::transfers::{self, Answer, Queue, Transfer, TransferVerb};
use union::members::{MemberError, Permit, masked_name};

use super::asked::{Asked, Sent, body_field, done, read_after, write_after};
use super::check::{Day, Id};
use super::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who};

/// Transfers of one answer when no number is asked for.
const USUAL: usize = 200;

pub(super) fn operations() -> Operations {
    let enter = Need::Cap(Capability::MembersChange);
    Operations::new()
        .get::<TransferQuery, TransferList, _, _>(
            "/api/transfers",
            Need::Cap(Capability::MembersRead),
            "转会：待我接收、待我开具、我提出的、我开具的、超期的",
            list,
        )
        .post::<Wanted, Begun, _, _>(
            "/api/transfers",
            enter,
            "提出转入：按证件号向原工会要人",
            &[201],
            ask,
        )
        .post::<Issued, Begun, _, _>(
            "/api/members/{id}/transfer",
            enter,
            "给本会会员开具转会",
            &[201],
            issue,
        )
        .post::<Said, Stands, _, _>(
            "/api/transfers/{id}/{verb}",
            Need::Cap(Capability::MembersApprove),
            "办理：issue 开具、accept 接收、refuse 退回、cancel 撤销；轮不到本方的答 409",
            &[200],
            answer,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TransferQuery {
    /// accept 待我接收（默认）、issue 待我开具、asked 我提出的、issued 我开具的、overdue 超期
    #[schemars(extend("enum" = ["accept", "issue", "asked", "issued", "overdue"]))]
    queue: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct TransferList {
    items: Vec<TransferItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// A transfer; the name is masked.
#[derive(Serialize, JsonSchema)]
struct TransferItem {
    id: String,
    name_masked: String,
    from_org: String,
    to_org: String,
    state: &'static str,
    requested_on: String,
    /// 这一步的最后一天
    due_on: Option<String>,
    note: String,
}

impl From<Transfer> for TransferItem {
    fn from(one: Transfer) -> Self {
        Self {
            id: one.id.to_string(),
            name_masked: masked_name(&one.name),
            from_org: one.from_org.to_string(),
            to_org: one.to_org.to_string(),
            state: one.state.code(),
            requested_on: one.requested_on.to_string(),
            due_on: one.due_on.map(|day| day.to_string()),
            note: one.note,
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<TransferQuery>,
) -> Result<Json<TransferList>, Problem> {
    let queue = Queue::from_code(query.queue.as_deref().unwrap_or_default());
    let after = read_after(query.after.as_deref())?;
    let limit = query.limit.unwrap_or(USUAL);
    let mut items = app
        .read(&who, move |tx| transfers::page(tx, queue, after, limit + 1))
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(|last| queue.after(last));
    Ok(Json(TransferList {
        next: last.map(|(on, id)| write_after(&on, &id)),
        items: items.into_iter().map(TransferItem::from).collect(),
    }))
}

/// A member of another union to ask for. The person is named by the number of the paper alone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// 转入的工会编号
    #[schemars(with = "Id")]
    to: OrgId,
    /// 证件类型代码，如 resident；不填按号码识别
    id_type: Option<String>,
    id_number: String,
    #[serde(default)]
    note: String,
    /// 本人要求转入
    #[serde(default)]
    on_behalf: bool,
}

/// A transfer that began.
#[derive(Serialize, JsonSchema)]
struct Begun {
    id: String,
}

fn begun(id: TransferId) -> store::idempotency::Answer {
    let id = id.to_string();
    done(StatusCode::CREATED, &Begun { id })
}

fn paper(wanted: &Wanted) -> Result<IdDocument, Problem> {
    let paper = match wanted.id_type.as_deref() {
        None => IdDocument::detect(&wanted.id_number),
        Some(code) => {
            let kind = IdType::from_code(code).ok_or_else(|| {
                let known: Vec<&str> = IdType::ALL.iter().map(|kind| kind.code()).collect();
                body_field("id_type", format!("id_type 只能是 {}", known.join("、")))
            })?;
            IdDocument::parse(kind, &wanted.id_number)
        }
    };
    paper.map_err(|fault| body_field("id_number", format!("{fault}；请对照本人出示的证件")))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<Wanted>,
) -> Result<Response, Problem> {
    let (permit, paper) = (Permit::of(&who), paper(&body)?);
    once.write(&app, &who, move |tx| {
        transfers::request(tx, &permit, &paper, body.to, &body.note, body.on_behalf).map(begun)
    })
    .await
}

/// A transfer of a member of one's own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Issued {
    /// 转入的工会编号
    #[schemars(with = "Id")]
    to: OrgId,
    /// 会员记录的版本
    version: i64,
    #[serde(default)]
    note: String,
}

async fn issue(
    State(app): State<App>,
    who: Who,
    Path(id): Path<MemberId>,
    Sent { body, once }: Sent<Issued>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        transfers::issue_new(tx, &permit, id, body.to, body.version, &body.note).map(begun)
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// accept：转入日期；不填为今天
    #[schemars(with = "Option<Day>")]
    on: Option<Date>,
    /// 说明；退回、撤销须写明理由
    #[serde(default)]
    note: String,
}

/// How it stands.
#[derive(Serialize, JsonSchema)]
struct Stands {
    id: String,
    state: &'static str,
}

async fn answer(
    State(app): State<App>,
    who: Who,
    Path((id, verb)): Path<(TransferId, String)>,
    Sent { body, once }: Sent<Said>,
) -> Result<Response, Problem> {
    let said = Answer {
        verb: TransferVerb::from_code(&verb).ok_or_else(Problem::not_found)?,
        on: body.on,
        note: body.note,
    };
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        transfers::answer(tx, &permit, id, &said)?;
        let now = transfers::get(tx, id)?;
        let stands = Stands {
            id: now.id.to_string(),
            state: now.state.code(),
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &stands))
    })
    .await
}
