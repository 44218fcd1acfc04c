//! Tests of the arrears room.

mod again;
mod colours;
mod daily;
mod deciding;
mod fresh;
mod from_cases;
mod intake;
mod packs;
mod pauses;
mod phones;
mod photos;
mod publishing;
mod refused;
mod scale;
mod silence;
pub(in crate::arrears) mod support;
mod verified;
mod weightiest;
