//! Joining one by one and by the thousand: the same answers on both databases.

use super::*;

fn change(test: &TestDb, f: impl FnOnce(&mut Tx) -> Result<Admitted, MemberError>) -> Admitted {
    test.db.write(&test.actor(), f).unwrap()
}

store::db_test!(
    fn one_person_has_one_record(test) {
        let tree = plant(test);
        let zhang = draft("张三", IDS[0]);
        let first = change(test, |tx| join(tx, &tree.shop_a, &zhang));
        assert_eq!(first.outcome, Outcome::New);
        // The same again changes nothing and needs no audit entry.
        let again = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &zhang)).unwrap();
        assert_eq!(again, Admitted { id: first.id, outcome: Outcome::Unchanged });
        let phone = MemberDraft { phone: "13812341234".into(), job_title: "焊工".into(), ..zhang.clone() };
        assert_eq!(change(test, |tx| join(tx, &tree.shop_a, &phone)).outcome, Outcome::Updated(vec!["phone", "job_title"]));
        // An old fifteen-digit number is the same paper.
        let elsewhere = change(test, |tx| join(tx, &tree.shop_b, &zhang));
        assert_eq!(elsewhere, Admitted { id: first.id, outcome: Outcome::Elsewhere("东镇纺织厂工会".into()) });
        test.db
            .read(&test.actor(), |tx| {
                assert_eq!(own_count(tx, tree.shop_a.id), 1);
                assert_eq!(own_count(tx, tree.shop_b.id), 0);
                let periods = period::of_member(tx, first.id)?;
                assert_eq!(periods.len(), 1);
                assert_eq!((periods[0].from_on, periods[0].to_on, periods[0].change_in), (day(2020, 1, 1), None, Change::Join));
                let member = get(tx, first.id)?;
                assert_eq!(member.phone_masked.as_deref(), Some("138****1234"));
                assert_eq!(member.id_masked, "330113********0018");
                Ok::<_, MemberError>(())
            })
            .unwrap();
    }
);

store::db_test!(
    fn a_union_outside_the_scope_does_not_exist(test) {
        let tree = plant(test);
        let officer = officer(test, &tree.town_a.path);
        let refused = test.db.write(&officer, |tx| join(tx, &tree.shop_b, &draft("张三", IDS[0])));
        assert!(matches!(refused, Err(MemberError::NotFound)));
        // A person who is a member over there is still found, by name of the union only.
        change(test, |tx| join(tx, &tree.shop_b, &draft("张三", IDS[0])));
        let answer = test.db.write(&officer, |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap();
        assert_eq!(answer.outcome, Outcome::Elsewhere("西镇机械厂工会".into()));
        let hidden = test.db.read(&officer, |tx| get(tx, answer.id));
        assert!(matches!(hidden, Err(MemberError::NotFound)));
    }
);

store::db_test!(
    fn many_at_once_get_the_answers_of_one_by_one(test) {
        let tree = plant(test);
        change(test, |tx| join(tx, &tree.shop_b, &draft("李四", IDS[1])));
        change(test, |tx| join(tx, &tree.shop_a, &draft("王五", IDS[2])));
        let answers = test
            .db
            .write(&test.actor(), |tx| {
                let rows = [
                    (&tree.shop_a, draft("张三", IDS[0])),
                    (&tree.shop_a, draft("李四", IDS[1])),
                    (&tree.shop_a, draft("王五", IDS[2])),
                    (&tree.shop_a, MemberDraft { job_title: "焊工".into(), ..draft("张三", IDS[0]) }),
                    (&tree.shop_b, draft("赵六", IDS[3])),
                ];
                let entries = rows.iter().map(|(org, draft)| Ok((prepared(tx, draft)?, Admission::new(org.id, org.path.clone(), day(2021, 5, 1)))));
                let entries = entries.collect::<Result<Vec<_>, MemberError>>()?;
                admit_many(tx, entries, None)
            })
            .unwrap();
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.outcome).collect();
        assert_eq!(
            outcomes,
            [
                Outcome::New,
                Outcome::Elsewhere("西镇机械厂工会".into()),
                Outcome::Unchanged,
                Outcome::Updated(vec!["job_title"]),
                Outcome::New,
            ]
        );
        let counts = test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((own_count(tx, tree.shop_a.id), own_count(tx, tree.shop_b.id)))).unwrap();
        assert_eq!(counts, (2, 2));
    }
);

store::db_test!(
    fn a_known_number_with_another_name_is_a_question(test) {
        let tree = plant(test);
        let known = MemberDraft { phone: "13812341234".into(), ..draft("买买提·艾力", IDS[0]) };
        let id = change(test, |tx| join(tx, &tree.shop_a, &known)).id;
        let name = || test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
        let asked = |on_roster: Option<&str>, elsewhere: Option<&str>| {
            Outcome::OtherName(OtherName {
                on_roster: on_roster.map(Into::into),
                given: "王*".into(),
                elsewhere: elsewhere.map(Into::into),
            })
        };
        // Nothing of the member changes, the phone neither, and there is nothing to audit.
        let stranger = MemberDraft { phone: "13912341234".into(), job_title: "焊工".into(), ..draft("王五", IDS[0]) };
        let answer = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &stranger)).unwrap();
        assert_eq!(answer, Admitted { id, outcome: asked(Some("买**·*力"), None) });
        assert_eq!((name().version, name().name.as_str(), name().phone_masked.as_deref()), (1, "买买提·艾力", Some("138****1234")));

        // Another spelling is the same name; the roster keeps its own.
        for spelling in ["买买提•艾力", "买买提艾力", " 买买提 ・ 艾力 "] {
            let same = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft(spelling, IDS[0]))).unwrap();
            assert_eq!(same.outcome, Outcome::Unchanged, "{spelling}");
        }
        let titled = MemberDraft { job_title: "焊工".into(), ..draft("买买提艾力", IDS[0]) };
        assert_eq!(change(test, |tx| join(tx, &tree.shop_a, &titled)).outcome, Outcome::Updated(vec!["job_title"]));
        assert_eq!(name().name, "买买提·艾力");

        // A member of another union: both questions, and the name only for those who may see the record.
        let there = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_b, &stranger)).unwrap();
        assert_eq!(there.outcome, asked(Some("买**·*力"), Some("东镇纺织厂工会")));
        let officer = officer(test, &tree.shop_b.path);
        let hidden = test.db.write(&officer, |tx| join(tx, &tree.shop_b, &stranger)).unwrap();
        assert_eq!(hidden.outcome, asked(None, Some("东镇纺织厂工会")));
        let Outcome::OtherName(hidden) = hidden.outcome else { unreachable!() };
        assert!(hidden.told().contains("不予显示") && !hidden.told().contains('买'), "{}", hidden.told());

        // Somebody says that it is the same person under a new name.
        let taken = change(test, |tx| {
            let to = Admission::new(tree.shop_a.id, tree.shop_a.path.clone(), day(2020, 1, 1)).renamed(true);
            admit(tx, &prepared(tx, &stranger)?, &to)
        });
        assert_eq!(taken.outcome, Outcome::Updated(vec!["name", "phone"]));
        assert_eq!((name().name.as_str(), name().phone_masked.as_deref()), ("王五", Some("139****1234")));
        let found = |text: &str| {
            let filter = Filter { search: Search::read(test.db.vault(), text), ..Filter::default() };
            test.db.read(&test.actor(), |tx| list(tx, &filter, Page::first(50))).unwrap().rows.len()
        };
        assert_eq!((found("ww"), found("买买提")), (1, 0), "found by the sound of the new name");
    }
);

store::db_test!(
    fn many_at_once_ask_for_the_name_as_one_does(test) {
        let tree = plant(test);
        let id = change(test, |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).id;
        let entries = |tx: &mut Tx| {
            let rows = [draft("张三", IDS[0]), draft("王五", IDS[0]), draft("赵六", IDS[1]), draft("孙七", IDS[1])];
            let entries = rows.iter().map(|draft| Ok((prepared(tx, draft)?, Admission::new(tree.shop_a.id, tree.shop_a.path.clone(), day(2021, 5, 1)))));
            entries.collect::<Result<Vec<_>, MemberError>>()
        };
        let asked = |on_roster: &str, given: &str| {
            Outcome::OtherName(OtherName { on_roster: Some(on_roster.into()), given: given.into(), elsewhere: None })
        };
        let judged = test.db.read(&test.actor(), |tx| { let all = entries(tx)?; judge_many(tx, &all) }).unwrap();
        assert_eq!(judged, [Outcome::Unchanged, asked("张*", "王*"), Outcome::New, Outcome::New]);
        let answers = test.db.write(&test.actor(), |tx| { let all = entries(tx)?; admit_many(tx, all, None) }).unwrap();
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.outcome).collect();
        assert_eq!(outcomes, [Outcome::Unchanged, asked("张*", "王*"), Outcome::New, asked("赵*", "孙*")]);
        assert_eq!(test.db.read(&test.actor(), |tx| get(tx, id)).unwrap().name, "张三");

        // Who left and comes back under another name is asked too.
        let permit = Permit::program();
        let left = ChangeForm { verb: Verb::Leave, on: day(2024, 1, 1), reason: Some(Reason::OwnWish), evidence: "本人申请".into(), to: None, version: 1 };
        test.db.write(&test.actor(), |tx| super::super::change(tx, &permit, id, &left)).unwrap();
        let to = Admission::new(tree.shop_a.id, tree.shop_a.path.clone(), day(2025, 1, 1));
        let back = |to: Admission| test.db.write(&test.actor(), |tx| admit(tx, &prepared(tx, &draft("王五", IDS[0]))?, &to)).unwrap().outcome;
        assert_eq!(back(to.clone()), asked("张*", "王*"));
        assert_eq!(test.db.read(&test.actor(), |tx| get(tx, id)).unwrap().status, Status::Left);
        assert_eq!(back(to.renamed(true)), Outcome::Rejoined);
        assert_eq!(test.db.read(&test.actor(), |tx| get(tx, id)).unwrap().name, "王五");
    }
);

store::db_test!(
    fn likely_duplicates_reach_the_queue_and_chance_ones_do_not(test) {
        let tree = plant(test);
        change(test, |tx| join(tx, &tree.shop_a, &draft("陈静", IDS[0])));
        // The same name and birthday with another valid citizen's number: two people.
        change(test, |tx| join(tx, &tree.shop_b, &draft("陈静", "33011319900307019X")));
        assert_eq!(open_pairs(test), 0);
        // The same name and birthday on a passport: probably one.
        let passport = MemberDraft { id_type: "护照".into(), birth_on: "1990-03-07".into(), ..draft("陈静", "E12345678") };
        change(test, |tx| join(tx, &tree.shop_b, &passport));
        assert_eq!(open_pairs(test), 2, "with each of the two");
    }
);

fn open_pairs(test: &TestDb) -> i64 {
    store::statements! { COUNT = "SELECT COUNT(*) FROM duplicate_pair WHERE district = $1 AND state = 'open'"; }
    test.db
        .read(&test.actor(), |tx| {
            let district = *tx.district();
            tx.one(&COUNT, store::args![district])?.get::<i64>(0)
        })
        .unwrap()
}
