//! The floors: the least a program must do for the same work, with the same libraries and nothing else.
//! Each runs as a process of its own, so that memory and CPU are counted alike on both sides.

use std::path::Path;
use std::sync::Arc;

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

/// Seconds that writing the cells of `file` as constants takes; reading them is not counted.
///
/// # Errors
/// The file cannot be read or the other not written.
pub fn timed_export(file: &Path, out: &Path) -> anyhow::Result<f64> {
    let rows = read(file)?;
    let started = std::time::Instant::now();
    export(&rows, out)?;
    Ok(started.elapsed().as_secs_f64())
}

/// What the bare server does: one statement, one fixed body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// SQLite file.
    pub database: String,
    /// Statement with `?1…`.
    pub sql: String,
    /// Its values: text, integers, or `x'…'` blobs as hexadecimal after `blob:`.
    pub values: Vec<String>,
    /// The page to answer, as it goes over the wire.
    pub body: Vec<u8>,
    /// Whether the body is gzip.
    pub gzip: bool,
}

struct Bare {
    task: Task,
    values: Vec<Value>,
    idle: std::sync::Mutex<Vec<rusqlite::Connection>>,
}

/// Serve the task on a free port until killed.
///
/// # Errors
/// The database cannot be opened or no port is free.
pub fn serve(task: Task) -> anyhow::Result<()> {
    let values = task
        .values
        .iter()
        .map(|v| value(v))
        .collect::<anyhow::Result<_>>()?;
    let bare = Arc::new(Bare {
        task,
        values,
        idle: std::sync::Mutex::default(),
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

async fn answer(State(bare): State<Arc<Bare>>) -> Response {
    let worker = bare.clone();
    let rows = tokio::task::spawn_blocking(move || worker.query().map_err(|e| e.to_string())).await;
    match rows {
        Ok(Ok(_)) => {
            let body = bare.task.body.clone();
            let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            if bare.task.gzip {
                ([kind, (header::CONTENT_ENCODING, "gzip")], body).into_response()
            } else {
                ([kind], body).into_response()
            }
        }
        _ => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Bare {
    /// Run the statement and read every column of every row, as any page must.
    fn query(&self) -> anyhow::Result<usize> {
        let pooled = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let db = match pooled {
            Some(db) => db,
            None => rusqlite::Connection::open_with_flags(
                &self.task.database,
                rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY
                    | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?,
        };
        let mut seen = 0;
        {
            let mut statement = db.prepare_cached(&self.task.sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(rusqlite::params_from_iter(&self.values))?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    std::hint::black_box(row.get::<_, Value>(column)?);
                }
                seen += 1;
            }
        }
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(db);
        }
        Ok(seen)
    }
}

fn value(text: &str) -> anyhow::Result<Value> {
    if let Some(hex) = text.strip_prefix("blob:") {
        let bytes = (0..hex.len() / 2)
            .map(|n| u8::from_str_radix(hex.get(n * 2..n * 2 + 2).unwrap_or("00"), 16))
            .collect::<Result<_, _>>()?;
        return Ok(Value::Blob(bytes));
    }
    if let Some(number) = text.strip_prefix("int:") {
        return Ok(Value::Integer(number.parse()?));
    }
    Ok(Value::Text(text.to_owned()))
}
