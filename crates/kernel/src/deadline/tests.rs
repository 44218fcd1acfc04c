//! The vectors T1–T14 and TV-W1–W5, and clocks with pauses and extensions.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn calendar() -> &'static Calendar {
    Calendar::national()
}

fn days(from: Date, count: u32, kind: DayType) -> Date {
    let due = due(calendar(), from, count, kind).unwrap();
    assert!(!due.provisional, "{from} + {count}");
    due.date
}

#[test]
fn t1_to_t6_working_days() {
    for (vector, from, count, expected) in [
        ("T1", date(2025, 9, 26), 5, date(2025, 10, 10)),
        ("T2", date(2025, 9, 26), 10, date(2025, 10, 16)),
        ("T3", date(2025, 9, 26), 15, date(2025, 10, 23)),
        ("T4", date(2026, 2, 10), 15, date(2026, 3, 9)),
        ("T5", date(2026, 2, 13), 5, date(2026, 2, 27)),
        ("T6", date(2025, 1, 24), 3, date(2025, 2, 5)),
    ] {
        assert_eq!(days(from, count, DayType::Working), expected, "{vector}");
    }
}

#[test]
fn t7_to_t11_calendar_days_roll_off_holidays() {
    for (vector, from, count, expected) in [
        ("T7", date(2025, 9, 20), 15, date(2025, 10, 9)),
        ("T8", date(2026, 2, 2), 15, date(2026, 2, 24)),
        ("T9", date(2025, 8, 4), 60, date(2025, 10, 9)),
        ("T10", date(2026, 4, 1), 30, date(2026, 5, 6)),
        ("T11", date(2026, 2, 9), 7, date(2026, 2, 24)),
    ] {
        assert_eq!(days(from, count, DayType::Calendar), expected, "{vector}");
    }
}

#[test]
fn t12_to_t14_months_and_years() {
    let after = |from, period| due_after(calendar(), from, period).unwrap().date;
    assert_eq!(
        after(date(2025, 8, 31), Period::Months(6)),
        date(2026, 2, 28),
        "T12: a worked Saturday"
    );
    assert_eq!(
        after(date(2024, 2, 29), Period::Months(12)),
        date(2025, 2, 28),
        "T13"
    );
    assert_eq!(
        term_end(date(2021, 8, 3), Period::Years(5)),
        Some(date(2026, 8, 3)),
        "T14"
    );
    // A term of office ends on its day even when that is a Sunday; a period to act would not.
    assert_eq!(
        term_end(date(2021, 8, 1), Period::Years(5)),
        Some(date(2026, 8, 1))
    );
    assert_eq!(after(date(2021, 8, 1), Period::Years(5)), date(2026, 8, 3));
}

#[test]
fn tv_w1_to_w5_pay_days_move_forward() {
    for (vector, pay_day, paid) in [
        ("TV-W1", date(2025, 10, 5), date(2025, 9, 30)),
        ("TV-W2", date(2026, 2, 15), date(2026, 2, 14)),
        ("TV-W3", date(2025, 11, 15), date(2025, 11, 14)),
        ("TV-W4", date(2026, 2, 28), date(2026, 2, 28)),
        ("TV-W5", date(2026, 5, 10), date(2026, 5, 9)),
    ] {
        assert_eq!(
            calendar().before_holiday(pay_day).unwrap().date,
            paid,
            "{vector}"
        );
    }
}

#[test]
fn an_unannounced_year_is_provisional() {
    let next = |from, count, kind| due(calendar(), from, count, kind).unwrap();
    let due = next(date(2026, 12, 30), 1, DayType::Working);
    assert_eq!((due.date, due.provisional), (date(2026, 12, 31), false));
    // New Year's Day is a holiday by law; whether Monday the 4th is worked nobody knows yet.
    let due = next(date(2026, 12, 31), 1, DayType::Working);
    assert_eq!((due.date, due.provisional), (date(2027, 1, 4), true));
    let due = next(date(2026, 12, 1), 60, DayType::Calendar);
    assert_eq!((due.date, due.provisional), (date(2027, 2, 1), true));
    let due = next(date(2006, 3, 1), 3, DayType::Working);
    assert_eq!((due.date, due.provisional), (date(2006, 3, 6), true));
    // A period of calendar days that merely passes through an unknown year is sure of its end.
    let due = next(date(2026, 11, 20), 3, DayType::Calendar);
    assert!(!due.provisional);
}

#[test]
fn the_end_of_the_calendar_is_no_panic() {
    assert_eq!(
        due(calendar(), date(9999, 12, 30), 30, DayType::Calendar),
        None
    );
    assert_eq!(
        due(calendar(), date(9999, 12, 30), 30, DayType::Working),
        None
    );
    assert_eq!(
        due(calendar(), Date::MAX, u32::MAX, DayType::Calendar),
        None
    );
    assert_eq!(
        due_after(calendar(), Date::MAX, Period::Years(u32::MAX)),
        None
    );
    assert_eq!(
        due_after(calendar(), Date::MAX, Period::Months(u32::MAX)),
        None
    );
    // The first day of the calendar is a New Year's Day, and nothing lies before it.
    assert_eq!(calendar().before_holiday(Date::MIN), None);
}

fn at(year: i16, month: i8, day: i8) -> Instant {
    Instant::from_shanghai(date(year, month, day), 10, 0)
}

fn paused() -> DeadlineEvent {
    DeadlineEvent::Paused {
        reason: "司法鉴定".to_owned(),
    }
}

fn extended(by: Period) -> DeadlineEvent {
    DeadlineEvent::Extended {
        by,
        approver: "仲裁委员会主任".to_owned(),
    }
}

fn clock(period: Period, start: Instant, events: &[(Instant, DeadlineEvent)]) -> Deadline {
    let mut clock = Deadline::start(period, start);
    for (at, event) in events {
        clock.record(calendar(), *at, event.clone()).unwrap();
    }
    clock
}

fn due_date(clock: &Deadline) -> Option<Date> {
    clock.due(calendar()).map(|due| due.date)
}

#[test]
fn paused_days_do_not_count() {
    let fifteen = Period::Days(15, DayType::Working);
    // Five of fifteen working days are used up when the clock stops on Friday 2025-09-12.
    let stopped = [(at(2025, 9, 12), paused())];
    let standing = clock(fifteen, at(2025, 9, 5), &stopped);
    assert_eq!(
        (standing.state(), due_date(&standing)),
        (DeadlineState::Paused, None)
    );
    assert!(!standing.is_overdue(calendar(), date(2030, 1, 1)));
    // The other ten run from the resumption: T2.
    let again = [
        stopped[0].clone(),
        (at(2025, 9, 26), DeadlineEvent::Resumed),
    ];
    let running = clock(fifteen, at(2025, 9, 5), &again);
    assert_eq!(
        (running.state(), due_date(&running)),
        (DeadlineState::Running, Some(date(2025, 10, 16)))
    );
}

#[test]
fn calendar_days_and_months_wait_as_well() {
    let pause = [
        (at(2025, 3, 10), paused()),
        (at(2025, 3, 20), DeadlineEvent::Resumed),
    ];
    // 2025-03-03 + 45 = 04-17; ten days later, 04-27, is a worked Sunday.
    let arbitration = clock(Period::Days(45, DayType::Calendar), at(2025, 3, 3), &pause);
    assert_eq!(due_date(&arbitration), Some(date(2025, 4, 27)));
    let months = clock(Period::Months(1), at(2025, 3, 3), &pause);
    // 04-03 and ten days: Sunday the 13th, so Monday.
    assert_eq!(due_date(&months), Some(date(2025, 4, 14)));
}

#[test]
fn pausing_and_resuming_on_one_day_changes_nothing() {
    for period in [
        Period::Days(45, DayType::Calendar),
        Period::Days(9, DayType::Working),
        Period::Months(2),
        Period::Years(1),
    ] {
        let plain = clock(period, at(2025, 3, 3), &[]);
        let touched = clock(
            period,
            at(2025, 3, 3),
            &[
                (at(2025, 3, 8), paused()),
                (at(2025, 3, 8), DeadlineEvent::Resumed),
            ],
        );
        assert_eq!(due_date(&plain), due_date(&touched), "{period:?}");
    }
}

#[test]
fn extensions_are_added_to_the_period() {
    let award = clock(
        Period::Days(45, DayType::Calendar),
        at(2025, 8, 20),
        &[(
            at(2025, 9, 1),
            extended(Period::Days(15, DayType::Calendar)),
        )],
    );
    // 45 + 15 days from 08-20 is 10-19, a Sunday; not the rolled 10-09 plus fifteen.
    assert_eq!(due_date(&award), Some(date(2025, 10, 20)));
    let inspection = clock(
        Period::Days(5, DayType::Working),
        at(2025, 9, 26),
        &[(at(2025, 9, 28), extended(Period::Days(5, DayType::Working)))],
    );
    assert_eq!(
        due_date(&inspection),
        Some(date(2025, 10, 16)),
        "the same as ten at once, T2"
    );
    let mixed = clock(
        Period::Days(5, DayType::Working),
        at(2025, 9, 26),
        &[(at(2025, 9, 28), extended(Period::Months(1)))],
    );
    // 10-10 and a month: 11-10.
    assert_eq!(due_date(&mixed), Some(date(2025, 11, 10)));
}

#[test]
fn an_extension_granted_while_the_clock_stands_still_counts() {
    let events = [
        (at(2025, 9, 12), paused()),
        (at(2025, 9, 15), extended(Period::Days(5, DayType::Working))),
        (at(2025, 9, 26), DeadlineEvent::Resumed),
    ];
    let clock = clock(Period::Days(15, DayType::Working), at(2025, 9, 5), &events);
    assert_eq!(clock.state(), DeadlineState::Running);
    assert_eq!(
        due_date(&clock),
        Some(date(2025, 10, 23)),
        "fifteen left from the 26th, T3"
    );
}

#[test]
fn a_deadline_retires_when_met_or_breached() {
    let period = Period::Days(5, DayType::Working);
    let mut met = Deadline::start(period, at(2025, 9, 26));
    met.record(calendar(), at(2025, 10, 10), DeadlineEvent::Met)
        .unwrap();
    assert!(met.state().is_retired());
    assert!(!met.is_overdue(calendar(), date(2026, 1, 1)));
    for event in [
        paused(),
        DeadlineEvent::Resumed,
        extended(period),
        DeadlineEvent::Met,
        DeadlineEvent::Breached,
    ] {
        assert_eq!(
            met.record(calendar(), at(2025, 10, 11), event),
            Err(DeadlineFault::Retired)
        );
    }

    let mut missed = Deadline::start(period, at(2025, 9, 26));
    // The last day is 10-10 and lasts until 24:00.
    assert!(!missed.is_overdue(calendar(), date(2025, 10, 10)));
    assert_eq!(
        missed.record(calendar(), at(2025, 10, 10), DeadlineEvent::Breached),
        Err(DeadlineFault::NotOverdue)
    );
    missed
        .record(calendar(), at(2025, 10, 11), DeadlineEvent::Breached)
        .unwrap();
    assert_eq!(missed.state(), DeadlineState::Breached);
    assert_eq!(due_date(&missed), Some(date(2025, 10, 10)));
    assert_eq!(missed.events().len(), 2);
}

#[test]
fn events_that_do_not_fit_are_refused() {
    let period = Period::Days(5, DayType::Working);
    let mut clock = Deadline::start(period, at(2025, 9, 26));
    let now = at(2025, 9, 27);
    assert_eq!(
        clock.record(calendar(), now, DeadlineEvent::Started),
        Err(DeadlineFault::AlreadyStarted)
    );
    assert_eq!(
        clock.record(calendar(), now, DeadlineEvent::Resumed),
        Err(DeadlineFault::NotPaused)
    );
    assert_eq!(
        clock.record(calendar(), at(2025, 9, 25), paused()),
        Err(DeadlineFault::OutOfOrder)
    );
    clock.record(calendar(), now, paused()).unwrap();
    assert_eq!(
        clock.record(calendar(), now, paused()),
        Err(DeadlineFault::AlreadyPaused)
    );
    assert_eq!(
        clock.record(calendar(), at(2026, 9, 1), DeadlineEvent::Breached),
        Err(DeadlineFault::NotOverdue)
    );
    clock.record(calendar(), now, DeadlineEvent::Met).unwrap();
}

#[test]
fn a_clock_is_rebuilt_from_its_events() {
    let period = Period::Days(15, DayType::Working);
    let clock = clock(
        period,
        at(2025, 9, 5),
        &[
            (at(2025, 9, 12), paused()),
            (at(2025, 9, 26), DeadlineEvent::Resumed),
        ],
    );
    assert_eq!(
        Deadline::replay(period, clock.events().to_vec()),
        Ok(clock.clone())
    );
    assert_eq!(Deadline::replay(period, []), Err(DeadlineFault::NotStarted));
    assert_eq!(
        Deadline::replay(period, [(at(2025, 9, 5), DeadlineEvent::Met)]),
        Err(DeadlineFault::NotStarted)
    );
    let stored = serde_json::to_value(&clock.events()[1].1).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({"event": "paused", "reason": "司法鉴定"})
    );
    assert_eq!(
        serde_json::from_value::<DeadlineEvent>(stored).unwrap(),
        paused()
    );
}

fn any_day() -> impl Strategy<Value = Date> {
    (0i64..9_000).prop_map(|days| add_days(date(2005, 1, 1), days).unwrap())
}

fn any_kind() -> impl Strategy<Value = DayType> {
    prop_oneof![Just(DayType::Working), Just(DayType::Calendar)]
}

proptest! {
    #[test]
    fn a_longer_period_never_ends_earlier(from in any_day(), count in 0u32..120, kind in any_kind()) {
        let shorter = due(calendar(), from, count, kind).unwrap().date;
        let longer = due(calendar(), from, count + 1, kind).unwrap().date;
        prop_assert!(shorter <= longer);
        let later = due(calendar(), add_days(from, 1).unwrap(), count, kind).unwrap().date;
        prop_assert!(shorter <= later);
    }

    #[test]
    fn a_last_day_is_a_working_day(from in any_day(), count in 1u32..120, kind in any_kind()) {
        let due = due(calendar(), from, count, kind).unwrap();
        prop_assert!(calendar().day(due.date).kind.is_working());
        prop_assert!(due.date > from);
    }

    #[test]
    fn working_days_are_counted_back_the_same(from in any_day(), count in 0u32..120) {
        let due = calendar().add_working_days(from, count).unwrap();
        prop_assert_eq!(calendar().working_days_between(from, due.date), count);
    }

    #[test]
    fn a_pause_moves_the_end_by_at_least_nothing(count in 1u32..60, kind in any_kind(), pause in 0i64..40, rest in 0i64..40) {
        let start = date(2025, 1, 6);
        let on = |days| Instant::from_shanghai(add_days(start, days).unwrap(), 9, 0);
        let period = Period::Days(count, kind);
        let events = [(on(0), DeadlineEvent::Started), (on(pause), paused()), (on(pause + rest), DeadlineEvent::Resumed)];
        let paused = Deadline::replay(period, events).unwrap();
        let plain = Deadline::start(period, on(0));
        prop_assert!(due_date(&paused) >= due_date(&plain));
    }
}
