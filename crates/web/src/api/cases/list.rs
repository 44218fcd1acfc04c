//! 办件清单: cases within scope of the kinds the post may read, most urgent first.

use axum::Json;
use axum::extract::State;
use kernel::Instant;
use kernel::ids::CaseId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::cases::{self, CaseError, CaseFilter, CaseLine};

use crate::api::asked::{Asked, one_of, parameter};
use crate::api::operations::Operations;
use crate::console::cases::readable;
use crate::console::search::personal;
use crate::shell::{App, Need, Problem, Who};

/// Rows of one answer when none are asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    Operations::new().get::<CaseQuery, CasePage, _, _>(
        "/api/cases",
        Need::Cap(Capability::CasesRead),
        "范围内可看的办件，最紧急的在前；已超时的，超时最久的在前",
        list,
    )
}

/// Which cases, as the tabs of the page.
#[derive(Deserialize, JsonSchema, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum View {
    /// 本单位待办
    Desk,
    /// 我经办的
    Mine,
    /// 已超时
    Overdue,
    /// 督办中
    Watched,
    /// 已办结
    Ended,
    /// 范围内全部
    #[default]
    All,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CaseQuery {
    /// desk 本单位待办、mine 我经办的、overdue 已超时、watched 督办中、ended 已办结、all 全部（默认）
    view: Option<View>,
    /// 办件类型，如 cases.mediation
    kind: Option<String>,
    /// 编号、单位、事项的一部分，或当事人的全名；不能是证件号、手机号
    q: Option<String>,
    /// 状态，须同时写明 kind
    state: Option<String>,
    /// 等级，须同时写明 kind
    grade: Option<String>,
    /// 上一页的 next
    after: Option<String>,
    /// 条数，默认 50，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct CasePage {
    items: Vec<CaseItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<String>,
}

/// One case in the list.
#[derive(Serialize, JsonSchema)]
struct CaseItem {
    id: String,
    no: String,
    /// 办件类型编号
    kind: String,
    title: String,
    state: String,
    grade: Option<String>,
    /// 事发地工会编号
    place: String,
    /// 承办单位编号
    owner: String,
    /// 承办人账号编号
    handler: Option<String>,
    /// 已超时的时限数
    overdue: i64,
    /// 当事人多次催问未答
    alarm: bool,
    suspended: bool,
    /// 下一个期限，RFC 3339
    due: Option<String>,
    opened_at: String,
    ended_at: Option<String>,
}

impl From<CaseLine> for CaseItem {
    fn from(line: CaseLine) -> Self {
        Self {
            id: line.id.to_string(),
            no: line.no,
            kind: line.kind,
            title: line.title,
            state: line.state,
            grade: line.grade,
            place: line.place.to_string(),
            owner: line.owner.to_string(),
            handler: line.handler.map(|one| one.to_string()),
            overdue: line.overdue,
            alarm: line.alarm,
            suspended: line.suspended,
            due: line.next_due.map(Instant::rfc3339),
            opened_at: line.opened_at.rfc3339(),
            ended_at: line.ended_at.map(Instant::rfc3339),
        }
    }
}

/// Refuses a kind, a state or a grade that there is not.
async fn known(app: &App, who: &Who, query: &CaseQuery) -> Result<(), Problem> {
    let Some(wanted) = query.kind.clone() else {
        let alone = [("state", &query.state), ("grade", &query.grade)];
        let alone = alone.into_iter().find(|(_, given)| given.is_some());
        return alone.map_or(Ok(()), |(name, _)| {
            Err(parameter(name, "须与 kind 一起给出"))
        });
    };
    let may = who.capabilities;
    let (kinds, kind) = app
        .read(who, move |tx| {
            let kinds: Vec<String> = readable(tx, may).into_iter().map(|(id, _)| id).collect();
            let kind = if kinds.contains(&wanted) {
                Some(cases::kind(&wanted, *tx.district(), tx.today())?)
            } else {
                None
            };
            Ok::<_, CaseError>((kinds, kind))
        })
        .await?;
    one_of("kind", query.kind.as_deref().unwrap_or_default(), &kinds)?;
    let Some(kind) = kind else {
        return Ok(());
    };
    if let Some(state) = &query.state {
        let states: Vec<String> = kind.state.iter().map(|one| one.id.clone()).collect();
        one_of("state", state, &states)?;
    }
    if let Some(grade) = &query.grade {
        let grades: Vec<String> = kind.grade.iter().map(|one| one.id.clone()).collect();
        one_of("grade", grade, &grades)?;
    }
    Ok(())
}

/// `moment.id` of the last line seen.
fn read_after(text: &str) -> Result<(i64, CaseId), Problem> {
    let parts = text.split_once('.');
    let parts = parts.and_then(|(due, id)| Some((due.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| parameter("after", "不是上一页的 next"))
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<CaseQuery>,
) -> Result<Json<CasePage>, Problem> {
    known(&app, &who, &query).await?;
    let view = query.view.unwrap_or_default();
    let limit = query.limit.unwrap_or(USUAL);
    let words = query.q.unwrap_or_default();
    if personal(&words) {
        return Err(parameter(
            "q",
            "不能用证件号、手机号查办件，请用编号、单位或姓名",
        ));
    }
    let filter = CaseFilter {
        kind: query.kind,
        text: words,
        state: query.state,
        grade: query.grade,
        open: match view {
            View::All => None,
            View::Ended => Some(false),
            _ => Some(true),
        },
        my_desk: view == View::Desk,
        mine: view == View::Mine,
        overdue: view == View::Overdue,
        watched: view == View::Watched,
        after: query.after.as_deref().map(read_after).transpose()?,
        limit,
        ..CaseFilter::default()
    };
    let may = who.capabilities;
    let lines = app
        .read(&who, move |tx| cases::list(tx, may, &filter))
        .await?;
    let next = lines.last().filter(|_| lines.len() == limit);
    let next = next
        .map(cases::cursor)
        .map(|(due, id)| format!("{due}.{id}"));
    Ok(Json(CasePage {
        items: lines.into_iter().map(CaseItem::from).collect(),
        next,
    }))
}
