//! Posts and scope: exactly one in force, nothing without one, administrators kept apart.

use kernel::Date;
use store::db_test;

use super::*;

fn grant(
    test: &TestDb,
    account: AccountId,
    role: &str,
) -> Result<kernel::ids::PostId, AccessError> {
    let from_on: Date = "2026-01-01".parse().unwrap();
    let new = NewPost {
        account,
        role: role.into(),
        org: None,
        from_on,
    };
    write(test, |tx| grant_post(tx, &roles(), &new))
}

db_test!(fn without_a_post_nothing_is_seen(test) {
    account(test, "fresh.a");
    let token = try_in(test, "fresh.a", PASSWORD).unwrap();
    let person = who(test, &token).unwrap();
    assert!(person.scope.is_nothing());
    assert!(Capability::ALL.iter().all(|c| !person.can(*c)));
});

db_test!(fn a_role_of_the_tree_needs_a_union_and_an_unknown_role_is_refused(test) {
    let id = account(test, "town.a");
    assert!(matches!(grant(test, id, "town_officer"), Err(AccessError::Invalid { field: "org", .. })));
    assert!(matches!(grant(test, id, "emperor"), Err(AccessError::Invalid { field: "role", .. })));
});

db_test!(fn the_three_administrators_are_three_people(test) {
    let id = account(test, "admin.b");
    grant(test, id, "system_admin").unwrap();
    assert!(matches!(grant(test, id, "audit_admin"), Err(AccessError::Refused(_))));
    let own = NewPost { account: id, role: "leader".into(), org: None, from_on: "2026-01-01".parse().unwrap() };
    let by_self = test.db.write(&as_actor(test, id), |tx| grant_post(tx, &roles(), &own));
    assert!(by_self.is_err(), "nobody grants the own post");
});

db_test!(fn an_ended_post_gives_nothing_from_the_next_request_on(test) {
    let id = account(test, "admin.c");
    let post = grant(test, id, "audit_admin").unwrap();
    let token = try_in(test, "admin.c", PASSWORD).unwrap();
    assert!(who(test, &token).unwrap().can(Capability::AuditRead));
    let codes = |error: AccessError| crate::failure::RoomError::refusals(&error).iter().map(|one| one.code).collect::<Vec<_>>();
    let last = || write(test, |tx| end_post(tx, post, "调离")).map(drop).or_else(|_| write(test, |tx| set_account_enabled(tx, id, false)));
    assert_eq!(codes(last().unwrap_err()), ["post.last_administrator"], "somebody has to be left");
    let other = account(test, "admin.d");
    grant(test, other, "audit_admin").unwrap();
    write(test, |tx| set_account_enabled(tx, other, false)).unwrap();
    assert!(last().is_err(), "a disabled account is nobody");
    write(test, |tx| set_account_enabled(tx, other, true)).unwrap();
    assert!(matches!(write(test, |tx| end_post(tx, post, " ")), Err(AccessError::Invalid { field: "why", .. })));
    write(test, |tx| end_post(tx, post, "调离")).unwrap();
    assert!(!who(test, &token).unwrap().can(Capability::AuditRead));
});

db_test!(fn switching_changes_what_one_may_do_and_never_adds(test) {
    let id = account(test, "two.posts");
    grant(test, id, "audit_admin").unwrap();
    let lawyer = grant(test, id, "lawyer").unwrap();
    let token = try_in(test, "two.posts", PASSWORD).unwrap();
    let before = who(test, &token).unwrap();
    assert!(before.can(Capability::AuditRead));
    write(test, |tx| switch_post(tx, &before, lawyer)).unwrap();
    let after = who(test, &token).unwrap();
    assert!(after.can(Capability::Workbench) && !after.can(Capability::AuditRead));
});

db_test!(fn no_administrator_gets_into_another_by_a_new_password(test) {
    let (system, audit, clerk) = (account(test, "system.r"), account(test, "audit.r"), account(test, "clerk.r"));
    grant(test, system, "system_admin").unwrap();
    grant(test, audit, "audit_admin").unwrap();
    let reset = |actor: &Actor, account| test.db.write(actor, |tx| reset_password(tx, &policy(), account, PASSWORD));
    let acting = as_actor(test, system);
    for one in [audit, system] {
        assert!(matches!(reset(&acting, one), Err(AccessError::Refused(_))));
    }
    reset(&acting, clerk).unwrap();
    reset(&test.actor(), audit).unwrap();
});

db_test!(fn a_machine_token_acts_for_one_post_until_it_ends(test) {
    let id = account(test, "machine.a");
    let post = grant(test, id, "lawyer").unwrap();
    let until = kernel::Instant::from_shanghai("2027-06-30".parse().unwrap(), 0, 0);
    let token = write(test, |tx| issue_token(tx, (&policy(), &roles()), "审计接口", id, post, until)).unwrap();
    let ask = |token: &str| test.db.read(&test.actor(), |tx| resume_token(tx, &roles(), token)).unwrap();
    assert!(ask(&token).unwrap().can(Capability::CasesRead));
    assert!(ask("guess").is_none());
    // The log says whose account and which post it acts for, and never the secret.
    let filter = crate::audit::AuditFilter { action: "token.issued".to_owned(), ..Default::default() };
    let issued = test.db.read(&test.actor(), |tx| crate::audit::search(tx, &filter, 1)).unwrap().remove(0);
    let detail = &issued.detail;
    assert!(detail.contains("machine.a") && detail.contains("lawyer") && !detail.contains(&token), "{detail}");
    let line = test.db.read(&test.actor(), tokens).unwrap().remove(0);
    let field = |error: AccessError| crate::failure::RoomError::field(&error).map(str::to_owned);
    let days = std::time::Duration::from_secs(86_400 * u64::try_from(policy().token_max_days + 2).unwrap());
    let far = kernel::Clock::now(&*test.clock).plus(days);
    assert_eq!(field(write(test, |tx| issue_token(tx, (&policy(), &roles()), "太久", id, post, far)).unwrap_err()).unwrap(), "expires");
    let auditor = account(test, "machine.b");
    let audits = grant(test, auditor, "audit_admin").unwrap();
    assert_eq!(field(write(test, |tx| issue_token(tx, (&policy(), &roles()), "审计", auditor, audits, until)).unwrap_err()).unwrap(), "login");
    write(test, |tx| end_token(tx, line.id)).unwrap();
    assert!(ask(&token).is_none());
    assert!(write(test, |tx| issue_token(tx, (&policy(), &roles()), "过期", id, post, kernel::Instant::from_ms(0))).is_err());
});

// A security administrator, who sees no part of the tree, grants a post there; the officer then sees
// exactly that part, on both databases and through row-level security.
db_test!(fn a_granted_post_sees_its_subtree_and_no_more(test) {
    let (town, other) = two_towns(test);
    let admin = as_security(test);
    let officer = account(test, "town.b");
    let new = NewPost { account: officer, role: "town_officer".into(), org: Some(town.id), from_on: "2026-01-01".parse().unwrap() };
    test.db.write(&admin, |tx| grant_post(tx, &roles(), &new)).unwrap();
    assert_eq!(test.db.read(&admin, |tx| posts_of(tx, &roles(), officer)).unwrap().len(), 1);
    for role in ["sentinel", "enterprise_chair", "district_officer"] {
        let astray = NewPost { role: role.into(), ..new.clone() };
        let error = test.db.write(&admin, |tx| grant_post(tx, &roles(), &astray)).unwrap_err();
        assert!(matches!(error, AccessError::Invalid { field: "org", .. }), "{role}: {error}");
    }
    let token = try_in(test, "town.b", PASSWORD).unwrap();
    let person = who(test, &token).unwrap();
    assert!(person.scope.covers(&town.path) && !person.scope.covers(&other.path));
    assert_eq!(person.post.as_ref().unwrap().org_name, town.name);
    let see = |id| test.db.read(&person.actor(), |tx| crate::orgs::get(tx, id)).is_ok();
    assert!(see(town.id) && !see(other.id));
    let post = person.post.as_ref().unwrap().id;
    test.db.write(&admin, |tx| end_post(tx, post, "轮岗")).unwrap();
    assert!(who(test, &token).unwrap().scope.is_nothing());
});

fn as_security(test: &TestDb) -> Actor {
    let id = account(test, "security.a");
    Actor {
        scope: kernel::Scope::nothing(store::testing::district()),
        ..as_actor(test, id)
    }
}

fn two_towns(test: &TestDb) -> (crate::orgs::OrgRef, crate::orgs::OrgRef) {
    use crate::orgs::{NewOrg, OrgKind, create_active};
    let make = |parent, kind, name: &str| {
        test.db
            .write(&test.actor(), |tx| {
                create_active(tx, &NewOrg::new(parent, kind, name))
            })
            .unwrap()
    };
    let top = make(None, OrgKind::Federation, "测试区总工会");
    (
        make(Some(top.id), OrgKind::Town, "甲镇总工会"),
        make(Some(top.id), OrgKind::Town, "乙镇总工会"),
    )
}
