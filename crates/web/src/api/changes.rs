//! 会籍变化 changes of membership: leave, keep, resume and the other steps of the flow table.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::{MemberId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::{self, ChangeForm, MemberError, Permit, Reason, Verb};

use super::asked::{Sent, done};
use super::check::{Day, Id};
use super::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    Operations::new().post::<Change, Changed, _, _>(
        "/api/members/{id}/changes/{verb}",
        // As the page: the flow table asks for the capability of each step.
        Need::Cap(Capability::MembersRead),
        "会籍变化：keep 保留、resume 恢复、leave 退会、expel 除名、decease 登记去世、rejoin 重新入会、\
         reinstate 更正去世登记",
        &[200],
        change,
    )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// 会员记录的版本
    version: i64,
    /// 从哪一天起；不填为今天
    #[schemars(with = "Option<Day>")]
    on: Option<Date>,
    /// 原因代码
    #[schemars(extend("enum" = ["1", "2", "3", "4", "5", "6", "11", "12", "13", "14", "15", null]))]
    reason: Option<String>,
    /// 依据
    #[serde(default)]
    evidence: String,
    /// 原工会已撤销的，重新入会、更正去世登记时写现在加入的工会编号（须在管理范围内）；其他时候不填
    #[schemars(with = "Option<Id>")]
    to: Option<OrgId>,
}

/// How the member stands.
#[derive(Serialize, JsonSchema)]
struct Changed {
    id: String,
    /// 会籍状态代码
    status: &'static str,
    version: i64,
}

async fn change(
    State(app): State<App>,
    who: Who,
    Path((id, verb)): Path<(MemberId, String)>,
    Sent { body, once }: Sent<Change>,
) -> Result<Response, Problem> {
    let change = ChangeForm {
        verb: Verb::from_code(&verb).ok_or_else(Problem::not_found)?,
        on: body.on.unwrap_or_else(|| app.now().shanghai_date()),
        reason: body.reason.as_deref().and_then(Reason::from_code),
        evidence: body.evidence,
        to: body.to,
        version: body.version,
    };
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        members::change(tx, &permit, id, &change)?;
        let now = members::get(tx, id)?;
        let changed = Changed {
            id: now.id.to_string(),
            status: now.status.code(),
            version: now.version,
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &changed))
    })
    .await
}
