//! 登记、修改单位: the page's own form. The credit code decides who it is; a name that only resembles known ones waits
//! for a person.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::{EmployerId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::employers::{self, EmployerError, UpsertOutcome};

use super::asked::{Sent, body_field, done, form_of};
use super::check::{Day, Id};
use super::operations::Operations;
use crate::console::employers::entry;
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let change = Need::Cap(Capability::EmployersChange);
    Operations::new()
        .post::<EmployerForm, EmployerEntered, _, _>(
            "/api/employers",
            change,
            "登记单位；信用代码已知的更新，只是名称相近的等人比对（202）",
            &[201, 200, 202],
            create,
        )
        .post::<EmployerForm, EmployerSaved, _, _>(
            "/api/employers/{id}",
            change,
            "修改单位：没有给出的栏目不变，给出空文本的清空",
            &[200],
            edit,
        )
}

/// An employer as its form has it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EmployerForm {
    /// 修改时必填：所依据的版本
    version: Option<i64>,
    /// 全称；登记时必填
    name: Option<String>,
    /// 统一社会信用代码
    credit_code: Option<String>,
    /// 工商注册号
    code_registration: Option<String>,
    /// 税务登记号
    code_tax: Option<String>,
    /// 社保单位编号
    code_insurance: Option<String>,
    /// 曾用名，一行一个
    former_names: Option<String>,
    /// 区划代码
    region_code: Option<String>,
    /// 所在工会编号
    #[schemars(with = "Option<Id>")]
    territory: Option<OrgId>,
    /// 行业代码 GB/T 4754-2017
    industry_code: Option<String>,
    /// 经济类型代码
    economic_type: Option<String>,
    /// 职工数，人
    headcount: Option<i64>,
    /// 职工数的来源
    headcount_source: Option<String>,
    /// 职工数的日期
    #[schemars(with = "Option<Day>")]
    headcount_on: Option<Date>,
    /// open、deregistered、revoked、shell
    #[schemars(extend("enum" = ["open", "deregistered", "revoked", "shell", null]))]
    state: Option<String>,
    /// 成立日期
    #[schemars(with = "Option<Day>")]
    opened_on: Option<Date>,
    /// 终止日期
    #[schemars(with = "Option<Day>")]
    closed_on: Option<Date>,
    /// 地址
    address: Option<String>,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
struct EmployerEntered {
    /// 等人比对的没有
    id: Option<String>,
    /// created、updated、unchanged、queued（等人比对）
    outcome: &'static str,
    /// 比对的编号
    question: Option<String>,
}

async fn create(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<EmployerForm>,
) -> Result<Response, Problem> {
    let form = form_of(&body, Vec::new());
    once.write(&app, &who, move |tx| {
        let draft = entry::read_form(tx, &form)?;
        let entered = employers::upsert(tx, &draft)?;
        let (status, outcome, question) = match entered.outcome {
            UpsertOutcome::Created => (StatusCode::CREATED, "created", None),
            UpsertOutcome::Updated => (StatusCode::OK, "updated", None),
            UpsertOutcome::Unchanged => (StatusCode::OK, "unchanged", None),
            UpsertOutcome::Queued(question) => {
                (StatusCode::ACCEPTED, "queued", Some(question.to_string()))
            }
        };
        let entered = EmployerEntered {
            id: entered.id.map(|id| id.to_string()),
            outcome,
            question,
        };
        Ok::<_, EmployerError>(done(status, &entered))
    })
    .await
}

/// The version to change next.
#[derive(Serialize, JsonSchema)]
struct EmployerSaved {
    id: String,
    version: i64,
}

async fn edit(
    State(app): State<App>,
    who: Who,
    Path(id): Path<EmployerId>,
    Sent { body, once }: Sent<EmployerForm>,
) -> Result<Response, Problem> {
    let version = body.version;
    let version = version.ok_or_else(|| body_field("version", "version 必填"))?;
    once.write(&app, &who, move |tx| {
        let form = form_of(&body, entry::present(tx, id)?);
        let draft = entry::read_form(tx, &form)?;
        employers::correct(tx, id, version, &draft)?;
        let saved = EmployerSaved {
            id: id.to_string(),
            version: employers::card(tx, id)?.version,
        };
        Ok::<_, EmployerError>(done(StatusCode::OK, &saved))
    })
    .await
}
