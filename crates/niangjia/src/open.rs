//! Opening a district's folder: keys, database, definitions.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use kernel::{Clock, IdSource};
use store::vault::KeyFile;
use store::{Db, RandomIds, StoreConfig, Vault};
use union::access::{AccessPolicy, Roles};
use union::settings::SettingDefinitions;

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

/// Open the database as the program runs it.
///
/// # Errors
/// No keys, or the database cannot be opened.
pub fn database(home: &Home, system: &System) -> anyhow::Result<Db> {
    database_with(home, system.clock.clone(), Arc::new(RandomIds::default()))
}

/// Open the database with another clock and other ids (the demo's past).
///
/// # Errors
/// No keys, or the database cannot be opened.
pub fn database_with(
    home: &Home,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
) -> anyhow::Result<Db> {
    let config = store_config(home)?;
    Db::open(&config, vault(home)?, clock, ids).context("打不开数据库")
}

/// The store's settings of this folder; makes the folders they name.
///
/// # Errors
/// A folder cannot be made.
pub fn store_config(home: &Home) -> anyhow::Result<StoreConfig> {
    let url = home.url();
    if let Some(folder) = url
        .strip_prefix("sqlite:")
        .and_then(|p| Path::new(p).parent())
    {
        make_folder(folder)?;
    }
    make_folder(&home.anchors())?;
    Ok(StoreConfig {
        url,
        readers: home.config.readers,
        anchor_file: Some(home.anchors().join("anchors.txt")),
    })
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

/// The text of a definition: the district's own file if it has one, else the one shipped.
///
/// # Errors
/// The own file cannot be read, or there is neither.
pub fn definition(home: &Home, path: &str) -> anyhow::Result<String> {
    let own = home.inside(Path::new("definitions")).join(path);
    if own.is_file() {
        return fs::read_to_string(&own).with_context(|| format!("读不出 {}", own.display()));
    }
    kernel::definitions::embedded_files()
        .iter()
        .find(|(name, _)| *name == path)
        .map(|(_, text)| (*text).to_owned())
        .with_context(|| format!("没有定义 {path}"))
}

/// The roles of the district.
///
/// # Errors
/// The definition does not hold together.
pub fn roles(home: &Home) -> anyhow::Result<Roles> {
    Roles::parse(&definition(home, "roles/roles.toml")?).context("角色定义")
}

/// The limits of sign-in and sessions.
///
/// # Errors
/// The definition does not hold together.
pub fn policy(home: &Home) -> anyhow::Result<AccessPolicy> {
    AccessPolicy::parse(&definition(home, "access/policy.toml")?).context("登录策略定义")
}

/// What may be set on screen.
///
/// # Errors
/// The definition does not hold together.
pub fn settings(home: &Home) -> anyhow::Result<SettingDefinitions> {
    SettingDefinitions::parse(&definition(home, "settings/settings.toml")?).context("设置定义")
}
