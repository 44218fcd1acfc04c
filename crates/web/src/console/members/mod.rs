//! 会员 members: the roster, one member, and the queues of applications, transfers and requests.

mod account;
mod acts;
mod applications;
mod apply_for;
mod behalf;
mod card;
mod come_back;
mod correct;
mod enter;
mod names;
mod requests;
mod roster;
mod show;
mod tally;
mod transfers;
mod tree;

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod behalf_tests;
#[cfg(test)]
mod come_back_tests;
#[cfg(test)]
mod tests;

use crate::shell::Routes;

pub(super) use acts::beside_form;
pub(super) use names::{Names, masked};
pub(super) use roster::{Wanted, within};

/// Routes of this room.
pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(roster::routes())
        .merge(tally::routes())
        .merge(enter::routes())
        .merge(apply_for::routes())
        .merge(applications::routes())
        .merge(behalf::routes())
        .merge(transfers::routes())
        .merge(requests::routes())
        .merge(card::routes())
        .merge(show::routes())
        .merge(acts::routes())
        .merge(come_back::routes())
        .merge(account::routes())
        .merge(correct::routes())
}
