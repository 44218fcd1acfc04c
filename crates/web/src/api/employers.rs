//! 企业 employers: by code or name, one by one, and a new one.

use axum::Json;
use axum::extract::State;
use kernel::ids::EmployerId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::employers::{self, EmployerError, EmployerRef};

use super::asked::{Asked, read_after, write_after};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Employers of one answer when no number is asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::EmployersRead);
    Operations::new()
        .get::<EmployerQuery, EmployerList, _, _>(
            "/api/employers",
            read,
            "企业，职工多的在前；可按统一社会信用代码、其他编号、名称的一部分或拼音首字母查",
            find,
        )
        .get::<Nothing, EmployerCard, _, _>(
            "/api/employers/{id}",
            read,
            "一家企业与覆盖它的工会",
            card,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EmployerQuery {
    /// 信用代码、税号、社保编号、曾用名、名称的一部分或拼音首字母；全等的在前。不填为全部
    q: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct EmployerList {
    items: Vec<EmployerItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// An employer in a list.
#[derive(Serialize, JsonSchema)]
struct EmployerItem {
    id: String,
    name: String,
    credit_code: Option<String>,
}

impl From<EmployerRef> for EmployerItem {
    fn from(employer: EmployerRef) -> Self {
        Self {
            id: employer.id.to_string(),
            name: employer.name,
            credit_code: employer.credit_code,
        }
    }
}

async fn find(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<EmployerQuery>,
) -> Result<Json<EmployerList>, Problem> {
    let text = query.q.unwrap_or_default();
    let after = read_after(query.after.as_deref())?
        .map(|(headcount, id)| employers::list::After { headcount, id });
    let limit = query.limit.unwrap_or(USUAL);
    let (found, next) = app
        .read(&who, move |tx| {
            employers::list::page(tx, &text, after, limit)
        })
        .await?;
    Ok(Json(EmployerList {
        items: found.into_iter().map(EmployerItem::from).collect(),
        next: next.map(|last| write_after(&last.headcount, &last.id)),
    }))
}

/// An employer and the unions that cover it.
#[derive(Serialize, JsonSchema)]
struct EmployerCard {
    #[serde(flatten)]
    item: EmployerItem,
    /// open、deregistered、revoked、shell
    state: &'static str,
    /// 职工数，人
    headcount: i64,
    /// 行业代码 GB/T 4754-2017
    industry_code: String,
    region_code: String,
    /// 经济类型代码
    economic_type: String,
    address: String,
    /// 修改时须带上
    version: i64,
    covered_by: Vec<Cover>,
}

/// One link to a union.
#[derive(Serialize, JsonSchema)]
struct Cover {
    /// 覆盖关系的编号，解除时用
    id: String,
    /// 工会名称
    org: String,
    /// 工会编号
    org_id: String,
    /// own、joint、industry、regional
    kind: &'static str,
    from_on: String,
    to_on: Option<String>,
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<EmployerId>,
) -> Result<Json<EmployerCard>, Problem> {
    let (reference, card, edges) = app
        .read(&who, move |tx| {
            Ok::<_, EmployerError>((
                employers::get(tx, id)?,
                employers::card(tx, id)?,
                employers::edges(tx, id)?,
            ))
        })
        .await?;
    Ok(Json(EmployerCard {
        item: reference.into(),
        state: card.state.id(),
        headcount: card.headcount,
        industry_code: card.industry_code,
        region_code: card.region_code,
        economic_type: card.economic_type,
        address: card.address,
        version: card.version,
        covered_by: edges
            .into_iter()
            .map(|e| Cover {
                id: e.id.to_string(),
                org_id: e.org.to_string(),
                org: e.org_name,
                kind: e.kind.id(),
                from_on: e.from_on.to_string(),
                to_on: e.to_on.map(|d| d.to_string()),
            })
            .collect(),
    }))
}
