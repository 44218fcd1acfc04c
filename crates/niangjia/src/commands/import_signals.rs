//! `niangjia import signals FILE --feed NAME`: a file of a registered feed in.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use store::Actor;
use union::arrears::intake::{Request, SignalReport, import_file};
use union::arrears::{ArrearsError, Permit};
use union::failure::{Kind, RoomError};

use super::{NOT_DONE, Outcome, found_wrong};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Rows and names that are printed in words; the rest is in --errors or --json.
const SHOWN: usize = 20;

/// Public records a warning can be tried on, as one types them.
const EXAMPLES: &str = "\
Examples (public records for `alert backtest`; each takes a .csv or a .csv.gz, and the same file again changes nothing):
  niangjia import signals us_wage_claims.csv.gz  --feed public_wage_claims      --dir DIR
  niangjia import signals us_warn_notices.csv.gz --feed public_layoff_notices   --dir DIR   (after the claims: matched by place and name)
  niangjia import signals tw_labour_law.csv.gz   --feed public_penalties        --dir DIR
  niangjia import signals tw_osh.csv.gz          --feed public_safety_penalties --dir DIR
  niangjia import signals jp_publications.csv.gz --feed public_offender_list    --dir DIR
Rows without an employer or a day are refused and counted; the exit code is then 1, and the other rows are in.";

/// Take in a file of a feed.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The spreadsheet, or a .csv.gz
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name of the feed, as in definitions/feeds; - and _ are the same
    #[arg(long, value_name = "NAME")]
    feed: String,
    #[command(flatten)]
    place: Place,
    /// Sheet to read, when it is not the first that looks right
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Say what would happen and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the refused rows here, with what is wrong beside each cell
    #[arg(long, value_name = "OUT.xlsx")]
    errors: Option<PathBuf>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder or its database cannot be opened, or the database fails.
    pub fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let db = open::database(&home, system)?;
        let actor = Actor {
            label: "命令行".to_owned(),
            ..Actor::system(home.district)
        };
        let request = Request {
            file: self.file.clone(),
            feed: self.feed.clone(),
            sheet: self.sheet.clone(),
            dry_run: self.dry_run,
            errors: self.errors.clone(),
        };
        match import_file(&db, &actor, &Permit::program(), &request, &mut |_| {}) {
            Ok(report) => {
                if self.json {
                    println!("{}", serde_json::to_string(&report)?);
                } else {
                    print_words(&report, &request);
                }
                Ok(found_wrong(report.refused > 0))
            }
            Err(error) => self.refuse(error),
        }
    }

    /// The file as a whole was refused: in words on standard error, and with --json as an object too.
    fn refuse(&self, error: ArrearsError) -> Outcome {
        if error.kind() == Kind::Fault {
            return Err(anyhow::Error::new(error).context("导入没有完成"));
        }
        eprintln!("没有导入：{error}");
        if self.json {
            let report = SignalReport {
                file: self.file.display().to_string(),
                feed: self.feed.clone(),
                dry_run: self.dry_run,
                ..SignalReport::default()
            };
            let mut object = serde_json::to_value(&report)?;
            if let Some(fields) = object.as_object_mut() {
                let fault = json!({ "code": error.code(), "message": error.to_string() });
                fields.insert("error".to_owned(), fault);
            }
            println!("{object}");
        }
        Ok(ExitCode::from(NOT_DONE))
    }
}

fn print_words(report: &SignalReport, request: &Request) {
    let verb = if report.dry_run {
        "试算（没有写入）"
    } else {
        "导入完成"
    };
    println!("{verb}：{}，{}", report.file, report.format);
    println!(
        "  共 {} 行：新线索 {}，重复 {}，更正 {}，印证其他来源 {}，更重而替代其他来源 {}，待单位比对 {}，未导入 {}",
        report.rows,
        report.new,
        report.unchanged,
        report.corrected,
        report.confirmed,
        report.took_over,
        report.waiting,
        report.refused
    );
    if !report.ignored_columns.is_empty() {
        println!("  没有用到的列：{}", report.ignored_columns.join("、"));
    }
    for writing in report.unknown_employers.iter().take(SHOWN) {
        println!("  单位不确定，已进入比对队列：{writing}");
    }
    for why in &report.refused_by {
        println!("  未导入 {} 行：{}", why.rows, why.example);
    }
    for row in report.rows_refused.iter().take(SHOWN) {
        println!("  第 {} 行 {}：{}", row.row, row.field, row.message);
    }
    if report.refused > SHOWN as i64 {
        println!("  …… 另有 {} 行", report.refused - SHOWN as i64);
    }
    if let Some(errors) = request.errors.as_ref().filter(|_| report.refused > 0) {
        println!("  未导入的行已写到 {}", errors.display());
    }
}
