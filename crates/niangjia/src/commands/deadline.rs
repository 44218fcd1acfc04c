//! `niangjia deadline`: when is the last day?

use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use kernel::deadline::{DayType, Period, due_after};
use kernel::{Calendar, Date, text};
use serde::Serialize;

use super::{Outcome, SOME_REFUSED};
use crate::lines::{Answer, Line, answer_lines, write_line};
use crate::system::System;

/// Longest period taken, a hundred years of days: longer ones are typing mistakes.
const MOST_DAYS: u32 = 36_500;

/// The last day of a period: the first day is not counted, and a period of calendar days that would end on a rest
/// day ends on the next working day. Without options, lines `from,days,kind` are read from standard input. One JSON
/// line each; exit code 1 if any was invalid.
#[derive(Debug, Args)]
pub struct DeadlineArgs {
    /// The day something happened, 2025-09-26
    #[arg(long, value_name = "DATE", requires_all = ["days", "kind"], allow_hyphen_values = true)]
    from: Option<String>,
    /// How many days, months or years the period has
    #[arg(long, value_name = "N", requires = "from", allow_hyphen_values = true)]
    days: Option<String>,
    /// working (工作日), calendar (自然日), month (月) or year (年)
    #[arg(
        long,
        value_name = "KIND",
        requires = "from",
        allow_hyphen_values = true
    )]
    kind: Option<String>,
}

/// The answer to one question.
#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(untagged)]
enum DueAnswer {
    Due {
        from: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<u32>,
        kind: &'static str,
        due: String,
        provisional: bool,
    },
    Invalid {
        input: String,
        valid: bool,
        reason: String,
    },
}

impl Answer for DueAnswer {
    fn is_right(&self) -> bool {
        matches!(self, Self::Due { .. })
    }
}

impl DeadlineArgs {
    /// Answers on standard output.
    ///
    /// # Errors
    /// When standard input or output fails.
    pub fn run(self, _system: &System) -> Outcome {
        let calendar = Calendar::national();
        let all_right = match (self.from, self.days, self.kind) {
            (Some(from), Some(days), Some(kind)) => {
                let answer = answer(calendar, &format!("{from},{days},{kind}"));
                write_line(&mut io::stdout().lock(), &answer, true).map(|_| answer.is_right())
            }
            _ => answer_lines(io::stdin().lock(), io::stdout().lock(), |line| {
                answer_line(calendar, &line)
            }),
        };
        let all_right = all_right.context("读写标准输入输出失败")?;
        Ok(ExitCode::from(if all_right { 0 } else { SOME_REFUSED }))
    }
}

fn answer_line(calendar: &Calendar, line: &Line<'_>) -> DueAnswer {
    match line.fault {
        Some(fault) => invalid(&line.text, fault.message()),
        None => answer(calendar, &line.text),
    }
}

fn answer(calendar: &Calendar, line: &str) -> DueAnswer {
    match compute(calendar, line) {
        Ok(answer) => answer,
        Err(reason) => invalid(line, reason),
    }
}

fn invalid(line: &str, reason: &str) -> DueAnswer {
    DueAnswer::Invalid {
        input: line.to_owned(),
        valid: false,
        reason: reason.to_owned(),
    }
}

/// Reads `from,days,kind` and computes; the error is the reason for the person who wrote the line.
fn compute(calendar: &Calendar, line: &str) -> Result<DueAnswer, &'static str> {
    let line = text::half_width(line);
    let cells: Vec<&str> = line.split(',').map(text::trim).collect();
    let [from, days, kind] = cells.as_slice() else {
        return Err("每行应为三项 from,days,kind，例如 2025-09-26,10,working");
    };
    let from = read_date(from).ok_or("起始日期应写成 2025-09-26 的样子，并且是存在的日期")?;
    let days = read_days(days).ok_or("天数应为 0 至 36500 的整数")?;
    let period = read_period(days, kind)
        .ok_or("类型应为 working（工作日）、calendar（自然日）、month（月）或 year（年）")?;
    let due = due_after(calendar, from, period).ok_or("届满日超出可计算的范围")?;
    let (days, count, kind) = match period {
        Period::Days(days, kind) => (Some(days), None, kind.code()),
        Period::Months(count) => (None, Some(count), "month"),
        Period::Years(count) => (None, Some(count), "year"),
    };
    Ok(DueAnswer::Due {
        from: from.to_string(),
        days,
        count,
        kind,
        due: due.date.to_string(),
        provisional: due.provisional,
    })
}

/// Exactly `YYYY-MM-DD`; jiff alone would also take times, signs and week dates.
pub(super) fn read_date(text: &str) -> Option<Date> {
    let shape = text.bytes().enumerate().all(|(at, b)| {
        if at == 4 || at == 7 {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    });
    if text.len() != 10 || !shape {
        return None;
    }
    let date: Date = text.parse().ok()?;
    (date.year() > 0).then_some(date)
}

fn read_days(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|days| *days <= MOST_DAYS)
}

fn read_period(count: u32, kind: &str) -> Option<Period> {
    Some(match kind {
        "工作日" => Period::Days(count, DayType::Working),
        "自然日" | "日历日" => Period::Days(count, DayType::Calendar),
        "month" | "月" => Period::Months(count),
        "year" | "年" => Period::Years(count),
        code => Period::Days(count, DayType::from_code(code)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> String {
        match answer(Calendar::national(), line) {
            DueAnswer::Invalid { reason, .. } => reason,
            due => panic!("{line} was taken: {due:?}"),
        }
    }

    #[test]
    fn lines_as_people_write_them() {
        for line in [
            "2025-09-26,10,working",
            " 2025-09-26 , 10,working\t",
            "２０２５-０９-２６，10，工作日",
            "\u{FEFF}2025-09-26,010,working",
        ] {
            let DueAnswer::Due {
                due, provisional, ..
            } = answer(Calendar::national(), line)
            else {
                panic!("{line}")
            };
            assert_eq!((due.as_str(), provisional), ("2025-10-16", false), "{line}");
        }
    }

    #[test]
    fn anything_else_says_what_would_be_taken() {
        for (line, hint) in [
            ("", "三项"),
            ("2025-09-26,10", "三项"),
            ("2025-09-26,10,working,", "三项"),
            ("2025-02-29,10,working", "存在的日期"),
            ("2025-9-26,10,working", "2025-09-26"),
            ("20250926,10,working", "2025-09-26"),
            ("2025-09-26T10:00,10,working", "2025-09-26"),
            ("+2025-09-26,10,working", "2025-09-26"),
            ("0000-01-01,10,working", "2025-09-26"),
            ("2025-09-26,-1,working", "整数"),
            ("2025-09-26,+1,working", "整数"),
            ("2025-09-26,1.5,working", "整数"),
            ("2025-09-26,,working", "整数"),
            ("2025-09-26,36501,working", "36500"),
            ("2025-09-26,99999999999999999999,working", "36500"),
            ("2025-09-26,10,workday", "working"),
            ("2025-09-26,10,", "working"),
            ("2025-09-26,10,months", "month"),
            ("9999-12-01,60,calendar", "超出"),
            ("9999-12-01,60,month", "超出"),
            ("9999-12-01,60,working", "超出"),
        ] {
            assert!(reason(line).contains(hint), "{line}: {}", reason(line));
        }
    }
}
