//! The readers: a few connections, each transaction one snapshot.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::Connection;

use super::{fault, open_reader};
use crate::error::StoreError;

/// How long a reader waits for a free connection before it says so.
const WAIT: Duration = Duration::from_secs(30);

/// A small pool of reading connections.
#[derive(Debug)]
pub(crate) struct Readers(r2d2::Pool<Manager>);

#[derive(Debug)]
struct Manager {
    path: PathBuf,
    /// The connection on which the file was looked at when it was opened.
    first: Mutex<Option<Connection>>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = StoreError;

    fn connect(&self) -> Result<Connection, StoreError> {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        first.map_or_else(|| open_reader(&self.path), Ok)
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
        let first = Mutex::new(first);
        r2d2::Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            .max_lifetime(None)
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(Manager { path, first })
            .map(Self)
            .map_err(unavailable)
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.0.get().map_err(unavailable)?;
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
