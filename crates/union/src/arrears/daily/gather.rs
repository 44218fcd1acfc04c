//! Reads a day from what happened.

use std::collections::{BTreeMap, HashMap};

use kernel::case_kind::{CaseKind, ClockState, Owner};
use kernel::ids::{AccountId, CaseId, OrgId};
use kernel::{Date, Fen, Instant, OrgPath};
use store::Tx;

use super::DailyRules;
use super::model::{ClockItem, Closed, Daily, FeedItem, Item, LevelCount, Listed, SeasonItem};
use crate::access;
use crate::arrears::alerts::past::{Past, PastStep, of_cases, stood, verified_then};
use crate::arrears::alerts::{self, CASE_KIND, EventKind, Figure, LevelView, Verified};
use crate::arrears::{AlertId, ArrearsError, SubjectId, check_in, feeds, known, rulesets};
use crate::cases::{self, past::ClockThen};
use crate::orgs;

/// Milliseconds of a day: the district knows no daylight-saving time.
const DAY_MS: i64 = 86_400_000;

/// The report of a day within the caller's scope, as the end of the day saw it; of today, as it is now.
///
/// # Errors
/// A day to come; a definition does not hold together; the store failed.
pub fn of_day(tx: &mut Tx, day: Date) -> Result<Daily, ArrearsError> {
    if day > tx.today() {
        let message = "这一天还没有到，请选择今天或以前的日期";
        return Err(ArrearsError::invalid("date", "daily.future", message));
    }
    let from = Instant::from_shanghai(day, 0, 0);
    let end = Instant::from_ms(from.ms() + DAY_MS);
    // What happens at this very moment belongs to it.
    let now = Instant::from_ms(tx.now().ms() + 1);
    let span = Span {
        day,
        from,
        to: end.min(now),
        end,
    };
    Gather::begin(tx, span)?.report(tx)
}

/// A day: its first moment, the moment up to which it is seen, and its end.
#[derive(Clone, Copy)]
struct Span {
    day: Date,
    from: Instant,
    to: Instant,
    end: Instant,
}

/// Duties of a day.
#[derive(Default)]
struct Duties {
    /// Missed and still to be done.
    overdue: Vec<ClockItem>,
    /// Of those, to ask the office that an alert was handed over to.
    unasked: Vec<ClockItem>,
    /// Due on the day after.
    due: Vec<ClockItem>,
}

impl Duties {
    fn in_order(&mut self) {
        for list in [&mut self.overdue, &mut self.unasked, &mut self.due] {
            list.sort_by(|a, b| (a.at, &a.no, &a.duty).cmp(&(b.at, &b.no, &b.duty)));
        }
    }
}

/// Everything a report needs beside the alerts themselves.
struct Gather {
    span: Span,
    most: usize,
    alerts: Vec<Past>,
    levels: Vec<LevelView>,
    towns: Vec<(OrgPath, String)>,
    concerns: HashMap<SubjectId, (Option<i64>, Option<Fen>)>,
    verified: HashMap<AlertId, Verified>,
    kind: &'static CaseKind,
    names: BTreeMap<String, String>,
}

impl Gather {
    fn begin(tx: &mut Tx, span: Span) -> Result<Self, ArrearsError> {
        let district = *tx.district();
        let rules = rulesets::in_force(tx, span.day)?;
        let opening = rules.levels().iter().enumerate();
        let levels = opening
            .filter(|(_, level)| level.opens)
            .map(|(rank, level)| LevelView::of(rank, level))
            .collect();
        let alerts = stood(tx, span.from, span.to)?;
        let mut subjects: Vec<SubjectId> = alerts.iter().map(|alert| alert.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut concerns = HashMap::new();
        known::each(tx, &rules, Some(&subjects), span.to, |subject, known| {
            concerns.insert(subject, (known.people(), known.amount()));
            Ok(())
        })?;
        let towns = tx.across("the name of a town is no secret", orgs::towns)?;
        Ok(Self {
            span,
            most: DailyRules::at(district, span.day)?.rows,
            alerts,
            levels,
            towns: towns
                .into_iter()
                .map(|town| (town.org.path, town.short_name))
                .collect(),
            concerns,
            verified: verified_then(tx, span.from, span.to)?,
            kind: cases::kind(CASE_KIND, district, span.day)?,
            names: BTreeMap::new(),
        })
    }

    fn report(mut self, tx: &mut Tx) -> Result<Daily, ArrearsError> {
        let Span { day, from, to, end } = self.span;
        let (people, amount) = self.sums();
        let (closed, handed_over) = self.closed(tx)?;
        let false_alarms = self.false_alarms();
        let Duties {
            overdue,
            unasked,
            due,
        } = self.clocks(tx)?;
        let climbed = self.climbed(tx)?;
        let season = self.season(tx)?;
        let stale = feeds::silent_at(tx, to)?;
        let most = self.most;
        Ok(Daily {
            day,
            upto: if to < end { tx.now() } else { end },
            levels: self.counts(),
            people,
            amount,
            verified: self.standing().filter(|one| self.is_verified(one)).count(),
            paid: cases::past::paid_between(tx, CASE_KIND, from, to)?.0,
            opened: Listed::new(self.happened(EventKind::Opened), most),
            risen: Listed::new(self.happened(EventKind::Raised), most),
            fallen: Listed::new(self.happened(EventKind::Fallen), most),
            closed: Listed::new(closed, most),
            handed_over: Listed::new(handed_over, most),
            false_alarms,
            overdue: Listed::new(overdue, most),
            unasked: Listed::new(unasked, most),
            climbed: Listed::new(climbed, most),
            unpushed: Listed::new(self.unpushed(), most),
            stale: stale
                .into_iter()
                .map(|one| FeedItem {
                    title: one.title,
                    last: one.last,
                    paused: one.paused,
                })
                .collect(),
            due: Listed::new(due, most),
            season,
            unanswered: check_in::missed_before(tx, day, to)?,
        })
    }

    /// How many stand at each level at the end and at the beginning of the day.
    fn counts(&self) -> Vec<LevelCount> {
        let at = |id: &str, when: Instant| {
            let standing = self
                .alerts
                .iter()
                .filter(|one| one.level_at(when) == Some(id));
            i64::try_from(standing.count()).unwrap_or(i64::MAX)
        };
        let count = |level: &LevelView| LevelCount {
            open: at(&level.id, self.span.to),
            before: at(&level.id, self.span.from),
            level: level.clone(),
        };
        self.levels.iter().map(count).collect()
    }

    fn standing(&self) -> impl Iterator<Item = &Past> {
        let to = self.span.to;
        self.alerts
            .iter()
            .filter(move |alert| alert.level_at(to).is_some())
    }

    fn sums(&self) -> (i64, i64) {
        let known = self.standing().map(|alert| self.concern(alert));
        known.fold((0, 0), |(people, amount), (more, owed)| {
            let owed = owed.value.map_or(0, |owed| owed.0);
            (people + more.value.unwrap_or(0), amount + owed)
        })
    }

    /// Whom and how much an alert concerned then: as verified by then, else as reported.
    fn concern(&self, alert: &Past) -> (Figure<i64>, Figure<Fen>) {
        let reported = self.concerns.get(&alert.subject).copied();
        let (people, amount) = reported.unwrap_or_default();
        let known = self.verified.get(&alert.id).copied().unwrap_or_default();
        (
            Figure::of(people, known.people),
            Figure::of(amount, known.amount),
        )
    }

    fn is_verified(&self, alert: &Past) -> bool {
        let (people, amount) = self.concern(alert);
        people.verified || amount.verified
    }

    fn label(&self, id: &str) -> String {
        let level = self.levels.iter().find(|level| level.id == id);
        level.map_or_else(|| id.to_owned(), |level| level.label.clone())
    }

    fn place(&self, path: &OrgPath) -> String {
        let town = self.towns.iter().find(|(town, _)| path.is_within(town));
        town.map(|(_, name)| name.clone()).unwrap_or_default()
    }

    fn item(&self, alert: &Past, level: &str, before: Option<&str>, step: &PastStep) -> Item {
        let (people, amount) = self.concern(alert);
        Item {
            no: alert.no.clone(),
            name: alert.title.clone(),
            place: self.place(&alert.org_path),
            level: self.label(level),
            before: before.map(|id| self.label(id)).unwrap_or_default(),
            at: step.at,
            score: step.score,
            people: people.value,
            amount: amount.value.map(|amount| amount.0),
            people_verified: people.verified,
            amount_verified: amount.verified,
            note: step.note.clone(),
        }
    }

    /// Alerts to which this happened on the day, in order of time.
    fn happened(&self, kind: EventKind) -> Vec<Item> {
        let (from, to) = (self.span.from, self.span.to);
        let mut found: Vec<Item> = Vec::new();
        for alert in &self.alerts {
            for step in alert.between(kind, from, to) {
                let before = alert.level_at(step.at);
                found.push(self.item(alert, &step.to, before, step));
            }
        }
        found.sort_by(|a, b| (a.at, &a.no).cmp(&(b.at, &b.no)));
        found
    }

    fn ended(&self) -> impl Iterator<Item = (&Past, &PastStep)> {
        let (from, to) = (self.span.from, self.span.to);
        self.alerts.iter().flat_map(move |alert| {
            alert
                .between(EventKind::Closed, from, to)
                .map(move |step| (alert, step))
        })
    }

    fn false_alarms(&self) -> usize {
        let blames = |step: &PastStep| {
            alerts::ending_of(self.kind, &step.note).is_some_and(|ending| ending.false_alarm)
        };
        self.ended().filter(|(_, step)| blames(step)).count()
    }

    /// Whether an alert ended so that another office has the matter now, as the desk tells it.
    fn hands_over(&self, step: &PastStep) -> bool {
        alerts::ending_of(self.kind, &step.note).is_some_and(|ending| ending.handed_over)
    }

    /// What ended on evidence (销号), and what was handed over (移交).
    fn closed(&self, tx: &mut Tx) -> Result<(Vec<Closed>, Vec<Closed>), ArrearsError> {
        let ids: Vec<CaseId> = self.ended().filter_map(|(alert, _)| alert.case).collect();
        let evidence = cases::past::evidence_then(tx, &ids, self.span.to)?;
        let kinds = &self.kind.evidence;
        let named = |id: &str| {
            let kind = kinds.iter().find(|kind| kind.id == id);
            kind.map_or_else(|| id.to_owned(), |kind| kind.title.clone())
        };
        let one = |(alert, step): (&Past, &PastStep)| {
            let level = alert.level_at(step.at).unwrap_or_default();
            let pieces = alert.case.and_then(|case| evidence.get(&case));
            let opened = alert.opened().unwrap_or(step.at);
            let mut item = self.item(alert, level, None, step);
            item.note = alerts::ending_in_words(self.kind, &step.note);
            Closed {
                item,
                evidence: pieces
                    .map(|all| all.iter().map(|(id, n)| (named(id), *n)).collect())
                    .unwrap_or_default(),
                days: (step.at.ms() - opened.ms()) / DAY_MS,
            }
        };
        let (handed, closed): (Vec<_>, Vec<_>) =
            self.ended().partition(|(_, step)| self.hands_over(step));
        let all = |list: Vec<(&Past, &PastStep)>| list.into_iter().map(one).collect();
        Ok((all(closed), all(handed)))
    }

    /// Alerts of the highest level of which the labour inspectorate has not been told (还没有回执).
    fn unpushed(&self) -> Vec<Item> {
        let (Some(top), to) = (self.levels.last(), self.span.to) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for alert in self.standing() {
            let red = alert.level_at(to) == Some(top.id.as_str());
            if !red || alert.last(EventKind::Pushed, to).is_some() {
                continue;
            }
            let since = alert
                .last(EventKind::Raised, to)
                .or_else(|| alert.last(EventKind::Opened, to));
            if let Some(step) = since {
                found.push(self.item(alert, &top.id, None, step));
            }
        }
        found.sort_by(|a, b| (a.at, &a.no).cmp(&(b.at, &b.no)));
        found
    }

    /// What is missed and still to be done, and what falls due on the day after, in order of time.
    fn clocks(&mut self, tx: &mut Tx) -> Result<Duties, ArrearsError> {
        let (to, end) = (self.span.to, self.span.end);
        let next = Instant::from_ms(end.ms() + DAY_MS);
        let mut then = cases::past::clocks_then(tx, CASE_KIND, to)?;
        let soon = |one: &ClockThen| one.due.filter(|at| end < *at && *at <= next);
        then.retain(|one| one.state == ClockState::Breached || soon(one).is_some());
        let handed = self.handed_over(tx, &then)?;
        let mut duties = Duties::default();
        for one in then {
            let (missed, at) = match (one.state, soon(&one)) {
                (ClockState::Breached, _) => (true, one.since),
                (_, Some(at)) => (false, at),
                (_, None) => continue,
            };
            let holder = self.holder(tx, &one.clock.owner)?;
            let of = |alert: &&Past| alert.case == Some(one.case);
            // Duties of alerts that no longer stand are nobody's any more, but to ask what a handover led to.
            let stands = self.standing().find(of);
            let level = stands.and_then(|alert| Some((alert, alert.level_at(to)?)));
            let gone = || {
                let alert = handed.iter().find(of)?;
                let end = alert.last(EventKind::Closed, to)?;
                Some((alert, alert.level_at(end.at)?))
            };
            let Some((alert, level)) = level.or_else(gone) else {
                continue;
            };
            let item = self.duty(alert, level, &one.clock.title, holder, at);
            match (missed, stands.is_some()) {
                (true, true) => duties.overdue.push(item),
                (true, false) => duties.unasked.push(item),
                (false, _) => duties.due.push(item),
            }
        }
        duties.in_order();
        Ok(duties)
    }

    /// The alerts of these duties that another office has: they ended by a handover, on this day or long before.
    fn handed_over(&self, tx: &mut Tx, duties: &[ClockThen]) -> Result<Vec<Past>, ArrearsError> {
        let to = self.span.to;
        let mut gone: Vec<CaseId> = duties.iter().map(|one| one.case).collect();
        gone.retain(|case| !self.standing().any(|alert| alert.case == Some(*case)));
        gone.sort_unstable();
        gone.dedup();
        let mut found = of_cases(tx, &gone, to)?;
        found.retain(|alert| {
            let end = alert.last(EventKind::Closed, to);
            alert.level_at(to).is_none() && end.is_some_and(|end| self.hands_over(end))
        });
        Ok(found)
    }

    fn duty(
        &self,
        alert: &Past,
        level: &str,
        duty: &str,
        holder: String,
        at: Instant,
    ) -> ClockItem {
        ClockItem {
            no: alert.no.clone(),
            name: alert.title.clone(),
            place: self.place(&alert.org_path),
            level: self.label(level),
            duty: duty.to_owned(),
            holder,
            then: String::new(),
            at,
        }
    }

    fn climbed(&mut self, tx: &mut Tx) -> Result<Vec<ClockItem>, ArrearsError> {
        let (from, to) = (self.span.from, self.span.to);
        let mut found = Vec::new();
        for climb in cases::past::climbs_between(tx, CASE_KIND, from, to)? {
            let holder = self.holder(tx, &climb.missed_by)?;
            let then = match &climb.now {
                Some(owner) => self.holder(tx, owner)?,
                None => String::new(),
            };
            let alert = self
                .alerts
                .iter()
                .find(|alert| alert.case == Some(climb.case));
            let Some(alert) = alert else { continue };
            let level = alert.level_at(climb.at).unwrap_or_default();
            found.push(ClockItem {
                then,
                ..self.duty(alert, level, &climb.title, holder, climb.at)
            });
        }
        Ok(found)
    }

    /// `塘栖镇总工会 · 某某`: the desk, and who answers there by name.
    fn holder(&mut self, tx: &mut Tx, owner: &Owner) -> Result<String, ArrearsError> {
        let desk = match owner.org.parse::<OrgId>() {
            Ok(id) => self.name(tx, &owner.org, |tx| Ok(orgs::named(tx, id)?.name))?,
            Err(_) => String::new(),
        };
        let person = match owner.person.as_deref().map(str::parse::<AccountId>) {
            Some(Ok(id)) => {
                let key = id.to_string();
                self.name(tx, &key, |tx| {
                    let name = access::name_of(tx, id).map_err(cases::CaseError::from)?;
                    Ok(name.unwrap_or_default())
                })?
            }
            _ => String::new(),
        };
        let parts = [desk, person];
        let named = parts.iter().filter(|part| !part.is_empty());
        Ok(named.map(String::as_str).collect::<Vec<_>>().join(" · "))
    }

    fn name(
        &mut self,
        tx: &mut Tx,
        key: &str,
        ask: impl FnOnce(&mut Tx) -> Result<String, ArrearsError>,
    ) -> Result<String, ArrearsError> {
        if let Some(name) = self.names.get(key) {
            return Ok(name.clone());
        }
        let name = ask(tx)?;
        self.names.insert(key.to_owned(), name.clone());
        Ok(name)
    }

    /// The season in force at the end of the day, and what it has brought since its first day.
    fn season(&self, tx: &mut Tx) -> Result<Option<SeasonItem>, ArrearsError> {
        let to = self.span.to;
        let last = Instant::from_ms(to.ms() - 1);
        let Some(standing) = cases::season_at(tx, last)? else {
            return Ok(None);
        };
        let header = &standing.definition.header;
        let from = Instant::from_shanghai(header.valid_from, 0, 0);
        let alerts = stood(tx, from, to)?;
        let count = |kind| {
            let all = alerts.iter().flat_map(|one| one.between(kind, from, to));
            all.count()
        };
        let ended = |handed: bool| {
            let all = alerts
                .iter()
                .flat_map(|one| one.between(EventKind::Closed, from, to));
            all.filter(|step| self.hands_over(step) == handed).count()
        };
        let missed = cases::past::climbs_between(tx, CASE_KIND, from, to)?;
        Ok(Some(SeasonItem {
            short: standing.season.short.clone(),
            from: header.valid_from,
            to: header.valid_to,
            day: (self.span.from.ms() - from.ms()) / DAY_MS + 1,
            opened: count(EventKind::Opened),
            closed: ended(false),
            handed_over: ended(true),
            missed: missed.len(),
        }))
    }
}
