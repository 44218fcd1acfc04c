//! The floors: the least a program must do for the same work, with the same libraries and nothing else.
//! Each runs as a process of its own, so that memory and CPU are counted alike on both sides.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use calamine::{Data, Reader, Xlsx};
use rusqlite::types::Value;
use serde::{Deserialize, Serialize};

/// Read a workbook with calamine and insert its rows as they are, in one durable transaction.
///
/// # Errors
/// The workbook or the database cannot be used.
pub fn import(file: &Path, database: &Path) -> anyhow::Result<usize> {
    let rows = read(file)?;
    let mut db = rusqlite::Connection::open(database)?;
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")?;
    let columns = rows.first().map_or(0, Vec::len);
    let names: Vec<String> = (0..columns).map(|n| format!("c{n} TEXT")).collect();
    let marks = vec!["?"; columns].join(",");
    db.execute_batch(&format!(
        "CREATE TABLE member (id INTEGER PRIMARY KEY, {});",
        names.join(",")
    ))?;
    let tx = db.transaction()?;
    {
        let mut insert = tx.prepare(&format!("INSERT INTO member VALUES (NULL,{marks})"))?;
        for row in &rows {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
    }
    tx.commit()?;
    Ok(rows.len())
}

/// All cells of the first sheet as text, without the heading.
///
/// # Errors
/// It is no workbook.
pub fn read(file: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let mut book: Xlsx<_> =
        calamine::open_workbook(file).with_context(|| format!("cannot read {}", file.display()))?;
    let range = book.worksheet_range_at(0).context("no sheet")??;
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(s) => s.clone(),
        other => other.to_string(),
    };
    Ok(range
        .rows()
        .skip(1)
        .map(|row| row.iter().map(text).collect())
        .collect())
}

/// Write constants with rust_xlsxwriter in its constant-memory mode; the caller times it.
///
/// # Errors
/// The file cannot be written.
pub fn export(rows: &[Vec<String>], out: &Path) -> anyhow::Result<()> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    for (n, row) in (1u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(row) {
            if !cell.is_empty() {
                sheet.write_string(n, column, cell)?;
            }
        }
    }
    book.save(out)?;
    Ok(())
}

/// One statement with its values: `text:…`, `int:…`, `blob:HEX`, `null:`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ask {
    /// Statement with `?1…`.
    pub sql: String,
    /// Its values.
    pub values: Vec<String>,
}

/// What the bare server does: the statements of a page, one fixed body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// SQLite file.
    pub database: String,
    /// What to ask, in one read transaction.
    pub statements: Vec<Ask>,
    /// Whether each page leaves a durable row behind: who looked at it.
    pub note: bool,
    /// The page to answer, as it goes over the wire.
    pub body: Vec<u8>,
    /// Whether the body is gzip.
    pub gzip: bool,
}

impl Ask {
    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        self.sql.trim_start().starts_with("SELECT") || self.sql.trim_start().starts_with("WITH")
    }
}

struct Bare {
    database: String,
    /// The one connection that writes, when pages leave rows behind.
    notes: Option<Mutex<rusqlite::Connection>>,
    statements: Vec<(String, Vec<Value>)>,
    body: Vec<u8>,
    gzip: bool,
    idle: Mutex<Vec<rusqlite::Connection>>,
}

/// Serve the task on a free port until killed.
///
/// # Errors
/// The database cannot be opened or no port is free.
pub fn serve(task: Task) -> anyhow::Result<()> {
    let parse = |ask: Ask| {
        Ok((
            ask.sql,
            ask.values
                .iter()
                .map(|v| value(v))
                .collect::<anyhow::Result<Vec<_>>>()?,
        ))
    };
    let statements = task
        .statements
        .into_iter()
        .map(parse)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let notes = task.note.then(|| notes(&task.database)).transpose()?;
    let bare = Arc::new(Bare {
        notes: notes.map(Mutex::new),
        database: task.database,
        statements,
        body: task.body,
        gzip: task.gzip,
        idle: Mutex::default(),
    });
    bare.query()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = Router::new().fallback(answer).with_state(bare);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        axum::serve(listener, app).await?;
        Ok(())
    })
}

/// What a page leaves behind, about as long as an entry of the audit log.
const NOTE: &str = "INSERT INTO bench_note (at, entry) VALUES (?1, ?2)";
const ENTRY: usize = 300;

/// The connection that writes: as durable as ours.
fn notes(database: &str) -> anyhow::Result<rusqlite::Connection> {
    let db = rusqlite::Connection::open(database)?;
    db.busy_timeout(std::time::Duration::from_secs(20))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS bench_note (at INTEGER, entry TEXT)")?;
    Ok(db)
}

async fn answer(State(bare): State<Arc<Bare>>) -> Response {
    let worker = bare.clone();
    let rows = tokio::task::spawn_blocking(move || worker.query().map_err(|e| e.to_string())).await;
    match rows {
        Ok(Ok(_)) => {
            let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            let body = bare.body.clone();
            if bare.gzip {
                ([kind, (header::CONTENT_ENCODING, "gzip")], body).into_response()
            } else {
                ([kind], body).into_response()
            }
        }
        _ => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Bare {
    /// Run the statements in one snapshot and read every column of every row, as any page must.
    fn query(&self) -> anyhow::Result<usize> {
        let pooled = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let flags =
            rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = match pooled {
            Some(db) => db,
            None => {
                let db = rusqlite::Connection::open_with_flags(&self.database, flags)?;
                db.pragma_update(None, "query_only", true)?;
                db
            }
        };
        db.execute_batch("BEGIN")?;
        let mut seen = 0;
        for (sql, values) in &self.statements {
            let mut statement = db.prepare_cached(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(rusqlite::params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get::<_, Value>(column)?);
                }
                seen += 1;
            }
        }
        db.execute_batch("COMMIT")?;
        if let Some(Ok(notes)) = self.notes.as_ref().map(Mutex::lock) {
            let entry = "x".repeat(ENTRY);
            notes
                .prepare_cached(NOTE)?
                .execute((i64::try_from(seen)?, entry))?;
        }
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(db);
        }
        Ok(seen)
    }
}

fn value(text: &str) -> anyhow::Result<Value> {
    let (kind, rest) = text.split_once(':').context("a value without kind")?;
    Ok(match kind {
        "null" => Value::Null,
        "int" => Value::Integer(rest.parse()?),
        "blob" => Value::Blob(store::hex::decode(rest).context("not hexadecimal")?),
        _ => Value::Text(rest.to_owned()),
    })
}
