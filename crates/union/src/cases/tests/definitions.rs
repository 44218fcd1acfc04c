//! What the kinds name must exist in this crate too: capabilities, kinds of unions, clauses of law.

use kernel::case_kind::{CaseKind, LengthRule};
use kernel::definitions::Catalogue;

use crate::access::Capability;
use crate::orgs::OrgKind;

#[test]
fn every_capability_union_kind_and_clause_exists() {
    let catalogue = Catalogue::embedded();
    let mut kinds = 0;
    for definition in catalogue.of_kind("cases") {
        let kind = CaseKind::read(definition).unwrap();
        kinds += 1;
        let capabilities = kind.verb.iter().filter_map(|row| row.capability.as_ref());
        for id in capabilities.chain([&kind.read, &kind.act]) {
            assert!(Capability::from_id(id).is_some(), "{}: {id}", kind.id);
        }
        for id in kind.level.iter().flat_map(|level| &level.orgs) {
            assert!(OrgKind::from_id(id).is_some(), "{}: {id}", kind.id);
        }
        let lengths = kind.clock.iter().flat_map(|clock| {
            clock
                .length
                .iter()
                .chain(clock.by_grade.iter().map(|one| &one.length))
        });
        for length in lengths {
            if let LengthRule::Law { law } = length {
                let place = definition.header.jurisdiction.clone();
                let day = jiff::civil::date(2026, 1, 1);
                assert!(
                    catalogue.at(law, place, day).is_some(),
                    "{}: {law}",
                    kind.id
                );
            }
        }
    }
    assert_eq!(kinds, 6);
}
