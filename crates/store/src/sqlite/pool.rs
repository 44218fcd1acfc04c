//! The readers: a few connections, each transaction one snapshot.
//!
//! A connection is opened by whoever needs it first, on its own thread. (r2d2, which PostgreSQL's connections come
//! from, opens them on helper threads; right after a start those wait for a core that pages need.)

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::{fault, open_reader};
use crate::error::StoreError;

/// How long a reader waits for a free connection before it says so.
const WAIT: Duration = Duration::from_secs(30);

/// A small pool of reading connections.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    /// No more than these are open at a time.
    most: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    idle: Vec<Connection>,
    /// Those that are open or being opened, idle or lent.
    open: usize,
}

impl Readers {
    /// A pool of `size` readers of the file at `path`, opened when first needed; `first` is one of them.
    pub(crate) fn new(path: PathBuf, size: u32, first: Option<Connection>) -> Self {
        let idle: Vec<Connection> = first.into_iter().collect();
        let state = State {
            open: idle.len(),
            idle,
        };
        Self {
            path,
            most: usize::try_from(size).unwrap_or(usize::MAX).max(1),
            state: Mutex::new(state),
            freed: Condvar::new(),
        }
    }

    /// Opens one more ahead of its need: a new connection reads the whole schema first.
    pub(crate) fn open_ahead(&self) -> Result<(), StoreError> {
        {
            let mut state = self.lock();
            if state.open >= self.most {
                return Ok(());
            }
            state.open += 1;
        }
        // Comes back to the idle ones by being dropped.
        self.open().map(drop)
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let lent = self.lend()?;
        let connection = lent.connection()?;
        let run = |sql| {
            connection
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]))
                .map_err(fault)
        };
        run("BEGIN")?;
        let result = f(connection);
        run("COMMIT")?;
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under this lock, and its numbers are always whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection, a new one, or the first that comes back.
    fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let all_lent = |state: &mut State| state.idle.is_empty() && state.open >= self.most;
        let waited = self.freed.wait_timeout_while(self.lock(), WAIT, all_lent);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let message = "读取的人太多，等了半分钟没有轮到，请稍后再试";
            return Err(StoreError::Unavailable(message.to_owned()));
        }
        if let Some(connection) = state.idle.pop() {
            return Ok(Lent {
                readers: self,
                connection: Some(connection),
            });
        }
        state.open += 1;
        drop(state);
        self.open()
    }

    /// Opens the connection that was counted already.
    fn open(&self) -> Result<Lent<'_>, StoreError> {
        // Without a connection it takes itself off the count.
        let mut lent = Lent {
            readers: self,
            connection: None,
        };
        lent.connection = Some(open_reader(&self.path)?);
        Ok(lent)
    }
}

/// A connection on loan; dropping it gives it back.
struct Lent<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> Result<&Connection, StoreError> {
        let none = || StoreError::Unavailable("读连接已关闭".to_owned());
        self.connection.as_ref().ok_or_else(none)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // A panic in the middle of a read leaves its snapshot open: end it, or forget the connection.
        let sound = |c: &Connection| c.is_autocommit() || c.execute_batch("ROLLBACK").is_ok();
        let mut state = self.readers.lock();
        match self.connection.take().filter(sound) {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        drop(state);
        self.readers.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc;

    fn readers(size: u32) -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        Connection::open(&path).unwrap();
        (folder, Readers::new(path, size, None))
    }

    fn one(readers: &Readers) -> i64 {
        let read = |connection: &Connection| {
            let row = connection.query_row("SELECT 1", [], |row| row.get(0));
            row.map_err(fault)
        };
        readers.read(read).unwrap()
    }

    /// (idle, open)
    fn held(readers: &Readers) -> (usize, usize) {
        let state = readers.lock();
        (state.idle.len(), state.open)
    }

    #[test]
    fn what_was_opened_ahead_is_what_the_next_reader_gets() {
        let (_folder, readers) = readers(2);
        assert_eq!(held(&readers), (0, 0));
        readers.open_ahead().unwrap();
        assert_eq!(held(&readers), (1, 1));
        assert_eq!((one(&readers), held(&readers)), (1, (1, 1)));
        readers.open_ahead().unwrap();
        // No more than there may be.
        readers.open_ahead().unwrap();
        assert_eq!(held(&readers), (2, 2));
    }

    #[test]
    fn whoever_finds_all_lent_gets_the_first_that_comes_back() {
        let (_folder, readers) = readers(1);
        let (begun, beginning) = mpsc::channel();
        std::thread::scope(|scope| {
            let lent = readers.lend().unwrap();
            let waiting = scope.spawn(|| {
                begun.send(()).unwrap();
                one(&readers)
            });
            beginning.recv().unwrap();
            drop(lent);
            assert_eq!(waiting.join().unwrap(), 1);
        });
        assert_eq!(held(&readers), (1, 1));
    }

    #[test]
    fn a_read_that_breaks_off_leaves_a_sound_connection() {
        let (_folder, readers) = readers(1);
        let broken = || readers.read::<(), StoreError>(|_| panic!("in the middle"));
        assert!(catch_unwind(AssertUnwindSafe(broken)).is_err());
        assert_eq!((one(&readers), held(&readers)), (1, (1, 1)));
    }

    #[test]
    fn a_file_that_cannot_be_opened_takes_no_place() {
        let readers = Readers::new("/nowhere/a.db".into(), 1, None);
        for _ in 0..2 {
            assert!(readers.open_ahead().is_err());
            assert!(readers.read::<(), StoreError>(|_| Ok(())).is_err());
        }
        assert_eq!(held(&readers), (0, 0));
    }
}
