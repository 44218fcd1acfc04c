//! 登记、变更组织: a union that exists already is entered, its card changed, moved, suspended, resumed, dissolved.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::OrgId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::orgs::{self, OrgError};

use super::asked::{Sent, done, form_of};
use super::check::{Day, Id};
use super::operations::Operations;
use crate::console::orgs::changes::{self, Act};
use crate::console::orgs::entry;
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let change = Need::Cap(Capability::OrgsChange);
    Operations::new()
        .post::<NewUnion, UnionEntered, _, _>(
            "/api/orgs",
            change,
            "登记已有的工会组织；新建会走建会流程",
            &[201],
            enter,
        )
        .post::<UnionChange, UnionStands, _, _>(
            "/api/orgs/{id}/acts/{act}",
            change,
            "变更：edit 组织信息（没有给出的栏目不变）、move 隶属关系、suspend 停止活动、resume 恢复活动、\
             dissolve 撤销并移交",
            &[200],
            carry_out,
        )
}

/// A union as its form has it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUnion {
    /// 上级工会编号
    #[schemars(with = "Id")]
    parent: OrgId,
    /// 组织类型代码
    #[schemars(extend("enum" = ["town", "zone", "village", "park", "building", "industry", "regional", "single",
        "joint", "project", "new_form", "committee_office", "branch", "team"]))]
    kind: String,
    /// 全称
    #[schemars(length(min = 1))]
    name: String,
    short_name: Option<String>,
    /// 自身统一社会信用代码（8 开头）
    credit_code: Option<String>,
    region_code: Option<String>,
    industry_code: Option<String>,
    /// 批复成立日期
    #[schemars(with = "Option<Day>")]
    founded_on: Option<Date>,
    /// 项目工会的计划结束日期
    #[schemars(with = "Option<Day>")]
    planned_end_on: Option<Date>,
    /// 批复文号
    approval_no: Option<String>,
    address: Option<String>,
    /// 联系方式
    contact: Option<String>,
}

/// The union entered.
#[derive(Serialize, JsonSchema)]
struct UnionEntered {
    id: String,
}

async fn enter(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewUnion>,
) -> Result<Response, Problem> {
    let form = form_of(&body, Vec::new());
    once.write(&app, &who, move |tx| {
        let id = entry::enter(tx, &form)?.to_string();
        Ok::<_, OrgError>(done(StatusCode::CREATED, &UnionEntered { id }))
    })
    .await
}

/// A change. Every act takes on and note; the others are those of its form.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UnionChange {
    /// 所依据的版本
    version: i64,
    /// 从哪一天起；不填为今天
    #[schemars(with = "Option<Day>")]
    on: Option<Date>,
    /// 依据或原因
    note: Option<String>,
    /// edit：全称
    name: Option<String>,
    /// edit
    short_name: Option<String>,
    /// edit
    region_code: Option<String>,
    /// edit
    industry_code: Option<String>,
    /// edit：归口的行业工会联合会
    industry_parent: Option<String>,
    /// edit
    address: Option<String>,
    /// edit
    contact: Option<String>,
    /// edit：计划结束日期
    #[schemars(with = "Option<Day>")]
    planned_end_on: Option<Date>,
    /// move：新的上级工会编号
    #[schemars(with = "Option<Id>")]
    parent: Option<OrgId>,
    /// dissolve：接收会员与单位的工会编号
    #[schemars(with = "Option<Id>")]
    heir: Option<OrgId>,
}

/// How the union stands.
#[derive(Serialize, JsonSchema)]
struct UnionStands {
    id: String,
    /// preparing、active、suspended、dissolved
    state: &'static str,
    version: i64,
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    Path((id, word)): Path<(OrgId, String)>,
    Sent { body, once }: Sent<UnionChange>,
) -> Result<Response, Problem> {
    let act = Act::ALL.into_iter().find(|act| act.word() == word);
    let act = act.ok_or_else(Problem::not_found)?;
    let may = who.capabilities;
    once.write(&app, &who, move |tx| {
        // Of the acts only the edit compares versions by itself.
        if orgs::card(tx, id)?.version != body.version {
            return Err(OrgError::Stale);
        }
        let base = if act == Act::Edit {
            changes::present(tx, id)?
        } else {
            Vec::new()
        };
        let base = base.into_iter();
        let base = base.map(|(name, value)| (name.to_owned(), value));
        let form = form_of(&body, base.collect());
        changes::change(tx, may, act, id, &form)?;
        let now = orgs::card(tx, id)?;
        let stands = UnionStands {
            id: id.to_string(),
            state: now.state.id(),
            version: now.version,
        };
        Ok::<_, OrgError>(done(StatusCode::OK, &stands))
    })
    .await
}
