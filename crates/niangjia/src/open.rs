//! Opening a district's folder: keys, database, definitions.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use kernel::definitions::Catalogue;
use kernel::{Clock, Date, IdSource};
use serde::de::DeserializeOwned;
use store::vault::KeyFile;
use store::{Db, RandomIds, StoreConfig, Vault};
use web::Rules;

use crate::config::Home;
use crate::system::System;

/// Environment variable that holds the keys instead of a file (the file's text).
pub const KEYS: &str = "NIANGJIA_KEYS";

/// The keys: from the environment when set, else from the key file.
///
/// # Errors
/// There are none, or they are malformed.
pub fn vault(home: &Home) -> anyhow::Result<Vault> {
    match std::env::var(KEYS) {
        Ok(text) if !text.trim().is_empty() => {
            Vault::from_text(&text).with_context(|| format!("环境变量 {KEYS}"))
        }
        _ => Ok(Vault::from_file(&home.key_file())?),
    }
}

/// Make a key file unless there are keys already.
///
/// # Errors
/// The file cannot be written.
pub fn make_keys(home: &Home) -> anyhow::Result<()> {
    let from_environment = std::env::var(KEYS).is_ok_and(|text| !text.trim().is_empty());
    if from_environment || home.key_file().exists() {
        return Ok(());
    }
    Ok(KeyFile::create(&home.key_file())?)
}

/// Open the database of a district that was set up. A disk that is not mounted must not become an empty district, so
/// nothing is made here.
///
/// # Errors
/// No keys; there is no database, it cannot be opened, or it does not hold the district.
pub fn database(home: &Home, system: &System) -> anyhow::Result<Db> {
    let db = database_even_if_moved(home, system)?;
    if db.was_moved().context("读不出数据库")? {
        bail!("{}", moved_away(home));
    }
    Ok(db)
}

/// As [`database`], for a move that is begun or taken up again.
///
/// # Errors
/// As [`database`].
pub fn database_even_if_moved(home: &Home, system: &System) -> anyhow::Result<Db> {
    let (clock, ids) = (system.clock.clone(), Arc::new(RandomIds::default()));
    let db = Db::open_existing(&store_config(home), vault(home)?, clock, ids);
    holding(home, db.context("打不开数据库")?)
}

/// What a file says whose district lives in another database, and what to do.
pub fn moved_away(home: &Home) -> String {
    format!(
        "{} 的数据已迁移到 PostgreSQL，此文件只作留存；niangjia.toml 的 url 却还指着它。请用当时的地址再运行一次 niangjia move --to …（核对后切换）",
        home.url()
    )
}

/// As [`database`], and leaves even the schema as it is: for looking.
///
/// # Errors
/// As [`database`]; the schema has steps to take yet.
pub fn database_as_it_is(home: &Home, system: &System) -> anyhow::Result<Db> {
    let (clock, ids) = (system.clock.clone(), Arc::new(RandomIds::default()));
    Db::open_as_it_is(&store_config(home), vault(home)?, clock, ids).context("打不开数据库")
}

/// The database, if it holds the folder's district.
fn holding(home: &Home, db: Db) -> anyhow::Result<Db> {
    let held = db.districts().context("读不出数据库")?;
    if held.iter().any(|(district, _)| *district == home.district) {
        return Ok(db);
    }
    bail!(
        "数据库里没有 {}（{}）的数据，是空的或是别的区的库；没有改动。请核对 niangjia.toml 里的 url，确已丢失时从备份恢复",
        home.config.district_name,
        home.district
    )
}

/// Open the database of a new district, making it.
///
/// # Errors
/// No keys, or the database cannot be made.
pub fn new_database(home: &Home, system: &System) -> anyhow::Result<Db> {
    new_database_with(home, system.clock.clone(), Arc::new(RandomIds::default()))
}

/// As [`new_database`] with another clock and other ids (the demo's past).
///
/// # Errors
/// No keys, or the database cannot be made.
pub fn new_database_with(
    home: &Home,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> anyhow::Result<Db> {
    make_folders(home)?;
    Db::open(&store_config(home), vault(home)?, clock, ids).context("打不开数据库")
}

/// The store's settings of this folder.
pub fn store_config(home: &Home) -> StoreConfig {
    StoreConfig {
        url: home.url(),
        readers: home.config.readers,
        anchor_file: Some(home.anchors().join("anchors.txt")),
    }
}

/// Makes the folders of the database and of the anchors.
///
/// # Errors
/// A folder cannot be made.
pub fn make_folders(home: &Home) -> anyhow::Result<()> {
    if let Some(folder) = home.database_file().as_deref().and_then(Path::parent) {
        make_folder(folder)?;
    }
    make_folder(&home.anchors())
}

/// Make a folder that only its owner may enter: it holds personal data.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .with_context(|| format!("建不了文件夹 {}", folder.display()))
}

/// A definition in force for the district today.
///
/// # Errors
/// There is none, or it does not hold together.
fn rule<T: DeserializeOwned>(home: &Home, id: &str, today: Date) -> anyhow::Result<T> {
    let found = Catalogue::in_force()
        .at(id, home.district, today)
        .with_context(|| format!("没有对 {} 有效的定义 {id}", home.district))?;
    found
        .body()
        .map_err(|fault| anyhow::anyhow!("定义 {id}：{fault}"))
}

/// The definitions the web and access rooms are started with.
///
/// # Errors
/// A definition is missing or does not hold together.
pub fn rules(home: &Home, system: &System) -> anyhow::Result<Rules> {
    let today = system.clock.today();
    Ok(Rules {
        roles: rule(home, "roles.standard", today)?,
        policy: rule(home, "access.policy", today)?,
        settings: rule(home, "settings.standard", today)?,
    })
}
