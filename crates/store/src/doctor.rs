//! Is everything as it should be (体检)? Each check says what it looked at, what it found and what to do.

use std::path::Path;
use std::time::Duration;

use kernel::{DistrictCode, Instant};

use crate::actor::Actor;
use crate::args;
use crate::db::{Backend, Db};
use crate::error::StoreError;
use crate::jobs;
use crate::transfer::open_district;
use crate::vault::KeyFile;

crate::statements! {
    /// The moment of the last record.
    LAST_AUDIT = "SELECT at FROM audit_head WHERE district = $1";
    /// How many steps of the schema are applied.
    #[rollup("a list about the whole database")]
    STEPS = "SELECT COUNT(*) FROM schema_migration";
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// Must be mended.
    Bad,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: `密钥`, `磁盘`…
    pub check: &'static str,
    /// How it went.
    pub level: Level,
    /// What was found, and what to do if it is not good.
    pub message: String,
}

impl Finding {
    fn new(check: &'static str, level: Level, message: impl Into<String>) -> Self {
        Self {
            check,
            level,
            message: message.into(),
        }
    }
}

/// Free space below which a warning is given, whatever the size of the database.
const LEAST_FREE: u64 = 1 << 30;
/// A last record this far back makes one ask whether the clock is right.
const LONG_AGO: Duration = Duration::from_secs(400 * 86_400);

/// The key file: readable by us, by nobody else, and not inside the data folder.
pub fn keys(file: &Path, data: &Path) -> Vec<Finding> {
    const CHECK: &str = "密钥";
    let mut findings = Vec::new();
    match KeyFile::report(file) {
        Err(fault) => findings.push(Finding::new(CHECK, Level::Bad, fault.to_string())),
        Ok(report) => {
            let ids: Vec<String> = report.field_ids.iter().map(ToString::to_string).collect();
            let old = report.field_ids.len() > 1;
            let note = if old {
                "；旧密钥仍在，轮换完成后可移除"
            } else {
                ""
            };
            findings.push(Finding::new(
                CHECK,
                Level::Good,
                format!("密钥可用（编号{}）{note}", ids.join("、")),
            ));
            if report.too_open {
                let message = format!("{} 可被他人读取，请执行 chmod 600", file.display());
                findings.push(Finding::new(CHECK, Level::Bad, message));
            }
        }
    }
    if let (Ok(file), Ok(data)) = (file.canonicalize(), data.canonicalize())
        && file.starts_with(&data)
    {
        let message = "密钥文件放在数据目录内：拿到数据的人也就拿到了密钥，请移到目录之外";
        findings.push(Finding::new(CHECK, Level::Bad, message));
    }
    findings
}

/// The data folder: can be written to, and has room for at least one more copy of the database.
pub fn disk(folder: &Path, database: Option<&Path>) -> Vec<Finding> {
    const CHECK: &str = "磁盘";
    let probe = folder.join(".niangjia-probe");
    if let Err(fault) = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe))
    {
        return vec![Finding::new(
            CHECK,
            Level::Bad,
            format!("{} 不能写入：{fault}", folder.display()),
        )];
    }
    let Some(free) = free_space(folder) else {
        return vec![Finding::new(CHECK, Level::Good, "可写（剩余空间未知）")];
    };
    let size = database
        .and_then(|file| std::fs::metadata(file).ok())
        .map_or(0, |meta| meta.len());
    let (level, note) = match free {
        free if free < size => (Level::Bad, "：已放不下一份备份，请清理或扩容"),
        free if free < LEAST_FREE.max(size.saturating_mul(2)) => {
            (Level::Warning, "：空间偏紧，请留意")
        }
        _ => (Level::Good, ""),
    };
    let message = format!(
        "可写，剩余 {}，数据库 {}{note}",
        megabytes(free),
        megabytes(size)
    );
    vec![Finding::new(CHECK, level, message)]
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1 << 20))
}

#[cfg(unix)]
fn free_space(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free_space(_: &Path) -> Option<u64> {
    None
}

/// The database: structure, references, the clock against the log, the chains, the queue.
///
/// # Errors
/// Only when the database cannot be read at all.
pub fn database(db: &Db) -> Result<Vec<Finding>, StoreError> {
    let mut findings = vec![told("结构", structure(db))];
    match db.backend() {
        Backend::Sqlite => findings.push(told("引用", references(db))),
        Backend::Postgres => match db.server_findings() {
            Ok(more) => findings.extend(more),
            Err(fault) => findings.push(told("服务器", Err(fault))),
        },
    }
    let districts = db.districts()?;
    if districts.is_empty() {
        findings.push(Finding::new("区划", Level::Warning, "尚未开通任何区划"));
    }
    for (district, name) in districts {
        findings.push(told("时钟", clock(db, district, &name)));
        findings.push(told("密钥", sealed(db, district, &name)));
        findings.push(told("审计", chain(db, district, &name)));
        findings.push(told("任务", queue(db, district, &name)));
    }
    findings.extend(foreign(db).transpose().map(|found| told("审计", found)));
    Ok(findings)
}

/// A check that could not be made is bad; the others go on.
fn told(check: &'static str, found: Result<Finding, StoreError>) -> Finding {
    found.unwrap_or_else(|fault| Finding::new(check, Level::Bad, fault.to_string()))
}

/// Records of districts that this database does not hold.
fn foreign(db: &Db) -> Result<Option<Finding>, StoreError> {
    let found = db.foreign_records()?;
    Ok(found.first().map(|(district, records)| {
        let message =
            format!("审计日志和锚点里有{records}条属于区划 {district}，本库没有开通这个区划");
        Finding::new("审计", Level::Bad, message)
    }))
}

/// Every step is applied, and what lies there is what the steps make.
fn structure(db: &Db) -> Result<Finding, StoreError> {
    let nobody = nobody()?;
    let steps: i64 = db.read(&nobody, |tx| tx.one(&STEPS, &[])?.get(0))?;
    if let Some(difference) = db.schema_difference()? {
        let (level, advice) = if difference.mends_itself {
            (
                Level::Warning,
                "；正在大批导入，或导入中断过：服务启动时自动补建",
            )
        } else {
            (Level::Bad, "；有人改动过数据库结构，请查明，并从备份恢复")
        };
        let message = format!("{}{advice}", difference.message);
        return Ok(Finding::new("结构", level, message));
    }
    Ok(Finding::new(
        "结构",
        Level::Good,
        format!("已应用{steps}步，与程序一致"),
    ))
}

fn nobody() -> Result<Actor, StoreError> {
    DistrictCode::parse("000000")
        .map(Actor::system)
        .map_err(|fault| StoreError::Refused(fault.to_string()))
}

/// SQLite's own checks of the file.
fn references(db: &Db) -> Result<Finding, StoreError> {
    Ok(match db.check_file() {
        Ok(()) => Finding::new("引用", Level::Good, "数据库文件完好，引用关系完整"),
        Err(fault @ StoreError::Mismatch(_)) => Finding::new("引用", Level::Bad, fault.to_string()),
        Err(fault) => return Err(fault),
    })
}

/// The clock must not stand before the last record: deadlines and the log go by it.
fn clock(db: &Db, district: DistrictCode, name: &str) -> Result<Finding, StoreError> {
    let last: Option<Instant> = db.read(&Actor::system(district), |tx| {
        tx.opt(&LAST_AUDIT, args![district])?
            .map(|row| row.get(0))
            .transpose()
    })?;
    let now = db.clock().now();
    Ok(match last {
        Some(last) if last > now => {
            let message = format!(
                "{name}：系统时间 {now} 早于最近一条审计记录 {last}，请校准时钟（建议启用 NTP）"
            );
            Finding::new("时钟", Level::Bad, message)
        }
        Some(last) if now.since(last) > LONG_AGO => {
            let message =
                format!("{name}：最近一条审计记录是 {last}，距今已久，请确认系统时间 {now} 无误");
            Finding::new("时钟", Level::Warning, message)
        }
        _ => Finding::new("时钟", Level::Good, format!("{name}：系统时间 {now}")),
    })
}

/// Everything sealed opens under the keys at hand.
fn sealed(db: &Db, district: DistrictCode, name: &str) -> Result<Finding, StoreError> {
    let opened = db.read(&Actor::system(district), open_district);
    Ok(match opened {
        Ok(fields) => Finding::new(
            "密钥",
            Level::Good,
            format!("{name}：{fields}个加密字段都能打开"),
        ),
        Err(fault @ StoreError::Keys(_)) => {
            let message = format!("{name}：{fault}；请取回当时的密钥文件");
            Finding::new("密钥", Level::Bad, message)
        }
        Err(fault) => return Err(fault),
    })
}

/// The whole chain against its end and its anchors.
fn chain(db: &Db, district: DistrictCode, name: &str) -> Result<Finding, StoreError> {
    let report = db.verify_log(district)?;
    Ok(match report.fault {
        None => {
            let message = format!(
                "{name}：{}条记录完整，{}个锚点相符",
                report.records, report.anchors
            );
            Finding::new("审计", Level::Good, message)
        }
        Some(fault) => Finding::new("审计", Level::Bad, format!("{name}：{fault}")),
    })
}

/// A waiting job is late after this long.
const LATE: Duration = Duration::from_secs(3_600);
/// Nobody working for this long deserves a warning: the night's work was not done.
const IDLE: Duration = Duration::from_secs(86_400);

/// Dead jobs; a job that is passed over while others are done; a queue nobody works on. Work that only waits because
/// the program has not been started since is no fault: it is done as soon as it starts.
fn queue(db: &Db, district: DistrictCode, name: &str) -> Result<Finding, StoreError> {
    let counts = db.read(&Actor::system(district), jobs::counts)?;
    let now = db.clock().now();
    let waited = counts
        .oldest
        .map_or(Duration::ZERO, |oldest| now.since(oldest));
    let passed_over = counts
        .oldest
        .zip(counts.last_done)
        .is_some_and(|(oldest, done)| done.since(oldest) > LATE);
    let (level, message) = if counts.dead > 0 {
        let message = format!("{}项后台任务多次失败，请查看", counts.dead);
        (Level::Warning, message)
    } else if waited > LATE && passed_over {
        let message = format!(
            "有任务已等待{}分钟，其间别的任务照常办完，请查看日志",
            waited.as_secs() / 60
        );
        (Level::Warning, message)
    } else if waited > IDLE {
        let message = format!(
            "已有{}小时没有服务在办后台任务，请确认服务在运行",
            waited.as_secs() / 3600
        );
        (Level::Warning, message)
    } else if waited > LATE {
        let message = format!(
            "{}项待办，最早的到期{}分钟；服务启动后自动补办",
            counts.ready,
            waited.as_secs() / 60
        );
        (Level::Good, message)
    } else {
        (Level::Good, format!("{}项待办", counts.ready))
    };
    Ok(Finding::new("任务", level, format!("{name}：{message}")))
}

impl Db {
    /// What only the file itself can tell (SQLite).
    fn check_file(&self) -> Result<(), StoreError> {
        let Some(path) = self.file() else {
            return Ok(());
        };
        crate::transfer::check_sqlite(path)
    }

    /// What only the server can tell (PostgreSQL).
    fn server_findings(&self) -> Result<Vec<Finding>, StoreError> {
        let facts = self.server_facts()?;
        let mut findings = Vec::new();
        let version = format!("PostgreSQL {}", facts.version / 10_000);
        let level = if facts.version >= 150_000 {
            Level::Good
        } else {
            Level::Bad
        };
        let note = if level == Level::Good {
            ""
        } else {
            "：需要 15 或更高版本"
        };
        findings.push(Finding::new("服务器", level, format!("{version}{note}")));
        if facts.bypasses {
            let message = "数据库账号是超级用户或可绕过行级安全，第二道锁不起作用，请改用普通账号";
            findings.push(Finding::new("服务器", Level::Bad, message));
        }
        if !facts.durable {
            let message = "服务器关闭了 fsync 或 synchronous_commit，断电可能丢失已确认的数据";
            findings.push(Finding::new("服务器", Level::Bad, message));
        }
        Ok(findings)
    }
}
