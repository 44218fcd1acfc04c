//! `niangjia keys`: which keys there are, a new one, and the old ones gone.

use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use store::Db;
use store::transfer::{Rotation, rotate};
use store::vault::KeyFile;
use union::exchange::Depot;

use super::Outcome;
use crate::config::{Home, Place};
use crate::open;
use crate::system::System;

/// Show, rotate and retire the keys of sealed fields
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Numbers of the keys (never the keys)
    Show {
        #[command(flatten)]
        place: Place,
    },
    /// Make a new key and seal every field anew under it; the program may go on serving
    Rotate {
        /// Finish a rotation that was interrupted: make no further key
        #[arg(long)]
        resume: bool,
        /// Renew the signing key instead (anchors, receipts, card codes); what was signed before still verifies
        #[arg(long, conflicts_with = "resume")]
        sign: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Remove the keys that nothing is sealed with any more. Older backups then need the old key file
    Retire {
        #[command(flatten)]
        place: Place,
    },
}

impl Args {
    /// Do it.
    ///
    /// # Errors
    /// The keys are not in a file, a field does not open under any of them, or an upload still needs an older one.
    pub fn run(self, system: &System) -> Outcome {
        match self.what {
            What::Show { place } => show(&place.load()?),
            What::Rotate {
                resume,
                sign,
                place,
            } => {
                let home = place.load()?;
                in_a_file()?;
                if sign {
                    return renew_signing(&home);
                }
                if !resume {
                    let id = KeyFile::add_field_key(&home.key_file())?;
                    println!(
                        "已生成 {id} 号密钥：{}。请重新备份密钥文件。",
                        home.key_file().display()
                    );
                }
                let done = reseal(&open::database(&home, system)?)?;
                println!(
                    "已检查 {} 条记录，重新加密 {} 个字段。",
                    done.rows, done.resealed
                );
                println!(
                    "不再需要旧密钥时（旧备份除外）：niangjia keys retire --dir {}",
                    home.dir.display()
                );
                Ok(ExitCode::SUCCESS)
            }
            What::Retire { place } => {
                let home = place.load()?;
                in_a_file()?;
                // Also proves that every field opens, before anything is thrown away.
                let db = open::database(&home, system)?;
                let done = reseal(&db)?;
                let uploads = Depot::new(home.uploads()).under_older_keys(db.vault())?;
                if uploads > 0 {
                    bail!(
                        "还有 {uploads} 份上传的文件用旧密钥加密：等它们导入完成或取消后，再移除旧密钥"
                    );
                }
                KeyFile::drop_old_field_keys(&home.key_file())?;
                println!(
                    "{} 条记录都已使用现用密钥，旧密钥已移除。更早的备份需要旧的密钥文件。",
                    done.rows
                );
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn renew_signing(home: &Home) -> Outcome {
    let id = KeyFile::add_sign_key(&home.key_file())?;
    println!(
        "已生成 {id} 号签名密钥：{}。以前签的锚点、回执照样能核验；请重新备份密钥文件，并重启服务让它改用新密钥。",
        home.key_file().display()
    );
    Ok(ExitCode::SUCCESS)
}

fn show(home: &Home) -> Outcome {
    in_a_file()?;
    let report = KeyFile::report(&home.key_file())?;
    let ids: Vec<String> = report.field_ids.iter().map(ToString::to_string).collect();
    println!(
        "{}：字段密钥 {} 号，现用 {} 号；签名密钥 {} 把，现用 {} 号",
        home.key_file().display(),
        ids.join("、"),
        ids.last().map_or("无", |id| id),
        report.sign_ids.len(),
        report.sign_ids.last().copied().unwrap_or_default()
    );
    if report.too_open {
        println!("警告：该文件可被他人读取，请执行 chmod 600");
    }
    Ok(ExitCode::SUCCESS)
}

/// Keys from the environment are somebody else's to change.
fn in_a_file() -> anyhow::Result<()> {
    if std::env::var(open::KEYS).is_ok_and(|text| !text.trim().is_empty()) {
        bail!("密钥来自环境变量 {}，请在设置它的地方更换", open::KEYS);
    }
    Ok(())
}

/// Seals every field of every district under the key in use.
fn reseal(db: &Db) -> anyhow::Result<Rotation> {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?);
    let mut all = Rotation::default();
    for (district, name) in db.districts()? {
        let done = rotate(db, district, |so_far| {
            bar.set_message(format!(
                "{name}：{} 条记录，{} 个字段",
                so_far.rows, so_far.resealed
            ));
            bar.tick();
            Ok(())
        })
        .with_context(|| {
            format!("{name}的加密字段未能全部更换；已完成的部分有效，可用 --resume 继续")
        })?;
        all.rows += done.rows;
        all.resealed += done.resealed;
    }
    bar.finish_and_clear();
    Ok(all)
}
