//! Districts to measure: demo data made once for each size and kept under `target/bench`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::load;
use crate::process::Server;

/// Password of every demo account.
const PASSWORD: &str = "niangjia-demo";

/// The program under test, built with the same profile as this one.
pub fn niangjia() -> anyhow::Result<PathBuf> {
    if let Ok(path) = std::env::var("NIANGJIA_BIN") {
        return Ok(path.into());
    }
    let beside = std::env::current_exe()?.with_file_name("niangjia");
    if !beside.is_file() {
        bail!(
            "{} is not there: cargo build --release -p niangjia -p bench",
            beside.display()
        );
    }
    Ok(beside)
}

/// The program with arguments, quiet.
pub fn command(args: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(niangjia()?);
    command
        .args(args)
        .env("NIANGJIA_LOG", "error")
        .env_remove("NIANGJIA_DIR")
        .env_remove("NIANGJIA_KEYS");
    Ok(command)
}

/// This program again, as one of the floors.
pub fn floor(args: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(args);
    Ok(command)
}

/// A folder with a demo district.
#[derive(Debug, Clone)]
pub struct District {
    /// The folder; its keys lie beside it.
    pub dir: PathBuf,
}

impl District {
    /// The demo district of this size, made if it is not there yet.
    pub fn of(members: usize, employers: usize, months: usize) -> anyhow::Result<Self> {
        let dir = home().join(format!("demo-{members}-{employers}-{months}"));
        let district = Self { dir };
        eprintln!("… demo district with {members} members");
        let (members, employers, months) = (
            members.to_string(),
            employers.to_string(),
            months.to_string(),
        );
        let args = [
            "demo",
            "--dir",
            district.text(),
            "--members",
            &members,
            "--employers",
            &employers,
            "--months",
            &months,
            "--no-serve",
        ];
        let made = command(&args)?.status()?;
        if !made.success() {
            bail!("niangjia {args:?} ended with {made}");
        }
        Ok(district)
    }

    /// A copy to change, gone at the end.
    pub fn copy(&self) -> anyhow::Result<Copy> {
        let folder = tempfile::tempdir_in(home())?;
        let dir = folder.path().join("district");
        Ok(Copy {
            district: self.copy_to(&dir)?,
            _folder: folder,
        })
    }

    /// A copy in a folder, with its keys beside it.
    pub fn copy_to(&self, dir: &Path) -> anyhow::Result<Self> {
        copy_folder(&self.dir, dir)?;
        fs::copy(keys_of(&self.dir), keys_of(dir)).context("the key file")?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// The folder as text.
    pub fn text(&self) -> &str {
        self.dir.to_str().unwrap_or_default()
    }

    /// Its key file.
    pub fn keys(&self) -> PathBuf {
        keys_of(&self.dir)
    }

    /// Its SQLite file.
    pub fn database(&self) -> PathBuf {
        self.dir.join("data/niangjia.db")
    }

    /// The texts and ids a query gives.
    pub fn texts(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        let db = Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| match row.get_ref(0)? {
            ValueRef::Blob(id) => Ok(Uuid::from_slice(id).map(|id| id.to_string())),
            text => Ok(Ok(text.as_str()?.to_owned())),
        })?;
        rows.map(|row| Ok(row??)).collect()
    }

    /// Serve it on a free port.
    pub fn serve(&self) -> anyhow::Result<Server> {
        Server::start(&mut command(&[
            "serve",
            "--dir",
            self.text(),
            "--listen",
            "127.0.0.1:0",
        ])?)
    }
}

/// A copy of a district.
pub struct Copy {
    /// It.
    pub district: District,
    _folder: tempfile::TempDir,
}

/// Sign in; the session cookie to send.
pub fn sign_in(address: &str, login: &str) -> anyhow::Result<String> {
    let answer = load::post_form(
        address,
        "/login",
        &format!("login={login}&password={PASSWORD}"),
        None,
    )?;
    let cookie = answer
        .header("set-cookie")
        .and_then(|c| c.split(';').next())
        .map(ToOwned::to_owned);
    cookie
        .filter(|_| answer.status == 303)
        .with_context(|| format!("{login} cannot sign in: {}", answer.status))
}

/// Where districts are kept between runs.
pub fn home() -> PathBuf {
    let home = std::env::current_exe().ok().and_then(|exe| {
        exe.parent()
            .and_then(Path::parent)
            .map(|target| target.join("bench"))
    });
    let home = home.unwrap_or_else(|| PathBuf::from("target/bench"));
    let _ = fs::create_dir_all(&home);
    home
}

fn keys_of(dir: &Path) -> PathBuf {
    let name = dir
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    dir.with_file_name(format!("{name}.keys"))
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            // On the disk before anything is timed: what is measured would pay for the writing of the copy.
            fs::File::open(&target)?.sync_all()?;
        }
    }
    // The configuration names the key file by the folder's own name.
    let settings = to.join("niangjia.toml");
    if settings.is_file() {
        let (old, new) = (
            from.file_name().unwrap_or_default(),
            to.file_name().unwrap_or_default(),
        );
        let text = fs::read_to_string(&settings)?.replace(
            &format!("{}.keys", old.to_string_lossy()),
            &format!("{}.keys", new.to_string_lossy()),
        );
        fs::write(&settings, text)?;
    }
    Ok(())
}
