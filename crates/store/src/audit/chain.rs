//! The seal: SM3 over the previous hash and a canonical text of the record.
//!
//! The canonical text is a sequence of netstrings, `length:bytes,` for a value and `-,` for none, in this order:
//! `niangjia-audit-1`, district, seq, at (ms), account, post, actor, on_behalf, action, subject kind, subject
//! id, org path, why, detail (the JSON text as stored). Numbers are decimal, ids lower case with hyphens. It
//! needs no library to write again in another language, and no two records share a text.

use sm3::{Digest, Sm3};
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::Row;

/// An SM3 digest.
pub type Hash = [u8; 32];

/// What the first record of every chain points back to.
pub const GENESIS: Hash = [0; 32];

const FORMAT: &str = "niangjia-audit-1";

/// A record as stored, without its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The tenant.
    pub district: String,
    /// Position in the district's chain, from 1.
    pub seq: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// The account.
    pub account: Option<Uuid>,
    /// The post acted for.
    pub post: Option<Uuid>,
    /// Name · post at the time.
    pub actor: String,
    /// The member acted for.
    pub on_behalf: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// Kind of thing.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// Where in the tree; empty when nowhere.
    pub org_path: String,
    /// Why.
    pub why: String,
    /// Particulars, JSON text.
    pub detail: String,
}

impl Record {
    /// The text that is hashed.
    pub fn canonical(&self) -> String {
        let mut out = String::with_capacity(256 + self.detail.len());
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        let ids = [self.account, self.post, self.on_behalf]
            .map(|id| id.map(|id| id.hyphenated().to_string()));
        let [account, post, on_behalf] = ids.each_ref().map(Option::as_deref);
        let fields = [
            Some(FORMAT),
            Some(self.district.as_str()),
            Some(&seq),
            Some(&at),
            account,
            post,
            Some(&self.actor),
            on_behalf,
            Some(&self.action),
            Some(&self.subject_kind),
            Some(&self.subject_id),
            Some(&self.org_path),
            Some(&self.why),
            Some(&self.detail),
        ];
        for field in fields {
            netstring(field, &mut out);
        }
        out
    }

    /// The seal behind `prev`.
    pub fn seal(&self, prev: &Hash) -> Hash {
        let mut digest = Sm3::new();
        digest.update(prev);
        digest.update(self.canonical().as_bytes());
        digest.finalize().into()
    }

    /// Reads the columns of [`COLUMNS`].
    ///
    /// # Errors
    /// [`StoreError::Column`] when a column is not what it should be.
    pub fn read(row: &Row) -> Result<(Self, Hash, Hash), StoreError> {
        let record = Self {
            district: row.get(0)?,
            seq: row.get(1)?,
            at: row.get(2)?,
            account: row.get(3)?,
            post: row.get(4)?,
            actor: row.get(5)?,
            on_behalf: row.get(6)?,
            action: row.get(7)?,
            subject_kind: row.get(8)?,
            subject_id: row.get(9)?,
            org_path: row.get(10)?,
            why: row.get(11)?,
            detail: row.get(12)?,
        };
        Ok((record, row.get(13)?, row.get(14)?))
    }
}

/// The columns of `audit_log` in the order [`Record::read`] wants.
#[macro_export]
#[doc(hidden)]
macro_rules! __audit_columns {
    () => {
        "district, seq, at, account_id, post_id, actor, on_behalf, action, subject_kind, subject_id, org_path, why, \
         detail, prev, hash"
    };
}

/// The columns of `audit_log` in the order [`Record::read`] wants.
pub const COLUMNS: &str = crate::__audit_columns!();

fn netstring(field: Option<&str>, out: &mut String) {
    match field {
        Some(text) => {
            out.push_str(&text.len().to_string());
            out.push(':');
            out.push_str(text);
        }
        None => out.push('-'),
    }
    out.push(',');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            district: "330113".into(),
            seq: 7,
            at: 1_767_196_800_000,
            account: Some(Uuid::from_u128(0x0190_a1b2_c3d4_7000_8000_0000_0000_000f)),
            post: None,
            actor: "王某·值班".into(),
            on_behalf: None,
            action: "member.joined".into(),
            subject_kind: "member".into(),
            subject_id: "m-1".into(),
            org_path: "0001".into(),
            why: String::new(),
            detail: r#"{"a":1}"#.into(),
        }
    }

    /// The format is part of every stored chain: this text must never change.
    #[test]
    fn the_canonical_text_is_fixed() {
        assert_eq!(
            record().canonical(),
            "16:niangjia-audit-1,6:330113,1:7,13:1767196800000,36:0190a1b2-c3d4-7000-8000-00000000000f,-,\
             14:王某·值班,-,13:member.joined,6:member,3:m-1,4:0001,0:,7:{\"a\":1},"
        );
        // Computed apart from this program, with another implementation of SM3.
        assert_eq!(
            crate::hex::encode(&record().seal(&GENESIS)),
            "79bbf385363ebd27280e24078fe91e18241e97388421025fd29618c8d8aa2ce9"
        );
    }

    #[test]
    fn every_field_and_the_previous_hash_are_sealed() {
        let base = record().seal(&GENESIS);
        let mut changed = vec![record().seal(&[1; 32])];
        let edits: [fn(&mut Record); 13] = [
            |r| r.district = "330112".into(),
            |r| r.seq = 8,
            |r| r.at += 1,
            |r| r.account = None,
            |r| r.post = Some(Uuid::nil()),
            |r| r.actor.push('x'),
            |r| r.on_behalf = Some(Uuid::nil()),
            |r| r.action.push('x'),
            |r| r.subject_kind.push('x'),
            |r| r.subject_id.push('x'),
            |r| r.org_path.push_str("0001"),
            |r| r.why.push('x'),
            |r| r.detail = "null".into(),
        ];
        for edit in edits {
            let mut other = record();
            edit(&mut other);
            changed.push(other.seal(&GENESIS));
        }
        for hash in &changed {
            assert_ne!(*hash, base);
        }
    }

    #[test]
    fn moving_a_letter_between_fields_changes_the_text() {
        let (mut a, mut b) = (record(), record());
        (a.subject_id, a.org_path) = ("ab".into(), "c".into());
        (b.subject_id, b.org_path) = ("a".into(), "bc".into());
        assert_ne!(a.canonical(), b.canonical());
    }
}
