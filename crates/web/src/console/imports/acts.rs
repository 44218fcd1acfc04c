//! What is done to a batch and its rows. Every act is a POST; afterwards the page of the batch is shown again.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::BatchId;
use union::exchange::{Batch, Fix, Level, ProblemFilter};

use super::show::Wanted;
use super::{IMPORT, desk, permit};
use crate::shell::{
    App, FieldErrors, Form, Frame, Path, Problem, Query, Routes, Who, off_thread, page,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .post("/imports/{id}/rows/{row}", IMPORT, fix)
        .post("/imports/{id}/suggestions", IMPORT, suggestions)
        .post("/imports/{id}/doubts", IMPORT, doubts)
        .post("/imports/{id}/confirm", IMPORT, confirm)
        .post("/imports/{id}/cancel", IMPORT, cancel)
        .get("/imports/{id}/back", IMPORT, undo_page)
        .post("/imports/{id}/undo", IMPORT, undo)
}

fn back(id: BatchId, address: &str) -> Response {
    Redirect::to(&format!("/imports/{id}{address}")).into_response()
}

/// One row: `do` says what; without it, the fields it carries are set.
async fn fix(
    State(app): State<App>,
    who: Who,
    Path((id, row)): Path<(BatchId, u32)>,
    Query(pairs): Query<Vec<(String, String)>>,
    form: Form,
) -> Result<Response, Problem> {
    let act = match form.text("do") {
        "suggestion" => Fix::Suggestion,
        "confirm" => Fix::Confirm,
        "drop" => Fix::Drop,
        "reopen" => Fix::Reopen,
        _ => Fix::Edit(edits(&form)),
    };
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    off_thread(move || desk.fix(&actor, &permit, id, row, &act)).await?;
    Ok(back(
        id,
        &Wanted::read(&Form::from_pairs(pairs)).address(false),
    ))
}

/// Fields are posted as `v-NAME`, so that none can be mistaken for a control of the form.
fn edits(form: &Form) -> BTreeMap<String, String> {
    let names = form.names().filter_map(|name| name.strip_prefix("v-"));
    names
        .map(|field| {
            (
                field.to_owned(),
                form.text(&format!("v-{field}")).to_owned(),
            )
        })
        .collect()
}

async fn suggestions(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    let filter = ProblemFilter {
        suggested: true,
        ..ProblemFilter::default()
    };
    all(&app, &who, id, filter, Fix::Suggestion).await
}

/// Confirms every doubtful row of one kind.
async fn doubts(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
    form: Form,
) -> Result<Response, Problem> {
    let code = form.text("code").to_owned();
    if code.is_empty() {
        return Err(Problem::bad_request(
            "请先在“按问题归类”里选一类，再整类确认",
        ));
    }
    let filter = ProblemFilter {
        level: Some(Level::Confirm),
        code: Some(code),
        ..ProblemFilter::default()
    };
    all(&app, &who, id, filter, Fix::Confirm).await
}

async fn all(
    app: &App,
    who: &Who,
    id: BatchId,
    filter: ProblemFilter,
    fix: Fix,
) -> Result<Response, Problem> {
    let (desk, actor, permit) = (desk(app), who.actor(), permit(who));
    off_thread(move || desk.fix_all(&actor, &permit, id, &filter, &fix)).await?;
    Ok(back(id, ""))
}

async fn confirm(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    off_thread(move || desk.confirm(&actor, &permit, id)).await?;
    Ok(back(id, ""))
}

async fn cancel(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    off_thread(move || desk.cancel(&actor, &permit, id)).await?;
    Ok(back(id, ""))
}

#[derive(Template)]
#[template(path = "console/imports/undo.html")]
struct Undo {
    frame: Frame,
    batch: Batch,
    errors: FieldErrors,
    why: String,
}

async fn undo_page(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    draw_undo(&app, &who, &jar, id, String::new(), FieldErrors::none()).await
}

async fn draw_undo(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: BatchId,
    why: String,
    errors: FieldErrors,
) -> Result<Response, Problem> {
    let (desk, actor) = (desk(app), who.actor());
    let batch = off_thread(move || desk.batch(&actor, id)).await?;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let title = if errors.is_empty() {
        "撤回整批"
    } else {
        "错误：撤回整批"
    };
    let frame = Frame::new(app, who, jar, title, "/imports")
        .crumb("数据导入", "/imports")
        .crumb(batch.no.clone(), format!("/imports/{id}"))
        .crumb("撤回整批", "");
    Ok(page(
        status,
        &Undo {
            frame,
            batch,
            errors,
            why,
        },
    ))
}

async fn undo(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<BatchId>,
    form: Form,
) -> Result<Response, Problem> {
    let (desk, actor, permit, why) = (
        desk(&app),
        who.actor(),
        permit(&who),
        form.text("why").to_owned(),
    );
    let asked = why.clone();
    match off_thread(move || desk.undo(&actor, &permit, id, &asked)).await {
        Ok(_) => Ok(back(id, "")),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            draw_undo(
                &app,
                &who,
                &jar,
                id,
                why,
                FieldErrors::from_problem(&problem),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}
