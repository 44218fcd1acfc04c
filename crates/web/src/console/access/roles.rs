//! 权限矩阵: which role may do what, read from the definitions in force.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;

use crate::shell::{App, Frame, Need, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/roles", Need::Cap(Capability::AccessRead), show)
}

/// One row of the matrix: a heading, or a capability with a yes or no per role.
enum MatrixRow {
    Group(&'static str),
    Line {
        title: &'static str,
        id: &'static str,
        cells: Vec<bool>,
    },
}

#[derive(Template)]
#[template(path = "console/access/roles.html")]
struct RolesPage {
    frame: Frame,
    roles: Vec<(String, &'static str)>,
    rows: Vec<MatrixRow>,
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Response {
    let roles: Vec<_> = app
        .roles()
        .iter()
        .map(|r| (r.title.clone(), r.level.title()))
        .collect();
    let mut rows = Vec::new();
    let mut group = "";
    for capability in Capability::ALL {
        if capability.group() != group {
            group = capability.group();
            rows.push(MatrixRow::Group(group));
        }
        let cells = app
            .roles()
            .iter()
            .map(|r| r.capabilities.has(*capability))
            .collect();
        rows.push(MatrixRow::Line {
            title: capability.title(),
            id: capability.id(),
            cells,
        });
    }
    let frame = Frame::new(&app, &who, &jar, "角色与能力", "/accounts")
        .crumb("账号与岗位", "/accounts")
        .crumb("角色与能力", "");
    page(StatusCode::OK, &RolesPage { frame, roles, rows })
}
