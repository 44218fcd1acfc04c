//! 导出清单: the page that asks into what file, and sends it. What the list is, each list says.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use store::Actor;
use union::exchange::{self, ExchangeError, Exported, FileKind, Permit};

use super::imports::{desk, fault, permit, send, unnamed};
use crate::shell::{App, Form, Frame, Problem, Who, off_thread, page};

/// What is asked before a list is taken out.
#[derive(Template)]
#[template(path = "console/export.html")]
pub(super) struct ExportAsk {
    pub frame: Frame,
    /// `导出预警清单`
    pub title: &'static str,
    /// The list: the form goes to `/exports/…`.
    pub what: &'static str,
    /// The list, as it stands on the screen.
    pub back: String,
    /// Its conditions in words; none is `all`.
    pub conditions: Vec<String>,
    /// What it is without conditions.
    pub all: &'static str,
    /// The conditions as the address has them.
    pub pairs: Vec<(&'static str, String)>,
}

impl ExportAsk {
    /// The page.
    pub(super) fn draw(&self) -> Response {
        page(StatusCode::OK, self)
    }
}

/// The file that was chosen.
pub(super) fn chosen(form: &Form) -> FileKind {
    if form.text("file") == "csv" {
        FileKind::Csv
    } else {
        FileKind::Xlsx
    }
}

/// Conditions in one line, for the log.
pub(super) fn in_words(conditions: &[String], all: &str) -> String {
    if conditions.is_empty() {
        all.to_owned()
    } else {
        conditions.join("；")
    }
}

/// Writes the list into a file without a name, then sends it.
pub(super) async fn take<F>(
    app: &App,
    who: &Who,
    (title, kind): (&'static str, FileKind),
    write: F,
) -> Result<Response, Problem>
where
    F: FnOnce(&exchange::Desk, &Actor, &Permit, &mut File) -> Result<Exported, ExchangeError>
        + Send
        + 'static,
{
    let (desk, actor, permit) = (desk(app), who.actor(), permit(who));
    let folder = app.config().upload_dir.clone();
    let (exported, file) = off_thread(move || {
        let mut file = unnamed(&folder)?;
        let exported = write(&desk, &actor, &permit, &mut file)?;
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        Ok::<_, ExchangeError>((exported, file))
    })
    .await?;
    Ok(send(&exported, title, kind, file))
}
