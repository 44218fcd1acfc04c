//! The files of a founding's papers: add one, save one, take one away.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{FoundingFileId, FoundingId};
use union::access::Capability;
use union::orgs::OrgError;
use union::orgs::founding::files;

use super::founding_show::{FILES_MB, Tried, draw};
use crate::console::words::belongs_on_form;
use crate::shell::{App, Need, Posted, Problem, Routes, Who, to_save};

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::OrgsRead);
    Routes::new()
        .post("/orgs/foundings/{id}/files", read, add)
        .get("/orgs/foundings/{id}/files/{file}", read, save)
        .post("/orgs/foundings/{id}/files/{file}/remove", read, remove)
}

async fn add(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<FoundingId>,
    mut posted: Posted<FILES_MB>,
) -> Response {
    let (may, file, form) = (who.capabilities, posted.file(), posted.form);
    let paper = form.text("paper").to_owned();
    let result = app
        .write_once(&who, &form, move |tx| {
            let file = file.ok_or_else(|| OrgError::Invalid {
                field: "file",
                code: "founding.file",
                message: "请选择要上传的附件".to_owned(),
            })?;
            files::add(tx, may, id, &paper, &file)
        })
        .await;
    match result {
        Ok(()) => Redirect::to(&format!("/orgs/foundings/{id}?done=file")).into_response(),
        Err(problem) if belongs_on_form(&problem) => {
            let tried = Tried {
                verb: None,
                form,
                problem,
            };
            draw(&app, &who, &jar, id, None, Some(tried))
                .await
                .unwrap_or_else(IntoResponse::into_response)
        }
        Err(problem) => problem.into_response(),
    }
}

async fn save(
    State(app): State<App>,
    who: Who,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
) -> Result<Response, Problem> {
    let file = app.read(&who, move |tx| files::open(tx, id, file)).await?;
    Ok(to_save(file))
}

async fn remove(
    State(app): State<App>,
    who: Who,
    Path((id, file)): Path<(FoundingId, FoundingFileId)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    app.write(&who, move |tx| files::remove(tx, may, id, file))
        .await?;
    Ok(Redirect::to(&format!("/orgs/foundings/{id}?done=unfile")).into_response())
}
