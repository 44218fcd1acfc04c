//! Freezing: once, for ended months, as of their last evening, seen by those it concerns.

use kernel::{Instant, Rate};
use store::db_test;
use store::jobs::{Handlers, run_jobs_until_idle};

use super::support::*;
use crate::coverage::{self, CoverageError, Edition, Freezing, Metric, Month, MonthEnd, Refresh};
use crate::employers::{EdgeKind, EmployerState};
use crate::failure::RoomError;
use crate::orgs::tests::support::{District, district, officer_of, system};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    Instant::from_shanghai(day(text), 9, 0)
}

db_test! {
    fn a_frozen_month_never_changes(test) {
        let District { federation, tangqi, factory, .. } = district(test);
        write(test, |tx| {
            let id = unit(tx, 1, &tangqi, 30)?;
            link(tx, factory.id, id, EdgeKind::Own)?;
            unit(tx, 2, &tangqi, 40)?;
            join(tx, &factory, Some(id), 1)
        });
        let october = month("2026-10");
        assert_eq!(write(test, |tx| coverage::freeze(tx, october)), Freezing::Frozen);
        let edition = Edition::Month(october);
        let whole = |metric| read(test, &system(), move |tx| coverage::items(tx, edition, metric, &kernel::OrgPath::whole(), None, None, 100));
        let board = || read(test, &system(), |tx| coverage::board(tx, edition, &federation.path)).unwrap();
        let before = (board(), Metric::ALL.map(whole));
        assert_eq!((before.0.founded, before.0.joined), (Rate::new(1, 2), Rate::new(1, 30)));
        // The figure is the sum of its rows, for every rate.
        for metric in Metric::ALL {
            let again = read(test, &system(), |tx| coverage::recount(tx, edition, metric, &federation.path));
            assert_eq!(again, before.0.rate(metric), "{}", metric.title());
        }
        // Life goes on; the month does not.
        test.clock.set(at("2026-12-02"));
        write(test, |tx| {
            grow(tx, 2, 10, "2026-10-15")?;
            close(tx, 1, EmployerState::Deregistered, Some("2026-10-20"))
        });
        assert_eq!(write(test, |tx| coverage::freeze(tx, october)), Freezing::Already(at("2026-11-20")));
        assert_eq!((board(), Metric::ALL.map(whole)), before);
        let audited = test.db.read(&system(), |tx| {
            crate::audit::search(tx, &crate::audit::AuditFilter { action: "coverage.frozen".into(), ..Default::default() }, 10)
        });
        assert_eq!(audited.unwrap().len(), 1);
    }
}

db_test! {
    fn a_month_is_counted_as_of_its_last_evening(test) {
        let District { federation, tangqi, factory, .. } = district(test);
        let (unit_id, member) = write(test, |tx| {
            let id = unit(tx, 1, &tangqi, 24)?;
            Ok((id, join(tx, &factory, Some(id), 1)?))
        });
        let _ = member;
        write(test, |tx| {
            // Covered from January on; 25 employees from October on; struck off in November.
            link(tx, factory.id, unit_id, EdgeKind::Own)?;
            grow(tx, 1, 25, "2026-10-31")?;
            close(tx, 1, EmployerState::Deregistered, Some("2026-11-05"))
        });
        let founded = |text: &str| {
            write(test, |tx| coverage::freeze(tx, month(text)));
            let edition = Edition::Month(month(text));
            let board = read(test, &system(), |tx| coverage::board(tx, edition, &federation.path)).unwrap();
            (board.founded, board.joined)
        };
        assert_eq!(founded("2026-09"), (Rate::new(0, 0), Rate::new(1, 24)), "24 is not 25");
        assert_eq!(founded("2026-10"), (Rate::new(1, 1), Rate::new(1, 25)));
        assert_eq!(founded("2025-12"), (Rate::new(0, 0), Rate::new(0, 0)), "not yet covered");
        let now = today(test, &federation);
        assert_eq!((now.founded, now.joined), (Rate::new(0, 0), Rate::new(0, 0)), "struck off");
    }
}

db_test! {
    fn only_the_district_freezes_and_only_what_has_ended(test) {
        let District { tangqi, .. } = district(test);
        let refused = |who: &store::Actor, text: &str| {
            let result: Result<Freezing, CoverageError> = test.db.write(who, |tx| coverage::freeze(tx, month(text)));
            result.unwrap_err().code()
        };
        assert_eq!(refused(&system(), "2026-11"), "coverage.month_open");
        assert_eq!(refused(&officer_of(&tangqi.path), "2026-10"), "coverage.not_whole");
        test.clock.set(at("2026-11-30"));
        assert_eq!(refused(&system(), "2026-11"), "coverage.month_open", "its last day still runs");
    }
}

db_test! {
    fn a_town_sees_its_own_rows_and_no_other(test) {
        let District { federation, tangqi, qiaosi, .. } = district(test);
        write(test, |tx| {
            unit(tx, 1, &tangqi, 30)?;
            unit(tx, 2, &qiaosi, 30)?;
            unit(tx, 3, &qiaosi, 30)
        });
        coverage::refresh(&test.db, &system()).unwrap();
        let officer = officer_of(&tangqi.path);
        let see = |path: &kernel::OrgPath| {
            let (board, rows, sum) = read(test, &officer, |tx| {
                Ok((
                    coverage::board(tx, Edition::Current, path)?,
                    coverage::items(tx, Edition::Current, Metric::Founded, path, None, None, 100)?,
                    coverage::recount(tx, Edition::Current, Metric::Founded, path)?,
                ))
            });
            (board.map(|board| board.founded.denominator), rows.len(), sum.denominator)
        };
        assert_eq!(see(&tangqi.path), (Some(1), 1, 1));
        assert_eq!(see(&qiaosi.path), (None, 0, 0));
        assert_eq!(see(&federation.path), (None, 0, 0), "narrowed to what is above is nothing");
        let below = read(test, &officer, |tx| coverage::boards_below(tx, Edition::Current, &federation.path));
        assert!(below.is_empty());
        let all = read(test, &system(), |tx| coverage::boards_below(tx, Edition::Current, &federation.path));
        assert_eq!(all.iter().map(|board| board.founded.denominator).collect::<Vec<_>>(), [1, 2]);
    }
}

db_test! {
    fn missed_nights_are_made_up_for(test) {
        let District { federation, tangqi, .. } = district(test);
        write(test, |tx| unit(tx, 1, &tangqi, 30));
        let handlers = Handlers::default().with(MonthEnd);
        let frozen = || {
            let months = read(test, &system(), |tx| coverage::months(tx, 24));
            months.iter().map(|(month, _)| month.to_string()).collect::<Vec<_>>()
        };
        run_jobs_until_idle(&test.db, &handlers).unwrap();
        assert_eq!(frozen(), ["2026-10"], "the first time, the month that ended last");
        test.clock.set(at("2027-02-10"));
        run_jobs_until_idle(&test.db, &handlers).unwrap();
        assert_eq!(frozen(), ["2027-01", "2026-12", "2026-11", "2026-10"]);
        let line = read(test, &system(), |tx| coverage::trend(tx, &federation.path, month("2026-12")));
        assert_eq!(line.iter().map(|(month, board)| (month.to_string(), board.founded)).collect::<Vec<_>>(), [
            ("2026-12".to_owned(), Rate::new(0, 1)),
            ("2027-01".to_owned(), Rate::new(0, 1)),
        ]);
    }
}

db_test! {
    fn today_is_counted_again_and_keeps_its_time(test) {
        let District { federation, tangqi, .. } = district(test);
        write(test, |tx| unit(tx, 1, &tangqi, 30));
        run_jobs_until_idle(&test.db, &Handlers::default().with(Refresh)).unwrap();
        let latest = || read(test, &system(), |tx| coverage::latest(tx, &federation.path)).unwrap().1;
        assert_eq!((latest().founded, latest().at), (Rate::new(0, 1), at("2026-11-20")));
        test.clock.set(at("2026-11-21"));
        coverage::refresh(&test.db, &system()).unwrap();
        assert_eq!((latest().founded, latest().at), (Rate::new(0, 1), at("2026-11-21")));
        write(test, |tx| unit(tx, 2, &tangqi, 30));
        coverage::refresh(&test.db, &system()).unwrap();
        assert_eq!(latest().founded, Rate::new(0, 2));
    }
}
