//! 入会申请 applications: the queue, and the answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::ApplicationId;
use kernel::{Date, Instant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::applications::{self, Application};
use union::members::{MemberError, Outcome, Permit, masked_name};

use super::asked::{Asked, Sent, done, read_after, write_after};
use super::check::Day;
use super::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who};

/// Applications of one answer when no number is asked for.
const USUAL: usize = 200;

pub(super) fn operations() -> Operations {
    let decide = Need::Cap(Capability::MembersApprove);
    Operations::new()
        .get::<ApplicationQuery, ApplicationList, _, _>(
            "/api/applications",
            Need::Cap(Capability::MembersRead),
            "入会申请：待审批的（先来的在前）或已答复的（新答复的在前）",
            list,
        )
        .post::<Approved, Joined, _, _>(
            "/api/applications/{id}/approve",
            decide,
            "同意入会",
            &[200],
            approve,
        )
        .post::<Rejected, Answered, _, _>(
            "/api/applications/{id}/reject",
            decide,
            "不同意入会，写明理由",
            &[200],
            reject,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ApplicationQuery {
    /// true 为已答复的；不填为待审批的
    decided: Option<bool>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct ApplicationList {
    items: Vec<ApplicationItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// An application; name and numbers are masked.
#[derive(Serialize, JsonSchema)]
struct ApplicationItem {
    id: String,
    /// 申请加入的工会编号
    org: String,
    name_masked: String,
    id_masked: String,
    phone_masked: String,
    job_title: Option<String>,
    /// 本人写的用人单位
    unit: String,
    note: String,
    /// applied、approved、rejected、withdrawn
    state: &'static str,
    applied_at: String,
    decided_at: Option<String>,
    /// 答复的理由
    reason: Option<String>,
    /// 同意后的会员编号
    member: Option<String>,
    /// 由工会人员代办
    on_behalf: bool,
}

impl From<Application> for ApplicationItem {
    fn from(one: Application) -> Self {
        Self {
            on_behalf: one.behalf().is_some(),
            id: one.id.to_string(),
            org: one.org.to_string(),
            name_masked: masked_name(&one.name),
            id_masked: one.id_masked,
            phone_masked: one.phone_masked,
            job_title: one.job_title,
            unit: one.unit,
            note: one.note,
            state: one.state.code(),
            applied_at: one.applied_at.rfc3339(),
            decided_at: one.decided_at.map(Instant::rfc3339),
            reason: one.reason,
            member: one.member.map(|id| id.to_string()),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<ApplicationQuery>,
) -> Result<Json<ApplicationList>, Problem> {
    let decided = query.decided.unwrap_or(false);
    let after = read_after(query.after.as_deref())?;
    let after = after.map(|(at, id)| (Instant::from_ms(at), id));
    let limit = query.limit.unwrap_or(USUAL);
    let mut items = app
        .read(&who, move |tx| {
            applications::page(tx, decided, after, limit + 1)
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(applications::after);
    Ok(Json(ApplicationList {
        next: last.map(|(at, id)| write_after(&at.ms(), &id)),
        items: items.into_iter().map(ApplicationItem::from).collect(),
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Approved {
    /// 入会日期；不填为今天
    #[schemars(with = "Option<Day>")]
    on: Option<Date>,
    /// 用人单位的全称或信用代码；不填按本人写的。台账里只有一家相符的就关联，拿不准的转名称比对
    #[schemars(length(max = 120))]
    unit: Option<String>,
}

/// The member that the application became.
#[derive(Serialize, JsonSchema)]
struct Joined {
    member: String,
    /// new、unchanged、updated、rejoined
    outcome: &'static str,
}

async fn approve(
    State(app): State<App>,
    who: Who,
    Path(id): Path<ApplicationId>,
    Sent { body, once }: Sent<Approved>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        let admitted = applications::approve(tx, &permit, id, body.on, body.unit.as_deref())?;
        let outcome = match admitted.outcome {
            Outcome::New => "new",
            Outcome::Updated(_) => "updated",
            Outcome::Rejoined => "rejoined",
            _ => "unchanged",
        };
        let member = admitted.id.to_string();
        Ok::<_, MemberError>(done(StatusCode::OK, &Joined { member, outcome }))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rejected {
    /// 理由，申请人凭查询码看到
    reason: String,
}

/// How it stands.
#[derive(Serialize, JsonSchema)]
struct Answered {
    id: String,
    state: &'static str,
}

async fn reject(
    State(app): State<App>,
    who: Who,
    Path(id): Path<ApplicationId>,
    Sent { body, once }: Sent<Rejected>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        applications::reject(tx, &permit, id, &body.reason)?;
        let now = applications::get(tx, id)?;
        let answered = Answered {
            id: now.id.to_string(),
            state: now.state.code(),
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &answered))
    })
    .await
}
