//! Tests of the arrears room.

mod colours;
mod daily;
mod deciding;
mod intake;
mod packs;
mod phones;
mod refused;
mod scale;
mod support;
