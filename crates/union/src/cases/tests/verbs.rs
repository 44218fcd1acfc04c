//! 动作都有: every common verb of casework exists in every kind, or the kind says why it has none.

use kernel::case_kind::{CaseKind, Effect, Verb};
use kernel::definitions::Catalogue;

use super::support::{alert, at, does, house, opened, sees};
use crate::cases::{ActInput, BackTo, NextOwner};
use crate::failure::RoomError;

/// What people ask of every kind: 受理、不予受理、指派、转办、退回、撤回、加签、催办、督办、延期与批准、中止、同意与恢复、合并、拆分、办结、回访、重开.
const COMMON: [Effect; 22] = [
    Effect::Accept,
    Effect::Refuse,
    Effect::Assign,
    Effect::Transfer,
    Effect::Return,
    Effect::Recall,
    Effect::Consult,
    Effect::Urge,
    Effect::Supervise,
    Effect::Extend,
    Effect::Grant,
    Effect::Deny,
    Effect::Suspend,
    Effect::GrantPause,
    Effect::DenyPause,
    Effect::Resume,
    Effect::Merge,
    Effect::Split,
    Effect::Close,
    Effect::CallBack,
    Effect::Reopen,
    Effect::Note,
];

#[test]
fn every_kind_has_every_common_verb_or_says_why_not() {
    let catalogue = Catalogue::embedded();
    let (mut missing, mut kinds) = (Vec::new(), 0);
    for definition in catalogue.of_kind("cases") {
        let kind = CaseKind::read(definition).unwrap();
        kinds += 1;
        for effect in COMMON {
            let has = kind.verb.iter().any(|row| row.effect() == effect);
            let why = kind.absent.get(effect.id());
            assert!(!(has && why.is_some()), "{}: {effect:?}", kind.id);
            if !has && why.is_none_or(|why| why.chars().count() < 10) {
                missing.push(format!("{} {}", kind.id, effect.title()));
            }
        }
        // "Not ours" names who takes over; a refusal and a return say why.
        for row in &kind.verb {
            match row.effect() {
                Effect::Transfer | Effect::Assign | Effect::Consult => {
                    assert!(row.effect().needs_next());
                }
                Effect::Refuse | Effect::Return => {
                    assert!(row.needs_note(), "{} {}", kind.id, row.id)
                }
                _ => {}
            }
        }
    }
    assert_eq!(kinds, 6);
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_letter_that_a_kind_names_exists() {
    let catalogue = Catalogue::embedded();
    let mut named = 0;
    for definition in catalogue.of_kind("cases") {
        let kind = CaseKind::read(definition).unwrap();
        let evidence = kind.evidence.iter();
        let of_evidence = evidence.flat_map(|one| one.letters.iter().chain(&one.deliveries));
        let of_verbs = kind.verb.iter().flat_map(|row| &row.letters);
        for id in of_evidence.chain(of_verbs) {
            let place = definition.header.jurisdiction.clone();
            assert!(
                catalogue
                    .at(id, place, jiff::civil::date(2026, 1, 1))
                    .is_some(),
                "{}: {id}",
                kind.id
            );
            named += 1;
        }
    }
    assert!(named > 8, "{named}");
}

store::db_test! {
    fn a_verb_that_a_kind_has_not_is_refused_with_its_reason(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "blue", 1));
        let refused = does(test, &house.jia, case.id, "refuse", &ActInput::note("x")).unwrap_err();
        assert_eq!(refused.code(), "case.not_here");
        assert!(refused.to_string().contains("误报"), "{refused}");
    }
}

store::db_test! {
    fn passing_on_keeps_the_number_and_comes_back_from_any_step(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "blue", 1));
        let nobody = does(test, &house.jia, case.id, "transfer", &ActInput::note("不归我们管")).unwrap_err();
        assert_eq!(nobody.code(), "case.next_unnamed");
        let to = |org, person| ActInput {
            next_owner: Some(NextOwner { org: Some(org), person: Some(person) }),
            ..ActInput::note("请接办")
        };
        does(test, &house.jia, case.id, "transfer", &to(house.district.tangqi.id, house.yi.account)).unwrap();
        // Before the other has acted, who passed it on takes it back.
        does(test, &house.jia, case.id, "recall", &ActInput::default()).unwrap();
        assert_eq!(sees(test, &house.bing, case.id).unwrap().owner_org().unwrap(), house.district.village.id);
        does(test, &house.jia, case.id, "transfer", &to(house.district.tangqi.id, house.yi.account)).unwrap();
        does(test, &house.yi, case.id, "transfer", &to(house.district.federation.id, house.bing.account)).unwrap();
        let back = ActInput {
            back_to: BackTo::Desk(house.district.village.id.to_string()),
            ..ActInput::note("请哨点先走访")
        };
        does(test, &house.bing, case.id, Verb::RETURN.id(), &back).unwrap();
        let now = sees(test, &house.bing, case.id).unwrap();
        assert_eq!((now.no.as_str(), now.owner_org().unwrap()), (case.no.as_str(), house.district.village.id));
    }
}
