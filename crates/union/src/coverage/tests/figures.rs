//! Vectors, freezing, recomputation.

use kernel::{Date, EmployerId, Instant, Rate};
use store::testing::TestDb;
use store::{Actor, Tx, db_test};

use crate::coverage::{self, CoverageError, ItemFilter, Metric, Month, RateRules, Targets};
use crate::employers::{self, EdgeKind, EmployerDraft, EmployerState};
use crate::failure::RoomError;
use crate::orgs::tests::support::{District, IDS, day, district, enter, joins, officer_of, role, system};
use crate::orgs::{self, OrgKind, OrgRef};

fn see<T>(test: &TestDb, who: &Actor, f: impl FnOnce(&mut Tx) -> Result<T, CoverageError>) -> Result<T, CoverageError> {
    test.db.read(who, f)
}

fn freeze(test: &TestDb, month: &str) -> Result<coverage::Written, CoverageError> {
    test.db.write(&system(), |tx| coverage::freeze(tx, role("district_officer"), month.parse().unwrap()))
}

fn unit(test: &TestDb, area: &OrgRef, number: usize, headcount: i64) -> EmployerId {
    let draft = EmployerDraft {
        name: format!("第{number}号示例纺织厂"),
        other_codes: vec![(employers::CodeKind::Tax, format!("TAX{number:05}"))],
        territory: Some(area.id),
        headcount: Some(headcount),
        headcount_on: Some(day("2026-01-31")),
        opened_on: Some(day("2015-01-01")),
        ..EmployerDraft::default()
    };
    // Numbered names resemble each other; they are entered as what they are.
    test.db.write(&system(), |tx| employers::create_anyway(tx, &draft)).unwrap()
}

fn link(test: &TestDb, org: &OrgRef, unit: EmployerId, kind: EdgeKind, from: &str) {
    test.db.write(&system(), |tx| employers::link(tx, org.id, unit, kind, day(from))).unwrap();
}

fn rate(test: &TestDb, org: &OrgRef, month: &str, metric: Metric) -> Rate {
    let figures = see(test, &system(), |tx| coverage::figures(tx, org.id, month.parse().unwrap())).unwrap();
    figures[&metric].rate
}

fn at(test: &TestDb, on: &str) {
    test.clock.set(Instant::from_shanghai(day(on), 9, 0));
}

db_test! {
    fn tv_r1_distinct_employers_are_counted_once(test) {
        let District { federation, tangqi, qiaosi, village, .. } = district(test);
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        // 42 should be covered; 30 have their own union, 10 are listed in the joint one, 2 of these have both.
        let units: Vec<_> = (0..42).map(|number| unit(test, &village, number, 30)).collect();
        for (number, one) in units.iter().take(30).enumerate() {
            let own = enter(test, Some(&village), OrgKind::Single, &format!("第{number}号示例纺织厂工会"));
            link(test, &own, *one, EdgeKind::Own, "2020-01-01");
        }
        for one in units.iter().skip(28).take(10) {
            link(test, &joint, *one, EdgeKind::Joint, "2020-01-01");
        }
        unit(test, &village, 900, 24);
        freeze(test, "2026-10").unwrap();
        let founded = rate(test, &tangqi, "2026-10", Metric::Founded);
        assert_eq!((founded.numerator, founded.denominator), (38, 42));
        assert_eq!((founded.to_string(), founded.at_least(90)), ("90.5%".to_owned(), Some(true)));
        assert_eq!(rate(test, &federation, "2026-10", Metric::Founded), founded);
        // Zero denominator is 不适用, neither 0 nor 100.
        assert_eq!(rate(test, &qiaosi, "2026-10", Metric::Founded).to_string(), "不适用");
        let short = see(test, &system(), |tx| {
            coverage::items(tx, tangqi.id, "2026-10".parse().unwrap(), Metric::Founded, ItemFilter::Short, None, 100)
        }).unwrap();
        assert_eq!((short.count, short.items.len(), short.sum), (4, 4, Rate::new(0, 4)));
        let twice = see(test, &system(), |tx| {
            coverage::items(tx, tangqi.id, "2026-10".parse().unwrap(), Metric::Founded, ItemFilter::Reached, None, 100)
        }).unwrap();
        assert_eq!(twice.items.iter().filter(|item| item.note.contains("只计一次")).count(), 2);
    }
}

#[test]
fn tv_r2_unrounded_numbers_are_compared() {
    let targets = Targets::at(store::testing::district(), day("2026-11-20")).unwrap();
    let percent = targets.body.percent(Metric::Founded).unwrap();
    assert_eq!(Rate::new(36, 40).at_least(percent), Some(true));
    let close = Rate::new(359, 399);
    assert_eq!((close.to_string(), close.at_least(percent)), ("90.0%".to_owned(), Some(false)));
    assert_eq!(targets.body.members, Some(200_000));
}

db_test! {
    fn the_denominator_lives(test) {
        let District { tangqi, village, .. } = district(test);
        let growing = unit(test, &village, 1, 24);
        unit(test, &village, 2, 25);
        freeze(test, "2026-10").unwrap();
        assert_eq!(rate(test, &tangqi, "2026-10", Metric::Founded), Rate::new(0, 1));
        // A company that grows from 24 to 25 changes the result; so does a deregistration.
        let card = test.db.read(&system(), |tx| employers::card(tx, growing)).unwrap();
        let grown = EmployerDraft { name: card.name, headcount: Some(25), other_codes: vec![(employers::CodeKind::Tax, "TAX00001".into())], ..EmployerDraft::default() };
        test.db.write(&system(), |tx| employers::upsert(tx, &grown)).unwrap();
        freeze(test, "2026-11").unwrap();
        assert_eq!(rate(test, &tangqi, "2026-11", Metric::Founded), Rate::new(0, 2));
        let gone = EmployerDraft { state: Some(EmployerState::Deregistered), closed_on: Some(day("2026-11-10")), ..grown };
        test.db.write(&system(), |tx| employers::upsert(tx, &gone)).unwrap();
        freeze(test, "2026-11").unwrap();
        assert_eq!(rate(test, &tangqi, "2026-11", Metric::Founded), Rate::new(0, 1));
        // October is as it was, also when it is computed again from the history.
        assert_eq!(rate(test, &tangqi, "2026-10", Metric::Founded), Rate::new(0, 1));
    }
}

db_test! {
    fn months_before_are_computed_as_they_were(test) {
        let District { tangqi, village, factory, .. } = district(test);
        let one = unit(test, &village, 1, 30);
        link(test, &factory, one, EdgeKind::Own, "2026-03-15");
        test.db.write(&system(), |tx| orgs::suspend(tx, role("district_officer"), factory.id, day("2026-06-10"), "停产")).unwrap();
        test.db.write(&system(), |tx| orgs::resume(tx, role("district_officer"), factory.id, day("2026-08-10"), "复产")).unwrap();
        for (month, covered) in [("2026-02", 0), ("2026-03", 1), ("2026-06", 0), ("2026-07", 0), ("2026-08", 1)] {
            freeze(test, month).unwrap();
            assert_eq!(rate(test, &tangqi, month, Metric::Founded), Rate::new(covered, 1), "{month}");
        }
    }
}

db_test! {
    fn a_month_is_provisional_while_it_runs_and_frozen_for_good_after(test) {
        let District { federation, village, .. } = district(test);
        at(test, "2026-11-10");
        unit(test, &village, 1, 30);
        let written = freeze(test, "2026-11").unwrap();
        assert_eq!(written.cut_off, day("2026-11-10"));
        let figure = |month: &str| {
            let figures = see(test, &system(), |tx| coverage::figures(tx, federation.id, month.parse().unwrap())).unwrap();
            figures[&Metric::Founded].clone()
        };
        assert!(figure("2026-11").is_provisional());
        assert!(figure("2026-11").definition.starts_with("coverage.rates@CN#"), "{}", figure("2026-11").definition);
        assert_eq!(freeze(test, "2026-12").unwrap_err().code(), "coverage.future");
        // Two nights are missed; the third writes both months, and November for good.
        at(test, "2026-12-03");
        let written = test.db.write(&system(), coverage::refresh).unwrap();
        assert_eq!(written.iter().map(Month::to_string).collect::<Vec<_>>(), ["2026-11", "2026-12"]);
        assert!(!figure("2026-11").is_provisional());
        assert_eq!(freeze(test, "2026-11").unwrap_err().code(), "coverage.frozen");
        let again = test.db.write(&system(), coverage::refresh).unwrap();
        assert_eq!(again.len(), 1);
        let stranger = test.db.write(&system(), |tx| coverage::freeze(tx, role("town_officer"), "2026-12".parse().unwrap()));
        assert_eq!(stranger.unwrap_err().code(), "coverage.freeze_side");
    }
}

db_test! {
    fn figures_add_up_from_their_rows_for_every_union(test) {
        let District { federation, tangqi, qiaosi, village, factory } = district(test);
        for number in 0..7 {
            let one = unit(test, if number % 2 == 0 { &village } else { &qiaosi }, number, 20 + 3 * number as i64);
            if number == 4 {
                link(test, &factory, one, EdgeKind::Own, "2020-01-01");
            }
        }
        freeze(test, "2026-10").unwrap();
        for org in [&federation, &tangqi, &qiaosi, &village] {
            let checked = see(test, &system(), |tx| coverage::check(tx, org.id, "2026-10".parse().unwrap())).unwrap();
            assert_eq!(checked.len(), 3);
            for (metric, kept, added) in checked {
                assert_eq!(kept, added, "{} {}", org.name, metric.title());
            }
        }
        let lines = see(test, &system(), |tx| coverage::towns(tx, federation.id, "2026-10".parse().unwrap())).unwrap();
        assert_eq!(lines.len(), 2);
        let all: u64 = lines.iter().map(|(_, figures)| figures[&Metric::Founded].rate.denominator).sum();
        assert_eq!(all, rate(test, &federation, "2026-10", Metric::Founded).denominator);
    }
}

db_test! {
    fn a_town_sees_its_own_rows_only(test) {
        let District { federation, tangqi, qiaosi, village, .. } = district(test);
        unit(test, &village, 1, 30);
        unit(test, &qiaosi, 2, 30);
        freeze(test, "2026-10").unwrap();
        let (month, officer): (Month, _) = ("2026-10".parse().unwrap(), officer_of(&tangqi.path));
        assert_eq!(see(test, &officer, |tx| coverage::figures(tx, federation.id, month)).unwrap_err().code(), "org.not_found");
        assert_eq!(see(test, &officer, |tx| coverage::figures(tx, tangqi.id, month)).unwrap().len(), 4);
        let rows = see(test, &officer, |tx| coverage::items(tx, tangqi.id, month, Metric::Founded, ItemFilter::All, None, 10)).unwrap();
        assert_eq!((rows.count, rows.items[0].label.as_str()), (1, "第1号示例纺织厂"));
        let refused = see(test, &officer, |tx| coverage::items(tx, qiaosi.id, month, Metric::Founded, ItemFilter::All, None, 10));
        assert_eq!(refused.unwrap_err().code(), "org.not_found");
        let nobody = Actor { scope: kernel::Scope::nothing(store::testing::district()), ..system() };
        assert_eq!(see(test, &nobody, coverage::months).unwrap().len(), 0);
    }
}

#[test]
fn months_are_read_written_and_counted() {
    let month: Month = "2026-01".parse().unwrap();
    assert_eq!((month.to_string(), month.words(), month.short()), ("2026-01".into(), "2026年1月".into(), "2026年1月".into()));
    assert_eq!((month.back(1).to_string(), month.back(13).to_string()), ("2025-12".into(), "2024-12".into()));
    assert_eq!(("2024-02".parse::<Month>().unwrap().last_day(), Month::of(day("2026-11-20")).short()), (day("2024-02-29"), "11月".into()));
    for bad in ["", "2026", "2026-13", "26-01", "2026-1", "2026-00", "x-y"] {
        assert!(bad.parse::<Month>().is_err(), "{bad}");
    }
}

#[test]
fn the_definitions_hold_together_and_pass_their_tests() {
    let mut tests = 0;
    for definition in kernel::definitions::Catalogue::in_force().of_kind("coverage") {
        assert_eq!((coverage::KIND.check)(definition), Vec::<String>::new(), "{}", definition.path);
        for test in definition.tests() {
            (coverage::KIND.test)(definition, test, kernel::definitions::Catalogue::in_force()).unwrap();
            tests += 1;
        }
    }
    assert_eq!(tests, 7);
    let rules = RateRules::at(store::testing::district(), Date::constant(2026, 11, 20)).unwrap();
    assert_eq!((rules.body.must_found_from, rules.body.watch_from), (25, 100));
}

db_test! {
    fn members_in_work_over_employees_and_units_above_a_hundred_listed(test) {
        let District { tangqi, village, factory, federation, .. } = district(test);
        let (small, uncounted) = (unit(test, &village, 1, 1), unit(test, &village, 2, 0));
        link(test, &factory, small, EdgeKind::Own, "2020-01-01");
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        link(test, &joint, uncounted, EdgeKind::Joint, "2020-01-01");
        joins(test, &factory, Some(small), IDS[0], "2026-09-10");
        joins(test, &factory, Some(small), IDS[1], "2026-10-10");
        joins(test, &joint, Some(uncounted), IDS[2], "2026-10-31");
        freeze(test, "2026-09").unwrap();
        freeze(test, "2026-10").unwrap();
        assert_eq!(rate(test, &tangqi, "2026-09", Metric::Joined), Rate::new(1, 1));
        let october = rate(test, &federation, "2026-10", Metric::Joined);
        assert_eq!((october, october.to_string().as_str()), (Rate::new(2, 1), "100.0%"), "shown capped, kept as counted");
        assert_eq!(rate(test, &federation, "2026-10", Metric::RealName), Rate::new(3, 3));
        assert_eq!(rate(test, &federation, "2026-10", Metric::Joins), Rate::new(2, 3));
        let rows = |filter| {
            let items = see(test, &system(), |tx| coverage::items(tx, tangqi.id, "2026-10".parse().unwrap(), Metric::Joined, filter, None, 9)).unwrap();
            items.items.into_iter().map(|item| (item.label, item.note)).collect::<Vec<_>>()
        };
        assert_eq!(rows(ItemFilter::Over), [("第1号示例纺织厂".to_owned(), "会员多于职工，请核对职工人数".to_owned())]);
        assert_eq!(rows(ItemFilter::Without), [("第2号示例纺织厂".to_owned(), "未登记职工人数，会员 1 人未计入".to_owned())]);
    }
}
