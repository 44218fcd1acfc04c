//! The whole program from outside: the binary, a folder, HTTP.
#![allow(
    dead_code,
    reason = "each test file uses its own part of these helpers"
)]
#![expect(clippy::unwrap_used, reason = "test helpers fail loudly")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rusqlite::types::Value;
use tempfile::TempDir;

/// The program under test.
pub const NIANGJIA: &str = env!("CARGO_BIN_EXE_niangjia");
/// Password of every demo account.
pub const PASSWORD: &str = "niangjia-demo";
/// The day demo districts of tests are made for.
pub const TODAY: &str = "2026-11-20";

/// Keys that every test uses, so that two districts of one seed can be compared.
pub fn keys() -> String {
    format!(
        "index={} sign={} field.1={}",
        "1a".repeat(32),
        "2b".repeat(32),
        "3c".repeat(16)
    )
}

/// The program with arguments; its logs are off.
pub fn niangjia(args: &[&str]) -> Command {
    let mut command = Command::new(NIANGJIA);
    command
        .args(args)
        .env("NIANGJIA_LOG", "error")
        .env_remove("NIANGJIA_DIR")
        .env_remove("NIANGJIA_DEFINITIONS")
        .stdin(Stdio::null());
    command
}

/// Run to the end.
pub fn run(args: &[&str]) -> Output {
    niangjia(args).output().unwrap()
}

/// Run to the end; anything but exit code 0 fails the test with what was printed.
pub fn run_ok(args: &[&str]) -> String {
    let output = run(args);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "niangjia {args:?}: {}\n{out}\n{err}",
        output.status
    );
    out.into_owned()
}

/// A folder for one district, with its key file beside it; gone at the end.
pub struct Place {
    _folder: TempDir,
    /// The district's folder.
    pub dir: PathBuf,
}

impl Place {
    /// An empty place.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("district");
        Self {
            _folder: folder,
            dir,
        }
    }

    /// An empty district with its federation.
    pub fn founded() -> Self {
        let place = Self::new();
        place.found();
        place
    }

    /// Founds one here.
    pub fn found(&self) {
        let made = ["init", "--dir", self.text(), "--district", "330113"];
        run_ok(&[&made[..], &["--name", "临平区总工会"]].concat());
    }

    /// A demo district of this size.
    pub fn demo(members: &str, employers: &str) -> Self {
        let place = Self::new();
        run_ok(&[
            "demo",
            "--dir",
            place.text(),
            "--members",
            members,
            "--employers",
            employers,
            "--months",
            "6",
            "--today",
            TODAY,
            "--no-serve",
        ]);
        place
    }

    /// The folder as text.
    pub fn text(&self) -> &str {
        self.dir.to_str().unwrap()
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.dir.join("data/niangjia.db")
    }

    /// Start serving it.
    pub fn serve(&self) -> Server {
        Server::start(&["serve", "--dir", self.text(), "--listen", "127.0.0.1:0"])
    }

    /// Start serving it without background work.
    pub fn serve_pages_only(&self) -> Server {
        Server::start(&[
            "serve",
            "--dir",
            self.text(),
            "--listen",
            "127.0.0.1:0",
            "--without-jobs",
        ])
    }

    /// What `audit verify` says; fails the test unless the chain is whole.
    pub fn verified(&self) -> String {
        run_ok(&["audit", "verify", "--dir", self.text()])
    }
}

/// A serving program; killed when the test ends.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
}

impl Server {
    /// Start and wait until it says where it listens.
    pub fn start(args: &[&str]) -> Self {
        let mut child = niangjia(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .find_map(|line| {
                line.unwrap()
                    .strip_prefix("listening on ")
                    .map(ToOwned::to_owned)
            })
            .unwrap_or_else(|| panic!("niangjia {args:?} ended before it listened"));
        // Keep reading, so that the program never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// A browser that has not signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and its exit code.
    #[cfg(unix)]
    pub fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Cookies and what a browser says of itself; redirects are not followed.
pub struct Browser {
    agent: ureq::Agent,
    url: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Page {
    /// Status code.
    pub status: u16,
    /// Where it sends the browser, or empty.
    pub location: String,
    /// The body.
    pub body: String,
}

impl Browser {
    /// With an empty cookie jar.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A connection each: one that the server has just closed must not be taken for a lost answer.
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Page {
        self.try_get(path).unwrap()
    }

    /// GET, when the server may be gone.
    pub fn try_get(&self, path: &str) -> Result<Page, ureq::Error> {
        read(
            self.agent
                .get(format!("{}{path}", self.url))
                .header("accept", "text/html")
                .call()?,
        )
    }

    /// GET of an answer that goes on talking: its first event. What ends at once is read whole.
    pub fn first_word(&self, path: &str) -> Page {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("accept", "text/event-stream")
            .call()
            .unwrap();
        let talks = response.headers().get("content-type");
        if talks.is_none_or(|kind| !kind.to_str().unwrap().starts_with("text/event-stream")) {
            return read(response).unwrap();
        }
        let status = response.status().as_u16();
        let lines = BufReader::new(response.body_mut().as_reader()).lines();
        let event = lines
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty());
        Page {
            status,
            location: String::new(),
            body: event.collect::<Vec<_>>().join("\n"),
        }
    }

    /// POST a form as one of the site's own pages would.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.try_post(path, form).unwrap()
    }

    /// POST, when the server may be gone.
    pub fn try_post(&self, path: &str, form: &[(&str, &str)]) -> Result<Page, ureq::Error> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("origin", &self.url)
            .header("sec-fetch-site", "same-origin");
        read(request.send_form(form.iter().copied())?)
    }

    /// POST JSON to the API under an idempotency key.
    pub fn try_json(
        &self,
        path: &str,
        key: &str,
        body: &serde_json::Value,
    ) -> Result<Page, ureq::Error> {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("sec-fetch-site", "same-origin")
            .header("idempotency-key", key);
        read(
            request
                .content_type("application/json")
                .send(body.to_string())?,
        )
    }

    /// Sign in with the demo password; fails the test when the door stays shut.
    pub fn sign_in(&self, login: &str) -> &Self {
        let answer = self.post("/login", &[("login", login), ("password", PASSWORD)]);
        assert_eq!(
            answer.status, 303,
            "{login} cannot sign in: {}",
            answer.body
        );
        self
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Page, ureq::Error> {
    let location = response
        .headers()
        .get("location")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Ok(Page {
        status: response.status().as_u16(),
        location,
        // A file that is taken out is not text; what of it is, may be searched all the same.
        body: String::from_utf8_lossy(&response.body_mut().read_to_vec()?).into_owned(),
    })
}

/// Every row of every table as text, without what is sealed with fresh randomness: for comparing two districts.
pub fn plain_rows(database: &Path) -> Vec<String> {
    let db =
        rusqlite::Connection::open_with_flags(database, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap();
    let mut tables: Vec<String> = column(
        &db,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    tables.retain(|table| table != "schema_migration");
    let mut rows = Vec::new();
    for table in tables {
        let columns: Vec<String> = column(
            &db,
            &format!("SELECT name FROM pragma_table_info('{table}')"),
        );
        let plain: Vec<String> = columns
            .into_iter()
            .filter(|c| !c.ends_with("_sealed") && c != "password_hash")
            .map(|c| format!("quote({c})"))
            .collect();
        let order: Vec<String> = (1..=plain.len()).map(|n| n.to_string()).collect();
        let sql = format!(
            "SELECT '{table}' || '|' || {} FROM {table} ORDER BY {}",
            plain.join(" || '|' || "),
            order.join(",")
        );
        let sql = sql.replace(&format!("ORDER BY {}", order.join(",")), "ORDER BY 1");
        rows.extend(column::<String>(&db, &sql));
    }
    rows
}

fn column<T: rusqlite::types::FromSql>(db: &rusqlite::Connection, sql: &str) -> Vec<T> {
    let mut statement = db.prepare(sql).unwrap();
    statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The texts and ids a query gives.
pub fn texts(database: &Path, sql: &str) -> Vec<String> {
    let db =
        rusqlite::Connection::open_with_flags(database, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap();
    column::<Value>(&db, sql)
        .into_iter()
        .map(|value| match value {
            Value::Text(text) => text,
            Value::Blob(id) => uuid::Uuid::from_slice(&id).unwrap().to_string(),
            other => panic!("{sql}: {other:?}"),
        })
        .collect()
}

/// The `n`-th made-up identity number of this test: region 330112, born before that district existed; none of the
/// demo's members has it.
pub fn id_number(n: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (day, sequence) = (n % 9_000, 100 + n / 9_000);
    let body = format!(
        "330112{}{:02}{:02}{sequence:03}",
        1965 + day / 336,
        day % 336 / 28 + 1,
        day % 28 + 1
    );
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .map(|(c, w)| c.to_digit(10).unwrap() * w)
        .sum();
    format!(
        "{body}{}",
        "10X98765432".chars().nth(sum as usize % 11).unwrap()
    )
}

/// A PostgreSQL database of its own on the throw-away server of NIANGJIA_TEST_PG; dropped at the end.
pub struct Postgres {
    admin: postgres::Config,
    name: String,
    /// URL for its ordinary owner.
    pub url: String,
}

impl Postgres {
    /// Make one, or say why not.
    pub fn new() -> Option<Self> {
        let Ok(url) = std::env::var("NIANGJIA_TEST_PG") else {
            println!(
                "skipped on PostgreSQL: NIANGJIA_TEST_PG is not set (scripts/test-postgres starts a server)"
            );
            return None;
        };
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("whole{}_{number}", std::process::id());
        let admin: postgres::Config = url.parse().unwrap();
        let mut client = admin.connect(postgres::NoTls).unwrap();
        client
            .batch_execute(&format!(
                "CREATE ROLE {name} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS"
            ))
            .unwrap();
        client
            .batch_execute(&format!("CREATE DATABASE {name} OWNER {name}"))
            .unwrap();
        let port = admin.get_ports().first().copied().unwrap_or(5432);
        let url = format!("postgres://{name}:test@127.0.0.1:{port}/{name}");
        Some(Self { admin, name, url })
    }
}

impl Postgres {
    /// A connection that sees every row: row-level security does not bind the server's administrator.
    pub fn admin_of_database(&self) -> postgres::Client {
        let mut config = self.admin.clone();
        config.dbname(&self.name);
        config.connect(postgres::NoTls).unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut client) = self.admin.connect(postgres::NoTls) {
            let _ = client.batch_execute(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ));
            let _ = client.batch_execute(&format!("DROP ROLE IF EXISTS {}", self.name));
        }
    }
}
