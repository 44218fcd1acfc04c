//! 基层工会 the basic unions at work below a union, of any depth: the rows behind that figure of the screen.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use union::access::Capability;
use union::orgs::{self, OrgError, OrgNode, OrgRef};

use crate::console::words::thousands;
use crate::shell::{App, Frame, Need, Path, Problem, Query, Routes, Who, page};

/// Unions on one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().get("/orgs/{id}/basic", Need::Cap(Capability::OrgsRead), show)
}

/// Where a page begins: behind this place in the tree.
#[derive(serde::Deserialize, Default)]
struct After {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "console/orgs/basic.html")]
struct BasicPage {
    frame: Frame,
    org: OrgRef,
    total: i64,
    unions: Vec<OrgNode>,
    next: Option<String>,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    Query(asked): Query<After>,
) -> Result<Response, Problem> {
    let (org, (mut unions, total)) = app
        .read(&who, move |tx| {
            let found = orgs::basic_within(tx, id, &asked.after, PAGE + 1)?;
            Ok::<_, OrgError>((orgs::get(tx, id)?, found))
        })
        .await?;
    let more = unions.len() > PAGE;
    unions.truncate(PAGE);
    let last = unions.last().filter(|_| more);
    let next = last.map(|last| format!("/orgs/{id}/basic?after={}", last.org.path));
    let frame = Frame::new(&app, &who, &jar, "基层工会", "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb(org.name.clone(), format!("/orgs/{id}"))
        .crumb("基层工会", "");
    let view = BasicPage {
        frame,
        org,
        total,
        unions,
        next,
    };
    Ok(page(StatusCode::OK, &view))
}
