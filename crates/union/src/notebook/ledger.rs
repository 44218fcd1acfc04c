//! 账目: what a notebook adds up to. These are the types a statement is frozen in, so fields are only ever added.

use jiff::civil::Date;
use kernel::Fen;
use kernel::definitions::DefinitionRef;
use serde::{Deserialize, Serialize};

use super::Month;
use super::rules::Ground;

/// One amount of a month, with its step and its clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 约定工资, 平日加班 …
    pub title: String,
    /// In fen.
    pub amount: Fen,
    /// How it came about.
    pub step: String,
    /// The law and article it rests on.
    pub ground: String,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthAccount {
    /// Which.
    pub month: Month,
    /// Days with work.
    pub days: u32,
    /// Minutes of ordinary work on weekdays.
    pub ordinary: u32,
    /// Minutes beyond on weekdays.
    pub overtime: u32,
    /// Minutes on rest days.
    pub rest_day: u32,
    /// Minutes on statutory holidays.
    pub holiday: u32,
    /// What is due, line by line.
    pub lines: Vec<Line>,
    /// Their sum.
    pub due: Fen,
    /// What came.
    pub received: Fen,
    /// Due less received; negative when more came.
    pub owed: Fen,
    /// The day it must be there.
    pub due_on: Option<Date>,
    /// That day rests on a year whose holidays are not known.
    pub provisional: bool,
    /// That day has passed.
    pub is_due: bool,
    /// What the reader should know.
    pub remarks: Vec<String>,
}

/// The whole account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Month by month, the earliest first.
    pub months: Vec<MonthAccount>,
    /// Owed for months whose pay day has passed.
    pub owed: Fen,
    /// Earned and not yet due.
    pub coming: Fen,
    /// Titles of the evidence at hand.
    pub held: Vec<String>,
    /// What is still to be shown, in words.
    pub missing: Vec<String>,
    /// Clauses that apply.
    pub grounds: Vec<Ground>,
    /// Versions of the rules used.
    pub rules: Vec<DefinitionRef>,
}
