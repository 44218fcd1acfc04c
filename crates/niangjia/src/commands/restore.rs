//! `niangjia restore`: a backup into an empty place, checked before it is there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use store::transfer::{self, Manifest};
use store::{Db, RandomIds};

use super::Outcome;
use crate::config::{DEFAULT_DIR, Home};
use crate::open;
use crate::setup::{self, Made};
use crate::system::System;

/// Restore a backup into an empty place and verify it
///
/// Every table is compared with the backup's own digests and every audit chain is walked before anything is put in
/// place. Works from and to both databases.
#[derive(clap::Args)]
pub struct Args {
    /// Backup made by `niangjia backup`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Folder to restore into: new, empty, or one with a niangjia.toml whose database is still empty
    #[arg(long, value_name = "DIR", env = "NIANGJIA_DIR", default_value = DEFAULT_DIR)]
    dir: PathBuf,
    /// Key file that belongs to the backup, to be copied beside the folder
    #[arg(long, value_name = "KEYS")]
    keys: Option<PathBuf>,
    /// Database for a new folder: sqlite:PATH or postgres://… [default: SQLite inside the folder]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The place is not empty, the keys are missing, or the backup does not hold together.
    pub fn run(self, system: &System) -> Outcome {
        let manifest = transfer::inspect(&self.file)?;
        setup::clear_unfinished(&self.dir)?;
        let home = self.home(&manifest)?;
        let made = Made::begin(&home)?;
        let db = self.restore(&home, system).inspect_err(|_| made.clear())?;
        Made::done(&home)?;
        self.say(&manifest, &db)?;
        Ok(ExitCode::SUCCESS)
    }

    fn restore(&self, home: &Home, system: &System) -> anyhow::Result<Db> {
        self.bring_keys(home)?;
        let vault = open::vault(home).with_context(|| {
            format!(
                "恢复需要备份时的密钥：请用 --keys 指明，或把它放到 {}",
                home.key_file().display()
            )
        })?;
        open::make_folders(home)?;
        let config = open::store_config(home);
        let ids = Arc::new(RandomIds::default());
        let (db, _) = transfer::restore(&self.file, &config, vault, system.clock.clone(), ids)?;
        if !Home::exists(&self.dir) {
            home.save()?;
        }
        Ok(db)
    }

    fn say(&self, manifest: &Manifest, db: &Db) -> anyhow::Result<()> {
        println!(
            "已恢复到 {}：{} 张表 {} 行，与备份（{}）逐表核对一致，加密字段都能打开。",
            self.dir.display(),
            manifest.tables.len(),
            manifest.rows(),
            manifest.made_at
        );
        for (district, name) in db.districts()? {
            println!("  {district} {name}：审计日志完整");
        }
        println!("启动：niangjia serve --dir {}", self.dir.display());
        Ok(())
    }

    /// The folder's own configuration, or a new one for what is in the backup.
    fn home(&self, manifest: &Manifest) -> anyhow::Result<Home> {
        if Home::exists(&self.dir) {
            if self.url.is_some() {
                bail!(
                    "{} 已有设置，数据库地址以其中的 url 为准",
                    self.dir.display()
                );
            }
            return Home::load(&self.dir);
        }
        setup::require_no_files(&self.dir)?;
        let first = manifest.districts.first().context("备份中没有任何区")?;
        Home::plan(
            &self.dir,
            first.district.as_str(),
            &first.name,
            self.url.as_deref(),
        )
    }

    /// Copies the given keys beside the folder, unless there are keys already.
    fn bring_keys(&self, home: &Home) -> anyhow::Result<()> {
        let (Some(from), to) = (&self.keys, home.key_file()) else {
            return Ok(());
        };
        if to.exists() {
            bail!("{} 已存在，不会覆盖密钥文件", to.display());
        }
        store::vault::KeyFile::copy(from, &to)
            .with_context(|| format!("无法把密钥文件复制到 {}", to.display()))
    }
}
