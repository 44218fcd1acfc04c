//! Reading spreadsheets: .xlsx, .xls, .ods and separated text as one stream of rows, in constant memory.
//!
//! Files come from everywhere, and some are broken, mislabelled or hostile. Whatever comes, the answer is
//! either rows or a [`FileFault`] with a remedy; never a crash, never more than 300 MB.

mod cell;
mod container;
mod detect;
mod fault;
mod ods;
mod rows;
mod source;
mod text;
mod workbook;
mod xls;
mod xlsx;

pub use cell::{Cell, Row, column_name};
pub use detect::{Format, MAX_FILE};
pub use fault::FileFault;
pub(crate) use fault::quoted;
pub use rows::{READER_THREAD, Rows};
pub use source::{OpenAgain, ReadSeek, Source};
pub use workbook::{Sheet, Workbook};

#[cfg(test)]
mod tests;
