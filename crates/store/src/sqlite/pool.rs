//! The readers: a few connections, each transaction one snapshot.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;

use super::{fault, open_reader};
use crate::error::StoreError;

/// How long a reader waits for a free connection before it says so.
const WAIT: Duration = Duration::from_secs(30);

/// A small pool of reading connections.
#[derive(Debug)]
pub(crate) struct Readers {
    pool: r2d2::Pool<Manager>,
    source: Arc<Source>,
}

/// Where connections come from.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    /// Those that are open already and wait to be needed.
    spare: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Manager(Arc<Source>);

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = StoreError;

    fn connect(&self) -> Result<Connection, StoreError> {
        let spare = self.0.spare.lock().ok().and_then(|mut spare| spare.pop());
        spare.map_or_else(|| open_reader(&self.0.path), Ok)
    }

    fn is_valid(&self, _: &mut Connection) -> Result<(), StoreError> {
        Ok(())
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        // A panic in the middle of a read leaves its snapshot open: end it, or forget the connection.
        !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err()
    }
}

impl Readers {
    /// A pool of `size` readers of the file at `path`, opened when first needed; `first` is one of them.
    pub(crate) fn new(
        path: PathBuf,
        size: u32,
        first: Option<Connection>,
    ) -> Result<Self, StoreError> {
        let source = Arc::new(Source {
            path,
            spare: Mutex::new(first.into_iter().collect()),
        });
        let pool = r2d2::Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(Manager(source.clone()))
            .map_err(unavailable)?;
        Ok(Self { pool, source })
    }

    /// Opens one more ahead of its need: a new connection reads the whole schema first.
    pub(crate) fn open_ahead(&self) -> Result<(), StoreError> {
        let reader = open_reader(&self.source.path)?;
        if let Ok(mut spare) = self.source.spare.lock() {
            spare.push(reader);
        }
        Ok(())
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.pool.get().map_err(unavailable)?;
        let run = |sql| {
            connection
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]))
                .map_err(fault)
        };
        run("BEGIN")?;
        let result = f(&connection);
        run("COMMIT")?;
        result
    }
}

fn unavailable(error: r2d2::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_opened_ahead_is_what_the_next_reader_gets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        Connection::open(&path).unwrap();
        let readers = Readers::new(path, 2, None).unwrap();
        readers.open_ahead().unwrap();
        let waiting = || readers.source.spare.lock().unwrap().len();
        assert_eq!(waiting(), 1);
        let one = readers.read(|connection| {
            let row = connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0));
            row.map_err(fault)
        });
        assert_eq!((one.unwrap(), waiting()), (1, 0));
    }
}
