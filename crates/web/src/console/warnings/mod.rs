//! 欠薪预警: the three-level, three-colour desk. Colour only ever proposes; a person decides, and every look at an
//! alert is in the log. Its handling is a case; these pages show why, and carry what only this room decides.

pub(crate) mod act;
mod daily;
mod deliver;
mod export;
mod feeds;
#[cfg(test)]
mod feeds_tests;
mod lead;
mod list;
mod live;
pub(crate) mod look;
mod pause;
mod record;
#[cfg(test)]
mod reports_tests;
mod rules;
mod season;
mod sentinel;
mod show;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors_tests;
mod why;

use crate::shell::Routes;

pub(crate) use list::{ended_since, ended_this_month};

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(export::routes())
        .merge(live::routes())
        .merge(lead::routes())
        .merge(feeds::routes())
        .merge(deliver::routes())
        .merge(pause::routes())
        .merge(daily::routes())
        .merge(record::routes())
        .merge(season::routes())
        .merge(sentinel::routes())
        .merge(rules::routes())
        .merge(show::routes())
        .merge(act::routes())
}
