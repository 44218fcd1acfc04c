//! A file of a case, as it was handed in. Taking it along is entered.

use axum::extract::State;
use axum::response::Response;
use kernel::ids::{CaseEvidenceId, CaseId};
use union::access::Capability;
use union::cases;

use crate::shell::{App, Need, Path, Problem, Routes, Who, to_save};

pub(super) fn routes() -> Routes {
    Routes::new().get(
        "/cases/{id}/evidence/{piece}",
        Need::Cap(Capability::CasesRead),
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
    Ok(to_save(file))
}
