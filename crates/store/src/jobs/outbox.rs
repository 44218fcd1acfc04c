//! The outbox: what happened, committed with the change, so that another room can react to it.

use kernel::DistrictCode;
use serde_json::json;
use uuid::Uuid;

use super::{Handlers, NewJob};
use crate::actor::Actor;
use crate::args;
use crate::db::{Backend, Db};
use crate::error::StoreError;
use crate::tx::Tx;

crate::statements! {
    EMIT = "INSERT INTO outbox (district, id, at, event, subject_id, payload) VALUES ($1, $2, $3, $4, $5, $6)";
    WAITING = "SELECT id, event, subject_id, payload FROM outbox WHERE district = $1 AND relayed_at IS NULL \
        ORDER BY id LIMIT $2";
    /// As WAITING, leaving aside what another worker is just relaying (PostgreSQL only).
    WAITING_LOCKED = "SELECT id, event, subject_id, payload FROM outbox WHERE district = $1 AND relayed_at IS NULL \
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED";
    RELAYED = "UPDATE outbox SET relayed_at = $3 WHERE district = $1 AND id = $2";
}

/// Events relayed in one transaction.
const BATCH: i64 = 200;

/// Something that happened: `member.joined`, with the ids a listener needs and nothing personal.
#[derive(Debug, Clone)]
pub struct Event {
    /// Stable name `room.happened`.
    pub event: &'static str,
    /// Id of what it happened to.
    pub subject_id: String,
    /// Further particulars.
    pub payload: serde_json::Value,
}

impl Event {
    /// An event about one subject.
    pub fn of(
        event: &'static str,
        subject: impl std::fmt::Display,
        payload: serde_json::Value,
    ) -> Self {
        Self {
            event,
            subject_id: subject.to_string(),
            payload,
        }
    }
}

impl Tx<'_> {
    /// Says that something happened; listeners hear of it when this transaction commits.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn emit(&mut self, event: Event) -> Result<(), StoreError> {
        let (district, id, now) = (*self.district(), self.new_id::<Uuid>(), self.now());
        self.raw_exec(
            &EMIT,
            args![
                district,
                id,
                now,
                event.event,
                event.subject_id,
                event.payload
            ],
        )
        .map(|_| ())
    }
}

/// Turns waiting events into one job per listener; how many events.
pub(super) fn relay(
    db: &Db,
    district: DistrictCode,
    handlers: &Handlers,
) -> Result<usize, StoreError> {
    let actor = Actor::system(district);
    // Most of the time nothing waits: look without taking the writer's turn.
    if db
        .read(&actor, |tx| tx.all(&WAITING, args![district, 1]))?
        .is_empty()
    {
        return Ok(0);
    }
    db.housekeep(&actor, |tx| {
        let waiting = if tx.backend() == Backend::Postgres {
            &WAITING_LOCKED
        } else {
            &WAITING
        };
        let events = tx.all(waiting, args![district, BATCH])?;
        let now = tx.now();
        for row in &events {
            let (id, event): (Uuid, String) = (row.get(0)?, row.get(1)?);
            let payload: serde_json::Value = row.get(3)?;
            for handler in handlers
                .iter()
                .filter(|handler| handler.events().contains(&event.as_str()))
            {
                let told =
                    json!({ "event": event, "subject_id": row.text(2)?, "payload": payload });
                tx.enqueue(
                    NewJob::new(handler.kind(), told)
                        .once(format!("event:{id}:{}", handler.kind())),
                )?;
            }
            tx.exec(&RELAYED, args![district, id, now])?;
        }
        Ok(events.len())
    })
}
