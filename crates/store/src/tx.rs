//! A transaction: the only thing that can run statements.

use std::fmt::Display;

use kernel::{Clock, Date, DistrictCode, Instant};
use uuid::Uuid;

use crate::actor::{Actor, Cast};
use crate::audit::AuditState;
use crate::db::{Backend, Inner};
use crate::error::StoreError;
use crate::memo::Memo;
use crate::postgres::{self as pg, Session};
use crate::row::Row;
use crate::sqlite;
use crate::statement::{Ask, Statement};
use crate::value::Value;
use crate::vault::Vault;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One snapshot, no change.
    Read,
    /// Changes with an audit entry.
    Write,
    /// As `Write`, for a district that has no chain yet.
    Found,
    /// Changes that are nobody's decision: session touch, job leases, progress.
    Housekeep,
}

/// The connection underneath.
#[derive(Debug)]
pub(crate) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Session),
}

impl Conn<'_> {
    /// Hands each row of an answer to `f`, whichever engine it is.
    pub(crate) fn each<E: From<StoreError>>(
        &mut self,
        ask: &Ask<'_>,
        args: &[Value],
        f: impl FnMut(&mut Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Conn::Sqlite(connection) => sqlite::each(connection, ask, args, f),
            Conn::Postgres(session) => pg::each(session, ask, args, f),
        }
    }
}

/// A running transaction. Made by [`Db::read`](crate::Db::read), [`Db::write`](crate::Db::write) and
/// [`Db::housekeep`](crate::Db::housekeep); do no network or file work while holding one.
#[derive(Debug)]
pub struct Tx<'a> {
    pub(crate) conn: Conn<'a>,
    inner: &'a Inner,
    cast: &'a Cast<'a>,
    actor: &'a Actor,
    now: Instant,
    mode: Mode,
    changed: bool,
    /// The head of the audit log in a reader's snapshot, once somebody asked.
    pub(crate) head: Option<i64>,
    pub(crate) audit: AuditState,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: Conn<'a>, inner: &'a Inner, cast: &'a Cast<'a>, mode: Mode) -> Self {
        let now = inner.clock.now();
        Self {
            conn,
            inner,
            cast,
            actor: cast.actor,
            now,
            mode,
            changed: false,
            head: None,
            audit: AuditState::default(),
        }
    }

    /// The tenant of this transaction.
    pub fn district(&self) -> &'a DistrictCode {
        &self.actor.district
    }

    /// Who acts.
    pub fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// The moment of this transaction: the same from beginning to end.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Today in China.
    pub fn today(&self) -> Date {
        self.now.shanghai_date()
    }

    /// The clock, for rules that want one.
    pub fn clock(&self) -> &'a dyn Clock {
        &*self.inner.clock
    }

    /// What it may do.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// What is remembered between transactions.
    pub(crate) fn memo(&self) -> &'a Memo {
        &self.inner.memo
    }

    /// A new id of any kind.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(self.inner.ids.next(self.now))
    }

    /// Seals and opens fields.
    pub fn vault(&self) -> &'a Vault {
        &self.inner.vault
    }

    /// Which database this is; for the few statements that differ, all of them in this crate.
    pub fn backend(&self) -> Backend {
        match self.conn {
            Conn::Sqlite(_) => Backend::Sqlite,
            Conn::Postgres(_) => Backend::Postgres,
        }
    }

    /// All rows.
    ///
    /// # Errors
    /// Whatever the database says. Give no `args` with a [`Query`](crate::Query): it has its own.
    pub fn all<'q>(
        &mut self,
        ask: impl Into<Ask<'q>>,
        args: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let ask = self.allowed(ask.into())?;
        let mut rows = Vec::new();
        self.run_each::<StoreError>(&ask, args, |row| {
            rows.push(row.take());
            Ok(())
        })?;
        Ok(rows)
    }

    /// The only row.
    ///
    /// # Errors
    /// [`StoreError::NoRow`] or [`StoreError::ManyRows`] when there is not exactly one.
    pub fn one<'q>(&mut self, ask: impl Into<Ask<'q>>, args: &[Value]) -> Result<Row, StoreError> {
        let ask = ask.into();
        self.opt(ask, args)?.ok_or(StoreError::NoRow(ask.name))
    }

    /// The only row, or none.
    ///
    /// # Errors
    /// [`StoreError::ManyRows`] when there is more than one.
    pub fn opt<'q>(
        &mut self,
        ask: impl Into<Ask<'q>>,
        args: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let ask = self.allowed(ask.into())?;
        self.run_opt(&ask, args)
    }

    /// Changes rows; how many. A conditional change (`… AND remaining > 0`) is checked by this number.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn exec<'q>(&mut self, ask: impl Into<Ask<'q>>, args: &[Value]) -> Result<u64, StoreError> {
        let ask = self.allowed(ask.into())?;
        let count = self.run_exec(&ask, args)?;
        self.changed |= count > 0;
        Ok(count)
    }

    /// Hands each row to `f` as it is read: any number of rows in constant memory. `f` cannot ask further
    /// questions; collect the ids of a page first when it must.
    ///
    /// # Errors
    /// Whatever the database or `f` says; an error from `f` ends the reading.
    pub fn each<'q, E: From<StoreError>>(
        &mut self,
        ask: impl Into<Ask<'q>>,
        args: &[Value],
        mut f: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let ask = self.allowed(ask.into())?;
        self.run_each(&ask, args, |row| f(row))
    }

    /// Inserts many rows with one `INSERT … VALUES ($1, …)`; how many. Each row has all its values. Uses the
    /// fastest way each database has that keeps its constraints: one prepared statement on SQLite, tuples of
    /// hundreds on PostgreSQL.
    ///
    /// # Errors
    /// Whatever the database says; rows before the faulty one are undone with the transaction.
    pub fn insert_many(
        &mut self,
        statement: &Statement,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<u64, StoreError> {
        self.allowed(Ask::from(statement))?;
        let count = self.raw_insert_many(statement, rows.into_iter())?;
        self.changed |= count > 0;
        Ok(count)
    }

    /// Runs `f` with the whole district in view, for the few steps that must look beyond the actor's subtree:
    /// a number that may exist once in the district, a transfer that touches the other union. It changes what
    /// PostgreSQL's row-level security lets through and nothing else: `actor().scope` stays.
    ///
    /// # Errors
    /// What `f` says.
    pub fn across<T, E: From<StoreError>>(
        &mut self,
        _why: &'static str,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.rebound(true)?;
        let result = f(self);
        if result.is_ok() {
            // After an error the transaction ends anyway, and PostgreSQL would refuse the statement.
            self.rebound(false)?;
        }
        result
    }

    /// Runs `f` as the person concerned ([`Actor::concerned`]): no account, no name in the log, no row in reach. For what a
    /// worker who has signed in files with a union in the same transaction as something of the own.
    ///
    /// # Errors
    /// What `f` says.
    pub fn as_concerned<T, E: From<StoreError>>(
        &mut self,
        _why: &'static str,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = std::mem::replace(&mut self.actor, self.cast.concerned());
        let result = self.rebound(false).map_err(E::from).and_then(|()| f(self));
        self.actor = before;
        if result.is_ok() {
            self.rebound(false)?;
        }
        result
    }

    fn rebound(&mut self, whole: bool) -> Result<(), StoreError> {
        let Conn::Postgres(session) = &mut self.conn else {
            return Ok(());
        };
        if whole {
            session.rebound(&kernel::Scope::system(self.actor.district))
        } else {
            session.rebound(&self.actor.scope)
        }
    }

    /// Refuses a writing statement in a read, and notes that something may change.
    fn allowed<'q>(&mut self, ask: Ask<'q>) -> Result<Ask<'q>, StoreError> {
        if ask.writes {
            self.must_write(ask.name)?;
        }
        Ok(ask)
    }

    /// Refuses `what` in a read.
    pub(crate) fn must_write(&self, what: &'static str) -> Result<(), StoreError> {
        if self.mode == Mode::Read {
            Err(StoreError::ReadOnly(what))
        } else {
            Ok(())
        }
    }

    fn run_exec(&mut self, ask: &Ask<'_>, args: &[Value]) -> Result<u64, StoreError> {
        let args = ask.args(args);
        no_nul(args)?;
        #[cfg(feature = "spy")]
        crate::spy::note(ask.lite, args);
        match &mut self.conn {
            Conn::Sqlite(connection) => sqlite::exec(connection, ask, args),
            Conn::Postgres(session) => pg::exec(session, ask, args),
        }
        .map_err(|fault| named(fault, ask.name))
    }

    fn run_each<E: From<StoreError>>(
        &mut self,
        ask: &Ask<'_>,
        args: &[Value],
        mut f: impl FnMut(&mut Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let args = ask.args(args);
        no_nul(args)?;
        #[cfg(feature = "spy")]
        crate::spy::note(ask.lite, args);
        let mut any = false;
        let noted = |row: &mut Row| {
            any = true;
            f(row)
        };
        let result = self.conn.each(ask, args, noted);
        // `UPDATE … RETURNING` changes rows when it returns any.
        self.changed |= any && ask.writes;
        result
    }

    fn run_opt(&mut self, ask: &Ask<'_>, args: &[Value]) -> Result<Option<Row>, StoreError> {
        let mut found = None;
        let mut many = false;
        self.run_each::<StoreError>(ask, args, |row| {
            many |= found.is_some();
            found = Some(std::mem::take(row));
            Ok(())
        })
        .map_err(|fault| named(fault, ask.name))?;
        if many {
            Err(StoreError::ManyRows(ask.name))
        } else {
            Ok(found)
        }
    }

    /// As [`Tx::exec`], but not counted as somebody's change: the store's own rows.
    pub(crate) fn raw_exec(
        &mut self,
        statement: &Statement,
        args: &[Value],
    ) -> Result<u64, StoreError> {
        self.must_write(statement.name)?;
        self.run_exec(&Ask::from(statement), args)
    }

    /// As [`Tx::opt`], for the store's own rows.
    pub(crate) fn raw_opt(
        &mut self,
        statement: &Statement,
        args: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let changed = self.changed;
        let row = self.run_opt(&Ask::from(statement), args);
        self.changed = changed;
        row
    }

    /// As [`Tx::insert_many`], for the store's own rows.
    pub(crate) fn raw_insert_many(
        &mut self,
        statement: &Statement,
        rows: impl Iterator<Item = Vec<Value>>,
    ) -> Result<u64, StoreError> {
        let ask = Ask::from(statement);
        let mut clean = Ok(());
        let rows = rows.take_while(|row| {
            clean = no_nul(row);
            clean.is_ok()
        });
        let count = match &mut self.conn {
            Conn::Sqlite(connection) => sqlite::insert_many(connection, &ask, rows),
            Conn::Postgres(session) => pg::insert_many(session, &ask, rows),
        }
        .map_err(|fault| named(fault, statement.name))?;
        clean.map(|()| count)
    }

    /// What must happen before the commit.
    pub(crate) fn finish(&mut self) -> Result<(), StoreError> {
        self.seal_entries()?;
        let audited = matches!(self.mode, Mode::Write | Mode::Found);
        if audited && self.changed && self.audit.entries() == 0 {
            return Err(StoreError::Unaudited);
        }
        Ok(())
    }
}

/// PostgreSQL cannot keep NUL in a text; SQLite would. Neither does here.
fn no_nul(args: &[Value]) -> Result<(), StoreError> {
    let nul = |value: &Value| matches!(value, Value::Text(text) if text.as_bytes().contains(&0));
    if args.iter().any(nul) {
        Err(StoreError::Nul)
    } else {
        Ok(())
    }
}

/// Adds the statement's name to errors that come without a clue.
fn named(fault: StoreError, name: impl Display) -> StoreError {
    match fault {
        StoreError::Database(message) => StoreError::Database(format!("{name}: {message}")),
        other => other,
    }
}
