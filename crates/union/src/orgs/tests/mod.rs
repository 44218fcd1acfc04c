//! Tests of the orgs room; `support` builds a small district other rooms' tests use too.

pub(crate) mod support;
mod tree;
