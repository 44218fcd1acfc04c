//! 同一件事: an employer written in two ways is one employer, and so one case.

use store::args;

use crate::cases::{ActInput, NewCase, Reporter, open, parties, respondent, reveal, timeline};
use crate::employers::{self, EmployerDraft};
use crate::failure::RoomError;
use crate::orgs::tests::support::{day, system};

use super::support::{at, does, house, work};

store::statements! {
    FORGET_PERSONS = "DELETE FROM case_party WHERE district = $1 AND case_id = $2";
}

store::db_test! {
    fn two_spellings_of_one_employer_are_one_case(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        for name in ["杭州锦禾制衣有限公司", "杭州恒顺电子有限公司"] {
            let draft = EmployerDraft {
                name: name.into(),
                territory: Some(house.district.tangqi.id),
                headcount: Some(300),
                headcount_on: Some(day("2026-06-30")),
                source: "测试".into(),
                ..EmployerDraft::default()
            };
            test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap();
        }
        let told = |employer: &str, phone: &str| NewCase {
            kind: "cases.demand".to_owned(),
            door: "window".to_owned(),
            place: Some(house.district.tangqi.id),
            title: "工资没发".to_owned(),
            fields: [
                ("type", "投诉"),
                ("subject", "拖欠工资"),
                ("content", "两个月没发工资"),
                ("employer", employer),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            reporter: Some(Reporter {
                name: "王某某".to_owned(),
                phone: phone.to_owned(),
                member: None,
            }),
            ..NewCase::default()
        };
        let comes = |employer: &str, phone: &str| {
            let new = told(employer, phone);
            test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap()
        };
        let first = comes("杭州锦禾制衣有限公司", "13800000001");
        assert!(!first.again);
        let second = comes(" 锦禾制衣有限公司", "13800000001");
        assert!(second.again, "the same matter, however the employer is written");
        assert_eq!(second.id, first.id);
        let unit = test.db.read(&system(), |tx| respondent(tx, first.id)).unwrap();
        assert!(unit.is_some(), "the case knows its employer by the register");
        // Another employer is another matter; a name that the register does not know stays as it was written.
        let other = comes("杭州恒顺电子有限公司", "13800000001");
        assert!(!other.again);
        let unknown = comes("巷口小店", "13800000001");
        assert!(!unknown.again);
        assert_eq!(test.db.read(&system(), |tx| respondent(tx, unknown.id)).unwrap(), None);
        assert!(comes("巷口小店", "13800000001").again);
        // Two persons about one employer in two spellings: merged without a question whether it is the same.
        let theirs = comes("锦禾制衣", "13800000002");
        assert!(!theirs.again, "somebody else's matter is a case of its own");
        let into = ActInput { other: Some(first.id), ..ActInput::note("同一单位同一件事") };
        does(test, &house.yi, theirs.id, "merge", &into).unwrap();
        let into = ActInput { other: Some(first.id), ..ActInput::note("同一单位同一件事") };
        let differs = does(test, &house.yi, other.id, "merge", &into).unwrap_err();
        assert_eq!(differs.code(), "case.merge_differs");
    }
}

store::db_test! {
    fn who_and_what_a_mediation_is_about_is_corrected_and_the_file_keeps_what_it_said(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let draft = EmployerDraft {
            name: "杭州锦禾制衣有限公司".into(),
            territory: Some(house.district.tangqi.id),
            headcount: Some(300),
            headcount_on: Some(day("2026-06-30")),
            source: "测试".into(),
            ..EmployerDraft::default()
        };
        test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap();
        let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let new = NewCase {
            kind: "cases.mediation".to_owned(),
            door: "window".to_owned(),
            place: Some(house.district.tangqi.id),
            title: "欠薪".to_owned(),
            fields: pairs(&[("applicant", "欧阳小明"), ("respondent", "某某店"), ("subject", "工时休假"), ("claim", "欠薪")]),
            ..NewCase::default()
        };
        let case = test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap();
        let people = || test.db.read(&house.yi.actor, |tx| parties(tx, house.yi.may, case.id)).unwrap();
        let correct = ActInput {
            fields: pairs(&[("applicant", "欧阳大明"), ("respondent", "锦禾制衣"), ("subject", "劳动报酬")]),
            ..ActInput::note("登记时听错了")
        };
        let silent = ActInput { note: String::new(), ..correct.clone() };
        assert_eq!(does(test, &house.yi, case.id, "correct", &silent).unwrap_err().code(), "case.needs_note");
        does(test, &house.yi, case.id, "correct", &correct).unwrap();
        let unit = test.db.read(&system(), |tx| respondent(tx, case.id)).unwrap();
        assert!(unit.is_some(), "the employer of the register follows the field");
        let reporter: Vec<_> = people().into_iter().filter(|one| one.role == "reporter").collect();
        assert_eq!(reporter.len(), 1, "one person with another name");
        let named = test.db.write(&house.yi.actor, |tx| reveal(tx, house.yi.may, case.id, reporter[0].id, "与本人核对身份")).unwrap();
        assert_eq!(named.name.as_deref(), Some("欧阳大明"));
        let file = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, case.id)).unwrap();
        let note = &file.iter().find(|line| line.verb == "correct").unwrap().note;
        assert!(note.contains("「被申请人（用人单位）」原为 某某店，现为 锦禾制衣") && note.contains("「申请人」原为 欧"), "{note}");
        assert!(!note.contains("小明") && !note.contains("大明"), "{note}");
        let filter = crate::cases::CaseFilter { text: "欧阳大明".to_owned(), ..crate::cases::CaseFilter::default() };
        let found = test.db.read(&house.yi.actor, |tx| crate::cases::list(tx, house.yi.may, &filter)).unwrap();
        assert!(found.iter().any(|line| line.id == case.id), "found by the corrected name");
    }
}

store::db_test! {
    fn cases_from_before_there_were_persons_are_masked_by_the_night(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let new = NewCase {
            kind: "cases.mediation".to_owned(),
            door: "window".to_owned(),
            place: Some(house.district.tangqi.id),
            title: "欠薪".to_owned(),
            fields: [("applicant", "欧阳小明"), ("respondent", "某某店"), ("subject", "劳动报酬"), ("claim", "欠薪")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..NewCase::default()
        };
        let case = test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap();
        let people = || test.db.read(&house.yi.actor, |tx| parties(tx, house.yi.may, case.id)).unwrap();
        test.db.write(&system(), |tx| {
            tx.audit(store::Audit::of("case.redated", "case", case.id))?;
            tx.exec(&FORGET_PERSONS, args![*tx.district(), case.id])
        }).unwrap();
        assert!(people().is_empty(), "as it was filed before persons were kept");
        work(test);
        let there = people();
        assert_eq!(there.len(), 1);
        assert_eq!(there[0].role, "reporter");
        let name = there[0].name.as_deref().unwrap();
        assert!(name.contains('*') && !name.contains("小明"), "{name}");
    }
}
