//! 改问题行: what is done to the problem rows of a batch, one by one or all of one kind, as on its page.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::BatchId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::exchange::{
    self, ExchangeError, Fix, Layout, Level, Permit, Problem as BadRow, ProblemFilter,
};

use super::asked::{Sent, body_field, done};
use super::imports::{again, desk};
use super::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who, off_thread};

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::ImportRun);
    Operations::new()
        .post::<RowDeed, RowDone, _, _>(
            "/api/imports/{id}/problems/{row}",
            need,
            "处理一个问题行，并重新核对；改好的行在确认导入时一并导入",
            &[200],
            one,
        )
        .post::<RowsDeed, RowsDone, _, _>(
            "/api/imports/{id}/problems",
            need,
            "全部采用建议，或整类确认",
            &[200],
            all,
        )
}

/// What is done to a row.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Deed {
    /// 改栏目
    Edit,
    /// 采用建议
    Suggestion,
    /// 确认无误
    Confirm,
    /// 不导入
    Drop,
    /// 恢复处理
    Reopen,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RowDeed {
    /// edit 改栏目、suggestion 采用建议、confirm 确认无误、drop 不导入、reopen 恢复处理
    #[serde(rename = "do")]
    deed: Deed,
    /// edit 时：栏目代码与新的文字；表里没有这一列的栏目（如 guardian 监护人知情）也可以补
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// How the row stands. The words and suggestions are told by the list of problems.
#[derive(Serialize, JsonSchema)]
struct RowDone {
    row: u32,
    /// open 还有问题、fixed 已改好、dropped 不导入
    state: &'static str,
    /// 还有的问题
    faults: Vec<FaultLeft>,
}

/// What is still wrong.
#[derive(Serialize, JsonSchema)]
struct FaultLeft {
    /// 字段；整行的为空文本
    field: String,
    code: String,
}

impl From<&BadRow> for RowDone {
    fn from(row: &BadRow) -> Self {
        let open = row.state == exchange::ProblemState::Open;
        let faults = row.faults.iter().filter(|_| open);
        Self {
            row: row.row,
            state: row.state.id(),
            faults: faults
                .map(|one| FaultLeft {
                    field: one.field.clone(),
                    code: one.code.clone(),
                })
                .collect(),
        }
    }
}

/// What the body says, if it says it for a row of this batch.
fn fix(deed: RowDeed, layout: &Layout) -> Result<Fix, Problem> {
    let odd = deed
        .fields
        .keys()
        .find(|field| layout.column(field).is_none());
    if let Some(field) = odd {
        let columns = layout.columns.iter();
        let fields: Vec<&str> = columns.map(|one| one.field.as_str()).collect();
        let words = format!("没有 {field} 这个栏目；可改的是 {}", fields.join("、"));
        return Err(body_field(&format!("fields.{field}"), words));
    }
    if (deed.deed == Deed::Edit) == deed.fields.is_empty() {
        let words = "fields 在改栏目（edit）时必填，其他时候不填";
        return Err(body_field("fields", words));
    }
    Ok(match deed.deed {
        Deed::Edit => Fix::Edit(deed.fields),
        Deed::Suggestion => Fix::Suggestion,
        Deed::Confirm => Fix::Confirm,
        Deed::Drop => Fix::Drop,
        Deed::Reopen => Fix::Reopen,
    })
}

async fn one(
    State(app): State<App>,
    who: Who,
    Path((id, row)): Path<(BatchId, u32)>,
    Sent { body, once }: Sent<RowDeed>,
) -> Result<Response, Problem> {
    if once.came(&app, &who).await? {
        return again(&app, &who, once).await;
    }
    let (desk, actor, permit) = (desk(&app), who.actor(), Permit::of(&who));
    let (looking, looker) = (desk.clone(), actor.clone());
    let (_, _, layout) = off_thread(move || looking.problem(&looker, id, row)).await?;
    let fix = fix(body, layout)?;
    // The row is checked as the whole file was, with looks of its own into the store: outside the transaction.
    let (fix, fixed) = off_thread(move || {
        let fixed = desk.try_fix(&actor, &permit, id, row, &fix)?;
        Ok::<_, ExchangeError>((fix, fixed))
    })
    .await?;
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        exchange::keep_row(tx, &permit, id, &fix, &fixed)?;
        Ok::<_, ExchangeError>(done(StatusCode::OK, &RowDone::from(&fixed)))
    })
    .await
}

/// What is done to many rows.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Together {
    /// 全部采用建议
    Suggestions,
    /// 整类确认
    Confirm,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RowsDeed {
    /// suggestions 有建议的全部采用建议、confirm 整类确认（须写明 code）
    #[serde(rename = "do")]
    deed: Together,
    /// confirm 时必填：原因代码，见问题行
    code: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct RowsDone {
    /// 改好、可以导入的行数
    ready: usize,
}

async fn all(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Sent { body, once }: Sent<RowsDeed>,
) -> Result<Response, Problem> {
    if once.came(&app, &who).await? {
        return again(&app, &who, once).await;
    }
    let (filter, fix) = match (body.deed, body.code) {
        (Together::Suggestions, None) => {
            let suggested = true;
            let filter = ProblemFilter {
                suggested,
                ..ProblemFilter::default()
            };
            (filter, Fix::Suggestion)
        }
        (Together::Confirm, Some(code)) if !code.is_empty() => {
            let filter = ProblemFilter {
                level: Some(Level::Confirm),
                code: Some(code),
                ..ProblemFilter::default()
            };
            (filter, Fix::Confirm)
        }
        _ => {
            let words = "code 在整类确认（confirm）时必填，其他时候不填";
            return Err(body_field("code", words));
        }
    };
    let (desk, actor, permit) = (desk(&app), who.actor(), Permit::of(&who));
    let (fix, fixed) = off_thread(move || {
        let fixed = desk.try_fix_all(&actor, &permit, id, &filter, &fix)?;
        Ok::<_, ExchangeError>((fix, fixed))
    })
    .await?;
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        let ready = exchange::keep_rows(tx, &permit, id, &fix, &fixed)?;
        Ok::<_, ExchangeError>(done(StatusCode::OK, &RowsDone { ready }))
    })
    .await
}
