//! 名称待核对: a name that fits several employers, or only resembles one, is a question for a person; the answer is the
//! case's employer.

use kernel::EmployerId;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::support::{House, at, does, house, opened};
use crate::cases::{self, ActInput, NewCase, Reporter, Units, respondent, unit_asked};
use crate::employers::{self, Answer, EmployerDraft, Question};
use crate::orgs::tests::support::{self as orgs, day, system};

fn told(house: &House, employer: &str, phone: &str) -> NewCase {
    NewCase {
        kind: "cases.demand".to_owned(),
        door: "qr".to_owned(),
        place: Some(house.district.tangqi.id),
        title: "工资没发".to_owned(),
        fields: [
            ("type", "投诉"),
            ("subject", "拖欠工资"),
            ("content", "两个月没发工资"),
            ("employer", employer),
            ("workers", "3"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        reporter: Some(Reporter {
            name: "王某某".to_owned(),
            phone: phone.to_owned(),
            member: None,
        }),
        ..NewCase::default()
    }
}

fn settle(test: &TestDb) {
    run_jobs_until_idle(&test.db, &Handlers::default().with(Units)).unwrap();
}

fn questions(test: &TestDb) -> Vec<Question> {
    settle(test);
    test.db
        .read(&system(), |tx| employers::questions(tx, None, 10))
        .unwrap()
}

fn answer(test: &TestDb, question: &Question, answer: Answer) -> Option<EmployerId> {
    let decided = test
        .db
        .write(&system(), |tx| employers::decide(tx, question.id, answer))
        .unwrap();
    settle(test);
    decided
}

fn begin(test: &TestDb) -> House {
    at(test, "2026-11-20 09:00");
    house(test)
}

store::db_test!(
    fn a_name_that_only_resembles_one_is_asked_once_and_the_cases_carry_the_answer(test) {
        let house = begin(test);
        let firm = orgs::employer(test, &house.district.tangqi, "杭州锦禾制衣有限公司", "");
        let one = opened(test, &told(&house, "锦和制衣", "13800000001"));
        let two = opened(test, &told(&house, "锦和制衣", "13800000002"));
        let asked = questions(test);
        assert_eq!(asked.len(), 1, "one writing is one question: {asked:?}");
        assert_eq!((asked[0].raw_name.as_str(), asked[0].source.as_str()), ("锦和制衣", "办件"));
        assert_eq!(asked[0].candidates[0].id, firm);
        assert_eq!(asked[0].org_path, house.district.tangqi.path, "the town of the matter decides");
        let waiting = test.db.read(&system(), |tx| cases::waiting_for_unit(tx, asked[0].id)).unwrap();
        assert_eq!(waiting, 2);
        let open = |id| test.db.read(&system(), |tx| { let case = cases::get_linked(tx, id)?; unit_asked(tx, &case) }).unwrap();
        assert_eq!(open(one.id), Some(asked[0].id));
        answer(test, &asked[0], Answer::Is(firm));
        for id in [one.id, two.id] {
            assert_eq!(test.db.read(&system(), |tx| respondent(tx, id)).unwrap(), Some(firm));
            assert_eq!(open(id), None);
        }
        let log = test.db.read(&system(), |tx| cases::timeline(tx, house.yi.may, one.id)).unwrap();
        assert!(log.iter().any(|line| line.note.contains("核对后定为「杭州锦禾制衣有限公司」")), "{log:?}");
        // The writing is known from now on: the next one is certain at once.
        let three = opened(test, &told(&house, "锦和制衣", "13800000003"));
        assert_eq!(test.db.read(&system(), |tx| respondent(tx, three.id)).unwrap(), Some(firm));
        assert_eq!(questions(test).len(), 0);
    }
);

store::db_test!(
    fn several_of_one_name_are_asked_and_nobody_like_it_is_not(test) {
        let house = begin(test);
        for (place, code) in [(&house.district.tangqi, "913301000000471164"), (&house.district.qiaosi, "91330100799655058B")] {
            let draft = EmployerDraft {
                name: "杭州恒顺电子有限公司".into(),
                credit_code: code.into(),
                territory: Some(place.id),
                headcount: Some(30),
                headcount_on: Some(day("2026-06-30")),
                source: "测试".into(),
                ..EmployerDraft::default()
            };
            test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap();
        }
        let unknown = opened(test, &told(&house, "巷口小店", "13800000001"));
        let case = opened(test, &told(&house, "恒顺电子", "13800000002"));
        let asked = questions(test);
        assert_eq!(asked.iter().map(|one| (one.raw_name.as_str(), one.candidates.len())).collect::<Vec<_>>(), [("恒顺电子", 2)]);
        // Nothing is asked again by the next step.
        does(test, &house.yi, case.id, "first_contact", &ActInput::note("已联系")).unwrap();
        assert_eq!(questions(test).len(), 1);
        answer(test, &asked[0], Answer::Dismiss);
        assert_eq!(test.db.read(&system(), |tx| respondent(tx, case.id)).unwrap(), None);
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        assert_eq!(questions(test).len(), 0, "an answer is an answer");
        assert_eq!(test.db.read(&system(), |tx| respondent(tx, unknown.id)).unwrap(), None);
    }
);

store::db_test!(
    fn a_new_employer_is_entered_where_the_matter_is(test) {
        let house = begin(test);
        orgs::employer(test, &house.district.tangqi, "杭州锦禾制衣有限公司", "");
        let case = opened(test, &told(&house, "锦和制衣", "13800000001"));
        let asked = questions(test);
        let made = answer(test, &asked[0], Answer::New(None)).unwrap();
        assert_eq!(test.db.read(&system(), |tx| respondent(tx, case.id)).unwrap(), Some(made));
        let made = test.db.read(&system(), |tx| employers::get(tx, made)).unwrap();
        assert_eq!(made.org_path, house.district.tangqi.path);
    }
);
