//! Files in: what is taken, what is refused and why, and that nothing counts twice.

use flate2::{Compression, write::GzEncoder};
use kernel::Instant;
use std::io::Write as _;
use std::time::Duration;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::support::*;
use crate::arrears::intake::{Request, import_file};
use crate::arrears::{
    self, Freshness, Matched, Permit, SignalState, freshness_of_kinds, signals, subjects,
};
use crate::employers::{self, Answer};
use crate::exchange::reading::{Source, Workbook};
use crate::failure::RoomError;

const SI: &str = "统一社会信用代码,单位名称,月份,欠费月数\n";

fn si(rows: &str) -> String {
    format!("{SI}{rows}")
}

store::db_test!(
    fn the_same_file_ten_times_counts_once(test) {
        district(test);
        let path = file(test, "si.csv", &si(&format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n")));
        let first = import(test, "si_arrears", path.clone());
        assert_eq!((first.new, first.unchanged, first.refused), (1, 0, 0), "{first:?}");
        let before = counted(test);
        assert_eq!(before, [r#"si_arrears 2026-10-31 {"months":2}"#]);
        for _ in 0..9 {
            let again = import(test, "feeds.si_arrears", path.clone());
            assert_eq!((again.new, again.unchanged), (0, 1), "{again:?}");
        }
        assert_eq!(counted(test), before);
    }
);

store::db_test!(
    fn ten_copies_of_a_row_in_one_file_count_once(test) {
        district(test);
        let rows = format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n").repeat(10);
        let report = import(test, "si_arrears", file(test, "si.csv", &si(&rows)));
        assert_eq!((report.rows, report.new, report.unchanged), (10, 1, 9));
        assert_eq!(counted(test).len(), 1);
    }
);

store::db_test!(
    fn a_corrected_figure_replaces_the_earlier_one(test) {
        let d = district(test);
        import(test, "si_arrears", file(test, "a.csv", &si("杭州锦禾制衣有限公司,杭州锦禾制衣有限公司,2026-10,2\n")));
        test.clock.advance(Duration::from_secs(3600));
        let report = import(test, "si_arrears", file(test, "b.csv", &si("杭州锦禾制衣有限公司,杭州锦禾制衣有限公司,2026-10,1\n")));
        assert_eq!((report.new, report.corrected), (0, 1), "{report:?}");
        assert_eq!(counted(test), [r#"si_arrears 2026-10-31 {"months":1}"#]);
        let subject = d.factory.uuid().into();
        let kept = test.db.read(&system(), |tx| signals::of_subject(tx, subject, 10)).unwrap();
        let states: Vec<_> = kept.iter().map(|one| (one.state, one.ended.is_some())).collect();
        assert_eq!(states, [(SignalState::Counted, false), (SignalState::Replaced, true)]);
    }
);

store::db_test!(
    fn the_same_event_from_two_sources_counts_once(test) {
        district(test);
        let head = "单位名称,日期,拖欠天数,涉及人数\n";
        let office = file(test, "a.csv", &format!("{head}杭州锦禾制衣有限公司,2026-11-02,31,12\n"));
        assert_eq!(import(test, "wage_overdue", office).new, 1);
        let report = test.db.write(&system(), |tx| {
            let mut delivery = arrears::begin_delivery(tx, "inspection", "另一处")?;
            let d = tx_factory(tx);
            let new = signals::NewSignal {
                about: signals::Whom::Known(d.0),
                kind: "wage_overdue".into(),
                day: day("2026-11-18"),
                arrived: tx.now(),
                fields: arrears::Fields::new([("days", 35), ("workers", 12)]),
                quality: arrears::Quality::Verified,
                reference: "现场".into(),
                known_as: None,
                once: arrears::Once::Month,
                org_path: d.1,
            };
            let taken = signals::take_many(tx, &mut delivery, &[new.clone(), new])?;
            arrears::finish_delivery(tx, &delivery)?;
            Ok::<_, arrears::ArrearsError>(taken)
        }).unwrap();
        assert_eq!(report, [signals::Taken::TakesOver, signals::Taken::Same]);
        assert_eq!(counted(test), [r#"wage_overdue 2026-11-18 {"days":35,"workers":12}"#]);
    }
);

fn tx_factory(tx: &mut store::Tx) -> (arrears::SubjectId, kernel::OrgPath) {
    let found = employers::find(tx, CODE).unwrap().pop().unwrap();
    (found.id.uuid().into(), found.org_path)
}

store::db_test!(
    fn bad_rows_are_named_and_nothing_else_is_lost(test) {
        district(test);
        let text = si(&format!(
            "{CODE},杭州锦禾制衣有限公司,2026-10,-2\n\
             {CODE},杭州锦禾制衣有限公司,2027-01,2\n\
             {CODE},杭州锦禾制衣有限公司,2026-10,很多\n\
             ,,2026-10,2\n\
             {CODE},杭州锦禾制衣有限公司,,2\n\
             {CODE},杭州锦禾制衣有限公司,2026-09,3\n"
        ));
        let errors = test.folder.path().join("errors.xlsx");
        let request = Request {
            file: file(test, "si.csv", &text),
            feed: "si_arrears".into(),
            errors: Some(errors.clone()),
            ..Request::default()
        };
        let report = import_file(&test.db, &system(), &Permit::program(), &request, &mut |_| {}).unwrap();
        assert_eq!((report.rows, report.new, report.refused), (6, 1, 5));
        let said: Vec<_> = report.rows_refused.iter()
            .map(|row| (row.row, row.field.as_str(), row.code.as_str())).collect();
        assert_eq!(said, [
            (2, "欠缴月数", "signal.negative"),
            (3, "月份", "signal.future"),
            (4, "欠缴月数", "signal.count"),
            (5, "单位名称", "signal.missing"),
            (6, "月份", "signal.missing"),
        ]);
        assert!(report.rows_refused.iter().all(|row| !row.message.is_empty()));
        let book = Workbook::open(&Source::file(&errors)).unwrap();
        let rows = book.rows(book.candidates()[0]).map(Result::unwrap).count();
        assert_eq!(rows, 6, "headings and the five refused rows");
    }
);

store::db_test!(
    fn wrong_columns_and_unknown_feeds_are_refused_whole(test) {
        district(test);
        let path = file(test, "x.csv", "姓名,身份证\n张三,1\n李四,2\n");
        let fault = try_import(test, "si_arrears", path.clone()).unwrap_err();
        assert_eq!(fault.code(), "file.no_header");
        let fault = try_import(test, "no_such", path.clone()).unwrap_err();
        assert_eq!(fault.code(), "feed.unknown");
        assert!(fault.to_string().contains("si_arrears"), "names what there is: {fault}");
        let missing = file(test, "y.csv", "单位名称,月份\n甲,2026-10\n");
        assert_eq!(try_import(test, "si_arrears", missing).unwrap_err().code(), "file.no_column");
        assert_eq!(try_import(test, "sentinel_check", path).unwrap_err().code(), "feed.by_hand");
        assert_eq!(counted(test), [""; 0]);
    }
);

store::db_test!(
    fn unknown_employers_wait_and_count_when_a_person_has_decided(test) {
        let d = district(test);
        let path = file(test, "si.csv", &si(",杭州锦和制衣,2026-10,2\n,杭州锦和制衣,2026-09,1\n"));
        let report = import(test, "si_arrears", path.clone());
        assert_eq!((report.new, report.waiting, report.refused), (0, 2, 0), "{report:?}");
        assert_eq!(report.unknown_employers, ["杭州锦和制衣"]);
        assert_eq!(counted(test), [""; 0]);
        let again = import(test, "si_arrears", path.clone());
        assert_eq!((again.waiting, again.unchanged), (0, 2), "asked once");
        let questions = test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].candidates[0].id, d.factory, "the likely one is proposed");
        test.clock.advance(Duration::from_secs(86_400));
        test.db.write(&system(), |tx| employers::decide(tx, questions[0].id, Answer::Is(d.factory))).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Matched)).unwrap();
        let released = all(test, &system());
        assert_eq!(released.len(), 2);
        let now = test.db.clock().now();
        assert!(released.iter().all(|one| one.arrived == now), "known only since the decision");
        assert!(released.iter().all(|one| one.subject.uuid() == d.factory.uuid()));
        let once_more = import(test, "si_arrears", path);
        assert_eq!((once_more.new, once_more.waiting, once_more.unchanged), (0, 0, 2));
    }
);

store::db_test!(
    fn signals_about_nobody_here_are_set_aside(test) {
        district(test);
        import(test, "si_arrears", file(test, "si.csv", &si(",外地某某公司,2026-10,2\n")));
        let question = test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap()[0].id;
        test.db.write(&system(), |tx| employers::decide(tx, question, Answer::Dismiss)).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(Matched)).unwrap();
        assert_eq!(counted(test), [""; 0]);
    }
);

store::db_test!(
    fn a_rehearsal_says_the_same_and_writes_nothing(test) {
        district(test);
        let request = Request {
            file: file(test, "si.csv", &si(&format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n,没听说过的厂,2026-10,2\n"))),
            feed: "si_arrears".into(),
            dry_run: true,
            ..Request::default()
        };
        let report = import_file(&test.db, &system(), &Permit::program(), &request, &mut |_| {}).unwrap();
        assert_eq!((report.new, report.waiting, report.delivery.as_str()), (1, 1, ""));
        assert_eq!(counted(test), [""; 0]);
        assert!(test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap().is_empty());
    }
);

store::db_test!(
    fn past_records_are_known_since_their_own_day_and_replay_in_order(test) {
        district(test);
        let text = "state,claim_id,employer_id,opened,industry_code,claimants,claimed\n\
            CA,3,E2,2017-03-01,722511,,\nCA,1,E1,2017-01-02,,4,1200.50\nWA,2,E1,2017-02-01,,,-636.00\n\
            WA,4,,2017-02-01,,,\nWA,5,E1,,,,\nWA,6,E2,2017-03-01,,,24000000000000\n";
        let path = test.folder.path().join("claims.csv.gz");
        let mut gz = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap();
        let report = import(test, "public_wage_claims", path);
        assert_eq!((report.rows, report.new, report.refused), (6, 4, 2), "{report:?}");
        let all = all(test, &system());
        let order: Vec<_> = all.iter().map(|one| (one.day.to_string(), one.fields.text())).collect();
        assert_eq!(order, [
            ("2017-01-02".to_owned(), r#"{"claimants":4,"claimed":120050}"#.to_owned()),
            // An amount nobody can mean is unknown; the claim was made all the same.
            ("2017-02-01".to_owned(), r#"{"claimants":1}"#.to_owned()),
            ("2017-03-01".to_owned(), r#"{"claimants":1}"#.to_owned()),
            ("2017-03-01".to_owned(), r#"{"claimants":1}"#.to_owned()),
        ]);
        assert!(all.iter().all(|one| one.arrived == Instant::from_shanghai(one.day, 12, 0)));
        let mut places = Vec::new();
        test.db.read(&system(), |tx| subjects::each(tx, |subject| {
            places.push((subject.key, subject.place, subject.industry));
            Ok(())
        })).unwrap();
        places.sort();
        assert_eq!(places, [
            ("E1".to_owned(), "CA".to_owned(), String::new()),
            ("E2".to_owned(), "CA".to_owned(), "722511".to_owned()),
        ]);
    }
);

store::db_test!(
    fn every_row_of_a_public_record_counts_even_under_one_number(test) {
        district(test);
        let text = "claim_id,employer_id,opened\nC-1,E1,2017-01-02\nC-1,E1,2017-01-02\n,E1,2017-01-02\n\
            C-1,E2,2017-01-02\nC-2,E1,2009-12-31\nC-3,E1,2014\n";
        let path = file(test, "claims.csv", text);
        let first = import(test, "public_wage_claims", path.clone());
        let codes: Vec<_> = first.rows_refused.iter().map(|row| row.code.as_str()).collect();
        assert_eq!((first.new, codes), (4, vec!["signal.before_record", "signal.day"]), "{first:?}");
        let again = import(test, "public_wage_claims", path);
        assert_eq!((again.new, again.unchanged), (0, 4), "sent again, nothing is new: {again:?}");
        assert_eq!(counted(test).len(), 4);
    }
);

store::db_test!(
    fn a_feed_that_is_late_is_stale_and_one_that_never_came_is_not_connected(test) {
        district(test);
        import(test, "si_arrears", file(test, "si.csv", &si(&format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n"))));
        let kind = |kind: &str, on: &str| {
            test.db.read(&system(), |tx| freshness_of_kinds(tx, Instant::from_shanghai(day(on), 23, 59))).unwrap()[kind]
        };
        assert_eq!(kind("si_arrears", "2026-11-20"), Freshness::Live);
        assert_eq!(kind("si_arrears", "2027-01-04"), Freshness::Live, "45 days");
        assert_eq!(kind("si_arrears", "2027-01-05"), Freshness::Stale);
        assert_eq!(kind("si_arrears", "2026-11-19"), Freshness::NotConnected, "as it was known then");
        assert_eq!(kind("utility_use", "2026-11-20"), Freshness::NotConnected);
    }
);

store::db_test!(
    fn a_desk_elsewhere_sees_no_subject_and_no_signal(test) {
        let d = district(test);
        import(test, "si_arrears", file(test, "si.csv", &si(&format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n"))));
        let subject = d.factory.uuid().into();
        let see = |path: &kernel::OrgPath| {
            test.db.read(&officer_of(path), |tx| signals::of_subject(tx, subject, 10)).map(|found| found.len())
        };
        assert_eq!(see(&d.unions.tangqi.path).unwrap(), 1);
        assert_eq!(see(&d.unions.qiaosi.path).unwrap_err().code(), "arrears.not_found");
    }
);

#[test]
fn an_enterprise_role_may_neither_read_warnings_nor_enter_signals() {
    use crate::access::Capability;
    let held = role("enterprise_chair");
    for capability in [
        Capability::WarningRead,
        Capability::WarningAct,
        Capability::WarningCommand,
        Capability::SignalsEnter,
        Capability::FeedsManage,
    ] {
        assert!(!held.has(capability), "{}", capability.id());
    }
    assert!(held.has(Capability::PayReportFile));
    let test = TestDb::sqlite();
    let request = Request {
        feed: "si_arrears".into(),
        ..Request::default()
    };
    let refused = import_file(
        &test.db,
        &system(),
        &Permit::with(held),
        &request,
        &mut |_| {},
    );
    assert_eq!(refused.unwrap_err().code(), "arrears.forbidden");
}

#[test]
fn the_shipped_feeds_hold_together() {
    let catalogue = kernel::definitions::Catalogue::in_force();
    let mut tried = 0;
    for definition in catalogue.of_kind("feeds") {
        let faults = (arrears::FEEDS_KIND.check)(definition);
        assert_eq!(faults, Vec::<String>::new(), "{}", definition.path);
        for table in definition.tests() {
            (arrears::FEEDS_KIND.test)(definition, table, catalogue).unwrap();
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

store::db_test!(
    fn a_code_of_one_employer_with_the_name_of_another_is_a_question_for_a_person(test) {
        let d = district(test);
        let report = import(test, "si_arrears", file(test, "si.csv", &si(&format!("{CODE},杭州云栖木作有限公司,2026-10,2\n"))));
        assert_eq!((report.new, report.waiting, report.refused), (0, 1, 0), "{report:?}");
        assert!(counted(test).is_empty(), "it counts for neither");
        let asked = test.db.read(&system(), |tx| employers::questions(tx, None, 10)).unwrap();
        let mut names: Vec<&str> = asked[0].candidates.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["杭州云栖木作有限公司", "杭州锦禾制衣有限公司"], "both are proposed");
        assert!(asked[0].candidates.iter().any(|one| one.id == d.factory));
    }
);

store::db_test!(
    fn a_mistyped_code_is_refused_with_its_row_instead_of_going_by_the_name(test) {
        district(test);
        let mistyped = format!("{}X", &CODE[..17]);
        let rows = format!("{mistyped},杭州锦禾制衣有限公司,2026-10,2\n,杭州锦禾制衣有限公司,2026-09,2\n");
        let report = import(test, "si_arrears", file(test, "si.csv", &si(&rows)));
        assert_eq!((report.new, report.refused), (1, 1), "{report:?}");
        let refused = serde_json::to_value(&report.rows_refused[0]).unwrap().to_string();
        assert!(refused.contains("signal.code_check") && refused.contains("校验不通过") && refused.contains('2'), "{refused}");
        assert!(!refused.contains(&mistyped), "a person's number may have been written there");
    }
);
