//! 材料附件: the files of a founding's papers, added between the steps, saved and taken away, as on its page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::ids::{FoundingFileId, FoundingId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::idempotency::Answer;
use union::access::Capability;
use union::attachments::FileBytes;
use union::orgs::OrgError;
use union::orgs::founding::{self, Founding, files};

use super::asked::{Sent, body_field, done};
use super::foundings::{LARGEST_MB, known};
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who, to_save_as};

pub(super) fn operations() -> Operations {
    // As the page: whose turn it is decides who may add and take away.
    let read = Need::Cap(Capability::OrgsRead);
    Operations::new()
        .post::<PaperFile, Files, _, _>(
            "/api/foundings/{id}/files",
            read,
            "给一项材料补一个附件；同一内容只存一次",
            &[201],
            add,
        )
        .file(
            "/api/foundings/{id}/files/{file}",
            read,
            "下载一个附件；每次下载留痕。文件名只含材料代码与附件编号，不含原文件名",
            save,
        )
        .post::<Nothing, Files, _, _>(
            "/api/foundings/{id}/files/{file}/remove",
            read,
            "撤下自己刚补、还没有随步骤提交的附件",
            &[200],
            remove,
        )
}

/// A file of a paper; checked as on the page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperFile {
    /// 材料代码
    paper: String,
    name: String,
    /// 如 application/pdf
    media: String,
    /// 内容，标准 base64
    base64: String,
}

impl PaperFile {
    /// Its paper and its bytes; `field` is what a refusal names.
    pub(super) fn opened(self, field: &str) -> Result<(String, FileBytes), Problem> {
        let bytes = STANDARD
            .decode(self.base64)
            .map_err(|_| body_field(field, format!("{field} 不是完整的 base64")))?;
        let file = FileBytes {
            name: self.name,
            media: self.media,
            bytes,
        };
        Ok((self.paper, file))
    }
}

/// The files of a founding.
#[derive(Serialize, JsonSchema)]
struct Files {
    /// 按材料、再按先后
    items: Vec<FileItem>,
}

/// A file without its bytes.
#[derive(Serialize, JsonSchema)]
pub(super) struct FileItem {
    id: String,
    /// 材料代码
    paper: String,
    name: String,
    /// 字节
    size: i64,
    added_at: String,
    added_by: String,
    /// 您现在可以撤下它
    removable: bool,
}

/// The files of a founding, by paper and in the order they came.
pub(super) fn of(tx: &mut Tx, founding: &Founding) -> Result<Vec<FileItem>, OrgError> {
    let items = files::list(tx, founding)?.into_iter().map(|one| FileItem {
        id: one.id.to_string(),
        paper: one.paper,
        name: one.name,
        size: one.size,
        added_at: one.added_at.rfc3339(),
        added_by: one.added_by,
        removable: one.removable,
    });
    Ok(items.collect())
}

fn there(tx: &mut Tx, status: StatusCode, id: FoundingId) -> Result<Answer, OrgError> {
    let founding = founding::get(tx, id)?;
    let items = of(tx, &founding)?;
    Ok(done(status, &Files { items }))
}

async fn add(
    State(app): State<App>,
    who: Who,
    Path(id): Path<FoundingId>,
    Sent { body, once }: Sent<PaperFile, LARGEST_MB>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (paper, file) = body.opened("base64")?;
    once.write(&app, &who, move |tx| {
        founding::get(tx, id)?;
        known(tx, std::iter::once(("paper", &paper)))?;
        files::add(tx, may, id, &paper, &file)?;
        there(tx, StatusCode::CREATED, id)
    })
    .await
}

async fn save(
    State(app): State<App>,
    who: Who,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
) -> Result<Response, Problem> {
    let file = app.write(&who, move |tx| files::open(tx, id, file)).await?;
    let media = file.media_type();
    Ok(to_save_as(file.bytes, media, &file.name))
}

async fn remove(
    State(app): State<App>,
    who: Who,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
    Sent { once, .. }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    once.write(&app, &who, move |tx| {
        files::remove(tx, may, id, file)?;
        there(tx, StatusCode::OK, id)
    })
    .await
}
