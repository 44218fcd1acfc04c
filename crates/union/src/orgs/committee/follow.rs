//! When two records of one person become one, the person's terms in committees go along.

use kernel::{MemberId, OfficerId};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, args};

use super::sql;

/// What went along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    to: Option<MemberId>,
    officers: Vec<OfficerId>,
}

/// The terms of `from` are `to`'s. The caller sees the whole district.
///
/// # Errors
/// The store failed.
pub(crate) fn follow(tx: &mut Tx, from: MemberId, to: MemberId) -> Result<Followed, StoreError> {
    let district = *tx.district();
    let rows = tx.all(&sql::FOLLOW_OFFICERS, args![district, from])?;
    let officers: Vec<OfficerId> = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?;
    let followed = Followed {
        to: Some(to),
        officers,
    };
    give(tx, &followed, from, to)?;
    Ok(followed)
}

/// What went along is `from`'s again.
///
/// # Errors
/// The store failed.
pub(crate) fn back(tx: &mut Tx, followed: &Followed, from: MemberId) -> Result<(), StoreError> {
    match followed.to {
        Some(to) => give(tx, followed, to, from),
        None => Ok(()),
    }
}

fn give(
    tx: &mut Tx,
    followed: &Followed,
    before: MemberId,
    after: MemberId,
) -> Result<(), StoreError> {
    let district = *tx.district();
    for id in &followed.officers {
        tx.exec(&sql::SET_OFFICER_MEMBER, args![district, id, after, before])?;
    }
    Ok(())
}
