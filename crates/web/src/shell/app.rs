//! What every handler can reach.

use std::net::IpAddr;
use std::sync::Arc;

use kernel::DistrictCode;
use kernel::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::idempotency::Answer;
use store::{Actor, Db, StoreError, Tx};
use tokio::sync::watch;
use union::access::{AccessPolicy, Roles, SignedIn};
use union::failure::RoomError;
use union::settings::SettingDefinitions;

use super::identify::SessionCache;
use super::limiter::Limiter;
use super::{Form, Problem};

/// Settings of the running program, read once at start.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// The district this program serves.
    pub district: DistrictCode,
    /// Its federation's name, shown in the corner.
    pub district_name: String,
    /// Served over TLS by a proxy: cookies are marked `Secure`.
    pub secure_cookies: bool,
    /// Reverse proxies whose word is believed about where a request comes from.
    pub proxies: Vec<IpAddr>,
    /// Secret shared with the OpenID provider; from the environment, never from a page.
    pub oidc_secret: Option<String>,
    /// Demo data: pages say so.
    pub demo: bool,
    /// Folder for uploaded workbooks (sealed at rest), inside the district's folder.
    pub upload_dir: std::path::PathBuf,
}

/// The definitions in force, read once at start.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Roles and their capabilities.
    pub roles: Roles,
    /// Limits of sign-in and sessions.
    pub policy: AccessPolicy,
    /// What may be set on screen.
    pub settings: SettingDefinitions,
}

/// A kept answer that is not what the page expects.
const UNREADABLE: StoreError = StoreError::Column {
    index: 0,
    wanted: "the answer of a form",
};

/// Shared state of all handlers; a clone is one reference count.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    config: AppConfig,
    roles: Roles,
    policy: AccessPolicy,
    settings: SettingDefinitions,
    sessions: SessionCache,
    limiter: Limiter,
    closing: watch::Sender<bool>,
}

impl App {
    /// Put the program together.
    pub fn new(db: Db, config: AppConfig, rules: Rules) -> Self {
        let Rules {
            roles,
            policy,
            settings,
        } = rules;
        let limiter = Limiter::new(policy.logins_per_minute_per_address);
        Self(Arc::new(Inner {
            db,
            config,
            roles,
            policy,
            settings,
            sessions: SessionCache::default(),
            limiter,
            closing: watch::Sender::new(false),
        }))
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.0.db
    }
    /// Settings.
    pub fn config(&self) -> &AppConfig {
        &self.0.config
    }
    /// Roles and their capabilities.
    pub fn roles(&self) -> &Roles {
        &self.0.roles
    }
    /// Limits of sign-in and sessions.
    pub fn policy(&self) -> &AccessPolicy {
        &self.0.policy
    }
    /// What may be set on screen.
    pub fn settings(&self) -> &SettingDefinitions {
        &self.0.settings
    }
    /// Sessions seen lately.
    pub fn sessions(&self) -> &SessionCache {
        &self.0.sessions
    }
    /// Counter of sign-in attempts.
    pub fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }
    /// A key for a form: the same submission twice is one.
    pub fn new_key(&self) -> String {
        use kernel::IdSource as _;
        store::RandomIds::default().next(self.now()).to_string()
    }
    /// Ends the streams of live pages, so that a stopping program does not wait for them.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }
    /// Becomes true when the program stops.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }
    /// This moment, by the program's clock.
    pub fn now(&self) -> Instant {
        self.0.db.clock().now()
    }

    /// Read as the signed-in person, off the async threads.
    ///
    /// # Errors
    /// Whatever the room said, as a [`Problem`].
    pub async fn read<T, E>(
        &self,
        who: &SignedIn,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        let (app, actor) = (self.clone(), who.actor());
        off_thread(move || app.db().read(&actor, f)).await
    }

    /// Read as another actor: the program at the public door, a worker in the hall.
    ///
    /// # Errors
    /// Whatever the room said, as a [`Problem`].
    pub async fn read_as<T, E>(
        &self,
        actor: Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        let app = self.clone();
        off_thread(move || app.db().read(&actor, f)).await
    }

    /// Write as the signed-in person: one transaction, sealed in the audit log.
    ///
    /// # Errors
    /// Whatever the room said, as a [`Problem`]; then nothing was changed.
    pub async fn write<T, E>(
        &self,
        who: &SignedIn,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        self.write_as(who.actor(), f).await
    }

    /// Write what a form creates, once: the same form sent twice (a double click, a page sent again after the
    /// network came back) gets the first answer and creates nothing. The answer is kept for a week, so it holds ids
    /// and addresses only, never personal data.
    ///
    /// # Errors
    /// As [`App::write`]; a key that came before with other content is refused.
    pub async fn write_once<T, E>(
        &self,
        who: &SignedIn,
        form: &Form,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        self.write_once_as(who.actor(), form, f).await
    }

    /// As [`App::write_once`], for staff acting for a worker: the actor names the worker too.
    ///
    /// # Errors
    /// As [`App::write_once`].
    pub async fn write_once_as<T, E>(
        &self,
        actor: Actor,
        form: &Form,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        let (key, content) = (form.key().to_owned(), form.content());
        let Some(account) = actor.account.filter(|_| !key.is_empty()) else {
            return self.write_as(actor, f).await;
        };
        self.write_as(actor, move |tx| {
            // Signed, so that what was typed cannot be guessed from the kept digest.
            let content = tx.vault().sign("form", content.as_bytes());
            let answer = tx.once(&account.to_string(), &key, &content, |tx| {
                let value = serde_json::to_value(f(tx)?).map_err(|_| UNREADABLE)?;
                Ok::<_, E>(Answer::new(303, value))
            })?;
            Ok::<_, E>(serde_json::from_value(answer.body).map_err(|_| UNREADABLE)?)
        })
        .await
    }

    /// As [`App::write_once`], for what is shown only once (a token): nothing on the second arrival.
    ///
    /// # Errors
    /// As [`App::write_once`].
    pub async fn write_first<T, E>(
        &self,
        who: &SignedIn,
        form: &Form,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<Option<T>, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        let (account, key, content) = (
            who.account.to_string(),
            form.key().to_owned(),
            form.content(),
        );
        if key.is_empty() {
            return self.write(who, f).await.map(Some);
        }
        self.write(who, move |tx| {
            let content = tx.vault().sign("form", content.as_bytes());
            let mut first = None;
            tx.once(&account, &key, &content, |tx| {
                first = Some(f(tx)?);
                Ok::<_, E>(Answer::new(200, serde_json::Value::Null))
            })?;
            Ok::<_, E>(first)
        })
        .await
    }

    /// Write as another actor: the system at the door, or staff on behalf of a worker.
    ///
    /// # Errors
    /// Whatever the room said, as a [`Problem`]; then nothing was changed.
    pub async fn write_as<T, E>(
        &self,
        actor: Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: RoomError + From<store::StoreError>,
    {
        let app = self.clone();
        off_thread(move || app.db().write(&actor, f)).await
    }
}

/// As [`off_thread`], for work that already speaks in problems.
pub(crate) async fn off_thread_raw<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => Err(Problem::fault(&panic)),
    }
}

/// Run blocking work off the async threads; a panic in it becomes a fault, not a dead connection.
pub(crate) async fn off_thread<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: RoomError,
{
    off_thread_raw(move || work().map_err(|e| Problem::from_room(&e))).await
}
