//! The hall opened to a member: by whoever keeps that union's roster, for that member alone, and never a way into an
//! account with another post.

use super::super::{accounts, reveal};
use super::own::{PASSWORD, rules};
use super::*;
use crate::access::{self, Capability, NewAccount, NewPost, Origin, Outcome, Stage};

fn keeper() -> Permit {
    Permit::with([Capability::MembersChange].into_iter().collect())
}

fn codes(error: &MemberError) -> Vec<&'static str> {
    crate::failure::RoomError::refusals(error)
        .iter()
        .map(|one| one.code)
        .collect()
}

/// An account as the system administrator makes it, with these posts.
fn made(test: &TestDb, login: &str, posts: &[&str]) -> kernel::ids::AccountId {
    let (policy, roles) = rules();
    let new = NewAccount {
        login: login.into(),
        name: "演示".into(),
        password: PASSWORD.into(),
        keep_password: true,
        member: None,
    };
    test.db
        .write(&test.actor(), |tx| {
            let account = access::create_account(tx, &policy, &new)?;
            for role in posts {
                access::grant_post(
                    tx,
                    &roles,
                    &NewPost {
                        account,
                        role: (*role).into(),
                        org: None,
                        from_on: day(2026, 1, 1),
                    },
                )?;
            }
            Ok::<_, access::AccessError>(account)
        })
        .unwrap()
}

store::db_test!(
    fn whoever_keeps_the_roster_opens_the_hall_to_a_member(test) {
        let tree = plant(test);
        let (policy, roles) = rules();
        let zhang = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
        let (here, there) = (officer(test, &tree.town_a.path), officer(test, &tree.shop_b.path));
        let open = |actor: &store::Actor, permit: &Permit, login: &str| test.db.write(actor, |tx| accounts::open(tx, permit, (&policy, &roles), zhang, login));
        assert!(matches!(open(&there, &keeper(), "zg-one"), Err(MemberError::NotFound)), "another union's member");
        let reader = Permit::with([Capability::MembersRead].into_iter().collect());
        assert!(matches!(open(&here, &reader, "zg-one"), Err(MemberError::Forbidden(_))));
        let personal = open(&here, &keeper(), "330113199003070018").unwrap_err();
        assert_eq!(crate::failure::RoomError::field(&personal), Some("login"), "no number of a paper: {personal}");
        // Behind it lie the worker's complaints: the employer's own union opens no way to them, neither now nor later.
        let chair_here = officer(test, &tree.shop_a.path);
        assert_eq!(codes(&open(&chair_here, &keeper(), "zg-one").unwrap_err()), ["member.account_above"]);
        let linked = test.db.write(&chair_here, |tx| accounts::link(tx, &keeper(), &roles, zhang, "zg-one"));
        assert_eq!(codes(&linked.unwrap_err()), ["member.account_above"]);
        let given = open(&here, &keeper(), " zg-one ").unwrap();
        assert_eq!(given.login, "zg-one");
        assert_eq!(codes(&open(&here, &keeper(), "zg-two").unwrap_err()), ["member.account_held"]);
        let outcome = test.db.write(&test.actor(), |tx| access::sign_in(tx, &policy, "zg-one", &given.password, &Origin::default())).unwrap();
        let Outcome::In { token, stage: Stage::Full, keep_seconds: Some(_), .. } = outcome else { panic!("the one-time password opens") };
        let who = test.db.read(&test.actor(), |tx| access::resume(tx, &policy, &roles, &token)).unwrap().unwrap();
        assert!(who.must_change && who.member == Some(zhang) && who.can(Capability::OwnRecord));
        let seen = test.db.read(&who.own_actor().unwrap(), |tx| reveal::openings(tx, zhang)).unwrap();
        assert_eq!(seen.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["开通个人账号"]);

        // A forgotten password: the same desk, this account only, and whoever was in with the old one is out.
        let account = who.account;
        let again = |actor: &store::Actor, account| test.db.write(actor, |tx| accounts::reset(tx, &keeper(), (&policy, &roles), zhang, account));
        assert!(matches!(again(&there, account), Err(MemberError::NotFound)));
        assert_eq!(codes(&again(&chair_here, account).unwrap_err()), ["member.account_above"]);
        let chair = made(test, "chair.x", &["lawyer"]);
        assert!(again(&here, chair).is_err(), "an account that opens another record");
        assert_ne!(again(&here, account).unwrap().password, given.password);
        assert!(test.db.read(&test.actor(), |tx| access::resume(tx, &policy, &roles, &token)).unwrap().is_none());
        // Once the worker holds another post, the desk has no hand in the account any more.
        test.db.write(&test.actor(), |tx| access::grant_post(tx, &roles, &NewPost { account, role: "lawyer".into(), org: None, from_on: day(2026, 1, 1) })).unwrap();
        assert_eq!(codes(&again(&here, account).unwrap_err()), ["account.other_posts"]);
        assert!(!test.db.read(&here, |tx| accounts::of_member(tx, &roles, zhang)).unwrap()[0].own_only);
    }
);

store::db_test!(
    fn an_account_made_earlier_is_linked_if_it_is_a_workers_and_nobodys(test) {
        let tree = plant(test);
        let (policy, roles) = rules();
        let (zhang, li) = test
            .db
            .write(&test.actor(), |tx| Ok::<_, MemberError>((join(tx, &tree.shop_a, &draft("张三", IDS[0]))?.id, join(tx, &tree.shop_a, &draft("李四", IDS[1]))?.id)))
            .unwrap();
        let here = officer(test, &tree.town_a.path);
        let link = |member, login: &str| test.db.write(&here, |tx| accounts::link(tx, &keeper(), &roles, member, login));
        for (login, posts) in [("lawyer.x", &["lawyer"][..]), ("both.x", &["member", "lawyer"]), ("admin.x", &["security_admin"]), ("bare.x", &[])] {
            made(test, login, posts);
            let error = link(zhang, login).unwrap_err();
            assert_eq!(crate::failure::RoomError::field(&error), Some("login"), "{login}");
        }
        assert!(link(zhang, "nobody.x").is_err());
        made(test, "worker.x", &["member"]);
        link(zhang, "Worker.X").unwrap();
        assert!(link(li, "worker.x").is_err(), "one account, one record");
        // Who has left or died is opened no account.
        let leave = ChangeForm { verb: Verb::Leave, on: kernel::Clock::now(&*test.clock).shanghai_date(), reason: Some(Reason::OwnWish), evidence: "本人申请".into(), to: None, version: 1 };
        test.db.write(&here, |tx| change(tx, &Permit::program(), li, &leave)).unwrap();
        let refused = test.db.write(&here, |tx| accounts::open(tx, &keeper(), (&policy, &roles), li, "zg-li")).unwrap_err();
        assert_eq!(codes(&refused), ["member.account_not_enrolled"]);
    }
);
