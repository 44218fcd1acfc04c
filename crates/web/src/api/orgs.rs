//! 组织 unions: the tree, one level at a time, and search.

use axum::Json;
use axum::extract::State;
use kernel::ids::OrgId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::orgs::{self, OrgError, OrgNode};

use super::asked::Asked;
use super::check::Id;
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Unions of one answer when no number is asked for.
const USUAL: usize = 200;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::OrgsRead);
    Operations::new()
        .get::<OrgQuery, OrgList, _, _>("/api/orgs", read, "直接下级工会，或按名称、拼音查找", list)
        .get::<Nothing, OrgCard, _, _>("/api/orgs/{id}", read, "一家工会", card)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrgQuery {
    /// 上级工会编号；不填为本岗位所在工会
    #[schemars(with = "Option<Id>")]
    under: Option<OrgId>,
    /// 名称片段或拼音首字母；填写时忽略 under
    q: Option<String>,
    /// 上一页的 next
    #[schemars(with = "Option<Id>")]
    after: Option<OrgId>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct OrgList {
    /// 按组织树次序
    items: Vec<OrgItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// A union in a list.
#[derive(Serialize, JsonSchema)]
struct OrgItem {
    id: String,
    name: String,
    /// 组织类型代码，如 town、single、joint
    kind: &'static str,
    /// preparing、active、suspended、dissolved
    state: &'static str,
    /// 本级会员数
    members: i64,
    /// 本级与全部下级会员数
    members_within: i64,
    /// 行业工会联合会归口工会的会员数（会员计在各镇街）
    members_gathered: i64,
    /// 直接下级工会数
    children: i64,
}

impl From<OrgNode> for OrgItem {
    fn from(node: OrgNode) -> Self {
        Self {
            id: node.org.id.to_string(),
            name: node.org.name,
            kind: node.org.kind.id(),
            state: node.state.id(),
            members: node.member_count,
            members_within: node.members_within,
            members_gathered: node.gathered,
            children: node.children,
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<OrgQuery>,
) -> Result<Json<OrgList>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let mut nodes = app
        .read(&who, move |tx| {
            orgs::page(tx, query.q.as_deref(), query.under, query.after, limit + 1)
        })
        .await?;
    let more = nodes.len() > limit;
    nodes.truncate(limit);
    let next = nodes.last().filter(|_| more);
    Ok(Json(OrgList {
        next: next.map(|last| last.org.id.to_string()),
        items: nodes.into_iter().map(OrgItem::from).collect(),
    }))
}

/// A union with everything on its card.
#[derive(Serialize, JsonSchema)]
struct OrgCard {
    #[serde(flatten)]
    item: OrgItem,
    /// 自身统一社会信用代码（8 开头）
    credit_code: Option<String>,
    /// 所在区划代码
    region_code: Option<String>,
    /// 行业代码 GB/T 4754-2017
    industry_code: Option<String>,
    /// 批复成立日期
    founded_on: Option<String>,
    short_name: String,
    address: String,
    /// 变更时须带上
    version: i64,
    /// 自上而下的各级名称
    path: Vec<String>,
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<OrgId>,
) -> Result<Json<OrgCard>, Problem> {
    let (card, node, names) = app
        .read(&who, move |tx| {
            let card = orgs::card(tx, id)?;
            let names = orgs::path_names(tx, &card.path)?;
            Ok::<_, OrgError>((card, orgs::node(tx, id)?, names))
        })
        .await?;
    Ok(Json(OrgCard {
        item: node.into(),
        short_name: card.short_name,
        address: card.address,
        version: card.version,
        credit_code: card.credit_code,
        region_code: card.region_code,
        industry_code: card.industry_code,
        founded_on: card.founded_on.map(|d| d.to_string()),
        path: names.into_iter().map(|o| o.name).collect(),
    }))
}
