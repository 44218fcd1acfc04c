//! 会员 members: the roster page by page, one member, and entering one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::Date;
use kernel::ids::{MemberId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::Tx;
use store::idempotency::Answer;
use union::access::Capability;
use union::members::{
    self, Admission, Filter, Listing, Member, MemberDraft, MemberError, MemberRow, Outcome, Page,
    Permit, Search, Standing,
};
use union::orgs;

use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Problem, Who};

/// Rows of one answer when none are asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::MembersRead);
    Operations::new()
        .get::<MemberQuery, MemberPage, _, _>("/api/members", read, "会员名册（脱敏）", list)
        .get::<Nothing, MemberCard, _, _>("/api/members/{id}", read, "一名会员（脱敏）", card)
        .post::<NewMember, Entered, _, _>(
            "/api/members",
            Need::Cap(Capability::MembersChange),
            "录入会员；与页面、导入同一套校验",
            enter,
        )
}

#[derive(Deserialize, JsonSchema)]
struct MemberQuery {
    /// 姓名开头、拼音或首字母。证件号与手机号不得出现在网址中，请用 POST 录入时自动查重
    q: Option<String>,
    /// 工会编号：本级与下级
    under: Option<String>,
    /// 会籍状态代码；不填为在册，all 为全部
    status: Option<String>,
    /// 入会日期起，YYYY-MM-DD
    joined_from: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct MemberPage {
    items: Vec<MemberItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// One row of the roster; numbers are masked.
#[derive(Serialize, JsonSchema)]
struct MemberItem {
    id: String,
    name: String,
    /// 证件号（脱敏）
    id_masked: String,
    /// 所属工会编号
    org: String,
    /// 会籍状态代码
    status: &'static str,
    real_name: bool,
    /// YYYY-MM-DD
    joined_on: String,
}

impl From<MemberRow> for MemberItem {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            id_masked: row.id_masked,
            org: row.org.to_string(),
            status: row.status.code(),
            real_name: row.real_name,
            joined_on: row.joined_on.to_string(),
        }
    }
}

fn readable<T: std::str::FromStr>(text: Option<&String>, name: &str) -> Result<Option<T>, Problem> {
    text.map(|t| {
        t.parse()
            .map_err(|_| Problem::bad_request(format!("参数 {name} 读不出来")))
    })
    .transpose()
}

async fn list(
    State(app): State<App>,
    who: Who,
    Query(query): Query<MemberQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let under: Option<OrgId> = readable(query.under.as_ref(), "under")?;
    let joined_from: Option<Date> = readable(query.joined_from.as_ref(), "joined_from")?;
    let after: Option<MemberId> = readable(query.after.as_ref(), "after")?;
    let typed = query.q.unwrap_or_default();
    if typed.bytes().filter(u8::is_ascii_digit).count() >= 4 {
        return Err(Problem::bad_request(
            "网址中不得出现证件号或手机号，q 只接受姓名或拼音",
        ));
    }
    let filter = Filter {
        search: Search::read(app.db().vault(), &typed),
        standing: Standing::from_code(query.status.as_deref().unwrap_or_default()),
        joined_from,
        ..Filter::default()
    };
    let page = Page {
        size: query.limit.unwrap_or(USUAL),
        after,
        before: None,
    };
    let listing = app
        .read(&who, move |tx| within(tx, filter, under, page))
        .await?;
    Ok(Json(MemberPage {
        next: listing.next.map(|id| id.to_string()),
        items: listing.rows.into_iter().map(MemberItem::from).collect(),
    }))
}

fn within(
    tx: &mut Tx,
    mut filter: Filter,
    under: Option<OrgId>,
    page: Page,
) -> Result<Listing, MemberError> {
    if let Some(org) = under {
        filter.within = Some(orgs::get(tx, org).map_err(MemberError::room)?.path);
    }
    members::list(tx, &filter, page)
}

/// One member; numbers are masked.
#[derive(Serialize, JsonSchema)]
struct MemberCard {
    id: String,
    name: String,
    id_masked: String,
    phone_masked: Option<String>,
    org: String,
    employer: Option<String>,
    status: &'static str,
    real_name: bool,
    joined_on: String,
    job_title: Option<String>,
    /// 学历代码 GB/T 4658
    education: Option<String>,
}

impl From<Member> for MemberCard {
    fn from(member: Member) -> Self {
        Self {
            id: member.id.to_string(),
            name: member.name,
            id_masked: member.id_masked,
            phone_masked: member.phone_masked,
            org: member.org.to_string(),
            employer: member.employer.map(|e| e.to_string()),
            status: member.status.code(),
            real_name: member.real_name,
            joined_on: member.joined_on.to_string(),
            job_title: member.job_title,
            education: member.education,
        }
    }
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<MemberId>,
) -> Result<Json<MemberCard>, Problem> {
    let member = app.read(&who, move |tx| members::get(tx, id)).await?;
    Ok(Json(member.into()))
}

/// A member to enter, as plain text like a row of a spreadsheet.
#[derive(Deserialize, JsonSchema)]
struct NewMember {
    /// 工会编号
    org: String,
    /// 字段名与文字值：name、id_number、phone、joined_on……与导入模板相同
    fields: BTreeMap<String, String>,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
struct Entered {
    id: String,
    /// new、unchanged、updated、rejoined、elsewhere（已在别的工会，须转会）
    outcome: String,
}

async fn enter(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let key = headers
        .get("idempotency-key")
        .and_then(|v| v.to_str().ok())
        .filter(|k| !k.is_empty() && k.len() <= 80)
        .ok_or_else(|| {
            Problem::bad_request(
                "请在 Idempotency-Key 头中给出本次提交的唯一编号（最长 80 个字符）",
            )
        })?
        .to_owned();
    let new: NewMember = serde_json::from_slice(&body)
        .map_err(|e| Problem::bad_request(format!("请求体不是所要求的 JSON：{e}")))?;
    let org: OrgId = new
        .org
        .parse()
        .map_err(|_| Problem::bad_request("org 不是工会编号"))?;
    let draft = draft_of(new.fields)?;
    let (permit, account) = (Permit::of(&who), who.account.to_string());
    let answer = app
        .write(&who, move |tx| {
            tx.once(&account, &key, &body, |tx| admit(tx, &permit, &draft, org))
        })
        .await?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    Ok((status, Json(answer.body)).into_response())
}

fn draft_of(fields: BTreeMap<String, String>) -> Result<MemberDraft, Problem> {
    let mut draft = MemberDraft::default();
    for (name, value) in fields {
        if !draft.set(&name, value) {
            return Err(Problem::bad_request(format!("没有字段 {name}")));
        }
    }
    Ok(draft)
}

fn admit(
    tx: &mut Tx,
    permit: &Permit,
    draft: &MemberDraft,
    org: OrgId,
) -> Result<Answer, MemberError> {
    let to = orgs::get(tx, org).map_err(MemberError::room)?;
    let today = tx.today();
    let admitted = members::enter(tx, permit, draft, &Admission::new(to.id, to.path, today))?;
    let (status, outcome) = match admitted.outcome {
        Outcome::New => (201, "new"),
        Outcome::Unchanged => (200, "unchanged"),
        Outcome::Updated(_) => (200, "updated"),
        Outcome::Rejoined => (200, "rejoined"),
        Outcome::Elsewhere(_) => (409, "elsewhere"),
        Outcome::Refused(refusals) => return Err(MemberError::Refused(refusals)),
    };
    Ok(Answer::new(
        status,
        json!({ "id": admitted.id.to_string(), "outcome": outcome }),
    ))
}
