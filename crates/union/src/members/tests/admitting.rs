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
