//! A sentinel's round of the week (本周走访): who is still to be checked, who was, and what came of it.

use std::collections::{BTreeMap, HashSet};

use kernel::{Date, EmployerId, OrgId};
use store::Tx;

use super::photos::{self, Photo};
use super::record::{self, standing, together};
use super::{Answers, CheckIn, CheckedIn, WeeklyRules, monday};
use crate::arrears::alerts::{Alert, LevelView};
use crate::arrears::feeds::back;
use crate::arrears::model::{CheckInId, SubjectId};
use crate::arrears::{ArrearsError, desk};
use crate::employers::list::{self, Filter};
use crate::employers::{self, EmployerLine, EmployerRef, EmployerState};

/// Days of a week.
const WEEK: i64 = 7;
/// Employers looked at in one go.
const AT_ONCE: usize = 500;

/// The round of a week.
#[derive(Debug, Clone)]
pub struct Round {
    /// Monday of the week.
    pub week: Date,
    /// Sunday of the week.
    pub until: Date,
    /// Employers on the list, all of them.
    pub total: i64,
    /// How many of them were checked.
    pub checked: i64,
    /// Still to be checked: those with an alert first, then the largest.
    pub due: Vec<Place>,
    /// Checked this week, the newest first.
    pub done: Vec<Place>,
    /// There are more than are listed here.
    pub more: bool,
}

/// One employer of a round.
#[derive(Debug, Clone)]
pub struct Place {
    /// The employer.
    pub employer: EmployerRef,
    /// Employees, by the latest count.
    pub headcount: i64,
    /// Check-ins of this week, the last of each person, the newest first.
    pub now: Vec<CheckedIn>,
    /// What they say taken together.
    pub says: Answers,
    /// The last answers of the week before.
    pub last: Option<CheckedIn>,
    /// Whether those may be taken over (同上周).
    pub may_repeat: bool,
    /// Fields that two people answered differently this week.
    pub disputed: Vec<String>,
    /// How many observations stand for the check-ins of this week.
    pub filed: usize,
    /// Photographs of this week's check-ins, by check-in; read for one employer only.
    pub photos: BTreeMap<CheckInId, Vec<Photo>>,
    /// Its open alert with the colour.
    pub alert: Option<(Alert, LevelView)>,
}

/// Which part of which round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundAsk {
    /// Part of a name.
    pub text: String,
    /// Only employers of this town or zone.
    pub town: Option<OrgId>,
    /// A day of the week; none, or one to come, is the present week.
    pub week: Option<Date>,
    /// Only those that were checked, or only those that were not.
    pub checked: Option<bool>,
}

/// The employers of a round that are listed, and how many there are.
struct Picked {
    employers: Vec<(EmployerRef, i64)>,
    total: i64,
    /// How many of all were checked.
    checked: i64,
    more: bool,
}

/// Where nothing is narrowed two counts say it; else each employer is looked at.
fn picked(
    tx: &mut Tx,
    rules: &WeeklyRules,
    week: Date,
    ask: &RoundAsk,
) -> Result<Picked, ArrearsError> {
    let filter = Filter {
        text: ask.text.clone(),
        town: ask.town,
        state: Some(EmployerState::Open),
        headcount_from: Some(rules.headcount_from),
        ..Filter::default()
    };
    let answered: HashSet<EmployerId> = record::of_week(tx, week)?.into_iter().collect();
    let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let line = |one: EmployerLine| (one.employer, one.headcount);
    if ask.text.is_empty() && ask.town.is_none() && ask.checked.is_none() {
        let total = list::count(tx, &filter)?;
        let lines = list::list(tx, &filter, None, rules.shown)?;
        let employers: Vec<_> = lines.into_iter().map(line).collect();
        let more = total > size(employers.len());
        let here = employers
            .iter()
            .filter(|(one, _)| answered.contains(&one.id));
        let checked = if more { answered.len() } else { here.count() };
        return Ok(Picked {
            total,
            checked: size(checked).min(total),
            more,
            employers,
        });
    }
    let (mut found, mut after) = (Vec::new(), None);
    let (mut total, mut checked, mut wanted) = (0, 0, 0);
    loop {
        let lines = list::list(tx, &filter, after, AT_ONCE)?;
        after = lines.last().map(|last| list::After {
            headcount: last.headcount,
            id: last.employer.id,
        });
        let last = lines.len() < AT_ONCE;
        for one in lines {
            let done = answered.contains(&one.employer.id);
            total += 1;
            checked += i64::from(done);
            if ask.checked.is_none_or(|only| only == done) {
                wanted += 1;
                if found.len() < rules.shown {
                    found.push(line(one));
                }
            }
        }
        if last {
            let more = wanted > found.len();
            return Ok(Picked {
                employers: found,
                total,
                checked,
                more,
            });
        }
    }
}

/// The round of a week within scope, or a part of it.
///
/// # Errors
/// No rule holds; the store failed.
pub fn round(tx: &mut Tx, ask: &RoundAsk) -> Result<Round, ArrearsError> {
    let rules = WeeklyRules::at(*tx.district(), tx.today())?;
    let present = monday(tx.today());
    let week = ask.week.map_or(present, |day| monday(day).min(present));
    let Picked {
        employers,
        total,
        checked,
        more,
    } = picked(tx, rules, week, ask)?;
    let ids = employers.iter().map(|(one, _)| one.id);
    let mut seen = record::since(tx, first_week(rules, week), ids)?;
    let mut alerts = desk::open_about(tx, employers.iter().map(|(one, _)| one.id))?;
    let (mut due, mut done) = (Vec::new(), Vec::new());
    for (employer, headcount) in employers {
        let history = seen.remove(&employer.id).unwrap_or_default();
        let alert = alerts.remove(&employer.id);
        let place = place_of(tx, rules, week, (employer, headcount), history, alert)?;
        if place.now.is_empty() {
            due.push(place);
        } else {
            done.push(place);
        }
    }
    let rank = |place: &Place| place.alert.as_ref().map_or(-1, |(alert, _)| alert.rank);
    due.sort_by_key(|place| std::cmp::Reverse(rank(place)));
    done.sort_by_key(|place| std::cmp::Reverse(place.now.first().map(|one| one.arrived)));
    Ok(Round {
        week,
        until: back(week, 1 - WEEK),
        total,
        checked,
        due,
        done,
        more,
    })
}

/// One employer of the round, within scope.
///
/// # Errors
/// The employer is out of reach; the store failed.
pub fn place(tx: &mut Tx, employer: EmployerId) -> Result<Place, ArrearsError> {
    let rules = WeeklyRules::at(*tx.district(), tx.today())?;
    let week = monday(tx.today());
    let card = employers::card(tx, employer)?;
    let known = employers::get(tx, employer)?;
    let mut history = Vec::new();
    for back_by in 0..=rules.same_in_a_row.saturating_add(1) {
        let days = i64::try_from(back_by)
            .unwrap_or(i64::MAX)
            .saturating_mul(WEEK);
        history.extend(record::of_week_at(tx, employer, back(week, days))?);
    }
    let alert = desk::open_about(tx, [employer])?.remove(&employer);
    let photos = photos::of_employer(tx, employer, week)?;
    let place = place_of(tx, rules, week, (known, card.headcount), history, alert)?;
    Ok(Place { photos, ..place })
}

fn place_of(
    tx: &mut Tx,
    rules: &WeeklyRules,
    week: Date,
    (employer, headcount): (EmployerRef, i64),
    history: Vec<CheckedIn>,
    alert: Option<(Alert, LevelView)>,
) -> Result<Place, ArrearsError> {
    let this: Vec<CheckedIn> = history
        .iter()
        .filter(|one| one.week == week)
        .cloned()
        .collect();
    let now: Vec<CheckedIn> = standing(&this).into_iter().cloned().collect();
    let says = together(&now.iter().collect::<Vec<_>>());
    let disputed = match now.as_slice() {
        [first, rest @ ..] => {
            let differ = rest
                .iter()
                .flat_map(|one| super::differing(&first.answers, &one.answers));
            let mut fields: Vec<String> = differ.collect();
            fields.sort();
            fields.dedup();
            fields
        }
        [] => Vec::new(),
    };
    let filed = if says.worried() {
        let subject = SubjectId::from(employer.id.uuid());
        record::filed(tx, subject, &record::reference(week))?.len()
    } else {
        0
    };
    Ok(Place {
        photos: BTreeMap::new(),
        last: last_of(&history, back(week, WEEK)).cloned(),
        may_repeat: may_repeat(rules, &history, week),
        employer,
        headcount,
        now,
        says,
        disputed,
        filed,
        alert,
    })
}

fn first_week(rules: &WeeklyRules, week: Date) -> Date {
    let weeks = i64::try_from(rules.same_in_a_row).unwrap_or(i64::MAX);
    back(week, weeks.saturating_add(1).saturating_mul(WEEK))
}

fn last_of(history: &[CheckedIn], week: Date) -> Option<&CheckedIn> {
    history.iter().find(|one| one.week == week)
}

/// Whether the answers of the week before may stand for this one: they are there, they hold no worry, and they were not
/// taken over themselves too often in a row.
fn may_repeat(rules: &WeeklyRules, history: &[CheckedIn], week: Date) -> bool {
    let before = back(week, WEEK);
    let calm = history.iter().filter(|one| one.week == before);
    if last_of(history, before).is_none() || calm.into_iter().any(|one| one.answers.worried()) {
        return false;
    }
    let (mut at, mut taken) = (before, 0);
    while last_of(history, at).is_some_and(|one| one.as_last_week) {
        taken += 1;
        at = back(at, WEEK);
    }
    taken < rules.same_in_a_row
}

/// Whether a check-in that says so may take over last week's answers, and did: other answers are answers of their own.
pub(super) fn taken_over(
    tx: &mut Tx,
    rules: &WeeklyRules,
    form: &CheckIn,
    week: Date,
) -> Result<bool, ArrearsError> {
    let mut history = Vec::new();
    for back_by in 1..=rules.same_in_a_row.saturating_add(1) {
        let days = i64::try_from(back_by)
            .unwrap_or(i64::MAX)
            .saturating_mul(WEEK);
        history.extend(record::of_week_at(tx, form.employer, back(week, days))?);
    }
    let same = last_of(&history, back(week, WEEK))
        .is_some_and(|last| last.answers.said == form.answers.said);
    if !same {
        return Ok(false);
    }
    if !may_repeat(rules, &history, week) {
        return Err(ArrearsError::invalid(
            "same",
            "check_in.same",
            format!(
                "“同上周”最多连续用 {} 周，上周答过“{}”的也不能用；请按这周看到的重新答",
                rules.same_in_a_row, rules.yes
            ),
        ));
    }
    Ok(true)
}
