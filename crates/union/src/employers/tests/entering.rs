//! Entering, recognising, linking.

use kernel::Date;
use kernel::EmployerId;
use store::testing::TestDb;
use store::{Actor, Tx, db_test};

use crate::employers::{
    self, Answer, CodeKind, EdgeKind, EmployerDraft, EmployerError, UpsertOutcome, Upserted,
};
use crate::failure::RoomError;
use crate::orgs::OrgKind;
use crate::orgs::tests::support::{District, district, enter, officer_of, system};

const CODE: &str = "91330100799655058B";
const OTHER_CODE: &str = "9144030071526726XG";

fn draft(name: &str, code: &str) -> EmployerDraft {
    EmployerDraft {
        name: name.into(),
        credit_code: code.into(),
        source: "测试".into(),
        ..EmployerDraft::default()
    }
}

fn act<T>(
    test: &TestDb,
    who: &Actor,
    f: impl FnOnce(&mut Tx) -> Result<T, EmployerError>,
) -> Result<T, EmployerError> {
    test.db.write(who, f)
}

fn see<T>(test: &TestDb, f: impl FnOnce(&mut Tx) -> Result<T, EmployerError>) -> T {
    test.db.read(&system(), f).unwrap()
}

fn put(test: &TestDb, draft: &EmployerDraft) -> Upserted {
    act(test, &system(), |tx| employers::upsert(tx, draft)).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

db_test! {
    fn the_credit_code_decides_and_old_names_are_kept(test) {
        district(test);
        let first = put(test, &EmployerDraft { headcount: Some(24), headcount_on: Some(day("2026-01-31")), ..draft("杭州锦禾制衣有限公司", CODE) });
        assert_eq!(first.outcome, UpsertOutcome::Created);
        let again = put(test, &draft("杭州锦禾制衣有限公司", CODE));
        assert_eq!(again, Upserted { id: first.id, outcome: UpsertOutcome::Unchanged });
        let renamed = put(test, &EmployerDraft { headcount: Some(25), ..draft("杭州锦禾服饰有限公司", CODE) });
        assert_eq!(renamed, Upserted { id: first.id, outcome: UpsertOutcome::Updated });
        let id = first.id.unwrap();
        let card = see(test, |tx| employers::card(tx, id));
        assert_eq!((card.name.as_str(), card.headcount, card.headcount_on), ("杭州锦禾服饰有限公司", 25, Some(day("2026-11-20"))));
        let names = see(test, |tx| employers::other_names(tx, id));
        assert_eq!(names[0].name, "杭州锦禾制衣有限公司");
        let counts: Vec<i64> = see(test, |tx| employers::headcounts(tx, id)).iter().map(|(_, count, _)| *count).collect();
        assert_eq!(counts, [24, 25]);
        // The former name still leads to the same record.
        let found = see(test, |tx| employers::find(tx, "杭州市锦禾制衣有限责任公司"));
        assert_eq!(found[0].id, id);
    }
}

db_test! {
    fn a_day_that_has_not_come_is_refused(test) {
        district(test);
        let tomorrow = Some(day("2026-11-21"));
        let plain = draft("杭州锦禾制衣有限公司", CODE);
        for (field, draft) in [
            ("headcount_on", EmployerDraft { headcount: Some(3), headcount_on: tomorrow, ..plain.clone() }),
            ("opened_on", EmployerDraft { opened_on: tomorrow, ..plain.clone() }),
            ("closed_on", EmployerDraft { closed_on: tomorrow, ..plain.clone() }),
        ] {
            let refused = act(test, &system(), |tx| employers::upsert(tx, &draft)).unwrap_err();
            assert!(matches!(&refused, EmployerError::Invalid { field: named, code: "employer.later", .. } if *named == field), "{refused:?}");
        }
        let today = EmployerDraft { headcount: Some(3), headcount_on: Some(day("2026-11-20")), opened_on: Some(day("2026-11-20")), ..plain };
        assert_eq!(put(test, &today).outcome, UpsertOutcome::Created);
    }
}

db_test! {
    fn an_older_count_does_not_replace_a_newer_one(test) {
        district(test);
        let newer = EmployerDraft { headcount: Some(30), headcount_on: Some(day("2026-10-31")), ..draft("杭州锦禾制衣有限公司", CODE) };
        let older = EmployerDraft { headcount: Some(20), headcount_on: Some(day("2025-12-31")), ..draft("杭州锦禾制衣有限公司", CODE) };
        let id = put(test, &newer).id.unwrap();
        put(test, &older);
        assert_eq!(see(test, |tx| employers::card(tx, id)).headcount, 30);
    }
}

db_test! {
    fn old_codes_in_the_wrong_column_are_kept_as_what_they_are(test) {
        district(test);
        let id = put(test, &draft("某老厂", "330184000012345")).id.unwrap();
        assert_eq!(see(test, |tx| employers::codes(tx, id)), [("registration".to_owned(), "330184000012345".to_owned())]);
        let same = put(test, &EmployerDraft { other_codes: vec![(CodeKind::Tax, "T-1".into())], ..draft("某老厂改名", "330184000012345") });
        assert_eq!(same.id, Some(id));
        let taken = EmployerDraft { other_codes: vec![(CodeKind::Tax, "T-1".into())], ..draft("全然不同的单位", CODE) };
        // Another office's code leads to the employer that has it, and that one learns its credit code.
        assert_eq!(put(test, &taken).id, Some(id));
        assert_eq!(see(test, |tx| employers::card(tx, id)).credit_code.as_deref(), Some(CODE));
        let union = act(test, &system(), |tx| employers::upsert(tx, &draft("某厂", "81330113MC0A0B011R")));
        assert_eq!(union.unwrap_err().code(), "employer.union_code");
    }
}

db_test! {
    fn a_name_that_resembles_waits_for_a_person(test) {
        let District { tangqi, qiaosi, .. } = district(test);
        let id = put(test, &EmployerDraft { territory: Some(tangqi.id), ..draft("杭州锦禾制衣有限公司", CODE) }).id.unwrap();
        let alike = EmployerDraft { territory: Some(tangqi.id), ..draft("杭州锦和制衣有限公司", "") };
        let UpsertOutcome::Queued(question) = put(test, &alike).outcome else { panic!("not queued") };
        // The same writing asks once.
        assert_eq!(put(test, &alike).outcome, UpsertOutcome::Queued(question));
        let asked = see(test, |tx| employers::question(tx, question));
        assert_eq!((asked.candidates.len(), asked.candidates[0].id, asked.open), (1, id, true));
        assert_eq!(see(test, employers::waiting).0, 1);
        let stranger = officer_of(&qiaosi.path);
        let refused = act(test, &stranger, |tx| employers::decide(tx, question, Answer::Dismiss));
        assert_eq!(refused.unwrap_err().code(), "employer.not_found");
        act(test, &system(), |tx| employers::decide(tx, question, Answer::Is(id))).unwrap();
        let twice = act(test, &system(), |tx| employers::decide(tx, question, Answer::Dismiss));
        assert_eq!(twice.unwrap_err().code(), "employer.match_decided");
        // From now on the writing is known.
        assert_eq!(put(test, &alike), Upserted { id: Some(id), outcome: UpsertOutcome::Unchanged });
        assert_eq!(see(test, employers::waiting).0, 0);
    }
}

db_test! {
    fn what_a_row_said_waits_with_the_question_and_is_taken_in_with_the_answer(test) {
        let District { tangqi, village, qiaosi, .. } = district(test);
        let id = put(test, &EmployerDraft { territory: Some(tangqi.id), address: "旧址 1 号".into(), ..draft("杭州锦禾制衣有限公司", CODE) }).id.unwrap();
        put(test, &EmployerDraft { other_codes: vec![(CodeKind::Tax, "T-9".into())], ..draft("全然不同的单位", OTHER_CODE) });
        let row = |name: &str| EmployerDraft {
            territory: Some(village.id),
            headcount: Some(88),
            headcount_source: "社保".into(),
            industry_code: "C18".into(),
            other_codes: vec![(CodeKind::Insurance, "S-1".into())],
            ..draft(name, "")
        };
        let queued = |told: &EmployerDraft| {
            let UpsertOutcome::Queued(question) = put(test, told).outcome else { panic!("not queued") };
            question
        };
        let alike = queued(&row("杭州锦和制衣有限公司"));
        // A later row of the same writing adds to it.
        let later = EmployerDraft { address: "新址 2 号".into(), ..draft("杭州锦和制衣有限公司", "") };
        assert_eq!(queued(&later), alike);
        // One that only names it takes nothing away.
        assert_eq!(queued(&draft("杭州锦和制衣有限公司", "")), alike);
        let brings = see(test, |tx| employers::question(tx, alike)).brings();
        assert!(brings.contains(&("地址", "新址 2 号".to_owned())) && brings.iter().any(|(title, words)| *title == "职工人数" && words.starts_with("88 人")), "{brings:?}");
        act(test, &system(), |tx| employers::decide(tx, alike, Answer::Is(id))).unwrap();
        let card = see(test, |tx| employers::card(tx, id));
        assert_eq!((card.headcount, card.headcount_source.as_str(), card.industry_code.as_str(), card.address.as_str()), (88, "社保", "C18", "新址 2 号"));
        assert_eq!(card.name, "杭州锦禾制衣有限公司", "the writing is another name of it");
        assert!(see(test, |tx| employers::codes(tx, id)).contains(&("insurance".to_owned(), "S-1".to_owned())));

        let new = queued(&EmployerDraft { former_names: vec!["锦禾老厂".into()], other_codes: Vec::new(), ..row("杭州锦禾制衣厂") });
        let new = act(test, &system(), |tx| employers::decide(tx, new, Answer::New(None))).unwrap().unwrap();
        let card = see(test, |tx| employers::card(tx, new));
        assert_eq!((card.headcount, card.industry_code.as_str(), &card.org_path), (88, "C18", &village.path));
        assert_eq!(see(test, |tx| employers::other_names(tx, new)).len(), 1);
        let elsewhere = queued(&EmployerDraft { other_codes: Vec::new(), ..row("杭州锦禾制衣坊") });
        let named = act(test, &system(), |tx| employers::decide(tx, elsewhere, Answer::New(Some(qiaosi.id)))).unwrap().unwrap();
        assert_eq!(see(test, |tx| employers::get(tx, named)).org_path, qiaosi.path);
        // Nothing of an ignored row is kept anywhere else.
        let dropped = queued(&EmployerDraft { other_codes: Vec::new(), ..row("杭州锦禾制衣店") });
        assert_eq!(act(test, &system(), |tx| employers::decide(tx, dropped, Answer::Dismiss)).unwrap(), None);
    }
}

db_test! {
    fn none_of_these_makes_a_new_employer(test) {
        let District { village, qiaosi, .. } = district(test);
        put(test, &draft("杭州锦禾制衣有限公司", CODE));
        let queued = |name: &str| {
            let told = EmployerDraft { territory: Some(village.id), ..draft(name, "") };
            let UpsertOutcome::Queued(question) = put(test, &told).outcome else { panic!("not queued") };
            question
        };
        let question = queued("杭州锦禾制衣厂");
        let new: Option<EmployerId> = act(test, &system(), |tx| employers::decide(tx, question, Answer::New(None))).unwrap();
        assert_eq!(see(test, |tx| employers::card(tx, new.unwrap())).name, "杭州锦禾制衣厂");
        // It is filed where the question came from, not at the top of whoever answers.
        assert_eq!(see(test, |tx| employers::get(tx, new.unwrap())).org_path, village.path);
        let elsewhere = queued("杭州锦禾制衣坊");
        let named: Option<EmployerId> = act(test, &system(), |tx| employers::decide(tx, elsewhere, Answer::New(Some(qiaosi.id)))).unwrap();
        assert_eq!(see(test, |tx| employers::get(tx, named.unwrap())).org_path, qiaosi.path);
        // Two codes are two employers, whatever their names.
        assert_eq!(put(test, &draft("杭州锦禾制衣有限公司", OTHER_CODE)).outcome, UpsertOutcome::Created);
    }
}

db_test! {
    fn links_have_dates_and_decide_who_is_responsible(test) {
        let District { tangqi, village, factory, .. } = district(test);
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        let id = put(test, &EmployerDraft { territory: Some(village.id), ..draft("杭州锦禾制衣有限公司", CODE) }).id.unwrap();
        let link = |org, kind| act(test, &system(), move |tx| employers::link(tx, org, id, kind, day("2026-01-01")));
        assert_eq!(link(factory.id, EdgeKind::Joint).unwrap_err().code(), "employer.wrong_edge");
        link(joint.id, EdgeKind::Joint).unwrap();
        assert_eq!(see(test, |tx| employers::get(tx, id)).org_path, joint.path);
        let own = link(factory.id, EdgeKind::Own).unwrap();
        assert_eq!(link(factory.id, EdgeKind::Own).unwrap(), own, "a second link is the first");
        assert_eq!(see(test, |tx| employers::get(tx, id)).org_path, factory.path);
        let other = put(test, &draft("杭州崇恒钢构件厂", OTHER_CODE)).id.unwrap();
        let second = act(test, &system(), |tx| employers::link(tx, factory.id, other, EdgeKind::Own, day("2026-01-01")));
        assert_eq!(second.unwrap_err().code(), "employer.single_has_one");
        let early = act(test, &system(), |tx| employers::unlink(tx, own, day("2025-12-31"), "误录"));
        assert_eq!(early.unwrap_err().code(), "employer.edge_dates");
        act(test, &officer_of(&tangqi.path), |tx| employers::unlink(tx, own, day("2026-06-30"), "企业搬离")).unwrap();
        assert_eq!(see(test, |tx| employers::get(tx, id)).org_path, village.path);
        let edges = see(test, |tx| employers::edges(tx, id));
        assert_eq!(edges.iter().map(|edge| (edge.kind, edge.to_on)).collect::<Vec<_>>(), [
            (EdgeKind::Joint, None),
            (EdgeKind::Own, Some(day("2026-06-30"))),
        ]);
    }
}

db_test! {
    fn an_employer_of_another_town_is_neither_seen_nor_entered_twice(test) {
        let District { tangqi, qiaosi, .. } = district(test);
        let id = put(test, &EmployerDraft { territory: Some(tangqi.id), ..draft("杭州锦禾制衣有限公司", CODE) }).id.unwrap();
        let stranger = officer_of(&qiaosi.path);
        assert_eq!(test.db.read(&stranger, |tx| employers::get(tx, id)).unwrap_err().code(), "employer.not_found");
        assert_eq!(test.db.read(&stranger, |tx| employers::find(tx, CODE)).unwrap(), []);
        let again = act(test, &stranger, |tx| employers::upsert(tx, &draft("杭州锦禾制衣有限公司", CODE)));
        assert_eq!(again.unwrap_err().code(), "employer.elsewhere");
    }
}

db_test! {
    fn a_record_is_put_right_on_its_own_page(test) {
        district(test);
        let id = put(test, &EmployerDraft { address: "某路 1 号".into(), ..draft("杭州锦禾制衣有限公司", CODE) }).id.unwrap();
        put(test, &draft("杭州崇恒钢构件厂", OTHER_CODE));
        let correct = |version: i64, draft: &EmployerDraft| act(test, &system(), |tx| employers::correct(tx, id, version, draft));
        assert_eq!(correct(1, &draft("杭州锦禾制衣有限公司", OTHER_CODE)).unwrap_err().code(), "employer.code_taken");
        correct(1, &draft("杭州锦禾服饰有限公司", CODE)).unwrap();
        let card = see(test, |tx| employers::card(tx, id));
        assert_eq!((card.name.as_str(), card.address.as_str(), card.version), ("杭州锦禾服饰有限公司", "", 2));
        assert_eq!(correct(1, &draft("杭州锦禾制衣有限公司", CODE)).unwrap_err().code(), "employer.stale");
        // Nothing to change needs no entry in the log.
        test.db.read(&system(), |tx| employers::card(tx, id)).unwrap();
        assert_eq!(see(test, |tx| employers::other_names(tx, id))[0].name, "杭州锦禾制衣有限公司");
    }
}

db_test! {
    fn what_a_batch_entered_goes_again_unless_something_depends_on_it(test) {
        let District { tangqi, factory, .. } = district(test);
        let batch = kernel::ids::BatchId::from(uuid::Uuid::from_u128(7));
        let brought = |name: &str, code: &str| {
            let told = EmployerDraft { batch: Some(batch), territory: Some(tangqi.id), headcount: Some(9), former_names: vec!["旧名称厂".into()], ..draft(name, code) };
            put(test, &told).id.unwrap()
        };
        let (free, covered) = (brought("杭州锦禾制衣有限公司", CODE), brought("浙江拓野供应链有限公司", OTHER_CODE));
        act(test, &system(), |tx| employers::link(tx, factory.id, covered, EdgeKind::Own, day("2026-01-01"))).unwrap();
        let all = see(test, |tx| employers::undo::entered(tx, batch, EmployerId::from(uuid::Uuid::nil()), 10));
        let stays: Vec<_> = all.iter().filter(|one| one.why.is_some()).map(|one| one.id).collect();
        let as_entered = |id| employers::undo::Entered { id, version: 1, why: None };
        assert_eq!((all.len(), stays), (2, vec![covered]));
        act(test, &system(), |tx| employers::undo::take_back(tx, batch, &as_entered(free))).unwrap();
        assert_eq!(test.db.read(&system(), |tx| employers::card(tx, free)).unwrap_err().code(), "employer.not_found");
        // The schema itself keeps what something depends on, and says so.
        let refused = act(test, &system(), |tx| employers::undo::take_back(tx, batch, &as_entered(covered))).unwrap_err();
        assert!(employers::undo::stands_in_the_way(&refused), "{refused}");
        assert_eq!(see(test, |tx| employers::card(tx, covered)).headcount, 9);
        let other = kernel::ids::BatchId::from(uuid::Uuid::from_u128(8));
        let again = brought("杭州锦禾制衣有限公司", CODE);
        assert!(act(test, &system(), |tx| employers::undo::take_back(tx, other, &as_entered(again))).is_err(), "another batch's");
    }
}

db_test! {
    fn what_a_batch_changed_is_put_back_unless_somebody_changed_it_since(test) {
        let District { tangqi, qiaosi, .. } = district(test);
        let batch = kernel::ids::BatchId::from(uuid::Uuid::from_u128(7));
        let known = |name: &str, code: &str| {
            let told = EmployerDraft { territory: Some(tangqi.id), headcount: Some(9), headcount_on: Some(day("2026-10-31")), address: "某路 1 号".into(), ..draft(name, code) };
            put(test, &told).id.unwrap()
        };
        let (ours, changed) = (known("杭州锦禾制衣有限公司", CODE), known("浙江拓野供应链有限公司", OTHER_CODE));
        let before = (see(test, |tx| employers::card(tx, ours)), see(test, |tx| employers::headcounts(tx, ours)));
        let brought = |name: &str, code: &str, count: i64| {
            let told = EmployerDraft {
                batch: Some(batch), territory: Some(qiaosi.id), headcount: Some(count), headcount_on: Some(day("2026-10-31")),
                other_codes: vec![(CodeKind::Tax, format!("T-{count}"))], address: "别处 2 号".into(), ..draft(name, code)
            };
            assert_eq!(put(test, &told).outcome, UpsertOutcome::Updated);
        };
        // Two rows of the file are about the same unit; the second image joins the first.
        brought("杭州锦禾服饰有限公司", CODE, 40);
        brought("杭州锦禾服饰有限公司", CODE, 41);
        brought("浙江拓野供应链有限公司", OTHER_CODE, 50);
        let after = see(test, |tx| employers::card(tx, ours));
        assert_eq!((after.headcount, &after.org_path), (41, &qiaosi.path));
        let version = see(test, |tx| employers::card(tx, changed)).version;
        act(test, &system(), |tx| employers::correct(tx, changed, version, &draft("浙江拓野供应链有限公司", OTHER_CODE))).unwrap();

        let images = see(test, |tx| employers::before::changed(tx, batch, EmployerId::from(uuid::Uuid::nil()), 10));
        assert_eq!(images.len(), 2);
        assert_eq!(act(test, &system(), |tx| employers::before::put_back(tx, batch, ours)).unwrap(), None);
        let (mut back, counts) = (see(test, |tx| employers::card(tx, ours)), see(test, |tx| employers::headcounts(tx, ours)));
        back.version = before.0.version;
        assert_eq!((back, counts), before, "the card and the counts are as they were");
        assert!(see(test, |tx| employers::codes(tx, ours)).is_empty() && see(test, |tx| employers::other_names(tx, ours)).is_empty());
        assert_eq!(see(test, |tx| employers::find(tx, "杭州锦禾制衣有限公司"))[0].id, ours, "found by its name again");
        let why = test.db.write(&system(), |tx| {
            let why = employers::before::put_back(tx, batch, changed)?;
            employers::before::forget(tx, batch)?;
            tx.audit(store::Audit::of("import.undone", "import_batch", batch))?;
            Ok::<_, EmployerError>(why)
        });
        assert!(why.unwrap().unwrap().contains("修改过"));
        assert_eq!(see(test, |tx| employers::card(tx, changed)).headcount, 50, "somebody's later work stays");
    }
}
