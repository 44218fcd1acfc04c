//! Numbers: one each, without holes, whoever comes at once.

use std::collections::BTreeSet;

use kernel::Instant;
use store::db_test;

use super::support::*;
use crate::failure::RoomError;
use crate::letters::{self, Entry, LetterError, Signing};
use crate::orgs::tests::support::{District, day, district, officer_of, system};

const NOTICE: &str = "letters.supervision_notice";
const OPINION: &str = "letters.supervision_opinion";

db_test! {
    fn many_who_issue_at_once_get_one_number_each(test) {
        let District { federation, tangqi, .. } = district(test);
        let drafts: Vec<_> = (0..12)
            .map(|_| write(test, &system(), |tx| letters::draft(tx, &full(NOTICE, &federation, &tangqi))).unwrap())
            .collect();
        let issue = |id| loop {
            match write(test, &system(), |tx| letters::issue(tx, id, 1, &chair())) {
                Err(LetterError::Store(fault)) if fault.is_retryable() => {}
                done => return done.unwrap().number,
            }
        };
        let numbers: BTreeSet<String> = std::thread::scope(|scope| {
            let hands: Vec<_> = drafts.iter().map(|id| scope.spawn(|| issue(*id))).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        let expected: BTreeSet<String> = (1..=12).map(|n| format!("临总工监提〔2026〕{n}号")).collect();
        assert_eq!(numbers, expected);
        let entries = test.db.read(&system(), |tx| letters::register(tx, federation.id, "监提", 2026)).unwrap();
        assert!(entries.len() == 12 && entries.iter().all(|entry| matches!(entry, Entry::Letter(_))), "no gap");
    }
}

db_test! {
    fn each_organ_type_and_year_counts_for_itself(test) {
        let District { federation, tangqi, .. } = district(test);
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2026〕1号");
        assert_eq!(issued(test, OPINION, &federation, &tangqi).1, "临总工监意〔2026〕1号");
        assert_eq!(issued(test, NOTICE, &tangqi, &tangqi).1, "塘总工监提〔2026〕1号");
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2026〕2号");
        test.clock.set(Instant::from_shanghai(day("2027-01-04"), 9, 0));
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2027〕1号");
        let registers = test.db.read(&system(), letters::registers).unwrap();
        assert_eq!(registers.len(), 4);
        assert_eq!(test.db.read(&officer_of(&tangqi.path), letters::registers).unwrap().len(), 1, "only one's own organ");
    }
}

db_test! {
    fn a_refused_issue_uses_no_number_and_a_cancelled_one_keeps_it(test) {
        let District { federation, tangqi, .. } = district(test);
        let (first, _) = issued(test, NOTICE, &federation, &tangqi);
        let empty = letters::NewLetter::new(NOTICE, federation.id);
        let draft = write(test, &system(), |tx| letters::draft(tx, &empty)).unwrap();
        let refused = write(test, &system(), |tx| letters::issue(tx, draft, 1, &Signing::default())).unwrap_err();
        assert_eq!(refused.code(), "letter.missing");
        assert_eq!(refused.refusals().len(), 8, "seven fields and the signer: {refused}");
        write(test, &system(), |tx| letters::cancel(tx, first, 2, "事实有误，另行发文")).unwrap();
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2026〕2号", "neither reused nor skipped");
        let entries = test.db.read(&system(), |tx| letters::register(tx, federation.id, "监提", 2026)).unwrap();
        let [Entry::Letter(void), Entry::Letter(next)] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((void.number.as_deref(), void.ended_why.as_str()), (Some("临总工监提〔2026〕1号"), "事实有误，另行发文"));
        assert_eq!(next.serial, Some(2));
    }
}

db_test! {
    fn numbers_used_on_paper_are_explained(test) {
        let District { federation, tangqi, .. } = district(test);
        let skip = |up_to, why: &str| write(test, &system(), |tx| letters::skip_numbers(tx, federation.id, "监提", 2026, up_to, why));
        assert_eq!(skip(30, " ").unwrap_err().code(), "letter.gap_why");
        skip(30, "启用本系统前以纸质发出").unwrap();
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2026〕31号");
        assert_eq!(skip(31, "又一批").unwrap_err().code(), "letter.gap_up_to");
        skip(33, "停电当天手写两份").unwrap();
        assert_eq!(issued(test, NOTICE, &federation, &tangqi).1, "临总工监提〔2026〕34号");
        let entries = test.db.read(&system(), |tx| letters::register(tx, federation.id, "监提", 2026)).unwrap();
        let shape: Vec<_> = entries.iter().map(|entry| match entry {
            Entry::Letter(line) => (line.serial.unwrap(), line.serial.unwrap(), String::new()),
            Entry::Explained { first, last, why, .. } => (*first, *last, why.clone()),
            Entry::Missing { first, last } => (*first, *last, "?".into()),
        }).collect();
        assert_eq!(shape, [
            (1, 30, "启用本系统前以纸质发出".into()),
            (31, 31, String::new()),
            (32, 33, "停电当天手写两份".into()),
            (34, 34, String::new()),
        ]);
    }
}

db_test! {
    fn a_code_belongs_to_one_union(test) {
        let District { federation, tangqi, village, .. } = district(test);
        let set = |org: &crate::orgs::OrgRef, code: &str| write(test, &system(), |tx| letters::set_organ_code(tx, org.id, code));
        let draft = write(test, &system(), |tx| letters::draft(tx, &full(NOTICE, &village, &village))).unwrap();
        let issue = || write(test, &system(), |tx| letters::issue(tx, draft, 1, &chair()));
        assert_eq!(issue().unwrap_err().code(), "letter.no_organ_code");
        for (code, wrong) in [("", "letter.organ_code"), ("临总工 监", "letter.organ_code"), ("临总工", "letter.organ_code_taken")] {
            assert_eq!(set(&village, code).unwrap_err().code(), wrong, "{code}");
        }
        set(&village, "塘北工").unwrap();
        assert_eq!(issue().unwrap().number, "塘北工监提〔2026〕1号");
        // Given up, but its numbers are out: nobody else may take it.
        set(&village, "塘北联").unwrap();
        assert_eq!(set(&tangqi, "塘北工").unwrap_err().code(), "letter.organ_code_taken");
        assert_eq!(set(&tangqi, "塘北联").unwrap_err().code(), "letter.organ_code_taken");
        let foreign = test.db.write(&officer_of(&village.path), |tx| letters::set_organ_code(tx, federation.id, "区工"));
        assert_eq!(foreign.unwrap_err().code(), "org.not_found");
    }
}
