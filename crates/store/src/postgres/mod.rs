//! PostgreSQL 15 and later: the same statements, one snapshot per read, row-level security behind them.
//!
//! Isolation. A read is `REPEATABLE READ, READ ONLY`: one snapshot. A write is `READ COMMITTED` and begins by
//! locking the district's row in `audit_head`, so a district has one writer at a time, exactly as a SQLite
//! file has. Every statement of a write then sees everything committed before its turn, a check made first
//! still holds when the change is made, and no serialization failures have to be retried. Districts do not
//! wait for each other. `housekeep` does not take that lock.
//!
//! Retries. Deadlocks and serialization failures (40P01, 40001, and XX000 at commit, which is how a
//! distributed PostgreSQL reports the latter) become [`StoreError::Conflict`]. They are rare under the lock
//! above, and a closure that has consumed its input cannot run twice, so `Db::write` does not retry by itself:
//! `Db::write_again` takes a closure that can.

mod codec;
mod exec;
mod pool;
mod server;

use postgres::error::SqlState;

use crate::error::{Broken, StoreError};

pub(crate) use exec::{each, exec, insert_many};
pub(crate) use pool::{Pool, ServerFacts, Session, connect, facts};
pub(crate) use server::Server;

/// Translates PostgreSQL's errors. Detail fields, which may quote values, are left out.
pub(crate) fn fault(error: postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        return if error.is_closed()
            || std::error::Error::source(&error).is_some_and(|s| s.is::<std::io::Error>())
        {
            StoreError::Unavailable("与数据库的连接已断开".to_owned())
        } else {
            StoreError::Database(chain(&error))
        };
    };
    let rule = || db.constraint().unwrap_or_else(|| db.message()).to_owned();
    let constraint = |broken| StoreError::Constraint {
        broken,
        rule: rule(),
    };
    match db.code() {
        code if *code == SqlState::UNIQUE_VIOLATION => constraint(Broken::Unique),
        code if *code == SqlState::FOREIGN_KEY_VIOLATION => constraint(Broken::ForeignKey),
        code if *code == SqlState::CHECK_VIOLATION || *code == SqlState::NOT_NULL_VIOLATION => {
            constraint(Broken::Check)
        }
        code if *code == SqlState::T_R_SERIALIZATION_FAILURE
            || *code == SqlState::T_R_DEADLOCK_DETECTED
            || *code == SqlState::LOCK_NOT_AVAILABLE =>
        {
            StoreError::Conflict
        }
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly("PostgreSQL"),
        code if code.code().starts_with("08") || code.code().starts_with("57P") => {
            StoreError::Unavailable(db.message().to_owned())
        }
        code => StoreError::Database(format!("{} {}", code.code(), db.message())),
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

/// What a failed `COMMIT` means: a distributed PostgreSQL reports a lost race as XX000, and a broken connection
/// leaves the outcome unknown.
pub(crate) fn commit_fault(error: postgres::Error) -> StoreError {
    if error
        .code()
        .is_some_and(|code| *code == SqlState::INTERNAL_ERROR)
    {
        return StoreError::Conflict;
    }
    match fault(error) {
        StoreError::Unavailable(_) => StoreError::CommitUnknown,
        other => other,
    }
}
