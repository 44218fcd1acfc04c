//! One poster: where it hangs, what came by it, and how to end it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::posters::{self, Poster, PosterId, Standing};

use super::ACT;
use super::list::badge;
use crate::console::words::{belongs_on_form, form_title};
use crate::hall::site_address;
use crate::shell::{App, FieldErrors, Form, Frame, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/posters/{id}", ACT, show)
        .post("/posters/{id}/revoke", ACT, revoke)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/posters/show.html")]
struct ShowPage {
    frame: Frame,
    poster: Poster,
    standing: Standing,
    address: String,
    qr: String,
    form: Form,
    errors: FieldErrors,
}

impl ShowPage {
    fn badge(&self) -> (&'static str, &'static str) {
        badge(self.standing)
    }
}

async fn draw(
    app: &App,
    who: &Who,
    (jar, headers): (&CookieJar, &HeaderMap),
    id: PosterId,
    (form, errors, done): (Form, FieldErrors, &str),
) -> Result<Response, Problem> {
    let poster = app.read(who, move |tx| posters::get(tx, id)).await?;
    let address = address(app, headers, &poster).await?;
    let flash = match done {
        "made" => Some("海报已生成，打印后就能贴".to_owned()),
        "revoked" => Some("已停用。扫这张码的人仍能打开表单，但不再带出地点".to_owned()),
        _ => None,
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title(&poster.place(), &errors),
        "/cases",
    )
    .crumb("维权办件", "/cases")
    .crumb("二维码海报", "/posters")
    .crumb(poster.place(), "")
    .flash(flash);
    let view = ShowPage {
        frame,
        standing: poster.standing(app.now().shanghai_date()),
        qr: union::codes::qr_svg(&address),
        poster,
        address,
        form,
        errors,
    };
    Ok(page(status, &view))
}

/// What the QR holds.
pub(super) async fn address(
    app: &App,
    headers: &HeaderMap,
    poster: &Poster,
) -> Result<String, Problem> {
    let site = site_address(app, headers).await?;
    Ok(format!("{site}/q/{}", poster.code))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Path(id): Path<PosterId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let typed = (Form::default(), FieldErrors::none(), done.done.as_str());
    draw(&app, &who, (&jar, &headers), id, typed).await
}

async fn revoke(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Path(id): Path<PosterId>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("why").to_owned();
    let done = app
        .write(&who, move |tx| posters::revoke(tx, id, &why))
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/posters/{id}?done=revoked")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            let typed = (form, FieldErrors::from_problem(&problem), "");
            draw(&app, &who, (&jar, &headers), id, typed).await
        }
        Err(problem) => Err(problem),
    }
}
