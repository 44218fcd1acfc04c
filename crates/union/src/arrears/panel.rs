//! 驾驶舱欠薪预警: the figures of the wall display. Counts, places and industries; a company is named only to who may
//! read warnings and asks for it, and that is logged.

use std::collections::BTreeMap;

use kernel::warning::day_number;
use kernel::{Date, Instant, OrgPath};
use store::{Audit, Tx, args};

use super::alerts::past::{Past, stood};
use super::alerts::{CASE_KIND, LevelView};
use super::desk::{self, Tally};
use super::feeds::back;
use super::model::SubjectId;
use super::replay::Ending;
use super::{ArrearsError, feeds};
use crate::cases::{self, past::LevelKept};
use crate::orgs::{self, OrgRef};

/// Weeks on the trend.
const WEEKS: i64 = 12;
/// Days of a week.
const WEEK: i64 = 7;
/// Oldest alerts shown.
const OLDEST: usize = 7;
/// Days of the record of hits and misses.
const RECORD_DAYS: i64 = 365;
/// The ending the desk is held against: arrears confirmed afterwards.
const ENDING: &str = "arrears_confirmed";

pub mod sql {
    //! Statements of the panel.
    store::statements! {
        /// Days on which a kind of signal counted about somebody since a day: subject, name, place and day.
        pub ENDED_BADLY = "SELECT s.subject_id, w.name, w.org_path, s.day FROM signal s
            JOIN warning_subject w ON w.district = s.district AND w.id = s.subject_id
            WHERE s.district = $1 AND w.district = $1 AND s.kind = $2 AND s.state = 'counted' AND s.day >= $3
              AND w.org_path >= $4 AND w.org_path < $5 ORDER BY s.subject_id, s.day";
        /// When the desk began: its first alert.
        pub BEGAN = "SELECT MIN(opened_at) FROM alert WHERE district = $1";
        /// When alerts were opened since a moment, by whom they are about.
        pub OPENINGS = "SELECT subject_id, no, opened_at, closed_at FROM alert WHERE district = $1 AND org_path >= $2 AND org_path < $3
            AND (closed_at IS NULL OR closed_at >= $4) ORDER BY subject_id, opened_at";
    }
}

/// The levels at the end of one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// Its last day; of the running week, today.
    pub to: Date,
    /// How many stood at each level, as in [`desk::levels`].
    pub counts: Vec<i64>,
}

/// An alert that has stood for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// Its number.
    pub no: String,
    /// The subject's name, for those who may see it.
    pub name: String,
    /// The town it lies in.
    pub place: String,
    /// Industry code.
    pub industry: String,
    /// Its level.
    pub level: LevelView,
    /// When it was opened.
    pub opened: Instant,
}

/// A bad ending, and whether a warning was ahead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The subject's name.
    pub name: String,
    /// Where it lies.
    pub org_path: OrgPath,
    /// First day of what was confirmed.
    pub first: Date,
    /// The alert that was ahead, and by how many days.
    pub hit: Option<(String, i64)>,
}

/// What became of the warnings in the last year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// First day of the time; `None` where no definition says what arrears end in.
    pub since: Option<Date>,
    /// Arrears confirmed afterwards, newest first.
    pub judged: Vec<Judged>,
    /// Alerts that ended in the time, without those handed over.
    pub closed: i64,
    /// Of those, false alarms.
    pub false_alarms: i64,
}

impl Record {
    /// Confirmed arrears with a warning ahead of them.
    pub fn hits(&self) -> usize {
        self.judged.iter().filter(|one| one.hit.is_some()).count()
    }

    /// Confirmed arrears without one.
    pub fn misses(&self) -> usize {
        self.judged.len() - self.hits()
    }
}

/// Everything on the panel.
#[derive(Debug, Clone)]
pub struct Panel {
    /// A number that moves with every change: what the open screen asks for.
    pub pulse: i64,
    /// Levels that open alerts, lowest first.
    pub levels: Vec<LevelView>,
    /// The figures above.
    pub tally: Tally,
    /// Towns with their counts by level.
    pub towns: Vec<(OrgRef, Vec<i64>)>,
    /// Short names of the towns.
    pub names: BTreeMap<kernel::ids::OrgId, String>,
    /// Week by week.
    pub weeks: Vec<Week>,
    /// The oldest that stand, of all levels.
    pub oldest: Vec<Old>,
    /// How the three levels keep their clocks, since the first of January.
    pub desks: Vec<LevelKept>,
    /// Feeds that are late.
    pub stale: Vec<feeds::SilentFeed>,
    /// Hits and misses of the last year.
    pub record: Record,
    /// The season in force.
    pub season: Option<cases::Standing>,
}

/// The panel within the caller's scope.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn panel(tx: &mut Tx) -> Result<Panel, ArrearsError> {
    let (now, today) = (tx.now(), tx.today());
    // The pulse is read first: what changes while the rest is read is told again.
    let pulse = desk::pulse(tx)?;
    let levels = desk::levels(tx)?;
    let first_week = Instant::from_shanghai(back(today, WEEKS * WEEK), 0, 0);
    let alerts = stood(tx, first_week, Instant::from_ms(now.ms() + 1))?;
    let towns = orgs::towns(tx)?;
    let named: Vec<(OrgPath, String)> = towns
        .iter()
        .map(|town| (town.org.path.clone(), town.short_name.clone()))
        .collect();
    let january = Date::new(today.year(), 1, 1).unwrap_or(today);
    Ok(Panel {
        pulse,
        tally: desk::tally(tx)?,
        towns: desk::by_town(tx)?,
        names: towns
            .into_iter()
            .map(|town| (town.org.id, town.short_name))
            .collect(),
        weeks: weeks(&alerts, &levels, today, now),
        oldest: oldest(&alerts, &levels, &named, now),
        desks: cases::past::levels_kept(tx, CASE_KIND, Instant::from_shanghai(january, 0, 0))?,
        stale: feeds::silent_at(tx, now)?,
        record: record(tx)?,
        season: cases::season_at(tx, now)?,
        levels,
    })
}

/// Sundays up to today, the last one today itself.
fn weeks(alerts: &[Past], levels: &[LevelView], today: Date, now: Instant) -> Vec<Week> {
    let sunday = back(
        today,
        i64::from(today.weekday().to_monday_zero_offset()) + 1,
    );
    let before = (0..WEEKS - 1).rev().map(|n| back(sunday, n * WEEK));
    let days = before.chain([today]);
    days.map(|to| {
        let after = to.tomorrow().unwrap_or(to);
        let end = Instant::from_shanghai(after, 0, 0).min(Instant::from_ms(now.ms() + 1));
        let count = |level: &LevelView| {
            let standing = alerts
                .iter()
                .filter(|alert| alert.level_at(end) == Some(level.id.as_str()));
            i64::try_from(standing.count()).unwrap_or(i64::MAX)
        };
        Week {
            to,
            counts: levels.iter().map(count).collect(),
        }
    })
    .collect()
}

fn oldest(
    alerts: &[Past],
    levels: &[LevelView],
    towns: &[(OrgPath, String)],
    now: Instant,
) -> Vec<Old> {
    let end = Instant::from_ms(now.ms() + 1);
    let mut found: Vec<Old> = alerts
        .iter()
        .filter_map(|alert| {
            let id = alert.level_at(end)?;
            let place = towns
                .iter()
                .find(|(town, _)| alert.org_path.is_within(town));
            Some(Old {
                no: alert.no.clone(),
                name: alert.title.clone(),
                place: place.map(|(_, name)| name.clone()).unwrap_or_default(),
                industry: alert.industry.clone(),
                level: levels
                    .iter()
                    .find(|level| level.id == id)
                    .cloned()
                    .unwrap_or_else(|| LevelView::bare(id, -1)),
                opened: alert.opened()?,
            })
        })
        .collect();
    found.sort_by(|a, b| (a.opened, &a.no).cmp(&(b.opened, &b.no)));
    found.truncate(OLDEST);
    found
}

/// Hits and misses of the last year: every arrears that was confirmed afterwards, and the alert that stood ahead of it.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn record(tx: &mut Tx) -> Result<Record, ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let ending = Ending::all(district, today)?
        .into_iter()
        .find(|one| one.id == ENDING);
    let Some(ending) = ending else {
        return Ok(Record::default());
    };
    let since = back(today, RECORD_DAYS);
    let (low, high) = tx.actor().scope.range();
    let mut days: BTreeMap<SubjectId, (String, OrgPath, Vec<i32>)> = BTreeMap::new();
    for row in tx.all(
        &sql::ENDED_BADLY,
        args![district, ending.signal, since, low, high],
    )? {
        let day: Date = row.get(3)?;
        let (name, path) = (row.get(1)?, row.get(2)?);
        let of = days.entry(row.get(0)?).or_insert((name, path, Vec::new()));
        of.2.push(day_number(day));
    }
    let horizon = Instant::from_shanghai(back(since, i64::from(ending.horizon_days)), 0, 0);
    let mut openings: BTreeMap<SubjectId, Vec<(String, i32)>> = BTreeMap::new();
    for row in tx.all(&sql::OPENINGS, args![district, low, high, horizon])? {
        let opened: Instant = row.get(2)?;
        let of = openings.entry(row.get(0)?).or_default();
        of.push((row.get(1)?, day_number(opened.shanghai_date())));
    }
    // Before the district had its first alert there was no desk that could have missed anything.
    let began: Option<Instant> = tx.across("since when there is a desk is no secret", |tx| {
        tx.one(&sql::BEGAN, args![district])?.get(0)
    })?;
    let began = began.map(|at| day_number(at.shanghai_date()));
    let mut record = Record::default();
    for (subject, (name, org_path, days)) in days {
        for case in ending.cases(&days) {
            if began.is_none_or(|began| case.reached < began) {
                continue;
            }
            let ahead = openings.get(&subject).into_iter().flatten();
            let hit = ahead
                .filter(|(_, day)| case.hit_by(*day, ending.horizon_days))
                .map(|(no, day)| (no.clone(), i64::from(case.reached - day)))
                .next();
            record.judged.push(Judged {
                name: name.clone(),
                org_path: org_path.clone(),
                first: kernel::warning::date_of(case.first),
                hit,
            });
        }
    }
    record
        .judged
        .sort_by_key(|one| std::cmp::Reverse(one.first));
    let begin = Instant::from_shanghai(since, 0, 0);
    let ended = desk::ended_since(tx, begin)?;
    record.since = Some(since);
    (record.closed, record.false_alarms) = (ended.closed, ended.false_alarms);
    Ok(record)
}

/// Logs that the names of companies were shown on the screen.
///
/// # Errors
/// The store failed.
pub fn names_shown(tx: &mut Tx) -> Result<(), ArrearsError> {
    tx.audit(Audit::of("screen.names_shown", "screen", "warnings"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_end_on_sundays_and_the_last_one_today() {
        for (today, last_sunday) in [("2026-11-20", "2026-11-15"), ("2026-11-22", "2026-11-15")] {
            let today: Date = today.parse().unwrap();
            let now = Instant::from_shanghai(today, 10, 0);
            let weeks = weeks(&[], &[], today, now);
            let days: Vec<String> = weeks.iter().map(|week| week.to.to_string()).collect();
            assert_eq!(days.len(), 12, "{days:?}");
            assert_eq!(days[11], today.to_string());
            assert_eq!(days[10], last_sunday);
            assert!(days.windows(2).all(|two| two[0] < two[1]), "{days:?}");
        }
    }
}
