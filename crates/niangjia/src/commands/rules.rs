//! `niangjia rules dry-run FILE`: who would change colour today if a rule set were in force; `rules train` learns one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use kernel::warning::RuleSet;
use serde_json::json;
use store::Actor;
use union::arrears::alerts::{self, Changed};
use union::arrears::{ArrearsError, rulesets};

use super::{Outcome, rules_train};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Changes that are printed in words; all of them with --json.
const SHOWN: usize = 50;

/// Rule sets of the warning (预警规则)
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Who would change colour today if the rule set of a file were in force; nothing is written
    DryRun(DryRun),
    /// Learn the points of conditions from stored history and write an ordinary rule set file (学分值)
    Train(rules_train::Args),
}

#[derive(clap::Args)]
struct DryRun {
    /// A rule set, as in definitions/rules
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
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
        let args = match self.what {
            What::Train(args) => return args.run(system),
            What::DryRun(args) => args,
        };
        let text = std::fs::read_to_string(&args.file)
            .with_context(|| format!("读不出 {}", args.file.display()))?;
        let name = args
            .file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let draft = match rulesets::draft(&format!("rules/{name}"), &text) {
            Ok(draft) => draft,
            Err(fault) => bail!("{fault}"),
        };
        let home = args.place.load()?;
        let db = open::database(&home, system)?;
        let (changed, now) = db
            .read(&Actor::system(home.district), |tx| {
                let force = rulesets::in_force(tx, tx.today())?;
                let changed = alerts::dry_run(tx, &draft)?;
                Ok::<_, ArrearsError>((changed, rulesets::level_titles(&force)))
            })
            .context("试算没有完成")?;
        if args.json {
            let object = json!({
                "rule_set": draft.reference().id, "hash": draft.reference().hash, "changed": changed,
            });
            println!("{object}");
        } else {
            print_words(&draft, &now, &changed);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Who would change, in words; `now` names the levels of the rule set in force.
fn print_words(draft: &RuleSet, now: &BTreeMap<String, String>, changed: &[Changed]) {
    let title = draft.title();
    let then = rulesets::level_titles(draft);
    println!(
        "如果今天改用「{title}」：{} 个单位或项目变色",
        changed.len()
    );
    for one in changed.iter().take(SHOWN) {
        println!(
            "  {}：{} → {}",
            one.name,
            colour(&one.now, now),
            colour(&one.then, &then)
        );
    }
    if changed.len() > SHOWN {
        println!("  …… 另有 {} 个", changed.len() - SHOWN);
    }
}

/// A level and its score: 红色 75 分.
fn colour(side: &(Option<String>, i64), titles: &BTreeMap<String, String>) -> String {
    let level = side.0.as_ref();
    let level = level.map_or("不预警", |id| titles.get(id).unwrap_or(id));
    format!("{level} {} 分", side.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_said_by_their_titles() {
        let titles = BTreeMap::from([("red".to_owned(), "红色".to_owned())]);
        assert_eq!(colour(&(Some("red".to_owned()), 75), &titles), "红色 75 分");
        assert_eq!(colour(&(None, 2), &titles), "不预警 2 分");
    }
}
