//! 码上助 · 民呼我为: the worker's door. What happened, how to reach you, a receipt, and the way of the case from there.
//!
//! Every kind with a `[hall]` in its definition comes in by the same form: 调解 and 法律援助 besides the demand. Open to everyone, with or without an account. Every page works without script; with it, what is typed is kept on
//! the phone until the union has it. The receipt's code travels in forms, never in an address. Everything is filed by
//! [`concerned`], not by the account that is signed in: a reporter's name must not stand in the log of the case.

mod follow;
mod form;
mod mine;
mod offline;
mod parts;
mod place;
mod posted;
mod receipt;
mod say;
mod scan;
mod send;
mod ways;

#[cfg(test)]
mod tests;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, HOST};
use kernel::ids::MemberId;
use store::{Actor, Tx};
use union::settings;

use crate::shell::{App, Problem, Routes};

pub(in crate::hall) use follow::of_code;
pub(in crate::hall) use mine::{OwnLine, own_lines};
pub(in crate::hall) use ways::{Way, others};

/// Most photographs with one form.
const MOST_FILES: usize = 6;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(form::routes())
        .merge(receipt::routes())
        .merge(say::routes())
        .merge(follow::routes())
        .merge(mine::routes())
        .merge(offline::routes())
        .merge(scan::routes())
}

/// Who acts at this door: the person concerned, of whom the log knows nothing more.
fn concerned(app: &App) -> Actor {
    Actor::concerned(app.config().district)
}

/// Whose phone it is, as a mark that says nothing: what waits on a phone is filed under the worker who wrote it, not
/// under the one who is signed in when the network comes back.
fn mark(tx: &Tx, member: MemberId) -> String {
    let index = tx.vault().blind_index("demand.owner", &member.to_string());
    index.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// Whether the page's script asked, which reads JSON.
fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}

/// The address under which phones reach this program: what was set, or as the browser named it.
///
/// # Errors
/// The settings cannot be read.
pub(crate) async fn site_address(app: &App, headers: &HeaderMap) -> Result<String, Problem> {
    let (worker, system) = (app.clone(), Actor::system(app.config().district));
    let settings = app
        .read_as(system, move |tx| settings::load(tx, worker.settings()))
        .await?;
    let set = settings.get("site.address").trim_end_matches('/');
    if !set.is_empty() {
        return Ok(set.to_owned());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let scheme = if app.config().secure_cookies {
        "https"
    } else {
        "http"
    };
    Ok(format!("{scheme}://{}", host.unwrap_or("localhost")))
}
