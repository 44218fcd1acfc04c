//! `niangjia import members|employers|signals FILE`: a spreadsheet in, by the same rules as on the page.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::Actor;
use union::exchange::{Desk, ExchangeError, ImportKind, Permit, Progress, Report, Request};
use union::failure::RoomError;

use super::{NOT_DONE, Outcome, found_wrong, import_signals};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Rows of the report that are printed in words; the rest is in --errors or --json.
const SHOWN: usize = 20;

/// Import a spreadsheet (.xlsx .xls .ods .csv). Exit 0 when all rows were taken, 1 when some were refused or the
/// list of refused rows (--errors) could not be written, 2 when the file as a whole was refused
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A roll of members (会员名册)
    Members(Import),
    /// A list of employers (用人单位名单)
    Employers(Import),
    /// A file of a registered feed (线索): columns as its definition in definitions/feeds says
    Signals(import_signals::Args),
}

#[derive(clap::Args)]
struct Import {
    /// The spreadsheet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Union of rows that name none: its unified credit code, full or short name, or id
    #[arg(long, value_name = "CODE")]
    org: Option<String>,
    /// Sheet to read, when it is not the first that looks right
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// File with `heading = field` pairs (TOML or JSON), where headings are not recognised
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
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
        let (kind, import) = match self.what {
            What::Members(import) => (ImportKind::Members, import),
            What::Employers(import) => (ImportKind::Employers, import),
            What::Signals(signals) => return signals.run(system),
        };
        let home = import.place.load()?;
        if let Some(errors) = &import.errors {
            can_be_written(errors)?;
        }
        let db = open::database(&home, system)?;
        let desk = Desk::new(db, home.uploads());
        let actor = Actor {
            label: "命令行".to_owned(),
            ..Actor::system(home.district)
        };
        let request = import.request(kind)?;
        let bar = Bar::new(!import.json);
        let done = desk.import_file(&actor, &Permit::program(), &request, &mut |progress| {
            bar.show(progress);
            Ok(())
        });
        bar.clear();
        match done {
            Ok(report) => {
                if import.json {
                    print_json(&report)?
                } else {
                    print_words(&report, &request)
                }
                Ok(found_wrong(
                    report.refused > 0 || report.errors_fault.is_some(),
                ))
            }
            Err(error) => refuse(&import, error),
        }
    }
}

impl Import {
    fn request(&self, kind: ImportKind) -> anyhow::Result<Request> {
        Ok(Request {
            file: self.file.clone(),
            kind,
            org: self.org.clone(),
            sheet: self.sheet.clone(),
            wishes: self
                .map
                .as_deref()
                .map(read_map)
                .transpose()?
                .unwrap_or_default(),
            dry_run: self.dry_run,
            errors: self.errors.clone(),
        })
    }
}

/// Proves before anything is imported that the list of refused rows can be written where it is wanted.
fn can_be_written(file: &Path) -> anyhow::Result<()> {
    let is_new = !file.exists();
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .and_then(|_| {
            if is_new {
                std::fs::remove_file(file)
            } else {
                Ok(())
            }
        })
        .with_context(|| format!("没有导入：--errors 的文件 {} 写不了", file.display()))
}

/// The file as a whole was refused: in words on standard error, and with --json as an object too.
fn refuse(import: &Import, error: ExchangeError) -> Outcome {
    let refused = matches!(
        error,
        ExchangeError::File(_) | ExchangeError::Invalid { .. } | ExchangeError::Refused(_)
    );
    if !refused {
        return Err(anyhow::Error::new(error).context("导入没有完成"));
    }
    eprintln!("没有导入：{error}");
    if import.json {
        let object = json!({
            "file": import.file.display().to_string(),
            "rows": 0, "new": 0, "updated": 0, "unchanged": 0, "refused": 0, "elsewhere": 0, "rows_refused": [],
            "error": { "code": error.code(), "message": error.to_string() },
        });
        println!("{object}");
    }
    Ok(ExitCode::from(NOT_DONE))
}

fn print_json(report: &Report) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(report)?);
    Ok(())
}

fn print_words(report: &Report, request: &Request) {
    let verb = if report.dry_run {
        "试算（没有写入）"
    } else {
        "导入完成"
    };
    println!("{verb}：{}，{}", report.file, report.format);
    println!(
        "  共 {} 行：新增 {}，更新 {}，未变 {}，未导入 {}（其中已是其他工会会员 {}）",
        report.rows, report.new, report.updated, report.unchanged, report.refused, report.elsewhere
    );
    if !report.batch.is_empty() {
        println!(
            "  批次 {}，可在工作台“数据导入”里继续修改或整批撤回",
            report.batch
        );
    }
    if report.resumed {
        println!("  接着上次中断的地方继续");
    }
    if !report.ignored_columns.is_empty() {
        println!("  没有用到的列：{}", report.ignored_columns.join("、"));
    }
    if !report.message.is_empty() {
        println!("  {}", report.message);
    }
    for row in report.rows_refused.iter().take(SHOWN) {
        println!("  第 {} 行 {}：{}", row.row, row.field, row.message);
    }
    if report.rows_refused.len() > SHOWN {
        println!("  …… 另有 {} 行", report.rows_refused.len() - SHOWN);
    }
    match (&request.errors, &report.errors_fault) {
        (Some(errors), Some(fault)) => println!(
            "  以上已导入；只有未导入的行没有写成 {}：{fault}",
            errors.display()
        ),
        (Some(errors), None) if report.refused > 0 => {
            println!("  未导入的行已写到 {}", errors.display());
        }
        _ => {}
    }
}

/// `{"身份证":"id_number"}` or `"身份证" = "证件号码"`.
fn read_map(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("读不出 {}", path.display()))?;
    let pairs = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(anyhow::Error::from)
    } else {
        toml::from_str(&text).map_err(anyhow::Error::from)
    };
    pairs.with_context(|| format!("{} 应是“列名 = 栏目”的对照（TOML 或 JSON）", path.display()))
}

/// Progress with rate and time left, on a terminal only.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(wanted: bool) -> Self {
        Self((wanted && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:32} {pos}/{len} 行 {per_sec}，还需 {eta} {msg}")
            {
                bar.set_style(style);
            }
            bar
        }))
    }

    fn show(&self, progress: &Progress) {
        let Some(bar) = &self.0 else { return };
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        bar.set_length(count(progress.expected.max(progress.done)));
        bar.set_position(count(progress.done));
        bar.set_message(format!(
            "新增 {} 未导入 {}",
            progress.tally.new,
            progress.tally.refused + progress.tally.confirm
        ));
    }

    fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
