//! When two records of one person become one, the person's consents and requests go along.

use kernel::ids::{ConsentId, MemberId, RequestId};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, args};

use super::sql;

/// What went along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    to: Option<MemberId>,
    consents: Vec<ConsentId>,
    requests: Vec<RequestId>,
}

/// The consents and requests of `from` are `to`'s. The caller sees the whole district.
///
/// # Errors
/// The store failed.
pub(crate) fn follow(tx: &mut Tx, from: MemberId, to: MemberId) -> Result<Followed, StoreError> {
    let district = *tx.district();
    let consents = tx.all(&sql::consent::FOLLOW_CONSENTS, args![district, from])?;
    let requests = tx.all(&sql::request::FOLLOW_REQUESTS, args![district, from])?;
    let followed = Followed {
        to: Some(to),
        consents: consents
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?,
        requests: requests
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?,
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
    for id in &followed.consents {
        tx.exec(
            &sql::consent::SET_MEMBER,
            args![district, id, after, before],
        )?;
    }
    for id in &followed.requests {
        tx.exec(
            &sql::request::SET_MEMBER,
            args![district, id, after, before],
        )?;
    }
    Ok(())
}
