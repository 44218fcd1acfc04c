//! 常用筛选: a list narrowed the way someone needs it every week, under a name of their own.
//!
//! A saved filter belongs to an account and a page. It holds the conditions only, never rows, and grants nothing:
//! opening it later shows what the post may see then.

use kernel::ids::{AccountId, SavedFilterId};
use serde_json::json;
use store::{Audit, StoreError, Tx, args};

use crate::failure::{Kind, RoomError, store_kind};

pub mod sql {
    //! Statements of saved filters.
    store::statements! {
        /// Saved filters of one account for one page, by name.
        pub LIST = "SELECT id, name, query FROM saved_filter WHERE district = $1 AND account_id = $2 AND page = $3 ORDER BY name";
        /// Keep one; the same name again replaces its conditions.
        pub SAVE = "INSERT INTO saved_filter (district, id, account_id, page, name, query) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (district, account_id, page, name) DO UPDATE SET query = excluded.query";
        /// Let one go; only its owner can.
        pub REMOVE = "DELETE FROM saved_filter WHERE district = $1 AND account_id = $2 AND id = $3";
    }
}

/// Longest name, in characters.
const NAME: usize = 20;
/// Longest set of conditions, in bytes of an address.
const QUERY: usize = 1_000;
/// Saved filters of one person for one page.
const MOST: usize = 20;

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its id.
    pub id: SavedFilterId,
    /// What its owner calls it.
    pub name: String,
    /// The conditions as the page writes them in its address, with the question mark.
    pub query: String,
}

/// Why a filter was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// The name is missing or too long.
    #[error("请给常用筛选起一个 {NAME} 个字以内的名称")]
    Name,
    /// There is nothing to save.
    #[error("还没有筛选条件，选好条件再存为常用")]
    Nothing,
    /// So many that nobody finds them again.
    #[error("常用筛选最多 {MOST} 个，请先删去不用的")]
    TooMany,
    /// Not there, or somebody else's.
    #[error("没有找到这个常用筛选，可能已经删去")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoomError for SavedError {
    fn kind(&self) -> Kind {
        match self {
            Self::Name | Self::Nothing => Kind::Invalid,
            Self::TooMany => Kind::Refused,
            Self::NotFound => Kind::Missing,
            Self::Store(error) => store_kind(error),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Name => "saved.name",
            Self::Nothing => "saved.nothing",
            Self::TooMany => "saved.too_many",
            Self::NotFound => "saved.not_found",
            Self::Store(error) => error.code(),
        }
    }
}

/// The saved filters of an account for a page (`members`, `employers`).
///
/// # Errors
/// The store failed.
pub fn list(tx: &mut Tx, account: AccountId, page: &str) -> Result<Vec<SavedFilter>, StoreError> {
    let district = *tx.district();
    tx.all(&sql::LIST, args![district, account, page])?
        .iter()
        .map(|row| {
            Ok(SavedFilter {
                id: row.get(0)?,
                name: row.get(1)?,
                query: row.get(2)?,
            })
        })
        .collect()
}

/// Saves conditions under a name; the same name again replaces them.
///
/// # Errors
/// [`SavedError::Name`], [`SavedError::Nothing`], [`SavedError::TooMany`].
pub fn save(
    tx: &mut Tx,
    account: AccountId,
    page: &str,
    name: &str,
    query: &str,
) -> Result<(), SavedError> {
    let name = kernel::text::trim(name);
    if name.is_empty() || name.chars().count() > NAME {
        return Err(SavedError::Name);
    }
    if query.is_empty() || query.len() > QUERY {
        return Err(SavedError::Nothing);
    }
    let there = list(tx, account, page)?;
    if there.len() >= MOST && there.iter().all(|one| one.name != name) {
        return Err(SavedError::TooMany);
    }
    let (district, id): (_, SavedFilterId) = (*tx.district(), tx.new_id());
    tx.exec(&sql::SAVE, args![district, id, account, page, name, query])?;
    // The conditions may hold the beginning of a name: the log carries what it is called, not what it looks for.
    tx.audit(
        Audit::of("filter.saved", "account", account).detail(json!({ "list": page, "name": name })),
    )?;
    Ok(())
}

/// Lets a saved filter of this account go.
///
/// # Errors
/// [`SavedError::NotFound`].
pub fn remove(tx: &mut Tx, account: AccountId, id: SavedFilterId) -> Result<(), SavedError> {
    let district = *tx.district();
    if tx.exec(&sql::REMOVE, args![district, account, id])? == 0 {
        return Err(SavedError::NotFound);
    }
    tx.audit(Audit::of("filter.removed", "account", account))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use store::db_test;

    use super::*;

    db_test! {
        fn a_saved_filter_is_its_owners_and_its_name_is_used_once(test) {
            let (mine, other) = (AccountId::from(uuid::Uuid::from_u128(1)), AccountId::from(uuid::Uuid::from_u128(2)));
            let actor = test.actor();
            let save_as = |account, name: &str, query: &str| {
                test.db.write(&actor, |tx| save(tx, account, "members", name, query))
            };
            let seen = |account, page: &'static str| test.db.read(&actor, |tx| list(tx, account, page)).unwrap();
            save_as(mine, " 待实名的农民工 ", "?g=migrant&r=no").unwrap();
            save_as(mine, "待实名的农民工", "?r=no").unwrap();
            assert_eq!(seen(mine, "members").len(), 1, "the same name replaces");
            let one = seen(mine, "members").remove(0);
            assert_eq!((one.name.as_str(), one.query.as_str()), ("待实名的农民工", "?r=no"));
            assert!(seen(other, "members").is_empty() && seen(mine, "employers").is_empty());
            let taken = test.db.write(&actor, |tx| remove(tx, other, one.id));
            assert!(matches!(taken, Err(SavedError::NotFound)), "nobody removes another's");
            for (name, query, code) in [("", "?r=no", "saved.name"), ("太长的名称太长的名称太长的名称太长的名称多", "?r=no", "saved.name"), ("空", "", "saved.nothing")] {
                assert_eq!(save_as(mine, name, query).unwrap_err().code(), code);
            }
            for n in 1..MOST {
                save_as(mine, &format!("第{n}个"), "?r=no").unwrap();
            }
            assert_eq!(save_as(mine, "再一个", "?r=no").unwrap_err().code(), "saved.too_many");
            save_as(mine, "第1个", "?r=yes").unwrap();
            test.db.write(&actor, |tx| remove(tx, mine, one.id)).unwrap();
            assert_eq!(seen(mine, "members").len(), MOST - 1);
        }
    }
}
