//! What the form says, read field by field: every fault is told at once, beside its field.

use kernel::ids::EmployerId;
use kernel::{Date, Fen};
use union::arrears::ArrearsError;
use union::arrears::pay_report::{Filed, PayReport};

use crate::shell::Form;

/// Reads the form; what can be said about it without a look at the store is said here, the rest by the room.
pub(super) fn read(form: &Form, employer: EmployerId) -> Result<PayReport, ArrearsError> {
    let mut faults: Vec<(&'static str, String)> = Vec::new();
    let month = form.parsed("month");
    if month.is_none() {
        faults.push(("month", "请选择是哪个月的工资".to_owned()));
    }
    let report = PayReport {
        employer,
        month: month.unwrap_or_else(|| union::coverage::Month::of(Date::MIN)),
        headcount: whole(form, "headcount", "应发人数", &mut faults).unwrap_or_default(),
        paid_heads: whole(form, "paid_heads", "足额发放人数", &mut faults).unwrap_or_default(),
        payable: money(form, "payable", "应发工资", &mut faults),
        paid: money(form, "paid", "已发工资", &mut faults),
        due_on: day(form, "due_on", "约定的发薪日", true, &mut faults).unwrap_or(Date::MIN),
        paid_on: day(form, "paid_on", "实际发放日", false, &mut faults),
        months_owed: if form.text("months_owed").is_empty() {
            None
        } else {
            whole(form, "months_owed", "累计拖欠月数", &mut faults)
        },
        expected_on: day(form, "expected_on", "预计补发日", false, &mut faults),
        reason: form.text("reason").to_owned(),
        note: form.text("note").to_owned(),
    };
    if faults.is_empty() {
        Ok(settled(report))
    } else {
        Err(ArrearsError::Faulty(faults))
    }
}

/// Where all is paid, nothing is said about what is owed.
fn settled(mut report: PayReport) -> PayReport {
    if !report.short() {
        report.months_owed = None;
        report.expected_on = None;
        report.reason = String::new();
    }
    report
}

fn whole(
    form: &Form,
    name: &'static str,
    title: &str,
    faults: &mut Vec<(&'static str, String)>,
) -> Option<i64> {
    let typed = form.text(name);
    let found = kernel::text::half_width(typed).parse().ok();
    if found.is_none() {
        let message = if typed.is_empty() {
            format!("请填写{title}，没有就填 0")
        } else {
            format!("{title}应为整数，填的是“{typed}”")
        };
        faults.push((name, message));
    }
    found
}

fn money(
    form: &Form,
    name: &'static str,
    title: &str,
    faults: &mut Vec<(&'static str, String)>,
) -> Fen {
    let typed = form.text(name);
    if typed.is_empty() {
        faults.push((name, format!("请填写{title}，单位元，没有就填 0")));
        return Fen::ZERO;
    }
    Fen::parse_yuan(typed).unwrap_or_else(|_| {
        let message = format!("{title}应为金额，例如 123,456.50，填的是“{typed}”");
        faults.push((name, message));
        Fen::ZERO
    })
}

fn day(
    form: &Form,
    name: &'static str,
    title: &str,
    needed: bool,
    faults: &mut Vec<(&'static str, String)>,
) -> Option<Date> {
    let found = form.day(name);
    if found.is_err() || (needed && found == Ok(None)) {
        faults.push((name, format!("请填写{title}，例如 2026-11-15")));
    }
    found.ok().flatten()
}

/// A report on file as the form shows it.
pub(super) fn typed(filed: &Filed) -> Form {
    let report = &filed.report;
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let pairs = [
        ("month", report.month.to_string()),
        ("headcount", report.headcount.to_string()),
        ("paid_heads", report.paid_heads.to_string()),
        ("payable", report.payable.to_string()),
        ("paid", report.paid.to_string()),
        ("due_on", report.due_on.to_string()),
        ("paid_on", day(report.paid_on)),
        (
            "months_owed",
            report
                .months_owed
                .map_or_else(String::new, |months| months.to_string()),
        ),
        ("expected_on", day(report.expected_on)),
        ("reason", report.reason.clone()),
        ("note", report.note.clone()),
    ];
    let pairs = pairs.into_iter();
    Form::from_pairs(
        pairs
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
