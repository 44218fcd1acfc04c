//! Stories on both databases: what may happen to a membership, by whom, and what can be undone.

use super::*;
use crate::access::{Capability, CapabilitySet};
use crate::members::duplicates;
use crate::members::transfers::{self, Answer, Queue, TransferState, TransferVerb};

/// The post of an enterprise chair: enters and approves, but does not decide duplicates or look behind masks.
fn chair() -> Permit {
    Permit::with(
        [
            Capability::MembersRead,
            Capability::MembersChange,
            Capability::MembersApprove,
        ]
        .into_iter()
        .collect(),
    )
}

fn write<T>(
    test: &TestDb,
    actor: &store::Actor,
    f: impl FnOnce(&mut Tx) -> Result<T, MemberError>,
) -> Result<T, MemberError> {
    test.db.write(actor, f)
}

fn form(verb: Verb, on: Date, version: i64) -> ChangeForm {
    let reason = STEPS
        .iter()
        .find(|step| step.verb == verb)
        .and_then(|step| step.reasons.first().copied());
    ChangeForm {
        verb,
        on,
        reason,
        evidence: "测试依据".into(),
        to: None,
        version,
    }
}

/// The open periods of a member: never more than one.
fn open_periods(test: &TestDb, id: MemberId) -> usize {
    let periods = test.db.read(&test.actor(), |tx| periods(tx, id)).unwrap();
    periods
        .iter()
        .filter(|period| period.to_on.is_none())
        .count()
}

#[test]
fn the_flow_table_has_one_row_for_each_verb_and_state_and_no_way_out_of_merged() {
    for (place, step) in STEPS.iter().enumerate() {
        assert!(
            STEPS
                .iter()
                .skip(place + 1)
                .all(|other| (other.from, other.verb) != (step.from, step.verb)),
            "{step:?}"
        );
        assert!(
            !step.reasons.is_empty() && !step.evidence.is_empty(),
            "{step:?}"
        );
        assert!(
            step.from != Status::Merged
                && step.to != Status::Merged
                && step.to != Status::Transferring
        );
    }
    assert_eq!(steps_from(Status::Merged).count(), 0);
    let expulsions = STEPS.iter().filter(|step| step.verb == Verb::Expel);
    assert!(
        expulsions
            .into_iter()
            .all(|step| step.need == Capability::MembersApprove),
        "章程: the committee decides"
    );
}

store::db_test!(
    fn every_state_and_verb_does_what_the_table_says_and_nothing_else(test) {
        let tree = plant(test);
        for (n, verb) in Verb::ALL.into_iter().enumerate() {
            let birth = day(1980, 1, 1 + i8::try_from(n).unwrap());
            let id = write(test, &test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", &resident("330113", birth, 7)))).unwrap().id;
            let done = write(test, &test.actor(), |tx| change(tx, &Permit::program(), id, &form(verb, day(2026, 1, 1), 1)));
            let after = test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
            match step_for(Status::Active, verb) {
                Some(step) => {
                    done.unwrap();
                    assert_eq!(after.status, step.to);
                    assert_eq!(open_periods(test, id), usize::from(step.to.is_enrolled()), "{verb:?}");
                }
                None => {
                    assert_eq!(crate::failure::RoomError::code(&done.unwrap_err()), "member.not_now");
                    assert_eq!(after.status, Status::Active);
                }
            }
        }
    }
);

store::db_test!(
    fn rules_by_role(test) {
        let tree = plant(test);
        let id = write(test, &test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
        let nobody = Permit::with(CapabilitySet::default());
        let leave = form(Verb::Leave, day(2026, 1, 1), 1);
        assert!(matches!(write(test, &test.actor(), |tx| change(tx, &nobody, id, &leave)), Err(MemberError::Forbidden(_))));
        let outside = officer(test, &tree.shop_b.path);
        assert!(matches!(write(test, &outside, |tx| change(tx, &chair(), id, &leave)), Err(MemberError::NotFound)));
        let reveal = |permit: Permit| write(test, &test.actor(), |tx| reveal::reveal(tx, &permit, id, reveal::Masked::Paper, "核对入会申请"));
        assert!(matches!(reveal(chair()), Err(MemberError::Forbidden(_))));
        assert_eq!(reveal(Permit::program()).unwrap(), IDS[0]);
        let seen = test.db.read(&test.actor(), |tx| reveal::openings(tx, id)).unwrap();
        assert_eq!((seen.len(), seen[0].why.as_str()), (1, "核对入会申请"));
    }
);

store::db_test!(
    fn a_transfer_has_a_clock_and_the_superior_is_reminded(test) {
        let tree = plant(test);
        let id = write(test, &test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
        let (a, b) = (officer(test, &tree.shop_a.path), officer(test, &tree.shop_b.path));
        let transfer = write(test, &a, |tx| transfers::issue_new(tx, &chair(), id, tree.shop_b.id, 1, "调动")).unwrap();
        let again = write(test, &a, |tx| transfers::issue_new(tx, &chair(), id, tree.shop_b.id, 2, "调动"));
        assert!(matches!(again, Err(MemberError::Refused(_))), "one at a time");
        let waiting = |actor: &store::Actor, queue| test.db.read(actor, |tx| transfers::queue(tx, queue)).unwrap().len();
        assert_eq!((waiting(&b, Queue::ToAccept), waiting(&a, Queue::Issued), waiting(&a, Queue::ToAccept)), (1, 1, 0));
        assert_eq!(write(test, &test.actor(), remind_overdue).unwrap_or(99), 0, "not due yet");
        test.clock.advance(std::time::Duration::from_secs(30 * 86_400));
        assert_eq!(write(test, &test.actor(), remind_overdue).unwrap(), 1);
        assert_eq!((waiting(&a, Queue::Overdue), waiting(&b, Queue::Overdue), waiting(&test.actor(), Queue::Overdue)), (1, 1, 1));
        let accept = Answer { verb: TransferVerb::Accept, on: None, note: String::new() };
        assert!(write(test, &a, |tx| transfers::answer(tx, &chair(), transfer, &accept)).is_err(), "not the old union's turn");
        write(test, &b, |tx| transfers::answer(tx, &chair(), transfer, &accept)).unwrap();
        let moved = test.db.read(&b, |tx| get(tx, id)).unwrap();
        assert_eq!((moved.org, moved.status), (tree.shop_b.id, Status::Active));
        assert_eq!(open_periods(test, id), 1);
        let counts = test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((own_count(tx, tree.shop_a.id), own_count(tx, tree.shop_b.id)))).unwrap();
        assert_eq!(counts, (0, 1));
        assert_eq!(test.db.read(&b, |tx| transfers::get(tx, transfer)).unwrap().state, TransferState::Accepted);
    }
);

store::db_test!(
    fn a_merge_is_undone_whole(test) {
        let tree = plant(test);
        let old = MemberDraft { job_title: "焊工".into(), ..draft("陈静", IDS[0]) };
        let new = MemberDraft { id_type: "护照".into(), birth_on: "1990-03-07".into(), phone: "13812341234".into(), migrant: "是".into(), ..draft("陈静", "E12345678") };
        let kept = write(test, &test.actor(), |tx| join(tx, &tree.shop_a, &old)).unwrap().id;
        let other = write(test, &test.actor(), |tx| join(tx, &tree.shop_b, &new)).unwrap().id;
        let look = |id| test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
        let counts = || test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((own_count(tx, tree.shop_a.id), own_count(tx, tree.shop_b.id)))).unwrap();
        let (before, before_other) = (format!("{:?}", fields(&look(kept))), format!("{:?}", fields(&look(other))));
        let pair = test.db.read(&test.actor(), duplicates::queue).unwrap()[0].id;
        assert!(matches!(write(test, &test.actor(), |tx| duplicates::merge(tx, &chair(), pair, kept, &[], "换了证件")), Err(MemberError::Forbidden(_))));
        let merge = write(test, &test.actor(), |tx| duplicates::merge(tx, &Permit::program(), pair, kept, &[], "换了证件")).unwrap();
        let after = look(kept);
        assert_eq!((after.phone_masked.as_deref(), after.groups.migrant, after.job_title.as_deref()), (Some("138****1234"), true, Some("焊工")));
        assert_eq!((look(other).status, look(other).merged_into), (Status::Merged, Some(kept)));
        assert_eq!((open_periods(test, kept), open_periods(test, other), counts()), (1, 0, (1, 0)));
        // The other paper now leads to the kept record.
        let again = write(test, &test.actor(), |tx| join(tx, &tree.shop_a, &new)).unwrap();
        assert_eq!(again.id, kept);
        write(test, &test.actor(), |tx| duplicates::undo(tx, &Permit::program(), merge, "看错了")).unwrap();
        assert_eq!((format!("{:?}", fields(&look(kept))), format!("{:?}", fields(&look(other)))), (before, before_other));
        assert_eq!((open_periods(test, kept), open_periods(test, other), counts()), (1, 1, (1, 1)));
        assert_eq!(test.db.read(&test.actor(), duplicates::queue).unwrap().len(), 1, "the question is open again");
        assert!(write(test, &test.actor(), |tx| duplicates::undo(tx, &Permit::program(), merge, "再撤")).is_err());
    }
);

/// Everything of a record but its version, which rises with every change.
fn fields(member: &Member) -> Member {
    Member {
        version: 0,
        ..member.clone()
    }
}

mod one_open_membership {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Whatever is tried in whatever order, a member never has two open periods, and the unions' counts are
        /// the open periods.
        #[test]
        fn whatever_happens(acts in prop::collection::vec((0_usize..9, any::<bool>()), 1..12)) {
            let test = TestDb::sqlite();
            let tree = plant(&test);
            let id = write(&test, &test.actor(), |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
            for (n, (act, to_b)) in acts.into_iter().enumerate() {
                let org = if to_b { &tree.shop_b } else { &tree.shop_a };
                let version = test.db.read(&test.actor(), |tx| get(tx, id)).unwrap().version;
                let on = day(2021, 1, 1 + i8::try_from(n).unwrap());
                let _ = write(&test, &test.actor(), |tx| match Verb::ALL.get(act) {
                    Some(verb) => change(tx, &Permit::program(), id, &form(*verb, on, version)),
                    None if act == 7 => {
                        let transfer = transfers::issue_new(tx, &Permit::program(), id, org.id, version, "调动")?;
                        transfers::answer(tx, &Permit::program(), transfer, &Answer { verb: TransferVerb::Accept, on: Some(on), note: String::new() })
                    }
                    None => join(tx, org, &draft("张三", IDS[0])).map(|_| ()),
                });
                let member = test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
                prop_assert_eq!(open_periods(&test, id), usize::from(member.status.is_enrolled()));
                let counts = test.db.read(&test.actor(), |tx| Ok::<_, MemberError>(own_count(tx, tree.shop_a.id) + own_count(tx, tree.shop_b.id))).unwrap();
                prop_assert_eq!(counts, i64::from(member.status.is_enrolled()));
            }
        }
    }
}
