//! What all faces share.

mod address;
mod app;
mod assets;
mod caller;
mod cookies;
mod form;
mod guard;
mod headers;
mod health;
mod identify;
mod limiter;
pub(crate) mod live;
pub(crate) mod offline;
mod oidc;
mod page;
mod posted;
mod problem;
mod rest;
mod routes;
mod server;
pub mod sign_in;
mod unsent;
mod visit;

pub use address::{Path, Query};
pub use app::{App, AppConfig, Rules};
pub(crate) use app::{off_thread, off_thread_raw};
pub use assets::{asset, asset_text};
pub use cookies::{
    DEMAND_COOKIE, DENSITY_COOKIE, SESSION_COOKIE, SIZE_COOKIE, cookie, session_cookie,
};
pub use form::{FieldErrors, Form, encode};
pub use guard::{Need, Who};
pub use identify::Hx;
pub(crate) use oidc::button as oidc_button;
pub use page::{Crumb, Flash, Frame, NavGroup, NavItem, page};
pub use posted::{Posted, to_save, to_save_as, to_see};
pub use problem::{Problem, WayBack};
pub use routes::{RouteInfo, Routes};
pub use server::{all_routes, router, routes};
pub use visit::Visit;

#[cfg(test)]
mod tests;
