//! `niangjia serve`: run a district.

use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use anyhow::Context;
use store::Db;

use super::Outcome;
use crate::config::Place;
use crate::serve::Service;
use crate::system::System;
use crate::{logging, marker, open};

/// Serve a district until SIGTERM or SIGINT
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Address to listen on instead of the configured one; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Answer pages only: clocks, evaluations and other background work are done by another process
    #[arg(long)]
    without_jobs: bool,
}

impl Args {
    /// Serve.
    ///
    /// # Errors
    /// The folder, its keys or its database cannot be opened, or the address is taken.
    pub fn run(self, system: &System) -> Outcome {
        logging::begin();
        let home = self.place.load()?;
        let (district, today) = (home.district, system.clock.today());
        let (hand_over, opened) = mpsc::channel::<Db>();
        let (ready, routes) = mpsc::channel();
        // Beside the opening of the database, and on one thread, so that on a small machine it takes no core from it.
        thread::spawn(move || {
            let _ = ready.send(web::routes());
            union::read_ahead(district, today);
            // Whoever needs the connection opens it, and says what is wrong with it, if this cannot.
            opened.recv().map(|db| db.open_ahead())
        });
        let db = open::database(&home, system)?;
        let _ = hand_over.send(db.clone());
        let demo = marker::read(&home, &db)?.is_some();
        Service {
            rules: open::rules(&home, system)?,
            home,
            db,
            demo,
            routes: routes.recv().context("the routes contradict each other")?,
            listen: self.listen,
            works: !self.without_jobs,
        }
        .run(|_| ())?;
        Ok(ExitCode::SUCCESS)
    }
}
