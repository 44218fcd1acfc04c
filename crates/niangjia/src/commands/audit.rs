//! `niangjia audit`: is the log whole? And its anchor file, when that was lost.

use std::path::{Path, PathBuf};

use anyhow::Context;
use kernel::DistrictCode;
use serde_json::json;
use store::audit::{Fault, Report};
use store::{Actor, Audit, Db, StoreError};

use super::{Outcome, found_wrong};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Verify the sealed audit log; write its anchor file anew when that is lost
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Walk the whole chain against its head and its daily anchors; exit 1 and name the first wrong record
    Verify {
        #[command(flatten)]
        place: Place,
    },
    /// Write the anchor file anew when it is lost: only from a log that holds together, never over a file that is
    /// there; that it was done is entered in the log
    Anchors {
        #[command(flatten)]
        place: Place,
    },
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The folder or its database cannot be opened, or a file cannot be written.
    pub fn run(self, system: &System) -> Outcome {
        match self.what {
            What::Verify { place } => verify(place, system),
            What::Anchors { place } => anchors(place, system),
        }
    }
}

/// Looks. Nothing is written, neither to the database nor to the anchor file.
fn verify(place: Place, system: &System) -> Outcome {
    let home = place.load()?;
    let db = open::database_as_it_is(&home, system)?;
    let held = db.districts()?;
    let mut wrong = false;
    for (district, name) in &held {
        let report = db.verify_log(*district)?;
        wrong |= report.fault.is_some();
        let whose = if held.len() > 1 { name.as_str() } else { "" };
        println!("{whose}{}", told(&report));
        if let Some(fault) = &report.fault {
            println!("{}", what_to_do(fault));
        }
    }
    if !held.iter().any(|(district, _)| *district == home.district) {
        wrong = true;
        println!("审计日志不完整：数据库里没有本区（{}）。", home.district);
    }
    for (district, records) in db.foreign_records()? {
        wrong = true;
        println!(
            "审计日志不完整：有 {records} 条记录或锚点属于区划 {district}，本库没有开通这个区划。"
        );
    }
    Ok(found_wrong(wrong))
}

/// Writes a lost anchor file anew. Who can write in the database could have taken anchors out of the file, so one that
/// is there is left as it is, with what it lacks, for people to look at.
fn anchors(place: Place, system: &System) -> Outcome {
    let home = place.load()?;
    let db = open::database(&home, system)?;
    let mut reports = Vec::new();
    let mut wrong = false;
    for (district, name) in db.districts()? {
        let report = db.verify_log(district)?;
        let lost = matches!(report.fault, None | Some(Fault::NoAnchorFile { .. }));
        if !lost {
            wrong = true;
            println!("{name}：{}", told(&report));
        }
        reports.push(report);
    }
    for (district, records) in db.foreign_records()? {
        wrong = true;
        println!("有 {records} 条记录或锚点属于区划 {district}，本库没有开通这个区划。");
    }
    let path = anchor_path(&db)?;
    if path.exists() {
        println!("锚点文件 {} 还在，没有改动。", path.display());
        if wrong {
            println!(
                "要从日志重写，请先把它移到别处保存，查清缺少的原因，再运行一次；移走的那一份请留着比对。"
            );
        }
        return Ok(found_wrong(wrong));
    }
    if wrong {
        println!("日志本身不完整，不能据此重写锚点文件；没有写任何东西。");
        return Ok(found_wrong(true));
    }
    let wanting: Vec<&Report> = reports.iter().filter(|one| days(one) > 0).collect();
    if wanting.is_empty() {
        println!("还没有已过去的一天，没有要写的锚点。");
        return Ok(found_wrong(false));
    }
    open::make_folders(&home)?;
    write_anew(&db, &path, &wanting)
}

/// How many anchors of a district its lost file should hold.
fn days(report: &Report) -> usize {
    match report.fault {
        Some(Fault::NoAnchorFile { days }) => days,
        _ => 0,
    }
}

fn anchor_path(db: &Db) -> anyhow::Result<PathBuf> {
    db.anchor_file()
        .map(Path::to_owned)
        .context("没有设置锚点文件的位置")
}

/// First the entry, then the file: no anchor file of this kind is without a word in the log.
fn write_anew(db: &Db, path: &Path, wanting: &[&Report]) -> Outcome {
    for report in wanting {
        let entry = Audit::of("audit.anchors_written", "district", report.district)
            .why("锚点文件不见了，从日志重写")
            .detail(json!({ "days": days(report), "records": report.records }));
        let actor = Actor::system(report.district);
        db.write::<_, StoreError>(&actor, |tx| tx.audit(entry))
            .context("日志里记不上这一笔，没有写锚点文件")?;
    }
    let written = db
        .write_all_anchors()
        .with_context(|| format!("写不了锚点文件 {}", path.display()))?;
    println!("已写出锚点文件 {}：{written} 个锚点。", path.display());
    let mut wrong = false;
    for report in wanting {
        let after = db.verify_log(report.district)?;
        wrong |= after.fault.is_some();
        println!("{}：{}", district_name(db, report.district)?, told(&after));
    }
    println!("已记入审计日志。请把这个文件复制到别的机器上；原先另存过的，请与它比对。");
    Ok(found_wrong(wrong))
}

fn district_name(db: &Db, wanted: DistrictCode) -> anyhow::Result<String> {
    let known = db.districts()?;
    let name = known.into_iter().find(|(district, _)| *district == wanted);
    Ok(name.map_or_else(|| wanted.to_string(), |(_, name)| name))
}

fn told(report: &Report) -> String {
    let records = report.records;
    match &report.fault {
        None => {
            let anchors = report.anchors;
            format!("审计日志完整：{records} 条记录，{anchors} 个锚点相符。")
        }
        Some(fault) if fault.is_about_anchors() => {
            format!("审计日志的锚点不完整：{fault}。（{records} 条记录前后相接）")
        }
        Some(fault) => {
            let before = match (fault.whole_before(), records) {
                (None, _) => format!("{records} 条记录前后相接"),
                (Some(_), 0) => "前面没有完好的记录".to_owned(),
                (Some(_), _) => format!("此前的 {records} 条（第1条到第{records}条）完好"),
            };
            format!("审计日志不完整：{fault}。{before}。")
        }
    }
}

/// The next steps, after a fault: nothing is changed before somebody has looked, and a backup says what stood there.
fn what_to_do(fault: &Fault) -> String {
    if fault.is_about_anchors() {
        return "怎么办：不要改动锚点文件；取出另存在别处的那一份比对，少的、改的以另存的为准，并查清谁动过。".to_owned();
    }
    let compare = match fault {
        Fault::Altered { seq } => format!("取第{seq}条的原文"),
        Fault::Resealed { seq } => {
            format!("从第{seq}条往前逐条比对（重新加封的可能不止这一条）")
        }
        Fault::HeadDiffers { seq } => format!("比对第{seq}条与链尾"),
        Fault::Missing { first, .. } | Fault::Cut { first, .. } => {
            format!("找回第{first}条起缺的记录")
        }
        Fault::Inserted { first, .. } => format!("确认第{first}条原来是什么"),
        Fault::Rewritten { sure, .. } => format!("从第{}条起逐条比对", sure + 1),
        _ => "比对链尾".to_owned(),
    };
    format!(
        "怎么办：先停下服务，把数据目录原样复制一份留作证据，不要自行补改；\
         再把出事之前的备份用 niangjia restore 恢复到另一个目录，{compare}；查清谁能动数据库，按安全事件上报。"
    )
}
