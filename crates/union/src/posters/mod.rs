//! 二维码海报 posters: a code on a wall, at a gate, in a canteen. Whoever scans it comes straight into the demand
//! form (码上助) with the place, and where it hangs at an employer the employer, filled in.
//!
//! The code is opaque: it is made from the poster and a key, names nobody, can be printed again and can be withdrawn
//! at any time; a withdrawn or expired one still leads to the form, without the place. Where a case goes from there
//! is the business of the case's kind (place × subject).

mod actions;
mod error;
mod model;
pub mod sql;
#[cfg(test)]
mod tests;

pub(crate) use actions::relocate;
pub use actions::{Spot, by_code, get, list, make, note_use, revoke};
pub use error::PosterError;
pub use kernel::ids::PosterId;
pub use model::{NewPoster, Poster, Standing};
