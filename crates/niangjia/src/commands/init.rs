//! `niangjia init`: an empty district with its three administrators.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use kernel::Date;
use store::Tx;
use union::access;
use union::orgs::{self, NewOrg, OrgKind};
use web::Rules;

use super::Outcome;
use crate::config::{DEFAULT_DIR, Home};
use crate::open;
use crate::setup::{self, Made, Person};
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
    /// The district or the name will not do, the folder is not empty, or something cannot be written; then nothing
    /// of it stays.
    pub fn run(self, system: &System) -> Outcome {
        let home = Home::plan(&self.dir, &self.district, &self.name, self.url.as_deref())?;
        setup::clear_unfinished(&home.dir)?;
        setup::require_empty(&home)?;
        // Everything that can be told without writing comes first.
        let rules = open::rules(&home, system)?;
        orgs::check_name(&self.name).context("--name 不能用作区总工会的名称")?;
        let made = Made::begin(&home)?;
        let passwords = set_up(&home, &rules, system).inspect_err(|_| made.clear())?;
        Made::done(&home)?;
        say(&home, &passwords);
        Ok(ExitCode::SUCCESS)
    }
}

/// Folder, keys, database, federation, administrators; their first passwords. The rows of the district come in one
/// transaction: in a database of a server, which is not cleared away with the folder, a failure leaves none of them.
fn set_up(home: &Home, rules: &Rules, system: &System) -> anyhow::Result<Vec<String>> {
    setup::prepare(home)?;
    let db = open::new_database(home, system)?;
    let from_on = system.clock.today();
    db.found_district(home.district, &home.config.district_name, |tx| {
        let mut root = NewOrg::new(None, OrgKind::Federation, home.config.district_name.clone());
        root.note = "开通".to_owned();
        orgs::create_active(tx, &root).context("登记不了区总工会")?;
        let first = ADMINISTRATORS.into_iter();
        first
            .map(|one| administrator(tx, rules, from_on, one))
            .collect::<anyhow::Result<_>>()
    })
    .context("开通不了本区")
}

/// One of the three, and the first password.
fn administrator(
    tx: &mut Tx,
    rules: &Rules,
    from_on: Date,
    (login, name, role): (&'static str, &'static str, &'static str),
) -> anyhow::Result<String> {
    let password = access::one_time_password()?;
    let person = Person {
        login,
        name,
        password: &password,
        keep_password: false,
        member: None,
        posts: vec![(role, None)],
        from_on,
    };
    setup::account(tx, rules, &person).with_context(|| format!("建不了账号 {login}"))?;
    Ok(password)
}

fn say(home: &Home, passwords: &[String]) {
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
    for ((login, name, _), password) in ADMINISTRATORS.iter().zip(passwords) {
        println!("  {name}  {login:<11} {password}");
    }
    println!("\n启动：niangjia serve --dir {}", home.dir.display());
}
