//! Tests of the coverage room.

mod figures;
