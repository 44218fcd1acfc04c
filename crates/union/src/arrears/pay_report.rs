//! 工资发放月报: what an enterprise says about a month's wages. Filed again, the later one holds.

use kernel::{Date, EmployerId, Fen, Instant};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::entry::{self, One};
use super::feed::Once;
use super::model::{Fields, PayReportId, Quality};
use super::subjects::SubjectDraft;
use super::{ArrearsError, Permit, rules};
use crate::access::Capability;
use crate::coverage::Month;
use crate::employers;

pub mod sql {
    //! Statements of the monthly pay report.
    store::statements! {
        /// The report of a month.
        pub OF_MONTH = "SELECT id, employer_id, month, headcount, paid_heads, payable, paid, due_on, paid_on, note, filed_at, filed_by, version
            FROM pay_report WHERE district = $1 AND employer_id = $2 AND month = $3";
        /// The reports of an employer, newest first.
        pub OF_EMPLOYER = "SELECT id, employer_id, month, headcount, paid_heads, payable, paid, due_on, paid_on, note, filed_at, filed_by, version
            FROM pay_report WHERE district = $1 AND employer_id = $2 AND org_path >= $3 AND org_path < $4 ORDER BY month DESC LIMIT $5";
        /// A report.
        pub PUT = "INSERT INTO pay_report (district, id, employer_id, month, org_path, headcount, paid_heads, payable, paid, due_on, paid_on, note,
              filed_at, filed_by, version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)
            ON CONFLICT (district, employer_id, month) DO UPDATE SET headcount = excluded.headcount, paid_heads = excluded.paid_heads,
              payable = excluded.payable, paid = excluded.paid, due_on = excluded.due_on, paid_on = excluded.paid_on, note = excluded.note,
              filed_at = excluded.filed_at, filed_by = excluded.filed_by, version = pay_report.version + 1";
    }
}

/// Kind and feed of the report.
const KIND: &str = "pay_report";
const FEED: &str = "pay_reports";

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
    /// Words.
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
    rules::require(permit, Capability::PayReportFile)?;
    let (district, today, now) = (*tx.district(), tx.today(), tx.now());
    check(form, today)?;
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
            by
        ],
    )?;
    tx.audit(
        Audit::of("pay_report.filed", "pay_report", id)
            .at(&employer.org_path)
            .detail(json!({ "month": month, "headcount": form.headcount, "paid_heads": form.paid_heads })),
    )?;
    let draft = SubjectDraft::employer(&employer);
    let was_short = before.is_some_and(|before| before.report.short());
    signals(tx, form, &draft, was_short)?;
    Ok(id)
}

impl PayReport {
    /// Whether something is still owed.
    fn short(&self) -> bool {
        self.paid < self.payable
    }
}

fn check(form: &PayReport, today: Date) -> Result<(), ArrearsError> {
    let mut wrong = Vec::new();
    if form.month.first() > today {
        wrong.push(("pay_report.month", "月份还没有到"));
    }
    if form.headcount < 0 || form.paid_heads < 0 || form.paid_heads > form.headcount {
        wrong.push(("pay_report.heads", "已发人数应在 0 和应发人数之间"));
    }
    if form.payable < Fen::ZERO || form.paid < Fen::ZERO || form.paid > form.payable {
        wrong.push(("pay_report.amounts", "已发工资应在 0 和应发工资之间"));
    }
    if form.paid_on.is_some_and(|day| day > today) {
        wrong.push(("pay_report.paid_on", "发放日期还没有到"));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let refusals = wrong
        .into_iter()
        .map(|(code, message)| kernel::Refusal {
            code,
            message: message.to_owned(),
        })
        .collect();
    Err(ArrearsError::Refused(kernel::Refusals(refusals)))
}

fn signals(
    tx: &mut Tx,
    form: &PayReport,
    draft: &SubjectDraft,
    was_short: bool,
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
    let fields = Fields::new([
        ("workers", form.headcount),
        ("paid_workers", form.paid_heads),
        ("due", form.payable.0),
        ("paid", form.paid.0),
    ]);
    let report = one(KIND, form.month.last().min(today), fields);
    entry::file(tx, FEED, "月报", &report)?;
    let late = form.due_on.until(today).map_or(0, |span| span.get_days());
    if form.short() && late > 0 {
        let fields = Fields::new([
            ("days", i64::from(late)),
            ("workers", form.headcount - form.paid_heads),
            ("amount", form.payable.0 - form.paid.0),
        ]);
        entry::by_hand(tx, "月报", &one("wage_overdue", today, fields))?;
    } else if was_short && !form.short() {
        let fields = Fields::new([("days", 0), ("workers", 0), ("amount", 0)]);
        entry::by_hand(tx, "月报", &one("wage_overdue", today, fields))?;
    }
    Ok(())
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
        },
        at: row.get(10)?,
        by: row.get(11)?,
        version: row.get(12)?,
    })
}
