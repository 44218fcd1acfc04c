//! 补记: what the night makes up for in cases from before a rule.

use kernel::case_kind::ClockState;
use store::testing::TestDb;
use store::{Audit, args};

use super::support::{House, at, does, house, opened, sees, work};
use crate::cases::{ActInput, CaseFilter, CaseRef, NewCase, NextOwner, Reporter, list, timeline};
use crate::orgs::tests::support::system;

store::statements! {
    FORGET_REMINDER = "DELETE FROM case_clock WHERE district = $1 AND case_id = $2 AND rule = 'pause_ends'";
    FORGET_ASKED = "DELETE FROM case_party WHERE district = $1 AND case_id = $2 AND role = 'consulted'";
}

fn demand(test: &TestDb, house: &House) -> CaseRef {
    let fields = [
        ("type", "投诉"),
        ("subject", "工时休假"),
        ("content", "经过"),
        ("employer", "某公司"),
    ];
    let new = NewCase {
        kind: "cases.demand".to_owned(),
        door: "qr".to_owned(),
        place: Some(house.district.tangqi.id),
        title: "加班".to_owned(),
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        reporter: Some(Reporter {
            name: "王五".to_owned(),
            phone: "13800001111".to_owned(),
            member: None,
        }),
        ..NewCase::default()
    };
    opened(test, &new)
}

/// The case as it was filed before there were such rows.
fn before(test: &TestDb, id: crate::cases::CaseId, statement: &'static store::Statement) {
    let gone = test.db.write(&system(), |tx| {
        tx.audit(Audit::of("case.redated", "case", id))?;
        tx.exec(statement, args![*tx.district(), id])
    });
    assert_eq!(gone.unwrap(), 1);
}

store::db_test! {
    fn a_pause_without_an_end_gets_the_bound_of_its_kind_counted_from_the_pause(test) {
        at(test, "2026-03-06 09:00");
        let house = house(test);
        let id = demand(test, &house).id;
        does(test, &house.yi, id, "accept", &ActInput::default()).unwrap();
        at(test, "2026-03-09 09:00");
        let until = ActInput { until: Some("2026-04-30".parse().unwrap()), ..ActInput::note("等仲裁结果") };
        does(test, &house.yi, id, "suspend", &until).unwrap();
        does(test, &house.bing, id, "grant_pause", &ActInput::default()).unwrap();
        before(test, id, &FORGET_REMINDER);
        let case = sees(test, &house.yi, id).unwrap();
        assert!(case.now.suspended && case.kind.paused_until(&case.now).is_none(), "paused, and nothing reminds");
        at(test, "2026-04-01 00:02");
        work(test);
        let case = sees(test, &house.yi, id).unwrap();
        let end = case.kind.paused_until(&case.now).unwrap();
        assert_eq!(end.to_string(), "2026-05-08", "sixty days from 9 March");
        let bound = |verb: &&crate::cases::EventLine| verb.verb == "@pause_bound";
        let file = || test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, id)).unwrap();
        let said = file();
        let line = said.iter().find(bound).unwrap();
        assert_eq!(line.title, "补定中止期限");
        assert!(line.note.contains("2026-03-09 中止时没有写到哪一天") && line.note.contains("2026-05-08"), "{}", line.note);
        // Another night adds nothing.
        at(test, "2026-04-02 00:02");
        work(test);
        assert_eq!(file().iter().filter(bound).count(), 1);
        // Nobody resumed it: the level above answers.
        at(test, "2026-05-09 08:00");
        work(test);
        let case = sees(test, &house.bing, id).unwrap();
        assert_eq!(case.now.owner.level, 2);
        let reminder = case.now.clocks.iter().find(|clock| clock.rule == "pause_ends").unwrap();
        assert_eq!(reminder.state(), ClockState::Breached);
        does(test, &house.bing, id, "resume", &ActInput::default()).unwrap();
        at(test, "2026-05-10 00:02");
        work(test);
        assert_eq!(file().iter().filter(bound).count(), 1, "what goes on has no end of a pause");
    }
}

store::db_test! {
    fn a_bound_that_is_over_already_reminds_in_the_same_night(test) {
        at(test, "2026-03-06 09:00");
        let house = house(test);
        let id = demand(test, &house).id;
        does(test, &house.yi, id, "accept", &ActInput::default()).unwrap();
        let until = ActInput { until: Some("2026-04-30".parse().unwrap()), ..ActInput::note("等仲裁结果") };
        does(test, &house.yi, id, "suspend", &until).unwrap();
        does(test, &house.bing, id, "grant_pause", &ActInput::default()).unwrap();
        before(test, id, &FORGET_REMINDER);
        at(test, "2026-09-01 00:02");
        work(test);
        let case = sees(test, &house.bing, id).unwrap();
        assert_eq!(case.now.owner.level, 2, "the level above is told at once");
    }
}

store::db_test! {
    fn who_was_asked_in_before_there_was_a_list_has_it_on_the_list(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = demand(test, &house);
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let next = NextOwner { org: None, person: Some(house.yi2.account) };
        let consult = ActInput { next_owner: Some(next), ..ActInput::note("请您看看") };
        does(test, &house.yi, case.id, "consult", &consult).unwrap();
        before(test, case.id, &FORGET_ASKED);
        let mine = CaseFilter { open: Some(true), mine: true, ..CaseFilter::default() };
        let listed = || {
            let lines = test.db.read(&house.yi2.actor, |tx| list(tx, house.yi2.may, &mine)).unwrap();
            lines.into_iter().map(|line| line.id).collect::<Vec<_>>()
        };
        assert!(listed().is_empty());
        at(test, "2026-11-21 00:02");
        work(test);
        assert_eq!(listed(), [case.id]);
        at(test, "2026-11-22 00:02");
        work(test);
        assert_eq!(listed(), [case.id], "once");
        does(test, &house.yi2, case.id, "note", &ActInput::note("看过了")).unwrap();
    }
}
