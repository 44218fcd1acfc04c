//! Databases for tests, of this crate and the ones above (feature `testing`).
//!
//! ```no_run
//! store::testing::on_both(|test| {
//!     let actor = test.actor();
//!     test.db.read(&actor, |_tx| Ok::<_, store::StoreError>(())).unwrap();
//! });
//! ```
//!
//! PostgreSQL runs when `NIANGJIA_TEST_PG` names a throw-away server where the user may create roles and
//! databases; `scripts/test-postgres COMMAND` starts one and runs the command with it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test helpers fail loudly"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Clock, DistrictCode, FixedClock, IdSource, Instant, SeededIds};

use crate::actor::Actor;
use crate::db::{Backend, Db, StoreConfig};
use crate::lint::LintFault;
use crate::schema::Target;
use crate::statement::{Query, Statement};
use crate::vault::Vault;

/// The variable that names the throw-away server.
pub const POSTGRES: &str = "NIANGJIA_TEST_PG";

/// A database of its own, with two open districts, a clock that stands still and ids that repeat.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Its clock, at 2026-11-20 09:00 in Shanghai until moved.
    pub clock: Arc<FixedClock>,
    /// Its folder: the database file (SQLite), the anchor file.
    pub folder: tempfile::TempDir,
    /// How to open it again.
    pub config: StoreConfig,
    server: Option<Server>,
}

/// Fixed keys: tests must be able to compare sealed bytes of indexes between runs.
pub fn vault() -> Vault {
    Vault::from_text(&format!(
        "index={} sign={} field.1={}",
        "1a".repeat(32),
        "2b".repeat(32),
        "3c".repeat(16)
    ))
    .unwrap()
}

/// The district most tests live in.
pub fn district() -> DistrictCode {
    DistrictCode::parse("330113").unwrap()
}

/// Another district, whose rows must never be seen.
pub fn other_district() -> DistrictCode {
    DistrictCode::parse("330112").unwrap()
}

impl TestDb {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("niangjia.db").display());
        Self::build(folder, url, None, Target::Postgres)
    }

    /// A fresh PostgreSQL database owned by an ordinary role, or `None` (with a printed reason) when no server
    /// is named.
    pub fn postgres() -> Option<Self> {
        Self::postgres_as(Target::Postgres)
    }

    /// As [`TestDb::postgres`], with every tenant table cut into four by district.
    pub fn postgres_partitioned() -> Option<Self> {
        Self::postgres_as(Target::PostgresPartitioned)
    }

    /// A PostgreSQL database in which no district has been opened: a place to restore or move to.
    pub fn postgres_empty() -> Option<Self> {
        let (server, url) = Server::create(&admin()?);
        let folder = tempfile::tempdir().unwrap();
        Some(Self::bare(folder, url, Some(server), Target::Postgres))
    }

    fn postgres_as(target: Target) -> Option<Self> {
        let (server, url) = Server::create(&admin()?);
        Some(Self::build(
            tempfile::tempdir().unwrap(),
            url,
            Some(server),
            target,
        ))
    }

    fn build(
        folder: tempfile::TempDir,
        url: String,
        server: Option<Server>,
        target: Target,
    ) -> Self {
        let test = Self::bare(folder, url, server, target);
        test.db.open_district(district(), "临平区").unwrap();
        test.db.open_district(other_district(), "临安区").unwrap();
        test
    }

    fn bare(
        folder: tempfile::TempDir,
        url: String,
        server: Option<Server>,
        target: Target,
    ) -> Self {
        let clock = Arc::new(FixedClock::new(Instant::from_shanghai(
            jiff::civil::date(2026, 11, 20),
            9,
            0,
        )));
        let anchor_file = Some(folder.path().join("anchors.txt"));
        let config = StoreConfig {
            url,
            readers: 4,
            anchor_file,
        };
        let db = open(&config, clock.clone(), 1, target);
        Self {
            db,
            clock,
            folder,
            config,
            server,
        }
    }

    /// Opens the same database again, as after a restart.
    pub fn reopened(&self) -> Db {
        open(&self.config, self.clock.clone(), 2, Target::Postgres)
    }

    /// The program itself, in [`district`].
    pub fn actor(&self) -> Actor {
        Actor::system(district())
    }

    /// Which database it is, for messages.
    pub fn backend(&self) -> Backend {
        self.db.backend()
    }

    /// A connection that sees and changes everything, for tests that tamper: SQL runs as it stands.
    pub fn tamper(&self, sql: &str) {
        match &self.server {
            Some(server) => server.admin_batch(sql),
            None => {
                let connection = rusqlite::Connection::open(self.db.file().unwrap()).unwrap();
                connection.execute_batch(sql).unwrap();
            }
        }
    }

    /// How SQLite would run a statement, a line a table: for tests that a page stays cheap.
    pub fn plan(&self, sql: &str) -> Vec<String> {
        self.plan_if_whole(sql).unwrap()
    }

    /// The same; none when the text is only the beginning of a statement.
    pub fn plan_if_whole(&self, sql: &str) -> Option<Vec<String>> {
        let connection = rusqlite::Connection::open(self.db.file().unwrap()).unwrap();
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .ok()?;
        let lines = statement.raw_query().mapped(|row| row.get(3));
        Some(lines.collect::<Result<_, _>>().unwrap())
    }

    /// The same for a statement as it is put together.
    pub fn plan_of(&self, query: &Query) -> Vec<String> {
        self.plan(query.lite())
    }

    /// URL of this database for its ordinary owner (PostgreSQL only).
    pub fn url(&self) -> &str {
        &self.config.url
    }
}

/// The throw-away server, or a printed reason.
fn admin() -> Option<String> {
    let admin = std::env::var(POSTGRES).ok();
    if admin.is_none() {
        println!(
            "skipped on PostgreSQL: {POSTGRES} is not set (scripts/test-postgres starts a server)"
        );
    }
    admin
}

fn open(config: &StoreConfig, clock: Arc<FixedClock>, seed: u64, target: Target) -> Db {
    let ids: Arc<dyn IdSource> = Arc::new(SeededIds::new(seed));
    Db::open_as(config, vault(), clock as Arc<dyn Clock>, ids, target).unwrap()
}

/// Runs `body` on a fresh SQLite database and, when a server is named, on a fresh PostgreSQL one.
pub fn on_both(body: impl Fn(&TestDb)) {
    body(&TestDb::sqlite());
    if let Some(test) = TestDb::postgres() {
        body(&test);
    }
}

/// A test that runs on both databases: `db_test!(fn members_join(test) { … });`, where `test` is a `&TestDb`.
#[macro_export]
macro_rules! db_test {
    ($(#[$meta:meta])* fn $name:ident($test:ident) $body:block) => {
        $(#[$meta])*
        #[cfg(test)]
        mod $name {
            use super::*;

            fn body($test: &$crate::testing::TestDb) $body

            #[test]
            fn sqlite() {
                body(&$crate::testing::TestDb::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(test) = $crate::testing::TestDb::postgres() {
                    body(&test);
                }
            }
        }
    };
}

/// Everything that can be said about statements without running them: the linter; that both databases understand
/// them; and, where PostgreSQL is at hand, that its planner needs no more than one partition of any tenant
/// table (which is what a distributed PostgreSQL would need one node for). Panics with the list of faults.
///
/// # Panics
/// When a statement has a fault.
pub fn check_statements(statements: &[&'static Statement]) {
    let mut faults = crate::lint::check(statements);
    let sqlite = TestDb::sqlite();
    let connection = rusqlite::Connection::open(sqlite.db.file().unwrap()).unwrap();
    for statement in statements
        .iter()
        .filter(|statement| !statement.sql.contains("FOR UPDATE"))
    {
        if let Err(fault) = connection.prepare(&completed(statement.sql)) {
            faults.push(LintFault {
                statement: statement.name,
                message: format!("SQLite: {fault}"),
            });
        }
    }
    if let Some(test) = TestDb::postgres_partitioned() {
        faults.extend(plan_faults(&test, statements));
    }
    let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", list.join("\n"));
}

/// The beginning of a query, completed as a [`Query`](crate::Query) would: a list after ` IN `, the end of a subquery.
fn completed(sql: &str) -> String {
    let mut whole = sql.to_owned();
    if sql.trim_end().ends_with(" IN") {
        whole.push_str("(NULL)");
    }
    let count = |sign| sql.chars().filter(|c| *c == sign).count();
    if count('(') > count(')') {
        whole.push_str(") AS part");
    }
    whole
}

/// Asks PostgreSQL's planner, on tables cut into four by district, for a plan that fits any parameter. A tenant
/// table of which it would read several parts is not bound to one district. (A scalar subquery must bind its
/// district to a parameter, not to the outer row: only then does the planner see it.)
pub fn plan_faults(test: &TestDb, statements: &[&'static Statement]) -> Vec<LintFault> {
    let server = test.server.as_ref().expect("a PostgreSQL database");
    // As the administrator: row-level security would bind the district by itself and hide the fault.
    let mut client = server.admin_client();
    client
        .batch_execute(
            "SET plan_cache_mode = force_generic_plan; SET client_min_messages = 'error'",
        )
        .unwrap();
    let mut faults = Vec::new();
    for statement in statements {
        let mut fault = |message| {
            faults.push(LintFault {
                statement: statement.name,
                message,
            })
        };
        let plan = client
            .batch_execute(&format!("PREPARE p AS {}", completed(statement.sql)))
            .and_then(|()| {
                let values = vec!["NULL"; highest_parameter(statement.sql)].join(", ");
                let values = if values.is_empty() {
                    values
                } else {
                    format!("({values})")
                };
                let plan =
                    client.query_one(&format!("EXPLAIN (FORMAT JSON) EXECUTE p{values}"), &[])?;
                client.batch_execute("DEALLOCATE p")?;
                let Json(plan) = plan.try_get(0)?;
                Ok(plan)
            });
        match plan {
            Err(error) => fault(format!("PostgreSQL: {}", crate::postgres::fault(error))),
            Ok(plan) => {
                if statement.rollup.is_none() {
                    several_parts(&plan).into_iter().for_each(|table| {
                        fault(format!("PostgreSQL would read several parts of {table}: its district is not bound to a parameter"));
                    });
                }
            }
        }
    }
    faults
}

/// The text of a `json` column.
struct Json(serde_json::Value);

impl<'r> postgres::types::FromSql<'r> for Json {
    fn from_sql(
        _: &postgres::types::Type,
        raw: &'r [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(serde_json::from_slice(raw)?))
    }
    postgres::types::accepts!(JSON);
}

fn highest_parameter(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
    });
    numbers.max().unwrap_or(0)
}

/// Tables of which the plan reads more than one part under one alias.
fn several_parts(plan: &serde_json::Value) -> Vec<String> {
    let mut parts: std::collections::BTreeMap<(String, String), u32> =
        std::collections::BTreeMap::new();
    walk(plan, &mut |node| {
        let text = |name: &str| {
            node.get(name)
                .and_then(serde_json::Value::as_str)
                .unwrap_or("")
        };
        let (relation, alias) = (text("Relation Name"), text("Alias"));
        if text("Node Type").ends_with("Scan")
            && let Some((table, _)) = relation
                .rsplit_once("_p")
                .filter(|(table, _)| crate::schema::table(table).is_some())
        {
            // The parts of alias `m` are called m_1, m_2, …
            let alias = alias.rsplit_once('_').map_or(alias, |(alias, _)| alias);
            *parts
                .entry((table.to_owned(), alias.to_owned()))
                .or_default() += 1;
        }
    });
    parts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|((table, _), _)| table)
        .collect()
}

fn walk(value: &serde_json::Value, f: &mut impl FnMut(&serde_json::Value)) {
    match value {
        serde_json::Value::Object(fields) => {
            f(value);
            fields.values().for_each(|value| walk(value, f));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|value| walk(value, f)),
        _ => {}
    }
}

/// A database on the throw-away server, dropped at the end.
struct Server {
    admin: postgres::Config,
    database: String,
    role: String,
}

impl Server {
    /// Makes a role and a database of its own; gives the role's URL.
    fn create(admin: &str) -> (Self, String) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let config: postgres::Config = admin.parse().expect("NIANGJIA_TEST_PG is a URL");
        let name = format!(
            "t{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let role = format!("{name}_owner");
        let mut client = config
            .connect(postgres::NoTls)
            .expect("the server of NIANGJIA_TEST_PG answers");
        client
            .batch_execute(&format!(
                "CREATE ROLE {role} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS"
            ))
            .unwrap();
        client
            .batch_execute(&format!("CREATE DATABASE {name} OWNER {role}"))
            .unwrap();
        let host = config.get_hosts().iter().find_map(|host| match host {
            postgres::config::Host::Tcp(host) => Some(host.clone()),
            #[cfg(unix)]
            postgres::config::Host::Unix(_) => None,
        });
        let host = host.unwrap_or_else(|| "127.0.0.1".to_owned());
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let url = format!("postgres://{role}:test@{host}:{port}/{name}");
        (
            Self {
                admin: config,
                database: name,
                role,
            },
            url,
        )
    }

    fn admin_batch(&self, sql: &str) {
        self.admin_client().batch_execute(sql).unwrap();
    }

    fn admin_client(&self) -> postgres::Client {
        let mut config = self.admin.clone();
        config.dbname(&self.database);
        config.connect(postgres::NoTls).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Connections of the pool may still be closing; the server is thrown away anyway.
        if let Ok(mut client) = self.admin.connect(postgres::NoTls) {
            let _ = client.batch_execute(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.database
            ));
            let _ = client.batch_execute(&format!("DROP ROLE IF EXISTS {}", self.role));
        }
    }
}
