//! 欠薪预警: the three-level, three-colour desk. Colour only ever proposes; a person decides, and every look at an
//! alert is in the log. Its handling is a case; these pages show why, and carry what only this room decides.

mod act;
mod feeds;
mod lead;
mod list;
mod live;
mod look;
mod show;
#[cfg(test)]
mod tests;
mod why;

use crate::shell::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(live::routes())
        .merge(lead::routes())
        .merge(feeds::routes())
        .merge(show::routes())
        .merge(act::routes())
}
