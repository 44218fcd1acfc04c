//! 告知同意 consents of a member, recorded and withdrawn because the member said so (代办): as on the page, how they said
//! it is written down first, and the member reads who did it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Instant;
use kernel::ids::MemberId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::behalf::{self, Mandate};
use union::members::consents::{self, ConsentLine};
use union::members::{MemberError, Permit};

use super::asked::{Once, Sent, done};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::MembersChange);
    Operations::new()
        .get::<Nothing, ConsentList, _, _>(
            "/api/members/{id}/consents",
            need,
            "会员同意的用途：现行的每一项，和本人是否同意",
            list,
        )
        .post::<Wish, ConsentStands, _, _>(
            "/api/members/{id}/consents/{purpose}/give",
            need,
            "代办：登记本人同意一项用途",
            &[200],
            give,
        )
        .post::<Wish, ConsentStands, _, _>(
            "/api/members/{id}/consents/{purpose}/withdraw",
            need,
            "代办：登记本人撤回一项用途的同意",
            &[200],
            withdraw,
        )
}

#[derive(Serialize, JsonSchema)]
struct ConsentList {
    items: Vec<ConsentItem>,
}

/// A purpose with what the member has said about it.
#[derive(Serialize, JsonSchema)]
struct ConsentItem {
    /// 用途编号
    purpose: String,
    title: String,
    /// 同意的内容
    text: String,
    /// 撤回以后有什么变化
    withdrawn: String,
    /// 同意的时间；没有同意或已撤回的为空
    given_at: Option<String>,
    /// 同意的是以前的文本，须再问一次
    outdated: bool,
}

impl From<ConsentLine> for ConsentItem {
    fn from(line: ConsentLine) -> Self {
        let purpose = line.purpose;
        Self {
            purpose: purpose.id.clone(),
            title: purpose.title.clone(),
            text: purpose.text.clone(),
            withdrawn: purpose.withdrawn.clone(),
            given_at: line.given_at.map(Instant::rfc3339),
            outdated: line.outdated,
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Path(id): Path<MemberId>,
) -> Result<Json<ConsentList>, Problem> {
    let lines = app
        .read(&who, move |tx| consents::of_member(tx, id))
        .await?;
    Ok(Json(ConsentList {
        items: lines.into_iter().map(ConsentItem::from).collect(),
    }))
}

/// The member's wish.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// 本人怎么提出的：present 当面、phone 电话、letter 书面委托；以会员管理规则为准
    way: String,
    /// 委托的情况：谁来的、怎么核对的身份
    said: String,
    /// 本人知情并同意
    agreed: bool,
}

/// How the purpose stands.
#[derive(Serialize, JsonSchema)]
struct ConsentStands {
    member: String,
    purpose: String,
    /// 现在是否同意
    given: bool,
}

async fn give(
    State(app): State<App>,
    who: Who,
    Path(at): Path<(MemberId, String)>,
    Sent { body, once }: Sent<Wish>,
) -> Result<Response, Problem> {
    set(&app, &who, at, (body, once), true).await
}

async fn withdraw(
    State(app): State<App>,
    who: Who,
    Path(at): Path<(MemberId, String)>,
    Sent { body, once }: Sent<Wish>,
) -> Result<Response, Problem> {
    set(&app, &who, at, (body, once), false).await
}

async fn set(
    app: &App,
    who: &Who,
    (id, purpose): (MemberId, String),
    (body, once): (Wish, Once),
    given: bool,
) -> Result<Response, Problem> {
    let mandate = Mandate {
        way: body.way,
        said: body.said,
        agreed: body.agreed,
    };
    let actor = mandate
        .actor(who.actor(), id, app.now().shanghai_date())
        .map_err(|error| Problem::from_room(&error))?;
    let permit = Permit::of(who);
    once.write_as(app, actor, move |tx| {
        let permit = behalf::permit(tx, &permit, id)?;
        consents::set(tx, &permit, id, &purpose, given)?;
        let stands = ConsentStands {
            member: id.to_string(),
            purpose,
            given,
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &stands))
    })
    .await
}
