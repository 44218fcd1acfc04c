//! `niangjia rules train`: points learned from history, as a rule set file people can read and change.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::{Context, bail};
use kernel::definitions::Definition;
use kernel::warning::RuleSet;
use store::Actor;
use union::arrears::ArrearsError;
use union::arrears::replay::train::{Learned, Lesson, Named, Training};
use union::arrears::replay::{Collector, Ending, gather};
use union::failure::{Kind, RoomError};

use super::Outcome;
use super::alert_backtest::{progress, rule_set};
use crate::config::Place;
use crate::lines::finish;
use crate::open;
use crate::system::System;

/// Learn points and levels from the stored history and write FILE. Standard output shows the weights and, for every
/// place, how rules learned without it did there (Markdown). Exit 0 when done, 2 when there is nothing to learn from
#[derive(clap::Args)]
pub struct Args {
    /// How to learn: a definition in definitions/training
    #[arg(long, value_name = "NAME", default_value = "claims")]
    training: String,
    /// The rule set file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Id of the rule set; `rules.` and the file's name when absent
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Title of the rule set
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "集中申诉预警（机器学习的分值）"
    )]
    title: String,
    #[command(flatten)]
    place: Place,
    /// Only the kinds of signal this feed brings; repeat for several. Without: everything stored
    #[arg(long, value_name = "NAME")]
    feed: Vec<String>,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder, its database or a definition cannot be read, or the file cannot be written.
    pub fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let today = system.clock.today();
        let training = Training::named(home.district, today, &self.training)?;
        let named_set = |id: &str| rule_set(Path::new(id), home.district, today);
        let (candidates, workload) = (
            named_set(&training.candidates)?,
            named_set(&training.lowest.of)?,
        );
        let ending = Ending::all(home.district, today)?
            .into_iter()
            .find(|one| one.short == training.ending)
            .with_context(|| format!("没有名为“{}”的坏结局", training.ending))?;
        let db = open::database(&home, system)?;
        let bar = progress();
        let collector = Collector::wanting(&[&candidates, &workload], &ending.kinds());
        let actor = Actor {
            label: "命令行".to_owned(),
            ..Actor::system(home.district)
        };
        let gathered = db.read(&actor, |tx| {
            gather(tx, collector, &self.feed, today, &mut |read| {
                bar.set_message(format!("读取线索 {read}"));
            })
        });
        let gathered = gathered
            .map_err(|error: ArrearsError| anyhow::Error::new(error).context("读取历史失败"))?;
        bar.set_message("学习");
        let lesson = Lesson {
            training: &training,
            candidates: &candidates,
            workload: &workload,
            ending: &ending,
            history: &gathered.history,
            named: &self.named(&training),
        };
        let learned = lesson.learn();
        bar.finish_and_clear();
        match learned {
            Ok(learned) => self.write(&learned),
            Err(error) if error.kind() == Kind::Fault => Err(error.into()),
            Err(error) => bail!("没有学：{error}"),
        }
    }

    fn named(&self, training: &Training) -> Named {
        let stem = self.out.file_stem().unwrap_or_default().to_string_lossy();
        let id = self.id.clone();
        Named {
            id: id.unwrap_or_else(|| format!("rules.{}", stem.replace('-', "_"))),
            title: self.title.clone(),
            source: format!(
                "从存下的历史学出（definitions/training 的 {}，条件取自 {}）",
                self.training, training.candidates
            ),
        }
    }

    fn write(&self, learned: &Learned) -> Outcome {
        // What was written must be readable: the file is checked before it replaces anything.
        let definition =
            Definition::parse("rules/learned.toml", &learned.text).map_err(anyhow::Error::msg)?;
        RuleSet::read(&definition).map_err(|faults| anyhow::anyhow!(faults.join("；")))?;
        fs::write(&self.out, &learned.text)
            .with_context(|| format!("写 {} 失败", self.out.display()))?;
        finish(print(learned, &mut io::stdout().lock())).context("写标准输出失败")?;
        eprintln!("规则集：{}", self.out.display());
        Ok(ExitCode::SUCCESS)
    }
}

/// Weights, then the table of left-out places.
fn print(learned: &Learned, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "| 条件 | 权重 | 分值 |\n|---|---|---|")?;
    for (code, weight, points) in &learned.weights {
        writeln!(out, "| {code} | {weight:.3} | {points} |")?;
    }
    writeln!(out, "\n等级起点：{}\n", texts(&learned.from))?;
    writeln!(
        out,
        "| 学时去掉的地方 | 那里的等级起点 | 预警 | 准确率 | 坏结局 | 走在前面 | 提前中位（天） |\n|---|---|---|---|---|---|---|"
    )?;
    for one in &learned.left_out {
        row(out, &one.place, &texts(&one.from), &one.figures)?;
    }
    row(out, "合计", "—", &learned.pooled)
}

fn row(
    out: &mut impl io::Write,
    place: &str,
    from: &str,
    figures: &union::arrears::replay::sheet::Figures,
) -> io::Result<()> {
    let or_dash = |value: Option<f64>| value.map_or("—".to_owned(), |value| value.to_string());
    writeln!(
        out,
        "| {place} | {from} | {} | {}% | {} | {} | {} |",
        figures.precision.n,
        or_dash(figures.precision.pct),
        figures.recall.n,
        figures.recall.k,
        or_dash(figures.median_lead)
    )
}

fn texts(numbers: &[i64]) -> String {
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    texts.join(" / ")
}
