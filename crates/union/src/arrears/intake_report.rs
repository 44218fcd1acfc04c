//! What an import of signals is asked for, and what it answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::exchange::{Layout, Problem};

/// What is to be imported.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The file: .xlsx .xls .ods .csv, or .csv.gz.
    pub file: PathBuf,
    /// Name of the feed.
    pub feed: String,
    /// The sheet, if not the first that looks right.
    pub sheet: Option<String>,
    /// Say what would happen and write nothing.
    pub dry_run: bool,
    /// Where to write the refused rows with what is wrong beside each cell.
    pub errors: Option<PathBuf>,
}

/// How an import went: one object for programs to read.
#[derive(Debug, Clone, Serialize, Default)]
pub struct SignalReport {
    /// The file.
    pub file: String,
    /// Name of the feed.
    pub feed: String,
    /// What the file is.
    pub format: String,
    /// The sheet that was read.
    pub sheet: String,
    /// The delivery its rows name; empty in a rehearsal.
    pub delivery: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Rows below the headings.
    pub rows: i64,
    /// New observations.
    pub new: i64,
    /// There already, the same.
    pub unchanged: i64,
    /// Other figures from the same source.
    pub corrected: i64,
    /// Another source had reported the event; counted once.
    pub confirmed: i64,
    /// Another source had reported the event as less grave: the row of this file counts in its place.
    pub took_over: i64,
    /// Their employer is not certain: they wait in the match queue.
    pub waiting: i64,
    /// Not taken.
    pub refused: i64,
    /// Headings that were left out.
    pub ignored_columns: Vec<String>,
    /// Names and codes nobody knows, each once.
    pub unknown_employers: Vec<String>,
    /// Rows that were not taken, counted by what is wrong with them; the most frequent first.
    pub refused_by: Vec<RefusedCount>,
    /// Rows that were not taken, the first thousand.
    pub rows_refused: Vec<RefusedRow>,
}

/// One row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// Row number as the spreadsheet program shows it.
    pub row: u32,
    /// Heading of the field; empty when it concerns the row.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// In words, with the remedy.
    pub message: String,
    /// Further faults of the same row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<String>,
}

/// How many rows were not taken for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedCount {
    /// Heading of the field; empty when it concerns the row.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// The first of them, in words.
    pub example: String,
    /// How many.
    pub rows: usize,
}

impl RefusedRow {
    /// For the report.
    pub(super) fn of(layout: &Layout, problem: &Problem) -> Self {
        let first = problem.first();
        Self {
            row: problem.row,
            field: first
                .map(|fault| layout.title(&fault.field).to_owned())
                .unwrap_or_default(),
            code: first.map(|fault| fault.code.clone()).unwrap_or_default(),
            message: first.map(|fault| fault.message.clone()).unwrap_or_default(),
            further: problem
                .faults
                .iter()
                .skip(1)
                .map(|fault| fault.message.clone())
                .collect(),
        }
    }
}

impl RefusedCount {
    /// Each row counts for its worst fault.
    pub(super) fn of(layout: &Layout, problems: &[Problem]) -> Vec<Self> {
        let mut counts: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
        for fault in problems.iter().filter_map(Problem::first) {
            let kind = (layout.title(&fault.field), fault.code.as_str());
            counts.entry(kind).or_insert((0, &fault.message)).0 += 1;
        }
        let mut counts: Vec<Self> = counts
            .into_iter()
            .map(|((field, code), (rows, example))| Self {
                field: field.to_owned(),
                code: code.to_owned(),
                example: example.to_owned(),
                rows,
            })
            .collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.rows));
        counts
    }
}
