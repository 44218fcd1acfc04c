//! 工资发放月报: what an enterprise says about a month's wages. Filed again, the later one holds and the earlier one stays
//! on file. Who the workers are is never asked.

mod rules;
pub mod sql;

use kernel::{Date, EmployerId, Fen, Instant};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::entry::{self, One};
use super::feed::Once;
use super::model::{Fields, PayReportId, Quality, SubjectId};
use super::subjects::SubjectDraft;
use super::{ArrearsError, Permit};
use crate::access::Capability;
use crate::coverage::Month;
use crate::employers;

pub use rules::{KIND as RULES_KIND, MonthlyRules, Reason};

/// Kind and feed of the report.
const KIND: &str = "pay_report";
const FEED: &str = "pay_reports";
/// What an enterprise says of wages it owes (企业自报): nobody has checked it, and it corrects nobody but itself.
const OWED: &str = "wage_overdue";
const OWED_FEED: &str = "pay_reports_overdue";
/// Months the signal can bear (`definitions/signals/pay-report.toml`).
const MOST_MONTHS: i64 = 240;

/// A report as the form gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayReport {
    /// The employer, within reach.
    pub employer: EmployerId,
    /// The month wages were earned.
    pub month: Month,
    /// People to be paid.
    pub headcount: i64,
    /// People paid in full.
    pub paid_heads: i64,
    /// Wages due.
    pub payable: Fen,
    /// Wages paid.
    pub paid: Fen,
    /// The agreed day of payment.
    pub due_on: Date,
    /// The day of payment, if paid.
    pub paid_on: Option<Date>,
    /// Months for which something is owed, this one included; `None` when it is not stated.
    pub months_owed: Option<i64>,
    /// When the rest is to be paid (预计补发日).
    pub expected_on: Option<Date>,
    /// Id of the reason; empty when nothing is owed.
    pub reason: String,
    /// Words; no names of workers.
    pub note: String,
}

/// A report on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its id.
    pub id: PayReportId,
    /// What it says.
    pub report: PayReport,
    /// When it was filed last.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// How often it was filed.
    pub version: i64,
}

/// Files a month's report (填报工资发放月报). The same again changes nothing. Wages that are overdue become a signal;
/// that they were paid later does too.
///
/// # Errors
/// Forbidden; the employer is out of reach; figures that contradict each other, all at once.
pub fn pay_report(
    tx: &mut Tx,
    permit: &Permit,
    form: &PayReport,
) -> Result<PayReportId, ArrearsError> {
    super::rules::require(permit, Capability::PayReportFile)?;
    let (district, today, now) = (*tx.district(), tx.today(), tx.now());
    check(MonthlyRules::at(district, today)?, form, today)?;
    let employer = employers::get(tx, form.employer)?;
    let before = of_month(tx, form.employer, form.month)?;
    if let Some(before) = &before
        && before.report == *form
    {
        return Ok(before.id);
    }
    let id = before
        .as_ref()
        .map_or_else(|| tx.new_id(), |before| before.id);
    if before.is_some() {
        tx.exec(&sql::KEEP_EARLIER, args![district, id])?;
    }
    let (month, by) = (form.month.to_string(), tx.actor().label.clone());
    tx.exec(
        &sql::PUT,
        args![
            district,
            id,
            form.employer,
            month,
            employer.org_path,
            form.headcount,
            form.paid_heads,
            form.payable,
            form.paid,
            form.due_on,
            form.paid_on,
            form.note.trim(),
            now,
            by,
            form.months_owed,
            form.expected_on,
            form.reason
        ],
    )?;
    tx.audit(
        Audit::of("pay_report.filed", "pay_report", id)
            .at(&employer.org_path)
            .detail(json!({ "month": month, "headcount": form.headcount, "paid_heads": form.paid_heads })),
    )?;
    let draft = SubjectDraft::employer(&employer);
    signals(tx, form, &draft, before.is_some())?;
    Ok(id)
}

impl PayReport {
    /// Whether something is still owed.
    pub fn short(&self) -> bool {
        self.paid < self.payable
    }

    /// What is owed for the month.
    pub fn owed(&self) -> Fen {
        Fen(self.payable.0.saturating_sub(self.paid.0))
    }
}

fn check(rules: &MonthlyRules, form: &PayReport, today: Date) -> Result<(), ArrearsError> {
    let mut wrong: Vec<(&'static str, String)> = Vec::new();
    let mut say = |field, message: &str| wrong.push((field, message.to_owned()));
    let open = rules.months(today).contains(&form.month);
    if form.month.first() > today {
        say("month", "这个月还没有到，请核对月份");
    } else if !open {
        let message = format!(
            "只能填报、更正最近 {} 个月的；更早的请联系镇街总工会",
            rules.months_back
        );
        say("month", &message);
    }
    if form.headcount < 0 {
        say("headcount", "应发人数不能是负数");
    }
    if form.paid_heads < 0 || form.paid_heads > form.headcount.max(0) {
        say("paid_heads", "足额发放人数应在 0 和应发人数之间");
    }
    if form.payable < Fen::ZERO {
        say("payable", "应发工资不能是负数");
    } else if form.payable == Fen::ZERO && form.headcount > 0 {
        say("payable", "有应发人数，应发工资不能是 0，请核对");
    } else if form.payable > Fen::ZERO && form.headcount == 0 {
        say("headcount", "有应发工资，应发人数不能是 0，请核对");
    }
    if form.paid < Fen::ZERO || form.paid > form.payable.max(Fen::ZERO) {
        say("paid", "已发工资应在 0 和应发工资之间");
    }
    if form.paid_on.is_some_and(|day| day > today) {
        say("paid_on", "发放日期还没有到；还没有发就空着");
    }
    if form.due_on < form.month.first() {
        say("due_on", "约定的发薪日应在这个月或以后");
    } else if open && form.due_on > rules.due_until(form.month) {
        let until = rules.due_until(form.month);
        let message = format!(
            "约定的发薪日最晚写到 {until}（工资至少每月支付一次），请核对年份和月份；协商了延期的，写原来的发薪日"
        );
        say("due_on", &message);
    }
    if form.note.trim().chars().count() > rules.words {
        say("note", &format!("说明最多 {} 个字", rules.words));
    }
    if form.short() {
        short_faults(rules, form, today, &mut say);
    } else if form.paid_heads < form.headcount && form.headcount > 0 {
        say("paid_heads", "工资已发足，足额发放人数应等于应发人数");
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ArrearsError::Faulty(wrong))
    }
}

/// What a report that owes something must say besides.
fn short_faults(
    rules: &MonthlyRules,
    form: &PayReport,
    today: Date,
    say: &mut impl FnMut(&'static str, &str),
) {
    if form.due_on <= today && rules.reason(&form.reason).is_none() {
        say("reason", "工资没有发足，请选一个原因");
    }
    if form.headcount > 0 && form.paid_heads == form.headcount {
        let message = "工资没有发足，足额发放人数应少于应发人数；一个人没有拿足也算";
        say("paid_heads", message);
    }
    if form
        .months_owed
        .is_some_and(|months| !(0..=MOST_MONTHS).contains(&months))
    {
        say("months_owed", "累计拖欠月数应在 0 到 240 之间");
    }
    if form.expected_on.is_some_and(|day| day < today) {
        say("expected_on", "预计补发日已经过去，请写今天或以后的日期");
    }
}

fn signals(
    tx: &mut Tx,
    form: &PayReport,
    draft: &SubjectDraft,
    again: bool,
) -> Result<(), ArrearsError> {
    let today = tx.today();
    let reference = form.month.to_string();
    let one = |kind, day: Date, fields: Fields| One {
        draft: draft.clone(),
        kind,
        day,
        fields,
        quality: Quality::Reported,
        reference: &reference,
        once: Once::Month,
    };
    let fields = Fields::new(
        [
            ("workers", form.headcount),
            ("paid_workers", form.paid_heads),
            ("due", form.payable.0),
            ("paid", form.paid.0),
        ]
        .into_iter()
        .chain(form.months_owed.map(|months| ("months_owed", months))),
    );
    // Both speak of the month, whenever it is reported: two unpaid months are two events.
    let day = form.month.last().min(today);
    let report = one(KIND, day, fields);
    entry::file(tx, FEED, "月报", &report)?;
    let late = form.due_on.until(today).map_or(0, |span| span.get_days());
    if form.short() && late > 0 {
        let fields = Fields::new([
            ("days", i64::from(late)),
            ("workers", form.headcount - form.paid_heads),
            ("amount", form.payable.0 - form.paid.0),
        ]);
        entry::file(tx, OWED_FEED, "月报", &one(OWED, day, fields))?;
    } else if again && said_to_owe(tx, draft, &reference)? {
        let fields = Fields::new([("days", 0), ("workers", 0), ("amount", 0)]);
        entry::file(tx, OWED_FEED, "月报", &one(OWED, day, fields))?;
    }
    Ok(())
}

/// Whether an earlier version of a month's report said that wages are owed.
fn said_to_owe(tx: &mut Tx, draft: &SubjectDraft, month: &str) -> Result<bool, ArrearsError> {
    let Some(employer) = draft.employer else {
        return Ok(false);
    };
    let subject: SubjectId = employer.uuid().into();
    let said = args![*tx.district(), subject, OWED_FEED, month];
    Ok(tx.opt(&super::sql::STANDS_UNDER, said)?.is_some())
}

/// The report of a month.
///
/// # Errors
/// The employer is out of reach.
pub fn of_month(
    tx: &mut Tx,
    employer: EmployerId,
    month: Month,
) -> Result<Option<Filed>, ArrearsError> {
    employers::get(tx, employer)?;
    let district = *tx.district();
    let row = tx.opt(&sql::OF_MONTH, args![district, employer, month.to_string()])?;
    Ok(row.as_ref().map(filed).transpose()?)
}

/// The reports of an employer within scope, newest first.
///
/// # Errors
/// The store failed.
pub fn of_employer(
    tx: &mut Tx,
    employer: EmployerId,
    limit: usize,
) -> Result<Vec<Filed>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(
        &sql::OF_EMPLOYER,
        args![district, employer, from, to, limit],
    )?;
    rows.iter().map(|row| Ok(filed(row)?)).collect()
}

/// What the reports of an employer said before they were corrected, newest first.
///
/// # Errors
/// The store failed.
pub fn earlier(
    tx: &mut Tx,
    employer: EmployerId,
    limit: usize,
) -> Result<Vec<Filed>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::EARLIER, args![district, employer, from, to, limit])?;
    rows.iter().map(|row| Ok(filed(row)?)).collect()
}

fn filed(row: &Row) -> Result<Filed, StoreError> {
    let month = row.text(2)?.parse().map_err(|_| StoreError::Column {
        index: 2,
        wanted: "month",
    })?;
    Ok(Filed {
        id: row.get(0)?,
        report: PayReport {
            employer: row.get(1)?,
            month,
            headcount: row.get(3)?,
            paid_heads: row.get(4)?,
            payable: row.get(5)?,
            paid: row.get(6)?,
            due_on: row.get(7)?,
            paid_on: row.get(8)?,
            note: row.get(9)?,
            months_owed: row.get(13)?,
            expected_on: row.get(14)?,
            reason: row.get(15)?,
        },
        at: row.get(10)?,
        by: row.get(11)?,
        version: row.get(12)?,
    })
}
