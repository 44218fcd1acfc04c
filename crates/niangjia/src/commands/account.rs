//! `niangjia account`: the way back in when an administrator has lost the password.

use std::process::ExitCode;

use anyhow::Context;
use store::{Actor, Tx};
use union::access::{self, AccessError, AccountLine};

use super::Outcome;
use crate::config::Place;
use crate::open;
use crate::system::System;

/// List accounts, give one a new first password
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Sign-in names, names and states
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Set a new first password, lift a lock; printed once, must be changed at the next sign-in
    ResetPassword {
        /// Sign-in name
        login: String,
        /// Take the second factor off as well, when the phone is lost
        #[arg(long)]
        remove_second_factor: bool,
        #[command(flatten)]
        place: Place,
    },
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// No such account, or the folder cannot be opened.
    pub fn run(self, system: &System) -> Outcome {
        match self.what {
            What::List { place } => list(&place, system),
            What::ResetPassword {
                login,
                remove_second_factor,
                place,
            } => reset(&login, remove_second_factor, &place, system),
        }
    }
}

fn list(place: &Place, system: &System) -> Outcome {
    let home = place.load()?;
    let db = open::database(&home, system)?;
    let lines = db.read(&Actor::system(home.district), every_account)?;
    for line in lines {
        println!("{}\t{}\t{}", line.login, line.name, line.state);
    }
    Ok(ExitCode::SUCCESS)
}

fn reset(login: &str, remove: bool, place: &Place, system: &System) -> Outcome {
    let home = place.load()?;
    let rules = open::rules(&home, system)?;
    let db = open::database(&home, system)?;
    let password = access::one_time_password()?;
    let actor = Actor {
        label: "命令行".to_owned(),
        ..Actor::system(home.district)
    };
    let factor_left = db
        .write(&actor, |tx| {
            let account = access::account_by_name(tx, login)?.ok_or(AccessError::NotFound)?;
            access::reset_password(tx, &rules.policy, account, &password)?;
            let factor = access::account(tx, account)?.totp_on;
            if factor && remove {
                access::remove_totp(tx, account, "命令行：在服务器上解除")?;
            }
            Ok::<_, AccessError>(factor && !remove)
        })
        .with_context(|| format!("重置不了账号“{login}”的口令"))?;
    println!("{login} 的新口令（只显示这一次，登录后须立即修改）：{password}");
    if factor_left {
        println!(
            "动态口令没有动，登录时仍要输入 6 位数字。手机也丢了的，再运行一次并加上 --remove-second-factor"
        );
    } else if remove {
        println!("动态口令已解除（原来没有启用的，没有变化）");
    }
    Ok(ExitCode::SUCCESS)
}

fn every_account(tx: &mut Tx) -> Result<Vec<AccountLine>, AccessError> {
    const PAGE: i64 = 500;
    let mut all: Vec<AccountLine> = Vec::new();
    loop {
        let after = all
            .last()
            .map(|line| line.login.clone())
            .unwrap_or_default();
        let page = access::accounts(tx, "", &after, PAGE)?;
        let more = i64::try_from(page.len()) == Ok(PAGE);
        all.extend(page);
        if !more {
            return Ok(all);
        }
    }
}
