//! 疑似重复 suspected duplicates: the queue, two people or one, and taking a merge back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Instant;
use kernel::ids::{DuplicateId, MemberId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::duplicates::{self, MergeField, Pair};
use union::members::{self, MemberError, Permit, masked_name};

use super::asked::{Asked, Sent, done, read_after, write_after};
use super::check::Id;
use super::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who};

/// Pairs of one answer when no number is asked for.
const USUAL: usize = 100;

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::DuplicatesDecide);
    Operations::new()
        .get::<PairQuery, PairList, _, _>(
            "/api/duplicates",
            need,
            "疑似重复：待判断的或已判断的",
            list,
        )
        .post::<Apart, PairStands, _, _>(
            "/api/duplicates/{id}/distinct",
            need,
            "是两个人",
            &[200],
            distinct,
        )
        .post::<Merge, Merged, _, _>(
            "/api/duplicates/{id}/merge",
            need,
            "是一个人：留一条，另一条并入；可以撤销",
            &[200],
            merge,
        )
        .post::<Apart, Undone, _, _>("/api/merges/{id}/undo", need, "撤销一次合并", &[200], undo)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PairQuery {
    /// true 为已判断的；不填为待判断的
    decided: Option<bool>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct PairList {
    items: Vec<PairItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// Two records; names are masked.
#[derive(Serialize, JsonSchema)]
struct PairItem {
    id: String,
    /// 两名会员的编号，先登记的在前
    members: [String; 2],
    names_masked: [String; 2],
    /// 0–100
    score: i64,
    reasons: Vec<&'static str>,
    /// open、merged、distinct
    state: &'static str,
    found_at: String,
    decided_at: Option<String>,
    why: Option<String>,
}

impl From<Pair> for PairItem {
    fn from(pair: Pair) -> Self {
        Self {
            id: pair.id.to_string(),
            members: [pair.left.to_string(), pair.right.to_string()],
            names_masked: pair.names.map(|name| masked_name(&name)),
            score: pair.score,
            reasons: pair.reasons.iter().map(|reason| reason.text).collect(),
            state: pair.state.code(),
            found_at: pair.found_at.rfc3339(),
            decided_at: pair.decided_at.map(Instant::rfc3339),
            why: pair.why,
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<PairQuery>,
) -> Result<Json<PairList>, Problem> {
    let decided = query.decided.unwrap_or(false);
    let after = read_after(query.after.as_deref())?;
    let limit = query.limit.unwrap_or(USUAL);
    let mut pairs = app
        .read(&who, move |tx| {
            duplicates::page(tx, decided, after, limit + 1)
        })
        .await?;
    let more = pairs.len() > limit;
    pairs.truncate(limit);
    let last = pairs.last().filter(|_| more).map(duplicates::after);
    Ok(Json(PairList {
        next: last.map(|(by, id)| write_after(&by, &id)),
        items: pairs.into_iter().map(PairItem::from).collect(),
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Apart {
    /// 理由
    why: String,
}

/// How the pair stands.
#[derive(Serialize, JsonSchema)]
struct PairStands {
    id: String,
    state: &'static str,
}

async fn distinct(
    State(app): State<App>,
    who: Who,
    Path(id): Path<DuplicateId>,
    Sent { body, once }: Sent<Apart>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        duplicates::decide_distinct(tx, &permit, id, &body.why)?;
        let (pair, ..) = duplicates::get(tx, id)?;
        let stands = PairStands {
            id: pair.id.to_string(),
            state: pair.state.code(),
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &stands))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// 留下的会员编号
    #[schemars(with = "Id")]
    keep: MemberId,
    /// 从另一条取用的栏目
    #[serde(default)]
    take: Vec<Taken>,
    /// 理由
    why: String,
}

/// A field to take over from the other record.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Taken {
    Phone,
    Bank,
    Employer,
    Education,
    Skill,
    Employment,
    JobTitle,
}

impl From<Taken> for MergeField {
    fn from(one: Taken) -> Self {
        match one {
            Taken::Phone => Self::Phone,
            Taken::Bank => Self::Bank,
            Taken::Employer => Self::Employer,
            Taken::Education => Self::Education,
            Taken::Skill => Self::Skill,
            Taken::Employment => Self::Employment,
            Taken::JobTitle => Self::JobTitle,
        }
    }
}

/// What was merged.
#[derive(Serialize, JsonSchema)]
struct Merged {
    /// 合并编号，撤销时用
    merge: String,
    kept: String,
}

async fn merge(
    State(app): State<App>,
    who: Who,
    Path(id): Path<DuplicateId>,
    Sent { body, once }: Sent<Merge>,
) -> Result<Response, Problem> {
    let take: Vec<MergeField> = body.take.iter().map(|one| (*one).into()).collect();
    let permit = Permit::of(&who);
    let answer = once
        .write(&app, &who, move |tx| {
            let merge = duplicates::merge(tx, &permit, id, body.keep, &take, &body.why)?;
            let merged = Merged {
                merge: merge.to_string(),
                kept: body.keep.to_string(),
            };
            Ok::<_, MemberError>(done(StatusCode::OK, &merged))
        })
        .await?;
    app.sessions().forget_all();
    Ok(answer)
}

/// The member that was kept.
#[derive(Serialize, JsonSchema)]
struct Undone {
    kept: String,
}

async fn undo(
    State(app): State<App>,
    who: Who,
    Path(id): Path<DuplicateId>,
    Sent { body, once }: Sent<Apart>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let answer = once
        .write(&app, &who, move |tx| {
            let kept = duplicates::kept_by(tx, id)?;
            duplicates::undo(tx, &permit, id, &body.why)?;
            let kept = members::get(tx, kept)?.id.to_string();
            Ok::<_, MemberError>(done(StatusCode::OK, &Undone { kept }))
        })
        .await?;
    app.sessions().forget_all();
    Ok(answer)
}
