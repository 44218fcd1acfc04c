//! The same submission twice gets the first answer (幂等).

use serde_json::Value as Json;
use sm3::{Digest, Sm3};

use crate::args;
use crate::error::StoreError;
use crate::tx::Tx;

crate::statements! {
    FIND = "SELECT request_hash, status, answer FROM idempotency WHERE district = $1 AND who = $2 AND key = $3";
    KEEP = "INSERT INTO idempotency (district, who, key, request_hash, status, answer, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// What a submission was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status or the caller's own number.
    pub status: u16,
    /// The answer; never personal data in clear, since it is kept for a week.
    pub body: Json,
    /// Whether this is the repetition of an earlier answer.
    pub again: bool,
}

impl Answer {
    /// A first answer.
    pub fn new(status: u16, body: Json) -> Self {
        Self {
            status,
            body,
            again: false,
        }
    }
}

impl Tx<'_> {
    /// What a key was answered, whatever content came with it; `None` when it never came.
    ///
    /// # Errors
    /// The store failed.
    pub fn answered(&mut self, who: &str, key: &str) -> Result<Option<Answer>, StoreError> {
        let district = *self.district();
        let row = self.raw_opt(&FIND, args![district, who, key])?;
        row.map(|row| {
            Ok(Answer {
                status: row.get(1)?,
                body: row.get(2)?,
                again: true,
            })
        })
        .transpose()
    }

    /// Runs `f` once per `key`: a second arrival with the same `content` gets the first answer, and `f` does not
    /// run. `who` is the account, or a word for a door without accounts. The key commits with the change, so a
    /// submission that failed may be sent again with the same key.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when the key came before with other content; what `f` says.
    pub fn once<E: From<StoreError>>(
        &mut self,
        who: &str,
        key: &str,
        content: &[u8],
        f: impl FnOnce(&mut Self) -> Result<Answer, E>,
    ) -> Result<Answer, E> {
        let district = *self.district();
        let hash: [u8; 32] = Sm3::digest(content).into();
        if let Some(row) = self.raw_opt(&FIND, args![district, who, key])? {
            if row.get::<[u8; 32]>(0)? != hash {
                return Err(StoreError::KeyReused.into());
            }
            return Ok(Answer {
                status: row.get(1)?,
                body: row.get(2)?,
                again: true,
            });
        }
        let answer = f(self)?;
        let now = self.now();
        self.raw_exec(
            &KEEP,
            args![district, who, key, hash, answer.status, answer.body, now],
        )?;
        Ok(answer)
    }
}
