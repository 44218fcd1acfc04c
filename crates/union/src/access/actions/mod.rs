//! One file a concern, one function a verb: check → change → audit, in the caller's transaction.

mod accounts;
mod colleagues;
mod external;
mod members;
mod posts;
mod second_factor;
mod sessions;
mod sign_in;
mod tokens;
mod workers;

pub use accounts::*;
pub use colleagues::*;
pub use external::*;
pub use members::*;
pub use posts::*;
pub use second_factor::*;
pub use sessions::*;
pub use sign_in::*;
pub use tokens::*;
pub use workers::*;

use kernel::Instant;
use kernel::ids::{AccountId, MemberId};
use store::{FromValue, Row, Tx, args};

use super::{AccessError, sql};

/// An account row as the door needs it. Never leaves this room: it carries the password's digest.
struct AccountRow {
    id: AccountId,
    login: String,
    name: String,
    password_hash: String,
    totp_sealed: Option<Vec<u8>>,
    totp_on: bool,
    totp_step: i64,
    state: String,
    failed_count: i64,
    locked_until: Option<Instant>,
    member: Option<MemberId>,
    created_at: Instant,
}

impl AccountRow {
    fn read(row: &Row) -> Result<Self, store::StoreError> {
        fn at<T: FromValue>(row: &Row, i: usize) -> Result<T, store::StoreError> {
            row.get(i)
        }
        Ok(Self {
            id: at(row, 0)?,
            login: at(row, 1)?,
            name: at(row, 2)?,
            password_hash: at(row, 3)?,
            totp_sealed: at(row, 4)?,
            totp_on: at(row, 5)?,
            totp_step: at(row, 6)?,
            state: at(row, 7)?,
            failed_count: at(row, 8)?,
            locked_until: at(row, 9)?,
            member: at(row, 10)?,
            created_at: at(row, 11)?,
        })
    }
}

fn account_by_id(tx: &mut Tx, id: AccountId) -> Result<AccountRow, AccessError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::ACCOUNT_BY_ID, args![district, id])?
        .ok_or(AccessError::NotFound)?;
    Ok(AccountRow::read(&row)?)
}

fn account_by_login(tx: &mut Tx, login: &str) -> Result<Option<AccountRow>, AccessError> {
    let district = *tx.district();
    let row = tx.opt(&sql::ACCOUNT_BY_LOGIN, args![district, fold(login)])?;
    Ok(row.as_ref().map(AccountRow::read).transpose()?)
}

/// Sign-in names are compared without case and outer space.
fn fold(login: &str) -> String {
    login.trim().to_lowercase()
}
