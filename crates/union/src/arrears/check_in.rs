//! 哨点每周五问: five answers a week about one place of work, given on a phone, perhaps without a network. The
//! submission carries a key of the phone's own making: sent twice, it is kept once.

use jiff::civil::Weekday;
use kernel::{Date, EmployerId, Instant};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::entry::{self, One};
use super::feed::Once;
use super::feeds::back;
use super::model::{CheckInId, Fields, Quality};
use super::subjects::SubjectDraft;
use super::{ArrearsError, Permit, rules};
use crate::access::Capability;
use crate::employers;

pub mod sql {
    //! Statements of the weekly check-in.
    store::statements! {
        /// A check-in that came before with the same key.
        pub BY_KEY = "SELECT id FROM check_in WHERE district = $1 AND client_key = $2";
        /// A check-in.
        pub INSERT = "INSERT INTO check_in (district, id, client_key, employer_id, org_path, week, answered_on, arrived_at, answers, note, actor)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        /// The check-ins of an employer, newest first.
        pub OF_EMPLOYER = "SELECT id, employer_id, week, answered_on, arrived_at, answers, note, actor FROM check_in
            WHERE district = $1 AND employer_id = $2 AND org_path >= $3 AND org_path < $4 ORDER BY week DESC, arrived_at DESC LIMIT $5";
        /// Who was checked in a week within a range of places.
        pub OF_WEEK = "SELECT DISTINCT employer_id FROM check_in WHERE district = $1 AND week = $2 AND org_path >= $3 AND org_path < $4";
    }
}

/// Kind and feed of the five answers.
const KIND: &str = "sentinel_check";
/// Oldest answers taken, in days: a phone may lie in a drawer, but a month later nobody can act on them.
const OLDEST_DAYS: i64 = 31;
/// Longest note, in characters.
const LONGEST: usize = 200;

/// The five answers; yes is the worrying one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Answers {
    /// 工资没有按时发
    pub late_pay: bool,
    /// 有人成批离开
    pub leaving: bool,
    /// 停工或开工不足
    pub stopped: bool,
    /// 搬设备、清库存
    pub moving: bool,
    /// 职工情绪不稳
    pub mood: bool,
}

impl Answers {
    /// The questions in the words of the form, in order, with their field names.
    pub const QUESTIONS: [(&'static str, &'static str); 5] = [
        ("late_pay", "工资有没有没按时发的？"),
        ("leaving", "有没有人成批离开？"),
        ("stopped", "有没有停工或开工不足？"),
        ("moving", "有没有搬设备、清库存？"),
        ("mood", "职工情绪有没有不稳？"),
    ];

    fn fields(self) -> [(&'static str, i64); 5] {
        [
            ("late_pay", i64::from(self.late_pay)),
            ("leaving", i64::from(self.leaving)),
            ("stopped", i64::from(self.stopped)),
            ("moving", i64::from(self.moving)),
            ("mood", i64::from(self.mood)),
        ]
    }
}

/// A check-in as the phone sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    /// The phone's key of this submission.
    pub key: String,
    /// The place of work, within reach.
    pub employer: EmployerId,
    /// The day the answers were given.
    pub answered_on: Date,
    /// The answers.
    pub answers: Answers,
    /// Days wages are overdue, when pay is late and somebody knows.
    pub late_days: Option<i64>,
    /// Words; no names of workers.
    pub note: String,
}

/// A check-in on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedIn {
    /// Its id.
    pub id: CheckInId,
    /// The place of work.
    pub employer: EmployerId,
    /// Monday of its week.
    pub week: Date,
    /// The day the answers were given.
    pub answered_on: Date,
    /// When they came.
    pub arrived: Instant,
    /// The answers.
    pub answers: Answers,
    /// Words.
    pub note: String,
    /// Who.
    pub actor: String,
}

/// Takes a check-in (哨点打卡). The same key again changes nothing and answers the same id.
///
/// # Errors
/// Forbidden; the employer is out of reach; the day lies in the future or too far back.
pub fn check_in(tx: &mut Tx, permit: &Permit, form: &CheckIn) -> Result<CheckInId, ArrearsError> {
    rules::require(permit, Capability::SignalsEnter)?;
    let (district, today, now) = (*tx.district(), tx.today(), tx.now());
    check(form, today)?;
    let employer = employers::get(tx, form.employer)?;
    if let Some(row) = tx.opt(&sql::BY_KEY, args![district, form.key])? {
        return Ok(row.get(0)?);
    }
    let (id, week, actor) = (
        tx.new_id::<CheckInId>(),
        monday(form.answered_on),
        tx.actor().label.clone(),
    );
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            form.key,
            form.employer,
            employer.org_path,
            week,
            form.answered_on,
            now,
            json!(form.answers),
            form.note.trim(),
            actor
        ],
    )?;
    tx.audit(
        Audit::of("check_in.taken", "check_in", id)
            .at(&employer.org_path)
            .detail(json!({ "employer": form.employer, "week": week.to_string() })),
    )?;
    signals(tx, form, &SubjectDraft::employer(&employer), week)?;
    Ok(id)
}

fn check(form: &CheckIn, today: Date) -> Result<(), ArrearsError> {
    let invalid = |field, code, message: String| Err(ArrearsError::invalid(field, code, message));
    if form.key.trim().is_empty() || form.key.len() > 80 {
        return invalid(
            "key",
            "check_in.key",
            "缺少本次填报的编号，请重新打开页面".to_owned(),
        );
    }
    if form.answered_on > today {
        return invalid(
            "answered_on",
            "check_in.future",
            "填报日期还没有到，请检查手机的日期".to_owned(),
        );
    }
    if form.answered_on < back(today, OLDEST_DAYS) {
        return invalid(
            "answered_on",
            "check_in.too_old",
            format!("这次填报已超过 {OLDEST_DAYS} 天，请按现在的情况重新填"),
        );
    }
    if form.note.chars().count() > LONGEST {
        return invalid(
            "note",
            "check_in.note",
            format!("补充说明最多 {LONGEST} 个字"),
        );
    }
    Ok(())
}

/// What the answers mean as observations: the five as they are, and those that rules read on their own.
fn signals(
    tx: &mut Tx,
    form: &CheckIn,
    draft: &SubjectDraft,
    week: Date,
) -> Result<(), ArrearsError> {
    let reference = week.to_string();
    let one = |kind, fields: Fields, once| One {
        draft: draft.clone(),
        kind,
        day: form.answered_on,
        fields,
        quality: Quality::Verified,
        reference: &reference,
        once,
    };
    let answers = form.answers;
    let five = one(KIND, Fields::new(answers.fields()), Once::Reference);
    entry::file(tx, "sentinel_check", "哨点", &five)?;
    if answers.late_pay {
        let days = form.late_days.unwrap_or(1);
        let late = one("wage_overdue", Fields::new([("days", days)]), Once::Month);
        entry::by_hand(tx, "哨点", &late)?;
    }
    if answers.moving {
        let moving = one("debt_notice", Fields::new([("form", 3)]), Once::Day);
        entry::by_hand(tx, "哨点", &moving)?;
    }
    if answers.leaving || answers.stopped || answers.mood {
        let felt = one("tension", Fields::new([("felt", 1)]), Once::Month);
        entry::by_hand(tx, "哨点", &felt)?;
    }
    Ok(())
}

/// Monday of the week a day lies in.
pub fn monday(day: Date) -> Date {
    let since = day.weekday().since(Weekday::Monday);
    back(day, i64::from(since))
}

/// The check-ins of an employer within scope, newest first.
///
/// # Errors
/// The store failed.
pub fn of_employer(
    tx: &mut Tx,
    employer: EmployerId,
    limit: usize,
) -> Result<Vec<CheckedIn>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(
        &sql::OF_EMPLOYER,
        args![district, employer, from, to, limit],
    )?;
    rows.iter().map(|row| Ok(checked_in(row)?)).collect()
}

fn checked_in(row: &Row) -> Result<CheckedIn, StoreError> {
    let answers: serde_json::Value = row.get(5)?;
    Ok(CheckedIn {
        id: row.get(0)?,
        employer: row.get(1)?,
        week: row.get(2)?,
        answered_on: row.get(3)?,
        arrived: row.get(4)?,
        answers: serde_json::from_value(answers).unwrap_or_default(),
        note: row.get(6)?,
        actor: row.get(7)?,
    })
}

/// The employers within scope that were checked in the week of a day.
///
/// # Errors
/// The store failed.
pub fn of_week(tx: &mut Tx, day: Date) -> Result<Vec<EmployerId>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::OF_WEEK, args![district, monday(day), from, to])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
