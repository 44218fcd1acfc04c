//! What is owed, month by month, on paper first.

use kernel::definitions::Catalogue;
use kernel::wages::WageRules;
use kernel::{Calendar, Date, Fen, Instant};

use super::*;

fn yuan(text: &str) -> Fen {
    Fen::parse_yuan(text).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn ledger(all: &[Fields], today: &str) -> Ledger {
    let today = day(today);
    let rules = NotebookRules::at(district(), today).unwrap();
    let entries: Vec<Entry> = all
        .iter()
        .zip(1..)
        .map(|(fields, number)| Entry {
            id: key(number),
            edited_at: Instant::from_ms(1),
            received_at: Instant::from_ms(1),
            body: read_body(fields, rules, today).unwrap(),
        })
        .collect();
    let wages = WageRules::of(Catalogue::embedded(), district(), today);
    reckon(&entries, rules, &wages, Calendar::national(), today).unwrap()
}

fn titles(month: &MonthAccount) -> Vec<(&str, Fen)> {
    month
        .lines
        .iter()
        .map(|line| (line.title.as_str(), line.amount))
        .collect()
}

#[test]
fn two_months_unpaid_with_overtime_step_by_step() {
    let found = ledger(
        &[
            monthly("2026-09-01", "6000"),
            work("2026-09-08", "8", "2"),
            work("2026-09-12", "8", ""),
            work("2026-10-01", "8", ""),
            work("2026-10-10", "8", ""),
            pay("2026-10-20", "2026-09", "3000"),
        ],
        "2026-11-20",
    );
    let [september, october] = found.months.as_slice() else {
        panic!("{:#?}", found.months)
    };
    assert_eq!(
        titles(september),
        [
            ("约定工资", yuan("6000")),
            ("平日加班", yuan("103.45")),
            ("休息日加班", yuan("551.72"))
        ]
    );
    assert_eq!(september.owed, yuan("3655.17"));
    assert!(september.is_due && september.due_on == Some(day("2026-10-15")));
    assert_eq!(
        titles(october),
        [
            ("约定工资", yuan("6000")),
            ("法定休假日加班", yuan("827.59"))
        ],
        "10 October is a worked Saturday"
    );
    assert_eq!(
        october.due_on,
        Some(day("2026-11-13")),
        "15 November is a Sunday"
    );
    assert!(
        october
            .remarks
            .iter()
            .any(|remark| remark.contains("第七条"))
    );
    assert!(october.is_due, "and nothing is due yet for November");
    assert_eq!(found.owed, yuan("10482.76"));
    for line in found.months.iter().flat_map(|month| &month.lines) {
        assert!(line.ground.contains("第"), "{line:?}");
        assert!(!line.step.is_empty());
    }
    assert!(found.rules.iter().any(|rule| rule.id == "wages.overtime"));
}

#[test]
fn daily_pay_a_started_month_and_an_end() {
    let daily = fields(&[
        ("kind", "terms"),
        ("day", "2026-11-02"),
        ("to", "2026-11-10"),
        ("employer", "东镇工地"),
        ("basis", "day"),
        ("amount", "300"),
    ]);
    let found = ledger(
        &[
            daily,
            work("2026-11-03", "8", "2"),
            work("2026-11-04", "4", ""),
            work("2026-11-12", "8", ""),
        ],
        "2026-11-20",
    );
    assert_eq!(
        titles(&found.months[0]),
        [("约定工资", yuan("450")), ("平日加班", yuan("112.50"))],
        "what was worked after the end has no agreement"
    );
    let told = &found.months[0].remarks;
    assert!(
        told.iter()
            .any(|one| one.starts_with("11 月 12 日的出工没有算进去")),
        "{told:?}"
    );
    assert_eq!((found.owed, found.coming), (Fen::ZERO, yuan("562.50")));
    let started = ledger(
        &[monthly("2026-11-16", "6000"), work("2026-11-17", "8", "")],
        "2026-11-20",
    );
    assert_eq!(titles(&started.months[0]), [("约定工资", yuan("275.86"))]);
}

#[test]
fn below_the_minimum_wage_is_filled_up_and_a_newer_notice_is_asked_for() {
    let found = ledger(&[monthly("2026-09-01", "2000")], "2026-10-20");
    let september = &found.months[0];
    assert_eq!(
        titles(september),
        [("约定工资", yuan("2000")), ("补足最低工资", yuan("490"))]
    );
    assert!(
        september
            .remarks
            .iter()
            .any(|remark| remark.contains("核实"))
    );
    assert!(
        september
            .remarks
            .iter()
            .any(|remark| remark.contains("没有记出工"))
    );
}

#[test]
fn a_new_agreement_holds_from_its_day_and_own_shifts_are_believed() {
    let own_shift = fields(&[
        ("kind", "work"),
        ("day", "2026-09-12"),
        ("hours", "8"),
        ("day_is", "weekday"),
    ]);
    let found = ledger(
        &[
            monthly("2026-08-01", "6000"),
            monthly("2026-09-01", "7000"),
            own_shift,
        ],
        "2026-10-20",
    );
    let september = found
        .months
        .iter()
        .find(|one| one.month.to_string() == "2026-09");
    assert_eq!(titles(september.unwrap()), [("约定工资", yuan("7000"))]);
}

#[test]
fn more_received_than_due_is_shown_and_nothing_recorded_is_nothing() {
    let found = ledger(
        &[
            monthly("2026-09-01", "6000"),
            pay("2026-10-15", "2026-09", "6500"),
        ],
        "2026-10-20",
    );
    assert_eq!(found.months[0].owed, yuan("-500"));
    // What came in a month nothing was promised for takes nothing off the others.
    let before = ledger(
        &[
            monthly("2026-09-01", "6000"),
            pay("2026-09-10", "2026-08", "3000"),
        ],
        "2026-10-20",
    );
    let [august, september] = before.months.as_slice() else {
        panic!("{:#?}", before.months)
    };
    assert_eq!((august.received, august.owed), (yuan("3000"), Fen::ZERO));
    assert!(august.remarks[0].contains("还没有记说好的工钱"));
    assert_eq!((september.owed, before.owed), (yuan("6000"), yuan("6000")));
    let empty = ledger(&[], "2026-10-20");
    assert!(empty.months.is_empty() && empty.owed == Fen::ZERO);
    assert_eq!(empty.missing.len(), 4);
}

#[test]
fn evidence_held_and_missing() {
    let held = |what| fields(&[("kind", "evidence"), ("what", what)]);
    let found = ledger(&[held("contract"), held("bank")], "2026-10-20");
    assert_eq!(found.held, ["劳动合同、入职登记", "银行流水、转账记录"]);
    assert_eq!(found.missing.len(), 1);
    assert!(found.missing[0].starts_with("做了多少"));
}

#[test]
fn what_is_written_can_be_changed_in_the_form_it_came_from() {
    let rules = NotebookRules::at(district(), day("2026-11-20")).unwrap();
    let held = fields(&[
        ("kind", "evidence"),
        ("what", "iou"),
        ("note", "<b>欠条</b>"),
    ]);
    for one in [
        work("2026-11-03", "8", "1.5"),
        monthly("2026-09-01", "6000.50"),
        pay("2026-10-20", "2026-09", "3000"),
        held,
    ] {
        let body = read_body(&one, rules, day("2026-11-20")).unwrap();
        let again = read_body(&body.fields(), rules, day("2026-11-20")).unwrap();
        assert_eq!(body, again);
        let stored = serde_json::to_string(&body).unwrap();
        assert_eq!(serde_json::from_str::<Body>(&stored).unwrap(), body);
    }
}

#[test]
fn a_day_written_down_twice_counts_as_written_and_is_told() {
    let once = ledger(
        &[
            monthly("2026-09-01", "6000"),
            work("2026-09-08", "8", ""),
            work("2026-09-09", "8", ""),
        ],
        "2026-09-20",
    );
    let twice = ledger(
        &[
            monthly("2026-09-01", "6000"),
            work("2026-09-08", "8", ""),
            work("2026-09-08", "20", ""),
            work("2026-09-09", "4", ""),
            work("2026-09-09", "4", "2"),
        ],
        "2026-09-20",
    );
    let told = |ledger: &Ledger| -> Vec<String> {
        let remarks = ledger.months[0].remarks.iter();
        remarks
            .filter(|one| one.contains("条出工"))
            .cloned()
            .collect()
    };
    assert_eq!(told(&once), [""; 0]);
    let remarks = told(&twice);
    assert_eq!(remarks.len(), 2, "{remarks:?}");
    assert!(
        remarks[0].contains("9 月 8 日记了 2 条出工，一共 28 小时，超过了一整天"),
        "{remarks:?}"
    );
    assert!(
        remarks[1].contains("9 月 9 日记了 2 条出工，一共 10 小时。"),
        "{remarks:?}"
    );
}
