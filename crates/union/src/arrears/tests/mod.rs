//! Tests of the arrears room.

mod colours;
mod daily;
mod deciding;
mod intake;
mod packs;
mod phones;
mod refused;
mod scale;
pub(in crate::arrears) mod support;
