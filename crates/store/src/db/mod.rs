//! The database: opened once, cloned freely, and entered only through a transaction.

mod anchors;
mod loads;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Clock, DistrictCode, IdSource};

use crate::actor::{Actor, Cast};
use crate::audit::Audit;
use crate::error::StoreError;
use crate::memo::Memo;
use crate::postgres::{self as pg, Pool};
use crate::schema::{self, Target};
use crate::sqlite::{self, Readers, Writer};
use crate::tx::{Conn, Mode, Tx};
use crate::vault::Vault;
use crate::{args, audit};

crate::statements! {
    /// Districts of this database.
    #[rollup("the tenant list itself, a reference table")]
    pub DISTRICTS = "SELECT code, name FROM district ORDER BY code";
    /// A new district.
    #[rollup("the tenant list itself, a reference table")]
    DISTRICT_INSERT = "INSERT INTO district (code, name, opened_at) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING";
}

/// Where the database is and how much of it to use at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://user:password@host/database`.
    pub url: String,
    /// Readers at the same time (SQLite), or connections in all (PostgreSQL).
    pub readers: usize,
    /// File outside the database to which each day's anchor is appended.
    pub anchor_file: Option<PathBuf>,
}

impl StoreConfig {
    /// Four readers and no anchor file.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 4,
            anchor_file: None,
        }
    }
}

/// What opening may do to what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// Makes the database when there is none, and brings its schema up to date.
    Create,
    /// It must be there; its schema is brought up to date.
    Existing,
    /// It must be there, and is left as it is.
    AsItIs,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A handle on the database. Cheap to clone.
///
/// All calls block; from asynchronous code go through `spawn_blocking`.
#[derive(Debug, Clone)]
pub struct Db(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    anchor_file: Option<PathBuf>,
    pub(crate) memo: Memo,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// The two engines.
#[derive(Debug)]
pub(crate) enum Engine {
    Sqlite {
        path: PathBuf,
        writer: Writer,
        readers: Box<Readers>,
    },
    Postgres {
        pool: Pool,
    },
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// It is on the disk when the caller hears of it.
    ForDisk,
    /// It is on the disk before anything that is committed later, and at the latest with [`Db::wait_for_disk`].
    ForNothing,
}

const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

impl Db {
    /// Opens the database, making it when there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached; [`StoreError::Schema`] when it comes from a newer
    /// program or an applied step was edited.
    pub fn open(
        config: &StoreConfig,
        vault: Vault,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        Self::open_as(config, vault, clock, ids, Target::Postgres)
    }

    /// Opens a database that must be there, and brings its schema up to date: a disk that is not mounted must not
    /// become an empty district.
    ///
    /// # Errors
    /// As [`Db::open`]; [`StoreError::Refused`] when there is no such file, [`StoreError::Schema`] when it is no
    /// database of this program.
    pub fn open_existing(
        config: &StoreConfig,
        vault: Vault,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        let how = (Target::Postgres, Opening::Existing);
        Self::open_how(config, vault, clock, ids, how)
    }

    /// Opens a database that must be there and changes nothing about it, not even its schema: for looking (体检).
    ///
    /// # Errors
    /// As [`Db::open_existing`]; [`StoreError::Schema`] when steps of the schema have not been taken yet.
    pub fn open_as_it_is(
        config: &StoreConfig,
        vault: Vault,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StoreError> {
        let how = (Target::Postgres, Opening::AsItIs);
        Self::open_how(config, vault, clock, ids, how)
    }

    /// As [`Db::open`]; `target` chooses how PostgreSQL's tables are made, for tests.
    pub(crate) fn open_as(
        config: &StoreConfig,
        vault: Vault,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        target: Target,
    ) -> Result<Self, StoreError> {
        Self::open_how(config, vault, clock, ids, (target, Opening::Create))
    }

    fn open_how(
        config: &StoreConfig,
        vault: Vault,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        how: (Target, Opening),
    ) -> Result<Self, StoreError> {
        let engine = match place(&config.url)? {
            Place::Sqlite(path) => open_sqlite(path, config.readers, how.1)?,
            Place::Postgres(server) => open_postgres(*server, config.readers, how)?,
        };
        Ok(Self(Arc::new(Inner {
            engine,
            vault,
            clock,
            ids,
            anchor_file: config.anchor_file.clone(),
            memo: Memo::default(),
        })))
    }

    /// Opens a connection more than the start itself needs, so that a page that reads two things at a time need not wait
    /// for it. For a server's start, on a thread of its own; PostgreSQL's connections wait for nothing.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open_ahead(&self) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.open_ahead(),
            Engine::Postgres { .. } => Ok(()),
        }
    }

    /// Reads on one snapshot: everything `f` sees is from the same moment.
    ///
    /// # Errors
    /// What `f` says, or the database.
    pub fn read<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let cast = Cast::of(actor);
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.read(|connection| {
                f(&mut Tx::new(
                    Conn::Sqlite(connection),
                    &self.0,
                    &cast,
                    Mode::Read,
                ))
            }),
            Engine::Postgres { pool } => pool.transaction(BEGIN_READ, &actor.scope, |session| {
                f(&mut Tx::new(
                    Conn::Postgres(session),
                    &self.0,
                    &cast,
                    Mode::Read,
                ))
            }),
        }
    }

    /// Changes something: `Ok` commits durably, `Err` or a panic undoes everything. Writers of one district
    /// take turns, on both databases, so what `f` has read stays true until it commits.
    ///
    /// # Errors
    /// What `f` says; [`StoreError::Unaudited`] when rows changed without an audit entry;
    /// [`StoreError::CommitUnknown`] when the connection broke during the commit.
    pub fn write<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(actor, Mode::Write, Wait::ForDisk, f)
    }

    /// As [`Db::write`], tried again (up to five times) when another transaction was faster. `f` must be able to
    /// run more than once.
    ///
    /// # Errors
    /// As [`Db::write`]. Only [`StoreError::Conflict`] itself is tried again, so `E` must show it.
    pub fn write_again<T>(
        &self,
        actor: &Actor,
        mut f: impl FnMut(&mut Tx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tries = 5;
        loop {
            match self.write(actor, &mut f) {
                Err(fault) if fault.is_retryable() && tries > 1 => tries -= 1,
                result => return result,
            }
        }
    }

    /// Changes that are nobody's decision and need no audit entry: a session's last sight, a job's lease,
    /// an import's progress. On PostgreSQL it does not wait for the district's writer.
    ///
    /// # Errors
    /// What `f` says, or the database.
    pub fn housekeep<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(actor, Mode::Housekeep, Wait::ForDisk, f)
    }

    fn change<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        mode: Mode,
        wait: Wait,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let cast = Cast::of(actor);
        let (value, anchors) = match &self.0.engine {
            Engine::Sqlite { writer, .. } => {
                let turn = match wait {
                    Wait::ForDisk => writer.begin()?,
                    Wait::ForNothing => writer.begin_unwaited()?,
                };
                self.0.vault.refresh()?;
                let mut tx = Tx::new(Conn::Sqlite(turn.connection()?), &self.0, &cast, mode);
                let value = f(&mut tx).and_then(|value| Ok(tx.finish().map(|()| value)?));
                let anchors = std::mem::take(&mut tx.audit.anchored);
                match value {
                    Ok(value) => {
                        turn.commit()?;
                        (value, anchors)
                    }
                    Err(fault) => {
                        turn.rollback();
                        return Err(fault);
                    }
                }
            }
            Engine::Postgres { pool } => {
                pool.transaction(BEGIN_WRITE, &actor.scope, |session| {
                    let mut tx = Tx::new(Conn::Postgres(session), &self.0, &cast, mode);
                    if mode == Mode::Write {
                        tx.load_head(&audit::HEAD_LOCKED)?;
                    }
                    self.0.vault.refresh()?;
                    let value = f(&mut tx)?;
                    tx.finish()?;
                    Ok::<_, E>((value, std::mem::take(&mut tx.audit.anchored)))
                })?
            }
        };
        self.write_anchors(&anchors);
        Ok(value)
    }

    /// The first thing in which the schema is not the one the program makes; none when it is.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(crate) fn schema_difference(&self) -> Result<Option<schema::Difference>, StoreError> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.read(schema::difference_sqlite),
            Engine::Postgres { pool } => pool.look(schema::difference_postgres),
        }
    }

    /// Opens a district in this database, with an empty audit chain. Doing it again changes nothing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn open_district(&self, district: DistrictCode, name: &str) -> Result<(), StoreError> {
        let actor = Actor::system(district);
        let is_new = self.housekeep(&actor, |tx| {
            let now = tx.now();
            let is_new = tx.raw_exec(&DISTRICT_INSERT, args![district, name, now])? == 1;
            if is_new {
                tx.start_chain()?;
            }
            Ok::<_, StoreError>(is_new)
        })?;
        if is_new {
            self.write(&actor, |tx| {
                tx.audit(Audit::of("district.opened", "district", district))
            })?;
        }
        Ok(())
    }

    /// Opens a district and does the first work in it (开通), both or neither: when `f` fails nothing of the district
    /// stays, also in a database that other districts share.
    ///
    /// # Errors
    /// What `f` says; [`StoreError::Refused`] when the district is open already: what it holds is not touched.
    pub fn found_district<T, E: From<StoreError>>(
        &self,
        district: DistrictCode,
        name: &str,
        f: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let actor = Actor::system(district);
        self.change(&actor, Mode::Found, Wait::ForDisk, |tx| {
            let now = tx.now();
            if tx.raw_exec(&DISTRICT_INSERT, args![district, name, now])? == 0 {
                let message = format!("数据库里已经开通了区划 {district}，不会覆盖");
                return Err(StoreError::Refused(message).into());
            }
            tx.start_chain()?;
            tx.audit(Audit::of("district.opened", "district", district))?;
            f(tx)
        })
    }

    /// The districts in this database, with their names.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn districts(&self) -> Result<Vec<(DistrictCode, String)>, StoreError> {
        // The list is a reference table: which district asks does not matter.
        let nobody = DistrictCode::parse("000000")
            .map_err(|fault| StoreError::Refused(fault.to_string()))?;
        self.read(&Actor::system(nobody), |tx| {
            tx.all(&DISTRICTS, &[])?
                .iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?)))
                .collect()
        })
    }

    /// What the PostgreSQL server says about itself; nothing special on SQLite.
    pub(crate) fn server_facts(&self) -> Result<pg::ServerFacts, StoreError> {
        match &self.0.engine {
            Engine::Postgres { pool } => pool.facts(),
            Engine::Sqlite { .. } => Ok(pg::ServerFacts {
                version: 0,
                bypasses: false,
                durable: true,
            }),
        }
    }

    /// Seals and opens fields.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// A new id of any kind, for what is prepared outside of a transaction.
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        T::from(self.0.ids.next(self.0.clock.now()))
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self.0.engine {
            Engine::Sqlite { .. } => Backend::Sqlite,
            Engine::Postgres { .. } => Backend::Postgres,
        }
    }

    /// The database file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0.engine {
            Engine::Sqlite { path, .. } => Some(path),
            Engine::Postgres { .. } => None,
        }
    }

    /// The file anchors are appended to.
    pub fn anchor_file(&self) -> Option<&Path> {
        self.0.anchor_file.as_deref()
    }
}

/// What a URL names.
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<pg::Server>),
}

/// Reads a URL. Messages never repeat it, since it may hold a password.
pub(crate) fn place(url: &str) -> Result<Place, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(Place::Sqlite(PathBuf::from(path)));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Place::Postgres(Box::new(pg::Server::parse(url)?)));
    }
    Err(StoreError::Refused(
        "数据库地址应以 sqlite: 或 postgres:// 开头".to_owned(),
    ))
}

fn open_sqlite(path: PathBuf, readers: usize, how: Opening) -> Result<Engine, StoreError> {
    if how != Opening::Create && !path.is_file() {
        return Err(StoreError::Refused(format!(
            "没有数据库文件 {}：它所在的磁盘可能没有挂载，或者文件被移走了。没有新建；查明之后再试，\
             文件确已丢失时从备份恢复（niangjia restore）",
            path.display()
        )));
    }
    // A file that is as it should be needs no writer before somebody writes: each connection reads the schema anew.
    let mut reader = path
        .exists()
        .then(|| sqlite::open_reader(&path))
        .transpose()?;
    if let (true, Some(reader)) = (how != Opening::Create, &reader) {
        schema::is_ours(reader)?;
    }
    let mut writer = None;
    if how == Opening::AsItIs {
        if let Some(reader) = &reader {
            schema::must_be_current(reader)?;
        }
    } else if !reader.as_ref().map_or(Ok(false), is_ready)? {
        reader = None;
        let mut first = sqlite::open_writer(&path)?;
        schema::migrate_sqlite(&mut first)?;
        sqlite::indexes::put_back(&first)?;
        writer = Some(first);
    }
    let size = u32::try_from(readers).unwrap_or(u32::MAX);
    Ok(Engine::Sqlite {
        readers: Box::new(Readers::new(path.clone(), size, reader)),
        writer: Writer::new(path.clone(), writer),
        path,
    })
}

/// Whether the file has its log beside it, every step of the schema has been taken and no index is away.
fn is_ready(connection: &rusqlite::Connection) -> Result<bool, StoreError> {
    Ok(sqlite::has_log(connection)?
        && schema::is_current(connection)?
        && sqlite::indexes::missing(connection)?.is_empty())
}

fn open_postgres(
    server: pg::Server,
    connections: usize,
    (target, how): (Target, Opening),
) -> Result<Engine, StoreError> {
    let mut session = pg::connect(&server)?;
    if how != Opening::Create {
        schema::is_ours_postgres(&mut session)?;
    }
    if how == Opening::AsItIs {
        schema::must_be_current_postgres(&mut session, target)?;
    } else {
        schema::migrate_postgres(&mut session, target)?;
    }
    drop(session);
    Ok(Engine::Postgres {
        pool: Pool::new(server, u32::try_from(connections).unwrap_or(u32::MAX))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestDb, district};

    /// A file that was copied by other means lies there without its log; the first to open it begins one.
    #[test]
    fn a_file_without_a_log_gets_one_before_anybody_reads() {
        let test = TestDb::sqlite();
        let copy = test.folder.path().join("copy.db");
        let quoted = copy.display().to_string();
        test.tamper(&format!("VACUUM INTO '{quoted}'"));
        let mode = || {
            let connection = rusqlite::Connection::open(&copy).unwrap();
            connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))
        };
        assert_eq!(mode().unwrap(), "delete");
        let Engine::Sqlite { readers, .. } = open_sqlite(copy.clone(), 2, Opening::Create).unwrap()
        else {
            panic!("not SQLite");
        };
        let code: String = readers
            .read(|connection| {
                let code =
                    connection.query_row("SELECT MAX(code) FROM district", [], |row| row.get(0));
                code.map_err(sqlite::fault)
            })
            .unwrap();
        assert_eq!(code, district().as_str());
        assert_eq!(mode().unwrap(), "wal");
    }
}
