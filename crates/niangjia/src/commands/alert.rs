//! `niangjia alert evaluate|list|explain|backtest`: colours from the command line, by the same rules as on the desk.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, bail};
use kernel::{Fen, Instant};
use serde_json::json;
use store::{Actor, Tx};
use union::arrears::alerts::{self, AlertState, Evaluated, Who};
use union::arrears::desk::{self, DeskFilter, DeskLine};
use union::arrears::{ArrearsError, kinds, rulesets};
use union::coverage::Month;
use union::failure::{Kind, RoomError};

use super::{Outcome, alert_backtest, found_wrong};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Lines of the list in one question to the store.
const PAGE: usize = 500;

/// Wage-arrears warnings (欠薪预警): evaluate, list, explain, backtest
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Evaluate everybody something is known about. This month: now, and what follows for the alerts is written. An
    /// earlier month: what was known on its last evening, written nowhere
    Evaluate(Evaluate),
    /// The open alerts, most urgent first
    List(List),
    /// Why an alert has its colour: the stored explanation, computed again and compared
    Explain(Explain),
    /// Replay stored history day by day and score rule sets against what really happened (回放成绩单)
    Backtest(alert_backtest::Args),
}

#[derive(clap::Args)]
struct Evaluate {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    month: String,
    #[command(flatten)]
    place: Place,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    place: Place,
    /// Only this level
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// Closed ones instead of open ones
    #[arg(long)]
    closed: bool,
    /// Print one JSON array instead of words
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Explain {
    /// Number of the alert
    #[arg(value_name = "NO")]
    no: String,
    #[command(flatten)]
    place: Place,
    /// Print the stored bytes instead of words
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder or its database cannot be opened, or the database fails.
    pub fn run(self, system: &System) -> Outcome {
        match self.what {
            What::Evaluate(args) => args.run(system),
            What::List(args) => args.run(system),
            What::Explain(args) => args.run(system),
            What::Backtest(args) => args.run(system),
        }
    }
}

fn actor(district: kernel::DistrictCode) -> Actor {
    Actor {
        label: "命令行".to_owned(),
        ..Actor::system(district)
    }
}

impl Evaluate {
    fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let db = open::database(&home, system)?;
        let actor = actor(home.district);
        let Ok(month) = self.month.parse::<Month>() else {
            bail!("「{}」不是月份，请按 2026-10 的样子填写", self.month);
        };
        let today = db.clock().today();
        if month.first() > today {
            bail!("{} 还没有到", month.title());
        }
        let past = month.last() < today;
        let done = if past {
            let evening = Instant::from_shanghai(month.last(), 23, 59);
            db.read(&actor, |tx| alerts::look(tx, evening))
        } else {
            alerts::run(&db, &actor, Who::All)
        };
        let done = done.context("评估没有完成")?;
        if self.json {
            let mut object = serde_json::to_value(&done)?;
            if let Some(fields) = object.as_object_mut() {
                fields.insert("written".to_owned(), json!(!past));
            }
            println!("{object}");
        } else {
            print_words(&db.read(&actor, titles)?, &done, past);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// How people call the rule set in force and its levels.
struct Titles {
    id: String,
    rule_set: String,
    levels: BTreeMap<String, String>,
}

fn titles(tx: &mut Tx) -> Result<Titles, ArrearsError> {
    let rules = rulesets::in_force(tx, tx.today())?;
    Ok(Titles {
        id: rules.reference().id.clone(),
        rule_set: rules.title().to_owned(),
        levels: rulesets::level_titles(&rules),
    })
}

impl Titles {
    fn level<'a>(&'a self, id: &'a str) -> &'a str {
        self.levels.get(id).map_or(id, String::as_str)
    }

    fn rule_set<'a>(&'a self, id: &'a str) -> &'a str {
        if id == self.id { &self.rule_set } else { id }
    }
}

fn print_words(titles: &Titles, done: &Evaluated, past: bool) {
    let rule_set = titles.rule_set(&done.rule_set);
    println!("{} 评估完成，规则集「{rule_set}」", done.as_of);
    println!("  有线索的单位和项目 {}", done.subjects);
    for (level, count) in &done.levels {
        println!("  {}：{count}", titles.level(level));
    }
    if past {
        println!("  这是当时已知情况的回看，没有写入");
    } else {
        println!(
            "  新预警 {}，升级 {}，建议降级 {}",
            done.opened, done.raised, done.proposed
        );
    }
    for (kind, why) in &done.silent {
        let kind = kinds::schema(kind).map_or(kind.as_str(), |schema| schema.title.as_str());
        println!("  {kind}：{why}");
    }
}

impl List {
    fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let db = open::database(&home, system)?;
        let filter = DeskFilter {
            level: self.level.clone(),
            state: if self.closed {
                AlertState::Closed
            } else {
                AlertState::Open
            },
            ..DeskFilter::default()
        };
        if let Some(level) = &self.level {
            let known = db
                .read(&actor(home.district), desk::levels)
                .context("读不出预警的等级")?;
            if !known.iter().any(|one| one.id == *level) {
                let ids: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
                bail!("没有等级“{level}”；可用：{}", ids.join("、"));
            }
        }
        let lines = db
            .read(&actor(home.district), |tx| {
                let mut lines: Vec<DeskLine> = Vec::new();
                loop {
                    let after = lines.last().map(DeskLine::after);
                    let page = desk::page(tx, &filter, after, PAGE)?;
                    let ended = page.len() < PAGE;
                    lines.extend(page);
                    if ended {
                        return Ok::<_, ArrearsError>(lines);
                    }
                }
            })
            .context("读不出预警")?;
        if self.json {
            let list: Vec<_> = lines.iter().map(as_json).collect();
            println!("{}", serde_json::to_string(&list)?);
            return Ok(ExitCode::SUCCESS);
        }
        for line in &lines {
            println!(
                "{} {} {} 分 {}（{}）{}",
                line.no,
                line.level.label,
                line.score,
                line.subject_name,
                line.place,
                line.reasons.join("；")
            );
        }
        println!("共 {} 条", lines.len());
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(line: &DeskLine) -> serde_json::Value {
    json!({
        "no": line.no, "subject": line.subject_name, "place": line.place, "industry": line.industry,
        "level": *line.level, "score": line.score, "red_line": line.red_line, "reasons": line.reasons,
        "people": line.people.value, "people_verified": line.people.verified, "people_reported": line.people.reported,
        "amount": line.amount.value.map(Fen::plain), "amount_verified": line.amount.verified,
        "amount_reported": line.amount.reported.map(Fen::plain), "due": line.due.map(Instant::rfc3339),
        "owner": line.owner, "overdue": line.overdue, "proposed": line.proposed.as_deref(),
        "opened_at": line.opened_at.rfc3339(), "deferral_until": line.deferral_until.map(|day| day.to_string()),
    })
}

impl Explain {
    fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let db = open::database(&home, system)?;
        let actor = actor(home.district);
        // Reading an explanation is viewing the alert, from here as from a page.
        let found = db.write(&actor, |tx| {
            let alert = alerts::by_no(tx, &self.no)?;
            desk::viewed(tx, alert.id)?;
            let kept = alerts::explanation(tx, alert.id, &alert.explanation)?;
            let again = alerts::recompute(tx, &alert, &alert.explanation)?;
            Ok::<_, ArrearsError>((alert, kept, again, titles(tx)?))
        });
        let (alert, kept, again, titles) = match found {
            Ok(found) => found,
            Err(fault) if fault.kind() == Kind::Missing => {
                bail!("没有预警 {}", self.no);
            }
            Err(fault) => return Err(anyhow::Error::new(fault).context("解释读不出来")),
        };
        let same = kept.body == again;
        if self.json {
            println!("{}", kept.body);
        } else {
            let digest: String = alert
                .explanation
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            println!(
                "{} {}：{} 分，{}",
                alert.no,
                alert.title,
                alert.score,
                titles.level(&alert.level)
            );
            for reason in &alert.reasons {
                println!("  {reason}");
            }
            println!(
                "  规则集「{}」，{} 的情况，摘要 {digest}",
                titles.rule_set(&alert.rule_set),
                kept.as_of
            );
        }
        if !same {
            eprintln!("重新计算的结果与保存的不一致：数据或规则文件被改动过");
        }
        Ok(found_wrong(!same))
    }
}
