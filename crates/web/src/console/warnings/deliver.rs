//! 送一份表格: a file of a feed on screen, by the same rules as on the command line. What cannot be taken as a whole says
//! why and leaves nothing; rows that cannot be taken stay with the delivery, by number and reason.

use std::path::{Path as FilePath, PathBuf};

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::arrears::intake::{Request, SignalReport, import_file};
use union::arrears::{ArrearsError, Permit};
use union::attachments::FileBytes;

use super::feeds;
use crate::console::words::belongs_on_form;
use crate::shell::{App, Need, Path, Posted, Problem, Routes, Who, off_thread_raw};

/// Largest file of a feed taken on screen, in MB (a technical bound; the command line takes larger ones).
pub(super) const LARGEST_MB: usize = 24;

pub(super) fn routes() -> Routes {
    let manage = Need::Cap(Capability::FeedsManage);
    Routes::new().post("/warnings/feeds/{name}/deliver", manage, deliver)
}

async fn deliver(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(name): Path<String>,
    mut posted: Posted<LARGEST_MB>,
) -> Result<Response, Problem> {
    let form = posted.form.clone();
    let result = match posted.file() {
        Some(file) => take(&app, &who, name.clone(), file).await,
        None => {
            let missing = ArrearsError::Invalid {
                field: "file",
                code: "feed.no_file",
                message: "请选择要送的表格文件".to_owned(),
            };
            Err(Problem::from_room(&missing))
        }
    };
    match result {
        Ok(report) => {
            let to = format!("/warnings/feeds/{name}?done={}", report.delivery);
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            feeds::draw(
                &app,
                &who,
                &jar,
                (name, String::new()),
                Some((form, problem)),
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

/// A folder for one file, gone when it has been read.
struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// Keeps the file under its own name: deliveries are listed by it.
    fn new(within: &FilePath, key: &str, file: &FileBytes) -> std::io::Result<(Self, PathBuf)> {
        let kept = Self {
            folder: within.join(format!("delivery-{key}")),
        };
        std::fs::create_dir_all(&kept.folder)?;
        let name = FilePath::new(&file.name).file_name();
        let name = name.unwrap_or_else(|| "表格".as_ref());
        let path = kept.folder.join(name);
        std::fs::write(&path, &file.bytes)?;
        Ok((kept, path))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Err(fault) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%fault, "a delivered file could not be removed");
        }
    }
}

async fn take(
    app: &App,
    who: &Who,
    feed: String,
    file: FileBytes,
) -> Result<SignalReport, Problem> {
    let (app, actor, permit) = (app.clone(), who.actor(), Permit::of(who));
    off_thread_raw(move || {
        let folder = app.config().upload_dir.clone();
        let (kept, path) =
            Kept::new(&folder, &app.new_key(), &file).map_err(|fault| Problem::fault(&fault))?;
        let request = Request {
            file: path,
            feed,
            ..Request::default()
        };
        let report = import_file(app.db(), &actor, &permit, &request, &mut |_| {});
        drop(kept);
        report.map_err(|fault| Problem::from_room(&fault))
    })
    .await
}
