//! `niangjia alert backtest`: what rule sets would have shown, and how good that would have been.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, time::Duration};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::definitions::{Catalogue, Definition};
use kernel::warning::{RuleSet, SignalSchema, date_of};
use kernel::{Date, DistrictCode};
use store::{Actor, Db};
use union::arrears::ArrearsError;
use union::arrears::replay::{Collector, Ending, Gathered, Request, ScoreSheet, gather, score};

use super::Outcome;
use crate::config::Place;
use crate::open;
use crate::system::System;

/// The whole way from an empty folder, as one types it.
const EXAMPLES: &str = "\
From an empty folder:
  niangjia init --dir DIR --district 330113 --name 回放
  niangjia import signals us_wage_claims.csv.gz --feed public_wage_claims --dir DIR
  niangjia alert backtest --rules definitions/rules/claims-handmade.toml --rules definitions/rules/claims-trained.toml \\
      --from 2010-01 --to 2026-12 --out OUT --dir DIR
Penalties (public_penalties, public_safety_penalties): --rules definitions/rules/penalties.toml
A demo district (niangjia demo --dir DIR --no-serve): --rules rules.composite --ending confirmed
OUT/score.json has every figure, every alert with its day and every miss; what each figure means is said in score.html.
What a figure counts (hit, precision, recall, lead) and the plain counters beside it: docs/warning-quality.md.";

/// Replay rule sets over stored history and write score.json, score.html and score.md. Exit 0 when done, 2 when
/// there was nothing to score
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A rule set file, or the id of one in force (rules.composite); several are compared
    #[arg(long = "rules", value_name = "FILE", required = true)]
    rules: Vec<PathBuf>,
    /// First month that counts; earlier signals are known
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    from: Date,
    /// Last month that counts; later signals are not known
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    to: Date,
    /// Folder for the score sheet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Only this bad ending (坏结局), by id or short name; repeat for several. Without: every one that happened
    #[arg(long, value_name = "ID")]
    ending: Vec<String>,
    /// Only the kinds of signal this feed brings; repeat for several. Without: everything stored
    #[arg(long, value_name = "NAME")]
    feed: Vec<String>,
}

/// The first day of a month.
fn month(text: &str) -> Result<Date, String> {
    let day = format!("{text}-01").parse::<Date>();
    day.map_err(|_| "应为年月，例如 2019-01".to_owned())
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder, its database, a rule set or the output folder cannot be opened or do not hold together.
    pub fn run(self, system: &System) -> Outcome {
        if self.to < self.from {
            bail!("没有计算：--to 早于 --from");
        }
        let home = self.place.load()?;
        let today = system.clock.today();
        let rules = self
            .rules
            .iter()
            .map(|name| rule_set(name, home.district, today))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let endings = self.endings(home.district, today)?;
        let months_owed = months_owed(&endings, home.district, today)?;
        let db = open::database(&home, system)?;
        let bar = progress();
        let gathered = self.gather(&db, home.district, &rules, &endings, &months_owed, &bar)?;
        let endings = self.that_concern(endings, &rules, &gathered);
        let request = Request {
            rules: &rules,
            endings: &endings,
            months_owed: &months_owed,
            days: (self.from, self.to.last_of_month()),
        };
        let sheet = score(request, &gathered, &mut |title, day| {
            bar.set_message(format!("{title} {}", date_of(day)));
        });
        bar.finish_and_clear();
        let Some(sheet) = sheet.filter(|_| !endings.is_empty()) else {
            bail!(
                "没有计算：这段时间里没有存下可用的线索，或没有坏结局可对照。先用 niangjia import signals 导入历史"
            );
        };
        self.write(&sheet)?;
        print_words(&sheet, &self.out);
        Ok(ExitCode::SUCCESS)
    }

    /// The endings that were asked for, or all.
    fn endings(&self, district: DistrictCode, today: Date) -> anyhow::Result<Vec<Ending>> {
        let all = Ending::all(district, today)?;
        let named = |name: &str, ending: &Ending| {
            let plain = name.strip_prefix("endings.").unwrap_or(name);
            plain == ending.short || plain == ending.id
        };
        for name in &self.ending {
            if !all.iter().any(|ending| named(name, ending)) {
                let known: Vec<&str> = all.iter().map(|ending| ending.short.as_str()).collect();
                bail!("没有名为“{name}”的坏结局；可用：{}", known.join("、"));
            }
        }
        let wanted = |ending: &Ending| {
            self.ending.is_empty() || self.ending.iter().any(|name| named(name, ending))
        };
        Ok(all.into_iter().filter(wanted).collect())
    }

    /// Of the endings that happened, those the rule sets have to do with; all of them when asked for by name, or when
    /// none shares a kind of signal with them.
    fn that_concern(
        &self,
        endings: Vec<Ending>,
        rules: &[RuleSet],
        gathered: &Gathered,
    ) -> Vec<Ending> {
        let happened = |ending: &Ending| gathered.history.has(&ending.signal);
        let endings: Vec<Ending> = endings.into_iter().filter(happened).collect();
        let reads = |kind: &str| rules.iter().any(|rules| rules.kind(kind).is_some());
        let concerns = |ending: &&Ending| ending.kinds().iter().any(|(kind, _)| reads(kind));
        let near: Vec<Ending> = endings.iter().filter(concerns).cloned().collect();
        match self.ending.is_empty() && !near.is_empty() {
            true => near,
            false => endings,
        }
    }

    fn gather(
        &self,
        db: &Db,
        district: DistrictCode,
        rules: &[RuleSet],
        endings: &[Ending],
        months_owed: &BTreeMap<String, RuleSet>,
        bar: &ProgressBar,
    ) -> anyhow::Result<Gathered> {
        let sets: Vec<&RuleSet> = rules.iter().chain(months_owed.values()).collect();
        // Everything else that is stored is read too: the sheet says what else was known before the bad endings.
        let stored = SignalSchema::all(Catalogue::in_force());
        let stored = stored
            .iter()
            .map(|schema| (schema.kind.as_str(), Vec::new()));
        let kinds: Vec<(&str, Vec<&str>)> = endings
            .iter()
            .flat_map(Ending::kinds)
            .chain(stored)
            .collect();
        let collector = Collector::wanting(&sets, &kinds);
        let actor = Actor {
            label: "命令行".to_owned(),
            ..Actor::system(district)
        };
        // What happened after the last month is still needed: an alert of that month may have been right.
        let until = db.clock().today();
        let found = db.read(&actor, |tx| {
            gather(tx, collector, &self.feed, until, &mut |read| {
                bar.set_message(format!("读取线索 {read}"));
            })
        });
        found.map_err(|error: ArrearsError| anyhow::Error::new(error).context("读取历史失败"))
    }

    fn write(&self, sheet: &ScoreSheet) -> anyhow::Result<()> {
        fs::create_dir_all(&self.out)
            .with_context(|| format!("建立文件夹 {} 失败", self.out.display()))?;
        let files = [
            ("score.json", serde_json::to_string_pretty(sheet)? + "\n"),
            ("score.html", web::score::page(sheet)?),
            ("score.md", web::score::document(sheet)?),
        ];
        for (name, text) in files {
            let file = self.out.join(name);
            fs::write(&file, text).with_context(|| format!("写 {} 失败", file.display()))?;
        }
        Ok(())
    }
}

/// A rule set from a file, or the one in force with this id.
pub(super) fn rule_set(
    name: &Path,
    district: DistrictCode,
    today: Date,
) -> anyhow::Result<RuleSet> {
    let text = name.to_string_lossy();
    let in_force = Catalogue::in_force().at(&text, district, today);
    let definition = match in_force {
        Some(definition) if !name.exists() => definition.clone(),
        _ => {
            let toml = fs::read_to_string(name)
                .with_context(|| format!("读取规则集 {} 失败", name.display()))?;
            Definition::parse(&text, &toml)
                .map_err(|fault| anyhow::anyhow!("{}：{fault}", name.display()))?
        }
    };
    RuleSet::read(&definition)
        .map_err(|faults| anyhow::anyhow!("{}：{}", name.display(), faults.join("；")))
}

/// The rule sets the endings name for the comparison with months owed.
fn months_owed(
    endings: &[Ending],
    district: DistrictCode,
    today: Date,
) -> anyhow::Result<BTreeMap<String, RuleSet>> {
    let ids = endings
        .iter()
        .filter_map(|ending| ending.months_owed.as_ref());
    ids.map(|id| Ok((id.clone(), rule_set(Path::new(id), district, today)?)))
        .collect()
}

/// A line on standard error that says where one is; nothing when nobody looks.
pub(super) fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print_words(sheet: &ScoreSheet, out: &Path) {
    println!("{} 至 {}，{} 条线索", sheet.from, sheet.to, sheet.signals);
    for rules in &sheet.rule_sets {
        for one in &rules.endings {
            let f = &one.figures;
            let percent =
                |value: Option<f64>| value.map_or("—".to_owned(), |v| format!("{v:.1}%"));
            println!(
                "  {} × {}：预警 {}，准确率 {}，查全率 {}，提前中位 {} 天，每周误报 {}",
                rules.title,
                f.title,
                f.precision.n,
                percent(f.precision.pct),
                percent(f.recall.pct),
                f.median_lead
                    .map_or("—".to_owned(), |days| days.to_string()),
                f.false_alarms_per_week
            );
        }
    }
    println!("成绩单：{}", out.join("score.html").display());
}
