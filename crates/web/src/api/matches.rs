//! 名称比对 names that resemble known employers: the open questions, and a person's answer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Instant;
use kernel::ids::{EmployerId, MatchId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::employers::{self, Answer, EmployerError, Question};

use super::asked::{Asked, Sent, body_field, done};
use super::check::Id;
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Questions of one answer when no number is asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::EmployersChange);
    Operations::new()
        .get::<MatchQuery, MatchList, _, _>(
            "/api/matches",
            need,
            "名称比对：待定的，先来的在前",
            list,
        )
        .get::<Nothing, MatchCard, _, _>(
            "/api/matches/{id}",
            need,
            "一条名称比对，已定的也有",
            card,
        )
        .post::<Decided, Settled, _, _>(
            "/api/matches/{id}/answer",
            need,
            "定一条名称比对：是其中一家、是新单位，或不予登记；定了不能改",
            &[200],
            answer,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatchQuery {
    /// 上一页的 next
    #[schemars(with = "Option<Id>")]
    after: Option<MatchId>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct MatchList {
    items: Vec<MatchItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// A name that resembles known employers.
#[derive(Serialize, JsonSchema)]
struct MatchItem {
    id: String,
    /// 名称从哪里来
    source: String,
    /// 原样写的名称
    name: String,
    /// 原样写的代码；没有写的为空文本
    code: String,
    /// 可能是的单位，最像的在前
    candidates: Vec<Likely>,
    asked_at: String,
}

/// An employer that may be meant.
#[derive(Serialize, JsonSchema)]
struct Likely {
    id: String,
    name: String,
    credit_code: Option<String>,
    /// 相像的程度，0–100
    score: u32,
}

impl From<Question> for MatchItem {
    fn from(question: Question) -> Self {
        let candidates = question.candidates.into_iter();
        Self {
            id: question.id.to_string(),
            source: question.source,
            name: question.raw_name,
            code: question.raw_code,
            candidates: candidates
                .map(|one| Likely {
                    id: one.id.to_string(),
                    name: one.name,
                    credit_code: one.credit_code,
                    score: one.score,
                })
                .collect(),
            asked_at: question.at.rfc3339(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<MatchQuery>,
) -> Result<Json<MatchList>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let mut questions = app
        .read(&who, move |tx| {
            employers::questions(tx, query.after, limit + 1)
        })
        .await?;
    let more = questions.len() > limit;
    questions.truncate(limit);
    let next = questions.last().filter(|_| more);
    Ok(Json(MatchList {
        next: next.map(|last| last.id.to_string()),
        items: questions.into_iter().map(MatchItem::from).collect(),
    }))
}

/// What the row said besides name and code; it is written down with the answer.
#[derive(Serialize, JsonSchema)]
struct Brought {
    what: &'static str,
    value: String,
}

/// One question.
#[derive(Serialize, JsonSchema)]
struct MatchCard {
    #[serde(flatten)]
    question: MatchItem,
    /// 新单位不指明工会的，登记在这个工会的区域
    area: Option<String>,
    /// 定下来一并写进那家单位的
    brings: Vec<Brought>,
    /// 待定的为 true
    open: bool,
    /// 定为哪家单位；不予登记的没有
    employer: Option<String>,
    decided_at: Option<String>,
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<MatchId>,
) -> Result<Json<MatchCard>, Problem> {
    let (question, area) = app
        .read(&who, move |tx| {
            let question = employers::question(tx, id)?;
            let area = employers::area(tx, &question)?;
            Ok::<_, EmployerError>((question, area))
        })
        .await?;
    let brings = question.brings().into_iter();
    Ok(Json(MatchCard {
        area: area.map(|org| org.id.to_string()),
        brings: brings
            .map(|(what, value)| Brought { what, value })
            .collect(),
        open: question.open,
        employer: question.employer.map(|id| id.to_string()),
        decided_at: question.decided_at.map(Instant::rfc3339),
        question: question.into(),
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// is 是一家已登记的单位，这样写的名称以后自动认出；new 是新单位；dismiss 不是单位，或不归本区
    #[schemars(extend("enum" = ["is", "new", "dismiss"]))]
    answer: String,
    /// is：单位编号；不限于列出的几家
    #[schemars(with = "Option<Id>")]
    employer: Option<EmployerId>,
    /// new：登记在哪个工会的区域；不填按提出比对的地方
    #[schemars(with = "Option<Id>")]
    union: Option<OrgId>,
}

impl Decided {
    fn read(&self) -> Result<Answer, Problem> {
        let is = self.answer == "is";
        if !is && self.employer.is_some() {
            return Err(body_field("employer", "employer 只在 answer 为 is 时填写"));
        }
        if self.answer != "new" && self.union.is_some() {
            return Err(body_field("union", "union 只在 answer 为 new 时填写"));
        }
        match (self.answer.as_str(), self.employer) {
            ("is", Some(employer)) => Ok(Answer::Is(employer)),
            ("is", None) => Err(body_field("employer", "answer 为 is 时须填 employer")),
            ("new", _) => Ok(Answer::New(self.union)),
            _ => Ok(Answer::Dismiss),
        }
    }
}

/// What became of the question.
#[derive(Serialize, JsonSchema)]
struct Settled {
    id: String,
    /// 定为的或新登记的单位；不予登记的没有
    employer: Option<String>,
}

async fn answer(
    State(app): State<App>,
    who: Who,
    Path(id): Path<MatchId>,
    Sent { body, once }: Sent<Decided>,
) -> Result<Response, Problem> {
    let answer = body.read()?;
    once.write(&app, &who, move |tx| {
        let employer = employers::decide(tx, id, answer)?;
        let settled = Settled {
            id: id.to_string(),
            employer: employer.map(|id| id.to_string()),
        };
        Ok::<_, EmployerError>(done(StatusCode::OK, &settled))
    })
    .await
}
