//! Packs say what the rows say, at every moment, whatever happened to the signals.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::Instant;
use kernel::warning::Score;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert, tv_a1};
use super::support::*;
use crate::arrears::alerts::{self, Who, ways};
use crate::arrears::{Matched, Permit, SignalState, SubjectId, packs, signals};
use crate::employers::{self, Answer};

/// Scores at a moment, by rows and by packs.
fn both(test: &TestDb, at: Instant) -> [BTreeMap<SubjectId, Score>; 2] {
    test.db.read(&system(), |tx| ways(tx, at)).unwrap()
}

fn agree(test: &TestDb, moments: &[Instant]) {
    for at in moments {
        let [rows, packs] = both(test, *at);
        assert_eq!(rows, packs, "at {}", at.shanghai_text());
    }
}

fn packed(test: &TestDb) -> bool {
    test.db.read(&system(), packs::usable).unwrap()
}

const HEAD: &str = "统一社会信用代码,单位名称,月份,欠费月数\n";

store::db_test!(
    fn packs_and_rows_agree_through_corrections_releases_and_withdrawals(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let mut moments = vec![test.db.clock().now()];
        let mut pass = |test: &TestDb| {
            moments.push(test.db.clock().now());
            test.clock.advance(Duration::from_secs(3600));
        };
        // Before there are packs: the first evaluation makes them.
        tv_a1(test, d.factory);
        assert!(!packed(test));
        pass(test);
        evaluate(test);
        assert!(packed(test));
        pass(test);
        let book = |name: &str, rows: &str| file(test, name, &format!("{HEAD}{rows}"));
        import(test, "si_arrears", book("a.csv", &format!("{CODE},,2026-10,2\n,杭州云栖木作有限公司,2026-10,3\n")));
        pass(test);
        import(test, "si_arrears", book("b.csv", &format!("{CODE},,2026-10,1\n,杭州云栖木作有限公司,2026-10,1\n")));
        pass(test);
        // Twice corrected within one delivery.
        import(test, "si_arrears", book("c.csv", &format!("{CODE},,2026-10,3\n{CODE},,2026-10,2\n")));
        pass(test);
        import(test, "si_arrears", book("d.csv", ",杭州锦和制衣,2026-09,3\n"));
        pass(test);
        let question = test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap()[0].id;
        test.db.write(&system(), |tx| employers::decide(tx, question, Answer::Is(d.factory))).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Matched)).unwrap();
        pass(test);
        lead(test, d.factory, "owner_lost", "2026-11-19", &[("hours", 26)]);
        pass(test);
        let lost = test.db.read(&system(), |tx| signals::of_subject(tx, d.factory.uuid().into(), 100)).unwrap()
            .into_iter().find(|one| one.kind == "owner_lost").unwrap();
        test.db.write(&system(), |tx| signals::withdraw(tx, lost.id, "听错了")).unwrap();
        pass(test);
        lead(test, d.factory, "complaint", "2026-11-18", &[("people", 6)]);
        pass(test);
        // One event, three sources: taken over, handed back by a correction, handed over by a withdrawal.
        let owed = |days: u32| {
            let head = "统一社会信用代码,单位名称,日期,拖欠天数,涉及人数";
            file(test, "owed.csv", &format!("{head}\n{CODE},杭州锦禾制衣有限公司,2026-11-18,{days},9\n"))
        };
        lead(test, d.factory, "wage_overdue", "2026-11-17", &[("days", 10), ("workers", 4)]);
        pass(test);
        assert_eq!(import(test, "wage_overdue", owed(40)).took_over, 1);
        pass(test);
        assert_eq!(import(test, "wage_overdue", owed(3)).corrected, 1);
        pass(test);
        let counts = test.db.read(&system(), |tx| signals::of_subject(tx, d.factory.uuid().into(), 100)).unwrap()
            .into_iter().find(|one| one.kind == "wage_overdue" && one.state == SignalState::Counted).unwrap();
        assert_eq!(counts.fields.get("days"), Some(10));
        test.db.write(&system(), |tx| signals::withdraw(tx, counts.id, "听错了")).unwrap();
        pass(test);
        assert_eq!(import(test, "wage_overdue", owed(50)).corrected, 1);
        pass(test);
        moments.push(test.db.clock().now());
        agree(test, &moments);
        let [rows, _] = both(test, test.db.clock().now());
        assert_eq!(rows.len(), 2, "both employers are known");
        assert!(rows.values().any(|score| score.score > 30), "{rows:?}");
        // Made anew from the rows they say the same, and a second time nothing is there twice.
        for _ in 0..2 {
            test.db.housekeep(&system(), packs::remake).unwrap();
            agree(test, &moments);
        }
    }
);

store::db_test!(
    fn a_part_of_the_district_is_read_by_rows(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        let town = officer_of(&d.unions.tangqi.path);
        assert!(!test.db.read(&town, packs::usable).unwrap(), "packs know no desks");
    }
);

store::db_test!(
    fn between_two_nights_only_alerts_that_may_differ_are_evaluated_again(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let other = test.db.read(&system(), |tx| employers::find(tx, "杭州云栖木作有限公司")).unwrap()[0].id;
        tv_a1(test, d.factory);
        tv_a1(test, other);
        test.clock.advance(Duration::from_secs(2 * 3600));
        assert_eq!(evaluate(test).opened, 2);
        let looked_at = |id| the_alert(test, id).evaluated_at;
        let (one, two) = (looked_at(d.factory), looked_at(other));
        test.clock.advance(Duration::from_secs(3 * 3600));
        let since = test.db.clock().now();
        let run = || {
            test.clock.advance(Duration::from_secs(60));
            alerts::run(&test.db, &system(), Who::Since(since)).unwrap()
        };
        assert_eq!((run().subjects, looked_at(d.factory), looked_at(other)), (0, one, two), "nothing was heard");
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        assert_eq!(run().subjects, 1);
        assert_eq!(looked_at(other), two, "nothing can have changed about the other");
        assert!(looked_at(d.factory) > one);
        // The first signal of a kind ends its silence: what was unknown about the other is known now.
        lead(test, d.factory, "owner_lost", "2026-11-19", &[("hours", 26)]);
        let done = run();
        assert_eq!((done.subjects, done.raised), (1, 1), "{done:?}");
        assert!(looked_at(other) > two, "a feed stands otherwise");
        // A person decides: the next evaluation looks again.
        let id = the_alert(test, other).id;
        test.db.write(&system(), |tx| {
            alerts::push(tx, &Permit::program(), id, &alerts::Push {
                office: "区人力社保局".into(),
                acknowledgement: "2026-7".into(),
                decision: alerts::Decision { note: "请核查".into(), version: None },
            })
        }).unwrap();
        let two = looked_at(other);
        run();
        assert!(looked_at(other) > two, "decided upon");
        for id in [d.factory, other] {
            let alert = the_alert(test, id);
            test.db.read(&system(), |tx| {
                let kept = alerts::explanation(tx, alert.id, &alert.explanation)?;
                let again = alerts::recompute(tx, &alert, &alert.explanation)?;
                assert_eq!(kept.body, again, "the same bytes");
                Ok::<_, crate::arrears::ArrearsError>(())
            }).unwrap();
        }
    }
);

store::db_test!(
    fn a_page_stays_good_while_evaluations_find_nothing_new(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        tv_a1(test, d.factory);
        evaluate(test);
        let page = the_alert(test, d.factory);
        test.clock.advance(Duration::from_secs(3600));
        evaluate(test);
        let later = the_alert(test, d.factory);
        assert!(later.evaluated_at > page.evaluated_at);
        assert_eq!(later.version, page.version, "nothing a person saw has changed");
        lead(test, d.factory, "owner_lost", "2026-11-20", &[("hours", 26)]);
        evaluate(test);
        assert!(the_alert(test, d.factory).version > page.version);
    }
);
