//! `niangjia definitions`: check, test and compare the reviewable rules; import next year's calendar.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use kernel::calendar::import_csv;
use kernel::definitions::{Catalogue, Definition, KINDS, Kind, diff};

use super::{Outcome, SOME_REFUSED};
use crate::lines::finish;
use crate::system::System;
use crate::words;

/// Work with definitions (规则定义).
#[derive(Debug, Args)]
pub struct DefinitionsArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Find what is wrong with the definitions; exit code 1 if anything is
    Check {
        /// A district's own folder, laid over the built-in definitions
        dir: Option<PathBuf>,
    },
    /// Run the tests inside the definitions; exit code 1 if any fails
    Test {
        /// A district's own folder, laid over the built-in definitions
        dir: Option<PathBuf>,
    },
    /// Say field by field what a folder changes; exit code 1 if anything differs
    Diff {
        /// The folder that is compared; alone, it is laid over the built-in definitions and compared with them
        old: PathBuf,
        /// A second folder, compared with the first as it stands
        new: Option<PathBuf>,
    },
    /// List every definition with its place, validity and fingerprint
    List {
        /// A district's own folder, laid over the built-in definitions
        dir: Option<PathBuf>,
    },
    /// Print the calendar definition of a year from a table notice_year,date,name,kind (off, work)
    Calendar {
        /// The table
        table: PathBuf,
        /// The year to write
        #[arg(long)]
        year: i16,
        /// Title and address of the State Council's notice
        #[arg(long)]
        source: String,
    },
}

/// Every kind of definition this program knows: the kernel's and the rooms'.
fn kinds() -> Vec<Kind> {
    [KINDS, union::DEFINITION_KINDS].concat()
}

/// What a verb found.
struct Findings {
    /// For standard output.
    text: String,
    /// For standard error.
    remark: String,
    all_right: bool,
}

impl DefinitionsArgs {
    /// Does what was asked and prints the findings.
    ///
    /// # Errors
    /// When a folder or table cannot be read.
    pub fn run(self, _system: &System) -> Outcome {
        let findings = match self.verb {
            Verb::Check { dir } => checked(dir.as_deref())?,
            Verb::Test { dir } => test(&catalogue(dir.as_deref())?),
            Verb::Diff { old, new } => compare(&old, new.as_deref())?,
            Verb::List { dir } => list(&catalogue(dir.as_deref())?),
            Verb::Calendar {
                table,
                year,
                source,
            } => import(&table, year, &source)?,
        };
        finish(io::stdout().lock().write_all(findings.text.as_bytes()))
            .context("写标准输出失败")?;
        eprint!("{}", findings.remark);
        Ok(ExitCode::from(if findings.all_right {
            0
        } else {
            SOME_REFUSED
        }))
    }
}

/// Puts a district's own folder in force for this run of the program; without one the built-in definitions are.
///
/// # Errors
/// When the folder cannot be read or what it holds does not pass `definitions check`: a rule nobody can read must
/// not be silently replaced by an older one.
pub fn install(dir: Option<&Path>) -> anyhow::Result<()> {
    let Some(dir) = dir else { return Ok(()) };
    let catalogue = Catalogue::embedded().clone().overlaid(read_folder(dir)?);
    let problems = catalogue.check_own(&kinds());
    if let Some(first) = problems.first() {
        bail!(
            "{} 里的定义有 {} 个问题，例如 {first}",
            dir.display(),
            problems.len()
        );
    }
    catalogue
        .install()
        .map_err(|_| anyhow::anyhow!("规则定义已经装入"))
}

/// The definitions in force, with the folder's laid over them.
fn catalogue(dir: Option<&Path>) -> anyhow::Result<Catalogue> {
    let in_force = Catalogue::in_force().clone();
    Ok(match dir {
        Some(dir) => in_force.overlaid(read_folder(dir)?),
        None => in_force,
    })
}

/// Every `.toml` file below `dir`, in order of path.
///
/// # Errors
/// When the folder or a file in it cannot be read, or it holds no definition at all.
pub fn read_folder(dir: &Path) -> anyhow::Result<Catalogue> {
    let folder = folder(dir)?;
    if let Some(fault) = folder.unread.first() {
        bail!("{} 里有读不出的文件：{fault}", dir.display());
    }
    Ok(Catalogue::from_files(folder.texts))
}

/// What lies in a folder of definitions.
struct Folder {
    /// Name and text of each file.
    texts: Vec<(String, String)>,
    /// What is wrong with the files that cannot be read.
    unread: Vec<String>,
}

fn folder(dir: &Path) -> anyhow::Result<Folder> {
    let mut files = Vec::new();
    collect(dir, &mut files).with_context(|| format!("读取文件夹 {} 失败", dir.display()))?;
    if files.is_empty() {
        bail!("{} 里没有 .toml 定义文件", dir.display());
    }
    files.sort();
    let (mut texts, mut unread) = (Vec::new(), Vec::new());
    for file in files {
        let name = file
            .strip_prefix(dir)
            .unwrap_or(&file)
            .to_string_lossy()
            .replace('\\', "/");
        match fs::read_to_string(&file) {
            Ok(text) => texts.push((name, text)),
            Err(fault) => unread.push(format!("{name}：{}", words::cause(&fault))),
        }
    }
    Ok(Folder { texts, unread })
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// A file that cannot be read is one fault more, and the others are told all the same.
fn checked(dir: Option<&Path>) -> anyhow::Result<Findings> {
    let in_force = Catalogue::in_force().clone();
    let Some(dir) = dir else {
        return Ok(check(&in_force, Vec::new()));
    };
    let Folder { texts, unread } = folder(dir)?;
    Ok(check(
        &in_force.overlaid(Catalogue::from_files(texts)),
        unread,
    ))
}

fn check(catalogue: &Catalogue, unread: Vec<String>) -> Findings {
    let faults = catalogue.check(&kinds());
    let problems: Vec<String> = faults
        .iter()
        .map(ToString::to_string)
        .chain(unread)
        .collect();
    Findings {
        text: problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect(),
        remark: format!(
            "{} 个定义，{} 个问题\n",
            catalogue.iter().count(),
            problems.len()
        ),
        all_right: problems.is_empty(),
    }
}

fn test(catalogue: &Catalogue) -> Findings {
    let outcomes = catalogue.test(&kinds());
    let failures = outcomes.iter().filter_map(|outcome| {
        let message = outcome.result.as_ref().err()?;
        Some(format!(
            "{} 第{}个测试：{message}\n",
            outcome.path, outcome.number
        ))
    });
    let unread = catalogue
        .problems()
        .into_iter()
        .map(|problem| format!("{problem}\n"));
    let faults: Vec<String> = failures.chain(unread).collect();
    Findings {
        text: faults.concat(),
        remark: format!("{} 个测试，{} 处未通过\n", outcomes.len(), faults.len()),
        all_right: faults.is_empty(),
    }
}

fn compare(old: &Path, new: Option<&Path>) -> anyhow::Result<Findings> {
    let changes = match new {
        Some(new) => diff(&read_folder(old)?, &read_folder(new)?),
        None => diff(Catalogue::in_force(), &catalogue(Some(old))?),
    };
    Ok(Findings {
        text: changes.iter().map(|change| format!("{change}\n")).collect(),
        remark: format!("{} 处不同\n", changes.len()),
        all_right: changes.is_empty(),
    })
}

fn list(catalogue: &Catalogue) -> Findings {
    let line = |definition: &Definition| {
        let header = &definition.header;
        let last = header
            .valid_to
            .map_or_else(String::new, |day| day.to_string());
        let short = definition.hash.get(..12).unwrap_or_default();
        format!(
            "{}\t{}\t{}\t{last}\t{short}\t{}\n",
            header.id, header.jurisdiction, header.valid_from, header.title
        )
    };
    Findings {
        text: catalogue.iter().map(line).collect(),
        remark: String::new(),
        all_right: true,
    }
}

fn import(table: &Path, year: i16, source: &str) -> anyhow::Result<Findings> {
    let text =
        fs::read_to_string(table).with_context(|| format!("读取 {} 失败", table.display()))?;
    Ok(match import_csv(year, source, &text) {
        Ok(text) => Findings {
            text,
            remark: String::new(),
            all_right: true,
        },
        Err(problems) => {
            let remark = problems
                .iter()
                .map(|problem| format!("{problem}\n"))
                .collect();
            Findings {
                text: String::new(),
                remark,
                all_right: false,
            }
        }
    })
}
