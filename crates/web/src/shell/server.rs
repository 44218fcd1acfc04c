//! The whole router: every room's routes, then the layers in the order a request meets them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::CsrfLayer;

use super::{
    App, Need, Problem, Routes, assets, caller, headers, health, identify, oidc, rest, sign_in,
};
use crate::{api, console, hall, screen};

/// Largest body of an ordinary request. Upload pages raise it for themselves.
pub(super) const BODY_LIMIT: usize = 256 * 1024;
/// No page may take longer; long work is a job with a progress page.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Spreadsheets and photographs on their way in over a slow line, and lists on their way out.
const LONG_TIMEOUT: Duration = Duration::from_secs(600);

/// Ends a request that takes too long.
async fn time_limit(request: Request, next: Next) -> Response {
    let moves_a_file = request.method() == Method::POST
        && (matches!(
            request.uri().path(),
            "/imports" | "/api/imports" | "/hall/demand" | "/hall/demand/say/add"
        ) || request.uri().path().starts_with("/exports/"));
    let limit = if moves_a_file { LONG_TIMEOUT } else { TIMEOUT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Every route of the program, with what each needs.
pub fn all_routes() -> Routes {
    Routes::new()
        .get("/healthz", Need::Public, health::healthz)
        .get("/readyz", Need::Public, health::readyz)
        .get("/metrics", Need::Public, health::metrics)
        .get("/assets/{name}", Need::Public, assets::serve)
        .merge(sign_in::routes())
        .merge(oidc::routes())
        .merge(console::routes())
        .merge(hall::routes())
        .merge(screen::routes())
        .merge(api::routes())
}

/// Every route as a router, which needs no database yet: a program that starts makes it meanwhile.
pub fn routes() -> Router<App> {
    all_routes()
        .into_router()
        .fallback(|| async { Problem::not_found() })
}

/// The service. From outside in: the unread rest of a body, count, compress, headers, words for a wordless no, panic → fault, time limit, cross-site
/// check (Sec-Fetch-Site and Origin), where it comes from, who is it, the route's own lock, the handler. They lie around the router as a
/// whole: a layer of the router itself would be laid around each of its routes.
pub fn router(app: App, routes: Router<App>) -> Router {
    let compression = CompressionLayer::new()
        .gzip(true)
        .quality(CompressionLevel::Fastest);
    let routes = routes.with_state(app.clone());
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(rest::settle))
        .layer(middleware::from_fn(health::measure))
        .layer(compression)
        .layer(middleware::from_fn(headers::headers))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            identify::worded,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(time_limit))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(
            app.clone(),
            caller::behind_proxy,
        ))
        .layer(middleware::from_fn_with_state(app, identify::identify))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    Router::new().fallback_service(layers.service(routes))
}
