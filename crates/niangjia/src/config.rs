//! The folder of a district and its `niangjia.toml`.
//!
//! Everything a district owns is in one folder, except the keys: whoever carries the folder away must
//! not be able to read it (GB/T 39786-2021).

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kernel::DistrictCode;
use kernel::definitions::Catalogue;
use serde::{Deserialize, Serialize};

/// Name of the file inside the folder.
pub const FILE: &str = "niangjia.toml";
/// Where `serve` listens unless told otherwise. Only this machine: TLS is a proxy's work.
pub const LISTEN: &str = "127.0.0.1:8610";
/// Folder used when neither `--dir` nor NIANGJIA_DIR is given.
pub const DEFAULT_DIR: &str = "var/niangjia";

/// `--dir`, the same in every command that works on a district.
#[derive(clap::Args, Debug, Clone)]
pub struct Place {
    /// Folder of the district (holds niangjia.toml)
    #[arg(long, value_name = "DIR", env = "NIANGJIA_DIR", default_value = DEFAULT_DIR)]
    pub dir: PathBuf,
}

impl Place {
    /// Read the folder's configuration.
    ///
    /// # Errors
    /// There is none, or it does not say what it must.
    pub fn load(&self) -> anyhow::Result<Home> {
        crate::demo::begun::refuse_half_made(&self.dir)?;
        crate::setup::refuse_unfinished(&self.dir)?;
        let home = Home::load(&self.dir)?;
        home.put_definitions_in_force()?;
        Ok(home)
    }
}

/// What `niangjia.toml` says. Unknown names are errors: a misspelt setting must not be ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Six-digit GB/T 2260 code of the district.
    pub district: String,
    /// Name of the federation, shown in the corner of every page.
    pub district_name: String,
    /// `sqlite:PATH` (relative to the folder) or `postgres://…`.
    pub url: String,
    /// Address and port of the web server; port 0 takes a free one.
    #[serde(default = "default_listen")]
    pub listen: String,
    /// Key file, relative to the folder; NIANGJIA_KEYS in the environment goes before it.
    pub key_file: PathBuf,
    /// Pages are reached through TLS: cookies are marked Secure.
    #[serde(default)]
    pub secure_cookies: bool,
    /// Addresses of the reverse proxies in front: what they say about where a request comes from (X-Forwarded-For) is
    /// believed, so that limits count by caller and sessions show where they are.
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
    /// Connections that read at the same time.
    #[serde(default = "default_readers")]
    pub readers: usize,
}

fn default_listen() -> String {
    LISTEN.to_owned()
}

fn default_readers() -> usize {
    8
}

/// A district's folder with its configuration.
#[derive(Debug, Clone)]
pub struct Home {
    /// The folder.
    pub dir: PathBuf,
    /// What the file says.
    pub config: Config,
    /// The district, checked.
    pub district: DistrictCode,
}

impl Home {
    /// A new configuration for a folder, with SQLite inside it and the key file beside it.
    ///
    /// # Errors
    /// The code is no district code.
    pub fn plan(dir: &Path, code: &str, name: &str, url: Option<&str>) -> anyhow::Result<Self> {
        let district =
            DistrictCode::parse(code).with_context(|| format!("“{code}”不是六位区划代码"))?;
        let config = Config {
            district: district.as_str().to_owned(),
            district_name: name.to_owned(),
            url: url.unwrap_or("sqlite:data/niangjia.db").to_owned(),
            listen: default_listen(),
            key_file: key_file_beside(dir),
            secure_cookies: false,
            proxies: Vec::new(),
            readers: default_readers(),
        };
        Ok(Self {
            dir: dir.to_owned(),
            config,
            district,
        })
    }

    /// Read the folder.
    ///
    /// # Errors
    /// The file is missing, is not TOML, has a name nobody knows, or no district code.
    pub fn load(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join(FILE);
        if !file.is_file() {
            bail!(
                "{} 里没有 {FILE}；请先运行 niangjia init --dir {0} …，或用 niangjia demo 建一个演示区",
                dir.display()
            );
        }
        let text =
            fs::read_to_string(&file).with_context(|| format!("读不出 {}", file.display()))?;
        let config: Config =
            toml::from_str(&text).with_context(|| format!("{} 写法不对", file.display()))?;
        let district = DistrictCode::parse(&config.district)
            .with_context(|| format!("{} 的 district 不是六位区划代码", file.display()))?;
        Ok(Self {
            dir: dir.to_owned(),
            config,
            district,
        })
    }

    /// Whether the folder has been set up.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE).is_file()
    }

    /// Write the file in one step, creating the folder. Only its owner may read it: the address of a database holds a
    /// password.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.dir)
            .with_context(|| format!("建不了文件夹 {}", self.dir.display()))?;
        let text = format!(
            "# 娘家的设置。改动后重启生效；密钥不写在这里。数据库地址里可能有口令，本文件只许运行娘家的账号读（600）。\n{}",
            toml::to_string(&self.config)?
        );
        let file = self.dir.join(FILE);
        store::files::replace(&file, &text).with_context(|| format!("写不了 {}", file.display()))
    }

    /// A folder `definitions` of the district's own goes over the built-in definitions, unless the command line
    /// named another.
    ///
    /// # Errors
    /// What is wrong with a file of it.
    pub fn put_definitions_in_force(&self) -> anyhow::Result<()> {
        let own = self.inside(Path::new("definitions"));
        let named = !std::ptr::eq(Catalogue::in_force(), Catalogue::embedded());
        if named || !own.is_dir() {
            return Ok(());
        }
        crate::commands::definitions::install(Some(&own))
    }

    /// A path of the configuration, made absolute from the folder.
    pub fn inside(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// Where the keys are.
    pub fn key_file(&self) -> PathBuf {
        let path = &self.config.key_file;
        match (
            path.strip_prefix(".."),
            self.dir.file_name(),
            self.dir.parent(),
        ) {
            // Shown to people: var/demo.keys rather than var/demo/../demo.keys.
            (Ok(beside), Some(_), Some(above)) => above.join(beside),
            _ => self.inside(path),
        }
    }

    /// Uploaded workbooks, sealed at rest.
    pub fn uploads(&self) -> PathBuf {
        self.inside(Path::new("uploads"))
    }

    /// Daily anchors of the audit chain.
    pub fn anchors(&self) -> PathBuf {
        self.inside(Path::new("anchors"))
    }

    /// The database file, if it is one.
    pub fn database_file(&self) -> Option<PathBuf> {
        self.url().strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// The database address with a relative SQLite path made absolute.
    pub fn url(&self) -> String {
        match self.config.url.strip_prefix("sqlite:") {
            Some(path) => format!("sqlite:{}", self.inside(Path::new(path)).display()),
            None => self.config.url.clone(),
        }
    }
}

/// `var/demo` keeps its keys in `var/demo.keys`: outside the folder, and easy to find.
fn key_file_beside(dir: &Path) -> PathBuf {
    let name = dir
        .file_name()
        .and_then(|n| n.to_str())
        .filter(|n| !n.is_empty())
        .unwrap_or("niangjia");
    Path::new("..").join(format!("{name}.keys"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("linping");
        let home = Home::plan(&dir, "330113", "临平区总工会", None).unwrap();
        home.save().unwrap();
        let again = Home::load(&dir).unwrap();
        assert_eq!(again.config, home.config);
        assert_eq!(
            again.url(),
            format!("sqlite:{}", dir.join("data/niangjia.db").display())
        );
    }

    #[test]
    fn keys_stay_outside_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("linping");
        let home = Home::plan(&dir, "330113", "临平区总工会", None).unwrap();
        home.save().unwrap();
        let keys = home.key_file();
        fs::write(&keys, "k").unwrap();
        assert!(place.path().join("linping.keys").is_file());
    }

    #[test]
    fn a_misspelt_setting_is_an_error_that_names_it() {
        let place = tempfile::tempdir().unwrap();
        fs::write(
            place.path().join(FILE),
            "district='330113'\ndistrict_name='x'\nurl='sqlite:x'\nkey_file='k'\nlisten_on='x'\n",
        )
        .unwrap();
        let error = format!("{:#}", Home::load(place.path()).unwrap_err());
        assert!(error.contains("listen_on"), "{error}");
    }

    #[test]
    fn a_folder_without_settings_says_what_to_do() {
        let place = tempfile::tempdir().unwrap();
        let error = Home::load(place.path()).unwrap_err().to_string();
        assert!(error.contains("niangjia init"), "{error}");
    }
}
