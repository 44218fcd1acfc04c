//! The poster itself: a page to print on A4, and its code alone as a drawing for one's own design.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use store::Actor;
use union::posters::{self, Poster, PosterId, Standing};
use union::settings;

use super::ACT;
use super::show::address;
use crate::shell::{App, Path, Problem, Routes, Who, encode, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/posters/{id}/print", ACT, print)
        .get("/posters/{id}/qr.svg", ACT, drawing)
}

#[derive(Template)]
#[template(path = "console/posters/print.html")]
struct PrintPage {
    poster: Poster,
    standing: Standing,
    district: String,
    hotline: String,
    qr: String,
}

async fn print(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<PosterId>,
) -> Result<Response, Problem> {
    let poster = app.read(&who, move |tx| posters::get(tx, id)).await?;
    let (worker, system) = (app.clone(), Actor::system(app.config().district));
    let settings = app
        .read_as(system, move |tx| settings::load(tx, worker.settings()))
        .await?;
    let view = PrintPage {
        standing: poster.standing(app.now().shanghai_date()),
        district: app.config().district_name.clone(),
        hotline: settings.get("contact.hotline").to_owned(),
        qr: union::codes::qr_svg(&address(&app, &headers, &poster).await?),
        poster,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn drawing(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    Path(id): Path<PosterId>,
) -> Result<Response, Problem> {
    let poster = app.read(&who, move |tx| posters::get(tx, id)).await?;
    let svg = union::codes::qr_svg(&address(&app, &headers, &poster).await?);
    let name = encode(&format!("码上助-{}.svg", poster.place()));
    let mut response = svg.into_response();
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}")) {
        out.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
