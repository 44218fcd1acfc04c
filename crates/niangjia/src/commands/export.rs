//! `niangjia export members --out FILE`: the roll out, as the list on the page would give it.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use store::Actor;
use union::exchange::{Desk, ExportRequest, FileKind, Permit};
use union::failure::RoomError;
use union::members::Filter;
use union::orgs;

use super::Outcome;
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Export a list as .xlsx or .csv, masked, marked and entered in the audit log
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The roll of members (会员名册)
    Members(Members),
}

#[derive(clap::Args)]
struct Members {
    #[command(flatten)]
    place: Place,
    /// Only this union and those below it: its unified credit code, full or short name
    #[arg(long, value_name = "CODE")]
    org: Option<String>,
    /// File to write; `.csv` for text, otherwise Excel
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Numbers in clear, for this reason: each member can read it
    #[arg(long, value_name = "REASON")]
    reveal: Option<String>,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder, its database or the file cannot be opened; the union is not known.
    pub fn run(self, system: &System) -> Outcome {
        let What::Members(members) = self.what;
        let home = members.place.load()?;
        let db = open::database(&home, system)?;
        let actor = Actor {
            label: "命令行".to_owned(),
            ..Actor::system(home.district)
        };
        let mut filter = Filter::default();
        let mut in_words = "在册会员".to_owned();
        if let Some(text) = &members.org {
            let found = db
                .read(&actor, |tx| orgs::find(tx, text))
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            let [org] = found.as_slice() else {
                anyhow::bail!(
                    "{}工会“{text}”；请用统一社会信用代码或全称",
                    if found.is_empty() {
                        "找不到"
                    } else {
                        "有几个"
                    }
                );
            };
            in_words = format!("{}的{in_words}", org.name);
            filter.within = Some(org.path.clone());
        }
        let kind = FileKind::of(&members.out.to_string_lossy());
        let request = ExportRequest {
            filter,
            in_words,
            kind,
            reveal: members.reveal,
        };
        // Nobody sees the file before it is whole and in the log.
        let part = part_of(&members.out);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&part);
        let exported = match &mut file {
            Ok(file) => Desk::new(db, home.uploads()).export_members(
                &actor,
                &Permit::program(),
                &request,
                file,
            ),
            Err(error) => anyhow::bail!(
                "写不了 {}：{}",
                members.out.display(),
                crate::words::cause(error)
            ),
        };
        match exported {
            Ok(exported) => {
                fs::rename(&part, &members.out)
                    .with_context(|| format!("写不了 {}", members.out.display()))?;
                let masked = if exported.masked {
                    "已脱敏"
                } else {
                    "含明文"
                };
                println!(
                    "导出 {} 人到 {}（{masked}，编号 {}）",
                    exported.rows,
                    members.out.display(),
                    exported.no
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => {
                let _ = fs::remove_file(&part);
                let code = error.code();
                Err(anyhow::Error::new(error).context(format!("没有导出（{code}）")))
            }
        }
    }
}

fn part_of(out: &std::path::Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    out.with_file_name(name)
}
