//! 数据交换 exchange: spreadsheets in and out.
//!
//! A union officer brings a roll in whatever form an employer sent it. `reading` turns any spreadsheet into
//! rows, or says in one sentence what is wrong with the file and what to do about it. `survey` finds the sheet
//! and its headings; `columns` (definitions) says what headings mean; a person may correct that (对应字段) and
//! it is remembered. Every row is checked by the rules of the room it goes to, exactly as if it were typed; rows
//! that cannot be taken wait sealed (问题行) until someone puts them right. Taking in happens chunk by chunk, so
//! a crash costs nothing, and the whole batch can be taken back. Lists go out the same way they are seen,
//! watermarked and logged.

mod batch;
pub mod columns;
mod depot;
mod desk;
mod direct;
mod employer_rows;
mod error;
mod errors_book;
mod export;
mod export_cases;
mod export_employers;
mod fields;
mod fixing;
mod flow;
mod jobs;
mod mapping;
mod member_rows;
mod model;
mod pass;
mod places;
pub mod reading;
mod rules;
pub mod saved;
pub mod screen;
mod sheet_out;
pub mod sql;
mod stage;
pub mod steps;
mod survey;
mod template;
mod work;
mod xlsx_out;

#[cfg(test)]
mod tests;

pub use batch::list;
pub use columns::Layout;
pub use depot::{Depot, Received, Receiving};
pub use desk::{Choice, Desk, Overview, Preview, Upload};
pub use direct::{Refused, Report, Request};
pub use error::ExchangeError;
pub(crate) use errors_book::{bytes as errors_book_bytes, write as write_errors_book};
pub use export::{ExportRequest, Exported, FileKind};
pub use export_cases::CaseExport;
pub use export_employers::EmployerExport;
pub(crate) use fields::text_of;
pub use fixing::{Fix, keep_row, keep_rows};
pub use flow::{STEPS, Step, Verb, allows};
pub use jobs::handlers;
pub use mapping::{MappedColumn, Mapping};
pub use model::*;
pub use pass::Progress;
pub use rules::Permit;
pub(crate) use rules::may_take_out;
pub(crate) use sheet_out::{HandOver, Sheet, stream, time_limit};
pub use stage::{KindCount, ProblemFilter};
pub use survey::{Headings, Survey, survey};
pub use template::template;
pub(crate) use template::template_of;
pub use work::OnProgress;
