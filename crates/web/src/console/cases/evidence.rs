//! A file of a case, as it was handed in.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use kernel::ids::{CaseEvidenceId, CaseId};
use union::access::Capability;
use union::cases;

use crate::shell::{App, Need, Problem, Routes, Who, encode};

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
        .read(&who, move |tx| cases::evidence_file(tx, may, id, piece))
        .await?;
    // Never shown in the page: what somebody uploads may not speak in the program's name.
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(&file.name));
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
