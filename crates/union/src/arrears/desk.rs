//! 预警工作台: what the pages read. Every statement is bound to the scope; nothing is computed while someone waits.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::case_kind::Closing;
use kernel::ids::{CaseId, OrgId};
use kernel::{Date, EmployerId, Fen, Instant, OrgPath};
use store::{Audit, Key, Query, Row, StoreError, Tx, args};

use super::alerts::{self, Alert, AlertState, Figure, LevelView, sql, verified_words};
use super::model::{AlertId, SubjectId};
use super::{ArrearsError, rulesets};
use crate::cases::{self, Stage};
use crate::coverage::Month;
use crate::orgs::{self, OrgRef};

/// Longest page.
const LONGEST: usize = 500;

/// How an alert ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedHow {
    /// By a conclusion of the union's own (销号), false alarms among them.
    Closed,
    /// As a false alarm (误报).
    FalseAlarm,
    /// Handed over to another office (移交): what it came to is not known yet.
    HandedOver,
}

/// Which alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskFilter {
    /// Part of a name, or a number.
    pub text: String,
    /// Level.
    pub level: Option<String>,
    /// Within the area of this union.
    pub town: Option<OrgId>,
    /// Beginning of the industry code.
    pub industry: String,
    /// Where they stand.
    pub state: AlertState,
    /// Of those that ended: only those that ended so.
    pub ended: Option<EndedHow>,
    /// Only those that ended on this day or later.
    pub ended_from: Option<Date>,
    /// Only those that ended before this day.
    pub ended_before: Option<Date>,
    /// Only those with a missed clock.
    pub overdue: bool,
    /// With the open ones that are overdue also those handed over of which nobody asked in time what became of them:
    /// the alert has ended, the duty has not.
    pub follow_ups: bool,
    /// Of those, only where a desk of this level (0 is the lowest) missed it.
    pub late_at: Option<usize>,
    /// Only those for which the rules propose a lower level.
    pub proposed: bool,
}

impl Default for DeskFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            level: None,
            town: None,
            industry: String::new(),
            state: AlertState::Open,
            ended: None,
            ended_from: None,
            ended_before: None,
            overdue: false,
            follow_ups: true,
            late_at: None,
            proposed: false,
        }
    }
}

/// Where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Rank of the last line.
    pub rank: i64,
    /// Its score.
    pub score: i64,
    /// Its id.
    pub id: AlertId,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskLine {
    /// Its id.
    pub id: AlertId,
    /// Its number.
    pub no: String,
    /// The subject's name.
    pub subject_name: String,
    /// The town it lies in.
    pub place: String,
    /// Industry code.
    pub industry: String,
    /// Level in force.
    pub level: Arc<LevelView>,
    /// Score.
    pub score: i64,
    /// Whether a red line is crossed.
    pub red_line: bool,
    /// The rules that gave points, in words, best first.
    pub reasons: Vec<String>,
    /// How many people it concerns.
    pub people: Figure<i64>,
    /// How much is owed.
    pub amount: Figure<Fen>,
    /// How far the three levels of desks have come.
    pub stages: [Stage; cases::LEVELS],
    /// Since when it is late: when the oldest clock missed and not yet done ran out.
    pub late_since: Option<Instant>,
    /// When the next clock runs out.
    pub due: Option<Instant>,
    /// Clocks missed and still to be done.
    pub overdue: i64,
    /// The desk that answers.
    pub owner: String,
    /// The lower level the rules propose; its id is empty when nothing is left.
    pub proposed: Option<Arc<LevelView>>,
    /// When it was opened.
    pub opened_at: Instant,
    /// Payment is lawfully deferred until.
    pub deferral_until: Option<Date>,
    /// The case that handles it.
    pub case: Option<CaseId>,
}

impl DeskLine {
    /// Where the page after this line begins.
    pub fn after(&self) -> After {
        After {
            rank: self.level.rank,
            score: self.score,
            id: self.id,
        }
    }

    /// Where its figures come from: `已核实，线索报 20 人、96,000.00 元`; empty where nothing is verified.
    pub fn verified_words(&self) -> String {
        let which = verified_words(self.people.verified, self.amount.verified);
        let people = self.people.beside().map(|people| format!("{people} 人"));
        let amount = self.amount.beside().map(|amount| format!("{amount} 元"));
        let reported: Vec<String> = people.into_iter().chain(amount).collect();
        if reported.is_empty() {
            which.to_owned()
        } else {
            format!("{which}，线索报 {}", reported.join("、"))
        }
    }
}

/// The levels of the rule set in force, lowest first, with those that open alerts.
///
/// # Errors
/// The rule set in force does not hold together.
pub fn levels(tx: &mut Tx) -> Result<Vec<LevelView>, ArrearsError> {
    let today = tx.today();
    let levels = rulesets::levels_in_force(tx, today)?;
    let opening = levels.iter().enumerate();
    Ok(opening
        .filter(|(_, level)| level.opens)
        .map(|(rank, level)| LevelView::of(rank, level))
        .collect())
}

/// The open alerts about some employers within scope, each with its colour.
///
/// # Errors
/// The store failed; the rule set in force does not hold together.
pub fn open_about(
    tx: &mut Tx,
    employers: impl IntoIterator<Item = EmployerId>,
) -> Result<HashMap<EmployerId, (Alert, LevelView)>, ArrearsError> {
    let subjects = employers.into_iter().map(|one| SubjectId::from(one.uuid()));
    let open = alerts::open_among(tx, subjects)?;
    if open.is_empty() {
        return Ok(HashMap::new());
    }
    let levels = levels(tx)?;
    let view = |alert: &Alert| {
        let known = levels.iter().find(|level| level.id == alert.level);
        known
            .cloned()
            .unwrap_or_else(|| LevelView::bare(&alert.level, alert.rank))
    };
    let of = |alert: Alert| {
        let level = view(&alert);
        (EmployerId::from(alert.subject.uuid()), (alert, level))
    };
    Ok(open.into_iter().map(of).collect())
}

/// A page of the list, most urgent first.
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    filter: &DeskFilter,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<DeskLine>, ArrearsError> {
    let after = after.map(|after| [after.rank.into(), after.score.into(), after.id.into()]);
    let order = [Key::Down("rank"), Key::Down("score"), Key::Down("id")];
    let query = wanted(tx, filter)?.paged(order, after, limit.min(LONGEST));
    lines(tx, &query)
}

/// How many the list holds.
///
/// # Errors
/// The store failed.
pub fn count(tx: &mut Tx, filter: &DeskFilter) -> Result<i64, ArrearsError> {
    let district = *tx.district();
    let base = if filter.with_handed() {
        Query::from(&sql::COUNT_WITH_HANDED, args![district])
    } else {
        Query::from(&sql::COUNT, args![district, filter.state.id()])
    };
    let query = narrowed(tx, base, filter)?;
    Ok(tx.one(&query, &[])?.get(0)?)
}

fn wanted(tx: &mut Tx, filter: &DeskFilter) -> Result<Query, ArrearsError> {
    let district = *tx.district();
    let base = if filter.with_handed() {
        Query::from(&sql::LIST_WITH_HANDED, args![district])
    } else {
        Query::from(&sql::LIST, args![district, filter.state.id()])
    };
    narrowed(tx, base, filter)
}

impl DeskFilter {
    fn with_handed(&self) -> bool {
        self.overdue && self.follow_ups && self.state == AlertState::Open
    }
}

/// Codes of some of the conclusions of an alert.
fn codes(tx: &Tx, of: impl Fn(&Closing) -> bool) -> Result<Vec<String>, ArrearsError> {
    let kind = cases::kind(alerts::CASE_KIND, *tx.district(), tx.today())?;
    let codes = kind.closing.iter().filter(|one| of(one));
    Ok(codes.map(|one| one.code.clone()).collect())
}

/// Those by which it is handed over (移交).
fn handed_over(tx: &Tx) -> Result<Vec<String>, ArrearsError> {
    codes(tx, |one| one.handed_over)
}

/// Those that blame the rule (误报).
fn false_alarms(tx: &Tx) -> Result<Vec<String>, ArrearsError> {
    codes(tx, |one| one.false_alarm)
}

fn narrowed(tx: &mut Tx, query: Query, filter: &DeskFilter) -> Result<Query, ArrearsError> {
    let (mut from, mut to) = tx.actor().scope.range();
    if let Some(town) = filter.town {
        // A union outside the scope is not found; one within it only narrows.
        (from, to) = orgs::get(tx, town)?.path.range();
    }
    // The empty concatenation keeps SQLite to the order of the list: through the index of places it would read and
    // sort every open alert to show the first fifty.
    let mut query = query
        .and(" AND org_path || '' >= ", from)
        .and(" AND org_path || '' < ", to)
        .and_opt(" AND level = ", filter.level.clone());
    let text = kernel::text::trim(&filter.text);
    if !text.is_empty() {
        let like = format!("%{}%", text.replace(['%', '_'], ""));
        query = query
            .and(" AND (title LIKE ", like)
            .and(" OR no = ", text)
            .push(")");
    }
    if !filter.industry.is_empty() {
        query = query
            .and(" AND industry >= ", filter.industry.clone())
            .and(" AND industry < ", format!("{}\u{10FFFF}", filter.industry));
    }
    if filter.proposed {
        query = query.push(" AND proposed_level IS NOT NULL");
    }
    query = match filter.ended {
        Some(EndedHow::Closed) => {
            query.and_in(" AND COALESCE(closed_code, '') NOT IN ", handed_over(tx)?)
        }
        Some(EndedHow::FalseAlarm) => query.and_in(" AND closed_code IN ", false_alarms(tx)?),
        Some(EndedHow::HandedOver) => query.and_in(" AND closed_code IN ", handed_over(tx)?),
        None => query,
    };
    let begins = |day: Date| Instant::from_shanghai(day, 0, 0);
    query = query
        .and_opt(" AND closed_at >= ", filter.ended_from.map(begins))
        .and_opt(" AND closed_at < ", filter.ended_before.map(begins));
    if filter.overdue {
        let late = match filter.late_at {
            Some(level) => cases::past::late_at(tx, alerts::CASE_KIND, level)?,
            None => cases::late(tx, alerts::CASE_KIND)?,
        };
        query = query.and_in(" AND case_id IN ", late);
    }
    Ok(query)
}

/// The lines of a page; what they need beside their rows is three questions for the page, none per line.
fn lines(tx: &mut Tx, query: &Query) -> Result<Vec<DeskLine>, ArrearsError> {
    let (towns, levels) = (towns(tx)?, views(tx)?);
    let mut lines = Vec::new();
    tx.each(query, &[], |row| {
        lines.push(line_of(row, &towns, &levels)?);
        Ok::<_, StoreError>(())
    })?;
    let ids: Vec<CaseId> = lines.iter().filter_map(|line| line.case).collect();
    let briefs = cases::briefs(tx, &ids)?;
    let owners = orgs::refs_of(tx, briefs.values().map(|brief| brief.owner))?;
    for line in &mut lines {
        if let Some(brief) = line.case.and_then(|case| briefs.get(&case)) {
            line.stages = brief.stages;
            (line.due, line.overdue) = (brief.next_due, brief.overdue);
            line.late_since = brief.late_since;
            line.owner = owners
                .get(&brief.owner)
                .map_or_else(String::new, |org| org.name.clone());
        }
    }
    Ok(lines)
}

/// A line as far as its own row knows it.
fn line_of(row: &Row, towns: &[(OrgPath, String)], levels: &Views) -> Result<DeskLine, StoreError> {
    let proposed: Option<String> = row.get(12)?;
    Ok(DeskLine {
        id: row.get(0)?,
        no: row.get(1)?,
        subject_name: row.get(2)?,
        place: place_of(towns, &row.get(3)?),
        level: view(levels, row.text(4)?, Some(row.get(5)?)),
        score: row.get(6)?,
        red_line: row.get(7)?,
        reasons: serde_json::from_str(row.text(8)?).unwrap_or_default(),
        people: Figure::of(row.get(9)?, row.get(16)?),
        amount: Figure::of(row.get(10)?, row.get(17)?),
        industry: row.get(11)?,
        proposed: proposed.map(|level| view(levels, &level, None)),
        opened_at: row.get(13)?,
        deferral_until: row.get(14)?,
        case: row.get(15)?,
        stages: [Stage::NotYet; cases::LEVELS],
        late_since: None,
        due: None,
        overdue: 0,
        owner: String::new(),
    })
}

/// The towns of the district, with their places; the name of one is no secret.
fn towns(tx: &mut Tx) -> Result<Vec<(OrgPath, String)>, ArrearsError> {
    let towns = tx.across("the name of a town is no secret", orgs::towns)?;
    Ok(towns
        .into_iter()
        .map(|town| (town.org.path, town.short_name))
        .collect())
}

fn place_of(towns: &[(OrgPath, String)], path: &OrgPath) -> String {
    towns
        .iter()
        .find(|(town, _)| path.is_within(town))
        .map(|(_, name)| name.clone())
        .unwrap_or_default()
}

/// The levels of the rule set in force by name, each made once for all lines.
type Views = HashMap<String, Arc<LevelView>>;

fn views(tx: &mut Tx) -> Result<Views, ArrearsError> {
    let today = tx.today();
    let levels = rulesets::levels_in_force(tx, today)?;
    let view = |(rank, level)| Arc::new(LevelView::of(rank, level));
    let views = levels.iter().enumerate().map(view);
    Ok(views.map(|view| (view.id.clone(), view)).collect())
}

/// A level as an alert names it; the alert's rank holds, for the rules may have changed since.
fn view(levels: &Views, id: &str, rank: Option<i64>) -> Arc<LevelView> {
    match (levels.get(id), rank) {
        (Some(level), Some(rank)) if level.rank != rank => Arc::new(LevelView {
            rank,
            ..LevelView::clone(level)
        }),
        (Some(level), _) => level.clone(),
        (None, rank) => Arc::new(LevelView::bare(id, rank.unwrap_or(-1))),
    }
}

/// The figures above the list; each opens to rows of [`page`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Level, how many are open, how many of them reached it since yesterday.
    pub levels: Vec<(Arc<LevelView>, i64, i64)>,
    /// Open alerts whose case has a missed clock.
    pub overdue: i64,
    /// People concerned: as verified, else as reported.
    pub people: i64,
    /// Amount owed: as verified, else as reported.
    pub amount: Fen,
    /// The month of the next figures.
    pub month: Option<Month>,
    /// Ended this month on evidence (销号), without those handed over.
    pub closed_this_month: i64,
    /// Of those, false alarms.
    pub false_alarms_this_month: i64,
    /// Handed over to another office this month (移交).
    pub handed_over_this_month: i64,
}

/// The figures within scope, counted when something changed.
///
/// # Errors
/// The store failed.
pub fn tally(tx: &mut Tx) -> Result<Tally, ArrearsError> {
    tx.remember("arrears.tally", tally_now)
}

fn tally_now(tx: &mut Tx) -> Result<Tally, ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let (from, to) = tx.actor().scope.range();
    let yesterday = Instant::from_shanghai(today.yesterday().unwrap_or(today), 0, 0);
    let views = views(tx)?;
    let mut tally = Tally {
        overdue: count(
            tx,
            &DeskFilter {
                overdue: true,
                ..DeskFilter::default()
            },
        )?,
        ..Tally::default()
    };
    for row in tx.all(&sql::TALLY, args![district, from, to, yesterday])? {
        let level = view(&views, row.text(0)?, Some(row.get(1)?));
        tally.levels.push((level, row.get(2)?, row.get(3)?));
        tally.people += row.get::<i64>(4)?;
        tally.amount.0 += row.get::<i64>(5)?;
    }
    let month = Month::of(today);
    let ended = ended_since(tx, Instant::from_shanghai(month.first(), 0, 0))?;
    tally.month = Some(month);
    tally.closed_this_month = ended.closed;
    tally.false_alarms_this_month = ended.false_alarms;
    tally.handed_over_this_month = ended.handed_over;
    Ok(tally)
}

/// How alerts ended.
pub(super) struct Ended {
    /// On evidence (销号).
    pub closed: i64,
    /// Of those, false alarms (误报).
    pub false_alarms: i64,
    /// Handed over to another office (移交): what they came to is not known, so they count for neither.
    pub handed_over: i64,
}

/// How alerts within scope ended since a moment.
pub(super) fn ended_since(tx: &mut Tx, since: Instant) -> Result<Ended, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let (handed, false_alarms) = (handed_over(tx)?, false_alarms(tx)?);
    let mut ended = Ended {
        closed: 0,
        false_alarms: 0,
        handed_over: 0,
    };
    for row in tx.all(&sql::ENDED, args![district, from, to, since])? {
        let (code, count): (String, i64) = (row.get(0)?, row.get(1)?);
        if handed.contains(&code) {
            ended.handed_over += count;
        } else {
            ended.closed += count;
            let blamed = false_alarms.contains(&code);
            ended.false_alarms += if blamed { count } else { 0 };
        }
    }
    Ok(ended)
}

/// How many open alerts of each level lie in each town, levels as in [`levels`]; counted when something changed.
///
/// # Errors
/// The store failed.
pub fn by_town(tx: &mut Tx) -> Result<Vec<(OrgRef, Vec<i64>)>, ArrearsError> {
    tx.remember("arrears.by_town", by_town_now)
}

fn by_town_now(tx: &mut Tx) -> Result<Vec<(OrgRef, Vec<i64>)>, ArrearsError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let levels = levels(tx)?;
    let mut towns: Vec<(OrgRef, Vec<i64>)> = orgs::towns(tx)?
        .into_iter()
        .map(|town| (town.org, vec![0; levels.len()]))
        .collect();
    for row in tx.all(&sql::PLACES, args![district, from, to])? {
        let (path, rank): (OrgPath, i64) = (row.get(0)?, row.get(1)?);
        let place = levels.iter().position(|level| level.rank == rank);
        let counts = towns
            .iter_mut()
            .find(|(town, _)| path.is_within(&town.path))
            .map(|(_, counts)| counts);
        if let Some(cell) = counts
            .zip(place)
            .and_then(|(counts, at)| counts.get_mut(at))
        {
            *cell += row.get::<i64>(2)?;
        }
    }
    Ok(towns)
}

/// A number that moves with every change of an alert within scope: what an open screen asks for, one look into an
/// index. A foreign desk is not even told that something happened elsewhere.
///
/// # Errors
/// The store failed.
pub fn pulse(tx: &mut Tx) -> Result<i64, ArrearsError> {
    let district = *tx.district();
    let scope = &tx.actor().scope;
    let (from, to) = scope.range();
    let row = if scope.is_district() {
        tx.one(&sql::PULSE, args![district])?
    } else {
        tx.one(&sql::PULSE_WITHIN, args![district, from, to])?
    };
    Ok(row.get::<Option<i64>>(0)?.unwrap_or(0))
}

/// Logs that an alert was looked at (每次查看留痕). A page calls it before it shows one.
///
/// # Errors
/// [`ArrearsError::NotFound`] out of reach.
pub fn viewed(tx: &mut Tx, id: AlertId) -> Result<(), ArrearsError> {
    let alert = alerts::get(tx, id)?;
    tx.audit(
        Audit::of("alert.viewed", "alert", id)
            .at(&alert.org_path)
            .detail(serde_json::json!({ "no": alert.no, "level": alert.level })),
    )?;
    Ok(())
}
