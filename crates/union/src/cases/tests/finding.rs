//! Finding a case by what somebody on the phone says, and the order of what is late.

use kernel::Scope;
use store::testing::TestDb;
use store::{Actor, Query, args};

use super::support::{House, Person, alert, at, does, house, opened, work};
use crate::cases::{
    ActInput, CaseFilter, CaseLine, CaseRef, Clocks, NewCase, NextOwner, Reporter, by_no, count,
    cursor, duties, list, open, sql,
};
use crate::orgs::tests::support::{employer, role, system};

fn public() -> Actor {
    Actor {
        scope: Scope::nothing(store::testing::district()),
        label: "扫码".to_owned(),
        ..system()
    }
}

fn demand(house: &House, kind: &str, name: &str) -> NewCase {
    let fields = [
        ("type", kind),
        ("subject", "拖欠工资"),
        ("content", "经过"),
        ("employer", "绿水纺织厂"),
    ];
    NewCase {
        kind: "cases.demand".to_owned(),
        door: "qr".to_owned(),
        place: Some(house.district.factory.id),
        title: format!("{kind}：拖欠工资（绿水纺织厂）"),
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        reporter: Some(Reporter {
            name: name.to_owned(),
            ..Reporter::default()
        }),
        ..NewCase::default()
    }
}

fn files(test: &TestDb, new: &NewCase) -> CaseRef {
    test.db.write(&public(), |tx| open(tx, new)).unwrap()
}

fn listed(test: &TestDb, who: &Person, filter: &CaseFilter) -> Vec<CaseLine> {
    let (lines, all) = test
        .db
        .read(&who.actor, |tx| {
            Ok::<_, crate::cases::CaseError>((
                list(tx, who.may, filter)?,
                count(tx, who.may, filter)?,
            ))
        })
        .unwrap();
    if filter.limit == 0 && filter.after.is_none() {
        assert_eq!(i64::try_from(lines.len()).unwrap(), all);
    }
    lines
}

fn said(test: &TestDb, who: &Person, text: &str) -> Vec<String> {
    let filter = CaseFilter {
        text: text.to_owned(),
        ..CaseFilter::default()
    };
    let lines = listed(test, who, &filter);
    lines.into_iter().map(|line| line.no).collect()
}

store::db_test! {
    fn a_case_is_found_by_number_title_and_whole_name_within_reach(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let one = files(test, &demand(&house, "投诉", "欧阳小明"));
        let two = files(test, &demand(&house, "求助", "赵大海"));
        let sealed = files(test, &demand(&house, "举报", "钱多多"));
        for typed in [one.no.as_str(), "mh2026－00001", "MH202600001", " 00001 "] {
            assert_eq!(said(test, &house.yi, typed), [one.no.as_str()], "{typed}");
        }
        // A bare running number, however it is said.
        for typed in ["2", "00002"] {
            let filter = CaseFilter { serial: crate::cases::serial(typed), ..CaseFilter::default() };
            let found: Vec<_> = listed(test, &house.yi, &filter).into_iter().map(|line| line.no).collect();
            assert_eq!(found, [two.no.as_str()], "{typed}");
            assert!(listed(test, &house.other, &filter).is_empty(), "another town's");
        }
        let by_number = |who: &Person, no: &str| test.db.read(&who.actor, |tx| by_no(tx, who.may, no));
        assert_eq!(by_number(&house.yi, "mh202600001").unwrap().id, one.id);
        assert!(by_number(&house.other, &one.no).is_err(), "another town's");
        assert_eq!(said(test, &house.yi, "求助：").len(), 1);
        assert_eq!(said(test, &house.yi, "绿水").len(), 2, "a report is not known below the desk that answers");
        assert_eq!(said(test, &house.bing, "绿水").len(), 3, "there it stands in the list by what it is about");
        assert!(said(test, &house.yi, &sealed.no).is_empty() && by_number(&house.yi, &sealed.no).is_err());
        // Names are found whole, by who handles cases, and never a sealed one.
        assert_eq!(said(test, &house.yi, "欧阳小明"), [one.no.as_str()]);
        assert_eq!(said(test, &house.yi, "赵 大海"), [two.no.as_str()]);
        assert!(said(test, &house.yi, "赵大").is_empty());
        assert!(said(test, &house.yi, "钱多多").is_empty(), "{}", sealed.no);
        assert!(said(test, &house.bing, "钱多多").is_empty());
        assert!(said(test, &house.other, "赵大海").is_empty());
        let reader = Person { may: role("leader"), ..house.bing.clone() };
        assert!(said(test, &reader, "赵大海").is_empty(), "whoever only reads the figures need not know who has a case");
        // With the other filters and page by page.
        let filter = CaseFilter { text: "绿水".to_owned(), open: Some(true), limit: 2, ..CaseFilter::default() };
        let first = listed(test, &house.bing, &filter);
        let next = CaseFilter { after: first.last().map(cursor), ..filter };
        let second = listed(test, &house.bing, &next);
        assert_eq!((first.len(), second.len()), (2, 1));
        assert!(first.iter().all(|line| line.id != second[0].id));
    }
}

store::db_test! {
    fn a_case_is_found_by_the_employer_of_the_register(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let employer = employer(test, &house.district.tangqi, "杭州红山针织有限公司", "");
        let case = opened(test, &NewCase { respondent: Some(employer), title: "某企业".to_owned(), ..alert(&house, "yellow", 1) });
        assert_eq!(said(test, &house.bing, "红山针织"), [case.no.as_str()]);
        let about = CaseFilter { employer: Some(employer), open: Some(true), ..CaseFilter::default() };
        assert_eq!(listed(test, &house.bing, &about).len(), 1);
    }
}

store::db_test! {
    fn names_of_earlier_cases_are_put_into_the_index_by_night(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let one = files(test, &demand(&house, "投诉", "欧阳小明"));
        let sealed = files(test, &demand(&house, "举报", "钱多多"));
        test.tamper("UPDATE case_party SET name_index = NULL");
        assert!(said(test, &house.yi, "欧阳小明").is_empty());
        at(test, "2026-11-21 09:00");
        store::run_jobs_until_idle(&test.db, &store::Handlers::default().with(Clocks)).unwrap();
        assert_eq!(said(test, &house.yi, "欧阳小明"), [one.no.as_str()]);
        assert!(said(test, &house.yi, "钱多多").is_empty(), "{}", sealed.no);
    }
}

store::db_test! {
    fn what_is_late_longest_stands_first(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        // The first has four weeks until its next clock, the second is late later and due sooner.
        let first = opened(test, &alert(&house, "yellow", 1));
        at(test, "2026-11-18 09:00");
        let second = opened(test, &alert(&house, "red", 2));
        at(test, "2026-11-27 09:00");
        work(test);
        let late = CaseFilter { open: Some(true), overdue: true, ..CaseFilter::default() };
        let lines = listed(test, &house.bing, &late);
        assert_eq!(lines.iter().map(|line| line.id).collect::<Vec<_>>(), [first.id, second.id], "{lines:#?}");
        assert!(cursor(&lines[0]) < cursor(&lines[1]));
        // Page by page, in the same order.
        let paged = CaseFilter { limit: 1, ..late };
        let one = listed(test, &house.bing, &paged);
        let two = listed(test, &house.bing, &CaseFilter { after: one.last().map(cursor), ..paged.clone() });
        assert_eq!((one[0].id, two[0].id), (first.id, second.id));
        assert!(listed(test, &house.bing, &CaseFilter { after: two.last().map(cursor), ..paged }).is_empty());
    }
}

/// Everything on a list, two lines at a time.
fn by_twos(test: &TestDb, who: &Person, filter: &CaseFilter) -> Vec<CaseLine> {
    let mut filter = CaseFilter {
        limit: 2,
        ..filter.clone()
    };
    let mut all = Vec::new();
    loop {
        let lines = listed(test, who, &filter);
        filter.after = lines.last().map(cursor);
        all.extend(lines.iter().cloned());
        if lines.len() < 2 {
            return all;
        }
    }
}

store::db_test! {
    fn on_a_desks_list_what_it_is_late_with_stands_first(test) {
        at(test, "2026-11-16 09:00");
        let house = house(test);
        let first = opened(test, &alert(&house, "yellow", 1));
        files(test, &demand(&house, "求助", "赵大海"));
        at(test, "2026-11-18 09:00");
        opened(test, &alert(&house, "red", 2));
        files(test, &demand(&house, "投诉", "欧阳小明"));
        at(test, "2026-11-27 09:00");
        work(test);
        // In time, and due before the next clock of what is late.
        let fresh = files(test, &demand(&house, "举报", "钱多多"));
        files(test, &demand(&house, "求助", "王小五"));
        let mut late_and_not = false;
        for who in [&house.jia, &house.yi, &house.yi2, &house.bing, &house.ding] {
            for mine in [false, true] {
                let filter = CaseFilter { open: Some(true), my_desk: !mine, mine, ..CaseFilter::default() };
                let lines = listed(test, who, &filter);
                let known = test.db.read(&who.actor, |tx| duties(tx, &lines)).unwrap();
                let keys: Vec<_> = lines.iter().map(|line| {
                    let duty = known.get(&line.id);
                    let since = duty.and_then(|duty| duty.since);
                    (since.is_none(), since.or(duty.and_then(|duty| duty.next)).or(line.next_due), line.id)
                }).collect();
                assert!(keys.is_sorted(), "{}: {keys:#?}", who.actor.label);
                late_and_not |= keys.iter().any(|key| key.0) && keys.iter().any(|key| !key.0);
                let ids = |lines: &[CaseLine]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
                assert_eq!(ids(&by_twos(test, who, &filter)), ids(&lines), "page by page");
            }
        }
        assert!(late_and_not, "some list holds both");
        let desk = CaseFilter { open: Some(true), my_desk: true, ..CaseFilter::default() };
        let lines = listed(test, &house.bing, &desk);
        let at = |id| lines.iter().position(|line| line.id == id).unwrap();
        assert!(at(first.id) < at(fresh.id), "late before what is only due sooner");
    }
}

#[test]
fn a_desks_list_looks_its_cases_and_clocks_up() {
    let test = TestDb::sqlite();
    let house = house(&test);
    let filter = CaseFilter {
        open: Some(true),
        my_desk: true,
        after: Some((1, uuid::Uuid::from_u128(1).into())),
        limit: 50,
        ..CaseFilter::default()
    };
    for who in [&house.bing, &house.lawyer] {
        let query = test.db.read(&who.actor, |tx| {
            crate::cases::read::page(tx, who.may, &filter)
        });
        let plan = test.plan_of(&query.unwrap().unwrap());
        let walks = |line: &String| line.contains("SCAN") || line.ends_with("(district=?)");
        assert!(!plan.iter().any(walks), "{plan:#?}");
        let of_case = |line: &&String| line.contains("(district=? AND case_id=?)");
        let by_state = plan.iter().any(|line| line.contains("case_clock_due"));
        assert!(
            plan.iter().any(|line| of_case(&line)) && !by_state,
            "{plan:#?}"
        );
    }
}

store::db_test! {
    fn a_call_back_stands_on_the_list_of_who_was_asked_in(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "赵大海"));
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let answer = ActInput {
            closing_code: Some("solved".to_owned()),
            fields: [("reply".to_owned(), "已办".to_owned())].into(),
            ..ActInput::default()
        };
        does(test, &house.yi, case.id, "answer", &answer).unwrap();
        let mine = CaseFilter { open: Some(true), mine: true, ..CaseFilter::default() };
        let asked = CaseFilter { open: Some(true), asked_in: true, ..CaseFilter::default() };
        assert!(listed(test, &house.yi2, &mine).is_empty());
        let next = NextOwner { org: None, person: Some(house.yi2.account) };
        let consult = ActInput { next_owner: Some(next), ..ActInput::note("请您回访") };
        does(test, &house.yi, case.id, "consult", &consult).unwrap();
        for filter in [&mine, &asked] {
            let lines = listed(test, &house.yi2, filter);
            assert_eq!(lines.iter().map(|line| line.id).collect::<Vec<_>>(), [case.id]);
            let duty = test.db.read(&house.yi2.actor, |tx| duties(tx, &lines)).unwrap().remove(&case.id).unwrap();
            assert_eq!((duty.title.as_str(), duty.next.is_some()), ("回访", true));
        }
        assert!(listed(test, &house.ding, &mine).is_empty());
        // Late, it stands before what is the person's own and still in time, though its clock lies with another desk.
        at(test, "2027-01-20 09:00");
        work(test);
        let fresh = files(test, &demand(&house, "求助", "钱多多"));
        does(test, &house.yi2, fresh.id, "accept", &ActInput::default()).unwrap();
        let lines = listed(test, &house.yi2, &mine);
        assert_eq!(lines.iter().map(|line| line.id).collect::<Vec<_>>(), [case.id, fresh.id]);
        let late = test.db.read(&house.yi2.actor, |tx| duties(tx, &lines)).unwrap();
        assert!(late[&case.id].since.is_some() && late[&fresh.id].since.is_none());
        let desk = CaseFilter { open: Some(true), my_desk: true, ..CaseFilter::default() };
        assert_eq!(by_twos(test, &house.yi2, &desk)[0].id, case.id);
        // Done and filed, it leaves the list.
        let call = crate::cases::CallInput { whom: "本人".to_owned(), solved: true, satisfied: true };
        does(test, &house.yi2, case.id, "call_back", &ActInput { call: Some(call), ..ActInput::default() }).unwrap();
        does(test, &house.bing, case.id, "file", &ActInput::default()).unwrap();
        assert_eq!(listed(test, &house.yi2, &mine).iter().map(|line| line.id).collect::<Vec<_>>(), [fresh.id]);
    }
}

#[test]
fn what_people_say_is_looked_up_in_indexes() {
    let test = TestDb::sqlite();
    let house = house(&test);
    let base = Query::from(&sql::LINES, args![store::testing::district()])
        .and_in(" AND f.kind IN ", ["cases.demand", "cases.mediation"])
        .and(" AND f.org_path >= ", "1")
        .and(" AND f.org_path < ", "2");
    let query = test
        .db
        .read(&house.bing.actor, |tx| {
            crate::cases::find::said(tx, base, house.bing.may, "欧阳小明")
        })
        .unwrap();
    let plan = test.plan_of(&query);
    let named = |line: &&String| line.contains("case_party_name (district=? AND name_index=?)");
    assert_eq!(plan.iter().filter(named).count(), 1, "{plan:#?}");
    assert!(
        !plan
            .iter()
            .any(|line| line.contains("SCAN") || line.ends_with("(district=?)")),
        "{plan:#?}"
    );
}
