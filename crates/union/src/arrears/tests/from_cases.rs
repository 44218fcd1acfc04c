//! What workers bring to the union about wages is a signal: one a case, counted, never named.

use std::collections::BTreeMap;

use kernel::EmployerId;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::support::{counted, file, import, system};
use crate::arrears::{Complaints, Quality, Signal, SignalState, feed_states, signals};
use crate::cases::tests::support::{House, at, does, house, opened};
use crate::cases::{ActInput, NewCase, Reporter};
use crate::orgs::tests::support as orgs;

const FIRM: &str = "杭州锦禾制衣有限公司";

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn demand(house: &House, kind: &str, subject: &str, workers: &str) -> NewCase {
    NewCase {
        kind: "cases.demand".to_owned(),
        door: "qr".to_owned(),
        place: Some(house.district.factory.id),
        title: format!("{kind}：{subject}"),
        fields: fields(&[
            ("type", kind),
            ("subject", subject),
            ("content", "经过见附件"),
            ("employer", FIRM),
            ("workers", workers),
        ]),
        reporter: Some(Reporter {
            name: "王某某".to_owned(),
            phone: "13800001111".to_owned(),
            member: None,
        }),
        ..NewCase::default()
    }
}

fn begin(test: &TestDb) -> (House, EmployerId) {
    at(test, "2026-11-20 09:00");
    let house = house(test);
    let firm = orgs::employer(test, &house.district.tangqi, FIRM, "");
    (house, firm)
}

fn listen(test: &TestDb) {
    run_jobs_until_idle(&test.db, &Handlers::default().with(Complaints)).unwrap();
    let waits = test
        .db
        .read(&system(), |tx| {
            tx.all(&UNDONE, store::args![*tx.district()])
                .map_err(crate::arrears::ArrearsError::from)
        })
        .unwrap();
    let faults: Vec<String> = waits
        .iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect();
    assert_eq!(faults, [""; 0], "every job was done");
}

store::statements! {
    UNDONE = "SELECT last_error FROM job WHERE district = $1 AND kind = 'arrears.complaints' AND last_error IS NOT NULL AND state <> 'done'";
}

fn people(test: &TestDb) -> Vec<String> {
    listen(test);
    let mut known = counted(test);
    known.retain(|one| one.starts_with("complaint"));
    known.sort();
    known
}

fn living(test: &TestDb, firm: EmployerId) -> Vec<Signal> {
    let all = test
        .db
        .read(&system(), |tx| {
            signals::of_subject(tx, firm.uuid().into(), 50)
        })
        .unwrap();
    all.into_iter().filter(|one| one.ended.is_none()).collect()
}

store::db_test!(
    fn a_demand_about_wages_is_a_signal_until_it_is_none(test) {
        let (house, firm) = begin(test);
        let case = opened(test, &demand(&house, "投诉", "拖欠工资", "3"));
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":3}"#]);
        let one = living(test, firm).remove(0);
        assert_eq!((one.feed.as_str(), one.reference.as_str(), one.quality), ("union_cases", case.no.as_str(), Quality::Reported));
        let feeds = test.db.read(&system(), feed_states).unwrap();
        assert!(feeds.iter().any(|feed| feed.registered.title == "工会受理的诉求" && feed.deliveries == 1));
        // Nothing happened to the figures: nothing is filed again.
        does(test, &house.yi, case.id, "first_contact", &ActInput::note("已联系")).unwrap();
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":3}"#]);
        let more = ActInput { fields: fields(&[("workers", "12")]), ..ActInput::default() };
        does(test, &house.yi, case.id, "accept", &more).unwrap();
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":12}"#]);
        let back = ActInput { receipt: Some(case.receipt.clone()), ..ActInput::note("已经发了") };
        does(test, &house.yi, case.id, "withdraw", &back).unwrap();
        assert_eq!(people(test), [""; 0]);
    }
);

store::db_test!(
    fn what_is_no_wage_matter_names_no_known_employer_or_only_asks_says_nothing(test) {
        let (house, _) = begin(test);
        opened(test, &demand(&house, "投诉", "工时休假", "3"));
        opened(test, &NewCase { key: Some("问".into()), ..demand(&house, "咨询", "拖欠工资", "") });
        let mut unknown = demand(&house, "求助", "拖欠工资", "2");
        unknown.fields.insert("employer".into(), "谁也不知道的厂".into());
        opened(test, &unknown);
        assert_eq!(people(test), [""; 0]);
        // Somebody else: the same person's word on the same matter would be one case.
        let somebody = Reporter { name: "李某".into(), phone: "13800002222".into(), member: None };
        let wages = opened(test, &NewCase { reporter: Some(somebody), ..demand(&house, "求助", "拖欠工资", "") });
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":1}"#], "at least who came");
        let other = ActInput { fields: fields(&[("subject", "社会保险")]), ..ActInput::default() };
        does(test, &house.yi, wages.id, "accept", &other).unwrap();
        assert_eq!(people(test), [""; 0], "found to be about something else");
    }
);

store::db_test!(
    fn legal_aid_speaks_and_a_merged_or_refused_matter_falls_silent(test) {
        let (house, firm) = begin(test);
        let aid = NewCase {
            kind: "cases.legal_aid".to_owned(),
            door: "window".to_owned(),
            place: Some(house.district.factory.id),
            title: "劳动报酬纠纷".to_owned(),
            fields: fields(&[("applicant", "某职工"), ("respondent", "另一种写法"), ("subject", "劳动报酬"), ("claim", "欠薪")]),
            respondent: Some(firm),
            ..NewCase::default()
        };
        opened(test, &aid);
        let one = opened(test, &demand(&house, "投诉", "拖欠工资", "4"));
        let mut again = demand(&house, "投诉", "拖欠工资", "2");
        again.reporter = Some(Reporter { name: "李某".into(), phone: "13800002222".into(), member: None });
        let two = opened(test, &again);
        assert_eq!(people(test).len(), 3, "{:?}", people(test));
        does(test, &house.yi, two.id, "merge", &ActInput { other: Some(one.id), ..ActInput::note("同一件") }).unwrap();
        assert_eq!(people(test).len(), 2);
        does(test, &house.yi, one.id, "refuse", &ActInput::note("不属受理范围，请到劳动监察大队")).unwrap();
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":1}"#]);
    }
);

store::db_test!(
    fn a_sealed_report_counts_and_shows_nobody_its_number(test) {
        let (house, firm) = begin(test);
        let case = opened(test, &demand(&house, "举报", "拖欠工资", "30"));
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":30}"#]);
        let one = living(test, firm).remove(0);
        assert!(!one.reference.contains(&case.no) && one.reference.starts_with("不公开-"), "{}", one.reference);
        assert!(!format!("{one:?}").contains("王某某"), "no worker's identity goes along");
        assert_eq!(crate::arrears::from_cases::case_no(&one.feed, &one.reference), None);
    }
);

const LIST: &str = "编号,单位名称,日期,涉及人数\n";

/// What counts and what confirms, as feed, reference and people.
fn reports(test: &TestDb, firm: EmployerId) -> Vec<String> {
    listen(test);
    let mut all: Vec<String> = living(test, firm)
        .iter()
        .map(|one| {
            let counts = if one.state == SignalState::Counted {
                "counts"
            } else {
                "echo"
            };
            format!(
                "{counts} {} {} {}",
                one.feed,
                one.reference,
                one.fields.text()
            )
        })
        .collect();
    all.sort();
    all
}

fn hotline(house: &House, number: &str, workers: &str) -> NewCase {
    let mut new = demand(house, "投诉", "拖欠工资", workers);
    new.fields.insert("outer_no".into(), number.into());
    new
}

store::db_test!(
    fn a_case_and_the_row_of_its_hotline_count_once_whichever_comes_first(test) {
        let (house, firm) = begin(test);
        // The list first, then the case.
        import(test, "complaints", file(test, "诉求.csv", &format!("{LIST}TF2026-101,{FIRM},2026-11-18,3\n")));
        let case = opened(test, &hotline(&house, " tf2026-101 ", "3"));
        assert_eq!(reports(test, firm), [
            r#"counts complaints TF2026-101 {"people":3}"#.to_owned(),
            format!(r#"echo union_cases {} {{"people":3}}"#, case.no),
        ]);
        // The desk finds more people: the graver one counts, and still once.
        let more = ActInput { fields: fields(&[("workers", "8")]), ..ActInput::default() };
        does(test, &house.yi, case.id, "accept", &more).unwrap();
        assert_eq!(reports(test, firm), [
            format!(r#"counts union_cases {} {{"people":8}}"#, case.no),
            r#"echo complaints TF2026-101 {"people":3}"#.to_owned(),
        ]);
        let back = ActInput { receipt: Some(case.receipt.clone()), ..ActInput::note("已经发了") };
        does(test, &house.yi, case.id, "withdraw", &back).unwrap();
        assert_eq!(reports(test, firm), [r#"counts complaints TF2026-101 {"people":3}"#], "what the hotline has goes on");
        // The case first, then the list.
        let other = Reporter { name: "李某".into(), phone: "13800002222".into(), member: None };
        let case = opened(test, &NewCase { reporter: Some(other), ..hotline(&house, "TF2026-102", "5") });
        assert_eq!(reports(test, firm).len(), 2);
        import(test, "complaints", file(test, "诉求2.csv", &format!("{LIST}TF2026-102,{FIRM},2026-11-19,4\n")));
        assert_eq!(reports(test, firm), [
            r#"counts complaints TF2026-101 {"people":3}"#.to_owned(),
            format!(r#"counts union_cases {} {{"people":5}}"#, case.no),
            r#"echo complaints TF2026-102 {"people":4}"#.to_owned(),
        ]);
    }
);

store::db_test!(
    fn two_cases_of_one_number_are_one_event_and_the_one_that_is_left_speaks_on(test) {
        let (house, firm) = begin(test);
        let one = opened(test, &hotline(&house, "TF2026-103", "4"));
        assert_eq!(reports(test, firm).len(), 1);
        let other = Reporter { name: "李某".into(), phone: "13800002222".into(), member: None };
        let two = opened(test, &NewCase { reporter: Some(other), ..hotline(&house, "TF2026-103", "6") });
        assert_eq!(reports(test, firm), [format!(r#"counts union_cases {} {{"people":6}}"#, two.no)]);
        does(test, &house.yi, two.id, "refuse", &ActInput::note("重复登记")).unwrap();
        assert_eq!(reports(test, firm), [format!(r#"counts union_cases {} {{"people":4}}"#, one.no)]);
        // Said again, nothing happens; a third that says less is kept all the same, and speaks when the others are gone.
        does(test, &house.yi, one.id, "first_contact", &ActInput::note("已联系")).unwrap();
        assert_eq!(reports(test, firm), [format!(r#"counts union_cases {} {{"people":4}}"#, one.no)]);
        let other = Reporter { name: "赵某".into(), phone: "13800003333".into(), member: None };
        let three = opened(test, &NewCase { reporter: Some(other), ..hotline(&house, "TF2026-103", "2") });
        assert_eq!(reports(test, firm), [format!(r#"counts union_cases {} {{"people":4}}"#, one.no)]);
        does(test, &house.yi, one.id, "refuse", &ActInput::note("不属受理范围")).unwrap();
        assert_eq!(reports(test, firm), [format!(r#"counts union_cases {} {{"people":2}}"#, three.no)]);
        does(test, &house.yi, three.id, "refuse", &ActInput::note("不属受理范围")).unwrap();
        assert_eq!(reports(test, firm), [""; 0]);
    }
);

store::db_test!(
    fn a_case_speaks_once_a_person_has_said_who_its_employer_is(test) {
        let (house, firm) = begin(test);
        let mut new = demand(&house, "投诉", "拖欠工资", "3");
        new.fields.insert("employer".into(), "锦和制衣".into());
        opened(test, &new);
        let handlers = Handlers::default().with(Complaints).with(crate::cases::Units);
        let work = || run_jobs_until_idle(&test.db, &handlers).unwrap();
        work();
        assert_eq!(people(test), [""; 0]);
        test.db.write(&system(), |tx| {
            let asked = crate::employers::questions(tx, None, 1)?;
            crate::employers::decide(tx, asked[0].id, crate::employers::Answer::Is(firm))
        }).unwrap();
        work();
        assert_eq!(people(test), [r#"complaint 2026-11-20 {"people":3}"#]);
    }
);
