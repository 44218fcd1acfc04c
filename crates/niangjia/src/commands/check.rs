//! `niangjia check KIND [VALUE…]`: is this a valid number, code, name, phone or amount?

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use kernel::check::{CheckKind, Verdict, check};
use kernel::{Date, IdType};

use super::{Outcome, SOME_REFUSED};
use crate::lines::{Answer, Line, LineFault, answer_lines, write_line};
use crate::system::System;

/// Check values; without any, check each line of standard input. One JSON line each; exit code 1 if any was
/// invalid.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Identity papers (证件号码)
    Id {
        /// Kind of paper, when the number alone does not tell: resident, hk_macau_permit, taiwan_permit, passport…
        #[arg(long = "type", value_name = "TYPE", value_parser = paper)]
        paper: Option<IdType>,
        #[command(flatten)]
        values: Values,
    },
    /// Unified social credit codes (统一社会信用代码)
    Uscc(Values),
    /// Personal names (姓名)
    Name(Values),
    /// Mobile phone numbers (手机号码)
    Phone(Values),
    /// Amounts in yuan (金额)
    Amount(Values),
}

#[derive(Debug, Args)]
struct Values {
    /// Values to check; without any, lines of standard input
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    values: Vec<OsString>,
}

fn paper(text: &str) -> Result<IdType, String> {
    IdType::from_code(text)
        .or_else(|| IdType::from_label(text))
        .ok_or_else(|| {
            let known: Vec<&str> = IdType::ALL.iter().map(|kind| kind.code()).collect();
            format!("one of: {}", known.join(", "))
        })
}

impl Kind {
    fn into_parts(self) -> (CheckKind, Vec<OsString>) {
        match self {
            Self::Id { paper, values } => (CheckKind::Id(paper), values.values),
            Self::Uscc(values) => (CheckKind::Uscc, values.values),
            Self::Name(values) => (CheckKind::Name, values.values),
            Self::Phone(values) => (CheckKind::Phone, values.values),
            Self::Amount(values) => (CheckKind::Amount, values.values),
        }
    }
}

impl Answer for Verdict {
    fn is_right(&self) -> bool {
        self.valid
    }
}

impl CheckArgs {
    /// Answers on standard output.
    ///
    /// # Errors
    /// When standard input or output fails.
    pub fn run(self, system: &System) -> Outcome {
        let (kind, values) = self.kind.into_parts();
        let today = system.clock.today();
        let all_right = if values.is_empty() {
            answer_lines(io::stdin().lock(), io::stdout().lock(), |line| {
                verdict(kind, &line, today)
            })
        } else {
            answer_values(kind, &values, today)
        };
        let all_right = all_right.context("读写标准输入输出失败")?;
        Ok(ExitCode::from(if all_right { 0 } else { SOME_REFUSED }))
    }
}

fn answer_values(kind: CheckKind, values: &[OsString], today: Date) -> io::Result<bool> {
    let mut output = io::stdout().lock();
    let mut all_right = true;
    for value in values {
        let text = value.to_string_lossy();
        let fault = value.to_str().is_none().then_some(LineFault::Encoding);
        let verdict = verdict(kind, &Line { text, fault }, today);
        all_right &= verdict.valid;
        if !write_line(&mut output, &verdict, false)? {
            break;
        }
    }
    Ok(all_right)
}

fn verdict(kind: CheckKind, line: &Line<'_>, today: Date) -> Verdict {
    match line.fault {
        Some(fault) => Verdict::wrong(&line.text, fault.code(), fault.message()),
        None => check(kind, &line.text, Some(today)),
    }
}
