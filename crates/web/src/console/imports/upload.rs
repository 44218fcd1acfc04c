//! The import centre's first page: earlier batches, the template, and the upload.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use union::access::Capability;
use union::exchange::reading::MAX_FILE;
use union::exchange::{self, Batch, ExchangeError, ImportKind, Layout, Upload};

use super::words::{badge, thousands};
use super::{IMPORT, desk, permit};
use crate::shell::{App, FieldErrors, Frame, Path, Problem, Query, Routes, Who, off_thread, page};

/// Batches on the first page.
const SHOWN: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/imports", IMPORT, list)
        .post("/imports", IMPORT, upload)
        .get("/imports/template/{kind}", IMPORT, template)
}

#[derive(Template)]
#[template(path = "console/imports/list.html")]
struct List {
    frame: Frame,
    batches: Vec<Batch>,
    errors: FieldErrors,
    kinds: Vec<ImportKind>,
    chosen: ImportKind,
    limit: u64,
    keep_days: u16,
    key: String,
}

impl List {
    fn badge(&self, batch: &Batch) -> (&'static str, &'static str) {
        badge(batch.state)
    }
    fn figure(&self, number: impl std::borrow::Borrow<i64>) -> String {
        thousands(*number.borrow())
    }
}

/// The kinds a post may bring.
fn kinds(who: &Who) -> Vec<ImportKind> {
    let may = |kind: &ImportKind| match kind {
        ImportKind::Members => who.can(Capability::MembersChange),
        ImportKind::Employers => who.can(Capability::EmployersChange),
    };
    ImportKind::ALL.into_iter().filter(may).collect()
}

/// `?kind=employers` comes from the list of employers.
#[derive(serde::Deserialize, Default)]
struct Asked {
    #[serde(default)]
    kind: String,
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let may = kinds(&who);
    let chosen = ImportKind::from_id(&asked.kind).filter(|kind| may.contains(kind));
    let chosen = chosen.or(may.first().copied());
    draw(
        &app,
        &who,
        &jar,
        chosen.unwrap_or(ImportKind::Members),
        FieldErrors::none(),
    )
    .await
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    chosen: ImportKind,
    errors: FieldErrors,
) -> Result<Response, Problem> {
    let district = app.config().district;
    let (batches, keep_days) = app
        .read(who, move |tx| {
            let layout = Layout::at(ImportKind::Members, district, tx.today())?;
            Ok::<_, ExchangeError>((exchange::list(tx, None, SHOWN)?, layout.keep_days))
        })
        .await?;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let title = if errors.is_empty() {
        "数据导入"
    } else {
        "错误：数据导入"
    };
    let frame = Frame::new(app, who, jar, title, "/imports")
        .crumb("组织与会员", "")
        .crumb("数据导入", "");
    Ok(page(
        status,
        &List {
            frame,
            batches,
            errors,
            kinds: kinds(who),
            chosen,
            limit: MAX_FILE >> 20,
            keep_days,
            key: app.new_key(),
        },
    ))
}

/// A piece of a file on its way to the thread that seals it.
enum Piece {
    Bytes(Bytes),
    End,
}

async fn upload(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    mut request: Request,
) -> Result<Response, Problem> {
    // One upload may be larger than any form: the depot keeps its own limit.
    DefaultBodyLimit::max(usize::try_from(MAX_FILE).unwrap_or(usize::MAX) + (1 << 20))
        .apply(&mut request);
    let fields = Multipart::from_request(request, &app).await;
    let mut fields =
        fields.map_err(|_| Problem::bad_request("上传的内容读不出来，请重新选择文件"))?;
    let (mut kind, mut key) = (ImportKind::Members, String::new());
    while let Some(field) = fields.next_field().await.map_err(broken)? {
        match field.name() {
            Some("kind") => {
                kind = ImportKind::from_id(&field.text().await.map_err(broken)?).unwrap_or(kind)
            }
            Some("key") => key = field.text().await.map_err(broken)?,
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                return match take(&app, &who, (kind, key), name, field).await {
                    Ok(batch) => {
                        Ok(Redirect::to(&format!("/imports/{}/map", batch.id)).into_response())
                    }
                    Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
                        draw(&app, &who, &jar, kind, FieldErrors::from_problem(&problem)).await
                    }
                    Err(problem) => Err(problem),
                };
            }
            _ => {}
        }
    }
    let mut errors = FieldErrors::none();
    errors.add("file", "请选择要导入的文件");
    draw(&app, &who, &jar, kind, errors).await
}

fn broken<E>(_: E) -> Problem {
    Problem::bad_request("上传中断了，请检查网络后重新上传")
}

/// Streams one file to the depot: this side reads the network, the other seals and writes.
async fn take(
    app: &App,
    who: &Who,
    form: (ImportKind, String),
    name: String,
    field: axum::extract::multipart::Field<'_>,
) -> Result<Batch, Problem> {
    let (send, receive) = channel(8);
    let (app, who) = (app.clone(), who.clone());
    let kept = off_thread(move || keep(&app, &who, &form, &name, receive));
    let (sent, kept) = tokio::join!(pass_on(field, send), kept);
    // When the depot refuses, the network side only sees a closed channel; the depot's words are the answer.
    match (sent, kept) {
        (_, Err(problem)) => Err(problem),
        (Err(problem), _) => Err(problem),
        (Ok(()), Ok(batch)) => Ok(batch),
    }
}

async fn pass_on(
    mut field: axum::extract::multipart::Field<'_>,
    send: Sender<Piece>,
) -> Result<(), Problem> {
    while let Some(bytes) = field.chunk().await.map_err(broken)? {
        if send.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(());
        }
    }
    let _ = send.send(Piece::End).await;
    Ok(())
}

fn keep(
    app: &App,
    who: &Who,
    (kind, key): &(ImportKind, String),
    name: &str,
    mut receive: Receiver<Piece>,
) -> Result<Batch, ExchangeError> {
    let desk = desk(app);
    let (id, mut receiving) = desk.receive()?;
    loop {
        match receive.blocking_recv() {
            Some(Piece::Bytes(bytes)) => receiving.push(&bytes)?,
            Some(Piece::End) => break,
            None => {
                return Err(ExchangeError::Invalid {
                    field: "file",
                    message: "上传中断了，请检查网络后重新上传".into(),
                });
            }
        }
    }
    let upload = Upload {
        id,
        kind: *kind,
        file_name: name,
        key,
        received: receiving.finish()?,
    };
    desk.arrived(&who.actor(), &permit(who), upload)
}

/// The one template to fill in.
async fn template(State(app): State<App>, Path(kind): Path<String>) -> Result<Response, Problem> {
    let kind =
        ImportKind::from_id(kind.trim_end_matches(".xlsx")).ok_or_else(Problem::not_found)?;
    let (district, today) = (app.config().district, app.now().shanghai_date());
    let bytes =
        off_thread(move || exchange::template(kind, Layout::at(kind, district, today)?)).await?;
    Ok(download(bytes, &format!("{}-模板.xlsx", kind.title())))
}

/// A workbook to save.
pub(in crate::console) fn download(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = bytes.into_response();
    let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    dispose(&mut response, name);
    response
}

/// The name to save a file under; browsers take the UTF-8 form. Never kept by a cache.
pub(super) fn dispose(response: &mut Response, name: &str) {
    let value = format!(
        "attachment; filename*=UTF-8''{}",
        crate::shell::encode(name)
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
