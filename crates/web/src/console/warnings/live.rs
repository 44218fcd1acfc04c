//! The desk that renews itself: tells an open list that an alert within the person's scope changed.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::desk;

use crate::shell::live::changes;
use crate::shell::{App, Need, Query, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings/live", Need::Cap(Capability::WarningRead), live)
}

/// What the page has already drawn.
#[derive(Deserialize, Default)]
struct Drawn {
    #[serde(default)]
    since: i64,
}

async fn live(State(app): State<App>, who: Who, Query(drawn): Query<Drawn>) -> Response {
    changes(&app, &who, drawn.since, desk::pulse)
}
