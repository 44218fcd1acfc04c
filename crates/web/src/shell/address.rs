//! What stands in an address: its parts, and the query behind it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Problem;

/// The parts of an address: what does not read as an id is nobody's id, so the address leads nowhere.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // A NUL is in no text that a database keeps, so nothing is called so.
        if parts.uri.path().contains("%00") {
            return Err(Problem::not_found());
        }
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(found)) => Ok(Self(found)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

/// The query of a page's address.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(found)) => Ok(Self(found)),
            Err(_) => Err(Problem::bad_request(
                "网址中的条件读不出来，请从列表重新进入",
            )),
        }
    }
}
