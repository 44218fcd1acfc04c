//! `niangjia doctor`: is everything as it should be?

use std::net::SocketAddr;

use serde_json::json;
use store::Db;
use store::doctor::{self, Finding, Level};

use super::{Outcome, found_wrong};
use crate::config::{Home, Place};
use crate::open;
use crate::system::System;

/// Check configuration, clock, disk, keys, schema, audit chain and queue; exit 1 when something is wrong
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// One JSON line for each check
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// Never: what cannot be opened is a finding.
    pub fn run(self, system: &System) -> Outcome {
        let findings = match self.place.load() {
            Ok(home) => examine(&home, system),
            Err(fault) => vec![bad("设置", format!("{fault:#}"))],
        };
        for finding in &findings {
            if self.json {
                let level = match finding.level {
                    Level::Good => "good",
                    Level::Warning => "warning",
                    Level::Bad => "bad",
                };
                println!(
                    "{}",
                    json!({ "check": finding.check, "level": level, "message": finding.message })
                );
            } else {
                println!(
                    "{} {}  {}",
                    sign(finding.level),
                    finding.check,
                    finding.message
                );
            }
        }
        Ok(found_wrong(
            findings.iter().any(|finding| finding.level == Level::Bad),
        ))
    }
}

fn sign(level: Level) -> &'static str {
    match level {
        Level::Good => "✓",
        Level::Warning => "！",
        Level::Bad => "✗",
    }
}

fn bad(check: &'static str, message: String) -> Finding {
    Finding {
        check,
        level: Level::Bad,
        message,
    }
}

fn examine(home: &Home, system: &System) -> Vec<Finding> {
    let mut findings = vec![settings(home)];
    if std::env::var(open::KEYS).is_ok_and(|text| !text.trim().is_empty()) {
        findings.push(match open::vault(home) {
            Ok(_) => Finding {
                check: "密钥",
                level: Level::Good,
                message: format!("来自环境变量 {}", open::KEYS),
            },
            Err(fault) => bad("密钥", format!("{fault:#}")),
        });
    } else {
        findings.extend(doctor::keys(&home.key_file(), &home.dir));
    }
    findings.extend(doctor::disk(&home.dir, home.database_file().as_deref()));
    match open::database_as_it_is(home, system) {
        Err(fault) => findings.push(bad("数据库", format!("{fault:#}"))),
        Ok(db) => {
            match doctor::database(&db) {
                Ok(more) => findings.extend(more),
                Err(fault) => findings.push(bad("数据库", fault.to_string())),
            }
            findings.extend(not_held(home, &db));
            if db.was_moved().unwrap_or(false) {
                findings.push(bad("数据库", open::moved_away(home)));
            }
        }
    }
    findings
}

/// The folder's district is not in the database.
fn not_held(home: &Home, db: &Db) -> Option<Finding> {
    let held = db.districts().ok()?;
    let there = held.iter().any(|(district, _)| *district == home.district);
    let name = &home.config.district_name;
    (!there).then(|| {
        let message = format!("数据库里没有 {name}（{}）的数据", home.district);
        bad("区划", message)
    })
}

/// What the configuration says, and what would be unwise about it.
fn settings(home: &Home) -> Finding {
    let (level, note) = match home.config.listen.parse::<SocketAddr>() {
        Err(_) => (Level::Bad, "；监听地址应写成 127.0.0.1:8610 的样子"),
        Ok(address) if !address.ip().is_loopback() && !home.config.secure_cookies => (
            Level::Warning,
            "；对外监听而未启用 secure_cookies，请置于 TLS 反向代理之后并打开它",
        ),
        Ok(_) if home.config.secure_cookies && home.config.proxies.is_empty() => (
            Level::Warning,
            "；在反向代理之后而 proxies 为空：全区会共用一份登录次数，请写上代理的地址，如 proxies = [\"127.0.0.1\"]",
        ),
        Ok(_) => (Level::Good, ""),
    };
    let message = format!(
        "{}（{}），监听 {}{note}",
        home.config.district_name, home.district, home.config.listen
    );
    Finding {
        check: "设置",
        level,
        message,
    }
}
