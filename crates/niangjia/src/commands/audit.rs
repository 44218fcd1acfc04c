//! `niangjia audit`: is the log whole?

use store::audit::Report;

use super::{Outcome, found_wrong};
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Verify the sealed audit log
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
}

impl Args {
    /// Do it. Nothing is written, neither to the database nor to the anchor file.
    ///
    /// # Errors
    /// The folder or its database cannot be opened.
    pub fn run(self, system: &System) -> Outcome {
        let What::Verify { place } = self.what;
        let home = place.load()?;
        let db = open::database_as_it_is(&home, system)?;
        let held = db.districts()?;
        let mut wrong = false;
        for (district, name) in &held {
            let report = db.verify_log(*district)?;
            wrong |= report.fault.is_some();
            let whose = if held.len() > 1 { name.as_str() } else { "" };
            println!("{whose}{}", told(&report));
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
        Some(fault) => format!("审计日志不完整：{fault}。（此前 {records} 条记录完好）"),
    }
}
