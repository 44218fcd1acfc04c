//! The one expression language of the rule sets (规则表达式): a checked, bounded, integer-only part of CEL, the
//! Common Expression Language.
//!
//! A text is parsed by the `cel` crate, checked (names, types, length, depth, size) and flattened into a
//! [`Program`]: a list of operations, each on results of earlier ones, equal ones shared. There are no loops, no
//! strings and no floating point, so a program always ends, costs what its length says, and means the same in a row
//! and in columns.
//!
//! Every operation may find its operands *unknown*. Unknown is an answer of its own: not zero, not false. Overflow
//! and division by zero are unknown too. `&&` and `||` still answer where one known side decides, as CEL does with
//! errors.

mod bounds;
mod build;
#[cfg(test)]
mod conformance;
mod program;
#[cfg(test)]
mod tests;

pub(crate) use bounds::{Bounds, FULL};
pub(crate) use build::{Builder, Type};
pub(crate) use program::{Node, Op, Program};

/// Longest text of one expression, in bytes.
pub(crate) const MAX_LENGTH: usize = 1024;
/// Most operations in each other.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most brackets in each other.
pub(crate) const MAX_BRACKETS: usize = 12;
/// Most operations in the program of one rule set or feature.
pub(crate) const MAX_NODES: usize = 4096;
