//! Sources that fall silent (TV-A5): what they sent raises nothing and lowers nothing, and what the union's own people
//! see counts all the same.

use kernel::Date;
use kernel::warning::date_of;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{alerts_of, evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::arrears::alerts::{self, Evaluate, EventKind};
use crate::arrears::{ArrearsError, replay, rulesets};

/// The office says on 1 November that wages are `days` late for so many; then it is silent.
fn office_says(test: &TestDb, days: u32, workers: u32) {
    stand_on(test, "2026-11-01");
    let head = "统一社会信用代码,单位名称,日期,拖欠天数,涉及人数";
    let row = format!("{CODE},杭州锦禾制衣有限公司,2026-11-01,{days},{workers}");
    let path = file(test, "拖欠.csv", &format!("{head}\n{row}\n"));
    assert_eq!(import(test, "wage_overdue", path).new, 1);
}

/// The alerts of a replay up to a day: when each opened, and its score.
fn replayed(test: &TestDb, until: &str) -> Vec<(Date, i64)> {
    let until = day(until);
    let found = test.db.read(&system(), |tx| {
        let rules = rulesets::in_force(tx, until)?;
        let collector = replay::Collector::wanting(&[&rules], &[]);
        let past = replay::gather(tx, collector, &[], until, &mut |_| {})?;
        let live = |day| past.sources.live(&rules, day);
        Ok::<_, ArrearsError>(replay::play(&rules, &past.history, live, |_| {}))
    });
    let alerts = found.unwrap().alerts;
    alerts
        .iter()
        .map(|one| (date_of(one.day), one.score))
        .collect()
}

store::db_test!(
    fn what_the_union_sees_counts_while_the_office_is_late(test) {
        let d = district(test);
        office_says(test, 3, 2);
        stand_on(test, "2026-12-05");
        let done = evaluate(test);
        assert!(done.silent["wage_overdue"].contains("逾期"), "{:?}", done.silent);
        assert!(alerts_of(test, d.factory).is_empty());
        lead(test, d.factory, "wage_overdue", "2026-12-05", &[("days", 45), ("workers", 15)]);
        run_jobs_until_idle(&test.db, &Handlers::default().with(Evaluate)).unwrap();
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.red_line), ("red", true), "{:?}", alert.reasons);
        let [rows, packed] = test.db.read(&system(), |tx| alerts::ways(tx, tx.now())).unwrap();
        assert_eq!(rows, packed, "rows and packs tell own eyes from files alike");
        assert_eq!(replayed(test, "2026-12-06"), [(day("2026-12-05"), alert.score)], "and so does a replay");
    }
);

store::db_test!(
    fn silence_alone_proposes_no_fall_and_what_was_heard_again_does(test) {
        let d = district(test);
        office_says(test, 35, 12);
        lead(test, d.factory, "low_pay", "2026-11-01", &[("workers", 5)]);
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).level, "red");
        stand_on(test, "2026-11-20");
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.proposed.as_deref()), ("red", None), "score {}", alert.score);
        assert!(alert.score < 35, "what is late is not scored");
        let held = test.db.read(&system(), |tx| alerts::held(tx, &alert)).unwrap().expect("silence holds it");
        assert_eq!((held.level.as_str(), held.now), ("红", alert.score));
        assert!(held.score >= 35 && held.silent == [("工资拖欠".to_owned(), day("2026-11-01"), false)], "{held:?}");
        // Whoever tries the rules in force anew, or others that say the same of it, sees no change: the colour stands.
        let tried = test.db.read(&system(), |tx| {
            let force = rulesets::in_force(tx, tx.today())?;
            alerts::dry_run(tx, &force)
        });
        assert_eq!(tried.unwrap(), []);
        let other = test.db.read(&system(), |tx| {
            let other = rulesets::compiled(rulesets::shipped(tx, "rules.months_owed")?)?;
            alerts::dry_run(tx, &other)
        });
        let now: Vec<_> = other.unwrap().into_iter().map(|one| (one.now.0, one.then.0)).collect();
        assert_eq!(now, [(Some("red".to_owned()), Some("orange".to_owned()))], "from the colour that stands");
        // The office is heard again and says that less is owed: now it may fall.
        let text = format!("统一社会信用代码,单位名称,日期,拖欠天数,涉及人数\n{CODE},杭州锦禾制衣有限公司,2026-11-20,2,2\n");
        import(test, "wage_overdue", file(test, "又.csv", &text));
        run_jobs_until_idle(&test.db, &Handlers::default().with(Evaluate)).unwrap();
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.level, "red", "a person decides");
        assert!(alert.proposed.is_some());
        let events = test.db.read(&system(), |tx| alerts::events(tx, alert.id)).unwrap();
        let falls = events.iter().filter(|one| one.kind == EventKind::FallProposed);
        assert_eq!(falls.count(), 1);
    }
);
