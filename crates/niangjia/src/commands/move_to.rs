//! `niangjia move`: from SQLite to PostgreSQL, proven equal before the switch.

use std::process::ExitCode;

use super::Outcome;
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Move the district from SQLite to PostgreSQL, and switch only when both sides are equal
///
/// Stop `niangjia serve` first. Every table is compared row by row (counts and digests), and the end of the audit
/// chain; if anything differs nothing is switched. The SQLite file stays as it was and is no longer written to.
#[derive(clap::Args)]
pub struct Args {
    /// Where to: postgres://user:password@host/database. The role must not be a superuser
    #[arg(
        long,
        value_name = "URL",
        env = "NIANGJIA_MOVE_TO",
        hide_env_values = true
    )]
    to: String,
    #[command(flatten)]
    place: Place,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// A side cannot be opened, the target holds the district already, or the sides differ.
    pub fn run(self, system: &System) -> Outcome {
        let mut home = self.place.load()?;
        let db = open::database_even_if_moved(&home, system)?;
        let report = db.move_to(&self.to)?;
        home.config.url = self.to;
        home.save()?;
        let there = if report.was_there {
            "（上次迁移已复制，本次核对后切换）"
        } else {
            ""
        };
        println!("已迁移 {} 行{there}，两边逐表核对一致：", report.rows);
        for mark in &report.districts {
            println!(
                "  {} {}：审计日志到第 {} 条",
                mark.district, mark.name, mark.audit_seq
            );
        }
        println!("niangjia.toml 已改用新的数据库；原 SQLite 文件留存备查，不再写入。");
        println!("启动：niangjia serve --dir {}", home.dir.display());
        Ok(ExitCode::SUCCESS)
    }
}
