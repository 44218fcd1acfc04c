//! Tests of the coverage room.

mod counting;
mod freezing;
mod support;
