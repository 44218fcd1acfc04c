//! 系统设置 settings (system administrator).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::access::Capability;
use union::settings::{self, SettingDefinition, SettingsError};

use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let change = Need::Cap(Capability::SettingsChange);
    Routes::new()
        .get("/settings", change, show)
        .post("/settings", change, save)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

/// One setting with its value as shown.
struct Line {
    definition: SettingDefinition,
    value: String,
}

#[derive(Template)]
#[template(path = "console/access/settings.html")]
struct SettingsPage {
    frame: Frame,
    lines: Vec<Line>,
    errors: FieldErrors,
}

async fn view(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: Option<&Form>,
    errors: FieldErrors,
    flash: Option<String>,
) -> Result<SettingsPage, Problem> {
    let worker = app.clone();
    let values = app
        .read(who, move |tx| settings::load(tx, worker.settings()))
        .await?;
    let lines = app.settings().setting.iter().map(|definition| Line {
        value: form.map_or_else(
            || values.get(&definition.name).to_owned(),
            |f| f.text(&definition.name).to_owned(),
        ),
        definition: definition.clone(),
    });
    let title = if errors.is_empty() {
        "系统设置"
    } else {
        "错误：系统设置"
    };
    let frame = Frame::new(app, who, jar, title, "/settings").flash(flash);
    Ok(SettingsPage {
        frame,
        lines: lines.collect(),
        errors,
    })
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let flash = (done.done == "saved").then(|| "设置已保存".to_owned());
    Ok(page(
        StatusCode::OK,
        &view(&app, &who, &jar, None, FieldErrors::none(), flash).await?,
    ))
}

async fn save(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, typed) = (app.clone(), form.clone());
    let saved = app
        .write(&who, move |tx| {
            for definition in &worker.settings().setting {
                settings::change(
                    tx,
                    worker.settings(),
                    &definition.name,
                    typed.text(&definition.name),
                )?;
            }
            Ok::<_, SettingsError>(())
        })
        .await;
    match saved {
        Ok(()) => Ok(Redirect::to("/settings?done=saved").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let errors = FieldErrors::from_problem(&problem);
            Ok(page(
                problem.status,
                &view(&app, &who, &jar, Some(&form), errors, None).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}
