//! Colours through the store: TV-A1…A5, one open alert a subject, rising at once, falling only by a person, and
//! explanations that can be computed again.

use std::time::Duration;

use kernel::{EmployerId, Instant};
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::support::*;
use crate::arrears::alerts::{self, Alert, AlertState, Evaluate, EventKind, Nightly, Who};
use crate::arrears::model::{Fields, Quality};
use crate::arrears::subjects::SubjectDraft;
use crate::arrears::{Lead, LeadAbout, Permit, enter_signal, entry};
use crate::cases;
use crate::failure::RoomError;

/// Enters what somebody saw, by hand.
pub(super) fn lead(
    test: &TestDb,
    employer: EmployerId,
    kind: &str,
    on: &str,
    fields: &[(&str, i64)],
) {
    let lead = Lead {
        key: format!("{}-{kind}-{on}-{fields:?}", employer.uuid().as_u128() % 97),
        about: LeadAbout::Employer(employer),
        kind: kind.into(),
        day: day(on),
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect(),
        verified: true,
        reference: String::new(),
    };
    test.db
        .write(&system(), |tx| enter_signal(tx, &Permit::program(), &lead))
        .unwrap();
}

/// The signal an agreement on a deferral leaves.
fn agreed(test: &TestDb, employer: EmployerId, on: &str, days: i64) {
    let file = |tx: &mut store::Tx| {
        let one = entry::One {
            draft: SubjectDraft::employer(&crate::employers::get(tx, employer)?),
            kind: alerts::DEFERRAL,
            day: day(on),
            fields: Fields::new([("days", days)]),
            quality: Quality::Verified,
            reference: "协议",
            once: entry::once_of(tx, alerts::DEFERRAL)?,
        };
        entry::by_hand(tx, "延期支付", &one)
    };
    test.db.write(&system(), file).unwrap();
}

/// TV-A1: 10 + 5 + 10 + 5 = 30 points.
pub(super) fn tv_a1(test: &TestDb, employer: EmployerId) {
    lead(test, employer, "si_arrears", "2026-11-05", &[("months", 2)]);
    lead(
        test,
        employer,
        "utility_use",
        "2026-10-01",
        &[("kwh", 5_500), ("kwh_last_year", 10_000)],
    );
    lead(
        test,
        employer,
        "utility_use",
        "2026-11-01",
        &[("kwh", 4_400), ("kwh_last_year", 8_000)],
    );
    lead(test, employer, "debt_notice", "2026-11-10", &[("form", 1)]);
    lead(test, employer, "tension", "2026-11-18", &[("felt", 1)]);
}

pub(super) fn stand_on(test: &TestDb, on: &str) {
    test.clock.set(Instant::from_shanghai(day(on), 9, 0));
}

pub(super) fn evaluate(test: &TestDb) -> alerts::Evaluated {
    alerts::run(&test.db, &system(), Who::All).unwrap()
}

pub(super) fn the_alert(test: &TestDb, employer: EmployerId) -> Alert {
    let mut found = alerts_of(test, employer);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

pub(super) fn alerts_of(test: &TestDb, employer: EmployerId) -> Vec<Alert> {
    test.db
        .read(&system(), |tx| {
            alerts::of_subject(tx, employer.uuid().into())
        })
        .unwrap()
}

fn what_happened(test: &TestDb, alert: &Alert) -> Vec<(EventKind, String, String)> {
    let events = test
        .db
        .read(&system(), |tx| alerts::events(tx, alert.id))
        .unwrap();
    events
        .into_iter()
        .map(|one| (one.kind, one.from, one.to))
        .collect()
}

store::db_test!(
    fn tv_a1_four_leads_make_yellow_and_a_case(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        let done = evaluate(test);
        assert_eq!((done.opened, done.raised, done.proposed), (1, 0, 0), "{done:?}");
        assert_eq!(done.levels.get("yellow"), Some(&1));
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.score, alert.red_line), ("yellow", 30, false));
        assert_eq!(alert.no, "QX2026-00001");
        assert_eq!(alert.org_path, d.unions.tangqi.path);
        assert!(alert.reasons[0].ends_with("10 分"), "{:?}", alert.reasons);
        let case = test.db.read(&system(), |tx| cases::get_linked(tx, alert.case.unwrap())).unwrap();
        assert_eq!(case.now.grade.as_deref(), Some("yellow"));
        assert_eq!(case.link, Some(("alert".to_owned(), alert.id.uuid())));
        assert_eq!(evaluate(test).opened, 0, "one open alert a subject");
        assert_eq!(what_happened(test, &alert), [(EventKind::Opened, String::new(), "yellow".to_owned())]);
    }
);

store::db_test!(
    fn tv_a2_an_owner_who_cannot_be_reached_makes_red_at_once(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        let first = the_alert(test, d.factory);
        test.clock.advance(Duration::from_secs(60));
        lead(test, d.factory, "owner_lost", "2026-11-19", &[("hours", 26)]);
        // Nobody calls for it: the arrival of a signal does.
        run_jobs_until_idle(&test.db, &Handlers::default().with(Evaluate)).unwrap();
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.id, alert.level.as_str(), alert.score, alert.red_line), (first.id, "red", 30, true));
        assert!(alert.reasons[0].starts_with("红线："), "{:?}", alert.reasons);
        assert!(alert.raised_at > alert.opened_at);
        let case = test.db.read(&system(), |tx| cases::get_linked(tx, alert.case.unwrap())).unwrap();
        assert_eq!(case.now.grade.as_deref(), Some("red"), "the clocks follow the response matrix");
    }
);

store::db_test!(
    fn what_comes_in_between_reading_and_settling_is_not_missed(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        let said = |between: &dyn Fn()| {
            let (whole, factory) = (system(), d.factory.uuid().into());
            alerts::said_before_and_after((&test.db, &whole), factory, between).unwrap()
        };
        let [read, settled] = said(&|| ());
        assert_eq!(read, settled);
        let [read, settled] =
            said(&|| lead(test, d.factory, "si_arrears", "2026-11-19", &[("months", 3)]));
        assert!(!read[0].contains("\"months\":3") && settled[0].contains("\"months\":3"), "{settled:?}");
        let [read, settled] = said(&|| test.clock.advance(Duration::from_secs(86_400)));
        assert_ne!(read, settled, "the day turned");
    }
);

store::db_test!(
    fn tv_a3_a_lawful_deferral_counts_until_it_runs_out(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-15", &[("days", 20), ("workers", 8)]);
        lead(test, d.factory, "complaint", "2026-11-16", &[("people", 4)]);
        agreed(test, d.factory, "2026-11-05", 20);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.score, alert.people), ("blue", 25, Some(8)));
        stand_on(test, "2026-11-30");
        lead(test, d.factory, "wage_overdue", "2026-11-30", &[("days", 35), ("workers", 8)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.score), ("yellow", 45));
    }
);

store::db_test!(
    fn tv_a4_twelve_workers_unpaid_for_31_days_is_a_red_line(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12), ("amount", 9_600_000)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.score, alert.red_line), ("red", 35, true));
        assert_eq!((alert.people, alert.amount), (Some(12), Some(kernel::Fen(9_600_000))));
    }
);

store::db_test!(
    fn tv_a5_a_feed_that_is_late_for_everyone_is_marked_and_not_scored(test) {
        let d = district(test);
        stand_on(test, "2026-09-01");
        let text = format!("单位名称,月份,欠费月数\n{CODE},2026-08,3\n");
        import(test, "si_arrears", file(test, "si.csv", &text));
        stand_on(test, "2026-11-20");
        lead(test, d.factory, "debt_notice", "2026-11-10", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-18", &[("felt", 1)]);
        let done = evaluate(test);
        assert!(done.silent["si_arrears"].contains("逾期"), "{:?}", done.silent);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.score), ("blue", 15), "the stale list adds nothing");
        let kept = test.db.read(&system(), |tx| alerts::explanation(tx, alert.id, &alert.explanation)).unwrap();
        assert!(kept.body.contains(r#""why":"stale""#), "the missing data is listed");
    }
);

store::db_test!(
    fn what_arrives_late_about_long_ago_raises_nothing(test) {
        let d = district(test);
        let text = format!("单位名称,月份,欠费月数\n{CODE},2026-03,6\n");
        let report = import(test, "si_arrears", file(test, "si.csv", &text));
        assert_eq!(report.new, 1);
        let done = evaluate(test);
        assert_eq!(done.opened, 0, "points drop after 120 days: {done:?}");
        assert!(alerts_of(test, d.factory).is_empty());
    }
);

store::db_test!(
    fn a_colour_falls_only_as_a_proposal_and_does_not_come_back_by_itself(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        stand_on(test, "2027-01-20");
        run_jobs_until_idle(&test.db, &Handlers::default().with(Nightly)).unwrap();
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.level, "yellow", "in force until a person decides");
        assert!(alert.score < 30);
        assert!(alert.proposed.is_some());
        let proposals = |alert: &Alert| what_happened(test, alert).iter()
            .filter(|one| one.0 == EventKind::FallProposed).count();
        assert_eq!(proposals(&alert), 1);
        stand_on(test, "2027-01-21");
        evaluate(test);
        assert_eq!(proposals(&the_alert(test, d.factory)), 1, "proposed once");
    }
);

store::db_test!(
    fn an_explanation_computed_again_has_the_same_bytes(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        let before = the_alert(test, d.factory);
        stand_on(test, "2026-12-20");
        // Corrected, taken back and added since: what was said then rests on what was known then.
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 0)]);
        lead(test, d.factory, "owner_lost", "2026-12-19", &[("hours", 30)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.level, "red");
        for digest in [&before.explanation, &alert.explanation] {
            let kept = test.db.read(&system(), |tx| alerts::explanation(tx, alert.id, digest)).unwrap();
            let again = test.db.read(&system(), |tx| alerts::recompute(tx, &alert, digest)).unwrap();
            assert_eq!(kept.body, again);
        }
    }
);

store::db_test!(
    fn a_foreign_desk_sees_no_alert(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.state, AlertState::Open);
        let see = |path: &kernel::OrgPath| test.db.read(&officer_of(path), |tx| alerts::by_no(tx, &alert.no));
        assert_eq!(see(&d.unions.tangqi.path).unwrap().id, alert.id);
        assert_eq!(see(&d.unions.qiaosi.path).unwrap_err().code(), "arrears.not_found");
        let nobody = store::Actor { scope: kernel::Scope::nothing(store::testing::district()), ..system() };
        assert!(test.db.read(&nobody, |tx| alerts::get(tx, alert.id)).is_err());
    }
);

store::db_test!(
    fn another_rule_set_takes_over_what_stands(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 40), ("workers", 3)]);
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).rule_set, "rules.composite");
        let publish = |id: &str| test.db.write(&system(), |tx| {
            crate::arrears::rulesets::publish(tx, &Permit::program(), id)
        });
        assert_eq!(publish("rules.no_such").unwrap_err().code(), "rules.unknown");
        publish("rules.months_owed").unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Evaluate)).unwrap();
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.rule_set, "rules.months_owed");
        assert_eq!(alert.state, AlertState::Open);
    }
);
