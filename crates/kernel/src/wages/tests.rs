//! The vectors TV-W1 … TV-W9, the edges beside them, and properties of the overtime rule.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::definitions::{Catalogue, Jurisdiction};
use crate::money::Fen;

fn yuan(text: &str) -> Fen {
    Fen::parse_yuan(text).unwrap()
}

fn linping(day: Date) -> WageRules<'static> {
    let place = Jurisdiction::parse("330113").unwrap();
    WageRules::of(Catalogue::embedded(), place, day)
}

fn today() -> WageRules<'static> {
    linping(date(2025, 11, 20))
}

#[test]
fn tv_w1_to_w5_a_pay_day_moves_to_the_working_day_before() {
    for (agreed, paid) in [
        (date(2025, 10, 5), date(2025, 9, 30)),
        (date(2026, 2, 15), date(2026, 2, 14)),
        (date(2025, 11, 15), date(2025, 11, 14)),
        (date(2026, 2, 28), date(2026, 2, 28)),
        (date(2026, 5, 10), date(2026, 5, 9)),
    ] {
        let due = today().payday(Calendar::national(), agreed).unwrap();
        assert_eq!((due.date, due.provisional), (paid, false), "{agreed}");
    }
    let far = today()
        .payday(Calendar::national(), date(2031, 3, 15))
        .unwrap();
    assert!(far.provisional, "a year without a notice is never promised");
}

#[test]
fn tv_w6_a_deduction_leaves_the_minimum_wage() {
    let found = today()
        .deduction(yuan("2900"), yuan("800"), yuan("2490"))
        .unwrap();
    assert_eq!(found.by_percent, yuan("580"));
    assert_eq!(found.allowed.amount, yuan("410"));
    assert!(
        found
            .allowed
            .steps
            .iter()
            .all(|step| step.ground.contains("第十六条"))
    );
    let small = today()
        .deduction(yuan("6000"), yuan("100"), yuan("2490"))
        .unwrap();
    assert_eq!(
        small.allowed.amount,
        yuan("100"),
        "never more than the loss"
    );
    let poor = today()
        .deduction(yuan("2000"), yuan("100"), yuan("2490"))
        .unwrap();
    assert_eq!(poor.allowed.amount, Fen::ZERO);
    assert!(today().deduction(yuan("-1"), yuan("1"), yuan("1")).is_err());
}

#[test]
fn tv_w7_overtime_from_the_unrounded_rate() {
    let pay = Pay::Monthly(yuan("6000"));
    let rates = today().rates(pay).unwrap();
    assert_eq!((rates.day, rates.hour), (yuan("275.86"), yuan("34.48")));
    for (hours, class, amount) in [
        (2, DayClass::Weekday, "103.45"),
        (8, DayClass::RestDay, "551.72"),
        (8, DayClass::Holiday, "827.59"),
    ] {
        let answer = today().overtime(pay, hours * 60, class).unwrap();
        assert_eq!(answer.amount, yuan(amount), "{class:?}");
        assert!(
            answer.steps[0].ground.contains("第四十四条"),
            "{:?}",
            answer.steps
        );
        assert_eq!(answer.rules[0].id, "wages.overtime");
    }
    let daily = today()
        .overtime(Pay::Daily(yuan("300")), 120, DayClass::Weekday)
        .unwrap();
    assert_eq!(daily.amount, yuan("112.50"));
    let hourly = today()
        .overtime(Pay::Hourly(yuan("30")), 90, DayClass::Weekday)
        .unwrap();
    assert_eq!(hourly.amount, yuan("67.50"));
    assert_eq!(
        hourly.steps[0].text,
        "平日加班：30.00 × 1.5 小时 × 150% = 67.50"
    );
}

#[test]
fn tv_w8_compensation_for_twelve_days_and_its_edges() {
    let found = |from, to| {
        let found = today().severance(yuan("6000"), (from, to), None).unwrap();
        assert!(!found.cap_checked);
        (found.compensation.amount, found.unlawful)
    };
    let first = date(2025, 3, 1);
    assert_eq!(
        found(first, date(2025, 3, 12)),
        (yuan("3000"), yuan("6000"))
    );
    assert_eq!(
        found(first, date(2025, 8, 30)).0,
        yuan("3000"),
        "a day short of six months"
    );
    assert_eq!(
        found(first, date(2025, 8, 31)).0,
        yuan("6000"),
        "six months, 以上 includes the number"
    );
    assert_eq!(
        found(first, date(2026, 2, 28)).0,
        yuan("6000"),
        "one full year is one month"
    );
    assert_eq!(found(first, date(2026, 3, 1)).0, yuan("9000"));
    assert_eq!(found(date(2024, 2, 29), date(2025, 2, 27)).0, yuan("6000"));
    assert!(
        today()
            .severance(yuan("6000"), (first, date(2025, 2, 28)), None)
            .is_err()
    );
}

#[test]
fn tv_w9_the_construction_deposit() {
    let case = DepositCase {
        contract: yuan("20000000"),
        rate: 100,
        ..Default::default()
    };
    let amount = |case: DepositCase| today().deposit(&case).map(|answer| answer.amount);
    assert_eq!(amount(case), Ok(yuan("200000")));
    assert_eq!(
        amount(DepositCase {
            clean_years: 2,
            ..case
        }),
        Ok(yuan("100000"))
    );
    assert_eq!(
        amount(DepositCase {
            arrears: true,
            ..case
        }),
        Ok(yuan("300000"))
    );
    let small = DepositCase {
        contract: yuan("2980000"),
        clean_years: 1,
        ..case
    };
    assert_eq!(amount(small), Ok(Fen::ZERO));
    assert_eq!(
        amount(DepositCase {
            contract: yuan("3000000"),
            ..small
        }),
        Ok(yuan("30000")),
        "低于 excludes the number"
    );
    assert_eq!(
        amount(DepositCase {
            clean_years: 3,
            arrears: true,
            ..case
        }),
        Ok(yuan("300000")),
        "arrears undo clean years"
    );
    assert!(amount(DepositCase { rate: 50, ..case }).is_err());
    assert_eq!(
        amount(DepositCase {
            rate: 50,
            several: true,
            ..case
        }),
        Ok(yuan("100000"))
    );
}

#[test]
fn the_minimum_wage_is_dated_and_never_guessed() {
    let now = today().minimum().unwrap();
    assert_eq!(
        (now.tier, now.monthly, now.hourly, now.verified),
        (1, yuan("2490"), yuan("24"), true)
    );
    assert_eq!(
        linping(date(2023, 6, 1)).minimum().unwrap().monthly,
        yuan("2280")
    );
    assert!(
        !linping(date(2026, 11, 20)).minimum().unwrap().verified,
        "the 2026 notice is to be verified"
    );
    let wenzhou = Jurisdiction::parse("330302").unwrap();
    let rules = WageRules::of(Catalogue::embedded(), wenzhou, date(2025, 1, 1));
    assert!(matches!(rules.minimum(), Err(WageFault::UnknownTier(_))));
    let nanjing = Jurisdiction::parse("320102").unwrap();
    let rules = WageRules::of(Catalogue::embedded(), nanjing, date(2025, 1, 1));
    assert!(matches!(rules.minimum(), Err(WageFault::NoRule { .. })));
}

#[test]
fn probation_surcharge_and_final_award() {
    let minimum = yuan("2490");
    assert_eq!(
        today().probation(yuan("6000"), minimum).unwrap().amount,
        yuan("4800")
    );
    assert_eq!(
        today().probation(yuan("3000"), minimum).unwrap().amount,
        minimum
    );
    let (least, most, _) = today().surcharge(yuan("8000.01")).unwrap();
    assert_eq!((least, most), (yuan("4000.01"), yuan("8000.01")));
    assert_eq!(today().final_award(minimum).unwrap().amount, yuan("29880"));
}

#[test]
fn the_reference_line_names_no_deed() {
    let case = |workers, total: &str| ReferenceCase {
        months: 3,
        largest: yuan("5999"),
        workers,
        total: yuan(total),
        order_expired: true,
    };
    let at = |place: &str, case| {
        let place = Jurisdiction::parse(place).unwrap();
        WageRules::of(Catalogue::embedded(), place, date(2025, 1, 1))
            .reference(&case)
            .unwrap()
            .0
    };
    assert_eq!(at("430102", case(1, "5999")), Reference::Below);
    assert_eq!(at("430102", case(10, "40000")), Reference::Reached);
    assert_eq!(
        at("330113", case(10, "40000")),
        Reference::ToVerify,
        "Zhejiang's figure is not known"
    );
    assert_eq!(at("330113", case(10, "100000")), Reference::Reached);
    for outcome in [Reference::Below, Reference::Reached, Reference::ToVerify] {
        assert!(!outcome.label().contains('罪'));
    }
}

#[test]
fn days_off_by_exchange_are_rest_days_and_statutory_days_are_not() {
    let class = |day| today().class_of(Calendar::national(), day).unwrap();
    assert_eq!(class(date(2026, 2, 16)), DayClass::Holiday);
    assert_eq!(class(date(2026, 2, 20)), DayClass::RestDay);
    assert_eq!(
        class(date(2026, 2, 28)),
        DayClass::Weekday,
        "a worked Saturday"
    );
    assert_eq!(
        class(date(2031, 10, 1)),
        DayClass::RestDay,
        "no list for that year"
    );
}

#[test]
fn hours_as_people_write_them() {
    assert_eq!(minutes("8"), Some(480));
    assert_eq!(minutes("1.5"), Some(90));
    assert_eq!(minutes("0.25"), Some(15));
    for bad in ["", "-1", "八", "1.234", "745"] {
        assert_eq!(minutes(bad), None, "{bad}");
    }
    assert_eq!(
        (hours(90), hours(480), hours(100)),
        ("1.5".into(), "8".into(), "1.67".into())
    );
}

proptest! {
    #[test]
    fn overtime_grows_and_stays_within_a_fen_of_the_exact_amount(yuan in 1_i64..1_000_000, minutes in 0_u32..10_000) {
        let pay = Pay::Monthly(Fen(yuan));
        let amount = |class| today().overtime(pay, minutes, class).unwrap().amount;
        let (weekday, rest, holiday) = (amount(DayClass::Weekday), amount(DayClass::RestDay), amount(DayClass::Holiday));
        prop_assert!(weekday <= rest && rest <= holiday);
        let exact = i128::from(yuan) * i128::from(minutes) * 150;
        let by = 60 * 8 * 2175;
        prop_assert!((i128::from(weekday.0) * by - exact).abs() * 2 <= by);
    }
}
