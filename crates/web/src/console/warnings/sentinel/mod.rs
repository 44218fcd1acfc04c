//! 每周五问: the sentinel's weekly round on a phone of 360 px. Every page is an ordinary form without script; with it,
//! what is answered without a network waits on the phone and is sent when the network returns.

mod form;
mod offline;
mod round;
mod sync;
#[cfg(test)]
mod tests;

use store::Tx;

use crate::shell::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(round::routes())
        .merge(form::routes())
        .merge(sync::routes())
        .merge(offline::routes())
}

/// Whose answers wait on a phone, as a mark that says nothing: they are only sent under the account and post of the one
/// who gave them.
fn mark(tx: &Tx) -> String {
    let actor = tx.actor();
    let (account, post) = (actor.account, actor.post);
    let who = format!(
        "{} {}",
        account.map_or_else(String::new, |id| id.to_string()),
        post.map_or_else(String::new, |id| id.to_string())
    );
    let index = tx.vault().blind_index("sentinel.owner", &who);
    index.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
