//! 停用: a paused feed is marked and not scored, its files wait, and what was known then stays known.

use kernel::Instant;
use kernel::warning::Silence;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{alerts_of, evaluate, lead, stand_on};
use super::support::*;
use crate::arrears::alerts::Evaluate;
use crate::arrears::{self, Freshness, Permit, freshness_of_kinds, replay, rulesets};
use crate::audit::{AuditFilter, search};
use crate::failure::RoomError;

const FEED: &str = "si_arrears";

fn arrears_of(test: &TestDb, months: &str) {
    let text = format!(
        "统一社会信用代码,单位名称,月份,欠费月数\n{CODE},杭州锦禾制衣有限公司,2026-10,{months}\n"
    );
    import(test, FEED, file(test, "社保.csv", &text));
}

fn pause(test: &TestDb, until: Option<&str>, why: &str) -> Result<(), arrears::ArrearsError> {
    let until = until.map(day);
    test.db.write(&system(), |tx| {
        arrears::pause_feed(tx, &Permit::program(), FEED, until, why)
    })
}

fn resume(test: &TestDb, why: &str) -> Result<(), arrears::ArrearsError> {
    test.db.write(&system(), |tx| {
        arrears::resume_feed(tx, &Permit::program(), FEED, why)
    })
}

fn stands(test: &TestDb, on: &str) -> Freshness {
    let at = Instant::from_shanghai(day(on), 12, 0);
    let kinds = test
        .db
        .read(&system(), |tx| freshness_of_kinds(tx, at))
        .unwrap();
    kinds[FEED]
}

store::db_test!(
    fn a_paused_feed_is_marked_and_not_scored(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        arrears_of(test, "3");
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        assert_eq!(pause(test, None, " ").unwrap_err().code(), "feed.no_reason");
        assert_eq!(pause(test, Some("2026-11-19"), "对不上").unwrap_err().code(), "feed.pause_past");
        assert_eq!(resume(test, "好了").unwrap_err().code(), "feed.not_paused");
        pause(test, None, "对方换系统，数据对不上").unwrap();
        assert_eq!(pause(test, None, "再停一次").unwrap_err().code(), "feed.paused");
        let done = evaluate(test);
        assert!(alerts_of(test, d.factory).is_empty(), "ten points alone make no colour");
        assert_eq!(done.silent.get(FEED).map(String::as_str), Some("已停用，暂不计分"));
        let states = test.db.read(&system(), arrears::feed_states).unwrap();
        let state = states.iter().find(|one| one.registered.name == FEED).unwrap();
        assert_eq!(state.freshness, Freshness::Paused);
        assert_eq!(state.pause.as_ref().map(|one| one.why.as_str()), Some("对方换系统，数据对不上"));
        let silent = test.db.read(&system(), arrears::silent_feeds).unwrap();
        assert!(silent.iter().any(|one| one.paused && one.words() == "已停用"), "{silent:?}");
        // Its files wait; what people see is still taken.
        let text = "单位名称,月份,欠费月数\n杭州锦禾制衣有限公司,2026-09,3\n";
        let sent = try_import(test, FEED, file(test, "又一份.csv", text)).unwrap_err();
        assert!(sent.code() == "feed.paused" && sent.to_string().contains("对方换系统"), "{sent}");
        resume(test, "已核对一致").unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Evaluate)).unwrap();
        let alerts = alerts_of(test, d.factory);
        assert_eq!(alerts.len(), 1, "thirty points once it is believed again");
        let past = test.db.read(&system(), |tx| arrears::feed_pauses(tx, FEED)).unwrap();
        assert_eq!((past.len(), past[0].ended_why.as_str()), (1, "已核对一致"));
        for (action, count) in [("feed.paused", 1), ("feed.resumed", 1)] {
            let filter = AuditFilter { action: action.into(), ..AuditFilter::default() };
            assert_eq!(test.db.read(&system(), |tx| search(tx, &filter, 10)).unwrap().len(), count, "{action}");
        }
    }
);

store::db_test!(
    fn a_pause_ends_by_itself_after_its_last_day_and_the_past_stays_as_it_was(test) {
        district(test);
        stand_on(test, "2026-11-20");
        arrears_of(test, "2");
        stand_on(test, "2026-11-22");
        pause(test, Some("2026-11-24"), "节点切换").unwrap();
        for (on, expected) in [
            ("2026-11-21", Freshness::Live),
            ("2026-11-22", Freshness::Paused),
            ("2026-11-24", Freshness::Paused),
            ("2026-11-25", Freshness::Live),
        ] {
            assert_eq!(stands(test, on), expected, "{on}");
        }
        stand_on(test, "2026-11-26");
        assert_eq!(resume(test, "已好").unwrap_err().code(), "feed.not_paused", "it ended by itself");
        pause(test, None, "又对不上").unwrap();
        assert_eq!(stands(test, "2026-11-25"), Freshness::Live, "the day between was live");
        assert_eq!(stands(test, "2026-11-26"), Freshness::Paused);
        stand_on(test, "2026-11-27");
        resume(test, "好了").unwrap();
        assert_eq!(stands(test, "2026-11-26"), Freshness::Paused, "as it was known then");
        assert_eq!(stands(test, "2026-11-27"), Freshness::Live);
        let past = test.db.read(&system(), |tx| arrears::feed_pauses(tx, FEED)).unwrap();
        let ends: Vec<_> = past.iter().map(|one| one.ended.map(|at| at.shanghai_date())).collect();
        assert_eq!(ends, [Some(day("2026-11-27")), Some(day("2026-11-25"))], "the first was over when its day was");
    }
);

store::db_test!(
    fn a_replay_knows_the_pauses_as_they_were_known_then(test) {
        district(test);
        stand_on(test, "2026-11-20");
        arrears_of(test, "2");
        stand_on(test, "2026-11-22");
        pause(test, Some("2026-11-24"), "节点切换").unwrap();
        stand_on(test, "2026-11-26");
        pause(test, None, "又对不上").unwrap();
        stand_on(test, "2026-11-28");
        resume(test, "好了").unwrap();
        stand_on(test, "2026-12-31");
        let mut seen = Vec::new();
        let mut on = day("2026-11-20");
        test.db.read(&system(), |tx| {
            let rules = rulesets::in_force(tx, on)?;
            let number = (0_u16..).zip(rules.signals()).find(|(_, signal)| signal.kind == FEED).unwrap().0;
            let collector = replay::Collector::wanting(&[&rules], &[]);
            let past = replay::gather(tx, collector, &[], day("2026-12-31"), &mut |_| {})?;
            while on < day("2026-12-31") {
                // What the desk itself knew that evening.
                let evening = Instant::from_shanghai(on, 23, 59);
                let desk = rulesets::liveness(&rules, &freshness_of_kinds(tx, evening)?).silence(number);
                let replayed = past.sources.live(&rules, kernel::warning::day_number(on)).silence(number);
                assert_eq!(replayed, desk, "{on}");
                if replayed == Some(Silence::Paused) {
                    seen.push(on.to_string());
                }
                on = on.tomorrow().unwrap();
            }
            Ok::<_, arrears::ArrearsError>(())
        }).unwrap();
        assert_eq!(seen, ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27"]);
    }
);

store::db_test!(
    fn who_does_not_manage_feeds_pauses_none(test) {
        district(test);
        let by = |role_id: &str| {
            let permit = Permit::with(role(role_id));
            test.db.write(&system(), |tx| arrears::pause_feed(tx, &permit, FEED, None, "x")).unwrap_err().code()
        };
        assert_eq!(by("town_officer"), "arrears.forbidden");
        let nothing = test.db.write(&system(), |tx| arrears::pause_feed(tx, &Permit::program(), "nothing", None, "x"));
        assert_eq!(nothing.unwrap_err().code(), "arrears.not_found");
    }
);

/// Whatever a feed reads, its own template is understood.
#[test]
fn every_template_is_understood_by_the_importer() {
    use crate::exchange::reading::{Source, Workbook};
    let feeds = arrears::Feed::all(store::testing::district(), day("2026-11-20")).unwrap();
    let mut seen = 0;
    for feed in feeds {
        if feed.feed.columns.is_empty() {
            assert!(feed.template().is_err(), "{}", feed.name);
            continue;
        }
        let layout = feed.feed.layout();
        let book = Workbook::open(&Source::memory(feed.template().unwrap())).unwrap();
        let found = crate::exchange::survey(&book, &layout, None, crate::exchange::Headings::Known)
            .unwrap();
        found.mapping.check(&layout).unwrap();
        let fields: Vec<_> = found
            .mapping
            .columns
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        let wanted: Vec<_> = layout
            .columns
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(fields, wanted, "{}", feed.name);
        seen += 1;
    }
    assert!(seen > 8, "{seen}");
}
