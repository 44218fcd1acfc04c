//! Tests of the arrears room.

mod colours;
mod deciding;
mod intake;
mod packs;
mod support;
