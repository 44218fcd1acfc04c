//! 委员会 committees: of one union, and as on their pages: a new one takes office, a term is extended, officers come and go.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Date;
use kernel::ids::{CommitteeId, OfficerId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;
use union::access::Capability;
use union::orgs::committee::{
    self, Committee, CommitteeKind, NewCommittee, NewOfficer, Officer, Position,
};
use union::orgs::{self, OrgError};

use super::asked::{Sent, done};
use super::check::{Day, Id};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let approve = Need::Cap(Capability::OrgsApprove);
    Operations::new()
        .get::<Nothing, CommitteeList, _, _>(
            "/api/orgs/{id}/committees",
            Need::Cap(Capability::OrgsRead),
            "一家工会的各类委员会与干部，现任的在前",
            list,
        )
        .post::<NewBody, CommitteeCard, _, _>(
            "/api/committees",
            approve,
            "登记换届：同类的现任委员会到前一天结束",
            &[201],
            install,
        )
        .post::<Extension, CommitteeCard, _, _>(
            "/api/committees/{id}/extend",
            approve,
            "延期换届",
            &[200],
            extend,
        )
        .post::<Appointment, CommitteeCard, _, _>(
            "/api/committees/{id}/officers",
            approve,
            "增补一名干部",
            &[201],
            appoint,
        )
        .post::<Retirement, CommitteeCard, _, _>(
            "/api/committees/{id}/officers/{officer}/retire",
            approve,
            "登记离任",
            &[200],
            retire,
        )
}

#[derive(Serialize, JsonSchema)]
struct CommitteeList {
    items: Vec<CommitteeCard>,
}

/// A committee with its officers.
#[derive(Serialize, JsonSchema)]
struct CommitteeCard {
    id: String,
    /// 工会编号
    org: String,
    /// 类别代码
    kind: &'static str,
    /// 任期，年
    term_years: i64,
    /// 选举日期
    from_on: String,
    /// 按任期届满的日期
    to_on: String,
    /// 批准延期到
    extended_to: Option<String>,
    /// 结束日期；空为现任
    ended_on: Option<String>,
    officers: Vec<OfficerItem>,
}

/// An officer.
#[derive(Serialize, JsonSchema)]
struct OfficerItem {
    id: String,
    name: String,
    /// 职务代码
    position: &'static str,
    /// 专职
    full_time: bool,
    from_on: String,
    /// 离任日期；空为在任
    to_on: Option<String>,
    /// 劳动合同到期日
    contract_end: Option<String>,
    /// 劳动合同保护到（工会法第十九条）
    protected_until: Option<String>,
}

fn text(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}

impl From<Officer> for OfficerItem {
    fn from(officer: Officer) -> Self {
        Self {
            id: officer.id.to_string(),
            name: officer.name,
            position: officer.position.id(),
            full_time: officer.full_time,
            from_on: officer.from_on.to_string(),
            to_on: text(officer.to_on),
            contract_end: text(officer.contract_end),
            protected_until: text(officer.protected_until),
        }
    }
}

impl From<Committee> for CommitteeCard {
    fn from(body: Committee) -> Self {
        Self {
            id: body.id.to_string(),
            org: body.org.to_string(),
            kind: body.kind.id(),
            term_years: body.term_years,
            from_on: body.from_on.to_string(),
            to_on: body.to_on.to_string(),
            extended_to: text(body.extended_to),
            ended_on: text(body.ended_on),
            officers: body.officers.into_iter().map(OfficerItem::from).collect(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Path(id): Path<OrgId>,
) -> Result<Json<CommitteeList>, Problem> {
    let bodies = app
        .read(&who, move |tx| {
            orgs::get(tx, id)?;
            committee::committees(tx, id)
        })
        .await?;
    let items = bodies.into_iter().map(CommitteeCard::from).collect();
    Ok(Json(CommitteeList { items }))
}

/// A committee as it stands now.
fn stands(
    tx: &mut Tx,
    status: StatusCode,
    id: CommitteeId,
) -> Result<store::idempotency::Answer, OrgError> {
    let now = committee::get(tx, id)?;
    Ok(done(status, &CommitteeCard::from(now)))
}

/// A committee takes office.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewBody {
    /// 工会编号
    #[schemars(with = "Id")]
    org: OrgId,
    /// 类别代码
    #[schemars(extend("enum" = kinds()))]
    kind: String,
    /// 任期，年
    term_years: i64,
    /// 选举日期，任期从这一天起算
    #[schemars(with = "Day")]
    from_on: Date,
    /// 当选的干部
    officers: Vec<NewMember>,
    /// 批复文号或说明
    #[serde(default)]
    note: String,
}

/// An officer to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    name: String,
    /// 职务代码
    #[schemars(extend("enum" = positions()))]
    position: String,
    /// 专职
    #[serde(default)]
    full_time: bool,
    /// 劳动合同到期日
    #[schemars(with = "Option<Day>")]
    contract_end: Option<Date>,
}

fn kinds() -> Vec<&'static str> {
    CommitteeKind::ALL.iter().map(|one| one.id()).collect()
}

fn positions() -> Vec<&'static str> {
    Position::ALL.iter().map(|one| one.id()).collect()
}

impl From<NewMember> for NewOfficer {
    fn from(one: NewMember) -> Self {
        Self {
            name: one.name,
            member: None,
            position: one.position,
            full_time: one.full_time,
            contract_end: one.contract_end,
        }
    }
}

async fn install(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewBody>,
) -> Result<Response, Problem> {
    let new = NewCommittee {
        kind: CommitteeKind::from_id(&body.kind).unwrap_or(CommitteeKind::Committee),
        term_years: body.term_years,
        from_on: body.from_on,
        officers: body.officers.into_iter().map(NewOfficer::from).collect(),
    };
    let (org, note) = (body.org, body.note);
    once.write(&app, &who, move |tx| {
        let id = committee::install(tx, org, &new, &note)?;
        stands(tx, StatusCode::CREATED, id)
    })
    .await
}

/// A term lasts longer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Extension {
    /// 延期到
    #[schemars(with = "Day")]
    to_on: Date,
    /// 延期的理由和批复
    note: String,
}

async fn extend(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CommitteeId>,
    Sent { body, once }: Sent<Extension>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    once.write(&app, &who, move |tx| {
        committee::extend(tx, may, id, body.to_on, &body.note)?;
        stands(tx, StatusCode::OK, id)
    })
    .await
}

/// Another officer during the term.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Appointment {
    officer: NewMember,
    /// 任职日期
    #[schemars(with = "Day")]
    from_on: Date,
    /// 批复文号或说明
    #[serde(default)]
    note: String,
}

async fn appoint(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CommitteeId>,
    Sent { body, once }: Sent<Appointment>,
) -> Result<Response, Problem> {
    let officer = NewOfficer::from(body.officer);
    let (from_on, note) = (body.from_on, body.note);
    once.write(&app, &who, move |tx| {
        committee::appoint(tx, id, &officer, from_on, &note)?;
        stands(tx, StatusCode::CREATED, id)
    })
    .await
}

/// An officer leaves.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retirement {
    /// 最后一天
    #[schemars(with = "Day")]
    to_on: Date,
    /// 免职或离任的原因
    note: String,
}

async fn retire(
    State(app): State<App>,
    who: Who,
    Path((id, officer)): Path<(CommitteeId, OfficerId)>,
    Sent { body, once }: Sent<Retirement>,
) -> Result<Response, Problem> {
    once.write(&app, &who, move |tx| {
        let known = committee::get(tx, id)?.officers;
        if !known.iter().any(|one| one.id == officer) {
            return Err(OrgError::NotFound);
        }
        committee::retire(tx, officer, body.to_on, &body.note)?;
        stands(tx, StatusCode::OK, id)
    })
    .await
}
