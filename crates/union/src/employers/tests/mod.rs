//! Tests of the employers room.

mod counting;
mod entering;
