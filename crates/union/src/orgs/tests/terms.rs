//! Committees: terms, reminders, extensions, protection of contracts.

use store::db_test;

use super::support::{District, account_of, act, day, district, role, see, system};
use crate::failure::RoomError;
use crate::orgs::committee::{self, CommitteeKind, NewCommittee, NewOfficer};
use crate::orgs::{OrgError, OrgRef};

fn officer(name: &str, position: &str) -> NewOfficer {
    NewOfficer {
        name: name.into(),
        member: None,
        position: position.into(),
        full_time: false,
        contract_end: None,
    }
}

fn elected_on(on: &str, years: i64) -> NewCommittee {
    let officers = vec![officer("甲", "chair"), officer("乙", "member")];
    NewCommittee {
        kind: CommitteeKind::Committee,
        term_years: years,
        from_on: day(on),
        officers,
    }
}

fn install(
    test: &store::testing::TestDb,
    org: &OrgRef,
    new: &NewCommittee,
) -> Result<kernel::CommitteeId, OrgError> {
    act(test, &system(), |tx| {
        committee::install(tx, org.id, new, "换届选举")
    })
}

db_test! {
    fn tv_org1_and_tv_org2_contracts_are_protected(test) {
        let District { factory, .. } = district(test);
        let chair = NewOfficer { full_time: true, contract_end: Some(day("2023-12-31")), ..officer("甲", "chair") };
        let member = NewOfficer { contract_end: Some(day("2023-12-31")), ..officer("乙", "member") };
        let organiser = NewOfficer { contract_end: Some(day("2023-12-31")), ..officer("丙", "organiser") };
        let new = NewCommittee { officers: vec![chair, member, organiser], ..elected_on("2021-08-03", 5) };
        install(test, &factory, &new).unwrap();
        let bodies = see(test, &system(), |tx| committee::committees(tx, factory.id)).unwrap();
        assert_eq!(bodies[0].to_on, day("2026-08-03"));
        let until: Vec<_> = bodies[0].officers.iter().map(|one| one.protected_until).collect();
        assert_eq!(until, [Some(day("2031-08-03")), Some(day("2026-08-03")), None]);
    }
}

db_test! {
    fn a_new_committee_follows_the_old_one(test) {
        let District { factory, federation, .. } = district(test);
        install(test, &factory, &elected_on("2021-08-03", 5)).unwrap();
        assert_eq!(install(test, &factory, &elected_on("2021-08-03", 3)).unwrap_err().code(), "committee.dates");
        assert_eq!(install(test, &factory, &elected_on("2026-08-01", 4)).unwrap_err().code(), "committee.term");
        assert_eq!(install(test, &federation, &elected_on("2026-08-01", 3)).unwrap_err().code(), "committee.term");
        install(test, &factory, &elected_on("2026-08-01", 3)).unwrap();
        let bodies = see(test, &system(), |tx| committee::committees(tx, factory.id)).unwrap();
        assert_eq!(bodies.iter().map(|one| one.ended_on).collect::<Vec<_>>(), [None, Some(day("2026-07-31"))]);
        assert!(bodies[1].officers.iter().all(|one| one.to_on == Some(day("2026-07-31"))));
        // A committee of another kind stands beside it.
        let audit = NewCommittee { kind: CommitteeKind::Audit, ..elected_on("2026-08-01", 3) };
        install(test, &factory, &audit).unwrap();
        assert_eq!(see(test, &system(), |tx| committee::current_chairs(tx, factory.id)).unwrap(), ["甲"]);
    }
}

db_test! {
    fn reminders_go_out_once_each_and_a_missed_night_is_caught_up(test) {
        let District { factory, qiaosi, .. } = district(test);
        // The clock stands at 2026-11-20: the first ends in 178 days, the second in 29, the third has ended.
        install(test, &factory, &elected_on("2022-05-17", 5)).unwrap();
        let rounds = |expected: u64| {
            let sent = act(test, &system(), committee::remind).unwrap();
            assert_eq!(sent, expected);
        };
        rounds(1);
        test.db.read(&system(), |tx| -> Result<(), OrgError> {
            let (terms, total, overdue) = committee::ending(tx, 10)?;
            assert_eq!((terms.len(), total, overdue), (1, 1, 0));
            assert_eq!((terms[0].ends_on, terms[0].days_left), (day("2027-05-17"), 178));
            Ok(())
        }).unwrap();
        // Nothing new the next night; 100 nights later the 90-day reminder; then every night is missed until after the end.
        test.clock.advance(std::time::Duration::from_secs(86_400));
        let again = test.db.housekeep(&system(), committee::remind).unwrap();
        assert_eq!(again, 0);
        test.clock.advance(std::time::Duration::from_secs(100 * 86_400));
        rounds(1);
        test.clock.advance(std::time::Duration::from_secs(100 * 86_400));
        rounds(1);
        let stranger = account_of(&qiaosi.path, 7);
        let (mine, total, _) = see(test, &stranger, |tx| committee::ending(tx, 10)).unwrap();
        assert_eq!((mine.len(), total), (0, 0));
        let (terms, _, overdue) = see(test, &system(), |tx| committee::ending(tx, 10)).unwrap();
        assert_eq!((terms[0].days_left, overdue), (-23, 1));
    }
}

db_test! {
    fn an_extension_needs_the_level_above_a_reason_and_an_end(test) {
        let District { factory, tangqi, .. } = district(test);
        let id = install(test, &factory, &elected_on("2021-12-01", 5)).unwrap();
        let extend = |post: &str, to: &str, why: &str| {
            act(test, &account_of(&tangqi.path, 1), |tx| committee::extend(tx, role(post), id, day(to), why))
        };
        assert_eq!(extend("enterprise_chair", "2027-03-01", "疫情").unwrap_err().code(), "committee.extend_side");
        assert_eq!(extend("town_officer", "2027-06-02", "").unwrap_err().refusals().len(), 2);
        assert_eq!(extend("town_officer", "2026-12-01", "原因").unwrap_err().code(), "committee.extend_later");
        extend("town_officer", "2027-06-01", "塘工〔2026〕20号").unwrap();
        let bodies = see(test, &system(), |tx| committee::committees(tx, factory.id)).unwrap();
        assert_eq!((bodies[0].to_on, bodies[0].ends_on()), (day("2026-12-01"), day("2027-06-01")));
        // 193 days left: no longer within the longest reminder.
        assert_eq!(see(test, &system(), |tx| committee::ending(tx, 10)).unwrap().1, 0);
    }
}

db_test! {
    fn officers_come_and_go_within_a_term(test) {
        let District { factory, .. } = district(test);
        let id = install(test, &factory, &elected_on("2026-01-10", 3)).unwrap();
        let appoint = |one: &NewOfficer, on: &str| act(test, &system(), |tx| committee::appoint(tx, id, one, day(on), "增补"));
        assert_eq!(appoint(&officer("丁", "chair"), "2026-06-01").unwrap_err().code(), "committee.two_chairs");
        assert_eq!(appoint(&officer("丁", "member"), "2025-06-01").unwrap_err().code(), "committee.dates");
        assert_eq!(appoint(&officer(" ", "member"), "2026-06-01").unwrap_err().code(), "officer.name");
        let new = appoint(&officer("丁", "member"), "2026-06-01").unwrap();
        let retire = |to: &str, why: &str| act(test, &system(), |tx| committee::retire(tx, new, day(to), why));
        assert_eq!(retire("2026-05-01", "调离").unwrap_err().code(), "officer.dates");
        retire("2026-09-30", "调离").unwrap();
        assert_eq!(retire("2026-10-30", "调离").unwrap_err().code(), "officer.left");
    }
}
