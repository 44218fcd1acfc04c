//! 导出名单: exactly the list on the screen as a file, masked unless there is a reason that members can read.

use std::io::{Read, Seek, SeekFrom};

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use tokio_stream::StreamExt as _;
use union::access::Capability;
use union::exchange::{ExchangeError, ExportRequest, Exported, FileKind};

use super::upload::dispose;
use super::{desk, permit};
use crate::console::members::{Wanted, within};
use crate::shell::{
    App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, off_thread, page,
};

/// Bytes sent at a time.
const PIECE: usize = 64 << 10;

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::ExportRun);
    Routes::new()
        .get("/exports/members", need, ask)
        .post("/exports/members", need, take)
}

#[derive(Template)]
#[template(path = "console/imports/export.html")]
struct Ask {
    frame: Frame,
    address: String,
    conditions: Vec<String>,
    fields: Vec<(String, String)>,
    may_reveal: bool,
    reason: String,
    errors: FieldErrors,
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    draw(
        &app,
        &who,
        &jar,
        &Form::from_pairs(pairs.clone()),
        pairs,
        FieldErrors::none(),
    )
}

fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: &Form,
    pairs: Vec<(String, String)>,
    errors: FieldErrors,
) -> Response {
    let wanted = Wanted::read(app, form);
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let title = if errors.is_empty() {
        "导出名单"
    } else {
        "错误：导出名单"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb("导出名单", "");
    page(
        status,
        &Ask {
            frame,
            address: wanted.query(),
            conditions: wanted.in_words(),
            fields: pairs
                .into_iter()
                .filter(|(name, _)| !["file", "reason", "reveal"].contains(&name.as_str()))
                .collect(),
            may_reveal: who.can(Capability::MembersReveal),
            reason: form.text("reason").to_owned(),
            errors,
        },
    )
}

async fn take(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let kind = if form.text("file") == "csv" {
        FileKind::Csv
    } else {
        FileKind::Xlsx
    };
    let wanted = Wanted::read(&app, &form);
    let reveal = form
        .ticked("reveal")
        .then(|| form.text("reason").to_owned());
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    let folder = app.config().upload_dir.clone();
    let written = off_thread(move || {
        let filter = desk.db().read(&actor, |tx| within(tx, &wanted))?;
        let in_words = wanted.in_words();
        let in_words = if in_words.is_empty() {
            "在册会员".to_owned()
        } else {
            in_words.join("；")
        };
        let request = ExportRequest {
            filter,
            in_words,
            kind,
            reveal,
        };
        let mut file = unnamed(&folder)?;
        let exported = desk.export_members(&actor, &permit, &request, &mut file)?;
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        Ok::<_, ExchangeError>((exported, file))
    });
    match written.await {
        Ok((exported, file)) => Ok(send(&exported, "会员名册", kind, file)),
        Err(problem) if problem.code.starts_with("member.reveal") => {
            let pairs = form
                .names()
                .map(|name| (name.to_owned(), form.text(name).to_owned()))
                .collect();
            let mut errors = FieldErrors::none();
            errors.add("reason", problem.message);
            Ok(draw(&app, &who, &jar, &form, pairs, errors))
        }
        Err(problem) => Err(problem),
    }
}

pub(in crate::console) fn fault(error: std::io::Error) -> ExchangeError {
    ExchangeError::Writing(error.to_string())
}

/// A file without a name beside the uploads: it is gone with the last handle, whatever happens.
pub(in crate::console) fn unnamed(
    folder: &std::path::Path,
) -> Result<std::fs::File, ExchangeError> {
    std::fs::create_dir_all(folder).map_err(fault)?;
    tempfile::tempfile_in(folder).map_err(fault)
}

/// Sends the file piece by piece, so that memory stays what it is for any size.
pub(in crate::console) fn send(
    exported: &Exported,
    title: &str,
    kind: FileKind,
    file: std::fs::File,
) -> Response {
    let pieces = tokio_stream::wrappers::ReceiverStream::new(pieces(file));
    let mut response = Body::from_stream(pieces.map(Ok::<_, std::io::Error>)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.mime()));
    dispose(
        &mut response,
        &format!("{title}-{}.{}", exported.no, kind.ending()),
    );
    response
}

fn pieces(mut file: std::fs::File) -> tokio::sync::mpsc::Receiver<Vec<u8>> {
    let (send, receive) = tokio::sync::mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece);
            piece.truncate(read.as_ref().map_or(0, |count| *count));
            if !matches!(read, Ok(count) if count > 0) || send.blocking_send(piece).is_err() {
                return;
            }
        }
    });
    receive
}
