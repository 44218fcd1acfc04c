//! When two records of one person become one, what belongs to the person goes along, in the same transaction, and comes back
//! when the merge is undone.
//!
//! Each room keeps its own statements; this is the one list of who has to be told, so that a new room with a `member_id` or
//! an `owner_id` is added here and nowhere else. A test compares the list with the schema. What is the history of a
//! record and not of a person stays where it was written: periods, transfers, the application.

use kernel::MemberId;
use serde::{Deserialize, Serialize};
use store::Tx;

use crate::members::MemberError;
use crate::{cases, members, notebook, orgs};

/// What went along, by room.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Followed {
    notebook: notebook::Followed,
    cases: cases::Followed,
    members: members::Followed,
    orgs: orgs::committee::Followed,
}

/// Tells every room that `from` lives on in `to`.
///
/// # Errors
/// The first room that fails; the transaction is undone.
pub(crate) fn follow(tx: &mut Tx, from: MemberId, to: MemberId) -> Result<Followed, MemberError> {
    tx.across(
        "what belongs to a person lies wherever it was filed, and the notebook with the person",
        |tx| {
            Ok(Followed {
                notebook: notebook::follow(tx, from, to).map_err(MemberError::room)?,
                cases: cases::follow(tx, from, to)?,
                members: members::follow(tx, from, to)?,
                orgs: orgs::committee::follow(tx, from, to)?,
            })
        },
    )
}

/// Tells every room that what went along with `from` belongs to it again. `signed_in`: whoever signs in went along too and
/// comes back, with what was written meanwhile.
///
/// # Errors
/// The first room that fails; the transaction is undone.
pub(crate) fn back(
    tx: &mut Tx,
    followed: &Followed,
    (from, to): (MemberId, MemberId),
    signed_in: bool,
) -> Result<(), MemberError> {
    tx.across(
        "what belongs to a person lies wherever it was filed, and the notebook with the person",
        |tx| {
            notebook::back(tx, &followed.notebook, (from, to), signed_in)
                .map_err(MemberError::room)?;
            cases::back(tx, &followed.cases, from)?;
            members::back(tx, &followed.members, from)?;
            orgs::committee::back(tx, &followed.orgs, from)?;
            Ok(())
        },
    )
}

#[cfg(test)]
mod tests {
    /// Tables that name a member whose rows stay with the record they were written on, with the reason.
    const STAY: &[(&str, &str)] = &[
        ("account", "access moves it and a merge keeps the list"),
        ("membership", "a period is the history of the record"),
        ("transfer", "so is a transfer; an open one stops the merge"),
        ("application", "it says which record came of it"),
        ("member_before", "the image an import changed, by record"),
        (
            "notebook_history",
            "the entries take it along, sealed by its own id",
        ),
    ];

    #[test]
    fn everything_of_a_person_goes_along_or_has_a_reason_to_stay() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/migrations");
        let mut tables = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for table in text.split("CREATE TABLE ").skip(1) {
                let (name, columns) = table.split_once(" (").unwrap();
                let columns = columns.split("{strict}").next().unwrap();
                if columns.contains("\n  member_id {id}") || columns.contains("\n  owner_id {id}") {
                    tables.push(name.to_owned());
                }
            }
        }
        assert!(tables.len() >= 12, "{tables:?}");
        for table in tables {
            let followed = crate::statements()
                .iter()
                .any(|one| one.name.starts_with("FOLLOW_") && one.sql.contains(&table));
            let stays = STAY.iter().any(|(name, _)| *name == table);
            assert!(
                followed != stays || table == "notebook_history",
                "{table}: a merged record leaves its rows behind (following.rs), or they both follow and stay"
            );
        }
    }
}
