//! `niangjia backup`: one file, made while the program serves.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Outcome;
use crate::config::Place;
use crate::open;
use crate::system::System;

/// Write a verified backup of the database to one file, while serving
///
/// The keys are not in it: without the key file the sealed fields of a backup cannot be read. Keep both,
/// apart from each other.
#[derive(clap::Args)]
pub struct Args {
    /// File to write; must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The file exists or cannot be written, or the folder cannot be opened.
    pub fn run(self, system: &System) -> Outcome {
        let home = self.place.load()?;
        let db = open::database(&home, system)?;
        let manifest = db.backup(&self.file)?;
        println!(
            "已备份到 {}：{} 张表 {} 行，{} MB。",
            self.file.display(),
            manifest.tables.len(),
            manifest.rows(),
            manifest.bytes.div_ceil(1 << 20)
        );
        for mark in &manifest.districts {
            println!(
                "  {} {}：审计日志 {} 条",
                mark.district, mark.name, mark.audit_seq
            );
        }
        println!(
            "备份不含密钥与 uploads、definitions 两个文件夹；密钥文件 {} 请另行保管。",
            home.key_file().display()
        );
        Ok(ExitCode::SUCCESS)
    }
}
