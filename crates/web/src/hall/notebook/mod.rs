//! 工薪本: the worker's own notebook on the phone. Every page works without script; with it, what is written
//! while there is no network waits on the phone and is sent when the network returns.

mod account;
mod calculator;
mod entry;
mod home;
mod offline;
mod share;
mod sync;

#[cfg(test)]
mod tests;

use kernel::ids::MemberId;
use store::Tx;

use crate::shell::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(home::routes())
        .merge(entry::routes())
        .merge(sync::routes())
        .merge(offline::routes())
        .merge(calculator::routes())
        .merge(account::routes())
        .merge(share::routes())
}

/// Whose notebook it is, as a mark that says nothing: what waits on a phone is only sent into the notebook of the
/// one who wrote it, even when another worker signs in there.
fn mark(tx: &Tx, member: MemberId) -> String {
    let index = tx
        .vault()
        .blind_index("notebook.owner", &member.to_string());
    index.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
