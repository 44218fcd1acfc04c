//! `niangjia demo`: a district full of made-up people, ready to click through.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use kernel::{Date, Instant};

use super::Outcome;
use crate::demo::{self, Wish};
use crate::serve::Service;
use crate::system::System;
use crate::{logging, open};

/// Make a demo district (once) and serve it
///
/// Real divisions, made-up employers and people; the same seed and day make the same district. A second start
/// keeps the data.
#[derive(clap::Args)]
pub struct Args {
    /// Folder
    #[arg(long, value_name = "DIR", default_value = "var/demo")]
    dir: PathBuf,
    /// Members
    #[arg(long, value_name = "N", default_value_t = demo::MEMBERS)]
    members: usize,
    /// Employers [default: 2000, more for more than 50,000 members]
    #[arg(long, value_name = "N")]
    employers: Option<usize>,
    /// Months of history
    #[arg(long, value_name = "N", default_value_t = demo::MONTHS)]
    months: usize,
    /// Seed of all chance
    #[arg(long, value_name = "S", default_value_t = demo::SEED)]
    seed: u64,
    /// District: 330113 (临平) or 330112 (临安)
    #[arg(long, value_name = "CODE", default_value = "330113")]
    district: String,
    /// Make it as if today were this day
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    /// Go on as if it were this moment, Shanghai time: the clock runs on from there (practice)
    #[arg(long, value_name = "2026-11-23 08:30", value_parser = moment)]
    clock: Option<Instant>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Only make it
    #[arg(long)]
    no_serve: bool,
}

impl Args {
    /// Make it and serve it.
    ///
    /// # Errors
    /// The folder holds something else, or the address is taken.
    pub fn run(self, system: &System) -> Outcome {
        logging::begin();
        let practice = self.clock.map(|moment| system.as_if(moment));
        let system = practice.as_ref().unwrap_or(system);
        let today: Date = match &self.today {
            Some(text) => text.parse().with_context(|| format!("“{text}”不是日期"))?,
            None => system.clock.today(),
        };
        let wish = Wish {
            dir: self.dir,
            district: self.district,
            members: self.members,
            employers: self.employers,
            months: self.months,
            seed: self.seed,
            today,
            listen: self.listen.clone(),
            quiet: false,
        };
        let demo = demo::ready(&wish, system)?;
        if self.no_serve {
            let roles = open::rules(&demo.home, system)?.roles;
            println!("{}", demo::greeting(&demo.home, &demo.db, &roles, None)?);
            return Ok(ExitCode::SUCCESS);
        }
        let (home, db, roles) = (
            demo.home.clone(),
            demo.db.clone(),
            open::rules(&demo.home, system)?.roles,
        );
        let greet = move |address| match demo::greeting(&home, &db, &roles, Some(address)) {
            Ok(text) => println!("{text}"),
            Err(error) => tracing::warn!("greeting: {error:#}"),
        };
        Service {
            rules: open::rules(&demo.home, system)?,
            home: demo.home,
            db: demo.db,
            demo: true,
            routes: web::routes(),
            listen: self.listen,
            works: true,
        }
        .run(greet)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A moment in Shanghai, to the minute.
fn moment(text: &str) -> Result<Instant, String> {
    let wrong = || format!("“{text}”不是时刻，请按 2026-11-23 08:30 的样子填写");
    let (day, time) = text.split_once(' ').ok_or_else(wrong)?;
    let day: Date = day.parse().map_err(|_fault| wrong())?;
    let time: jiff::civil::Time = time.parse().map_err(|_fault| wrong())?;
    Ok(Instant::from_shanghai(day, time.hour(), time.minute()))
}
