//! Connections to PostgreSQL, each with its prepared statements.

use std::collections::HashMap;
use std::time::Duration;

use kernel::Scope;
use postgres::{Client, Statement};

use super::{Server, fault};
use crate::error::StoreError;

/// How long to wait for a free connection.
const WAIT: Duration = Duration::from_secs(30);
/// Prepared statements kept per connection; dynamic filters could otherwise pile up.
const STATEMENTS: usize = 512;
/// Settings of every connection. A writer waits at most as long as a SQLite writer does; just-in-time
/// compilation costs more than our short queries.
const SETUP: &str = "SET lock_timeout = '60s'; SET jit = off; SET application_name = 'niangjia'; \
    SET idle_in_transaction_session_timeout = '10min'; SET client_min_messages = 'warning'";

/// A connection and the statements prepared on it.
pub(crate) struct Session {
    pub(crate) client: Client,
    prepared: HashMap<String, Statement>,
    /// A transaction is open on it; it must not go back to the pool like that.
    open: bool,
    broken: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

/// Opens one connection.
pub(crate) fn connect(server: &Server) -> Result<Session, StoreError> {
    let mut client = server.connect()?;
    client.batch_execute(SETUP).map_err(fault)?;
    Ok(Session {
        client,
        prepared: HashMap::new(),
        open: false,
        broken: false,
    })
}

/// Who a transaction is for, as PostgreSQL's policies read it.
pub(crate) fn bounds(scope: &Scope) -> String {
    let (from, to) = scope.range();
    let member = scope
        .member()
        .map(|member| member.to_string())
        .unwrap_or_default();
    // Digits, the path alphabet, `~` and an id: none of these can hold a quote.
    format!(
        "SELECT set_config('niangjia.district', '{}', true), set_config('niangjia.path_from', '{from}', true), \
         set_config('niangjia.path_to', '{to}', true), set_config('niangjia.member', '{member}', true)",
        scope.district()
    )
}

impl Session {
    /// Begins a transaction with the scope's bounds in force.
    pub(crate) fn begin(&mut self, begin: &str, scope: &Scope) -> Result<(), StoreError> {
        self.open = true;
        self.client
            .batch_execute(&format!("{begin}; {}", bounds(scope)))
            .map_err(fault)
    }

    /// Puts other bounds in force within the transaction.
    pub(crate) fn rebound(&mut self, scope: &Scope) -> Result<(), StoreError> {
        self.client.batch_execute(&bounds(scope)).map_err(fault)
    }

    /// Ends the transaction, keeping its changes.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.client
            .batch_execute("COMMIT")
            .map_err(super::commit_fault)?;
        self.open = false;
        Ok(())
    }

    /// Ends the transaction, undoing its changes.
    pub(crate) fn rollback(&mut self) {
        if self.open {
            self.broken |= self.client.batch_execute("ROLLBACK").is_err();
            self.open = false;
        }
    }

    /// The statement prepared for `sql`.
    pub(crate) fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        if self.prepared.len() >= STATEMENTS {
            self.prepared.clear();
        }
        let statement = self.client.prepare(sql).map_err(fault)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// A pool of connections.
pub(crate) struct Pool(r2d2::Pool<Manager>);

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pool").field(&self.0.state()).finish()
    }
}

struct Manager(Server);

impl r2d2::ManageConnection for Manager {
    type Connection = Session;
    type Error = StoreError;

    fn connect(&self) -> Result<Session, StoreError> {
        connect(&self.0)
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), StoreError> {
        session
            .client
            .is_valid(Duration::from_secs(5))
            .map_err(fault)
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.rollback();
        session.broken || session.client.is_closed()
    }
}

impl Pool {
    /// A pool of at most `size` connections, opened when first needed.
    pub(crate) fn new(server: Server, size: u32) -> Result<Self, StoreError> {
        r2d2::Pool::builder()
            .max_size(size.max(2))
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(Manager(server))
            .map(Self)
            .map_err(|fault| StoreError::Unavailable(fault.to_string()))
    }

    /// Runs `f` on a connection inside a transaction begun with `begin`; commits when it is `Ok`.
    pub(crate) fn transaction<T, E: From<StoreError>>(
        &self,
        begin: &str,
        scope: &Scope,
        f: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut session = self.started(begin, scope)?;
        // On an error, and on a panic, the connection returns to the pool, which rolls back first.
        let value = f(&mut session)?;
        session.commit()?;
        Ok(value)
    }

    /// A connection with a transaction begun on it. A connection that went stale in the pool (the server was
    /// restarted) fails here, before any work; the next ones are tried.
    fn started(
        &self,
        begin: &str,
        scope: &Scope,
    ) -> Result<r2d2::PooledConnection<Manager>, StoreError> {
        let mut tries = self.0.max_size();
        loop {
            let mut session = self
                .0
                .get()
                .map_err(|fault| StoreError::Unavailable(fault.to_string()))?;
            match session.begin(begin, scope) {
                Err(StoreError::Unavailable(_)) if tries > 0 => {
                    session.broken = true;
                    tries -= 1;
                }
                Err(fault) => return Err(fault),
                Ok(()) => return Ok(session),
            }
        }
    }

    /// Looks at the database with a session of the pool, outside of any transaction of ours.
    pub(crate) fn look<T>(
        &self,
        f: impl FnOnce(&mut super::Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut session = self
            .0
            .get()
            .map_err(|fault| StoreError::Unavailable(fault.to_string()))?;
        f(&mut session)
    }

    /// What the server says about itself.
    pub(crate) fn facts(&self) -> Result<ServerFacts, StoreError> {
        let mut session = self
            .0
            .get()
            .map_err(|fault| StoreError::Unavailable(fault.to_string()))?;
        facts(&mut session)
    }
}

/// What a server says about itself and about our role.
pub(crate) fn facts(session: &mut Session) -> Result<ServerFacts, StoreError> {
    let row = session.client.query_one(FACTS, &[]).map_err(fault)?;
    let get = || -> Result<ServerFacts, postgres::Error> {
        Ok(ServerFacts {
            version: row.try_get(0)?,
            bypasses: row.try_get(1)?,
            durable: row.try_get(2)?,
        })
    };
    get().map_err(fault)
}

const FACTS: &str = "SELECT current_setting('server_version_num')::int, \
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), \
    current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'";

/// What a server says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// As `server_version_num`: 150018.
    pub(crate) version: i32,
    /// Whether our role ignores row-level security.
    pub(crate) bypasses: bool,
    /// Whether a commit reaches the disk before it is acknowledged.
    pub(crate) durable: bool,
}
