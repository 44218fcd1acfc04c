//! Tests of the employers room.

mod entering;
