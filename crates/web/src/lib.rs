//! Three faces and the API over one set of actions: `console/` (工作台), `hall/` (职工大厅),
//! `screen/` (驾驶舱) and `api/`. Each is split by the same room names as `union`.
//!
//! `shell/` holds what all faces share: the server, sign-in, layout, answers that say no, assets.
//! A page is one file here and one Askama template; its htmx fragment is a block of that template.

pub mod api;
pub mod console;
mod figures;
pub mod hall;
pub mod score;
pub mod screen;
pub mod shell;
#[cfg(test)]
mod testing;
mod town_map;

pub use shell::{App, AppConfig, Routes, Rules, router, routes};
