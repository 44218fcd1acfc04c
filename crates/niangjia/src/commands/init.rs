//! `niangjia init`: an empty district with its three administrators.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use store::Actor;
use union::orgs::{self, NewOrg, OrgKind};

use super::Outcome;
use crate::config::{DEFAULT_DIR, Home};
use crate::open;
use crate::setup::{self, Person};
use crate::system::System;

/// Create an empty district: folder, keys, database, federation, three administrators
///
/// Prints a first password for each administrator, once; each must be changed at the first sign-in.
#[derive(clap::Args)]
pub struct Args {
    /// Folder to create
    #[arg(long, value_name = "DIR", env = "NIANGJIA_DIR", default_value = DEFAULT_DIR)]
    dir: PathBuf,
    /// GB/T 2260 code of the district, six digits
    #[arg(long, value_name = "CODE")]
    district: String,
    /// Name of its federation, for example 杭州市临平区总工会
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Database: sqlite:PATH or postgres://… [default: SQLite inside the folder]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Login, name, role.
const ADMINISTRATORS: [(&str, &str, &str); 3] = [
    ("sysadmin", "系统管理员", "system_admin"),
    ("secadmin", "安全管理员", "security_admin"),
    ("auditadmin", "审计管理员", "audit_admin"),
];

impl Args {
    /// Set it up.
    ///
    /// # Errors
    /// The folder is not empty, or something cannot be written.
    pub fn run(self, system: &System) -> Outcome {
        let home = Home::plan(&self.dir, &self.district, &self.name, self.url.as_deref())?;
        setup::require_empty(&home)?;
        setup::prepare(&home)?;
        let db = open::database(&home, system)?;
        setup::open_district(&home, &db)?;
        let rules = open::rules(&home, system)?;
        let today = system.clock.today();
        let mut root = NewOrg::new(None, OrgKind::Federation, home.config.district_name.clone());
        root.note = "开通".to_owned();
        db.write(&Actor::system(home.district), |tx| {
            orgs::create_active(tx, &root)
        })
        .context("登记不了区总工会")?;
        println!(
            "已在 {} 建好 {}（{}）。",
            home.dir.display(),
            home.config.district_name,
            home.district
        );
        println!(
            "密钥在 {}：请另行备份；没有它，加密的个人信息无法恢复。\n",
            home.key_file().display()
        );
        println!("首次登录的口令只显示这一次，登录后须立即修改：");
        for (login, name, role) in ADMINISTRATORS {
            let password = setup::random_password()?;
            let person = Person {
                login,
                name,
                password: &password,
                keep_password: false,
                member: None,
                posts: vec![(role, None)],
                from_on: today,
            };
            db.write(&Actor::system(home.district), |tx| {
                setup::account(tx, &rules, &person)
            })
            .with_context(|| format!("建不了账号 {login}"))?;
            println!("  {name}  {login:<11} {password}");
        }
        println!("\n启动：niangjia serve --dir {}", home.dir.display());
        Ok(ExitCode::SUCCESS)
    }
}
