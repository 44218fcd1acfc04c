//! The address on the poster: short, so that the QR stays coarse enough for old phones and worn paper.

use axum::response::Redirect;

use crate::shell::{Need, Path, Routes, encode};

pub(super) fn routes() -> Routes {
    Routes::new().get("/q/{code}", Need::Public, scan)
}

/// Straight into the form; what the code says of the place is looked up there.
async fn scan(Path(code): Path<String>) -> Redirect {
    Redirect::to(&format!("/hall/demand?at={}", encode(&code)))
}
