//! The daily report, the panel and the season, on both databases: a day says tomorrow what it says today.

use kernel::Date;
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert, tv_a1};
use super::support::*;
use crate::arrears::alerts::{self, Closing, Decision, Push};
use crate::arrears::check_in::{Answers, CheckIn, WeeklyRules, check_in};
use crate::arrears::daily::{self, Daily, DailyReports, digest_of, of_day, text};
use crate::arrears::desk::{self, DeskFilter};
use crate::arrears::{Permit, panel};
use crate::cases::{self, ActInput, Clocks, NewEvidence};
use crate::employers::{self, EmployerDraft};
use crate::failure::RoomError;
use crate::orgs::tests::support as orgs;

fn at(test: &TestDb, text: &str) {
    test.clock.set(kernel::duty::moment(text).unwrap());
}

fn report(test: &TestDb, on: &str) -> Daily {
    test.db.read(&system(), |tx| of_day(tx, day(on))).unwrap()
}

fn clocks(test: &TestDb) {
    run_jobs_until_idle(&test.db, &Handlers::default().with(Clocks)).unwrap();
}

/// The first day: one yellow alert. The second: it turns red, its clocks run out one by one.
fn two_days(test: &TestDb) -> District {
    let d = district(test);
    at(test, "2026-11-19 09:00");
    tv_a1(test, d.factory);
    evaluate(test);
    at(test, "2026-11-20 08:45");
    lead(
        test,
        d.factory,
        "owner_lost",
        "2026-11-19",
        &[("hours", 26)],
    );
    lead(
        test,
        d.factory,
        "wage_overdue",
        "2026-11-20",
        &[("days", 20), ("workers", 8), ("amount", 9_600_000)],
    );
    evaluate(test);
    at(test, "2026-11-20 23:30");
    clocks(test);
    d
}

store::db_test!(
    fn a_day_names_what_is_new_what_rose_who_is_late_and_what_is_due(test) {
        let d = two_days(test);
        let first = report(test, "2026-11-19");
        assert_eq!((first.opened.count, first.risen.count, first.open()), (1, 0, 1));
        assert_eq!(first.opened.items[0].level, "黄");
        assert_eq!(first.people, 0, "nothing was known of people on that day");
        assert!(!first.due.items.is_empty(), "{first:?}");
        let second = report(test, "2026-11-20");
        assert_eq!((second.opened.count, second.risen.count), (0, 1));
        let risen = &second.risen.items[0];
        assert_eq!((risen.before.as_str(), risen.level.as_str(), risen.place.as_str()), ("黄", "红", "塘栖镇"));
        assert_eq!((second.people, second.amount), (8, 9_600_000));
        assert_eq!(second.from_top(0), 1);
        assert_eq!(second.levels.iter().map(|row| row.before).sum::<i64>(), 1);
        assert!(second.overdue.items.iter().any(|one| one.duty.contains("通报") && one.holder == "塘栖镇总工会"), "{:?}", second.overdue);
        assert!(second.climbed.items.iter().any(|one| one.holder == "塘栖镇总工会" && one.then == "临平区总工会"), "{:?}", second.climbed);
        assert_eq!(second.unpushed.count, 1, "the inspectorate has not been told");
        let push = Push { office: "监察大队".into(), acknowledgement: "监察〔2026〕7号".into(), decision: Decision { note: "告知".into(), version: None } };
        let alert = the_alert(test, d.factory);
        test.db.write(&system(), |tx| alerts::push(tx, &Permit::program(), alert.id, &push)).unwrap();
        assert_eq!(report(test, "2026-11-20").unpushed.count, 0);
    }
);

store::db_test!(
    fn a_past_day_says_the_same_whatever_happens_afterwards(test) {
        let d = two_days(test);
        at(test, "2026-11-21 07:30");
        let before = text(&report(test, "2026-11-20")).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        // A week goes on: more leads, missed clocks, the end.
        at(test, "2026-11-24 10:00");
        lead(test, d.factory, "wage_overdue", "2026-11-24", &[("days", 24), ("workers", 30), ("amount", 12_000_000)]);
        evaluate(test);
        clocks(test);
        at(test, "2026-11-26 10:00");
        let alert = the_alert(test, d.factory);
        let closing = Closing {
            code: "false_alarm".into(),
            evidence: vec![NewEvidence { kind: "check_note".into(), text: "核对有误".into(), ..NewEvidence::default() }],
            decision: Decision { note: "工资已按期发放".into(), version: None },
            ..Closing::default()
        };
        test.db.write(&system(), |tx| alerts::close(tx, &Permit::program(), alert.id, &closing)).unwrap();
        assert_eq!(text(&report(test, "2026-11-20")).unwrap(), before, "read from what happened");
        let filed = test.db.read(&system(), |tx| daily::filed(tx, day("2026-11-20"))).unwrap().unwrap();
        assert_eq!((filed.digest, filed.intact), (digest_of(&before), true));
        let last = report(test, "2026-11-26");
        assert_eq!((last.closed.count, last.false_alarms, last.open()), (1, 1, 0));
        let closed = &last.closed.items[0];
        assert_eq!(closed.evidence, [("核查说明".to_owned(), 1)]);
        assert_eq!((closed.days, closed.item.note.as_str()), (7, "误报：工资已按期发放"));
    }
);

store::db_test!(
    fn every_morning_files_one_report_and_missed_days_are_made_up_for(test) {
        two_days(test);
        let days = |test: &TestDb| -> Vec<Date> {
            let found = test.db.read(&system(), |tx| daily::days(tx, day("2026-12-31"), 50)).unwrap();
            found.into_iter().map(|(day, _)| day).collect()
        };
        at(test, "2026-11-21 07:29");
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        assert!(days(test).is_empty(), "not before its hour");
        at(test, "2026-11-21 07:30");
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        assert_eq!(days(test), [day("2026-11-20")], "once");
        // The program sleeps for three nights.
        at(test, "2026-11-24 09:00");
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        assert_eq!(days(test), ["2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20"].map(day));
        let today = test.db.write(&system(), |tx| daily::file(tx, day("2026-11-24")));
        assert_eq!(today.unwrap_err().code(), "daily.not_over");
        let future = test.db.read(&system(), |tx| of_day(tx, day("2026-11-25")));
        assert_eq!(future.unwrap_err().code(), "daily.future");
    }
);

store::db_test!(
    fn a_foreign_town_sees_an_empty_day_and_no_report_of_the_district(test) {
        let d = two_days(test);
        at(test, "2026-11-21 08:00");
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        let (mine, other) = (officer_of(&d.unions.tangqi.path), officer_of(&d.unions.qiaosi.path));
        let seen = |who| test.db.read(who, |tx| of_day(tx, day("2026-11-20"))).unwrap();
        assert_eq!((seen(&mine).risen.count, seen(&other).risen.count), (1, 0));
        assert!(seen(&other).overdue.items.is_empty() && seen(&other).due.items.is_empty());
        for who in [&mine, &other] {
            assert!(test.db.read(who, |tx| daily::filed(tx, day("2026-11-20"))).unwrap().is_none());
        }
        assert!(test.db.read(&officer_of(&d.unions.federation.path), |tx| daily::filed(tx, day("2026-11-20"))).unwrap().is_some());
    }
);

store::db_test!(
    fn the_pulse_moves_for_the_desks_above_and_for_no_other(test) {
        let d = two_days(test);
        let pulse = |path| test.db.read(&officer_of(path), desk::pulse).unwrap();
        let before = [&d.unions.federation.path, &d.unions.tangqi.path, &d.unions.qiaosi.path].map(pulse);
        assert_eq!(before[2], 0, "nothing ever happened there");
        at(test, "2026-11-21 10:00");
        lead(test, d.factory, "wage_overdue", "2026-11-21", &[("days", 40), ("workers", 12)]);
        evaluate(test);
        let after = [&d.unions.federation.path, &d.unions.tangqi.path, &d.unions.qiaosi.path].map(pulse);
        assert!(after[0] > before[0] && after[1] > before[1]);
        assert_eq!(after[2], 0);
    }
);

store::db_test!(
    fn the_panel_counts_what_the_lists_show(test) {
        let d = two_days(test);
        at(test, "2026-11-21 10:00");
        let panel = test.db.read(&system(), panel::panel).unwrap();
        assert_eq!(panel.weeks.len(), 12);
        assert_eq!(panel.weeks[11].counts, [0, 0, 1], "one red today");
        assert_eq!(panel.weeks[10].counts, [0, 0, 0], "none last Sunday");
        assert_eq!(panel.oldest.len(), 1);
        let late: Vec<i64> = panel.desks.iter().map(|desk| desk.overdue).collect();
        assert!(late[1] > 0, "{late:?}");
        for (level, late) in late.iter().enumerate() {
            let filter = DeskFilter { overdue: true, late_at: Some(level), ..DeskFilter::default() };
            let listed = test.db.read(&system(), |tx| desk::count(tx, &filter)).unwrap();
            assert_eq!(listed > 0, *late > 0, "level {level}");
        }
        let other = test.db.read(&officer_of(&d.unions.qiaosi.path), panel::panel).unwrap();
        assert!(other.oldest.is_empty() && other.tally.levels.is_empty());
        assert_eq!(other.desks.iter().map(|desk| desk.overdue + desk.met + desk.missed).sum::<i64>(), 0);
    }
);

store::db_test!(
    fn arrears_confirmed_afterwards_are_hits_and_misses(test) {
        let d = two_days(test);
        let missed = orgs::employer(test, &d.unions.qiaosi, "杭州漏报有限公司", "");
        at(test, "2026-12-15 09:00");
        for employer in [d.factory, missed] {
            lead(test, employer, "arrears_confirmed", "2026-12-10", &[("workers", 8)]);
        }
        let record = test.db.read(&system(), panel::record).unwrap();
        assert_eq!((record.hits(), record.misses()), (1, 1), "{record:?}");
        let hit = record.judged.iter().find_map(|one| one.hit.clone()).unwrap();
        assert_eq!(hit, ("QX2026-00001".to_owned(), 21));
        let other = test.db.read(&officer_of(&d.unions.tangqi.path), panel::record).unwrap();
        assert_eq!((other.hits(), other.misses()), (1, 0));
    }
);

store::db_test!(
    fn an_announced_season_shortens_new_clocks_and_counts_for_itself(test) {
        let d = district(test);
        at(test, "2026-11-20 09:00");
        let (mine, town) = (role("district_officer"), role("town_officer"));
        let begin = |may, note: &str| test.db.write(&system(), |tx| cases::announce(tx, may, "seasons.year_end", true, note));
        assert!(begin(town, "镇里说的").is_err(), "the district commands");
        assert_eq!(begin(mine, " ").unwrap_err().code(), "season.no_reason");
        assert!(test.db.read(&system(), |tx| cases::season_at(tx, tx.now())).unwrap().is_none(), "not before it is announced");
        tv_a1(test, d.factory);
        evaluate(test);
        let due = |test: &TestDb, employer| {
            let alert = the_alert(test, employer);
            let case = test.db.read(&system(), |tx| cases::get_linked(tx, alert.case.unwrap())).unwrap();
            let visit = case.now.clocks.iter().find(|clock| clock.rule == "visit").unwrap().length;
            visit.to_string()
        };
        assert_eq!(due(test, d.factory), "24 小时");
        begin(mine, "主席办公会议决定").unwrap();
        assert_eq!(begin(mine, "再来一次").unwrap_err().code(), "season.already");
        assert_eq!(due(test, d.factory), "24 小时", "what runs keeps its time");
        let second = orgs::employer(test, &d.unions.qiaosi, "杭州第二制衣有限公司", "");
        at(test, "2026-11-23 09:00");
        tv_a1(test, second);
        evaluate(test);
        assert_eq!(due(test, second), "12 小时");
        let season = report(test, "2026-11-23").season.unwrap();
        assert_eq!((season.short.as_str(), season.day, season.opened), ("年末攻坚", 8, 2));
        assert!(report(test, "2026-11-19").season.is_none(), "a day before it was announced");
        let end = test.db.write(&system(), |tx| cases::announce(tx, mine, "seasons.year_end", false, "提前完成"));
        end.unwrap();
        assert!(test.db.read(&system(), |tx| cases::season_at(tx, tx.now())).unwrap().is_none());
        assert_eq!(test.db.read(&system(), cases::announcements).unwrap().len(), 2);
        stand_on(test, "2027-02-06");
        assert!(test.db.read(&system(), |tx| cases::seasons(tx, tx.now())).unwrap().is_empty(), "past");
    }
);

/// The alert of a place handed over to another office.
fn hand_over(test: &TestDb, d: &District) {
    let alert = the_alert(test, d.factory);
    let closing = Closing {
        code: "handed_over".into(),
        fields: [("transferred_to", "人社部门"), ("transfer_no", "12 号")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        evidence: vec![NewEvidence {
            kind: "transfer_receipt".into(),
            text: "签收单".into(),
            ..NewEvidence::default()
        }],
        decision: Decision {
            note: "单位拒不支付".into(),
            version: None,
        },
        ..Closing::default()
    };
    let officer = officer_of(&d.unions.federation.path);
    test.db
        .write(&officer, |tx| {
            alerts::close(tx, &Permit::program(), alert.id, &closing)
        })
        .unwrap();
}

store::db_test!(
    fn a_handover_is_no_solution_and_is_asked_after_in_the_report_as_on_the_desk(test) {
        let d = two_days(test);
        let before = text(&report(test, "2026-11-20")).unwrap();
        for list in ["handed_over", "unasked"] {
            assert!(!before.contains(list), "a report that knows of none keeps its digest: {list}");
        }
        at(test, "2026-11-21 10:00");
        hand_over(test, &d);
        let alert = the_alert(test, d.factory);
        let that_day = report(test, "2026-11-21");
        let tally = test.db.read(&system(), desk::tally).unwrap();
        let count = |n: i64| usize::try_from(n).unwrap();
        assert_eq!((that_day.closed.count, that_day.handed_over.count), (count(tally.closed_this_month), count(tally.handed_over_this_month)));
        assert_eq!((that_day.handed_over.count, that_day.false_alarms, that_day.open()), (1, 0, 0));
        let handed = &that_day.handed_over.items[0];
        assert_eq!((handed.item.no.as_str(), handed.evidence.as_slice()), (alert.no.as_str(), [("移交回执".to_owned(), 1)].as_slice()));
        assert!(handed.item.note.contains("移交"), "{}", handed.item.note);
        // What was late is the office's now.
        assert_eq!((that_day.overdue.count, that_day.unasked.count), (0, 0));

        // The day before it is due the report says so, the day after that nobody asked.
        let case = alert.case.unwrap();
        let due = test.db.read(&system(), |tx| cases::briefs(tx, &[case])).unwrap()[&case].next_due.unwrap();
        let last = kernel::Instant::from_ms(due.ms() - 1).shanghai_date();
        let eve = last.yesterday().unwrap();
        test.clock.set(kernel::Instant::from_shanghai(last, 9, 0));
        let report_on = |on: Date| test.db.read(&system(), |tx| of_day(tx, on)).unwrap();
        assert_eq!(report_on(eve).due.items.iter().map(|one| (one.no.as_str(), one.duty.as_str())).collect::<Vec<_>>(), [(alert.no.as_str(), "问清移交结果")]);
        test.clock.set(due);
        clocks(test);
        let late = report_on(due.shanghai_date());
        assert_eq!((late.unasked.count, late.overdue.count, late.handed_over.count), (1, 0, 0));
        let one = &late.unasked.items[0];
        assert_eq!((one.no.as_str(), one.duty.as_str(), one.level.as_str()), (alert.no.as_str(), "问清移交结果", "红"));
        assert!(!one.holder.is_empty());
        let overdue = test.db.read(&system(), desk::tally).unwrap().overdue;
        assert_eq!(count(overdue), late.overdue.count + late.unasked.count, "the desk and the report count the same matters");
        // A town that has nothing to do with it sees nothing of it.
        let foreign = officer_of(&d.unions.qiaosi.path);
        let theirs = test.db.read(&foreign, |tx| of_day(tx, due.shanghai_date())).unwrap();
        assert_eq!((theirs.unasked.count, theirs.handed_over.count), (0, 0));

        // Asked and answered, it is late no more; the day on which it was says so for ever.
        test.clock.set(kernel::Instant::from_ms(due.ms() + 86_400_000));
        let answer = ActInput {
            fields: [("office_result", "已付清"), ("office_no", "3 号")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ActInput::note("书面答复")
        };
        let every = crate::access::Capability::ALL.iter().copied().collect();
        test.db.write(&officer_of(&d.unions.federation.path), |tx| cases::act(tx, every, case, &cases::Verb::of("office_answer"), &answer)).unwrap();
        assert_eq!(report_on(due.shanghai_date().tomorrow().unwrap()).unasked.count, 0);
        let again = report_on(due.shanghai_date());
        assert_eq!((again.unasked.items, again.handed_over.count), (late.unasked.items, 0));
    }
);

store::db_test!(
    fn the_report_becomes_a_document(test) {
        let d = two_days(test);
        at(test, "2026-11-21 08:00");
        let officer = officer_of(&d.unions.federation.path);
        let id = test.db.write(&officer, |tx| daily::draft_letter(tx, day("2026-11-20"))).unwrap();
        let letter = test.db.read(&officer, |tx| crate::letters::get(tx, id)).unwrap();
        let words = letter.paper.text();
        for part in ["红色1件、黄色0件、蓝色0件", "涉及职工8人", "杭州锦禾制衣有限公司", "明日安排"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(letter.values.get("red").unwrap().origin.words.contains("2026-11-20 处置日报"));
    }
);

store::db_test!(
    fn a_report_names_who_missed_the_questions_of_the_week_before_town_by_town(test) {
        let d = two_days(test);
        let sized = |area: &crate::orgs::OrgRef, name: &str, code: &str, headcount| {
            let draft = EmployerDraft {
                name: name.into(),
                credit_code: code.into(),
                territory: Some(area.id),
                headcount: Some(headcount),
                headcount_on: Some(day("2026-06-30")),
                source: "测试".into(),
                ..EmployerDraft::default()
            };
            test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap();
        };
        assert_eq!(report(test, "2026-11-20").unanswered, None, "nobody is on the round");
        sized(&d.unions.tangqi, "杭州锦禾制衣有限公司", CODE, 300);
        sized(&d.unions.tangqi, "杭州恒顺电子有限公司", "", 40);
        sized(&d.unions.qiaosi, "杭州云栖木作有限公司", "", 20);
        let questions = WeeklyRules::at(store::testing::district(), day("2026-11-20")).unwrap();
        let answers = |employer, key: &str, on: &str| {
            let said = questions.questions.iter().map(|one| (one.field.clone(), false)).collect();
            let form = CheckIn {
                key: key.into(),
                employer,
                answered_on: day(on),
                answers: Answers { said, ..Answers::default() },
                as_last_week: false,
                note: String::new(),
            };
            let permit = Permit::with(role("sentinel"));
            test.db.write(&system(), |tx| check_in(tx, &permit, &form)).unwrap();
        };
        answers(d.factory, "a", "2026-11-20");
        at(test, "2026-11-24 10:00");
        let told = report(test, "2026-11-24").unanswered.unwrap();
        assert_eq!((told.week, told.until), (day("2026-11-16"), day("2026-11-22")));
        assert_eq!((told.total, told.missed), (3, 2));
        let towns: Vec<_> = told.towns.iter().map(|one| (one.total, one.missed, one.names.join("、"))).collect();
        assert_eq!(towns, [(2, 1, "杭州恒顺电子有限公司".to_owned()), (1, 1, "杭州云栖木作有限公司".to_owned())]);
        // Filed, it stays; what came late is not in it, and the register may change: it is borne out all the same.
        at(test, "2026-11-25 07:30");
        run_jobs_until_idle(&test.db, &Handlers::default().with(DailyReports)).unwrap();
        at(test, "2026-11-25 10:00");
        let wood = test.db.read(&system(), |tx| employers::only(tx, "杭州云栖木作有限公司")).unwrap().unwrap();
        answers(wood, "b", "2026-11-21");
        assert_eq!(report(test, "2026-11-24").unanswered.unwrap().missed, 2, "not yet, on that day");
        assert_eq!(report(test, "2026-11-25").unanswered.unwrap().missed, 1);
        sized(&d.unions.qiaosi, "杭州远山食品有限公司", "", 90);
        let filed = test.db.read(&system(), |tx| daily::filed(tx, day("2026-11-24"))).unwrap().unwrap();
        let again = report(test, "2026-11-24");
        assert_ne!(again.unanswered, filed.daily.unanswered);
        assert!(filed.is_borne_out_by(&again).unwrap());
        assert!(!filed.is_borne_out_by(&Daily { paid: 1, ..again }).unwrap());
    }
);
