//! The only crate that knows a database (数据库): SQLite for one district, PostgreSQL for more, behind one
//! [`Db`] and [`Tx`].
//!
//! - SQL is written by hand, once, in [`statements!`], with `$1` parameters, and runs on both.
//! - [`Db::write`] is the only way to change anything; the audit entry and the outbox rows commit with it.
//! - [`Vault`] seals personal data under keys that never lie in the database.
//! - Every tenant row begins with its district; the linter proves that every statement binds it, and on
//!   PostgreSQL row-level security is the second lock.

pub mod actor;
pub mod audit;
pub mod crash;
pub mod db;
pub mod doctor;
pub mod error;
pub mod files;
pub mod hex;
pub mod idempotency;
pub mod ids;
pub mod jobs;
pub mod lint;
mod memo;
mod postgres;
pub mod row;
pub mod schema;
pub mod settings;
#[cfg(feature = "spy")]
pub mod spy;
mod sqlite;
pub mod statement;
pub mod transfer;
pub mod tx;
pub mod value;
pub mod vault;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

/// Every statement of this crate, for the linter.
pub fn own_statements() -> Vec<&'static Statement> {
    let mut all = [db::ALL, idempotency::ALL, settings::ALL].concat();
    all.extend(audit::statements());
    all.extend(jobs::statements());
    all.extend(crash::ALL);
    all.extend(doctor::ALL);
    all
}

pub use actor::Actor;
pub use audit::Audit;
pub use db::{Backend, Db, StoreConfig};
pub use error::{Broken, StoreError};
pub use idempotency::Answer;
pub use ids::RandomIds;
pub use jobs::{Event, Handlers, Job, JobFault, JobHandler, NewJob, Worker, run_jobs_until_idle};
pub use row::{Cell, FromValue, Row};
pub use statement::{Ask, Key, Query, Statement};
pub use tx::Tx;
pub use value::{ToValue, Value};
pub use vault::Vault;
