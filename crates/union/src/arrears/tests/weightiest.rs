//! The same event from several sources: the weightiest counts, from the moment it was there.

use std::time::Duration;

use kernel::Instant;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{evaluate, stand_on, the_alert};
use super::support::*;
use crate::arrears::alerts::ways;
use crate::arrears::intake::SignalReport;
use crate::arrears::signals::{self, Replayed, Taken};
use crate::arrears::{self, Lead, LeadAbout, Matched, Permit, Signal, SignalState, check_in};
use crate::employers::{self, Answer};

/// The labour office's file: days, people, and whether it was checked.
fn office(test: &TestDb, days: i64, workers: i64, checked: &str) -> SignalReport {
    let head = "统一社会信用代码,单位名称,日期,拖欠天数,涉及人数,是否核实";
    let text =
        format!("{head}\n{CODE},杭州锦禾制衣有限公司,2026-11-18,{days},{workers},{checked}\n");
    import(
        test,
        "wage_overdue",
        file(test, &format!("{days}-{workers}.csv"), &text),
    )
}

/// An officer's or a program's report of the same month.
fn told(test: &TestDb, d: &District, days: i64, verified: bool) -> Taken {
    let lead = Lead {
        key: format!("told-{days}-{verified}"),
        about: LeadAbout::Employer(d.factory),
        kind: "wage_overdue".into(),
        day: day("2026-11-19"),
        fields: vec![("days".into(), days), ("workers".into(), 12)],
        verified,
        reference: "电话".into(),
    };
    let entered = test.db.write(&system(), |tx| {
        arrears::enter_signal(tx, &Permit::program(), &lead)
    });
    entered.unwrap().taken
}

fn owed(test: &TestDb) -> Vec<String> {
    let mut known = counted(test);
    known.retain(|one| one.starts_with("wage_overdue"));
    known
}

fn rows(test: &TestDb, d: &District) -> Vec<Signal> {
    let all = test
        .db
        .read(&system(), |tx| {
            signals::of_subject(tx, d.factory.uuid().into(), 100)
        })
        .unwrap();
    all.into_iter()
        .filter(|one| one.kind == "wage_overdue")
        .collect()
}

/// The days that counted at each moment, as a replay reads them.
fn days_at(test: &TestDb, moments: &[Instant]) -> Vec<Vec<i64>> {
    let mut all: Vec<Replayed> = Vec::new();
    test.db
        .read(&system(), |tx| {
            let (from, to) = (Instant::from_ms(0), Instant::from_ms(i64::MAX));
            signals::replay(tx, &["wage_overdue"], from, to, |one| {
                all.push(one);
                Ok(())
            })
        })
        .unwrap();
    let known = |at: Instant| {
        let there = all
            .iter()
            .filter(|one| one.arrived <= at && one.ended.is_none_or(|ended| ended > at));
        there.filter_map(|one| one.fields.get("days")).collect()
    };
    moments.iter().map(|at| known(*at)).collect()
}

fn later(test: &TestDb, moments: &mut Vec<Instant>) {
    moments.push(test.db.clock().now());
    test.clock.advance(Duration::from_secs(600));
}

store::db_test!(
    fn a_graver_report_of_the_office_takes_over_from_the_round(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let mut moments = Vec::new();
        let answers = check_in::Answers {
            said: ["late_pay", "leaving", "stopped", "moving", "mood"]
                .map(|field| (field.to_owned(), field == "late_pay")).into(),
            ..check_in::Answers::default()
        };
        let form = check_in::CheckIn {
            key: "周一".into(),
            employer: d.factory,
            answered_on: day("2026-11-17"),
            answers,
            as_last_week: false,
            note: String::new(),
        };
        test.db.write(&system(), |tx| arrears::check_in(tx, &Permit::program(), &form)).unwrap();
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-17 {"days":1}"#]);
        later(test, &mut moments);
        let report = office(test, 35, 15, "是");
        assert_eq!((report.rows, report.new, report.confirmed, report.took_over), (1, 0, 0, 1), "{report:?}");
        let now = [r#"wage_overdue 2026-11-18 {"days":35,"verified":1,"workers":15}"#];
        assert_eq!(owed(test), now);
        later(test, &mut moments);
        let again = office(test, 35, 15, "是");
        assert_eq!((again.unchanged, again.took_over), (1, 0), "{again:?}");
        assert_eq!(owed(test), now);
        assert_eq!(days_at(test, &moments), [vec![1], vec![35]], "what was known then stays what it was");
        let states: Vec<_> = rows(test, &d).iter().map(|one| (one.state, one.ended.is_some(), one.fields.get("days"))).collect();
        assert_eq!(states.len(), 3, "{states:?}");
        for state in [(SignalState::Counted, false, Some(35)), (SignalState::Echo, false, Some(1)), (SignalState::GaveWay, true, Some(1))] {
            assert!(states.contains(&state), "{state:?}: {states:?}");
        }
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.red_line), ("red", true));
    }
);

store::db_test!(
    fn a_report_by_hand_takes_over_from_a_file_and_a_file_from_it(test) {
        let d = district(test);
        assert_eq!(office(test, 10, 3, "").new, 1);
        assert_eq!(told(test, &d, 31, true), Taken::TakesOver);
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-19 {"days":31,"workers":12}"#]);
        assert_eq!(told(test, &d, 31, true), Taken::TakesOver, "the first answer, and nothing done twice");
        let report = office(test, 40, 3, "");
        assert_eq!((report.corrected, report.confirmed), (1, 0), "the office corrects itself: {report:?}");
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-18 {"days":40,"workers":3}"#]);
    }
);

store::db_test!(
    fn a_weaker_report_stays_a_confirmation_and_hearsay_does_not_displace_a_record(test) {
        let d = district(test);
        assert_eq!(office(test, 35, 15, "").new, 1);
        assert_eq!(told(test, &d, 10, true), Taken::Echo);
        assert_eq!(told(test, &d, 60, false), Taken::Amended, "of the same hand");
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-18 {"days":35,"workers":15}"#]);
    }
);

store::db_test!(
    fn a_record_displaces_hearsay_however_grave(test) {
        let d = district(test);
        assert_eq!(told(test, &d, 60, false), Taken::New);
        let report = office(test, 12, 2, "");
        assert_eq!(report.took_over, 1, "{report:?}");
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-18 {"days":12,"workers":2}"#]);
        assert_eq!(told(test, &d, 61, true), Taken::Corrected, "now somebody has seen it");
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-19 {"days":61,"workers":12}"#]);
    }
);

store::db_test!(
    fn a_correction_downwards_and_a_withdrawal_hand_over(test) {
        let d = district(test);
        let mut moments = Vec::new();
        assert_eq!(told(test, &d, 20, true), Taken::New);
        later(test, &mut moments);
        assert_eq!(office(test, 35, 15, "是").took_over, 1);
        later(test, &mut moments);
        assert_eq!(office(test, 5, 15, "是").corrected, 1);
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-19 {"days":20,"workers":12}"#], "the hand's word holds again");
        later(test, &mut moments);
        let counts = rows(test, &d).into_iter().find(|one| one.state == SignalState::Counted).unwrap();
        test.db.write(&system(), |tx| signals::withdraw(tx, counts.id, "听错了")).unwrap();
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-18 {"days":5,"verified":1,"workers":15}"#]);
        later(test, &mut moments);
        let counts = rows(test, &d).into_iter().find(|one| one.state == SignalState::Counted).unwrap();
        test.db.write(&system(), |tx| signals::withdraw(tx, counts.id, "撤案")).unwrap();
        later(test, &mut moments);
        assert_eq!(owed(test), [""; 0], "nobody is left");
        assert_eq!(days_at(test, &moments), [vec![20], vec![35], vec![20], vec![5], vec![]]);
        evaluate(test);
        for at in moments {
            let [rows, packs] = test.db.read(&system(), |tx| ways(tx, at)).unwrap();
            assert_eq!(rows, packs, "at {}", at.shanghai_text());
        }
    }
);

store::db_test!(
    fn what_waited_for_its_employer_takes_over_when_it_is_graver(test) {
        let d = district(test);
        assert_eq!(told(test, &d, 10, true), Taken::New);
        let text = "单位名称,日期,拖欠天数,涉及人数\n杭州锦和制衣,2026-11-18,40,9\n";
        assert_eq!(import(test, "wage_overdue", file(test, "错名.csv", text)).waiting, 1);
        let question = test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap()[0].id;
        test.clock.advance(Duration::from_secs(600));
        test.db.write(&system(), |tx| employers::decide(tx, question, Answer::Is(d.factory))).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Matched)).unwrap();
        assert_eq!(owed(test), [r#"wage_overdue 2026-11-18 {"days":40,"workers":9}"#]);
    }
);
