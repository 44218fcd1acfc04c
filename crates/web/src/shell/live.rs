//! Live pages (实时刷新): an open page is told that something changed, and fetches its own part anew.
//!
//! The stream carries one word and no data: what a person may see is decided by the ordinary request that
//! follows. A page says with `since` what it has already drawn, so nothing is missed between the two.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use store::{StoreError, Tx};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use union::access::SignedIn;
use union::failure::RoomError;

use super::App;

/// Between two looks at the pulse; together with one request well under the two seconds a red alert may take.
const LOOK: Duration = Duration::from_millis(500);
/// Life of a stream. The browser then connects again, and who it is and what it may see is asked again.
const LIFE: Duration = Duration::from_secs(300);

/// Sends `changed` whenever `pulse` differs from what was seen last, first of all from `since`.
///
/// The pulse is one number that moves with every change the page shows, read in the person's own scope: it
/// must cost no more than one index look-up.
pub fn changes<E>(
    app: &App,
    who: &SignedIn,
    since: i64,
    pulse: fn(&mut Tx) -> Result<i64, E>,
) -> Response
where
    E: RoomError + From<StoreError> + 'static,
{
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(look(app.clone(), who.clone(), since, pulse, sender));
    Sse::new(ReceiverStream::new(receiver))
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// Looks until the page is closed, the stream is old, the program stops or the person may no longer read.
async fn look<E>(
    app: App,
    who: SignedIn,
    mut seen: i64,
    pulse: fn(&mut Tx) -> Result<i64, E>,
    page: mpsc::Sender<Result<Event, Infallible>>,
) where
    E: RoomError + From<StoreError> + 'static,
{
    let mut closing = app.closing();
    let mut beat = tokio::time::interval(LOOK);
    let end = tokio::time::sleep(LIFE);
    tokio::pin!(end);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = page.closed() => return,
            () = &mut end => return,
            _ = closing.wait_for(|closing| *closing) => return,
        }
        let Ok(now) = app.read(&who, pulse).await else {
            return;
        };
        if now != seen {
            seen = now;
            let word = Event::default().event("changed").data(now.to_string());
            if page.send(Ok(word)).await.is_err() {
                return;
            }
        }
    }
}
