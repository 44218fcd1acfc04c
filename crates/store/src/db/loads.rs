//! Large loads: what is put away while they run comes back afterwards, however they end.

use super::{Db, Engine, Wait};
use crate::actor::Actor;
use crate::error::StoreError;
use crate::sqlite::{self, Writer};
use crate::tx::{Mode, Tx};

impl Db {
    /// Runs a large load with some plain (not unique) indexes away, and builds them when it is over, however it is
    /// over. Worth it when more rows arrive than are there already. Whatever would use those indexes reads the
    /// whole table meanwhile, so leave the ones the load itself looks things up by; none need be named. The writer
    /// keeps more of the file in memory meanwhile. Does nothing special on PostgreSQL, where it would lock out the
    /// readers.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a name that is no plain index of the schema; what `load` says.
    pub fn large_load<T, E: From<StoreError>>(
        &self,
        without: &[&str],
        load: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let Engine::Sqlite { writer, .. } = &self.0.engine else {
            return load();
        };
        let turn = writer.begin()?;
        sqlite::roomier(turn.connection()?)?;
        sqlite::indexes::take_away(turn.connection()?, without)?;
        turn.commit()?;
        let back = Afterwards {
            act: || put_back(writer),
            undone: "indexes not built, will be when the database is opened",
        };
        let loaded = load();
        back.now()?;
        loaded
    }

    /// As [`Db::write`], one of many that follow each other and could be done again: the commit does not wait for the
    /// disk. A loss of power may undo the last of them, never one before another and never half of one; the caller says
    /// that they are done only after [`Db::wait_for_disk`]. On PostgreSQL it waits as ever.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_unwaited<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(actor, Mode::Write, Wait::ForNothing, f)
    }

    /// Whatever was committed so far is on the disk when this returns.
    ///
    /// # Errors
    /// The disk takes nothing.
    pub fn wait_for_disk(&self) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite { path, .. } => sqlite::wait_for_log(path),
            Engine::Postgres { .. } => Ok(()),
        }
    }

    /// Makes what can be made again from nothing, a demo district: commits do not wait for the disk meanwhile, and
    /// everything is on it when this returns. A loss of power in between may leave a file that cannot be read, so the
    /// caller says only afterwards, in a transaction of its own, that it is whole. Does nothing special on PostgreSQL.
    ///
    /// # Errors
    /// What `make` says; the database when it cannot be written to the disk.
    pub fn from_nothing<T, E: From<StoreError>>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let Engine::Sqlite { writer, path, .. } = &self.0.engine else {
            return make();
        };
        writer.between(sqlite::unwaiting)?;
        let again = Afterwards {
            act: || writer.between(|connection| sqlite::waiting(connection, path)),
            undone: "commits may not wait for the disk",
        };
        let made = make();
        again.now()?;
        made
    }
}

/// What must follow a piece of work, also when that panics.
struct Afterwards<F: Fn() -> Result<(), StoreError>> {
    act: F,
    /// What the log says when it fails after a panic.
    undone: &'static str,
}

impl<F: Fn() -> Result<(), StoreError>> Afterwards<F> {
    fn now(self) -> Result<(), StoreError> {
        let done = (self.act)();
        std::mem::forget(self);
        done
    }
}

impl<F: Fn() -> Result<(), StoreError>> Drop for Afterwards<F> {
    fn drop(&mut self) {
        if let Err(fault) = (self.act)() {
            tracing::error!(code = fault.code(), "{}: {fault}", self.undone);
        }
    }
}

/// Builds the missing indexes again.
fn put_back(writer: &Writer) -> Result<(), StoreError> {
    let turn = writer.begin()?;
    sqlite::indexes::put_back(turn.connection()?)?;
    sqlite::as_usual(turn.connection()?)?;
    turn.commit()
}
