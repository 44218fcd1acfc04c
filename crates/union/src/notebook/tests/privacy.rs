//! Nobody but the worker, until the worker says so, and no longer than that.

use store::StoreError;

use super::*;
use crate::access::{Capability, CapabilitySet};
use crate::members::{Permit, reveal};

fn may(capabilities: &[Capability]) -> Permit {
    Permit::with(capabilities.iter().copied().collect::<CapabilitySet>())
}

fn all_posts() -> Permit {
    Permit::program()
}

fn filled(test: &TestDb, member: MemberId) {
    keep(test, member, 1, monthly("2026-09-01", "6000"));
    keep(test, member, 2, work("2026-09-08", "8", "2"));
}

store::statements! {
    // What nobody may write in this house: another's rows, no owner, no path.
    #[rollup("the attack of this test")]
    EVERY_ENTRY = "SELECT COUNT(*) FROM notebook_entry";
    #[rollup("the attack of this test")]
    EVERY_SHARE = "SELECT COUNT(*) FROM notebook_share";
    #[rollup("the attack of this test")]
    RAW = "SELECT body_sealed FROM notebook_entry";
}

store::db_test!(
    fn every_other_role_sees_nothing(test) {
        let tree = plant(test);
        let member = zhang(test, &tree);
        let other = join(test, &tree.shop, "李四", "330113198511170280");
        filled(test, member);
        assert_eq!(read(test, member).len(), 2);
        assert!(read(test, other).is_empty(), "a colleague of the same union");
        let steal = test.db.read(&own(other), |tx| entry(tx, key(1)));
        assert!(matches!(steal, Err(NotebookError::NotFound)));
        // The same key from another phone is another entry.
        keep(test, other, 1, work("2026-09-08", "1", ""));
        assert_eq!(read(test, member).len(), 2);
        for post in [officer(&tree.federation), officer(&tree.town), officer(&tree.shop), officer(&tree.elsewhere), test.actor()] {
            assert!(matches!(test.db.read(&post, entries), Err(NotebookError::NotFound)), "{}", post.label);
            assert!(matches!(test.db.read(&post, |tx| entry(tx, key(1))), Err(NotebookError::NotFound)));
            assert!(matches!(test.db.read(&post, |tx| draw_up(tx, None, None)), Err(NotebookError::NotFound)));
            assert!(matches!(test.db.read(&post, mine), Err(NotebookError::NotFound)));
            assert!(test.db.write(&post, export).is_err());
            assert!(test.db.write(&post, |tx| put(tx, key(9), work("2026-09-08", "1", ""))).is_err());
            let list = test.db.read(&post, |tx| shared_in_scope(tx, &all_posts())).unwrap();
            assert!(list.is_empty());
        }
    }
);

store::db_test!(
    fn what_is_stored_is_sealed(test) {
        let member = zhang(test, &plant(test));
        keep(test, member, 1, fields(&[("kind", "note"), ("day", "2026-09-08"), ("note", "老板电话里说下周发")]));
        let row = test.db.read(&test.actor(), |tx| tx.one(&RAW, &[])).unwrap();
        let sealed = row.bytes(0).unwrap().unwrap();
        let shows = |text: &str| sealed.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!shows("老板") && !shows("2026-09-08") && !shows("note"));
    }
);

#[test]
fn every_statement_names_its_owner_or_is_about_shares() {
    store::testing::check_statements(sql::ALL);
    for statement in sql::ALL {
        let entry =
            statement.sql.contains("notebook_entry") || statement.sql.contains("notebook_history");
        assert!(
            !entry || statement.sql.contains("owner_id"),
            "{}",
            statement.name
        );
    }
}

/// The second lock: hand-written SQL without any filter, on PostgreSQL.
#[test]
fn row_level_security_hides_the_notebook_from_every_officer() {
    let Some(test) = TestDb::postgres() else {
        return;
    };
    let tree = plant(&test);
    let member = zhang(&test, &tree);
    let other = join(&test, &tree.shop, "李四", "330113198511170280");
    filled(&test, member);
    let count = |actor: &Actor, statement: &'static store::Statement| {
        let read = |tx: &mut Tx| tx.one(statement, &[])?.get::<i64>(0);
        test.db.read::<_, StoreError>(actor, read).unwrap()
    };
    assert_eq!(count(&own(member), &EVERY_ENTRY), 2);
    assert_eq!(count(&own(other), &EVERY_ENTRY), 0);
    for org in [&tree.federation, &tree.town, &tree.shop] {
        assert_eq!(count(&officer(org), &EVERY_ENTRY), 0, "{}", org.name);
    }
    assert_eq!(
        count(&test.actor(), &EVERY_ENTRY),
        2,
        "backup and rotation see the sealed rows"
    );
    let give = |tx: &mut Tx| share(tx, tree.town.id, "help", (None, None));
    test.db.write(&own(member), give).unwrap();
    assert_eq!(count(&officer(&tree.town), &EVERY_SHARE), 1);
    assert_eq!(count(&officer(&tree.elsewhere), &EVERY_SHARE), 0);
    assert_eq!(count(&own(other), &EVERY_SHARE), 0);
    assert_eq!(ALL.len(), 3);
}

store::db_test!(
    fn a_share_is_frozen_seen_in_scope_on_record_and_taken_back(test) {
        let tree = plant(test);
        let member = zhang(test, &tree);
        filled(test, member);
        let worker = own(member);
        let offered = test.db.read(&worker, receivers).unwrap();
        let names: Vec<&str> = offered.iter().map(|org| org.name.as_str()).collect();
        assert_eq!(names, ["东镇总工会", "甲区总工会"], "never the enterprise's own union");
        for (org, purpose, field) in [(tree.shop.id, "help", "org"), (tree.elsewhere.id, "help", "org"), (tree.town.id, "gossip", "purpose")] {
            let refused = test.db.write(&worker, |tx| share(tx, org, purpose, (None, None)));
            let Err(NotebookError::Faulty(faults)) = refused else { panic!("{purpose}") };
            assert_eq!(faults[0].0, field);
        }
        let id = test.db.write(&worker, |tx| share(tx, tree.town.id, "help", (None, None))).unwrap();
        // Written later: not in what was given.
        keep(test, member, 3, work("2026-09-09", "8", "4"));
        let reader = may(&[Capability::MembersReveal]);
        let view = |actor: &Actor, permit: Permit| test.db.write(actor, |tx| open(tx, &permit, id));
        for stranger in [officer(&tree.elsewhere), officer(&tree.shop)] {
            assert!(matches!(view(&stranger, reader), Err(NotebookError::NotFound)));
            assert!(test.db.read(&stranger, |tx| shared_in_scope(tx, &reader)).unwrap().is_empty());
        }
        let sentinel = may(&[Capability::MembersRead]);
        assert!(matches!(view(&officer(&tree.town), sentinel), Err(NotebookError::Forbidden(_))));
        let (shared, statement) = view(&officer(&tree.town), reader).unwrap();
        assert_eq!((shared.worker.as_str(), statement.worker.as_str()), ("张三", "张三"));
        assert_eq!(statement.ledger.months[0].overtime, 120, "frozen");
        assert_eq!(statement.digest().unwrap(), shared.share.digest);
        view(&officer(&tree.federation), reader).unwrap();
        let seen = test.db.read(&worker, |tx| reveal::openings(tx, member)).unwrap();
        assert_eq!(seen.iter().filter(|line| line.what.contains("工薪账单")).count(), 2, "{seen:?}");
        assert!(seen.iter().all(|line| !line.what.contains("工薪账单") || line.why == "请工会帮我讨工资"));
        // The worker's own opening is nobody's business.
        test.db.read(&worker, |tx| open(tx, &reader, id)).unwrap();

        for _ in 0..2 {
            let result = test.db.write(&worker, |tx| withdraw(tx, id));
            assert!(matches!(result, Ok(()) | Err(NotebookError::Store(StoreError::Unaudited))), "{result:?}");
        }
        assert!(matches!(view(&officer(&tree.town), reader), Err(NotebookError::NotFound)));
        assert!(test.db.read(&officer(&tree.town), |tx| shared_in_scope(tx, &reader)).unwrap().is_empty());
        let mine = test.db.read(&worker, mine).unwrap();
        assert!(mine[0].share.withdrawn_at.is_some());
        assert_eq!(read(test, member).len(), 3, "the notebook itself stays");
    }
);

store::db_test!(
    fn nobody_takes_back_anothers_share_and_a_moved_town_keeps_it(test) {
        let tree = plant(test);
        let member = zhang(test, &tree);
        let other = join(test, &tree.shop, "李四", "330113198511170280");
        filled(test, member);
        let empty = test.db.write(&own(other), |tx| share(tx, tree.town.id, "help", (None, None)));
        assert!(matches!(empty, Err(NotebookError::Refused(_))), "nothing recorded, nothing to give");
        let id = test.db.write(&own(member), |tx| share(tx, tree.town.id, "ask", (None, None))).unwrap();
        for stranger in [own(other), officer(&tree.town)] {
            assert!(matches!(test.db.write(&stranger, |tx| withdraw(tx, id)), Err(NotebookError::NotFound)));
        }
        let still = test.db.read(&officer(&tree.federation), |tx| shared_in_scope(tx, &all_posts())).unwrap();
        assert_eq!(still.len(), 1);
    }
);

store::db_test!(
    fn a_copy_holds_everything_and_erasing_the_member_erases_the_notebook(test) {
        let tree = plant(test);
        let member = zhang(test, &tree);
        filled(test, member);
        test.clock.advance(std::time::Duration::from_secs(1));
        keep(test, member, 2, work("2026-09-08", "9", "2"));
        test.db.write(&own(member), |tx| share(tx, tree.town.id, "help", (None, None))).unwrap();
        let copy = test.db.write(&own(member), export).unwrap();
        assert_eq!(copy["工薪本"].as_array().unwrap().len(), 2);
        assert_eq!(copy["以前的写法"].as_array().unwrap().len(), 1);
        test.db.write(&officer(&tree.town), |tx| {
            own::forget(tx, member)?;
            tx.audit(store::Audit::of("member.erased", "member", member))?;
            Ok::<_, NotebookError>(())
        }).unwrap();
        assert!(read(test, member).is_empty());
        let list = test.db.read(&officer(&tree.town), |tx| shared_in_scope(tx, &all_posts())).unwrap();
        assert!(list.is_empty());
    }
);
