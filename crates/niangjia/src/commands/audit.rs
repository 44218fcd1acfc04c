//! `niangjia audit`: is the log whole?

use store::Actor;
use store::audit::{anchor, verify};

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
    /// Do it.
    ///
    /// # Errors
    /// The folder or its database cannot be opened.
    pub fn run(self, system: &System) -> Outcome {
        let What::Verify { place } = self.what;
        let home = place.load()?;
        let db = open::database(&home, system)?;
        let file = db
            .anchor_file()
            .map(|path| anchor::read_file(path, db.vault()))
            .transpose()?;
        let report = db.read(&Actor::system(home.district), |tx| {
            verify::verify(tx, file.as_ref())
        })?;
        match &report.fault {
            None => println!(
                "审计日志完整：{} 条记录，{} 个锚点相符。",
                report.records, report.anchors
            ),
            Some(fault) => println!(
                "审计日志不完整：{fault}。（此前 {} 条记录完好）",
                report.records
            ),
        }
        Ok(found_wrong(report.fault.is_some()))
    }
}
