//! 对应字段: what fills what, with samples beside each column.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{BatchId, OrgId};
use union::exchange::reading::column_name;
use union::exchange::{BatchState, Choice, ExchangeError, ImportKind, MappedColumn, Preview};
use union::orgs::{self, OrgRef};

use super::words::{Step, steps};
use super::{IMPORT, desk, permit};
use crate::shell::{
    App, FieldErrors, Form, Frame, Path, Problem, Query, Routes, Who, off_thread, page,
};

/// Unions offered for "all rows belong to".
const FOUND: usize = 20;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/imports/{id}/map", IMPORT, show)
        .post("/imports/{id}/map", IMPORT, check)
}

#[derive(Template)]
#[template(path = "console/imports/map.html")]
struct Map {
    frame: Frame,
    preview: Preview,
    steps: Vec<Step>,
    errors: FieldErrors,
    org: Option<OrgRef>,
    union: String,
    found: Vec<OrgRef>,
}

impl Map {
    fn letters(&self, column: &MappedColumn) -> String {
        column_name(column.column)
    }
    fn sample(&self, column: &MappedColumn) -> String {
        let samples = self
            .preview
            .samples
            .get(column.column)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let shown: Vec<String> = samples
            .iter()
            .map(|text| {
                union::exchange::screen::masked(self.preview.batch.kind, &column.field, text)
            })
            .collect();
        shown.join("、")
    }
    fn hidden(&self) -> bool {
        self.preview.sheets.iter().any(|sheet| !sheet.visible)
    }
    /// Whether no heading was recognised or chosen.
    fn unknown(&self) -> bool {
        let mut columns = self.preview.mapping.columns.iter();
        columns.all(|one| one.field.is_empty())
    }
    fn members(&self) -> bool {
        self.preview.batch.kind == ImportKind::Members
    }
    fn is_org(&self, org: &OrgRef) -> bool {
        self.org.as_ref().is_some_and(|chosen| chosen.id == org.id)
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<BatchId>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    draw(
        &app,
        &who,
        &jar,
        id,
        &Form::from_pairs(pairs),
        FieldErrors::none(),
    )
    .await
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: BatchId,
    form: &Form,
    errors: FieldErrors,
) -> Result<Response, Problem> {
    let (desk, actor) = (desk(app), who.actor());
    let (sheet, union) = (form.text("sheet").to_owned(), form.text("union").to_owned());
    let (wanted, chosen) = (union.clone(), form.parsed::<OrgId>("org"));
    let loaded = off_thread(move || {
        let preview = desk.preview(&actor, id, (!sheet.is_empty()).then_some(sheet.as_str()))?;
        let (org, found) = desk
            .db()
            .read(&actor, |tx| -> Result<_, orgs::OrgError> {
                let org = chosen.map(|org| orgs::get(tx, org)).transpose()?;
                let found = if wanted.is_empty() {
                    Vec::new()
                } else {
                    orgs::search(tx, &wanted, FOUND)?
                };
                Ok((
                    org,
                    found.into_iter().map(|node| node.org).collect::<Vec<_>>(),
                ))
            })
            .map_err(|error| ExchangeError::Room(Box::new(error)))?;
        Ok::<_, ExchangeError>((preview, org, found))
    });
    let (mut preview, org, found) = match loaded.await {
        Ok(loaded) => loaded,
        // A sheet without headings: say so on the page of the sheet that has some.
        Err(problem)
            if problem.field.as_deref() == Some("file") && !form.text("sheet").is_empty() =>
        {
            let errors = FieldErrors::from_problem(&problem);
            return Box::pin(draw(app, who, jar, id, &Form::default(), errors)).await;
        }
        Err(problem) => return Err(problem),
    };
    if !matches!(
        preview.batch.state,
        BatchState::Uploaded | BatchState::Checked | BatchState::Failed
    ) {
        return Ok(Redirect::to(&format!("/imports/{id}")).into_response());
    }
    // What was chosen and refused is not lost.
    for one in &mut preview.mapping.columns {
        if form.ticked(&field_name(one.column)) {
            form.text(&field_name(one.column))
                .clone_into(&mut one.field);
        }
    }
    let org = org.or_else(|| preview.org.clone());
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let title = if errors.is_empty() {
        "对应字段"
    } else {
        "错误：对应字段"
    };
    let frame = Frame::new(app, who, jar, title, "/imports")
        .crumb("组织与会员", "")
        .crumb("数据导入", "/imports")
        .crumb(preview.batch.no.clone(), "");
    Ok(page(
        status,
        &Map {
            frame,
            steps: steps(BatchState::Uploaded),
            preview,
            errors,
            org,
            union,
            found,
        },
    ))
}

fn field_name(column: usize) -> String {
    format!("c{column}")
}

async fn check(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<BatchId>,
    form: Form,
) -> Result<Response, Problem> {
    // The search for a union is a button of the same form: nothing that was chosen is lost by it.
    if form.ticked("search") {
        return draw(&app, &who, &jar, id, &form, FieldErrors::none()).await;
    }
    // A union that was typed and not chosen would be left out without a word.
    let typed = form.text("union").trim();
    if !typed.is_empty() && form.text("org").is_empty() {
        let mut errors = FieldErrors::none();
        let message = format!("已按“{typed}”查找：请从这里选一个，不需要就清空查找框");
        errors.add("org", message);
        return draw(&app, &who, &jar, id, &form, errors).await;
    }
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    let chosen = form.clone();
    let done = off_thread(move || {
        let preview = desk.preview(&actor, id, Some(chosen.text("sheet")))?;
        let mut mapping = preview.mapping;
        let columns: Vec<usize> = mapping.columns.iter().map(|one| one.column).collect();
        for column in columns {
            mapping.assign(column, chosen.text(&field_name(column)));
        }
        let choice = Choice {
            sheet: preview.sheet,
            mapping,
            org: chosen.parsed("org"),
        };
        desk.check(&actor, &permit, id, &choice)
    });
    match done.await {
        Ok(_) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            draw(
                &app,
                &who,
                &jar,
                id,
                &form,
                FieldErrors::from_problem(&problem),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}
