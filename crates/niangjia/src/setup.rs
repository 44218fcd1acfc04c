//! Setting up a folder: the same steps for a real district and for the demo.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kernel::Date;
use kernel::ids::{AccountId, OrgId};
use serde::{Deserialize, Serialize};
use store::{Db, Tx};
use union::access::{self, AccessError, NewAccount, NewPost};
use web::Rules;

use crate::config::{FILE, Home};
use crate::open;

/// Refuse a folder that is set up or holds something else.
///
/// # Errors
/// It is not empty.
pub fn require_empty(home: &Home) -> anyhow::Result<()> {
    let dir = home.dir.display();
    if Home::exists(&home.dir) {
        bail!("{dir} 里已有一个区的数据，不会覆盖；请换一个文件夹");
    }
    require_no_files(&home.dir)?;
    if let Some(file) = home.database_file().filter(|file| file.exists()) {
        bail!("数据库文件 {} 已存在，不会覆盖", file.display());
    }
    Ok(())
}

/// Refuse a folder that holds anything.
///
/// # Errors
/// It does, or it is no folder.
pub fn require_no_files(dir: &Path) -> anyhow::Result<()> {
    if dir.exists() && !dir.is_dir() {
        bail!("{} 是一个文件，要的是文件夹", dir.display());
    }
    let occupied = dir
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        bail!("{} 不是空文件夹；请换一个文件夹", dir.display());
    }
    Ok(())
}

/// The file inside a folder that names what an unfinished setup or restoration made there.
const UNFINISHED: &str = "unfinished.json";

/// Takes away what a setup or restoration left that was cut short by a kill or a loss of power, so that the same command
/// can be given again.
///
/// # Errors
/// The file that says what it made cannot be read.
pub fn clear_unfinished(dir: &Path) -> anyhow::Result<()> {
    let mark = dir.join(UNFINISHED);
    let Ok(text) = std::fs::read_to_string(&mark) else {
        return Ok(());
    };
    let made: Made = serde_json::from_str(&text)
        .with_context(|| format!("{} 读不懂；请换一个文件夹", mark.display()))?;
    made.clear();
    eprintln!("上次没有做完，留下的已清掉，从头再来。");
    Ok(())
}

/// Refuses a folder whose setup or restoration was cut short.
///
/// # Errors
/// It is one.
pub fn refuse_unfinished(dir: &Path) -> anyhow::Result<()> {
    if dir.join(UNFINISHED).exists() {
        bail!(
            "{} 的开通或恢复没有做完；请再运行一次同一条命令，会清掉留下的，从头再来",
            dir.display()
        );
    }
    Ok(())
}

/// The places that a setup or a restoration is about to make: those that were not there before it.
#[derive(Serialize, Deserialize)]
pub struct Made {
    /// Files and folders of its own, with everything in them.
    places: Vec<PathBuf>,
    /// Folders above them, to go only when nothing else is in them; innermost first.
    above: Vec<PathBuf>,
}

impl Made {
    /// Looks before anything is made, and notes it in the folder until it is done.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(home: &Home) -> anyhow::Result<Self> {
        let made = Self::watch(home);
        let note = || {
            std::fs::create_dir_all(&home.dir)?;
            store::files::replace(&home.dir.join(UNFINISHED), &serde_json::to_string(&made)?)?;
            anyhow::Ok(())
        };
        match note() {
            Ok(()) => Ok(made),
            Err(fault) => {
                made.clear();
                Err(fault.context(format!("写不了文件夹 {}", home.dir.display())))
            }
        }
    }

    /// Everything is there.
    ///
    /// # Errors
    /// The note cannot be taken away.
    pub fn done(home: &Home) -> anyhow::Result<()> {
        let mark = home.dir.join(UNFINISHED);
        std::fs::remove_file(&mark).with_context(|| format!("删不了 {}", mark.display()))
    }

    fn watch(home: &Home) -> Self {
        let inside = ["data", "anchors", FILE, UNFINISHED].map(|name| home.dir.join(name));
        let files = home.database_file().map_or_else(Vec::new, |file| {
            ["", "-wal", "-shm", ".restoring"]
                .map(|end| PathBuf::from(format!("{}{end}", file.display())))
                .into()
        });
        let above = [Some(home.dir.clone()), home.database_file()];
        let above = above.iter().flatten();
        let mut above: Vec<PathBuf> = above
            .flat_map(|place| place.ancestors().skip(1).map(Path::to_owned))
            .filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        above.sort_by_key(|folder| Reverse(folder.components().count()));
        let places = inside.into_iter().chain(files);
        let places = places.chain([home.dir.clone(), home.key_file()]);
        Self {
            places: places.filter(|place| !place.exists()).collect(),
            above,
        }
    }

    /// What failed leaves nothing behind, so that the next try finds an empty place.
    pub fn clear(self) {
        for place in self.places.iter().filter(|place| place.exists()) {
            let gone = if place.is_dir() {
                std::fs::remove_dir_all(place)
            } else {
                std::fs::remove_file(place)
            };
            if gone.is_err() {
                eprintln!("没有做完；请手工删去留下的 {}", place.display());
            }
        }
        for folder in &self.above {
            // Somebody else may have put something there meanwhile.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Folder, configuration and keys.
///
/// # Errors
/// Something cannot be written.
pub fn prepare(home: &Home) -> anyhow::Result<()> {
    home.save()?;
    open::make_keys(home).context("建不了密钥文件")
}

/// An account to make, with its posts: role and union.
pub struct Person<'a> {
    /// Sign-in name.
    pub login: &'a str,
    /// Name of the person.
    pub name: &'a str,
    /// First password.
    pub password: &'a str,
    /// Demo accounts keep theirs; others must change it at once.
    pub keep_password: bool,
    /// The member record, for workers.
    pub member: Option<kernel::ids::MemberId>,
    /// Roles with the union each is held at.
    pub posts: Vec<(&'a str, Option<OrgId>)>,
    /// First day of the posts.
    pub from_on: Date,
}

/// Make an account with its posts.
///
/// # Errors
/// The access room refused.
pub fn account(tx: &mut Tx, rules: &Rules, person: &Person<'_>) -> Result<AccountId, AccessError> {
    let new = NewAccount {
        login: person.login.to_owned(),
        name: person.name.to_owned(),
        password: person.password.to_owned(),
        keep_password: person.keep_password,
        member: person.member,
    };
    let account = access::create_account(tx, &rules.policy, &new)?;
    for (role, org) in &person.posts {
        let post = NewPost {
            account,
            role: (*role).to_owned(),
            org: *org,
            from_on: person.from_on,
        };
        access::grant_post(tx, &rules.roles, &post)?;
    }
    Ok(account)
}

/// Open the district in the database.
///
/// # Errors
/// The database said no.
pub fn open_district(home: &Home, db: &Db) -> anyhow::Result<()> {
    db.open_district(home.district, &home.config.district_name)
        .context("开通不了本区")
}
