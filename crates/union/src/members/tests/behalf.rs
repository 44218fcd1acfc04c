//! 代办 on both databases: staff do what the member may do alone, only with the wish written down, only in scope, and
//! the member reads who did it.

use store::Actor;

use super::super::applications::{self, ApplicationForm};
use super::super::behalf::{self, Mandate};
use super::super::requests::{self, RequestKind};
use super::super::{consents, reveal, transfers};
use super::*;
use crate::access::{Capability, CapabilitySet};

fn may(capability: Capability) -> Permit {
    Permit::with([capability].into_iter().collect::<CapabilitySet>())
}

fn mandate() -> Mandate {
    Mandate {
        way: "present".into(),
        said: "本人持身份证到窗口".into(),
        agreed: true,
    }
}

fn for_worker(officer: &Actor, member: MemberId) -> Actor {
    mandate()
        .actor(officer.clone(), member, day(2026, 11, 20))
        .unwrap()
}

store::db_test!(
    fn staff_act_for_a_worker_who_asked_and_the_worker_reads_it(test) {
        let tree = plant(test);
        let id = test.db.write(&test.actor(), |tx| Ok::<_, MemberError>(join(tx, &tree.shop_a, &draft("张三", IDS[0]))?.id)).unwrap();
        let mut town = officer(test, &tree.town_a.path);
        town.label = "某某 · 镇街干事".into();
        let actor = for_worker(&town, id);
        let permit = may(Capability::MembersChange);
        test.db
            .write(&actor, |tx| {
                let own = behalf::permit(tx, &permit, id)?;
                requests::ask(tx, &own, id, RequestKind::Correct, "手机号改成新的")?;
                consents::set(tx, &own, id, "notify", true)?;
                transfers::request_own(tx, &own, id, tree.shop_b.id, "换单位了").map(drop)
            })
            .unwrap();
        let (asked, done, moved) = test
            .db
            .read(&town, |tx| Ok::<_, MemberError>((requests::of_member(tx, id)?, reveal::done_for(tx, id)?, transfers::of_member(tx, id)?)))
            .unwrap();
        let label = asked[0].behalf.as_deref().unwrap();
        assert_eq!(behalf::for_worker(label), "已由镇街干事代办（当面提出：本人持身份证到窗口）");
        assert!(moved[0].note.starts_with("代办：") && moved[0].note.ends_with("换单位了"), "{}", moved[0].note);
        let acts: Vec<_> = done.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(acts, ["提出转会", "同意", "提出个人信息请求"], "every act of the log, newest first");
        assert!(done.iter().all(|one| one.actor == town.label && one.why.contains("当面提出")), "{done:?}");
        // The same by the member alone says nothing of the kind.
        let alone = test.db.write(&test.actor(), |tx| {
            let own = Permit::program().in_place_of(id);
            requests::ask(tx, &own, id, RequestKind::Export, "")?;
            Ok::<_, MemberError>(requests::of_member(tx, id)?.into_iter().filter(|one| one.behalf.is_none()).count())
        });
        assert_eq!(alone.unwrap(), 1);
    }
);

store::db_test!(
    fn nobody_acts_for_a_worker_without_wish_right_or_reach(test) {
        let tree = plant(test);
        let (zhang, li) = test
            .db
            .write(&test.actor(), |tx| Ok::<_, MemberError>((join(tx, &tree.shop_a, &draft("张三", IDS[0]))?.id, join(tx, &tree.shop_b, &draft("李四", IDS[1]))?.id)))
            .unwrap();
        let town = officer(test, &tree.town_a.path);
        let silent = Mandate { agreed: false, ..mandate() };
        assert!(silent.actor(town.clone(), zhang, day(2026, 11, 20)).unwrap_err().to_string().contains("知情并同意"));
        let try_it = |actor: &Actor, permit: Permit, member| {
            test.db.write(actor, |tx| {
                let own = behalf::permit(tx, &permit, member)?;
                requests::ask(tx, &own, member, RequestKind::Delete, "").map(drop)
            })
        };
        let right = may(Capability::MembersChange);
        assert!(matches!(try_it(&town, right, zhang), Err(MemberError::NotFound)), "the actor does not name the worker");
        assert!(matches!(try_it(&for_worker(&town, li), right, li), Err(MemberError::NotFound)), "another town's worker");
        assert!(matches!(try_it(&for_worker(&town, zhang), may(Capability::MembersRead), zhang), Err(MemberError::Forbidden(_))));
        assert!(try_it(&for_worker(&town, zhang), right, zhang).is_ok());
    }
);

store::db_test!(
    fn an_application_filled_in_for_a_worker_says_so(test) {
        let tree = plant(test);
        let form = |org| ApplicationForm {
            org,
            draft: MemberDraft { phone: "13812341234".into(), ..draft("张三", IDS[0]) },
            unit: String::new(),
            note: String::new(),
            notice_version: "2026-01".into(),
            purposes: vec!["notify".into()],
        };
        let mut town = officer(test, &tree.town_a.path);
        town.label = "某某 · 镇街干事".into();
        let right = may(Capability::MembersChange);
        let apply = |org, wish: &Mandate| test.db.write(&town, |tx| applications::apply_for(tx, &right, &form(org), wish));
        assert!(apply(tree.shop_a.id, &Mandate::default()).is_err());
        assert!(apply(tree.shop_b.id, &mandate()).is_err(), "a union out of reach");
        let receipt = apply(tree.shop_a.id, &mandate()).unwrap();
        let (mine, own) = test
            .db
            .read(&test.actor(), |tx| Ok::<_, MemberError>((applications::by_receipt(tx, &receipt)?, applications::queue(tx)?)))
            .unwrap();
        assert_eq!(mine.behalf(), Some("某某 · 镇街干事（当面提出：本人持身份证到窗口）"));
        assert_eq!(own.len(), 1);
        let by_hand = test.db.write(&test.actor(), |tx| applications::apply(tx, &ApplicationForm { draft: MemberDraft { phone: "13812341235".into(), ..draft("李四", IDS[1]) }, ..form(tree.shop_a.id) })).unwrap();
        assert_eq!(test.db.read(&test.actor(), |tx| applications::by_receipt(tx, &by_hand)).unwrap().behalf(), None);
    }
);
