//! 会员 members: the roster page by page, one member, and entering one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::{MemberId, OrgId};
use kernel::{Date, Refusals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Tx;
use store::idempotency::Answer;
use union::access::Capability;
use union::members::{
    self, Admission, Filter, Listing, Member, MemberDraft, MemberError, MemberRow, OtherName,
    Outcome, Page, Permit, Search, Standing,
};
use union::orgs;

use super::asked::{Asked, Sent, body_field, done, parameter};
use super::check::{Day, Id};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

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
            &[201, 200],
            enter,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberQuery {
    /// 姓名开头、拼音或首字母。证件号与手机号不得出现在网址中，请用 POST 录入时自动查重
    q: Option<String>,
    /// 工会编号：本级与下级
    #[schemars(with = "Option<Id>")]
    under: Option<OrgId>,
    /// 会籍状态代码；不填为在册，all 为全部
    #[schemars(extend("enum" = ["active", "kept", "transferring", "left", "expelled", "deceased", "merged", "all"]))]
    status: Option<String>,
    /// 入会日期起，YYYY-MM-DD
    #[schemars(with = "Option<Day>")]
    joined_from: Option<Date>,
    /// 上一页的 next
    #[schemars(with = "Option<Id>")]
    after: Option<MemberId>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct MemberPage {
    items: Vec<MemberItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// One row of the roster; name and number are masked.
#[derive(Serialize, JsonSchema)]
struct MemberItem {
    id: String,
    /// 姓名（脱敏）
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
            name: members::masked_name(&row.name),
            id_masked: row.id_masked,
            org: row.org.to_string(),
            status: row.status.code(),
            real_name: row.real_name,
            joined_on: row.joined_on.to_string(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<MemberQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let under = query.under;
    let typed = query.q.unwrap_or_default();
    if typed.bytes().filter(u8::is_ascii_digit).count() >= 4 {
        return Err(parameter(
            "q",
            "只接受姓名或拼音：网址中不得出现证件号或手机号",
        ));
    }
    let filter = Filter {
        search: Search::read(app.db().vault(), &typed),
        standing: Standing::from_code(query.status.as_deref().unwrap_or_default()),
        joined_from: query.joined_from,
        ..Filter::default()
    };
    let page = Page {
        size: query.limit.unwrap_or(USUAL),
        after: query.after,
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

/// One member; name and numbers are masked.
#[derive(Serialize, JsonSchema)]
struct MemberCard {
    id: String,
    /// 姓名（脱敏）
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
    /// 会籍变化与转会须带上
    version: i64,
}

impl From<Member> for MemberCard {
    fn from(member: Member) -> Self {
        Self {
            id: member.id.to_string(),
            name: members::masked_name(&member.name),
            id_masked: member.id_masked,
            phone_masked: member.phone_masked,
            org: member.org.to_string(),
            employer: member.employer.map(|e| e.to_string()),
            status: member.status.code(),
            real_name: member.real_name,
            joined_on: member.joined_on.to_string(),
            job_title: member.job_title,
            education: member.education,
            version: member.version,
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
#[serde(deny_unknown_fields)]
struct NewMember {
    /// 工会编号
    #[schemars(with = "Id")]
    org: OrgId,
    /// 字段名与文字值：name、id_number、phone、joined_on……与导入模板相同
    fields: BTreeMap<String, String>,
    /// 需确认的疑点（如年龄偏大）已核对无误
    #[serde(default)]
    confirmed: bool,
    /// 证件号在册而姓名不同（409 member.other_name）：已核对确系同一人，姓名以这里为准
    #[serde(default)]
    renamed: bool,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
struct Entered {
    id: String,
    /// new、unchanged、updated、rejoined；已在别的工会的答 409 member.elsewhere，须转会；证件号在册而姓名不同的答 409 member.other_name，须由人确认
    outcome: &'static str,
}

async fn enter(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewMember>,
) -> Result<Response, Problem> {
    let mut draft = draft_of(body.fields)?;
    draft.confirmed = body.confirmed;
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        admit(tx, &permit, &draft, (body.org, body.renamed))
    })
    .await
}

fn draft_of(fields: BTreeMap<String, String>) -> Result<MemberDraft, Problem> {
    let mut draft = MemberDraft::default();
    for (name, value) in fields {
        if !draft.set(&name, value) {
            let known: Vec<&str> = MemberDraft::FIELDS.iter().map(|field| field.name).collect();
            return Err(body_field(
                &format!("fields.{name}"),
                format!("fields.{name} 不是会员的栏目；可填 {}", known.join("、")),
            ));
        }
    }
    Ok(draft)
}

fn admit(
    tx: &mut Tx,
    permit: &Permit,
    draft: &MemberDraft,
    (org, renamed): (OrgId, bool),
) -> Result<Answer, MemberError> {
    let to = orgs::get(tx, org).map_err(MemberError::room)?;
    let to = Admission::new(to.id, to.path, tx.today()).renamed(renamed);
    let admitted = members::enter(tx, permit, draft, &to)?;
    let (status, outcome) = match admitted.outcome {
        Outcome::New => (StatusCode::CREATED, "new"),
        Outcome::Unchanged => (StatusCode::OK, "unchanged"),
        Outcome::Updated(_) => (StatusCode::OK, "updated"),
        Outcome::Rejoined => (StatusCode::OK, "rejoined"),
        Outcome::Elsewhere(union) => {
            let words = format!("这个人已是「{union}」的会员，请办转会");
            let refusals = Refusals::one("member.elsewhere", words);
            return Err(MemberError::Refused(refusals));
        }
        Outcome::OtherName(other) => {
            let words = format!(
                "{}；确系同一人的，请带上 renamed: true 再提交",
                other.told()
            );
            let refusals = Refusals::one(OtherName::CODE, words);
            return Err(MemberError::Refused(refusals));
        }
        Outcome::Refused(refusals) => return Err(MemberError::Refused(refusals)),
    };
    let id = admitted.id.to_string();
    Ok(done(status, &Entered { id, outcome }))
}
