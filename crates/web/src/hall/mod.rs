//! 职工大厅 hall: the worker’s phone. Plain sentences, large type, works without scripts.
//!
//! Whatever post a person holds, the hall shows the own record and nothing else (`Worker`). Joining and asking
//! for the state of an application are open to anyone; their pages say nothing about who is a member.

mod card;
mod consents;
mod data;
mod demand;
mod frame;
mod home;
mod join;
mod notebook;
mod password;
mod problem;
mod requests;
mod seen;
mod settings;
mod status;
pub(crate) mod words;
mod worker;

#[cfg(test)]
mod tests;

pub(crate) use demand::site_address;
pub(crate) use join::application;
pub(crate) use problem::problem;

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
        .merge(home::routes())
        .merge(join::routes())
        .merge(status::routes())
        .merge(card::routes())
        .merge(data::routes())
        .merge(seen::routes())
        .merge(requests::routes())
        .merge(consents::routes())
        .merge(notebook::routes())
        .merge(demand::routes())
        .merge(settings::routes())
        .merge(password::routes())
}
