//! 欠薪预警处置 through the store: opened, climbed after a missed clock, raised, closed on evidence.

use kernel::Fen;
use kernel::case_kind::ClockState;

use super::support::{Person, alert, at, does, house, opened, sees, work};
use crate::cases::{
    ActInput, CallInput, CaseError, CaseFilter, NewCase, NewEvidence, NextOwner, Regrade, Stage,
    allowed_verbs, clocks, duties, evidence, hold_escalation, list, regrade, timeline,
};
use crate::failure::RoomError;
use crate::orgs::tests::support::system;

fn piece(kind: &str) -> NewEvidence {
    NewEvidence {
        kind: kind.to_owned(),
        text: "见附件".to_owned(),
        amount: Some(Fen(1_200_000)),
        file: None,
    }
}

store::db_test! {
    fn a_missed_clock_climbs_and_stays_missed(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "blue", 1));
        assert_eq!(case.no, "YJ2026-00001");
        let seen = sees(test, &house.jia, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.village.id);
        assert_eq!(seen.now.owner.person, Some(house.jia.account.to_string()), "by name");
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        // Three working days pass: nobody visits, the program sleeps, and is opened again.
        at(test, "2026-11-26 07:00");
        let again = test.reopened();
        let handlers = store::jobs::Handlers::default().with(crate::cases::Clocks);
        store::jobs::run_jobs_until_idle(&again, &handlers).unwrap();
        let seen = sees(test, &house.jia, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.tangqi.id, "one level up");
        assert_eq!(seen.now.grade.as_deref(), Some("blue"), "the colour stays");
        let lines = test.db.read(&house.yi.actor, |tx| clocks(tx, house.yi.may, case.id)).unwrap();
        let missed: Vec<&str> = lines.iter()
            .filter(|line| line.clock.state() == ClockState::Breached)
            .map(|line| line.clock.rule.as_str())
            .collect();
        assert_eq!(missed, ["contact", "visit"]);
        // Done late: the breach stays on the row.
        let visit = ActInput { evidence: vec![piece("visit_record")], ..ActInput::note("到厂") };
        does(test, &house.jia, case.id, "visit", &visit).unwrap();
        let lines = test.db.read(&house.yi.actor, |tx| clocks(tx, house.yi.may, case.id)).unwrap();
        assert!(lines.iter().any(|line| line.clock.rule == "visit" && line.clock.was_breached() && line.clock.state() == ClockState::DoneLate));
        let filter = CaseFilter { overdue: true, ..CaseFilter::default() };
        let overdue = test.db.read(&house.bing.actor, |tx| list(tx, house.bing.may, &filter)).unwrap();
        assert!(overdue.is_empty(), "{overdue:?}");
    }
}

store::db_test! {
    fn a_foreign_desk_sees_nothing(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "red", 1));
        assert!(matches!(sees(test, &house.other, case.id), Err(CaseError::NotFound)));
        assert!(matches!(sees(test, &house.lawyer, case.id), Err(CaseError::NotFound)));
        for who in [&house.other, &house.lawyer] {
            let found = test.db.read(&who.actor, |tx| list(tx, who.may, &CaseFilter::default())).unwrap();
            assert!(found.is_empty());
            let refused = does(test, who, case.id, "note", &ActInput::note("看看"));
            assert!(matches!(refused, Err(CaseError::NotFound)));
        }
        let chair = crate::orgs::tests::support::role("enterprise_chair");
        let actor = crate::orgs::tests::support::officer_of(&house.district.factory.path);
        let found = test.db.read(&actor, |tx| list(tx, chair, &CaseFilter::default())).unwrap();
        assert!(found.is_empty(), "an employer's union must not learn of the suspicion");
    }
}

store::db_test! {
    fn the_same_alert_twice_is_one_case_and_a_second_door_is_noted(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let first = opened(test, &alert(&house, "yellow", 7));
        let mut new = alert(&house, "yellow", 7);
        new.door = "demand".to_owned();
        let second = opened(test, &new);
        assert!(second.again && second.id == first.id);
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, first.id)).unwrap();
        assert_eq!(acts.iter().map(|act| act.verb.as_str()).collect::<Vec<_>>(), ["@open", "@door"]);
        // The client's key: sent twice, answered once; sent with other content, refused.
        let mut keyed = alert(&house, "blue", 8);
        keyed.key = Some("k1".to_owned());
        let a = opened(test, &keyed);
        let b = opened(test, &keyed);
        assert_eq!((a.id, a.receipt.clone(), false), (b.id, b.receipt, a.again));
        keyed.title = "别的单位".to_owned();
        let reused = test.db.write(&system(), |tx| crate::cases::open(tx, &keyed)).unwrap_err();
        assert_eq!(reused.kind(), crate::failure::Kind::Refused);
    }
}

store::db_test! {
    fn red_is_led_by_the_town_and_commanded_by_the_district(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "blue", 1));
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        at(test, "2026-11-20 10:00");
        test.db.write(&system(), |tx| regrade(tx, case.id, &Regrade::to("red"))).unwrap();
        let seen = sees(test, &house.yi, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.tangqi.id);
        at(test, "2026-11-20 10:31");
        work(test);
        let seen = sees(test, &house.bing, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.federation.id, "the police were not told in time");
        let buttons = test.db.read(&house.bing.actor, |tx| allowed_verbs(tx, house.bing.may, case.id)).unwrap();
        assert!(buttons.iter().any(|one| one.verb.id() == "command"));
        let buttons = test.db.read(&house.yi.actor, |tx| allowed_verbs(tx, house.yi.may, case.id)).unwrap();
        assert!(!buttons.iter().any(|one| one.verb.id() == "command"));
    }
}

store::db_test! {
    fn passing_on_keeps_number_clocks_and_file_and_needs_a_name(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "yellow", 1));
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let before = sees(test, &house.yi, case.id).unwrap();
        let nowhere = does(test, &house.yi, case.id, "transfer", &ActInput::note("不是我们的")).unwrap_err();
        assert_eq!(nowhere.code(), "case.next_unnamed");
        let to = NextOwner { org: Some(house.district.qiaosi.id), person: None };
        let pass = ActInput { next_owner: Some(to), ..ActInput::note("单位在乔司经营") };
        does(test, &house.yi, case.id, "transfer", &pass).unwrap();
        let after = sees(test, &house.other, case.id).unwrap();
        assert_eq!(after.no, before.no);
        assert_eq!(after.now.owner.person, Some(house.other.account.to_string()));
        let starts = |case: &crate::cases::Case| case.now.clocks.iter().map(|clock| (clock.rule.clone(), clock.started())).collect::<Vec<_>>();
        assert_eq!(starts(&after), starts(&before), "no clock begins anew");
        // Who passed it on still sees where it went, and may take it back.
        does(test, &house.yi, case.id, "recall", &ActInput::default()).unwrap();
        assert_eq!(sees(test, &house.yi, case.id).unwrap().owner_org().unwrap(), house.district.tangqi.id);
    }
}

store::db_test! {
    fn closing_belongs_to_the_arrears_room_and_needs_its_evidence(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "yellow", 1));
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let visit = ActInput { evidence: vec![piece("visit_record")], ..ActInput::note("到厂") };
        does(test, &house.jia, case.id, "visit", &visit).unwrap();
        let mut close = ActInput { closing_code: Some("turnover".to_owned()), ..ActInput::default() };
        let from_page = does(test, &house.yi, case.id, "close", &close).unwrap_err();
        assert!(from_page.refusals().iter().any(|one| one.code == "case.owned"));
        close.room = Some("arrears");
        let bare = does(test, &house.yi, case.id, "close", &close).unwrap_err();
        let mut codes: Vec<&str> = bare.refusals().iter().map(|one| one.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["case.evidence_missing", "case.few_calls", "case.field_missing", "case.field_missing"]);
        let paid = ActInput {
            evidence: vec![piece("payment_proof")],
            fields: [("workers", "12"), ("workers_paid", "12"), ("amount_paid", "86000")]
                .map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ..ActInput::default()
        };
        does(test, &house.yi, case.id, "paid", &paid).unwrap();
        for whom in ["工人一", "工人二"] {
            let call = CallInput { whom: whom.to_owned(), solved: true, satisfied: false };
            let input = ActInput { call: Some(call), ..ActInput::default() };
            let own = does(test, &house.yi, case.id, "call_back", &input).unwrap_err();
            assert_eq!(own.code(), "case.same_person");
            does(test, &house.yi2, case.id, "call_back", &input).unwrap();
        }
        let done = does(test, &house.yi, case.id, "close", &close).unwrap();
        assert_eq!(done.state, "closed");
        let seen = sees(test, &house.yi, case.id).unwrap();
        assert!(seen.ended_at.is_some() && seen.closing.as_deref() == Some("turnover"));
        assert!(seen.now.clocks.iter().all(|clock| !clock.state().is_live()));
        let papers = test.db.read(&house.yi.actor, |tx| evidence(tx, house.yi.may, case.id)).unwrap();
        assert_eq!(papers.len(), 2);
        assert_eq!(papers[0].amount, Some(Fen(1_200_000)));
        let open = CaseFilter { open: Some(true), ..CaseFilter::default() };
        assert!(test.db.read(&house.yi.actor, |tx| list(tx, house.yi.may, &open)).unwrap().is_empty());
    }
}

store::db_test! {
    fn a_lawful_deferral_holds_the_climbing_and_not_the_clock(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "yellow", 1));
        test.db.write(&system(), |tx| hold_escalation(tx, case.id, Some("2026-12-20".parse().unwrap()), "延期支付协议")).unwrap();
        at(test, "2026-11-30 09:00");
        work(test);
        let seen = sees(test, &house.yi, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.tangqi.id);
        assert!(seen.kind.overdue(&seen.now) > 0, "still counted");
    }
}

store::db_test! {
    fn two_forms_at_once_the_slower_is_told(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &alert(&house, "yellow", 1));
        let version = sees(test, &house.yi, case.id).unwrap().version;
        let form = ActInput { version: Some(version), ..ActInput::note("已电话联系") };
        does(test, &house.yi, case.id, "contact", &form).unwrap();
        assert!(matches!(does(test, &house.yi2, case.id, "contact", &form), Err(CaseError::Stale)));
    }
}

store::db_test! {
    fn what_another_office_has_takes_nothing_in_and_asks_for_its_answer(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let mut new = alert(&house, "yellow", 1);
        new.fields.insert("credit_code".to_owned(), "913301000000471164".to_owned());
        let first = opened(test, &new);
        // The sentinel's visit is missed before the town hands it over.
        does(test, &house.yi, first.id, "accept", &ActInput::default()).unwrap();
        at(test, "2026-11-21 10:00");
        work(test);
        let over = ActInput {
            evidence: vec![piece("transfer_receipt")],
            fields: [("transferred_to", "人社部门"), ("transfer_no", "12 号")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            closing_code: Some("handed_over".to_owned()),
            room: Some("arrears"),
            ..ActInput::note("依法移交")
        };
        does(test, &house.yi, first.id, "hand_over", &over).unwrap();
        let briefs = |id| test.db.read(&system(), |tx| crate::cases::briefs(tx, &[id])).unwrap().remove(&id).unwrap();
        let brief = briefs(first.id);
        assert_eq!((brief.overdue, brief.ended), (0, false));
        assert_eq!(brief.stages, [Stage::Missed, Stage::On, Stage::NotYet], "the village had missed its visit; the town asks on");
        assert!(regrade_of(test, first.id).is_err(), "its colour is history");
        // The same employer again: the union's own matter, not a note in a file that another office has.
        let second = opened(test, &NewCase { link: Some(("alert", uuid::Uuid::from_u128(2))), ..new.clone() });
        assert!(!second.again && second.id != first.id);
        let again = opened(test, &NewCase { link: Some(("alert", uuid::Uuid::from_u128(3))), ..new });
        assert!(again.again && again.id == second.id, "that one takes the next in");
        let into = ActInput { other: Some(first.id), room: Some("arrears"), ..ActInput::note("同一件") };
        let refused = does(test, &house.yi, second.id, "merge", &into).unwrap_err();
        assert!(refused.refusals().iter().any(|one| one.code == "case.merge_elsewhere"), "{refused}");
        // Nobody asks for thirty days: the level above has to.
        let due = brief.next_due.unwrap();
        assert_eq!(due.shanghai_text(), "2026-12-22 00:00", "21 December is the last day");
        test.clock.set(due);
        work(test);
        let case = sees(test, &house.bing, first.id).unwrap();
        assert_eq!((case.owner_org().unwrap(), case.now.state.as_str()), (house.district.federation.id, "transferred"));
        assert_eq!(case.closing.as_deref(), Some("handed_over"), "how it left is not forgotten");
        let mine = CaseFilter { open: Some(true), my_desk: true, ..CaseFilter::default() };
        let todo = test.db.read(&house.bing.actor, |tx| list(tx, house.bing.may, &mine)).unwrap();
        assert!(todo.iter().any(|line| line.id == first.id && line.overdue == 1), "{todo:?}");
        does(test, &house.bing, first.id, "office_pending", &ActInput::note("还在调查")).unwrap();
        assert_eq!(briefs(first.id).overdue, 0, "asked, if late");
        let answer = ActInput {
            fields: [("office_result", "已责令支付"), ("office_no", "3 号")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ActInput::note("书面答复")
        };
        does(test, &house.bing, first.id, "office_answer", &answer).unwrap();
        let case = sees(test, &house.bing, first.id).unwrap();
        assert!(case.ended_at.is_some() && case.now.state == "answered" && case.closing.as_deref() == Some("handed_over"));
        assert!(!briefs(first.id).stages.iter().any(|stage| matches!(stage, Stage::On | Stage::Late)));
    }
}

store::db_test! {
    fn a_case_stands_on_the_list_of_every_desk_and_person_with_a_clock_on_it(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        // The town answers and has taken it; the visit and the list of workers are the village's.
        let case = opened(test, &alert(&house, "yellow", 1));
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        assert_eq!(sees(test, &house.yi, case.id).unwrap().owner_org().unwrap(), house.district.tangqi.id);
        let desk = CaseFilter { open: Some(true), my_desk: true, ..CaseFilter::default() };
        let mine = CaseFilter { open: Some(true), mine: true, ..CaseFilter::default() };
        let listed = |who: &Person, filter: &CaseFilter| {
            let lines = test.db.read(&who.actor, |tx| list(tx, who.may, filter)).unwrap();
            lines.iter().any(|line| line.id == case.id)
        };
        let duty = |who: &Person| test.db.read(&who.actor, |tx| {
            let lines = list(tx, who.may, &CaseFilter::default())?;
            duties(tx, &lines)
        }).unwrap().remove(&case.id);
        let due = |rule: &str| {
            let lines = test.db.read(&house.bing.actor, |tx| clocks(tx, house.bing.may, case.id)).unwrap();
            lines.into_iter().find(|line| line.clock.rule == rule).and_then(|line| line.due).unwrap().at
        };
        assert!(listed(&house.jia, &desk) && listed(&house.jia, &mine), "the village, though the town answers");
        assert!(listed(&house.yi, &desk));
        assert!(!listed(&house.other, &desk), "another town has no part in it");
        let village = duty(&house.jia).unwrap();
        assert_eq!((village.missed, village.since, village.next), (0, None, Some(due("visit"))));
        assert!(sees(test, &house.jia, case.id).is_ok(), "what is listed can be opened");
        // Missed and not done: it stays, late since then.
        at(test, "2026-11-21 10:00");
        work(test);
        let village = duty(&house.jia).unwrap();
        assert_eq!((village.missed, village.since), (1, Some(due("visit"))));
        assert!(listed(&house.jia, &desk) && listed(&house.jia, &mine));
        assert_eq!(duty(&house.yi).unwrap().since, Some(due("visit")), "who answers for the case is late with it");
        let brief = test.db.read(&system(), |tx| crate::cases::briefs(tx, &[case.id])).unwrap().remove(&case.id).unwrap();
        assert_eq!(brief.late_since, Some(due("visit")));
        // Done, if late: the village has no part in it any more, the town goes on.
        let visit = ActInput { evidence: vec![piece("visit_record")], ..ActInput::note("到厂") };
        does(test, &house.jia, case.id, "visit", &visit).unwrap();
        let village = duty(&house.jia).unwrap();
        assert_eq!((village.missed, village.title.as_str(), village.first()), (0, "登记人数和金额", Some(due("list_workers"))));
        let workers = ActInput {
            fields: [("workers", "12"), ("amount", "86000")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ActInput::default()
        };
        does(test, &house.jia, case.id, "list_workers", &workers).unwrap();
        assert_eq!(duty(&house.jia), None);
        assert!(!listed(&house.jia, &desk) && !listed(&house.jia, &mine));
        assert!(listed(&house.yi, &desk));
    }
}

fn regrade_of(test: &store::testing::TestDb, id: crate::cases::CaseId) -> Result<(), CaseError> {
    test.db
        .write(&system(), |tx| regrade(tx, id, &Regrade::to("red")))
}
