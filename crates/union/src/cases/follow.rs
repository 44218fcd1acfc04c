//! When two records of one person become one, the person's cases go along (本人的办件).

use kernel::ids::{CaseId, CasePartyId, MemberId};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, args};

pub mod sql {
    //! Statements about cases as somebody's own.
    store::statements! {
        /// Cases a member brought.
        pub FOLLOW_FILES = "SELECT id FROM case_file WHERE district = $1 AND member_id = $2";
        /// Where a member is named in a case.
        pub FOLLOW_PARTIES = "SELECT id FROM case_party WHERE district = $1 AND member_id = $2";
        /// A case is another record's.
        pub SET_FILE_MEMBER = "UPDATE case_file SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";
        /// So is a name in it.
        pub SET_PARTY_MEMBER = "UPDATE case_party SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";
    }
}

/// What went along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    to: Option<MemberId>,
    files: Vec<CaseId>,
    parties: Vec<CasePartyId>,
}

/// The cases of `from` are `to`'s. The caller sees the whole district.
///
/// # Errors
/// The store failed.
pub(crate) fn follow(tx: &mut Tx, from: MemberId, to: MemberId) -> Result<Followed, StoreError> {
    let district = *tx.district();
    let files = tx.all(&sql::FOLLOW_FILES, args![district, from])?;
    let parties = tx.all(&sql::FOLLOW_PARTIES, args![district, from])?;
    let followed = Followed {
        to: Some(to),
        files: files
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?,
        parties: parties
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?,
    };
    give(tx, &followed, from, to)?;
    Ok(followed)
}

/// What went along is `from`'s again; a case whose contents were destroyed meanwhile names nobody and stays so.
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
    for id in &followed.files {
        tx.exec(&sql::SET_FILE_MEMBER, args![district, id, after, before])?;
    }
    for id in &followed.parties {
        tx.exec(&sql::SET_PARTY_MEMBER, args![district, id, after, before])?;
    }
    Ok(())
}
