//! 个人信息请求 requests of members about their own data: the queue, one of them, and the answer.
//!
//! What a member wrote may hold the very number that is to be corrected. A machine gets it with the middle of every
//! long number covered; in clear it stands on the page, before a person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Instant;
use kernel::ids::RequestId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::members::requests::{self, Request, RequestKind};
use union::members::{self, MemberError, Permit, masked_name};

use super::asked::{Asked, Sent, done, read_after, write_after};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Requests of one answer when no number is asked for.
const USUAL: usize = 100;
/// From so many digits on a number may be a person's: a phone, a paper, an account.
const LONG: usize = 7;
/// Digits that are left at either end.
const ENDS: (usize, usize) = (3, 2);

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::MembersChange);
    Operations::new()
        .get::<RequestQuery, RequestList, _, _>(
            "/api/requests",
            need,
            "个人信息请求（查阅、更正、删除）：办理中的（先来的在前）或已答复的（新答复的在前）",
            list,
        )
        .get::<Nothing, RequestCard, _, _>("/api/requests/{id}", need, "一件个人信息请求", card)
        .post::<Reply, RequestStands, _, _>(
            "/api/requests/{id}/answer",
            need,
            "答复一件个人信息请求：办结或未同意；删除资料的，办结即清除，不能恢复",
            &[200],
            answer,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestQuery {
    /// true 为已答复的；不填为办理中的
    decided: Option<bool>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct RequestList {
    items: Vec<RequestItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// A request; the name is masked.
#[derive(Serialize, JsonSchema)]
struct RequestItem {
    id: String,
    /// 会员编号
    member: String,
    name_masked: String,
    /// export 要一份纸质资料、correct 更正资料、delete 删除资料
    kind: &'static str,
    /// open、done、refused
    state: &'static str,
    asked_at: String,
    /// 答复期限
    due_on: Option<String>,
    decided_at: Option<String>,
    /// 由工会人员代办
    on_behalf: bool,
}

impl From<&Request> for RequestItem {
    fn from(one: &Request) -> Self {
        Self {
            id: one.id.to_string(),
            member: one.member.to_string(),
            name_masked: masked_name(&one.name),
            kind: one.kind.code(),
            state: one.state.code(),
            asked_at: one.asked_at.rfc3339(),
            due_on: one.due_on.map(|day| day.to_string()),
            decided_at: one.decided_at.map(Instant::rfc3339),
            on_behalf: one.behalf.is_some(),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<RequestQuery>,
) -> Result<Json<RequestList>, Problem> {
    let decided = query.decided.unwrap_or(false);
    let after = read_after(query.after.as_deref())?;
    let after = after.map(|(at, id)| (Instant::from_ms(at), id));
    let limit = query.limit.unwrap_or(USUAL);
    let mut items = app
        .read(&who, move |tx| {
            requests::page(tx, decided, after, limit + 1)
        })
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(requests::after);
    Ok(Json(RequestList {
        next: last.map(|(at, id)| write_after(&at.ms(), &id)),
        items: items.iter().map(RequestItem::from).collect(),
    }))
}

/// One request.
#[derive(Serialize, JsonSchema)]
struct RequestCard {
    #[serde(flatten)]
    request: RequestItem,
    /// 本人写的；长号码中间打码
    detail_masked: String,
    /// 答复；长号码中间打码
    answer_masked: Option<String>,
    /// 删除资料：从哪一天起可以办结；还在册的没有
    erasable_from: Option<String>,
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestCard>, Problem> {
    let (one, erasable) = app
        .read(&who, move |tx| {
            let one = requests::of(tx, id)?;
            let erasable = if one.kind == RequestKind::Delete {
                let member = members::get(tx, one.member)?;
                requests::erasable_from(tx, &member).ok()
            } else {
                None
            };
            Ok::<_, MemberError>((one, erasable))
        })
        .await?;
    Ok(Json(RequestCard {
        request: RequestItem::from(&one),
        detail_masked: covered(&one.detail),
        answer_masked: one.answer.as_deref().map(covered),
        erasable_from: erasable.map(|day| day.to_string()),
    }))
}

/// A text with the middle of every long number covered, in whichever digits and groups it is written.
fn covered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut number: Vec<char> = Vec::new();
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if is_digit(c) || (!number.is_empty() && matches!(c, ' ' | 'X' | 'x')) => {
                number.push(c);
            }
            _ => {
                cover(&mut out, &number);
                number.clear();
                out.extend(c);
            }
        }
    }
    out
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn cover(out: &mut String, number: &[char]) {
    let digits = number.iter().filter(|c| is_digit(**c)).count();
    let mut at = 0;
    for c in number {
        at += usize::from(is_digit(*c));
        let covers = digits >= LONG && is_digit(*c) && at > ENDS.0 && at + ENDS.1 <= digits;
        out.push(if covers { '*' } else { *c });
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reply {
    /// done 办结、refused 未同意
    #[schemars(extend("enum" = ["done", "refused"]))]
    result: String,
    /// 答复，本人看得到；未同意的写明理由和办法
    answer: String,
}

/// How it stands.
#[derive(Serialize, JsonSchema)]
struct RequestStands {
    id: String,
    state: &'static str,
}

async fn answer(
    State(app): State<App>,
    who: Who,
    Path(id): Path<RequestId>,
    Sent { body, once }: Sent<Reply>,
) -> Result<Response, Problem> {
    let (permit, yes) = (Permit::of(&who), body.result == "done");
    once.write(&app, &who, move |tx| {
        requests::decide(tx, &permit, id, yes, &body.answer)?;
        let stands = RequestStands {
            id: id.to_string(),
            state: requests::of(tx, id)?.state.code(),
        };
        Ok::<_, MemberError>(done(StatusCode::OK, &stands))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::covered;

    #[test]
    fn long_numbers_are_covered_and_the_rest_is_left() {
        for (written, shown) in [
            ("手机号改成13812345678，谢谢", "手机号改成138******78，谢谢"),
            ("138 1234 5678", "138 **** **78"),
            ("身份证330113199003070018", "身份证330*************18"),
            ("11010519491231002X。", "110************02X。"),
            ("电话１３８１２３４５６７８", "电话１３８******７８"),
            (
                "入会日期 2020-01-01，工号 1024",
                "入会日期 2020-01-01，工号 1024",
            ),
            ("", ""),
        ] {
            assert_eq!(covered(written), shown, "{written}");
        }
    }
}
