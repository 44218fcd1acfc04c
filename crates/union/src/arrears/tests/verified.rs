//! The case of an alert says what the alert says: figures that were verified, reasons that changed, what closing lacks.

use kernel::Fen;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::access::{Capability, CapabilitySet};
use crate::arrears::alerts::{self, Verified, Verify};
use crate::arrears::desk::{self, DeskFilter};
use crate::cases::{self, ActInput, Verb};

/// Writes down how many and how much; nobody has listened yet.
fn writes_down(test: &TestDb, case: cases::CaseId, workers: &str, amount: &str) {
    let every: CapabilitySet = Capability::ALL.iter().copied().collect();
    let fields = [("workers", workers), ("amount", amount)];
    let input = ActInput {
        fields: fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..ActInput::default()
    };
    test.db
        .write(&system(), |tx| {
            cases::act(tx, every, case, &Verb::of("list_workers"), &input)
        })
        .unwrap();
}

fn written_down(test: &TestDb, case: cases::CaseId, workers: &str, amount: &str) {
    writes_down(test, case, workers, amount);
    run_jobs_until_idle(&test.db, &Handlers::default().with(Verify)).unwrap();
}

store::db_test!(
    fn what_the_desk_verified_holds_in_list_and_sums_with_what_was_reported_beside_it(test) {
        let d = district(test);
        let owed = [("days", 31), ("workers", 20), ("amount", 12_000_000)];
        lead(test, d.factory, "wage_overdue", "2026-11-20", &owed);
        evaluate(test);
        let before = the_alert(test, d.factory);
        assert_eq!((before.people, before.verified), (Some(20), Verified::default()));
        written_down(test, before.case.unwrap(), "12", "96,000");
        let after = the_alert(test, d.factory);
        let (people, amount) = (after.people_figure(), after.amount_figure());
        assert_eq!((people.value, people.verified, people.beside()), (Some(12), true, Some(20)));
        assert_eq!((amount.value, amount.beside()), (Some(Fen(9_600_000)), Some(Fen(12_000_000))));
        assert_eq!(after.version, before.version, "who is just deciding is not thrown out");
        let (lines, tally) = test
            .db
            .read(&system(), |tx| Ok::<_, crate::arrears::ArrearsError>((desk::page(tx, &DeskFilter::default(), None, 10)?, desk::tally(tx)?)))
            .unwrap();
        assert_eq!((lines[0].people.value, lines[0].people.reported), (Some(12), Some(20)));
        assert_eq!((tally.people, tally.amount), (12, Fen(9_600_000)), "sums say what the lines say");
        assert_eq!(lines[0].verified_words(), "已核实，线索报 20 人、120,000.00 元");
        let daily = |on: &str| test.db.read(&system(), |tx| crate::arrears::daily::of_day(tx, day(on))).unwrap();
        let then = daily("2026-11-20");
        assert_eq!((then.people, then.amount, then.verified), (12, 9_600_000, 1), "the day's report says what the list says");
        let item = &then.opened.items[0];
        assert_eq!((item.people, item.people_verified, item.amount_verified), (Some(12), true, true));
        // A new report moves what is reported, not what was verified.
        stand_on(test, "2026-11-21");
        lead(test, d.factory, "wage_overdue", "2026-11-21", &[("days", 32), ("workers", 25)]);
        evaluate(test);
        let later = the_alert(test, d.factory).people_figure();
        assert_eq!((later.value, later.reported), (Some(12), Some(25)));
        written_down(test, before.case.unwrap(), "15", "96,000");
        let again = daily("2026-11-20");
        assert_eq!((again.people, again.verified, &again.opened), (then.people, then.verified, &then.opened), "a day says tomorrow what it says today");
        assert_eq!((daily("2026-11-21").people, daily("2026-11-21").amount), (15, 9_600_000));
    }
);

store::db_test!(
    fn a_report_from_before_anything_was_verified_says_nothing_of_it(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 20)]);
        evaluate(test);
        let filed = test.db.read(&system(), |tx| crate::arrears::daily::of_day(tx, day("2026-11-20"))).unwrap();
        let text = crate::arrears::daily::text(&filed).unwrap();
        assert!(!text.contains("verified"), "{text}");
        stand_on(test, "2026-11-21");
        written_down(test, the_alert(test, d.factory).case.unwrap(), "12", "96,000");
        let again = test.db.read(&system(), |tx| crate::arrears::daily::of_day(tx, day("2026-11-20"))).unwrap();
        assert_eq!(again.opened.items[0].people, filed.opened.items[0].people);
        assert!(!crate::arrears::daily::text(&again).unwrap().contains("verified"));
    }
);

store::db_test!(
    fn a_night_makes_up_for_what_was_not_heard(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 20)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        writes_down(test, alert.case.unwrap(), "12", "96000");
        run_jobs_until_idle(&test.db, &Handlers::default()).unwrap();
        assert_eq!(the_alert(test, d.factory).verified, Verified::default());
        stand_on(test, "2026-11-21");
        run_jobs_until_idle(&test.db, &Handlers::default().with(Verify)).unwrap();
        assert_eq!(the_alert(test, d.factory).verified.people, Some(12));
        // And for figures of which nobody kept since when.
        test.tamper("DELETE FROM alert_verified");
        stand_on(test, "2026-11-22");
        run_jobs_until_idle(&test.db, &Handlers::default().with(Verify)).unwrap();
        let daily = test.db.read(&system(), |tx| crate::arrears::daily::of_day(tx, day("2026-11-22"))).unwrap();
        assert_eq!((daily.people, daily.verified), (12, 1));
    }
);

store::db_test!(
    fn a_colour_that_rises_tells_its_case_why_and_the_trail_keeps_it(test) {
        let d = district(test);
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
        evaluate(test);
        let blue = the_alert(test, d.factory);
        let case = |test: &TestDb| test.db.read(&system(), |tx| cases::get_linked(tx, blue.case.unwrap())).unwrap();
        assert_eq!(case(test).now.fields[alerts::CASE_REASON], blue.reasons.join("；"));
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let red = the_alert(test, d.factory);
        assert_eq!(red.level, "red");
        let now = case(test);
        assert_eq!(now.now.fields[alerts::CASE_REASON], red.reasons.join("；"));
        assert_eq!(now.now.grade.as_deref(), Some("red"));
        let every: CapabilitySet = Capability::ALL.iter().copied().collect();
        let trail = test.db.read(&system(), |tx| cases::timeline(tx, every, now.id)).unwrap();
        let told = trail.iter().find(|event| event.verb == "@grade").unwrap();
        assert!(told.note.contains(&red.reasons.join("；")), "{}", told.note);
    }
);

store::db_test!(
    fn every_condition_of_closing_is_told_with_the_step_that_meets_it(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 20), ("workers", 12)]);
        lead(test, d.factory, "debt_notice", "2026-11-20", &[("form", 1)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let told = |test: &TestDb| test.db.read(&system(), |tx| alerts::to_close(tx, &the_alert(test, d.factory))).unwrap();
        let ways = told(test);
        let paid = &ways[0];
        assert_eq!(paid.conclusions.len(), 4, "four ways of having been paid demand the same");
        let steps: Vec<Option<&str>> = paid.conditions.iter().map(|one| one.step.as_ref().map(|step| step.verb.as_str())).collect();
        assert_eq!(steps, [Some("visit"), Some("pay"), Some("list_workers"), Some("call_back"), None]);
        assert!(paid.conditions.iter().all(|one| !one.met()), "{:?}", paid.conditions);
        let wrong = ways.iter().find(|one| one.conclusions[0].0 == "false_alarm").unwrap();
        assert_eq!(wrong.conditions.len(), 1, "whom a wrong signal brought here need not wait");
        written_down(test, alert.case.unwrap(), "12", "96000");
        let ways = told(test);
        let step = ways[0].conditions[2].step.as_ref().unwrap();
        assert_eq!((step.verb.as_str(), step.now), ("pay", false), "paying comes after taking the case");
        stand_on(test, "2027-02-20");
        let quiet = told(test)[0].conditions.last().cloned().unwrap();
        assert!(quiet.met(), "{quiet:?}");
    }
);
