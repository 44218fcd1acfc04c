//! The key file: a few lines of `name=hex`, readable by its owner only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::error::StoreError;
use crate::files::{replace, write_new};
use crate::hex;
use crate::ids::random;

/// What the keys are: one index key, and signing and field keys by id (the highest is in use, the older ones still
/// verify and open).
pub struct KeySet {
    pub(super) index: Vec<u8>,
    pub(super) sign: BTreeMap<u8, Vec<u8>>,
    pub(super) field: BTreeMap<u8, Vec<u8>>,
}

/// Never shows a key.
impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeySet")
            .field("field_ids", &self.field.keys())
            .finish_non_exhaustive()
    }
}

const MAC_KEY: usize = 32;
const FIELD_KEY: usize = 16;

impl KeySet {
    /// New random keys.
    fn generate() -> Self {
        Self {
            index: fresh(MAC_KEY),
            sign: BTreeMap::from([(1, fresh(MAC_KEY))]),
            field: BTreeMap::from([(1, fresh(FIELD_KEY))]),
        }
    }

    /// Reads `name=hex` words; `#` begins a comment.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let mut named = BTreeMap::new();
        for word in text
            .lines()
            .flat_map(|line| line.split('#').next().unwrap_or("").split_whitespace())
        {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| malformed("每项应为 名称=十六进制"))?;
            let bytes =
                hex::decode(value).ok_or_else(|| malformed(&format!("{name} 不是十六进制")))?;
            if named.insert(name.to_owned(), bytes).is_some() {
                return Err(malformed(&format!("{name} 重复")));
            }
        }
        let index = take(&mut named, "index")?;
        let mut sign = BTreeMap::from([(1, take(&mut named, "sign")?)]);
        let mut field = BTreeMap::new();
        for (name, key) in named {
            if let Some(id) = name.strip_prefix("sign.").and_then(|id| id.parse().ok()) {
                if key.len() != MAC_KEY || sign.insert(id, key).is_some() {
                    return Err(malformed(&format!("{name} 应为32字节，编号从 2 起")));
                }
                continue;
            }
            let id = name.strip_prefix("field.").and_then(|id| id.parse().ok());
            let id = id.ok_or_else(|| malformed(&format!("不认识的名称 {name}")))?;
            if key.len() != FIELD_KEY {
                return Err(malformed(&format!("{name} 应为16字节")));
            }
            field.insert(id, key);
        }
        if field.is_empty() {
            return Err(malformed("缺少 field.1"));
        }
        Ok(Self { index, sign, field })
    }

    /// The file's text.
    fn render(&self) -> String {
        let mut out = String::from(
            "# 娘家密钥。请另行备份并妥善保管：丢失后加密字段无法恢复，泄露后请执行 niangjia keys rotate。\n\
             # 本文件不得放入数据目录，权限应为 600。field 编号最大者用于新数据。\n",
        );
        let _ = writeln!(out, "index={}", hex::encode(&self.index));
        for (id, key) in &self.sign {
            // The first one has no number: files from before signing keys could be renewed.
            let name = if *id == 1 {
                "sign".to_owned()
            } else {
                format!("sign.{id}")
            };
            let _ = writeln!(out, "{name}={}", hex::encode(key));
        }
        for (id, key) in &self.field {
            let _ = writeln!(out, "field.{id}={}", hex::encode(key));
        }
        out
    }
}

fn fresh(len: usize) -> Vec<u8> {
    let mut key = vec![0; len];
    random(&mut key);
    key
}

fn take(named: &mut BTreeMap<String, Vec<u8>>, name: &str) -> Result<Vec<u8>, StoreError> {
    let key = named
        .remove(name)
        .ok_or_else(|| malformed(&format!("缺少 {name}")))?;
    if key.len() == MAC_KEY {
        Ok(key)
    } else {
        Err(malformed(&format!("{name} 应为32字节")))
    }
}

fn malformed(why: &str) -> StoreError {
    StoreError::Keys(format!("密钥格式不对：{why}"))
}

/// What `niangjia keys show` and `doctor` may tell about a key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// Ids of the field keys; the last one is in use.
    pub field_ids: Vec<u8>,
    /// Ids of the signing keys; the last one signs, all of them verify.
    pub sign_ids: Vec<u8>,
    /// Whether group or others may read it (Unix).
    pub too_open: bool,
}

/// The key file on disk.
#[derive(Debug)]
pub struct KeyFile;

impl KeyFile {
    /// Makes a new key file, readable by its owner only.
    ///
    /// # Errors
    /// [`StoreError::File`] when it exists already (keys are never overwritten) or cannot be written.
    pub fn create(path: &Path) -> Result<(), StoreError> {
        write_new(path, &KeySet::generate().render())
    }

    /// Copies a key file, after reading it: a file that holds no keys is not copied.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when `from` is no key file; [`StoreError::File`] when `to` exists.
    pub fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
        write_new(to, &Self::read(from)?.render())
    }

    /// Reads a key file.
    pub(super) fn read(path: &Path) -> Result<KeySet, StoreError> {
        let text = std::fs::read_to_string(path).map_err(|fault| {
            StoreError::Keys(format!("读不到密钥文件 {}：{fault}", path.display()))
        })?;
        KeySet::parse(&text)
    }

    /// Adds a field key and makes it the one in use; returns its id. The old keys stay, so old values still
    /// open; `rotate` then seals them anew.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when all 255 ids are used; [`StoreError::File`] when the file cannot be replaced.
    pub fn add_field_key(path: &Path) -> Result<u8, StoreError> {
        let mut keys = Self::read(path)?;
        let last = keys.field.keys().next_back().copied().unwrap_or(0);
        let id = last
            .checked_add(1)
            .ok_or_else(|| StoreError::Keys("密钥编号已用完".to_owned()))?;
        keys.field.insert(id, fresh(FIELD_KEY));
        replace(path, &keys.render())?;
        Ok(id)
    }

    /// Adds a signing key and makes it the one in use; returns its id. The old ones stay for good: what was signed
    /// with them still verifies.
    ///
    /// # Errors
    /// As [`KeyFile::add_field_key`].
    pub fn add_sign_key(path: &Path) -> Result<u8, StoreError> {
        let mut keys = Self::read(path)?;
        let last = keys.sign.keys().next_back().copied().unwrap_or(0);
        let id = last
            .checked_add(1)
            .ok_or_else(|| StoreError::Keys("密钥编号已用完".to_owned()))?;
        keys.sign.insert(id, fresh(MAC_KEY));
        replace(path, &keys.render())?;
        Ok(id)
    }

    /// Removes field keys below the one in use, once nothing is sealed with them any more.
    ///
    /// # Errors
    /// [`StoreError::File`] when the file cannot be replaced.
    pub fn drop_old_field_keys(path: &Path) -> Result<(), StoreError> {
        let mut keys = Self::read(path)?;
        if let Some(last) = keys.field.keys().next_back().copied() {
            keys.field.retain(|id, _| *id == last);
        }
        replace(path, &keys.render())
    }

    /// What may be told about it.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when it cannot be read.
    pub fn report(path: &Path) -> Result<KeyReport, StoreError> {
        let keys = Self::read(path)?;
        Ok(KeyReport {
            field_ids: keys.field.keys().copied().collect(),
            sign_ids: keys.sign.keys().copied().collect(),
            too_open: too_open(path)?,
        })
    }
}

#[cfg(unix)]
fn too_open(path: &Path) -> Result<bool, StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::metadata(path).map_err(StoreError::file(path))?;
    Ok(meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn too_open(_: &Path) -> Result<bool, StoreError> {
    Ok(false)
}
