//! 导出清单: the page that asks into what file, and sends it. What the list is, each list says.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use store::Actor;
use union::exchange::{self, ExchangeError, Exported, FileKind, Permit};

use super::imports::{desk, fault, permit, send, unnamed};
use crate::shell::{App, Form, Frame, Problem, Who, off_thread, page};

/// What is asked before a list is taken out.
#[derive(Template)]
#[template(path = "console/export.html")]
struct ExportAsk {
    frame: Frame,
    /// `导出预警清单`
    title: String,
    /// The list: the form goes to `/exports/…`.
    what: &'static str,
    asked: Asked,
    /// What it is without conditions.
    all: &'static str,
}

/// A list as it stands on the screen.
pub(super) struct Asked {
    /// Its address.
    pub back: String,
    /// Its conditions in words; none is everything.
    pub conditions: Vec<String>,
    /// The conditions as the address has them.
    pub pairs: Vec<(&'static str, String)>,
}

/// A list that can be taken out.
pub(super) struct ListFile {
    /// `预警清单`
    pub name: &'static str,
    /// Part of the addresses: `/exports/warnings`.
    pub what: &'static str,
    /// What it is without conditions.
    pub all: &'static str,
    /// The menu's entry above it: words, address.
    pub above: (&'static str, &'static str),
}

impl ListFile {
    /// The page that asks into what file.
    pub(super) fn ask(&self, (app, who, jar): (&App, &Who, &CookieJar), asked: Asked) -> Response {
        let title = format!("导出{}", self.name);
        let (words, address) = self.above;
        let frame = Frame::new(app, who, jar, title.clone(), address)
            .crumb(words, address)
            .crumb(title.clone(), "");
        let ask = ExportAsk {
            frame,
            title,
            what: self.what,
            asked,
            all: self.all,
        };
        page(StatusCode::OK, &ask)
    }

    /// Conditions in one line, for the log.
    pub(super) fn in_words(&self, conditions: &[String]) -> String {
        if conditions.is_empty() {
            self.all.to_owned()
        } else {
            conditions.join("；")
        }
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
