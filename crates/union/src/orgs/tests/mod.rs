//! Tests of the orgs room; `support` builds a small district other rooms' tests use too.

mod changing;
mod days;
mod flow;
mod founding;
mod founding_files;
pub(crate) mod support;
mod terms;
mod tree;
