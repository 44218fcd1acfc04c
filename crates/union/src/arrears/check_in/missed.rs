//! 上周没有填每周五问的单位: who was on the round of a week and was not checked, town by town, for the leader's report.

use std::collections::HashMap;

use kernel::ids::OrgId;
use kernel::{Date, EmployerId, Instant};
use serde::{Deserialize, Serialize};
use store::{Tx, args};

use super::{WeeklyRules, monday, sql};
use crate::arrears::ArrearsError;
use crate::arrears::feeds::back;
use crate::employers::list::{self, Filter};
use crate::employers::{self, EmployerState};
use crate::orgs;

/// Employers looked at in one go.
const AT_ONCE: usize = 400;
/// Employers of a town that are named; the page of the round lists the others.
const NAMED: usize = 3;
/// Days from Monday to Sunday.
const TO_SUNDAY: i64 = 6;

/// The employers of a week's round that nobody checked in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekMissed {
    /// Monday of the week.
    pub week: Date,
    /// Its Sunday.
    pub until: Date,
    /// How many were on the round.
    pub total: i64,
    /// How many of them were not checked.
    pub missed: i64,
    /// Towns in which some were not, in the order of the tree.
    pub towns: Vec<TownMissed>,
}

/// Those of a town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownMissed {
    /// The town.
    pub town: OrgId,
    /// Its short name.
    pub place: String,
    /// How many were on the round.
    pub total: i64,
    /// How many of them were not checked.
    pub missed: i64,
    /// The largest of those, by name.
    pub names: Vec<String>,
}

/// The round of the week before a day, as far as answers had come by a moment. Whom a round is about is as the register
/// has it now. `None` where nobody was to be checked, or everybody was.
///
/// # Errors
/// No rule holds; the store failed.
pub fn missed_before(
    tx: &mut Tx,
    day: Date,
    by: Instant,
) -> Result<Option<WeekMissed>, ArrearsError> {
    let rules = WeeklyRules::at(*tx.district(), day)?;
    let week = back(monday(day), TO_SUNDAY + 1);
    let on_round = Filter {
        state: Some(EmployerState::Open),
        headcount_from: Some(rules.headcount_from),
        ..Filter::default()
    };
    let total = list::count(tx, &on_round)?;
    let checked = checked(tx, rules, week, by)?;
    let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let missed = total - size(checked.len());
    if total == 0 || missed <= 0 {
        return Ok(None);
    }
    let mut towns = Vec::new();
    for town in orgs::towns(tx)? {
        let here = Filter {
            town: Some(town.org.id),
            ..on_round.clone()
        };
        let total = list::count(tx, &here)?;
        let done = checked.values().filter(|of| **of == Some(town.org.id));
        let missed = total - size(done.count());
        if missed <= 0 {
            continue;
        }
        towns.push(TownMissed {
            names: largest(tx, &here, &checked)?,
            town: town.org.id,
            place: town.short_name,
            total,
            missed,
        });
    }
    Ok(Some(WeekMissed {
        week,
        until: back(week, -TO_SUNDAY),
        total,
        missed,
        towns,
    }))
}

/// Employers that were checked, each with its town.
type Checked = HashMap<EmployerId, Option<OrgId>>;

/// The employers of the round that were checked in a week, by a moment.
fn checked(
    tx: &mut Tx,
    rules: &WeeklyRules,
    week: Date,
    by: Instant,
) -> Result<Checked, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::OF_WEEK_BY, args![district, week, from, to, by])?;
    let answered: Vec<EmployerId> = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?;
    let cards = employers::cards(tx, &answered)?.into_values();
    let on_round = cards
        .filter(|card| card.state == EmployerState::Open && card.headcount >= rules.headcount_from);
    Ok(on_round.map(|card| (card.id, card.town)).collect())
}

/// The largest employers of a part of the round that were not checked.
fn largest(tx: &mut Tx, here: &Filter, checked: &Checked) -> Result<Vec<String>, ArrearsError> {
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let lines = list::list(tx, here, after, AT_ONCE)?;
        let whole = lines.len() == AT_ONCE;
        after = lines.last().map(|last| list::After {
            headcount: last.headcount,
            id: last.employer.id,
        });
        let left = lines
            .into_iter()
            .filter(|one| !checked.contains_key(&one.employer.id));
        names.extend(left.map(|one| one.employer.name).take(NAMED - names.len()));
        if names.len() == NAMED || !whole {
            return Ok(names);
        }
    }
}
