//! Writing entries: sealed as they come, sent in batches, the head moved once per transaction.

use super::chain::{GENESIS, Hash, Record};
use super::{Audit, anchor};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{ToValue, Value};
use crate::{args, values};

/// Entries held before they are sent together.
const BATCH: usize = 256;

crate::statements! {
    /// The end of the chain.
    pub HEAD = "SELECT seq, hash, at FROM audit_head WHERE district = $1";
    /// The end of the chain, keeping other writers of this district waiting (PostgreSQL only).
    pub(crate) HEAD_LOCKED = "SELECT seq, hash, at FROM audit_head WHERE district = $1 FOR UPDATE";
    /// The first head of a new district.
    pub(crate) HEAD_INSERT = "INSERT INTO audit_head (district, seq, hash, at) VALUES ($1, 0, $2, $3)";
    /// Moves the head.
    HEAD_MOVE = "UPDATE audit_head SET seq = $2, hash = $3, at = $4 WHERE district = $1";
    /// One record.
    pub(crate) APPEND = "INSERT INTO audit_log (district, seq, at, account_id, post_id, actor, on_behalf, action, \
        subject_kind, subject_id, org_path, why, detail, prev, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
}

/// Where the chain stands within a transaction.
#[derive(Debug, Default)]
pub(crate) struct AuditState {
    /// As it was before this transaction.
    first: Option<Head>,
    head: Option<Head>,
    waiting: Vec<Vec<Value>>,
    entries: u64,
    /// Days closed by this transaction, for the anchor file after the commit.
    pub(crate) anchored: Vec<anchor::Anchor>,
}

/// The last record of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: Hash,
    pub(crate) at: kernel::Instant,
}

impl AuditState {
    /// How many entries the transaction made.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }
}

impl Tx<'_> {
    /// Enters what was done. At least one entry belongs to every change; a transaction that changed rows
    /// without one is refused.
    ///
    /// # Errors
    /// [`StoreError::UnknownDistrict`] when the district was never opened here; [`StoreError::ReadOnly`] in
    /// a read.
    pub fn audit(&mut self, entry: Audit) -> Result<(), StoreError> {
        self.must_write(entry.action)?;
        let head = match self.audit.head {
            Some(head) => head,
            None => self.load_head(&HEAD)?,
        };
        let actor = self.actor();
        let why = if entry.why.is_empty() {
            actor.reason.clone().unwrap_or_default()
        } else {
            entry.why
        };
        let (account, label) = match (actor.account, entry.by) {
            (None, Some((account, label))) => (Some(account), label),
            (account, _) => (account, actor.label.clone()),
        };
        let record = Record {
            district: actor.district.to_string(),
            seq: head.seq + 1,
            at: self.now().ms(),
            account: account.map(kernel::ids::AccountId::uuid),
            post: actor.post.map(kernel::ids::PostId::uuid),
            actor: label,
            on_behalf: entry
                .on_behalf
                .or(actor.on_behalf)
                .map(kernel::ids::MemberId::uuid),
            action: entry.action.to_owned(),
            subject_kind: entry.subject.0.to_owned(),
            subject_id: entry.subject.1,
            org_path: entry
                .org_path
                .map(|path| path.as_str().to_owned())
                .unwrap_or_default(),
            why,
            detail: entry.detail.to_string(),
        };
        self.append(record, head)
    }

    fn append(&mut self, record: Record, head: Head) -> Result<(), StoreError> {
        let hash = record.seal(&head.hash);
        self.audit.head = Some(Head {
            seq: record.seq,
            hash,
            at: self.now(),
        });
        self.audit.entries += 1;
        self.audit.waiting.push(values![
            record.district,
            record.seq,
            record.at,
            record.account,
            record.post,
            record.actor,
            record.on_behalf,
            record.action,
            record.subject_kind,
            record.subject_id,
            record.org_path,
            record.why,
            record.detail,
            head.hash,
            hash,
        ]);
        if self.audit.waiting.len() >= BATCH {
            self.send_entries()
        } else {
            Ok(())
        }
    }

    /// Reads where the chain stands.
    pub(crate) fn load_head(
        &mut self,
        statement: &'static crate::Statement,
    ) -> Result<Head, StoreError> {
        let district = *self.district();
        let row = self.raw_opt(statement, args![district])?;
        let row = row.ok_or_else(|| StoreError::UnknownDistrict(district.to_string()))?;
        let head = Head {
            seq: row.get(0)?,
            hash: row.get(1)?,
            at: row.get(2)?,
        };
        self.audit.first = Some(head);
        self.audit.head = Some(head);
        Ok(head)
    }

    fn send_entries(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.audit.waiting);
        self.raw_insert_many(&APPEND, rows.into_iter()).map(|_| ())
    }

    /// Sends what is waiting and moves the head; called once, before the commit.
    pub(crate) fn seal_entries(&mut self) -> Result<(), StoreError> {
        if self.audit.entries == 0 {
            return Ok(());
        }
        self.send_entries()?;
        let Some(head) = self.audit.head else {
            return Ok(());
        };
        let district = *self.district();
        if let Some(first) = self.audit.first {
            self.anchor_past_day(first)?;
        }
        let moved = self.raw_exec(&HEAD_MOVE, args![district, head.seq, head.hash, head.at])?;
        if moved == 1 {
            Ok(())
        } else {
            Err(StoreError::UnknownDistrict(district.to_string()))
        }
    }

    /// Anchors the last record of an earlier day, if that is where the chain stood.
    pub(crate) fn anchor_past_day(&mut self, head: Head) -> Result<(), StoreError> {
        let day = head.at.shanghai_date();
        if head.seq == 0 || day >= self.today() {
            return Ok(());
        }
        let anchor = anchor::Anchor {
            district: *self.district(),
            day,
            seq: head.seq,
            hash: head.hash,
        };
        let args = [
            anchor.district.to_value(),
            Value::Date(day),
            Value::Int(head.seq),
            Value::from(head.hash),
        ];
        if self.raw_exec(&anchor::INSERT, &args)? == 1 {
            self.audit.anchored.push(anchor);
        }
        Ok(())
    }

    /// Gives a district its first head, so that it can be written to.
    pub(crate) fn start_chain(&mut self) -> Result<(), StoreError> {
        let (district, now) = (*self.district(), self.now());
        self.raw_exec(&HEAD_INSERT, args![district, GENESIS, now])
            .map(|_| ())
    }
}
