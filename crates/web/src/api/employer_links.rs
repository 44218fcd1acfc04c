//! 覆盖关系: a union begins to cover an employer, or ceases to, as on the employer's page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::{EdgeId, EmployerId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::employers::{self, EmployerError};
use union::orgs;

use super::asked::{Sent, done};
use super::check::{Day, Id};
use super::operations::Operations;
use crate::console::employers::show::{cover, uncover};
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let change = Need::Cap(Capability::EmployersChange);
    Operations::new()
        .post::<NewLink, Linked, _, _>(
            "/api/employers/{id}/links",
            change,
            "一个工会开始覆盖这个单位；已在覆盖的不变（200）",
            &[201, 200],
            link,
        )
        .post::<EndLink, Linked, _, _>(
            "/api/employers/{id}/links/{link}/end",
            change,
            "解除一条覆盖关系",
            &[200],
            end,
        )
}

/// Which union covers it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    /// 工会编号：基层、联合、行业或区域工会
    #[schemars(with = "Id")]
    union: OrgId,
    /// 从哪一天起；不填为今天
    #[schemars(with = "Option<Day>")]
    from_on: Option<Date>,
}

/// How it ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EndLink {
    /// 最后一天；不填为今天
    #[schemars(with = "Option<Day>")]
    to_on: Option<Date>,
    /// 原因，记入日志
    #[serde(default)]
    why: String,
}

/// The link.
#[derive(Serialize, JsonSchema)]
struct Linked {
    /// 覆盖关系的编号，解除时用
    id: String,
}

fn linked(status: StatusCode, edge: EdgeId) -> store::idempotency::Answer {
    let id = edge.to_string();
    done(status, &Linked { id })
}

async fn link(
    State(app): State<App>,
    who: Who,
    Path(id): Path<EmployerId>,
    Sent { body, once }: Sent<NewLink>,
) -> Result<Response, Problem> {
    once.write(&app, &who, move |tx| {
        employers::get(tx, id)?;
        let union = orgs::get(tx, body.union)?;
        let before = employers::edges(tx, id)?;
        let edge = cover(tx, id, &union, body.from_on)?;
        let known = before.iter().any(|one| one.id == edge);
        let status = if known {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        Ok::<_, EmployerError>(linked(status, edge))
    })
    .await
}

async fn end(
    State(app): State<App>,
    who: Who,
    Path((id, edge)): Path<(EmployerId, EdgeId)>,
    Sent { body, once }: Sent<EndLink>,
) -> Result<Response, Problem> {
    once.write(&app, &who, move |tx| {
        uncover(tx, (id, edge), body.to_on, &body.why)?;
        Ok::<_, EmployerError>(linked(StatusCode::OK, edge))
    })
    .await
}
