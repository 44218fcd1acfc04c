//! What a refusal leaves unread. A POST that is refused by its address, its session or its origin is answered before its
//! body is read; on HTTP/1 the connection then stands in the middle of that body. A small rest is read away, so that the
//! next request on the connection is understood; else the answer says that the connection ends (RFC 9112 §9.6).

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio_stream::{Stream, StreamExt as _};

use super::server::BODY_LIMIT;

/// How long an answer waits for the rest of a small body.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that can be read on after whoever had it has let it go.
#[derive(Clone)]
struct Rest(Arc<Mutex<Left>>);

struct Left {
    stream: BodyDataStream,
    ended: bool,
}

impl Rest {
    fn of(body: Body) -> Self {
        let stream = body.into_data_stream();
        Self(Arc::new(Mutex::new(Left {
            stream,
            ended: false,
        })))
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_ended(&self) -> bool {
        self.left().ended
    }
}

impl Stream for Rest {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut left = self.left();
        let next = Pin::new(&mut left.stream).poll_next(cx);
        left.ended |= matches!(next, Poll::Ready(None));
        next
    }
}

/// Reads a small body to its end; false when it breaks off or is longer than it may be.
async fn read_away(mut rest: Rest) -> bool {
    let mut read = 0;
    while let Some(piece) = rest.next().await {
        match piece {
            Ok(bytes) => read += bytes.len(),
            Err(_) => return false,
        }
        if read > BODY_LIMIT {
            return false;
        }
    }
    true
}

/// Leaves the connection at the beginning of the next request, or says that there will be none.
pub(super) async fn settle(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() || request.version() > Version::HTTP_11 {
        return next.run(request).await;
    }
    let upper = request.body().size_hint().upper();
    let small = upper.is_none_or(|bytes| bytes <= BODY_LIMIT as u64);
    // Who asks first whether to send the body at all has not sent it, and is not to.
    let worth_reading = small && !request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let rest = Rest::of(body);
    let body = Body::from_stream(rest.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if rest.has_ended() {
        return response;
    }
    let clean = worth_reading
        && tokio::time::timeout(PATIENCE, read_away(rest))
            .await
            .unwrap_or(false);
    if !clean {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}
