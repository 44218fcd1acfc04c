//! Filling a draft in: its fields with where they came from, and its body in other words.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::LetterId;
use union::letters::{self, Edit, Field, FieldKind, Letter, LetterState};

use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/letters/{id}/edit", super::WRITE, fields)
        .post("/letters/{id}/edit", super::WRITE, save_fields)
        .get("/letters/{id}/text", super::WRITE, words)
        .post("/letters/{id}/text", super::WRITE, save_words)
}

/// One field of the form: a template cannot match on its kind.
struct Row {
    field: &'static Field,
    lineage: String,
}

impl Row {
    fn is_area(&self) -> bool {
        matches!(self.field.kind, FieldKind::Long | FieldKind::Lines)
    }
    fn is_date(&self) -> bool {
        self.field.kind == FieldKind::Date
    }
    fn is_number(&self) -> bool {
        matches!(self.field.kind, FieldKind::Amount | FieldKind::Count)
    }
    /// The hint, with where the value came from.
    fn hint(&self) -> String {
        let parts = [self.field.help.as_str(), self.lineage.as_str()];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("；")
    }
}

#[derive(Template)]
#[template(path = "console/letters/edit.html")]
struct EditPage {
    frame: Frame,
    letter: Letter,
    rows: Vec<Row>,
    form: Form,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "console/letters/text.html")]
struct TextPage {
    frame: Frame,
    letter: Letter,
    form: Form,
    errors: FieldErrors,
}

/// A draft whose fields may name people: opening it is logged.
async fn load(app: &App, who: &Who, id: LetterId) -> Result<Letter, Problem> {
    let letter = app
        .write(who, move |tx| letters::opened(tx, id, "修改"))
        .await?;
    if letter.line.state == LetterState::Draft {
        return Ok(letter);
    }
    let message = format!("这份文书现在是“{}”，不能修改", letter.line.state.title());
    Err(Problem::new(
        StatusCode::CONFLICT,
        "letter.wrong_state",
        message,
    ))
}

fn framed(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    letter: &Letter,
    title: &str,
    errors: &FieldErrors,
) -> Frame {
    Frame::new(app, who, jar, form_title(title, errors), "/letters")
        .crumb("文书", "/letters")
        .crumb(
            letter.line.title.clone(),
            format!("/letters/{}", letter.line.id),
        )
        .crumb(title, "")
}

async fn draw_fields(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: LetterId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let letter = load(app, who, id).await?;
    let errors = typed
        .as_ref()
        .map_or_else(FieldErrors::none, |(_, problem)| {
            FieldErrors::from_problem(problem)
        });
    let status = typed
        .as_ref()
        .map_or(StatusCode::OK, |(_, problem)| problem.status);
    let fields = letter.rule.map_or(&[][..], |rule| &rule.body.field);
    let lineage = |field: &Field| {
        letter
            .values
            .get(&field.name)
            .map(|held| format!("来源：{}", held.lineage()))
            .unwrap_or_default()
    };
    let rows = fields
        .iter()
        .map(|field| Row {
            lineage: lineage(field),
            field,
        })
        .collect();
    let form = typed.map_or_else(
        || {
            let held = letter
                .values
                .iter()
                .map(|(name, held)| (name.clone(), held.value.clone()));
            Form::from_pairs(
                held.chain([("version".to_owned(), letter.line.version.to_string())])
                    .collect(),
            )
        },
        |(form, _)| form,
    );
    let frame = framed(app, who, jar, &letter, "填写内容", &errors);
    Ok(page(
        status,
        &EditPage {
            frame,
            letter,
            rows,
            form,
            errors,
        },
    ))
}

async fn fields(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    draw_fields(&app, &who, &jar, id, None).await
}

async fn save_fields(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.parsed("version").unwrap_or(0);
    let names = form.names().filter(|name| *name != "version");
    let typed = names
        .map(|name| (name.to_owned(), form.raw(name).to_owned()))
        .collect();
    let edit = Edit { typed, body: None };
    match app
        .write(&who, move |tx| letters::edit(tx, id, version, &edit))
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/letters/{id}?done=saved")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw_fields(&app, &who, &jar, id, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

async fn draw_words(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: LetterId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let letter = load(app, who, id).await?;
    let errors = typed
        .as_ref()
        .map_or_else(FieldErrors::none, |(_, problem)| {
            FieldErrors::from_problem(problem)
        });
    let status = typed
        .as_ref()
        .map_or(StatusCode::OK, |(_, problem)| problem.status);
    let form = typed.map_or_else(
        || {
            let pairs = [
                ("body", letter.paper.body_text()),
                ("version", letter.line.version.to_string()),
            ];
            Form::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)).to_vec())
        },
        |(form, _)| form,
    );
    let frame = framed(app, who, jar, &letter, "改写正文", &errors);
    Ok(page(
        status,
        &TextPage {
            frame,
            letter,
            form,
            errors,
        },
    ))
}

async fn words(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    draw_words(&app, &who, &jar, id, None).await
}

async fn save_words(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let version = form.parsed("version").unwrap_or(0);
    let body = if form.ticked("back") {
        String::new()
    } else {
        form.raw("body").to_owned()
    };
    let edit = Edit {
        typed: Vec::new(),
        body: Some(body),
    };
    match app
        .write(&who, move |tx| letters::edit(tx, id, version, &edit))
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/letters/{id}?done=saved")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw_words(&app, &who, &jar, id, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}
