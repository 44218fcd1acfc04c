//! The one writer: a connection that is handed from turn to turn in the order of arrival.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{fault, open_writer};
use crate::error::StoreError;

/// Hands the writing connection to one caller at a time.
///
/// A plain mutex would let a long import take it again before anyone else wakes up; tickets are served in
/// order, so a desk waits for one chunk of an import and not for all of it. The connection is *taken out*
/// for a turn: a turn that ends badly leaves nothing behind, and the next one opens a new connection.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    state: Mutex<State>,
    next_turn: Condvar,
}

#[derive(Debug)]
struct State {
    next_ticket: u64,
    serving: u64,
    idle: Option<Connection>,
}

impl Writer {
    /// A writer for the file at `path`; `first` is the connection the migrations were run on, if any had to be.
    pub(crate) fn new(path: PathBuf, first: Option<Connection>) -> Self {
        let state = State {
            next_ticket: 0,
            serving: 0,
            idle: first,
        };
        Self {
            path,
            state: Mutex::new(state),
            next_turn: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under this lock, and its numbers are always whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn and begins a transaction.
    pub(crate) fn begin(&self) -> Result<WriterTurn<'_>, StoreError> {
        self.enter()?.start()
    }

    /// As [`Writer::begin`], for a commit that does not wait for the disk: a loss of power may undo it with everything
    /// that was committed after it, and harms nothing else.
    pub(crate) fn begin_unwaited(&self) -> Result<WriterTurn<'_>, StoreError> {
        let mut turn = self.enter()?;
        turn.unwaited = super::waits(turn.connection()?)?;
        if turn.unwaited {
            super::wait(turn.connection()?, "NORMAL")?;
        }
        turn.start()
    }

    /// As [`Writer::begin`] for a move that may have been interrupted behind its last step.
    pub(crate) fn begin_even_if_moved(&self) -> Result<WriterTurn<'_>, StoreError> {
        let turn = self.enter()?;
        turn.run("BEGIN IMMEDIATE")?;
        Ok(turn)
    }

    /// Between two transactions, for what cannot be said within one.
    pub(crate) fn between(
        &self,
        f: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        f(self.enter()?.connection()?)
    }

    /// Waits for a turn; opens the connection if there is none.
    fn enter(&self) -> Result<WriterTurn<'_>, StoreError> {
        let mut turn = self.take_turn();
        if turn.connection.is_none() {
            turn.connection = Some(open_writer(&self.path)?);
        }
        Ok(turn)
    }

    fn take_turn(&self) -> WriterTurn<'_> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        while state.serving != ticket {
            state = self
                .next_turn
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        WriterTurn {
            writer: self,
            connection: state.idle.take(),
            unwaited: false,
        }
    }
}

/// One caller's turn. Dropping it without [`WriterTurn::commit`] (an error, a panic) rolls back.
#[derive(Debug)]
pub(crate) struct WriterTurn<'w> {
    writer: &'w Writer,
    connection: Option<Connection>,
    /// Whether its commit does not wait for the disk, and the next one does.
    unwaited: bool,
}

impl WriterTurn<'_> {
    /// Begins the transaction, unless the districts of the file were moved away.
    fn start(self) -> Result<Self, StoreError> {
        self.run("BEGIN IMMEDIATE")?;
        if self.was_moved()? {
            return Err(StoreError::Refused(
                "本库的数据已迁移到新的数据库，此文件只作留存".to_owned(),
            ));
        }
        Ok(self)
    }

    /// The connection of this turn.
    pub(crate) fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection
            .as_ref()
            .ok_or_else(|| StoreError::Unavailable("写连接已关闭".to_owned()))
    }

    fn run(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection()?
            .prepare_cached(sql)
            .and_then(|mut s| s.execute([]))
            .map(|_| ())
            .map_err(fault)
    }

    /// Whether the districts of the file were moved away, perhaps by another process a moment ago.
    pub(crate) fn was_moved(&self) -> Result<bool, StoreError> {
        super::was_moved(self.connection()?)
    }

    /// Makes the changes durable and ends the turn.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.run("COMMIT")
    }

    /// The next turn's commit waits for the disk.
    fn wait_again(&self) -> Result<(), StoreError> {
        super::wait(self.connection()?, "FULL")
    }

    /// Undoes the changes and ends the turn; the same as dropping it, but says what it means.
    pub(crate) fn rollback(self) {
        drop(self);
    }
}

impl Drop for WriterTurn<'_> {
    fn drop(&mut self) {
        // A connection that cannot even roll back, or wait for the disk again, is not given to the next turn.
        let sound = self
            .connection
            .as_ref()
            .is_some_and(|c| c.is_autocommit() || self.run("ROLLBACK").is_ok())
            && (!self.unwaited || self.wait_again().is_ok());
        if !sound {
            self.connection = None;
        }
        let mut state = self.writer.lock();
        state.idle = self.connection.take();
        state.serving += 1;
        drop(state);
        self.writer.next_turn.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn writer() -> (tempfile::TempDir, Writer) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let first = open_writer(&path).unwrap();
        first
            .execute_batch("CREATE TABLE t (n INTEGER) STRICT")
            .unwrap();
        (folder, Writer::new(path, Some(first)))
    }

    fn insert(turn: &WriterTurn<'_>, n: i64) {
        turn.connection()
            .unwrap()
            .execute("INSERT INTO t VALUES (?1)", [n])
            .unwrap();
    }

    fn all(writer: &Writer) -> Vec<i64> {
        let turn = writer.begin().unwrap();
        let mut statement = turn
            .connection()
            .unwrap()
            .prepare("SELECT n FROM t ORDER BY rowid")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_turn_that_ends_badly_leaves_nothing_behind() {
        let (_folder, writer) = writer();
        // The database ended the transaction by itself (a full disk does that): the commit fails, the next works.
        let turn = writer.begin().unwrap();
        insert(&turn, 1);
        turn.connection()
            .unwrap()
            .execute_batch("ROLLBACK")
            .unwrap();
        assert!(turn.commit().is_err());
        // The connection is gone altogether: the next turn opens one.
        let mut turn = writer.begin().unwrap();
        insert(&turn, 2);
        turn.connection = None;
        assert!(turn.commit().is_err());
        // A panic in the middle.
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let turn = writer.begin().unwrap();
            insert(&turn, 3);
            assert!(turn.connection.is_none(), "on purpose");
        }));
        assert!(panicked.is_err());
        let turn = writer.begin().unwrap();
        insert(&turn, 4);
        turn.commit().unwrap();
        assert_eq!(all(&writer), [4]);
    }

    #[test]
    fn a_turn_that_does_not_wait_for_the_disk_is_followed_by_one_that_does() {
        let (folder, writer) = writer();
        let waits =
            |turn: &WriterTurn<'_>| crate::sqlite::waits(turn.connection().unwrap()).unwrap();
        let turn = writer.begin_unwaited().unwrap();
        assert!(!waits(&turn));
        insert(&turn, 1);
        turn.commit().unwrap();
        let turn = writer.begin().unwrap();
        assert!(waits(&turn));
        turn.rollback();
        // However it ends.
        let turn = writer.begin_unwaited().unwrap();
        insert(&turn, 2);
        turn.rollback();
        assert!(waits(&writer.begin().unwrap()));
        assert_eq!(all(&writer), [1]);
        // While a district is made from nothing, nobody begins to wait.
        writer.between(crate::sqlite::unwaiting).unwrap();
        writer.begin_unwaited().unwrap().commit().unwrap();
        assert!(!waits(&writer.begin().unwrap()));
        crate::sqlite::wait_for_log(&folder.path().join("w.db")).unwrap();
        crate::sqlite::wait_for_log(&folder.path().join("none.db")).unwrap();
    }

    #[test]
    fn turns_are_given_in_the_order_of_arrival() {
        let (_folder, writer) = writer();
        let (waiting, arrived) = mpsc::channel();
        std::thread::scope(|scope| {
            let first = writer.begin().unwrap();
            for n in 0..8 {
                let (writer, waiting) = (&writer, waiting.clone());
                scope.spawn(move || {
                    waiting.send(()).unwrap();
                    let turn = writer.begin().unwrap();
                    insert(&turn, n);
                    turn.commit().unwrap();
                });
                // The next one starts only when this one holds its ticket.
                arrived.recv().unwrap();
                while writer.lock().next_ticket < 2 + n as u64 {
                    std::thread::yield_now();
                }
            }
            first.rollback();
        });
        assert_eq!(all(&writer), (0..8).collect::<Vec<_>>());
    }
}
