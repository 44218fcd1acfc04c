//! What comes from phones and firms: the sentinel's weekly answers, the enterprise's monthly report.

use std::collections::BTreeMap;

use kernel::{EmployerId, Fen};
use store::Actor;
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::arrears::check_in::{
    self, Answers, CheckIn, Checked, Outcome, RoundAsk, WeeklyRules, check_in,
};
use crate::arrears::pay_report::{self, PayReport, pay_report};
use crate::arrears::{ArrearsError, Permit};
use crate::employers::{self, EmployerDraft};
use crate::failure::RoomError;

/// Answers with these fields yes and all others no.
fn answers(yes: &[&str]) -> Answers {
    let rules = WeeklyRules::at(store::testing::district(), day("2026-11-20")).unwrap();
    let said = rules.questions.iter();
    Answers {
        said: said
            .map(|one| (one.field.clone(), yes.contains(&one.field.as_str())))
            .collect(),
        numbers: BTreeMap::new(),
    }
}

fn form(employer: EmployerId, key: &str, on: &str, yes: &[&str]) -> CheckIn {
    CheckIn {
        key: key.into(),
        employer,
        answered_on: day(on),
        answers: answers(yes),
        as_last_week: false,
        note: String::new(),
    }
}

/// A sentinel with a name of its own.
fn sentinel(d: &District, name: &str) -> Actor {
    Actor {
        label: format!("{name} · 哨点"),
        ..officer_of(&d.unions.tangqi.path)
    }
}

fn send(test: &TestDb, who: &Actor, form: &CheckIn) -> Result<Checked, ArrearsError> {
    let permit = Permit::with(role("sentinel"));
    test.db.write(who, |tx| check_in(tx, &permit, form))
}

store::db_test!(
    fn a_check_in_sent_twice_is_kept_once(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        let form = CheckIn {
            note: "夜里有车".into(),
            ..form(d.factory, "phone-1-2026-W47", "2026-11-18", &["moving", "mood"])
        };
        let first = send(test, &a, &form).unwrap();
        let second = send(test, &a, &form).unwrap();
        assert_eq!((first.outcome, second.outcome), (Outcome::New, Outcome::Same));
        assert_eq!(first.id, second.id);
        let known = counted(test);
        assert_eq!(known.len(), 3, "{known:?}");
        assert!(known.contains(&r#"debt_notice 2026-11-18 {"form":3}"#.to_owned()));
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).score, 15);
        let week = test.db.read(&a, |tx| check_in::of_week(tx, day("2026-11-20"))).unwrap();
        assert_eq!(week, [d.factory]);
    }
);

store::db_test!(
    fn what_cannot_be_taken_says_why(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        let code = |form: CheckIn| send(test, &a, &form).unwrap_err().code();
        assert_eq!(code(form(d.factory, "b", "2026-11-21", &[])), "check_in.future");
        assert_eq!(code(form(d.factory, "b", "2026-10-01", &[])), "check_in.too_old");
        assert_eq!(code(form(d.factory, " ", "2026-11-20", &[])), "check_in.key");
        let mut open = form(d.factory, "b", "2026-11-20", &[]);
        open.answers.said.remove("leaving");
        open.answers.said.remove("mood");
        let fault = send(test, &a, &open).unwrap_err();
        let fields: Vec<&str> = fault.fields().iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["leaving", "mood"], "an unanswered question is not a no");
        let mut far = form(d.factory, "b", "2026-11-20", &["late_pay"]);
        far.answers.numbers.insert("late_pay".into(), 4_000);
        assert_eq!(send(test, &a, &far).unwrap_err().fields()[0].0, "late_pay");
        let elsewhere = officer_of(&d.unions.qiaosi.path);
        let foreign = send(test, &elsewhere, &form(d.factory, "b", "2026-11-20", &[])).unwrap_err();
        assert_eq!(foreign.kind(), crate::failure::Kind::Missing);
        let chair = Permit::with(role("enterprise_chair"));
        let calm = form(d.factory, "b", "2026-11-20", &[]);
        let refused = test.db.write(&a, |tx| check_in(tx, &chair, &calm)).unwrap_err();
        assert_eq!(refused.code(), "arrears.forbidden");
        assert_eq!(counted(test), [""; 0]);
    }
);

store::db_test!(
    fn two_sentinels_in_one_week_are_both_kept_and_a_worry_is_not_wiped_away(test) {
        let d = district(test);
        let (a, b) = (sentinel(&d, "甲"), sentinel(&d, "乙"));
        send(test, &a, &form(d.factory, "a1", "2026-11-17", &["moving"])).unwrap();
        let late = send(test, &b, &form(d.factory, "b1", "2026-11-19", &[])).unwrap();
        let Outcome::Also(other) = late.outcome else { panic!("{late:?}") };
        assert_eq!((other.by.as_str(), other.on, other.differs.as_slice()), ("甲 · 哨点", day("2026-11-17"), ["moving".to_owned()].as_slice()));
        let known = counted(test);
        assert!(known.contains(&r#"debt_notice 2026-11-17 {"form":3}"#.to_owned()), "{known:?}");
        assert!(known.iter().any(|one| one.contains(r#""moving":1"#)), "{known:?}");
        let place = test.db.read(&a, |tx| check_in::place(tx, d.factory)).unwrap();
        assert_eq!((place.now.len(), place.disputed.as_slice()), (2, ["moving".to_owned()].as_slice()));
        // the one who saw it takes it back: then nobody says so any more
        stand_on(test, "2026-11-21");
        let anew = send(test, &a, &form(d.factory, "a2", "2026-11-21", &[])).unwrap();
        assert!(matches!(anew.outcome, Outcome::Also(_)), "{anew:?}");
        let known = counted(test);
        assert!(!known.iter().any(|one| one.starts_with("debt_notice")), "{known:?}");
        assert!(known.iter().all(|one| !one.contains(r#""moving":1"#)), "{known:?}");
        let kept = test.db.read(&a, |tx| check_in::of_employer(tx, d.factory, 9)).unwrap();
        assert_eq!(kept.len(), 3, "nothing is lost");
    }
);

store::db_test!(
    fn a_slip_of_the_finger_is_put_right_by_answering_again(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        send(test, &a, &form(d.factory, "1", "2026-11-20", &["late_pay"])).unwrap();
        assert_eq!(counted(test).len(), 2);
        let second = send(test, &a, &form(d.factory, "2", "2026-11-20", &[])).unwrap();
        assert_eq!(second.outcome, Outcome::Anew);
        let known = counted(test);
        assert_eq!(known.len(), 1, "{known:?}");
        assert!(known[0].starts_with("sentinel_check"), "{known:?}");
    }
);

store::db_test!(
    fn a_yes_without_a_number_does_not_replace_somebodys_number(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        lead(test, d.factory, "wage_overdue", "2026-11-16", &[("days", 20), ("workers", 8)]);
        send(test, &a, &form(d.factory, "1", "2026-11-20", &["late_pay"])).unwrap();
        let known = counted(test);
        assert!(known.contains(&r#"wage_overdue 2026-11-16 {"days":20,"workers":8}"#.to_owned()), "{known:?}");
        let mut sure = form(d.factory, "2", "2026-11-20", &["late_pay"]);
        sure.answers.numbers.insert("late_pay".into(), 24);
        send(test, &a, &sure).unwrap();
        let known = counted(test);
        assert!(known.contains(&r#"wage_overdue 2026-11-20 {"days":24}"#.to_owned()), "{known:?}");
    }
);

store::db_test!(
    fn a_yes_without_a_number_leaves_what_an_office_found_last_month(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        let owed = || counted(test).into_iter().filter(|one| one.starts_with("wage_overdue")).collect::<Vec<_>>();
        let office = file(test, "o.csv", &format!("统一社会信用代码,单位名称,日期,拖欠天数\n{CODE},杭州锦禾制衣有限公司,2026-10-30,35\n"));
        import(test, "wage_overdue", office);
        send(test, &a, &form(d.factory, "1", "2026-11-13", &["late_pay"])).unwrap();
        let found = owed();
        assert!(found.len() == 1 && found[0].contains("2026-10-30"), "35 days stand: {found:?}");
        // Her own number of the week before stands as well.
        let mut sure = form(d.factory, "2", "2026-11-13", &["late_pay"]);
        sure.answers.numbers.insert("late_pay".into(), 48);
        send(test, &a, &sure).unwrap();
        send(test, &a, &form(d.factory, "3", "2026-11-20", &["late_pay"])).unwrap();
        assert!(owed().contains(&r#"wage_overdue 2026-11-13 {"days":48}"#.to_owned()), "{:?}", owed());
        // What was paid and is late again is a worry of its own.
        lead(test, d.factory, "wage_overdue", "2026-11-19", &[("days", 0), ("workers", 0)]);
        send(test, &a, &form(d.factory, "4", "2026-11-20", &["late_pay", "mood"])).unwrap();
        assert!(owed().contains(&r#"wage_overdue 2026-11-20 {"days":1}"#.to_owned()), "{:?}", owed());
    }
);

store::db_test!(
    fn a_closed_gate_is_a_lead_of_its_own_until_a_later_week_no_longer_says_so(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        let gate = |test: &TestDb| -> Vec<String> {
            let known = counted(test).into_iter();
            known.filter(|one| one.starts_with("gate_closed")).collect()
        };
        let shut = |key: &str, on: &str| {
            let mut form = form(d.factory, key, on, &["stopped"]);
            form.answers.numbers.insert("stopped".into(), 1);
            form
        };
        stand_on(test, "2026-11-10");
        let mut wrong = shut("0", "2026-11-10");
        wrong.answers.numbers.insert("stopped".into(), 2);
        assert_eq!(send(test, &a, &wrong).unwrap_err().fields()[0].0, "stopped");
        send(test, &a, &shut("1", "2026-11-10")).unwrap();
        assert_eq!(gate(test), [r#"gate_closed 2026-11-10 {"closed":1}"#]);
        assert!(counted(test).iter().any(|one| one.starts_with("tension")), "it stands still as well");
        let rules = WeeklyRules::at(store::testing::district(), day("2026-11-20")).unwrap();
        assert_eq!(rules.in_words(&shut("x", "2026-11-10").answers), "停工或开工不足（大门关着，里面没有人干活）");
        // a slip of the finger is put right in the same week
        send(test, &a, &form(d.factory, "2", "2026-11-10", &["stopped"])).unwrap();
        assert_eq!(gate(test), [""; 0]);
        send(test, &a, &shut("3", "2026-11-10")).unwrap();
        // the next week it stands still, and the gate is open again
        stand_on(test, "2026-11-17");
        send(test, &a, &form(d.factory, "4", "2026-11-17", &["stopped"])).unwrap();
        let known = gate(test);
        assert_eq!(known.len(), 2, "{known:?}");
        assert!(known.contains(&r#"gate_closed 2026-11-17 {"closed":0}"#.to_owned()), "{known:?}");
        // closed after all, and then open for good: nothing more is said
        send(test, &a, &shut("5", "2026-11-17")).unwrap();
        assert!(gate(test).contains(&r#"gate_closed 2026-11-17 {"closed":1}"#.to_owned()));
        send(test, &a, &form(d.factory, "6", "2026-11-17", &[])).unwrap();
        stand_on(test, "2026-11-24");
        send(test, &a, &form(d.factory, "7", "2026-11-24", &[])).unwrap();
        assert_eq!(gate(test).len(), 2, "{:?}", gate(test));
    }
);

store::db_test!(
    fn a_closed_gate_of_an_earlier_week_that_comes_late_is_over_by_the_later_answers(test) {
        let d = district(test);
        let (a, b) = (sentinel(&d, "甲"), sentinel(&d, "乙"));
        stand_on(test, "2026-11-17");
        send(test, &a, &form(d.factory, "a", "2026-11-17", &[])).unwrap();
        let mut late = form(d.factory, "b", "2026-11-11", &["stopped"]);
        late.answers.numbers.insert("stopped".into(), 1);
        send(test, &b, &late).unwrap();
        let known = counted(test);
        assert!(known.contains(&r#"gate_closed 2026-11-11 {"closed":1}"#.to_owned()), "{known:?}");
        assert!(known.contains(&r#"gate_closed 2026-11-17 {"closed":0}"#.to_owned()), "{known:?}");
    }
);

store::db_test!(
    fn last_weeks_answers_are_taken_over_only_when_that_is_honest(test) {
        let d = district(test);
        let a = sentinel(&d, "甲");
        let same = |key: &str, on: &str| CheckIn { as_last_week: true, ..form(d.factory, key, on, &[]) };
        stand_on(test, "2026-11-03");
        let first = send(test, &a, &same("1", "2026-11-03")).unwrap();
        assert_eq!(first.outcome, Outcome::New);
        let kept = |test: &TestDb| test.db.read(&a, |tx| check_in::of_employer(tx, d.factory, 1)).unwrap().remove(0);
        assert!(!kept(test).as_last_week, "there was no week before");
        let may = |test: &TestDb| test.db.read(&a, |tx| check_in::place(tx, d.factory)).unwrap().may_repeat;
        stand_on(test, "2026-11-10");
        assert!(may(test));
        send(test, &a, &same("2", "2026-11-10")).unwrap();
        assert!(kept(test).as_last_week);
        stand_on(test, "2026-11-17");
        assert!(!may(test), "once in a row");
        assert_eq!(send(test, &a, &same("3", "2026-11-17")).unwrap_err().code(), "check_in.same");
        send(test, &a, &form(d.factory, "4", "2026-11-17", &["mood"])).unwrap();
        stand_on(test, "2026-11-24");
        assert!(!may(test), "a worry is answered anew");
    }
);

store::db_test!(
    fn the_round_says_who_is_left_and_knows_only_its_own_place(test) {
        let d = district(test);
        for (name, area, headcount) in [
            ("杭州大厂制造有限公司", &d.unions.tangqi, 300),
            ("杭州小店商贸有限公司", &d.unions.tangqi, 12),
            ("杭州乔司服饰有限公司", &d.unions.qiaosi, 80),
        ] {
            let draft = EmployerDraft {
                name: name.into(),
                territory: Some(area.id),
                headcount: Some(headcount),
                headcount_on: Some(day("2026-06-30")),
                source: "测试".into(),
                ..EmployerDraft::default()
            };
            test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap();
        }
        let a = sentinel(&d, "甲");
        let round = test.db.read(&a, |tx| check_in::round(tx, &RoundAsk::default())).unwrap();
        let names: Vec<&str> = round.due.iter().map(|one| one.employer.name.as_str()).collect();
        assert_eq!(names, ["杭州大厂制造有限公司", "杭州小店商贸有限公司"], "the largest first; who employs nobody is not asked about");
        assert_eq!((round.total, round.checked, round.week), (2, 0, day("2026-11-16")));
        let small = round.due[1].employer.id;
        send(test, &a, &form(small, "1", "2026-11-20", &["late_pay", "moving"])).unwrap();
        evaluate(test);
        let round = test.db.read(&a, |tx| check_in::round(tx, &RoundAsk::default())).unwrap();
        assert_eq!((round.total, round.checked, round.due.len(), round.done.len()), (2, 1, 1, 1));
        let done = &round.done[0];
        assert_eq!((done.employer.id, done.filed), (small, 3));
        assert_eq!(done.alert.as_ref().map(|(alert, level)| (alert.score, level.label.as_str())), Some((15, "蓝")));
        let elsewhere = Actor { label: "丙 · 哨点".into(), ..officer_of(&d.unions.qiaosi.path) };
        let theirs = test.db.read(&elsewhere, |tx| check_in::round(tx, &RoundAsk::default())).unwrap();
        assert_eq!((theirs.total, theirs.checked), (1, 0));
        assert!(test.db.read(&elsewhere, |tx| check_in::place(tx, small)).is_err());
        let ask = |ask: RoundAsk| test.db.read(&a, |tx| check_in::round(tx, &ask)).unwrap();
        let found = ask(RoundAsk { text: "大厂".into(), ..RoundAsk::default() });
        assert_eq!((found.due.len(), found.total, found.checked), (1, 1, 0));
        // By town, by week, and who was not checked.
        let due = ask(RoundAsk { checked: Some(false), ..RoundAsk::default() });
        assert_eq!((due.due.len(), due.done.len(), due.total, due.checked), (1, 0, 2, 1));
        let done = ask(RoundAsk { checked: Some(true), ..RoundAsk::default() });
        assert_eq!((done.due.len(), done.done.len(), done.more), (0, 1, false));
        let town = ask(RoundAsk { town: Some(d.unions.tangqi.id), ..RoundAsk::default() });
        assert_eq!((town.total, town.checked), (2, 1));
        let before = ask(RoundAsk { week: Some(day("2026-11-12")), ..RoundAsk::default() });
        assert_eq!((before.week, before.checked, before.due.len()), (day("2026-11-09"), 0, 2));
        let to_come = ask(RoundAsk { week: Some(day("2027-01-01")), ..RoundAsk::default() });
        assert_eq!(to_come.week, day("2026-11-16"));
    }
);

fn report(employer: EmployerId) -> PayReport {
    PayReport {
        employer,
        month: "2026-10".parse().unwrap(),
        headcount: 50,
        paid_heads: 38,
        payable: Fen(30_000_000),
        paid: Fen(20_000_000),
        due_on: day("2026-11-10"),
        paid_on: None,
        months_owed: Some(1),
        expected_on: Some(day("2026-11-30")),
        reason: "turnover".into(),
        note: String::new(),
    }
}

fn file_report(
    test: &TestDb,
    form: &PayReport,
) -> Result<crate::arrears::PayReportId, ArrearsError> {
    let chair = Permit::with(role("enterprise_chair"));
    test.db.write(&system(), |tx| pay_report(tx, &chair, form))
}

store::db_test!(
    fn a_firm_reports_short_pay_and_later_that_it_was_paid(test) {
        let d = district(test);
        let form = report(d.factory);
        let first = file_report(test, &form).unwrap();
        assert_eq!(file_report(test, &form).unwrap(), first);
        let known = counted(test);
        assert!(known.contains(&r#"wage_overdue 2026-10-31 {"amount":10000000,"days":10,"workers":12}"#.to_owned()), "{known:?}");
        assert!(known.iter().any(|one| one.contains(r#""months_owed":1"#)), "{known:?}");
        let paid = PayReport {
            paid: form.payable,
            paid_heads: 50,
            paid_on: Some(day("2026-11-20")),
            months_owed: None,
            expected_on: None,
            reason: String::new(),
            ..form.clone()
        };
        assert_eq!(file_report(test, &paid).unwrap(), first);
        let known = counted(test);
        assert!(known.contains(&r#"wage_overdue 2026-10-31 {"amount":0,"days":0,"workers":0}"#.to_owned()), "{known:?}");
        let (filed, earlier) = test.db.read(&system(), |tx| {
            Ok::<_, ArrearsError>((pay_report::of_employer(tx, d.factory, 9)?, pay_report::earlier(tx, d.factory, 9)?))
        }).unwrap();
        assert_eq!((filed.len(), filed[0].version, &filed[0].report), (1, 2, &paid));
        assert_eq!((earlier.len(), earlier[0].version, &earlier[0].report), (1, 1, &form), "what was said before stays on file");
    }
);

store::db_test!(
    fn what_a_firm_says_of_itself_is_a_source_of_its_own(test) {
        let d = district(test);
        let owed = || counted(test).into_iter().filter(|one| one.starts_with("wage_overdue")).collect::<Vec<_>>();
        // The union has seen two months, and a sentinel this month.
        lead(test, d.factory, "wage_overdue", "2026-10-28", &[("days", 20), ("workers", 8)]);
        lead(test, d.factory, "wage_overdue", "2026-11-16", &[("days", 40), ("workers", 8)]);
        let mut sure = form(d.factory, "1", "2026-11-18", &["late_pay"]);
        sure.answers.numbers.insert("late_pay".into(), 30);
        send(test, &sentinel(&d, "甲"), &sure).unwrap();
        let seen = [r#"wage_overdue 2026-10-28 {"days":20,"workers":8}"#, r#"wage_overdue 2026-11-16 {"days":40,"workers":8}"#];
        assert_eq!(owed(), seen);
        // Two unpaid months in one day: one is another event, one confirms what the union has seen.
        let october = report(d.factory);
        let september = PayReport { month: "2026-09".parse().unwrap(), due_on: day("2026-10-10"), ..october.clone() };
        file_report(test, &october).unwrap();
        file_report(test, &september).unwrap();
        let known = owed();
        assert_eq!(known.len(), 3, "{known:?}");
        assert!(seen.iter().all(|one| known.contains(&(*one).to_owned())), "{known:?}");
        assert!(known.contains(&r#"wage_overdue 2026-09-30 {"amount":10000000,"days":41,"workers":12}"#.to_owned()), "{known:?}");
        let (rows, titles) = test.db.read(&system(), |tx| {
            let feeds = crate::arrears::Feed::all(*tx.district(), tx.today())?;
            Ok::<_, ArrearsError>((crate::arrears::signals::of_subject(tx, d.factory.uuid().into(), 50)?, feeds))
        }).unwrap();
        let said: Vec<_> = rows.iter().filter(|one| one.feed == "pay_reports_overdue").collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.iter().all(|one| one.quality == crate::arrears::Quality::Reported));
        assert!(titles.iter().any(|one| one.name == "pay_reports_overdue" && one.title == "企业自报（工资月报）"));
        assert!(!crate::arrears::feeds::is_own("pay_reports_overdue"), "nobody of the union has seen it");
        // Corrected by its own later version: the wages of September were not due yet after all.
        file_report(test, &PayReport { due_on: day("2026-11-25"), ..september }).unwrap();
        let known = owed();
        assert!(known.contains(&r#"wage_overdue 2026-09-30 {"amount":0,"days":0,"workers":0}"#.to_owned()), "{known:?}");
        assert!(seen.iter().all(|one| known.contains(&(*one).to_owned())), "{known:?}");
    }
);

store::db_test!(
    fn what_firms_say_keeps_no_office_alive(test) {
        let d = district(test);
        stand_on(test, "2026-11-01");
        let office = file(test, "o.csv", &format!("统一社会信用代码,单位名称,日期,拖欠天数\n{CODE},杭州锦禾制衣有限公司,2026-10-30,3\n"));
        import(test, "wage_overdue", office);
        stand_on(test, "2026-11-20");
        file_report(test, &report(d.factory)).unwrap();
        let stands = |test: &TestDb| test.db.read(&system(), |tx| crate::arrears::freshness_of_kinds(tx, tx.now())).unwrap()["wage_overdue"];
        assert_eq!(stands(test), crate::arrears::Freshness::Stale);
    }
);

store::db_test!(
    fn a_report_that_cannot_be_true_is_told_so_field_by_field(test) {
        let d = district(test);
        let fields = |form: PayReport| {
            let fault = file_report(test, &form).unwrap_err();
            fault.fields().iter().map(|(field, _)| *field).collect::<Vec<_>>()
        };
        let good = report(d.factory);
        assert_eq!(fields(PayReport { paid_heads: 60, paid: Fen(40_000_000), ..good.clone() }), ["paid_heads", "paid"]);
        assert_eq!(fields(PayReport { month: "2026-12".parse().unwrap(), due_on: day("2026-12-10"), ..good.clone() }), ["month"]);
        assert_eq!(fields(PayReport { month: "2025-01".parse().unwrap(), ..good.clone() }), ["month"]);
        let negative = PayReport { headcount: -1, paid_heads: -1, payable: Fen(-500), paid: Fen(-900), ..good.clone() };
        assert_eq!(fields(negative), ["headcount", "paid_heads", "payable", "paid"]);
        assert_eq!(fields(PayReport { reason: String::new(), ..good.clone() }), ["reason"]);
        assert_eq!(fields(PayReport { expected_on: Some(day("2026-11-01")), ..good.clone() }), ["expected_on"]);
        assert_eq!(fields(PayReport { paid_on: Some(day("2026-11-25")), ..good.clone() }), ["paid_on"]);
        // A year or a month typed wrong would hide that wages are owed; so would nobody who is owed them.
        assert_eq!(fields(PayReport { due_on: day("2027-11-10"), ..good.clone() }), ["due_on"]);
        assert_eq!(fields(PayReport { paid_heads: 50, ..good.clone() }), ["paid_heads"]);
        assert_eq!(fields(PayReport { paid_heads: 50, payable: Fen(0), paid: Fen(0), ..good.clone() }), ["payable"]);
        assert_eq!(fields(PayReport { headcount: 0, paid_heads: 0, ..good.clone() }), ["headcount"]);
        assert_eq!(fields(PayReport { paid: good.payable, ..good }), ["paid_heads"]);
        assert_eq!(counted(test), [""; 0]);
    }
);
