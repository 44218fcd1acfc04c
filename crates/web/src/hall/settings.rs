//! 设置: text size, password, way out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::frame::HallFrame;
use super::worker::Worker;
use crate::shell::{App, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/hall/settings", Need::Public, show)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "hall/settings.html")]
struct SettingsPage {
    frame: HallFrame,
    /// Name of the account; empty for a stranger.
    name: String,
    member: bool,
    /// Holds a post besides: the console is one step away.
    staff: bool,
}

async fn show(
    State(app): State<App>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let member = who.as_ref().and_then(|who| Worker::of(&who.0)).is_some();
    let name = who
        .as_ref()
        .map(|who| who.0.name.clone())
        .unwrap_or_default();
    let staff = who
        .as_ref()
        .is_some_and(|who| who.0.can(union::access::Capability::Workbench));
    let frame = HallFrame::new(&app, &jar, member, "设置")
        .await?
        .tab("/hall/settings");
    let frame = frame.flash((done.done == "password").then_some("口令已修改，其他设备已退出"));
    Ok(page(
        StatusCode::OK,
        &SettingsPage {
            frame,
            name,
            member,
            staff,
        },
    ))
}
