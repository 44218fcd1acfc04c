//! Check-ins on file, and what a week's check-ins mean as observations.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, OrgPath};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Query, Row, StoreError, Tx, args};

use super::rules::SIGNAL;
use super::{Answers, CheckIn, CheckedIn, WeeklyRules, monday, sql};
use crate::arrears::ArrearsError;
use crate::arrears::entry::{self, One};
use crate::arrears::feed::Once;
use crate::arrears::feeds::back;
use crate::arrears::model::{CheckInId, Fields, Quality, SignalId, SubjectId};
use crate::arrears::signals;
use crate::arrears::subjects::SubjectDraft;
use crate::employers::EmployerRef;

/// Stored form of what was answered.
#[derive(Serialize, Deserialize, Default)]
struct Said {
    #[serde(flatten)]
    answers: Answers,
    #[serde(default)]
    as_last_week: bool,
}

pub(super) fn insert(
    tx: &mut Tx,
    form: &CheckIn,
    org_path: &OrgPath,
    as_last_week: bool,
) -> Result<CheckInId, ArrearsError> {
    let (district, now, id) = (*tx.district(), tx.now(), tx.new_id::<CheckInId>());
    let (week, actor) = (monday(form.answered_on), tx.actor().label.clone());
    let said = Said {
        answers: form.answers.clone(),
        as_last_week,
    };
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            form.key,
            form.employer,
            org_path,
            week,
            form.answered_on,
            now,
            json!(said),
            form.note.trim(),
            actor
        ],
    )?;
    Ok(id)
}

/// The last answers of each person, of a list with the newest first.
pub(super) fn standing(all: &[CheckedIn]) -> Vec<&CheckedIn> {
    let mut found: Vec<&CheckedIn> = Vec::new();
    for one in all {
        if found.iter().all(|known| known.actor != one.actor) {
            found.push(one);
        }
    }
    found
}

/// What several people answered taken together: yes where one of them says yes, the largest number given.
pub(super) fn together(standing: &[&CheckedIn]) -> Answers {
    let mut all = Answers::default();
    for one in standing {
        for (field, yes) in &one.answers.said {
            *all.said.entry(field.clone()).or_default() |= yes;
        }
        for (field, number) in &one.answers.numbers {
            let kept: &mut i64 = all.numbers.entry(field.clone()).or_insert(*number);
            *kept = (*kept).max(*number);
        }
    }
    all
}

/// Check-ins looked through for the last week before.
const EARLIER: usize = 50;

/// What the last week before a week said.
fn last_before(newest_first: &[CheckedIn], week: Date) -> Answers {
    let mut earlier = newest_first.iter().filter(|one| one.week < week);
    let Some(last) = earlier.next() else {
        return Answers::default();
    };
    let same = newest_first.iter().filter(|one| one.week == last.week);
    let same: Vec<CheckedIn> = same.cloned().collect();
    together(&standing(&same))
}

/// The first week after a week in which the employer was checked.
pub(super) fn next_week(
    tx: &mut Tx,
    employer: EmployerId,
    week: Date,
) -> Result<Option<Date>, ArrearsError> {
    let known = of_employer(tx, employer, EARLIER)?;
    let later = known.iter().map(|one| one.week).filter(|one| *one > week);
    Ok(later.min())
}

/// Files what a week's check-ins of an employer mean: the answers as they are, and the observations that rules read on
/// their own. What nobody says any more is taken back.
pub(super) fn file(
    tx: &mut Tx,
    rules: &WeeklyRules,
    employer: &EmployerRef,
    week: Date,
) -> Result<(), ArrearsError> {
    let all = of_week_at(tx, employer.id, week)?;
    let standing = standing(&all);
    let Some(newest) = standing.first() else {
        return Ok(());
    };
    let (answers, draft) = (together(&standing), SubjectDraft::employer(employer));
    let reference = reference(week);
    let one = |kind, day: Date, fields: Fields, once| One {
        draft: draft.clone(),
        kind,
        day,
        fields,
        quality: Quality::Verified,
        reference: &reference,
        once,
    };
    let said = answers.said.iter();
    let said = Fields::new(said.map(|(field, yes)| (field.clone(), i64::from(*yes))));
    let five = one(SIGNAL, newest.answered_on, said, Once::Reference);
    let subject = entry::file(tx, SIGNAL, "哨点", &five)?.subject;
    let mut files = rules.files(&answers);
    let earlier = of_employer(tx, employer.id, EARLIER)?;
    files.extend(rules.over(&last_before(&earlier, week), &answers));
    let kinds: Vec<&str> = files.iter().map(|(files, _)| files.kind.as_str()).collect();
    take_back(tx, subject, &reference, &kinds)?;
    for (files, fields) in files {
        let unsure = is_unsure(rules, &answers, &files.kind);
        if unsure && number_stands(tx, subject, (&files.kind, &fields), &reference)? {
            continue;
        }
        let day = day_of(rules, (&all, &standing), &files.kind).unwrap_or(newest.answered_on);
        let filed = one(&files.kind, day, fields, files.once);
        entry::by_sentinel(tx, &filed)?;
    }
    Ok(())
}

/// Whether a yes came without the number that was asked for: then it must not replace somebody's number.
fn is_unsure(rules: &WeeklyRules, answers: &Answers, kind: &str) -> bool {
    let mut asked = rules.questions.iter().filter(|one| one.follow.is_some());
    asked.any(|one| {
        one.files.as_ref().is_some_and(|files| files.kind == kind)
            && answers.yes(&one.field)
            && !answers.numbers.contains_key(&one.field)
    })
}

/// Whether the last that was said, this month or the one before, by an office, an officer or a sentinel's earlier week, is
/// more than what is taken for a yes without a number: that stands. What was said to be over does not.
fn number_stands(
    tx: &mut Tx,
    subject: SubjectId,
    (kind, taken): (&str, &Fields),
    reference: &str,
) -> Result<bool, ArrearsError> {
    let (district, month) = (*tx.district(), tx.today().first_of_month());
    let since = back(month, 1).first_of_month();
    let said = tx.opt(
        &sql::SAID_LAST,
        args![district, subject, kind, reference, since],
    )?;
    let said: Option<Fields> = said.map(|row| row.get(0)).transpose()?;
    Ok(said.is_some_and(|said| {
        let mut values = taken.iter();
        values.any(|(name, value)| said.get(name).is_some_and(|known| known > value))
    }))
}

/// The day an observation speaks about. What has a number speaks about the day the number was given; anything else about
/// the day it was first said, so that saying it again makes no second event.
fn day_of(
    rules: &WeeklyRules,
    (all, standing): (&[CheckedIn], &[&CheckedIn]),
    kind: &str,
) -> Option<Date> {
    let says = |one: &CheckedIn| {
        let mut files = rules.files(&one.answers).into_iter();
        files.any(|(files, _)| files.kind == kind)
    };
    let numbered = rules.questions.iter().any(|one| {
        one.follow.is_some() && one.files.as_ref().is_some_and(|files| files.kind == kind)
    });
    let still = standing.iter().filter(|one| says(one));
    if numbered {
        return still.map(|one| one.answered_on).max();
    }
    let still: Vec<&str> = still.map(|one| one.actor.as_str()).collect();
    let said = all
        .iter()
        .filter(|one| says(one) && still.contains(&one.actor.as_str()));
    said.map(|one| one.answered_on).min()
}

/// What check-ins of this week filed and nobody says any more counts no longer.
fn take_back(
    tx: &mut Tx,
    subject: SubjectId,
    reference: &str,
    said: &[&str],
) -> Result<(), ArrearsError> {
    for (id, kind) in filed(tx, subject, reference)? {
        if kind != SIGNAL && !said.contains(&kind.as_str()) {
            signals::withdraw(tx, id, "哨点更正：本周没有这种情况")?;
        }
    }
    Ok(())
}

/// The observations that stand for a week's check-ins of a subject.
pub(super) fn filed(
    tx: &mut Tx,
    subject: SubjectId,
    reference: &str,
) -> Result<Vec<(SignalId, String)>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::FILED, args![district, subject, reference])?;
    let read = |row: &Row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?));
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// How the signals of a week name their source.
pub(super) fn reference(week: Date) -> String {
    format!("哨点 {week}")
}

/// The check-ins of an employer in one week, whoever made them, newest first.
pub(super) fn of_week_at(
    tx: &mut Tx,
    employer: EmployerId,
    week: Date,
) -> Result<Vec<CheckedIn>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::OF_EMPLOYER_WEEK, args![district, employer, week])?;
    rows.iter().map(|row| Ok(checked_in(row)?)).collect()
}

/// The check-ins of some employers since a week within scope, by employer, newest first.
pub(super) fn since(
    tx: &mut Tx,
    week: Date,
    employers: impl IntoIterator<Item = EmployerId>,
) -> Result<BTreeMap<EmployerId, Vec<CheckedIn>>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let query = Query::from(&sql::SINCE, args![district, week, from, to])
        .and_in(" AND employer_id IN ", employers)
        .push(" ORDER BY answered_on DESC, arrived_at DESC, id DESC");
    let mut found: BTreeMap<EmployerId, Vec<CheckedIn>> = BTreeMap::new();
    for row in tx.all(&query, args![])? {
        let one = checked_in(&row)?;
        found.entry(one.employer).or_default().push(one);
    }
    Ok(found)
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

fn checked_in(row: &Row) -> Result<CheckedIn, StoreError> {
    let said: serde_json::Value = row.get(5)?;
    let said: Said = serde_json::from_value(said).unwrap_or_default();
    Ok(CheckedIn {
        id: row.get(0)?,
        employer: row.get(1)?,
        week: row.get(2)?,
        answered_on: row.get(3)?,
        arrived: row.get(4)?,
        answers: said.answers,
        as_last_week: said.as_last_week,
        note: row.get(6)?,
        actor: row.get(7)?,
    })
}
