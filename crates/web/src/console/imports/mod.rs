//! 数据导入: a spreadsheet's way in, page by page: upload, columns, check, put right, confirm, progress, done, undo.

mod acts;
mod export;
mod map;
mod show;
#[cfg(test)]
mod tests;
mod upload;
mod words;

use union::access::{Capability, SignedIn};
use union::exchange::{Desk, Permit};

use crate::shell::{App, Need, Routes};

pub(super) use export::{fault, send, unnamed};
pub(super) use upload::download;

/// Whoever may import may use these pages; what they see is narrowed by their scope.
const IMPORT: Need = Need::Cap(Capability::ImportRun);

/// Routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(upload::routes())
        .merge(map::routes())
        .merge(show::routes())
        .merge(acts::routes())
        .merge(export::routes())
}

/// The desk over this program's store and uploads.
pub(super) fn desk(app: &App) -> Desk {
    Desk::new(app.db().clone(), app.config().upload_dir.clone())
}

/// What the signed-in person may do.
pub(super) fn permit(who: &SignedIn) -> Permit {
    Permit::of(who)
}
