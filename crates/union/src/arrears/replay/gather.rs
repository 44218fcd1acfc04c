//! From the store to a history: one pass over the signals in the order in which they became known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::warning::{Liveness, RuleSet, Silence, day_number};
use kernel::{Date, Instant};
use store::Tx;

use super::history::{Collector, Event, History, Who};
use crate::arrears::feed::{Feed, Registered};
use crate::arrears::pauses::{self, Pause};
use crate::arrears::{ArrearsError, Freshness, SubjectKind, deliveries, feeds, signals, subjects};
use crate::employers::list::{After, Filter};
use crate::{employers, orgs};

/// Deliveries looked at for one feed: more than a century of daily ones.
const DELIVERIES: usize = 50_000;
/// Employers read at a time.
const PAGE: usize = 2_000;
/// Signals between two words of progress.
const STEP: usize = 10_000;

/// What a replay needs.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The signals.
    pub history: History,
    /// When each source delivered.
    pub sources: Sources,
    /// Kinds that come by the union's own feeds only.
    pub own: BTreeSet<String>,
}

/// When each kind of signal was delivered, and after how many days without a delivery it is stale.
#[derive(Debug, Clone, Default)]
pub struct Sources(BTreeMap<String, Source>);

#[derive(Debug, Clone, Default)]
struct Source {
    /// None: silence says nothing (reports as they come, collections of past records).
    stale_after: Option<i32>,
    days: Vec<i32>,
    /// Feed by feed, of kinds of which somebody ever paused a feed; else empty.
    feeds: Vec<FeedPast>,
}

/// One feed of a kind: when it delivered, and when somebody had paused it (停用).
#[derive(Debug, Clone, Default)]
struct FeedPast {
    stale_after: Option<i32>,
    /// Days of its deliveries, in order.
    days: Vec<i32>,
    /// First day, and the first day after it, of each pause.
    pauses: Vec<(i32, i32)>,
}

impl FeedPast {
    /// How it stood at the end of a day.
    fn stood(&self, day: i32) -> Freshness {
        let paused = |(from, to): &(i32, i32)| (*from..*to).contains(&day);
        if self.pauses.iter().any(paused) {
            return Freshness::Paused;
        }
        match silence(&self.days, self.stale_after, day) {
            None => Freshness::Live,
            Some(Silence::Stale) => Freshness::Stale,
            Some(_) => Freshness::NotConnected,
        }
    }
}

/// Why deliveries on these days, the last of which counts for so many days, say nothing on a day.
fn silence(days: &[i32], after: Option<i32>, day: i32) -> Option<Silence> {
    let by = days.partition_point(|one| *one <= day);
    let last = by.checked_sub(1).and_then(|place| days.get(place));
    match (last, after) {
        (None, _) => Some(Silence::NotConnected),
        (Some(last), Some(after)) if day - last > after => Some(Silence::Stale),
        (Some(_), _) => None,
    }
}

impl Sources {
    /// Which of a rule set's kinds could be trusted on a day, as it was known then.
    pub fn live(&self, rules: &RuleSet, day: i32) -> Liveness {
        let kinds = (0..).zip(rules.signals());
        let silent = kinds.filter_map(|(number, signal)| {
            let why = self.0.get(&signal.kind)?.silence(day)?;
            Some((number, why))
        });
        silent.fold(Liveness::all_live(), |live, (kind, why)| {
            live.with(kind, why)
        })
    }
}

impl Source {
    fn silence(&self, day: i32) -> Option<Silence> {
        let stood = self.feeds.iter().map(|feed| feed.stood(day));
        let stood: Vec<Freshness> = stood.collect();
        // On a day of a pause the other feeds of the kind carry it or nothing does; else the past is read as before.
        if stood.contains(&Freshness::Paused) {
            return match stood.into_iter().reduce(feeds::better) {
                Some(Freshness::Live) | None => None,
                Some(Freshness::Stale) => Some(Silence::Stale),
                Some(Freshness::Paused) => Some(Silence::Paused),
                Some(Freshness::NotConnected) => Some(Silence::NotConnected),
            };
        }
        silence(&self.days, Some(self.stale_after?), day)
    }
}

/// Reads every signal of the wanted kinds that arrived before `until`. `feeds` keeps to what these bring; empty takes
/// all. `progress` hears how many signals are read.
///
/// # Errors
/// The store failed, a definition does not hold together, a feed is unknown.
pub fn gather(
    tx: &mut Tx,
    mut collector: Collector,
    feeds: &[String],
    until: Date,
    progress: &mut dyn FnMut(usize),
) -> Result<Gathered, ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let registered = Feed::all(district, today)?;
    let mut brought = BTreeSet::new();
    for name in feeds {
        brought.insert(Feed::named(district, today, name)?.feed.signal);
    }
    let kinds: Vec<String> = collector
        .kinds()
        .into_iter()
        .filter(|kind| brought.is_empty() || brought.contains(*kind))
        .map(str::to_owned)
        .collect();
    let whom = subjects_of(tx, &mut collector)?;
    let wanted: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let mut read = 0;
    let end = Instant::from_shanghai(until, 23, 59);
    signals::replay(tx, &wanted, Instant::from_ms(i64::MIN), end, |one| {
        if let Some(numbers) = whom.get(&one.subject) {
            let on = |at: Instant| day_number(at.shanghai_date());
            let days = (day_number(one.day), on(one.arrived), one.ended.map(on));
            for number in numbers {
                collector.take(*number, (&one.kind, one.own), days, |field| {
                    one.fields.get(field)
                });
            }
        }
        read += 1;
        if read % STEP == 0 {
            progress(read);
        }
        Ok(())
    })?;
    progress(read);
    let history = collector.finish();
    Ok(Gathered {
        sources: sources(tx, &registered, &history)?,
        own: own(&registered, &history),
        history,
    })
}

/// Enters every subject; one known only by a name that others of the same place bear stands for those.
fn subjects_of(
    tx: &mut Tx,
    collector: &mut Collector,
) -> Result<HashMap<crate::arrears::SubjectId, Vec<u32>>, ArrearsError> {
    let mut all = Vec::new();
    subjects::each(tx, |subject| {
        all.push(subject);
        Ok(())
    })?;
    let places = places(tx, &all)?;
    let mut numbers = HashMap::with_capacity(all.len());
    let mut namesakes: HashMap<(String, String), Vec<u32>> = HashMap::new();
    for subject in all.iter().filter(|one| !by_name_only(one)) {
        let (place, industry) = places
            .get(&subject.id)
            .cloned()
            .unwrap_or_else(|| (subject.place.clone(), sector(&subject.industry)));
        let number = collector.subject(Who {
            key: subject.key.clone(),
            place,
            industry,
        });
        if subject.kind == SubjectKind::Outside && !subject.name.is_empty() {
            let name = (subject.place.clone(), subject.name.clone());
            namesakes.entry(name).or_default().push(number);
        }
        numbers.insert(subject.id, vec![number]);
    }
    for subject in all.into_iter().filter(by_name_only) {
        let name = (subject.place.clone(), subject.key.clone());
        let known = namesakes.get(&name).cloned();
        let known = known.unwrap_or_else(|| {
            vec![collector.subject(Who {
                key: subject.key,
                place: subject.place,
                industry: sector(&subject.industry),
            })]
        });
        numbers.insert(subject.id, known);
    }
    Ok(numbers)
}

/// An outside subject whose only number may be its name: its source gives no other.
fn by_name_only(subject: &crate::arrears::Subject) -> bool {
    let nameless = subject.name.is_empty() || subject.key == subject.name;
    subject.kind == SubjectKind::Outside && nameless
}

/// Town and section of industry of the employers of the register, and the town of projects.
fn places(
    tx: &mut Tx,
    all: &[crate::arrears::Subject],
) -> Result<HashMap<crate::arrears::SubjectId, (String, String)>, ArrearsError> {
    let sections = match all.iter().any(|one| one.employer.is_some()) {
        true => sections(tx)?,
        false => HashMap::new(),
    };
    let mut towns: BTreeMap<kernel::OrgPath, String> = BTreeMap::new();
    let mut found = HashMap::new();
    for subject in all.iter().filter(|one| one.kind != SubjectKind::Outside) {
        let path = &subject.org_path;
        if !towns.contains_key(path) {
            let name = orgs::town_of(tx, path)?.map(|town| town.name);
            towns.insert(path.clone(), name.unwrap_or_default());
        }
        let section = subject.employer.and_then(|id| sections.get(&id).cloned());
        let industry = section.unwrap_or_else(|| subject.industry.clone());
        found.insert(
            subject.id,
            (towns.get(path).cloned().unwrap_or_default(), industry),
        );
    }
    Ok(found)
}

/// What each kind's feeds have delivered. A signal that arrived is a delivery too: not every door keeps a book.
fn sources(tx: &mut Tx, feeds: &[Registered], history: &History) -> Result<Sources, ArrearsError> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    let mut never_stale = BTreeSet::new();
    let mut paused = pauses::all(tx)?;
    let mut ever: BTreeSet<&str> = BTreeSet::new();
    for one in feeds.iter().filter(|one| paused.contains_key(&one.name)) {
        ever.insert(&one.feed.signal);
    }
    for one in feeds {
        let kind = &one.feed.signal;
        let carries = crate::arrears::feeds::carries(feeds, one);
        if carries && ever.contains(kind.as_str()) {
            let past = feed_past(tx, one, paused.remove(&one.name).unwrap_or_default())?;
            sources.entry(kind.clone()).or_default().feeds.push(past);
        }
        let Some(after) = one.feed.stale_after_days.filter(|_| !one.feed.history) else {
            if carries {
                never_stale.insert(kind.clone());
            }
            continue;
        };
        let source = sources.entry(kind.clone()).or_default();
        source.stale_after = source.stale_after.max(Some(i32::from(after)));
        let fresh = deliveries(tx, &one.name, DELIVERIES)?.into_iter();
        for delivery in fresh.filter(|delivery| delivery.fresh) {
            source.days.push(day_number(delivery.at.shanghai_date()));
        }
    }
    for (name, source) in &mut sources {
        // Any feed that may be silent without meaning anything leaves the kind trusted.
        source.stale_after = source.stale_after.filter(|_| !never_stale.contains(name));
        let number = history.kind(name);
        let arrived = history
            .events()
            .iter()
            .filter(|event| Some(event.kind) == number);
        source
            .days
            .extend(arrived.map(|event: &Event| event.arrived));
        source.days.sort_unstable();
    }
    Ok(Sources(sources))
}

/// What one feed delivered, and when it was paused, as it was known then: a pause that was ended on a day no longer stood
/// that evening, one with a last day stood until that evening.
fn feed_past(tx: &mut Tx, one: &Registered, pauses: Vec<Pause>) -> Result<FeedPast, ArrearsError> {
    let mut days: Vec<i32> = deliveries(tx, &one.name, DELIVERIES)?
        .into_iter()
        .filter(|delivery| delivery.fresh)
        .map(|delivery| day_number(delivery.at.shanghai_date()))
        .collect();
    days.sort_unstable();
    let span = |pause: Pause| {
        let ended = pause.ended.map(|at| day_number(at.shanghai_date()));
        let over = pause.until.map(|day| day_number(day) + 1);
        let to = ended.into_iter().chain(over).min().unwrap_or(i32::MAX);
        (day_number(pause.from.shanghai_date()), to)
    };
    Ok(FeedPast {
        stale_after: one.feed.stale_after_days.map(i32::from),
        days,
        pauses: pauses.into_iter().map(span).collect(),
    })
}

/// Kinds no office sends: every feed that brings them is the union's own, or none does and they come by its hands
/// (check-ins, leads, cases).
fn own(feeds: &[Registered], history: &History) -> BTreeSet<String> {
    let office = |kind: &str| {
        let mut feeds = feeds.iter();
        feeds.any(|one| one.feed.signal == kind && !one.feed.own)
    };
    let kinds = history.kinds.iter().map(|kind| kind.name.clone());
    kinds.filter(|kind| !office(kind)).collect()
}

/// The sector of an industry code of digits: its first two, as in national and foreign classifications alike. Finer
/// codes make rows of one or two employers.
fn sector(code: &str) -> String {
    match code.bytes().all(|byte| byte.is_ascii_digit()) {
        true => code.chars().take(2).collect(),
        false => code.to_owned(),
    }
}

/// The section of industry of every employer: finer codes make rows of one or two employers.
fn sections(tx: &mut Tx) -> Result<HashMap<kernel::EmployerId, String>, ArrearsError> {
    let (mut sections, mut after) = (HashMap::new(), None);
    loop {
        let page = employers::list::list(tx, &Filter::default(), after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(sections);
        };
        after = Some(After {
            headcount: last.headcount,
            id: last.employer.id,
        });
        for line in page {
            let section = line.industry_code.chars().next();
            sections.insert(
                line.employer.id,
                section.map(String::from).unwrap_or_default(),
            );
        }
    }
}
