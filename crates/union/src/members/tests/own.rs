//! A worker's story on both databases: finds the union, applies, becomes a member, and sees and settles what is
//! one's own; through the real scope of an own record, so on PostgreSQL through row-level security.

use store::Answer;
use store::testing::district;

use super::super::applications::{self, ApplicationForm, ApplicationState};
use super::super::requests::{self, RequestKind, RequestState};
use super::super::{card, consents, doors, own, reveal};
use super::*;
use crate::access::{
    self, AccessPolicy, Capability, CapabilitySet, NewAccount, NewPost, Origin, Roles, SignedIn,
};

pub(super) const PASSWORD: &str = "白墙黑瓦临平山下的人家";

/// The definitions that ship.
pub(super) fn rules() -> (AccessPolicy, Roles) {
    (
        AccessPolicy::parse(include_str!(
            "../../../../../definitions/access/policy.toml"
        ))
        .unwrap(),
        Roles::parse(include_str!("../../../../../definitions/roles/roles.toml")).unwrap(),
    )
}

/// Signs a member in through the real door.
pub(super) fn signed_in(test: &TestDb, member: MemberId) -> SignedIn {
    let (policy, roles) = rules();
    let login = format!("w{}", &member.to_string()[28..]);
    let new = NewAccount {
        login: login.clone(),
        name: "演示职工".into(),
        password: PASSWORD.into(),
        keep_password: true,
        member: Some(member),
    };
    let outcome = test.db.write(&test.actor(), |tx| {
        let account = access::create_account(tx, &policy, &new)?;
        access::grant_post(
            tx,
            &roles,
            &NewPost {
                account,
                role: "member".into(),
                org: None,
                from_on: day(2026, 1, 1),
            },
        )?;
        access::sign_in(tx, &policy, &login, PASSWORD, &Origin::default())
    });
    let access::Outcome::In { token, .. } = outcome.unwrap() else {
        panic!("{login} is not let in")
    };
    test.db
        .read(&test.actor(), |tx| {
            access::resume(tx, &policy, &roles, &token)
        })
        .unwrap()
        .unwrap()
}

fn form(org: OrgId) -> ApplicationForm {
    ApplicationForm {
        org,
        draft: MemberDraft {
            phone: "13812341234".into(),
            job_title: "焊工".into(),
            ..draft("张三", IDS[0])
        },
        unit: "东镇纺织厂".into(),
        note: String::new(),
        notice_version: "2026-01".into(),
        purposes: vec!["notify".into(), "没有这一项".into()],
    }
}

fn may(capability: Capability) -> Permit {
    Permit::with([capability].into_iter().collect::<CapabilitySet>())
}

store::db_test!(
    fn from_the_door_to_the_own_card(test) {
        let tree = plant(test);
        let found = test.db.read(&test.actor(), |tx| doors::find(tx, "纺织厂")).unwrap();
        assert_eq!(found.iter().map(|door| door.org.id).collect::<Vec<_>>(), [tree.shop_a.id]);
        assert_eq!(found[0].town, tree.town_a.name);
        let apply = |key: &str| {
            test.db.write(&test.actor(), |tx| {
                tx.once("door", key, b"the form", |tx| {
                    Ok::<_, MemberError>(Answer::new(200, serde_json::json!(applications::apply(tx, &form(tree.shop_a.id))?)))
                })
            })
        };
        let (first, second, third) = (apply("k1").unwrap(), apply("k1").unwrap(), apply("k2").unwrap());
        assert!(!first.again && second.again, "the same key gets the first answer");
        assert_eq!(first.body, second.body);
        assert_eq!(first.body, third.body, "the same paper and phone gets the first receipt");
        let code = first.body.as_str().unwrap().to_owned();
        let officer = officer(test, &tree.town_a.path);
        let queue = test.db.read(&officer, applications::queue).unwrap();
        assert_eq!(queue.len(), 1);
        let admitted = test.db.write(&officer, |tx| applications::approve(tx, &may(Capability::MembersApprove), queue[0].id, None, None)).unwrap();
        let state = test.db.read(&test.actor(), |tx| applications::by_receipt(tx, &format!(" {} ", code.to_lowercase()))).unwrap().state;
        assert_eq!(state, ApplicationState::Approved);
        let who = signed_in(test, admitted.id);
        let (actor, permit) = (who.own_actor().unwrap(), Permit::of(&who));
        test.db
            .read(&actor, |tx| {
                assert_eq!(get(tx, admitted.id)?.name, "张三");
                assert_eq!(periods(tx, admitted.id)?.len(), 1);
                let given: Vec<_> = consents::of_member(tx, admitted.id)?.into_iter().filter(|line| line.given_at.is_some()).collect();
                assert_eq!(given.iter().map(|line| line.purpose.id.as_str()).collect::<Vec<_>>(), ["notify"], "only what exists");
                let code = card::code(tx, &permit, admitted.id)?;
                assert!(code.until > tx.now() && code.svg.starts_with("<svg"));
                Ok::<_, MemberError>(())
            })
            .unwrap();
    }
);

store::db_test!(
    fn what_is_ones_own_and_nothing_else(test) {
        let tree = plant(test);
        let (zhang, li) = test
            .db
            .write(&test.actor(), |tx| Ok::<_, MemberError>((join(tx, &tree.shop_a, &draft("张三", IDS[0]))?.id, join(tx, &tree.shop_a, &draft("李四", IDS[1]))?.id)))
            .unwrap();
        let who = signed_in(test, zhang);
        let (actor, permit) = (who.own_actor().unwrap(), Permit::of(&who));
        for stranger in [test.db.read(&actor, |tx| get(tx, li)).err(), test.db.read(&actor, |tx| card::code(tx, &permit, li)).err()] {
            assert!(matches!(stranger, Some(MemberError::NotFound)));
        }
        assert!(test.db.write(&actor, |tx| requests::ask(tx, &permit, li, RequestKind::Delete, "")).is_err());
        assert!(test.db.write(&actor, |tx| own::export(tx, &permit, li)).is_err());
        assert!(test.db.read(&actor, |tx| reveal::openings(tx, li)).is_err());

        let officer = officer(test, &tree.town_a.path);
        test.db.write(&officer, |tx| reveal::reveal(tx, &may(Capability::MembersReveal), zhang, reveal::Masked::Paper, "核对入会申请")).unwrap();
        let copy = test.db.write(&actor, |tx| own::export(tx, &permit, zhang)).unwrap();
        assert_eq!(copy["资料"]["证件号码"], IDS[0]);
        let seen = test.db.read(&actor, |tx| reveal::openings(tx, zhang)).unwrap();
        assert!(seen.iter().any(|line| line.why == "核对入会申请" && line.what.contains("证件号码")), "{seen:?}");

        let asked = test.db.write(&actor, |tx| requests::ask(tx, &permit, zhang, RequestKind::Delete, "")).unwrap();
        let mine = test.db.read(&actor, |tx| requests::of_member(tx, zhang)).unwrap();
        assert_eq!((mine[0].id, mine[0].state), (asked, RequestState::Open));
        assert!(mine[0].due_on.is_some_and(|due| due > day(2026, 11, 20)), "a request has a last day");
        let too_early = test.db.write(&officer, |tx| requests::decide(tx, &may(Capability::MembersChange), asked, true, "按请求删除"));
        assert!(matches!(too_early, Err(MemberError::Refused(_))), "a membership in force is not erased");
        test.db.write(&actor, |tx| consents::set(tx, &permit, zhang, "benefits", true)).unwrap();
        test.db.write(&actor, |tx| consents::set(tx, &permit, zhang, "benefits", false)).unwrap();
        let still = test.db.read(&actor, |tx| consents::of_member(tx, zhang)).unwrap();
        assert!(still.iter().all(|line| line.given_at.is_none()));
    }
);

store::db_test!(
    fn a_post_adds_nothing_to_what_the_hall_shows(test) {
        let tree = plant(test);
        let zhang = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
        let li = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft("李四", IDS[1]))).unwrap().id;
        let mut who = signed_in(test, zhang);
        who.scope = officer(test, &tree.town_a.path).scope;
        assert!(test.db.read(&who.actor(), |tx| get(tx, li)).is_ok(), "at the desk");
        let own = who.own_actor().unwrap();
        assert!(matches!(test.db.read(&own, |tx| get(tx, li)), Err(MemberError::NotFound)), "in the hall");
        assert_eq!(own.district, district());
        assert!(test.db.read(&own, |tx| get(tx, zhang)).is_ok());
    }
);

store::db_test!(
    fn any_text_may_be_looked_for(test) {
        let tree = plant(test);
        test.db
            .read(&test.actor(), |tx| {
                for text in ["", " ", "%", "__", "' OR 1=1 --", "\0\0", "𠅤𠅤", &"长".repeat(5_000), "NULL", "<script>"] {
                    assert!(doors::find(tx, text)?.is_empty(), "{text:.20}");
                }
                let federation = orgs::find(tx, "甲区总工会").unwrap().remove(0);
                assert!(matches!(doors::of(tx, federation.id), Err(MemberError::NotFound)), "it has no members of its own");
                assert_eq!(doors::of(tx, tree.town_a.id)?.org.id, tree.town_a.id, "who has no union at work applies here");
                Ok::<_, MemberError>(())
            })
            .unwrap();
    }
);

store::db_test!(
    fn an_application_under_another_name_waits_for_a_person(test) {
        let tree = plant(test);
        let member = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft("李四光", IDS[0]))).unwrap().id;
        test.db.write(&test.actor(), |tx| applications::apply(tx, &form(tree.shop_a.id))).unwrap();
        let permit = may(Capability::MembersApprove);
        let queue = test.db.read(&test.actor(), applications::queue).unwrap();
        let approve = || test.db.write(&test.actor(), |tx| applications::approve(tx, &permit, queue[0].id, None, None));
        let refused = approve().unwrap_err();
        assert_eq!(refused.to_string().matches("李*光").count(), 1, "{refused}");
        assert!(refused.to_string().contains("张*") && refused.to_string().contains("“更正”"), "{refused}");
        let (card, open) = test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((get(tx, member)?, applications::queue(tx)?))).unwrap();
        assert_eq!((card.name.as_str(), card.version, card.phone_masked.as_deref(), open.len()), ("李四光", 1, None, 1));
        // The way out that the refusal names.
        let right = MemberDraft { name: "张三".into(), ..draft_of(&card) };
        test.db.write(&test.actor(), |tx| correct(tx, &Permit::program(), member, &right, 1, "户口簿更名页")).unwrap();
        assert_eq!(approve().unwrap().id, member);
    }
);
