//! The worker behind a page of the hall, and the only way these pages reach the store.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kernel::ids::MemberId;
use store::{Actor, StoreError, Tx};
use union::access::{SignedIn, Stage};
use union::failure::RoomError;
use union::members::Permit;

use crate::shell::{App, Problem, Who};

/// A signed-in person with an own member record, acting as nothing but that member.
#[derive(Clone)]
pub struct Worker {
    /// The person.
    pub who: Arc<SignedIn>,
    /// The own record.
    pub member: MemberId,
    actor: Actor,
}

impl Worker {
    /// The worker a session belongs to; none before sign-in is complete or without a member record.
    pub fn of(who: &Who) -> Option<Self> {
        if who.stage != Stage::Full || who.must_change {
            return None;
        }
        Some(Self {
            who: who.0.clone(),
            member: who.member?,
            actor: who.own_actor()?,
        })
    }

    /// Read the own record.
    pub async fn read<T, E>(
        &self,
        app: &App,
        f: impl FnOnce(&mut Tx, &Permit, MemberId) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<StoreError>,
    {
        let (permit, member) = (Permit::of(&self.who), self.member);
        app.read_as(self.actor.clone(), move |tx| f(tx, &permit, member))
            .await
    }

    /// Change something of one's own: one transaction, sealed in the log as the member's own act.
    pub async fn write<T, E>(
        &self,
        app: &App,
        f: impl FnOnce(&mut Tx, &Permit, MemberId) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<StoreError>,
    {
        let (permit, member) = (Permit::of(&self.who), self.member);
        app.write_as(self.actor.clone(), move |tx| f(tx, &permit, member))
            .await
    }

    /// Who sent a form, for the key that answers a second arrival with the first answer.
    pub fn sender(&self) -> String {
        self.who.account.to_string()
    }

    /// How the log names this worker.
    pub fn label(&self) -> &str {
        &self.actor.label
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Worker {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Who>()
            .and_then(Self::of)
            .ok_or_else(Problem::sign_in_first)
    }
}
