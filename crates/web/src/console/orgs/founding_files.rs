//! The files of a founding's papers: add one, save one, take one away.

use axum::response::{IntoResponse, Redirect, Response};
use kernel::ids::{FoundingFileId, FoundingId};
use union::access::Capability;
use union::orgs::OrgError;
use union::orgs::founding::files;

use super::founding_show::{FILES_MB, Tried, draw};
use crate::console::words::answered;
use crate::shell::{Need, Path, Posted, Problem, Routes, Visit, to_save};

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::OrgsRead);
    Routes::new()
        .post("/orgs/foundings/{id}/files", read, add)
        .get("/orgs/foundings/{id}/files/{file}", read, save)
        .post("/orgs/foundings/{id}/files/{file}/remove", read, remove)
}

async fn add(visit: Visit, Path(id): Path<FoundingId>, mut posted: Posted<FILES_MB>) -> Response {
    let (may, file, form) = (visit.who.capabilities, posted.file(), posted.form);
    let paper = form.text("paper").to_owned();
    let done = visit
        .app
        .write_once(&visit.who, &form, move |tx| {
            let file = file.ok_or_else(|| OrgError::Invalid {
                field: "file",
                code: "founding.file",
                message: "请选择要上传的附件".to_owned(),
            })?;
            files::add(tx, may, id, &paper, &file)
        })
        .await;
    let done = done.map(|()| format!("/orgs/foundings/{id}?done=file"));
    let tried = |problem| Tried {
        verb: None,
        form,
        problem: Some(problem),
    };
    answered(done, |problem| draw(&visit, id, None, Some(tried(problem)))).await
}

async fn save(
    visit: Visit,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
) -> Result<Response, Problem> {
    let file = visit
        .app
        .write(&visit.who, move |tx| files::open(tx, id, file))
        .await?;
    Ok(to_save(file))
}

async fn remove(
    visit: Visit,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
) -> Result<Response, Problem> {
    let may = visit.who.capabilities;
    visit
        .app
        .write(&visit.who, move |tx| files::remove(tx, may, id, file))
        .await?;
    Ok(Redirect::to(&format!("/orgs/foundings/{id}?done=unfile")).into_response())
}
