//! Legal aid with its roster, mediation and supervision through the store, a visit that leads to a case.

use std::collections::BTreeMap;

use super::support::{House, Person, at, does, house, opened, sees, work};
use crate::cases::{
    ActInput, CaseError, CaseFilter, NewCase, NewEvidence, NewHelper, NextOwner, allowed_verbs,
    helpers, list, note_client, set_helper,
};
use crate::failure::RoomError;
use crate::letters;
use crate::letters::tests::support::{chair, sample};
use crate::orgs::tests::support::{day, system};

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn piece(kind: &str) -> NewEvidence {
    NewEvidence {
        kind: kind.to_owned(),
        text: "见附件".to_owned(),
        ..NewEvidence::default()
    }
}

fn aid(house: &House) -> NewCase {
    NewCase {
        kind: "cases.legal_aid".to_owned(),
        door: "window".to_owned(),
        place: Some(house.district.factory.id),
        title: "劳动报酬纠纷".to_owned(),
        fields: fields(&[
            ("applicant", "某职工"),
            ("respondent", "杭州锦禾制衣有限公司"),
            ("subject", "劳动报酬"),
            ("claim", "欠薪"),
        ]),
        ..NewCase::default()
    }
}

fn to(person: &Person) -> Option<NextOwner> {
    Some(NextOwner {
        org: None,
        person: Some(person.account),
    })
}

fn on_roster(test: &store::testing::TestDb, house: &House, most: u32) -> Result<(), CaseError> {
    let new = NewHelper {
        account: house.lawyer.account,
        firm: "某律师事务所".to_owned(),
        licence: "13301000000000000".to_owned(),
        subjects: "劳动报酬、工伤".to_owned(),
        most_open: most,
        from_on: day("2026-01-01"),
        to_on: None,
        duty: crate::cases::read_duty("周五 09:00-11:30").unwrap(),
    };
    test.db
        .write(&house.yi.actor, |tx| set_helper(tx, house.yi.may, &new))
}

store::db_test! {
    fn a_lawyer_is_assigned_from_the_roster_without_conflict_and_sees_only_that(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = opened(test, &aid(&house));
        let other = opened(test, &NewCase { title: "另一件".to_owned(), ..aid(&house) });
        for id in [case.id, other.id] {
            does(test, &house.yi, id, "first_contact", &ActInput::note("已联系")).unwrap();
            let grant = ActInput { fields: fields(&[("stage", "仲裁")]), evidence: vec![piece("decision")], ..ActInput::default() };
            does(test, &house.yi, id, "grant_aid", &grant).unwrap();
        }
        let assign = ActInput { next_owner: to(&house.lawyer), ..ActInput::default() };
        let unknown = does(test, &house.yi, case.id, "assign_lawyer", &assign).unwrap_err();
        assert_eq!(unknown.code(), "case.not_on_roster");
        on_roster(test, &house, 1).unwrap();
        // The client is written with another form and place: it is the same company.
        test.db.write(&house.lawyer.actor, |tx| note_client(tx, house.lawyer.may, house.lawyer.account, "锦禾制衣公司")).unwrap();
        let conflict = does(test, &house.yi, case.id, "assign_lawyer", &assign).unwrap_err();
        assert_eq!(conflict.code(), "case.conflict");
        let lines = test.db.read(&house.yi.actor, |tx| helpers(tx, house.yi.may, case.id)).unwrap();
        assert_eq!(lines[0].conflict.as_deref(), Some("锦禾制衣公司"));
        test.tamper("DELETE FROM case_helper_client");
        does(test, &house.yi, case.id, "assign_lawyer", &assign).unwrap();
        let busy = does(test, &house.yi, other.id, "assign_lawyer", &assign).unwrap_err();
        assert_eq!(busy.code(), "case.workload");
        let mine = test.db.read(&house.lawyer.actor, |tx| list(tx, house.lawyer.may, &CaseFilter::default())).unwrap();
        assert_eq!(mine.iter().map(|line| line.id).collect::<Vec<_>>(), [case.id]);
        assert!(matches!(sees(test, &house.lawyer, other.id), Err(CaseError::NotFound)));
        let buttons = test.db.read(&house.lawyer.actor, |tx| allowed_verbs(tx, house.lawyer.may, case.id)).unwrap();
        let verbs: Vec<&str> = buttons.iter().map(|one| one.verb.id()).collect();
        assert!(verbs.contains(&"accept") && verbs.contains(&"decline") && !verbs.contains(&"terminate"), "{verbs:?}");
        does(test, &house.lawyer, case.id, "accept", &ActInput::default()).unwrap();
        let seen = sees(test, &house.lawyer, case.id).unwrap();
        assert_eq!(seen.now.state, "in_progress");
        assert_eq!(seen.now.owner.person, Some(house.lawyer.account.to_string()));
        does(test, &house.lawyer, case.id, "decline", &ActInput::note("曾任对方顾问")).unwrap();
        let back = sees(test, &house.yi, case.id).unwrap();
        assert_eq!((back.now.state.as_str(), back.now.owner.person.clone()), ("granted", Some(house.yi.account.to_string())));
    }
}

store::db_test! {
    fn an_hour_on_duty_without_contact_climbs_to_the_district(test) {
        at(test, "2026-11-20 17:00");
        let house = house(test);
        let case = opened(test, &aid(&house));
        at(test, "2026-11-22 12:00");
        work(test);
        assert_eq!(sees(test, &house.yi, case.id).unwrap().owner_org().unwrap(), house.district.tangqi.id, "a weekend is not duty time");
        at(test, "2026-11-23 09:00");
        work(test);
        let seen = sees(test, &house.bing, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.federation.id);
        assert!(seen.now.owner.person.is_some(), "a person answers, not a colour");
    }
}

store::db_test! {
    fn tv_d1_through_the_store(test) {
        at(test, "2026-03-25 09:00");
        let house = house(test);
        let case = opened(test, &NewCase {
            kind: "cases.mediation".to_owned(),
            fields: fields(&[("applicant", "某职工"), ("respondent", "某公司"), ("subject", "劳动报酬"), ("claim", "欠薪")]),
            ..aid(&house)
        });
        does(test, &house.yi, case.id, "accept", &ActInput { evidence: vec![piece("application")], ..ActInput::default() }).unwrap();
        does(test, &house.yi, case.id, "mediate", &ActInput { fields: fields(&[("mediator", "乙")]), ..ActInput::default() }).unwrap();
        does(test, &house.yi, case.id, "agree", &ActInput { fields: fields(&[("agreed", "17000")]), evidence: vec![piece("record")], ..ActInput::default() }).unwrap();
        at(test, "2026-04-01 15:00");
        let sign = ActInput {
            fields: fields(&[("signed_on", "2026-04-01"), ("pay_by", "2026-04-20"), ("only_wages", "否")]),
            ..ActInput::default()
        };
        // Agreeing began the draft; nobody signs before the letter is issued, and the issued letter is the evidence.
        let drafts = test.db.read(&house.yi.actor, |tx| crate::cases::letters_of(tx, house.yi.may, case.id)).unwrap();
        assert_eq!((drafts.len(), drafts[0].template.as_str(), drafts[0].organ), (1, "letters.mediation_agreement", house.district.tangqi.id));
        let early = does(test, &house.yi, case.id, "sign", &sign).unwrap_err();
        let mut codes: Vec<_> = early.refusals().iter().map(|one| one.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["case.evidence_missing", "case.letter_missing"]);
        test.db.write(&system(), |tx| {
            letters::set_organ_code(tx, house.district.tangqi.id, "塘调")?;
            let edit = letters::Edit { typed: sample("letters.mediation_agreement"), body: None };
            letters::edit(tx, drafts[0].id, 1, &edit)?;
            letters::issue(tx, drafts[0].id, 2, &chair())
        }).unwrap();
        does(test, &house.yi, case.id, "sign", &sign).unwrap();
        let clocks = test.db.read(&house.yi.actor, |tx| crate::cases::clocks(tx, house.yi.may, case.id)).unwrap();
        let confirmation = clocks.iter().find(|line| line.clock.rule == "confirmation").unwrap();
        assert_eq!(confirmation.due.unwrap().at, kernel::duty::moment("2026-05-07 00:00").unwrap(), "to the end of 6 May");
        at(test, "2026-04-21 00:01");
        work(test);
        let seen = sees(test, &house.yi, case.id).unwrap();
        assert_eq!(seen.now.state, "breached");
        assert_eq!(seen.kind.overdue(&seen.now), 0, "the employer is late, not the desk");
    }
}

store::db_test! {
    fn a_clock_past_the_known_calendar_is_provisional_until_the_notice_comes(test) {
        at(test, "2026-12-25 09:00");
        let house = house(test);
        let case = opened(test, &NewCase {
            kind: "cases.supervision".to_owned(),
            door: "found".to_owned(),
            fields: fields(&[("employer", "某公司"), ("item", "工资支付"), ("facts", "欠薪")]),
            ..aid(&house)
        });
        let lines = test.db.read(&house.yi.actor, |tx| crate::cases::clocks(tx, house.yi.may, case.id)).unwrap();
        assert!(lines[0].due.unwrap().provisional, "2027's holidays are not announced");
        // The nightly look dates it again; nothing moves while nothing is announced, and nothing is logged.
        work(test);
        let acts = test.db.read(&house.yi.actor, |tx| crate::cases::timeline(tx, house.yi.may, case.id)).unwrap();
        assert_eq!(acts.len(), 1);
    }
}

store::db_test! {
    fn what_a_visit_brings_home_becomes_a_case_that_knows_where_it_came_from(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let visit = opened(test, &NewCase {
            kind: "cases.visit".to_owned(),
            door: "plan".to_owned(),
            title: "走访锦禾制衣".to_owned(),
            fields: fields(&[("target_kind", "企业"), ("target", "某负责人"), ("planned_on", "2026-11-20")]),
            ..aid(&house)
        });
        let form = ActInput {
            fields: fields(&[("visited_on", "2026-11-20"), ("visitors", "甲"), ("findings", "晚发十天"), ("wages_on_time", "晚发"), ("problems", "1")]),
            evidence: vec![piece("form")],
            ..ActInput::default()
        };
        does(test, &house.jia, visit.id, "visit", &form).unwrap();
        let bare = does(test, &house.jia, visit.id, "raise", &ActInput::note("晚发")).unwrap_err();
        assert_eq!(bare.code(), "case.split_what");
        let new = NewCase {
            kind: "cases.demand".to_owned(),
            door: "visit".to_owned(),
            title: "工资晚发".to_owned(),
            fields: fields(&[("type", "投诉"), ("subject", "拖欠工资"), ("content", "走访发现晚发十天")]),
            ..NewCase::default()
        };
        let raise = ActInput { split: Some(Box::new(new)), ..ActInput::note("晚发") };
        let acted = does(test, &house.jia, visit.id, "raise", &raise).unwrap();
        let led = acted.opened.unwrap();
        let links = test.db.read(&house.yi.actor, |tx| crate::cases::links(tx, house.yi.may, led.id)).unwrap();
        assert_eq!((links[0].no.as_str(), links[0].kind.as_str()), (visit.no.as_str(), "led_to"));
        assert_eq!(sees(test, &house.jia, visit.id).unwrap().now.state, "following");
    }
}
