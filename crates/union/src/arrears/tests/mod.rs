//! Tests of the arrears room.

mod intake;
mod support;
