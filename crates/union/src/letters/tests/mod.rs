//! Stories of documents, on both databases; papers and files.

mod numbering;
mod papers;
mod stories;
pub(crate) mod support;
