//! 企业台账: the list, a unit's card, entering and correcting, the match queue.

pub(crate) mod entry;
mod export;
pub(super) mod list;
mod matches;
mod matters;
pub(crate) mod show;
#[cfg(test)]
mod tests;

use crate::shell::Routes;

pub(super) use list::conditions;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(export::routes())
        .merge(entry::routes())
        .merge(matches::routes())
        .merge(show::routes())
}
