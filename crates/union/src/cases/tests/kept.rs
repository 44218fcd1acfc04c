//! What a file keeps: who was late, what was said before, who agreed and how.

use std::collections::BTreeMap;

use super::support::{House, Person, at, does, house, sees, work};
use crate::access::CapabilitySet;
use crate::cases::{
    ActInput, CaseFilter, CaseId, CaseLine, CaseRef, NewCase, NextOwner, Reporter, Unit, Verb, act,
    ask_reveal, grant_reveal, list, open, parties, public_by_receipt, sent, timeline,
};
use crate::failure::RoomError;

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

/// A matter that the town's officer enters for somebody at the window.
fn entered(test: &store::testing::TestDb, house: &House, new: NewCase) -> CaseRef {
    let new = NewCase {
        place: Some(house.district.village.id),
        title: "窗口来的事".to_owned(),
        door: "window".to_owned(),
        on_behalf: Some("本人在场，当面同意代填".to_owned()),
        ..new
    };
    test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap()
}

fn help(house: &House, test: &store::testing::TestDb) -> CaseRef {
    let new = NewCase {
        kind: "cases.demand".to_owned(),
        fields: fields(&[
            ("type", "求助"),
            ("subject", "困难帮扶"),
            ("content", "经过"),
            ("employer", "某公司"),
        ]),
        reporter: Some(Reporter {
            name: "王五".to_owned(),
            phone: "13800001111".to_owned(),
            member: None,
        }),
        ..NewCase::default()
    };
    entered(test, house, new)
}

store::db_test! {
    fn who_was_late_does_not_take_the_case_back(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let id = help(&house, test).id;
        at(test, "2026-11-18 09:00");
        work(test);
        assert_eq!(sees(test, &house.yi, id).unwrap().owner_org().unwrap(), house.district.tangqi.id, "climbed");
        let taken = does(test, &house.jia, id, "recall", &ActInput::default()).unwrap_err();
        assert_eq!(taken.code(), "case.not_yours");
        let case = sees(test, &house.yi, id).unwrap();
        assert_eq!(case.kind.overdue(&case.now), 1, "the breach stands");
    }
}

store::db_test! {
    fn a_second_door_says_that_staff_entered_it(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let first = help(&house, test);
        let second = help(&house, test);
        assert!(second.again && second.id == first.id);
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, first.id)).unwrap();
        let door = acts.iter().find(|act| act.verb == "@door").unwrap();
        assert!(door.on_behalf && door.note.contains("代办：本人在场，当面同意代填"), "{}", door.note);
    }
}

store::db_test! {
    fn an_applicant_is_the_person_concerned_and_what_was_written_before_stays(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let new = NewCase {
            kind: "cases.mediation".to_owned(),
            fields: fields(&[
                ("applicant", "欧阳小明"), ("respondent", "某公司"), ("subject", "劳动报酬"), ("claim", "欠薪"), ("known_on", "2026-11-02"),
            ]),
            reporter: Some(Reporter { phone: "13800001111".to_owned(), ..Reporter::default() }),
            ..NewCase::default()
        };
        let id = entered(test, &house, new).id;
        let people = test.db.read(&house.yi.actor, |tx| parties(tx, house.yi.may, id)).unwrap();
        assert_eq!((people[0].name.as_deref(), people[0].phone.as_deref()), (Some("欧**明"), Some("138****1111")));
        let kept = test.db.read(&house.yi.actor, |tx| sent(tx, house.yi.may, id)).unwrap().unwrap();
        assert!(!kept.text.contains("欧阳") && kept.text.contains("某公司"), "{}", kept.text);
        let papers = ActInput {
            evidence: vec![crate::cases::NewEvidence { kind: "application".to_owned(), text: "笔录".to_owned(), ..Default::default() }],
            ..ActInput::default()
        };
        does(test, &house.yi, id, "accept", &papers).unwrap();
        for (day, mediator) in [("2026-11-20", "甲"), ("2026-11-23", "乙")] {
            let input = ActInput { fields: fields(&[("session_on", day), ("mediator", mediator)]), ..ActInput::note("约定时间") };
            does(test, &house.yi, id, "schedule", &input).unwrap();
        }
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, id)).unwrap();
        let last = &acts.last().unwrap().note;
        assert!(last.contains("「调解日期」原为 2026-11-20，现为 2026-11-23") && last.contains("「调解员」原为 甲"), "{last}");
        // It came to nothing: the day until which it can be brought before the arbitrators goes on.
        does(test, &house.yi, id, "fail", &ActInput::note("差距太大")).unwrap();
        let case = sees(test, &house.yi, id).unwrap();
        let lasting = test.db.read(&house.yi.actor, |tx| Ok::<_, crate::cases::CaseError>(crate::cases::lasting(tx, &case))).unwrap();
        assert_eq!(lasting.len(), 1);
        assert!(lasting[0].at.deadline_text().starts_with("2027-11-"), "{}", lasting[0].at.deadline_text());
    }
}

/// What somebody has on a list.
fn listed(test: &store::testing::TestDb, who: &Person, filter: &CaseFilter) -> Vec<CaseLine> {
    test.db
        .read(&who.actor, |tx| list(tx, who.may, filter))
        .unwrap()
}

fn has(lines: &[CaseLine], id: CaseId) -> bool {
    lines.iter().any(|line| line.id == id)
}

fn demand(
    house: &House,
    test: &store::testing::TestDb,
    (kind, subject): (&str, &str),
    who: (&str, &str),
) -> CaseRef {
    let new = NewCase {
        kind: "cases.demand".to_owned(),
        fields: fields(&[
            ("type", kind),
            ("subject", subject),
            ("content", "经过"),
            ("employer", "某公司"),
        ]),
        reporter: Some(Reporter {
            name: who.0.to_owned(),
            phone: who.1.to_owned(),
            member: None,
        }),
        ..NewCase::default()
    };
    entered(test, house, new)
}

store::db_test! {
    fn who_was_merged_into_another_case_goes_along(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let first = demand(&house, test, ("投诉", "工时休假"), ("王五", "13800001111"));
        let second = demand(&house, test, ("投诉", "工时休假"), ("赵六", "13800002222"));
        let other = demand(&house, test, ("投诉", "社会保险"), ("孙七", "13800003333"));
        for case in [&first, &second, &other] {
            does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        }
        let into = |same: bool| ActInput { other: Some(first.id), same, ..ActInput::note("同一件事") };
        let differs = does(test, &house.yi, other.id, "merge", &into(false)).unwrap_err();
        assert_eq!(differs.code(), "case.merge_differs", "another subject matter");
        does(test, &house.yi, other.id, "merge", &into(true)).unwrap();
        at(test, "2026-11-16 10:00");
        does(test, &house.yi, second.id, "merge", &into(false)).unwrap();
        let people = test.db.read(&house.yi.actor, |tx| parties(tx, house.yi.may, first.id)).unwrap();
        let phones: Vec<_> = people.iter().filter_map(|one| one.phone.as_deref()).collect();
        assert_eq!(phones, ["138****1111", "138****3333", "138****2222"], "everybody can be called there");
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, first.id)).unwrap();
        assert!(acts.iter().any(|act| act.note.contains("经办人确认是同一件事（「事项」本件是 社会保险")), "{acts:#?}");
        // The code leads on: words are heard there, the state is that of the case in which it goes on.
        let says = |verb: &str| {
            let input = ActInput { receipt: Some(second.receipt.clone()), ..ActInput::note("还在加班") };
            test.db.write(&crate::orgs::tests::support::system(), |tx| act(tx, CapabilitySet::default(), first.id, &Verb::of(verb), &input))
        };
        says("note").unwrap();
        assert_eq!(sees(test, &house.yi, first.id).unwrap().now.unanswered, 1);
        at(test, "2026-11-17 10:00");
        let answer = ActInput { closing_code: Some("solved".to_owned()), fields: fields(&[("reply", "给王五的话")]), ..ActInput::default() };
        does(test, &house.yi, first.id, "answer", &answer).unwrap();
        let told = test.db.read(&house.yi.actor, |tx| public_by_receipt(tx, &second.receipt)).unwrap();
        assert_eq!((told.no.as_str(), told.state.as_str(), told.id), (second.no.as_str(), "answered", first.id));
        assert!(told.answers.is_empty() && told.lines.iter().any(|line| line.says.contains("已答复")), "{told:#?}");
        assert!(told.may.contains(&"reopen".to_owned()), "{:?}", told.may);
        says("reopen").unwrap();
        assert_eq!(sees(test, &house.yi, first.id).unwrap().now.state, "accepted");
    }
}

store::db_test! {
    fn a_pause_is_agreed_above_and_its_end_is_a_clock_in_rows(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let id = demand(&house, test, ("投诉", "工时休假"), ("王五", "13800001111")).id;
        does(test, &house.yi, id, "accept", &ActInput::default()).unwrap();
        let desk = CaseFilter { my_desk: true, open: Some(true), ..CaseFilter::default() };
        let until = |day: &str| ActInput { until: Some(day.parse().unwrap()), ..ActInput::note("等仲裁结果") };
        let long = does(test, &house.yi, id, "suspend", &until("2027-03-01")).unwrap_err();
        assert_eq!(long.code(), "case.pause_long");
        does(test, &house.yi, id, "suspend", &until("2026-12-11")).unwrap();
        let case = sees(test, &house.bing, id).unwrap();
        assert!(!case.now.suspended, "asking pauses nothing");
        let asked = test.db.read(&house.bing.actor, |tx| crate::cases::pause_waiting(tx, &case)).unwrap().unwrap();
        assert_eq!((asked.until.to_string().as_str(), asked.who.as_str(), asked.why.as_str()), ("2026-12-11", "yi", "等仲裁结果"));
        assert!(has(&listed(test, &house.bing, &desk), id), "on the list of who decides");
        let own = does(test, &house.yi, id, "grant_pause", &ActInput::default()).unwrap_err();
        assert!(own.to_string().contains("申请人以外"), "{own}");
        does(test, &house.bing, id, "grant_pause", &ActInput::default()).unwrap();
        assert!(!has(&listed(test, &house.bing, &desk), id), "decided");
        let case = sees(test, &house.yi, id).unwrap();
        assert!(case.now.suspended);
        let lines = listed(test, &house.yi, &desk);
        let due = lines.iter().find(|line| line.id == id).unwrap().next_due.unwrap();
        assert_eq!(due.deadline_text(), kernel::duty::moment("2026-12-12 00:00").unwrap().deadline_text(), "what comes next is its end");
        // Nobody resumed it: the level above answers.
        at(test, "2026-12-12 08:00");
        work(test);
        assert!(has(&listed(test, &house.bing, &desk), id));
        does(test, &house.bing, id, "resume", &ActInput::default()).unwrap();
        let case = sees(test, &house.bing, id).unwrap();
        assert!(!case.now.suspended && case.kind.paused_until(&case.now).is_none());
    }
}

store::db_test! {
    fn what_waits_for_a_decision_stands_on_the_list_of_who_decides(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let id = demand(&house, test, ("投诉", "工时休假"), ("王五", "13800001111")).id;
        does(test, &house.yi, id, "accept", &ActInput::default()).unwrap();
        let desk = CaseFilter { my_desk: true, open: Some(true), ..CaseFilter::default() };
        assert!(!has(&listed(test, &house.bing, &desk), id));
        let more = ActInput { clock: Some("complaint".to_owned()), extend_by: Some((10, Unit::CalendarDay)), ..ActInput::note("等考勤") };
        does(test, &house.yi, id, "extend", &more).unwrap();
        let lines = listed(test, &house.bing, &desk);
        let line = lines.iter().find(|line| line.id == id).unwrap();
        assert_eq!(line.waits_for(Some(house.district.federation.id)), Some("申请延期或中止，请决定"));
        let case = sees(test, &house.bing, id).unwrap();
        let asked = test.db.read(&house.bing.actor, |tx| crate::cases::waiting(tx, &case)).unwrap().unwrap();
        assert_eq!((asked.title.as_str(), asked.who.as_str(), asked.why.as_str()), ("办理投诉", "yi", "等考勤"));
        let days = asked.now.zip(asked.then).map(|(now, then)| (then.ms() - now.ms()) / 86_400_000);
        assert!(days >= Some(10), "{days:?}");
        does(test, &house.bing, id, "grant", &ActInput::default()).unwrap();
        assert!(!has(&listed(test, &house.bing, &desk), id), "decided");
        // The second person of a seal is a colleague at the desk that answers.
        let sealed = demand(&house, test, ("举报", "安全卫生"), ("钱八", "13800004444")).id;
        let people = test.db.read(&house.bing.actor, |tx| parties(tx, house.bing.may, sealed)).unwrap();
        let party = people[0].id;
        let handler = if sees(test, &house.bing, sealed).unwrap().now.owner.person == Some(house.bing.account.to_string()) {
            (&house.bing, &house.ding)
        } else {
            (&house.ding, &house.bing)
        };
        let (asks, agrees) = handler;
        test.db.write(&asks.actor, |tx| ask_reveal(tx, asks.may, sealed, party, "约当面核实情况")).unwrap();
        let lines = listed(test, agrees, &desk);
        let line = lines.iter().find(|line| line.id == sealed).unwrap();
        assert_eq!(line.waits_for(Some(house.district.federation.id)), Some("申请查看密封身份，请另一人决定"));
        test.db.write(&agrees.actor, |tx| grant_reveal(tx, agrees.may, sealed)).unwrap();
        let line = listed(test, agrees, &desk).into_iter().find(|line| line.id == sealed).unwrap();
        assert_eq!(line.waits_for(Some(house.district.federation.id)), None);
    }
}

store::db_test! {
    fn who_is_asked_in_from_another_town_has_it_on_the_own_list(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let id = demand(&house, test, ("投诉", "工时休假"), ("王五", "13800001111")).id;
        does(test, &house.yi, id, "accept", &ActInput::default()).unwrap();
        let mine = CaseFilter { mine: true, open: Some(true), ..CaseFilter::default() };
        let asked_in = CaseFilter { asked_in: true, open: Some(true), ..CaseFilter::default() };
        assert!(!has(&listed(test, &house.other, &mine), id));
        let next = NextOwner { org: Some(house.district.qiaosi.id), person: Some(house.other.account) };
        let input = ActInput { next_owner: Some(next), ..ActInput::note("仓库在你处") };
        does(test, &house.yi, id, "consult", &input).unwrap();
        for filter in [&mine, &asked_in] {
            assert!(has(&listed(test, &house.other, filter), id));
        }
        let all = CaseFilter { open: Some(true), ..CaseFilter::default() };
        assert!(!has(&listed(test, &house.other, &all), id), "no other list of that town");
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, id)).unwrap();
        let told = acts.iter().flat_map(|act| &act.happened);
        let who = house.other.account.to_string();
        assert!(told.into_iter().any(|one| matches!(one, crate::cases::Happened::Consulted { person } if *person == who)));
    }
}
