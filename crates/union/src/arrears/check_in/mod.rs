//! 哨点每周五问: a few answers a week about one place of work, given on a phone, perhaps without a network.
//!
//! The submission carries a key of the phone's own making: sent twice, it is kept once. Two people who check the same
//! employer in one week are both kept; the week's observation says yes wherever one of them does, so that whoever
//! answers later cannot wipe a worry away. One's own later answers replace one's earlier ones.

mod missed;
mod photos;
mod record;
mod round;
mod rules;
pub mod sql;

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use kernel::{Date, EmployerId, Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Tx, args};

use super::feeds::back;
use super::model::CheckInId;
use super::{ArrearsError, Permit};
use crate::access::Capability;
use crate::employers;

pub use missed::{TownMissed, WeekMissed, missed_before};
pub use photos::{Photo, RoundPhotos, Seen, add_photo, photo, photos_due, seen};
pub use record::{of_employer, of_week};
pub use round::{Place, Round, RoundAsk, place, round};
pub use rules::{Also, Files, Follow, KIND, PhotoKeep, PhotoRule, Question, WeeklyRules};

/// What was answered; yes is the worrying answer. A question without an answer is not a no.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Yes or no by the signal's field.
    pub said: BTreeMap<String, bool>,
    /// Numbers given with a yes, by the question's field.
    #[serde(default)]
    pub numbers: BTreeMap<String, i64>,
}

impl Answers {
    /// Whether a question was answered with yes.
    pub fn yes(&self, field: &str) -> bool {
        self.said.get(field).copied().unwrap_or(false)
    }

    /// Whether the box that belongs to a yes was ticked.
    pub fn ticked(&self, field: &str) -> bool {
        self.yes(field) && self.numbers.get(field) == Some(&1)
    }

    /// Whether anything was answered with yes.
    pub fn worried(&self) -> bool {
        self.said.values().any(|yes| *yes)
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
    /// Taken over from the week before (同上周); dropped when the answers differ from those.
    pub as_last_week: bool,
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
    /// Taken over from the week before.
    pub as_last_week: bool,
    /// Words.
    pub note: String,
    /// Who.
    pub actor: String,
}

/// What became of a check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its id.
    pub id: CheckInId,
    /// Whether it was new, and who had been there.
    pub outcome: Outcome,
}

/// New, known, or not the only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The first of the week.
    New,
    /// The same submission came before.
    Same,
    /// The same person answered anew; the later answers hold.
    Anew,
    /// Somebody else had checked this employer in the same week: both are kept.
    Also(Box<Other>),
}

/// Somebody else's check-in of the same employer and week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Who.
    pub by: String,
    /// The day the other answered.
    pub on: Date,
    /// Fields the two answered differently.
    pub differs: Vec<String>,
}

impl Outcome {
    /// Sent form.
    pub fn code(&self) -> &'static str {
        match self {
            Self::New => "kept",
            Self::Same => "unchanged",
            Self::Anew => "anew",
            Self::Also(_) => "also",
        }
    }
}

/// Takes a check-in (哨点打卡). The same key again changes nothing and answers the same id.
///
/// # Errors
/// Forbidden; the employer is out of reach; a question is not answered; the day lies in the future or too far back;
/// the answers of last week may not be taken over.
pub fn check_in(tx: &mut Tx, permit: &Permit, form: &CheckIn) -> Result<Checked, ArrearsError> {
    super::rules::require(permit, Capability::SignalsEnter)?;
    let rules = WeeklyRules::at(*tx.district(), tx.today())?;
    let employer = employers::get(tx, form.employer)?;
    let district = *tx.district();
    if let Some(row) = tx.opt(&sql::BY_KEY, args![district, form.key])? {
        let outcome = Outcome::Same;
        return Ok(Checked {
            id: row.get(0)?,
            outcome,
        });
    }
    check(rules, form, tx.today())?;
    let week = monday(form.answered_on);
    let before = record::of_week_at(tx, form.employer, week)?;
    let as_last_week = form.as_last_week && round::taken_over(tx, rules, form, week)?;
    let id = record::insert(tx, form, &employer.org_path, as_last_week)?;
    tx.audit(
        Audit::of("check_in.taken", "check_in", id)
            .at(&employer.org_path)
            .detail(json!({ "employer": form.employer, "week": week.to_string() })),
    )?;
    record::file(tx, rules, &employer, week)?;
    // Answers that come late change what those of the next week mean: what was seen then and is seen no more.
    if let Some(next) = record::next_week(tx, form.employer, week)? {
        record::file(tx, rules, &employer, next)?;
    }
    let me = tx.actor().label.clone();
    let outcome = match before.iter().find(|one| one.actor != me) {
        Some(other) => Outcome::Also(Box::new(Other {
            by: other.actor.clone(),
            on: other.answered_on,
            differs: differing(&form.answers, &other.answers),
        })),
        None if before.is_empty() => Outcome::New,
        None => Outcome::Anew,
    };
    Ok(Checked { id, outcome })
}

/// Fields that two sets of answers disagree about.
pub(crate) fn differing(mine: &Answers, other: &Answers) -> Vec<String> {
    let fields = mine.said.keys();
    fields
        .filter(|field| mine.yes(field) != other.yes(field))
        .cloned()
        .collect()
}

fn check(rules: &'static WeeklyRules, form: &CheckIn, today: Date) -> Result<(), ArrearsError> {
    let invalid = |field, code, message: String| Err(ArrearsError::invalid(field, code, message));
    if form.key.trim().is_empty() || form.key.len() > 80 {
        let message = "缺少本次填报的编号，请重新打开页面".to_owned();
        return invalid("key", "check_in.key", message);
    }
    if form.answered_on > today {
        let message = "填报日期还没有到，请检查手机的日期".to_owned();
        return invalid("answered_on", "check_in.future", message);
    }
    let oldest = rules.oldest_days;
    if form.answered_on < back(today, oldest) {
        let message = format!("这次填报已超过 {oldest} 天，请按现在的情况重新填");
        return invalid("answered_on", "check_in.too_old", message);
    }
    if form.note.trim().chars().count() > rules.words {
        let message = format!("补充说明最多 {} 个字", rules.words);
        return invalid("note", "check_in.note", message);
    }
    let mut faults: Vec<(&'static str, String)> = Vec::new();
    for question in &rules.questions {
        if !form.answers.said.contains_key(&question.field) {
            faults.push((&question.field, format!("还没有答：{}", question.ask)));
        }
        let number = form.answers.numbers.get(&question.field).copied();
        if let Some((number, follow)) = number.zip(question.follow.as_ref())
            && !(0..=follow.max).contains(&number)
        {
            let limits = format!("应在 0 到 {} {}之间", follow.max, follow.unit);
            faults.push((&question.field, format!("“{}”{limits}", follow.ask)));
        }
        if let Some((_, also)) = number.filter(|one| *one != 1).zip(question.also.as_ref()) {
            faults.push((&question.field, format!("“{}”请打勾，或者空着", also.ask)));
        }
    }
    if !faults.is_empty() {
        return Err(ArrearsError::Faulty(faults));
    }
    Ok(())
}

/// Monday of the week a day lies in.
pub fn monday(day: Date) -> Date {
    let since = day.weekday().since(Weekday::Monday);
    back(day, i64::from(since))
}
