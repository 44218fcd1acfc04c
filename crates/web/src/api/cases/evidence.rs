//! 凭证: a file of a case, to save. Taking it along is entered, as on the page.

use axum::extract::State;
use axum::response::Response;
use kernel::ids::{CaseEvidenceId, CaseId};
use union::access::Capability;
use union::cases;

use crate::api::operations::Operations;
use crate::shell::{App, Need, Path, Problem, Who, to_save_as};

pub(super) fn operations() -> Operations {
    Operations::new().file(
        "/api/cases/{id}/evidence/{piece}",
        Need::Cap(Capability::CasesRead),
        "下载一件凭证的附件；每次下载留痕。文件名只含办件编号与凭证编号，不含原文件名",
        download,
    )
}

async fn download(
    State(app): State<App>,
    who: Who,
    Path((id, piece)): Path<(CaseId, CaseEvidenceId)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let file = app
        .write(&who, move |tx| cases::evidence_file(tx, may, id, piece))
        .await?;
    let media = file.media_type();
    Ok(to_save_as(file.bytes, media, &file.name))
}
