//! Documents for tests.

use std::collections::BTreeMap;

use kernel::definitions::Catalogue;
use kernel::ids::LetterId;
use store::testing::TestDb;
use store::{Actor, Tx};

use crate::letters::{self, Letter, LetterError, NewLetter, Signing};
use crate::orgs::OrgRef;
use crate::orgs::tests::support::system;

/// Sample values of a template: those of its first embedded test, which fill it in whole.
pub(crate) fn sample(template: &str) -> Vec<(String, String)> {
    let definition = Catalogue::embedded()
        .iter()
        .find(|one| one.header.id == template)
        .unwrap();
    let values: BTreeMap<String, String> =
        definition.tests()[0]["values"].clone().try_into().unwrap();
    values.into_iter().collect()
}

/// A document filled in whole.
pub(crate) fn full(template: &str, organ: &OrgRef, place: &OrgRef) -> NewLetter {
    NewLetter {
        place: Some(place.id),
        typed: sample(template),
        ..NewLetter::new(template, organ.id)
    }
}

pub(crate) fn chair() -> Signing {
    Signing {
        signer: "签发人甲".into(),
        post: "主席".into(),
    }
}

pub(crate) fn write<T>(
    test: &TestDb,
    who: &Actor,
    f: impl FnOnce(&mut Tx) -> Result<T, LetterError>,
) -> Result<T, LetterError> {
    test.db.write(who, f)
}

pub(crate) fn see(test: &TestDb, who: &Actor, id: LetterId) -> Result<Letter, LetterError> {
    test.db.read(who, |tx| letters::get(tx, id))
}

/// Drafted and issued by the system.
pub(crate) fn issued(
    test: &TestDb,
    template: &str,
    organ: &OrgRef,
    place: &OrgRef,
) -> (LetterId, String) {
    write(test, &system(), |tx| {
        let id = letters::draft(tx, &full(template, organ, place))?;
        Ok((id, letters::issue(tx, id, 1, &chair())?.number))
    })
    .unwrap()
}
