//! The vault: sealed fields (SM4-GCM), blind indexes and signatures (HMAC-SM3), under keys that never lie in
//! the database.
//!
//! A sealed field is `version ‖ key id ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. Its additional data is
//! `table.column:row`, so a value copied to another row or column does not open. A blind index is the first 16
//! bytes of HMAC-SM3 over kind and normalised value, under a key of its own: equal values can be looked up,
//! and without the key nothing can be tried.

mod keys;
mod names;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use hmac::{Hmac, Mac};
use sm3::Sm3;

pub use keys::{KeyFile, KeyReport};

use crate::error::StoreError;
use crate::ids::random;
use keys::KeySet;

/// SM4 in Galois/counter mode with a 96-bit nonce (RFC 8998 §3).
type Sm4Gcm = aes_gcm::AesGcm<sm4::Sm4, U12>;
type HmacSm3 = Hmac<Sm3>;

/// Format of a sealed field.
const VERSION: u8 = 1;
/// `version ‖ key id ‖ nonce`.
const HEADER: usize = 14;
const TAG: usize = 16;

/// Seals and opens personal data. Cheap to clone; all clones share the keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    ring: RwLock<Arc<Ring>>,
    /// Where to look again when a value names a key that is not known yet (a rotation by another process).
    file: Option<PathBuf>,
}

/// Keys made ready for use.
struct Ring {
    /// The file they were read from, as it was then.
    read: Option<Stamp>,
    field: Vec<(u8, Sm4Gcm)>,
    active: u8,
    index: HmacSm3,
    /// By age: the last one signs, all of them verify.
    sign: Vec<HmacSm3>,
}

/// What tells one state of a key file from another: it is always replaced, never written into.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
}

impl Stamp {
    /// None when there is no such file.
    fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: meta.modified().ok(),
            bytes: meta.len(),
        })
    }
}

impl Ring {
    fn of_file(path: &Path) -> Result<Self, StoreError> {
        // Looked at first: a file that is replaced meanwhile is read once more.
        let read = Stamp::of(path);
        Ok(Self {
            read,
            ..Self::new(&KeyFile::read(path)?)?
        })
    }

    fn new(keys: &KeySet) -> Result<Self, StoreError> {
        let field = keys
            .field
            .iter()
            .map(|(id, key)| {
                Ok((
                    *id,
                    Sm4Gcm::new_from_slice(key).map_err(|_| bad_key("field"))?,
                ))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let active = keys
            .field
            .keys()
            .next_back()
            .copied()
            .ok_or_else(|| bad_key("field"))?;
        let mac =
            |key: &[u8], name| <HmacSm3 as KeyInit>::new_from_slice(key).map_err(|_| bad_key(name));
        Ok(Self {
            read: None,
            field,
            active,
            index: mac(&keys.index, "index")?,
            sign: keys
                .sign
                .values()
                .map(|key| mac(key, "sign"))
                .collect::<Result<_, _>>()?,
        })
    }

    fn cipher(&self, id: u8) -> Option<&Sm4Gcm> {
        self.field
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, cipher)| cipher)
    }
}

fn bad_key(name: &str) -> StoreError {
    StoreError::Keys(format!("{name}密钥长度不对"))
}

impl Vault {
    /// Keys from a file, by default beside (never inside) the data folder.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when it is missing or malformed.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::build(Ring::of_file(path)?, Some(path.to_owned())))
    }

    /// Keys from a text in the key file's format, for the environment variable `NIANGJIA_KEYS`.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when it is malformed.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        Ok(Self::build(Ring::new(&KeySet::parse(text)?)?, None))
    }

    fn build(ring: Ring, file: Option<PathBuf>) -> Self {
        let ring = RwLock::new(Arc::new(ring));
        Self(Arc::new(Inner { ring, file }))
    }

    fn ring(&self) -> Arc<Ring> {
        self.0
            .ring
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the key file again, after a rotation.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when it cannot be read; the known keys stay in use.
    pub fn reload(&self) -> Result<(), StoreError> {
        if let Some(path) = &self.0.file {
            let ring = Arc::new(Ring::of_file(path)?);
            *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        }
        Ok(())
    }

    /// Reads the key file again when another one lies there. Whoever gets the turn to write asks for it first: a rotation
    /// takes its turns after its key is in the file, so nothing is sealed under an older key behind its back, and old
    /// keys may go while the program serves. A file that is gone replaces no key: the known ones stay in use.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the new file cannot be read.
    pub(crate) fn refresh(&self) -> Result<(), StoreError> {
        let there = self.0.file.as_deref().and_then(Stamp::of);
        if there.is_some() && there != self.ring().read {
            self.reload()?;
        }
        Ok(())
    }

    /// Id of the key new values are sealed with.
    pub fn active_key(&self) -> u8 {
        self.ring().active
    }

    /// Seals `plain` for one field of one row: `field` is `table.column`, `row` the row's id (its primary key
    /// without the district, parts joined by `/`).
    pub fn seal(&self, field: &str, row: &str, plain: &str) -> Vec<u8> {
        self.seal_bytes(field, row, plain.as_bytes())
    }

    /// As [`Vault::seal`], for what is not text: pieces of an uploaded file.
    #[expect(
        clippy::panic,
        reason = "GCM fails only beyond 64 GiB of text; losing the value silently is worse"
    )]
    pub fn seal_bytes(&self, field: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        debug_assert!(
            names::known(field, row),
            "key rotation would not find {field} of {row}"
        );
        let ring = self.ring();
        let mut nonce = [0; 12];
        random(&mut nonce);
        let mut out = Vec::with_capacity(HEADER + plain.len() + TAG);
        out.extend_from_slice(&[VERSION, ring.active]);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let sealed = ring.cipher(ring.active).and_then(|cipher| {
            let (_, body) = out.split_at_mut_checked(HEADER)?;
            cipher
                .encrypt_inout_detached(&Array(nonce), aad(field, row).as_bytes(), body.into())
                .ok()
        });
        match sealed {
            Some(tag) => out.extend_from_slice(&tag),
            None => panic!("cannot seal {field}"),
        }
        out
    }

    /// Opens a sealed field of the same `field` and `row`.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the value was sealed under an unknown key, for another row, or was altered.
    pub fn open(&self, field: &str, row: &str, sealed: &[u8]) -> Result<String, StoreError> {
        String::from_utf8(self.open_bytes(field, row, sealed)?)
            .map_err(|_| StoreError::Sealed("不是文字"))
    }

    /// As [`Vault::open`], for what [`Vault::seal_bytes`] sealed.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_bytes(&self, field: &str, row: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (version, key_id, nonce, body, tag) =
            split(sealed).ok_or(StoreError::Sealed("格式不对"))?;
        if version != VERSION {
            return Err(StoreError::Sealed("版本未知"));
        }
        let mut ring = self.ring();
        if ring.cipher(key_id).is_none() {
            self.reload()?;
            ring = self.ring();
        }
        let cipher = ring
            .cipher(key_id)
            .ok_or(StoreError::Sealed("缺少对应的密钥"))?;
        let mut plain = body.to_vec();
        cipher
            .decrypt_inout_detached(
                &Array(nonce),
                aad(field, row).as_bytes(),
                plain.as_mut_slice().into(),
                &Array(tag),
            )
            .map_err(|_| StoreError::Sealed("内容被改动或不属于此行"))?;
        Ok(plain)
    }

    /// Room that sealing adds, in bytes.
    pub const OVERHEAD: usize = HEADER + TAG;

    /// Which key a sealed field was sealed with.
    pub fn key_of(sealed: &[u8]) -> Option<u8> {
        split(sealed).map(|(_, key, ..)| key)
    }

    /// Key for looking up equal values: `kind` separates e.g. ID numbers from phones.
    pub fn blind_index(&self, kind: &str, normalized: &str) -> Vec<u8> {
        let mut mac = self.ring().index.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(normalized.as_bytes());
        let mut out = mac.finalize().into_bytes().to_vec();
        out.truncate(16);
        out
    }

    /// HMAC-SM3 over `bytes` for one purpose (card codes, anchors); 32 bytes. Compare with
    /// [`Vault::verify`].
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        let newest = ring.sign.last();
        newest.map_or_else(Vec::new, |key| {
            signed(key, purpose, bytes).finalize().into_bytes().to_vec()
        })
    }

    /// Whether `signature` is ours for `purpose` and `bytes`, under the key in use or an older one, in constant time
    /// for each. A key that another process has made meanwhile is looked for in the file.
    pub fn verify(&self, purpose: &str, bytes: &[u8], signature: &[u8]) -> bool {
        let under = |ring: Arc<Ring>| {
            ring.sign
                .iter()
                .rev()
                .any(|key| signed(key, purpose, bytes).verify_slice(signature).is_ok())
        };
        under(self.ring()) || (self.reload().is_ok() && under(self.ring()))
    }

    /// What can be made again at any time from the same bytes: codes that are printed once more instead of being
    /// stored. Under the oldest signing key, which is never removed, so a renewal changes none of them.
    pub fn derive(&self, purpose: &str, bytes: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        let oldest = ring.sign.first();
        oldest.map_or_else(Vec::new, |key| {
            signed(key, purpose, bytes).finalize().into_bytes().to_vec()
        })
    }

    /// A short mark by which two installations see that they hold the same keys, without showing them. A file with a
    /// renewed signing key still belongs to its earlier backups.
    pub fn fingerprint(&self) -> String {
        crate::hex::encode(self.derive("fingerprint", b"").get(..8).unwrap_or_default())
    }
}

/// Never shows a key.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

fn signed(key: &HmacSm3, purpose: &str, bytes: &[u8]) -> HmacSm3 {
    let mut mac = key.clone();
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(bytes);
    mac
}

/// Additional data that ties a value to its place.
fn aad(field: &str, row: &str) -> String {
    let mut text = String::with_capacity(field.len() + 1 + row.len());
    text.push_str(field);
    text.push(':');
    text.push_str(row);
    text
}

type Parts<'s> = (u8, u8, [u8; 12], &'s [u8], [u8; TAG]);

/// The parts of a sealed field.
fn split(sealed: &[u8]) -> Option<Parts<'_>> {
    let (head, rest) = sealed.split_at_checked(HEADER)?;
    let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    let [version, key_id, nonce @ ..] = head else {
        return None;
    };
    Some((
        *version,
        *key_id,
        nonce.try_into().ok()?,
        body,
        tag.try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests;
