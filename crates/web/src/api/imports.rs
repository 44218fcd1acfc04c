//! 数据导入: a spreadsheet's way in by machine: upload, check, look at its problems, confirm, stop, take back. What is
//! done to its problem rows is in `import_rows`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Instant;
use kernel::ids::{BatchId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::exchange::{
    self, Batch, Choice, Desk, ExchangeError, ImportKind, Level, Permit, Problem as BadRow,
    ProblemFilter, ProblemState, Upload, screen, steps,
};

use super::asked::{Asked, Once, Sent, body_field, done};
use super::check::Id;
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who, off_thread, off_thread_raw};

/// Rows of one answer when none are asked for.
const USUAL: usize = 50;
/// Largest body of an upload; larger files come by the page.
const LARGEST_MB: usize = 32;

pub(super) fn operations() -> Operations {
    let need = Need::Cap(Capability::ImportRun);
    Operations::new()
        .get::<BatchQuery, BatchList, _, _>("/api/imports", need, "导入批次，新的在前", list)
        .post::<NewBatch, BatchCard, _, _>(
            "/api/imports",
            need,
            "上传一个表格（xlsx、xls、csv），开一个批次；更大的文件请在页面上传",
            &[201],
            upload,
        )
        .get::<Nothing, BatchCard, _, _>(
            "/api/imports/{id}",
            need,
            "一个批次：进度、各种结果的行数",
            card,
        )
        .get::<RowQuery, RowList, _, _>(
            "/api/imports/{id}/problems",
            need,
            "问题行（脱敏）与原因",
            problems,
        )
        .post::<Checked, BatchCard, _, _>(
            "/api/imports/{id}/check",
            need,
            "按识别出的对应字段开始核对；核对在后台进行，请查进度",
            &[200],
            check,
        )
        .post::<Nothing, BatchCard, _, _>(
            "/api/imports/{id}/confirm",
            need,
            "确认导入：没有问题的行和已改好的行；在后台进行",
            &[200],
            confirm,
        )
        .post::<Nothing, BatchCard, _, _>(
            "/api/imports/{id}/cancel",
            need,
            "取消：没有导入的不再导入；中途取消的，已导入的行保留，可撤回整批",
            &[200],
            cancel,
        )
        .post::<Undone, BatchCard, _, _>(
            "/api/imports/{id}/undo",
            need,
            "撤回整批；在后台进行",
            &[200],
            undo,
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BatchQuery {
    /// 上一页的 next
    after: Option<i64>,
    /// 条数，默认 50，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct BatchList {
    items: Vec<BatchCard>,
    /// 下一页的 after；没有更多则为空
    next: Option<i64>,
}

/// A batch.
#[derive(Serialize, JsonSchema)]
struct BatchCard {
    id: String,
    no: String,
    /// members、employers
    kind: &'static str,
    /// uploaded、checking、checked、importing、done、cancelled、undoing、undone、failed
    state: &'static str,
    file_name: String,
    /// 字节
    file_size: i64,
    /// 文件的 SM3
    digest: String,
    /// 没有写明工会的行归到哪里
    org: String,
    sheet: String,
    /// 各列标题与对应的字段；空文本为不导入
    columns: Vec<ColumnItem>,
    /// 预计行数与本轮已处理的行数
    rows_total: i64,
    rows_done: i64,
    new: i64,
    updated: i64,
    unchanged: i64,
    refused: i64,
    /// 需确认
    confirm: i64,
    open_problems: i64,
    ready_problems: i64,
    undone_rows: i64,
    message: String,
}

/// A column.
#[derive(Serialize, JsonSchema)]
struct ColumnItem {
    heading: String,
    field: String,
}

impl From<Batch> for BatchCard {
    fn from(batch: Batch) -> Self {
        let columns = batch.mapping.columns.into_iter();
        Self {
            id: batch.id.to_string(),
            no: batch.no,
            kind: batch.kind.id(),
            state: batch.state.id(),
            file_name: batch.file_name,
            file_size: batch.file_size,
            digest: batch.digest,
            org: batch.org.to_string(),
            sheet: batch.sheet,
            columns: columns
                .map(|one| ColumnItem {
                    heading: one.heading,
                    field: one.field,
                })
                .collect(),
            rows_total: batch.rows_total,
            rows_done: batch.rows_done,
            new: batch.tally.new,
            updated: batch.tally.updated,
            unchanged: batch.tally.unchanged,
            refused: batch.tally.refused,
            confirm: batch.tally.confirm,
            open_problems: batch.open_problems,
            ready_problems: batch.ready_problems,
            undone_rows: batch.undone_rows,
            message: batch.message,
        }
    }
}

pub(super) fn desk(app: &App) -> Desk {
    Desk::new(app.db().clone(), app.config().upload_dir.clone())
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<BatchQuery>,
) -> Result<Json<BatchList>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let before = query.after.map(Instant::from_ms);
    let batches = app
        .read(&who, move |tx| exchange::list(tx, before, limit))
        .await?;
    let last = batches.last().filter(|_| batches.len() == limit);
    Ok(Json(BatchList {
        next: last.map(|batch| batch.created_at.ms()),
        items: batches.into_iter().map(BatchCard::from).collect(),
    }))
}

/// A file to take in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewBatch {
    /// members 会员名册、employers 单位名单
    kind: Kind,
    /// 文件名，如 名册.xlsx
    #[schemars(length(min = 1, max = 200))]
    file_name: String,
    /// 内容，标准 base64
    base64: String,
}

/// What the file lists.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Members,
    Employers,
}

async fn upload(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewBatch, LARGEST_MB>,
) -> Result<Response, Problem> {
    let bytes = STANDARD
        .decode(&body.base64)
        .map_err(|_| body_field("base64", "base64 不完整"))?;
    let (desk, actor, permit) = (desk(&app), who.actor(), Permit::of(&who));
    let kind = match body.kind {
        Kind::Members => ImportKind::Members,
        Kind::Employers => ImportKind::Employers,
    };
    let batch = off_thread(move || {
        let (id, mut receiving) = desk.receive()?;
        receiving.push(&bytes)?;
        let upload = Upload {
            id,
            kind,
            file_name: &body.file_name,
            // The desk keeps the key with the digest of the file.
            key: &once.key,
            received: receiving.finish()?,
        };
        desk.arrived(&actor, &permit, upload)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(BatchCard::from(batch))).into_response())
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
) -> Result<Json<BatchCard>, Problem> {
    let (desk, actor) = (desk(&app), who.actor());
    let batch = off_thread(move || desk.batch(&actor, id)).await?;
    Ok(Json(batch.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RowQuery {
    /// error 错误、confirm 需确认
    #[schemars(extend("enum" = ["error", "confirm"]))]
    level: Option<String>,
    /// open 待处理（默认）、fixed 已改好、dropped 不导入、taken 已导入、all 全部
    #[schemars(extend("enum" = ["open", "fixed", "dropped", "taken", "all"]))]
    state: Option<String>,
    /// 原因代码
    code: Option<String>,
    /// 上一页的 next
    #[schemars(range(min = 0))]
    after: Option<u32>,
    /// 条数，默认 50，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct RowList {
    items: Vec<RowItem>,
    /// 下一页的 after；没有更多则为空
    next: Option<u32>,
}

/// A row that waits for somebody.
#[derive(Serialize, JsonSchema)]
struct RowItem {
    /// 表格软件里的行号
    row: u32,
    /// open、fixed、dropped、taken
    state: &'static str,
    faults: Vec<FaultItem>,
}

/// What is wrong with it.
#[derive(Serialize, JsonSchema)]
struct FaultItem {
    /// 字段；整行的为空文本
    field: String,
    code: String,
    /// error、confirm
    level: &'static str,
    message: String,
    /// 可能本来要填的值（脱敏）
    suggestion: Option<String>,
}

impl RowItem {
    fn of(kind: ImportKind, bad: BadRow) -> Self {
        let faults = bad.faults.into_iter();
        Self {
            row: bad.row,
            state: bad.state.id(),
            faults: faults
                .map(|fault| FaultItem {
                    suggestion: Some(screen::masked(kind, &fault.field, &fault.suggestion))
                        .filter(|text| !text.is_empty()),
                    field: fault.field,
                    code: fault.code,
                    level: fault.level.id(),
                    message: fault.message,
                })
                .collect(),
        }
    }
}

async fn problems(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Asked(query): Asked<RowQuery>,
) -> Result<Json<RowList>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let filter = ProblemFilter {
        level: match query.level.as_deref() {
            Some("error") => Some(Level::Error),
            Some(_) => Some(Level::Confirm),
            None => None,
        },
        code: query.code,
        state: match query.state.as_deref() {
            Some("all") => None,
            state => Some(ProblemState::from_id(state.unwrap_or_default())),
        },
        suggested: false,
        after: query.after.unwrap_or(0),
    };
    let (desk, actor) = (desk(&app), who.actor());
    let overview = off_thread(move || desk.overview(&actor, id, &filter, limit)).await?;
    let (kind, rows) = (overview.batch.kind, overview.problems);
    let next = rows.last().filter(|_| rows.len() == limit);
    Ok(Json(RowList {
        next: next.map(|row| row.row),
        items: rows.into_iter().map(|row| RowItem::of(kind, row)).collect(),
    }))
}

/// What to check.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Checked {
    /// 工作表；不填为识别出的那一张
    sheet: Option<String>,
    /// 没有写明工会的行归到这个工会；不填则这样的行不导入
    #[schemars(with = "Option<Id>")]
    org: Option<OrgId>,
    /// 与识别的不同时：列标题与要填的栏目（名称或代码）；空文本为不导入
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

async fn check(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Sent { body, once }: Sent<Checked>,
) -> Result<Response, Problem> {
    let (desk, actor, permit) = (desk(&app), who.actor(), Permit::of(&who));
    if once.came(&app, &who).await? {
        return again(&app, &who, once).await;
    }
    // The file is read outside the transaction.
    let choice = off_thread(move || {
        let mut preview = desk.preview(&actor, id, body.sheet.as_deref())?;
        preview.mapping.apply(preview.layout, &body.columns)?;
        Ok::<_, ExchangeError>(Choice {
            sheet: preview.sheet,
            mapping: preview.mapping,
            org: body.org,
        })
    })
    .await?;
    once.write(&app, &who, move |tx| {
        steps::check(tx, &permit, id, &choice).map(answer)
    })
    .await
}

/// The first answer of a key that came before.
pub(super) async fn again(app: &App, who: &Who, once: Once) -> Result<Response, Problem> {
    once.write(app, who, |_| Err(ExchangeError::NotFound)).await
}

fn answer(batch: Batch) -> store::idempotency::Answer {
    done(StatusCode::OK, &BatchCard::from(batch))
}

async fn confirm(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Sent { once, .. }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        steps::confirm(tx, &permit, id).map(answer)
    })
    .await
}

async fn cancel(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Sent { once, .. }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let (permit, desk) = (Permit::of(&who), desk(&app));
    let stopped = once
        .write(&app, &who, move |tx| {
            steps::cancel(tx, &permit, id).map(answer)
        })
        .await?;
    off_thread_raw(move || {
        desk.clear(id);
        Ok(())
    })
    .await?;
    Ok(stopped)
}

/// Why a batch is taken back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Undone {
    /// 原因，记入日志
    why: String,
}

async fn undo(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    Sent { body, once }: Sent<Undone>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        steps::undo(tx, &permit, id, &body.why).map(answer)
    })
    .await
}
