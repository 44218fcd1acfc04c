//! Late, twice, out of order, by two phones: always the same notebook.

use kernel::Instant;
use proptest::prelude::*;

use super::*;

fn at(ms: i64) -> Instant {
    Instant::from_ms(1_760_000_000_000 + ms)
}

fn sent(number: u64, ms: i64, hours: &str) -> Sent {
    let change = if hours.is_empty() {
        Change::Remove
    } else {
        Change::Put(work("2026-11-03", hours, ""))
    };
    Sent {
        id: key(number),
        edited_at: at(ms),
        change,
    }
}

fn arrive(test: &TestDb, member: MemberId, batch: Vec<Sent>) -> Vec<&'static str> {
    let outcomes = test.db.write(&own(member), |tx| sync(tx, batch)).unwrap();
    outcomes.iter().map(|(_, outcome)| outcome.code()).collect()
}

fn hours(test: &TestDb, member: MemberId) -> Vec<u32> {
    read(test, member)
        .iter()
        .map(|entry| match &entry.body {
            Body::Work(work) => work.ordinary / 60,
            other => panic!("{other:?}"),
        })
        .collect()
}

store::db_test!(
    fn sent_twice_is_one_entry_and_the_newest_edit_wins(test) {
        let member = zhang(test, &plant(test));
        assert_eq!(arrive(test, member, vec![sent(1, 10, "8"), sent(2, 20, "4")]), ["kept", "kept"]);
        assert_eq!(arrive(test, member, vec![sent(1, 10, "8"), sent(2, 20, "4")]), ["unchanged", "unchanged"]);
        assert_eq!(arrive(test, member, vec![sent(1, 30, "9")]), ["kept"]);
        assert_eq!(arrive(test, member, vec![sent(1, 20, "7"), sent(1, 20, "7")]), ["older", "unchanged"]);
        assert_eq!(hours(test, member), [9, 4]);
        let earlier = test.db.read(&own(member), |tx| history(tx, key(1))).unwrap();
        let earlier: Vec<i64> = earlier.iter().map(|(at, _)| at.ms() - 1_760_000_000_000).collect();
        assert_eq!(earlier, [20, 10], "both earlier edits are kept, newest first");
    }
);

store::db_test!(
    fn what_was_deleted_stays_away_and_leaves_nothing(test) {
        let member = zhang(test, &plant(test));
        arrive(test, member, vec![sent(1, 10, "8"), sent(1, 20, "9")]);
        assert_eq!(arrive(test, member, vec![sent(1, 30, "")]), ["removed"]);
        assert!(read(test, member).is_empty());
        assert!(test.db.read(&own(member), |tx| history(tx, key(1))).unwrap().is_empty(), "nor its earlier edits");
        assert_eq!(arrive(test, member, vec![sent(1, 25, "5")]), ["removed"], "a copy that was on its way");
        assert_eq!(arrive(test, member, vec![sent(1, 30, "")]), ["unchanged"]);
        assert!(read(test, member).is_empty());
        assert_eq!(arrive(test, member, vec![sent(1, 40, "6")]), ["kept"], "written anew after the deletion");
        assert_eq!(hours(test, member), [6]);
        assert_eq!(arrive(test, member, vec![sent(1, 35, "")]), ["unchanged"], "a late deletion of what was edited since");
        assert_eq!(hours(test, member), [6]);
    }
);

store::db_test!(
    fn a_faulty_entry_is_named_and_does_not_hold_up_the_others(test) {
        let member = zhang(test, &plant(test));
        let wrong = |number, fields| Sent { id: key(number), edited_at: at(5), change: Change::Put(fields) };
        let batch = vec![
            wrong(1, work("2026-11-03", "30", "")),
            wrong(2, work("2027-01-01", "8", "")),
            wrong(3, work("2026-11-31", "8", "")),
            wrong(4, work("2026-11-04", "8", "20")),
            wrong(5, work("2026-11-04", "", "")),
            wrong(6, pay("2026-11-04", "2026-13", "-5")),
            wrong(7, fields(&[("kind", "diary")])),
            wrong(8, fields(&[("kind", "note"), ("day", "2026-11-04"), ("note", &"长".repeat(600))])),
            wrong(9, work("2026-11-04", "8", "")),
        ];
        let outcomes = test.db.write(&own(member), |tx| sync(tx, batch)).unwrap();
        let faulty: Vec<Vec<&str>> = outcomes.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Faulty(faults) => Some(faults.iter().map(|(field, _)| *field).collect()),
            _ => None,
        }).collect();
        let expected: Vec<Vec<&str>> = vec![vec!["hours", "hours"], vec!["day"], vec!["day"], vec!["overtime"], vec!["hours"], vec!["month", "amount"], vec!["kind"], vec!["note"]];
        assert_eq!(faulty, expected);
        assert_eq!(hours(test, member), [8]);
    }
);

store::db_test!(
    fn a_clock_that_runs_ahead_does_not_win_for_ever(test) {
        let member = zhang(test, &plant(test));
        let ahead = Sent { edited_at: Instant::from_ms(i64::MAX / 2), ..sent(1, 0, "3") };
        arrive(test, member, vec![ahead]);
        test.clock.advance(std::time::Duration::from_secs(60));
        assert_eq!(keep(test, member, 1, work("2026-11-03", "8", "")), Outcome::Kept);
        assert_eq!(hours(test, member), [8]);
    }
);

store::db_test!(
    fn too_much_at_once_is_refused_whole(test) {
        let member = zhang(test, &plant(test));
        let batch: Vec<Sent> = (0..201).map(|number| sent(number, 1, "8")).collect();
        let refused = test.db.write(&own(member), |tx| sync(tx, batch));
        assert!(matches!(refused, Err(NotebookError::Refused(_))));
        assert!(read(test, member).is_empty());
    }
);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Two phones, any order of arrival, any repetition: one outcome.
    #[test]
    fn every_order_of_arrival_ends_in_the_same_notebook(
        edits in prop::collection::vec((1_u64..3, 1_i64..5, 1_u32..6), 1..7),
        order in any::<prop::sample::Index>(),
    ) {
        let one = TestDb::sqlite();
        let member = zhang(&one, &plant(&one));
        let other = TestDb::sqlite();
        let same = zhang(&other, &plant(&other));
        let batch: Vec<Sent> = edits.iter().map(|(number, ms, hours)| sent(*number, *ms, &hours.to_string())).collect();
        arrive(&one, member, batch.clone());
        let mut turned = batch.clone();
        turned.reverse();
        turned.rotate_left(order.index(batch.len()));
        turned.extend(batch);
        arrive(&other, same, turned);
        let seen = |test: &TestDb, member| read(test, member).into_iter().map(|entry| (entry.id, entry.edited_at, entry.body)).collect::<Vec<_>>();
        prop_assert_eq!(seen(&one, member), seen(&other, same));
    }
}
