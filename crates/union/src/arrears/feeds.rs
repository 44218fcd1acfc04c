//! How the feeds stand: what each delivered, when, how well; and which are stale (TV-A5).

use std::collections::BTreeMap;

use kernel::{Date, Instant};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, args};

use super::feed::{Feed, Frequency, Registered};
use super::model::DeliveryId;
use super::pauses::{self, Pause};
use super::{ArrearsError, sql};

/// What became of rows, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New observations.
    pub new: i64,
    /// There already, the same.
    pub same: i64,
    /// The same source sent other figures for the same event.
    pub corrected: i64,
    /// Another source had reported the event already.
    pub echo: i64,
    /// Their employer is not certain.
    pub waiting: i64,
    /// Could not be taken.
    pub refused: i64,
    /// Said worse than the source that counted until then, and counts in its place.
    pub heavier: i64,
}

impl Counts {
    /// All rows.
    pub fn rows(&self) -> i64 {
        self.new
            + self.same
            + self.corrected
            + self.echo
            + self.waiting
            + self.refused
            + self.heavier
    }

    pub(super) fn add(&mut self, more: &Self) {
        self.new += more.new;
        self.same += more.same;
        self.corrected += more.corrected;
        self.echo += more.echo;
        self.waiting += more.waiting;
        self.refused += more.refused;
        self.heavier += more.heavier;
    }

    /// Whether more rows came back than were taken.
    fn mostly_refused(&self) -> bool {
        self.refused > self.rows() - self.refused
    }

    /// As the statements take them.
    fn figures(&self) -> [i64; 7] {
        [
            self.new,
            self.same,
            self.corrected,
            self.echo,
            self.waiting,
            self.refused,
            self.heavier,
        ]
    }
}

/// One delivery under way.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The feed.
    pub feed: String,
    /// When it began.
    pub begun: Instant,
    pub(super) counts: Counts,
    pub(super) days: Option<(Date, Date)>,
    /// The newest day of which it said something that was not known.
    pub(super) newest: Option<Date>,
}

impl Delivery {
    /// What became of its rows so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Rows that could not be taken.
    pub fn refuse(&mut self, rows: i64) {
        self.counts.refused += rows;
    }

    /// Who delivers says that there is nothing new up to a day; an empty table alone says nothing.
    pub fn has_nothing_until(&mut self, day: Date) {
        self.spoke_of(day, true);
    }

    /// A row spoke of a day, and said something of it or only what was known.
    pub(super) fn spoke_of(&mut self, day: Date, news: bool) {
        if news {
            self.newest = self.newest.max(Some(day));
        }
        self.days = Some(match self.days {
            None => (day, day),
            Some((first, last)) => (first.min(day), last.max(day)),
        });
    }
}

/// A delivery begins: every row of it names it, so that a bad one can be found again.
///
/// # Errors
/// The store failed.
pub fn begin(tx: &mut Tx, feed: &str, source: &str) -> Result<Delivery, ArrearsError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let id: DeliveryId = tx.new_id();
    tx.exec(&sql::BEGIN_FEED, args![district, feed])?;
    tx.exec(
        &sql::INSERT_DELIVERY,
        args![district, id, feed, now, source, actor],
    )?;
    tx.audit(
        Audit::of("feed.delivered", "feed", feed)
            .detail(json!({ "delivery": id, "source": source })),
    )?;
    Ok(Delivery {
        id,
        feed: feed.to_owned(),
        begun: now,
        counts: Counts::default(),
        days: None,
        newest: None,
    })
}

/// A delivery ended. Whether it makes the feed fresh is another matter ([`renews`]); one of which every row was refused
/// is not even a good one.
///
/// # Errors
/// The store failed.
pub fn finish(tx: &mut Tx, delivery: &Delivery) -> Result<(), ArrearsError> {
    let (district, now, c) = (*tx.district(), tx.now(), &delivery.counts);
    let (first, last) = (
        delivery.days.map(|days| days.0),
        delivery.days.map(|days| days.1),
    );
    let figures = c.figures();
    let mut values = args![district, delivery.id].to_vec();
    values.extend(figures.map(store::Value::Int));
    let fresh = i64::from(renews(tx, delivery)?);
    values.extend_from_slice(args![first, last, fresh]);
    tx.exec(&sql::END_DELIVERY, &values)?;
    if c.refused == 0 || c.refused < c.rows() {
        let mut values = args![district, delivery.feed, now, last].to_vec();
        values.extend(figures.map(store::Value::Int));
        values.extend_from_slice(args![fresh]);
        tx.exec(&sql::COUNT_DELIVERY, &values)?;
    }
    tx.audit(
        Audit::of("feed.taken", "feed", &delivery.feed).detail(json!({
            "delivery": delivery.id, "new": c.new, "same": c.same, "corrected": c.corrected,
            "echo": c.echo, "waiting": c.waiting, "refused": c.refused, "heavier": c.heavier,
        })),
    )?;
    Ok(())
}

/// Whether a delivery makes its feed fresh (TV-A5). An old file sent again, a table without rows, one most of which was
/// refused say nothing about the time since: only rows about days nobody had spoken of do, or rows new or corrected
/// about days within which the feed must be heard.
fn renews(tx: &mut Tx, delivery: &Delivery) -> Result<bool, ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let feeds = Feed::all(district, today)?;
    let found = feeds.iter().find(|one| one.name == delivery.feed);
    let Some(days) = found.and_then(|one| one.feed.stale_after_days) else {
        return Ok(true);
    };
    if delivery.counts.mostly_refused() {
        return Ok(false);
    }
    let Some(newest) = delivery.newest else {
        return Ok(false);
    };
    let known = tx.opt(&sql::SPOKE_OF, args![district, delivery.feed])?;
    let before: Option<Date> = known.map(|row| row.get(0)).transpose()?.flatten();
    Ok(before.is_none_or(|before| newest > before) || newest >= back(today, i64::from(days)))
}

/// Whether a feed can be trusted to be complete (数据是否可用).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It delivers as it should.
    Live,
    /// It is late: what is not there may only not be there yet, so nothing that hangs on it is scored.
    Stale,
    /// Somebody paused it: nothing that hangs on it is scored.
    Paused,
    /// It never delivered here.
    NotConnected,
}

impl Freshness {
    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Live => "正常",
            Self::Stale => "逾期未更新，暂不计分",
            Self::Paused => "已停用，暂不计分",
            Self::NotConnected => "未接入",
        }
    }
}

/// A feed with how it stands, for the feed page.
#[derive(Debug, Clone)]
pub struct FeedState {
    /// What it is.
    pub registered: Registered,
    /// Arrival of the last delivery taken in.
    pub last_good: Option<Instant>,
    /// Arrival of the last delivery that said something new: from then on the days count after which it is late.
    pub fresh: Option<Instant>,
    /// The newest day any of its rows spoke about.
    pub last_day: Option<Date>,
    /// How many deliveries.
    pub deliveries: i64,
    /// What became of all its rows.
    pub counts: Counts,
    /// Whether it is late or paused.
    pub freshness: Freshness,
    /// The pause that runs now.
    pub pause: Option<Pause>,
}

/// Every feed that holds here today, with how it stands.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn all(tx: &mut Tx) -> Result<Vec<FeedState>, ArrearsError> {
    let (district, today) = (*tx.district(), tx.today());
    let rows = tx.all(&sql::FEEDS, args![district])?;
    let mut stored: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows {
        stored.insert(row.get(0)?, row);
    }
    let now = tx.now();
    let mut paused = pauses::paused_at(tx, now)?;
    let mut states = Vec::new();
    for registered in Feed::all(district, today)? {
        let mut state = state_of(registered, &stored, today)?;
        state.pause = paused.remove(&state.registered.name);
        if state.pause.is_some() {
            state.freshness = Freshness::Paused;
        }
        states.push(state);
    }
    Ok(states)
}

/// A feed that says nothing now although it once did, or should not be believed (停更、停用).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentFeed {
    /// Its title.
    pub title: String,
    /// Its last good time.
    pub last: Option<Instant>,
    /// Somebody paused it; else it is late.
    pub paused: bool,
    /// Who paused it, since when and why.
    pub pause: Option<pauses::Pause>,
}

impl SilentFeed {
    /// How it stands, in a few words: `停在 2026-11-05`.
    pub fn words(&self) -> String {
        match (self.paused, self.last) {
            (true, _) => "已停用".to_owned(),
            (false, Some(at)) => format!("停在 {}", at.shanghai_date()),
            (false, None) => "还没有数据".to_owned(),
        }
    }

    /// Why nothing of it is scored: who paused it, since when and why, or that it stopped by itself.
    pub fn why(&self) -> String {
        let Some(pause) = &self.pause else {
            return "没有按时来数据，停更期间不计分".to_owned();
        };
        let until = match pause.until {
            Some(day) => format!("，停到 {day}"),
            None => String::new(),
        };
        let (by, since) = (&pause.by, pause.from.shanghai_date());
        format!("{by} 于 {since} 停用{until}：{}。停用期间不计分", pause.why)
    }
}

/// The feeds that are late or paused today; asked for when something changed.
///
/// # Errors
/// As [`all`].
pub fn silent(tx: &mut Tx) -> Result<Vec<SilentFeed>, ArrearsError> {
    tx.remember("arrears.silent_feeds", |tx| {
        let silent = all(tx)?
            .into_iter()
            .filter(|feed| matches!(feed.freshness, Freshness::Stale | Freshness::Paused));
        Ok(silent
            .map(|feed| SilentFeed {
                title: feed.registered.title,
                last: feed.fresh,
                paused: feed.pause.is_some(),
                pause: feed.pause,
            })
            .collect())
    })
}

fn state_of(
    registered: Registered,
    stored: &BTreeMap<String, Row>,
    today: Date,
) -> Result<FeedState, StoreError> {
    let Some(row) = stored.get(&registered.name) else {
        return Ok(FeedState {
            registered,
            last_good: None,
            fresh: None,
            last_day: None,
            deliveries: 0,
            counts: Counts::default(),
            freshness: Freshness::NotConnected,
            pause: None,
        });
    };
    let fresh: Option<Instant> = row.get(11)?;
    Ok(FeedState {
        pause: None,
        freshness: freshness(&registered.feed, fresh, today),
        registered,
        last_good: row.get(1)?,
        fresh,
        last_day: row.get(2)?,
        deliveries: row.get(3)?,
        counts: Counts {
            new: row.get(4)?,
            same: row.get(5)?,
            corrected: row.get(6)?,
            echo: row.get(7)?,
            waiting: row.get(8)?,
            refused: row.get(9)?,
            heavier: row.get(10)?,
        },
    })
}

/// Whether a feed that last said something new at `last_good` can be trusted on a day.
pub(super) fn freshness(feed: &Feed, last_good: Option<Instant>, on: Date) -> Freshness {
    let Some(last_good) = last_good else {
        return Freshness::NotConnected;
    };
    let late = feed
        .stale_after_days
        .is_some_and(|days| last_good.shanghai_date() < back(on, i64::from(days)));
    if late {
        Freshness::Stale
    } else {
        Freshness::Live
    }
}

/// A day so many days before another.
pub(super) fn back(from: Date, days: i64) -> Date {
    jiff::Span::new()
        .try_days(days)
        .and_then(|span| from.checked_sub(span))
        .unwrap_or(Date::MIN)
}

/// Whether each kind of signal can be trusted at a moment, as it was known then: a kind is live while any of its
/// feeds is, stale when all that ever delivered are late, paused when somebody paused the only ones there are, not
/// connected when none did by then. What people enter by hand connects a kind that no feed brings.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn freshness_of_kinds(
    tx: &mut Tx,
    at: Instant,
) -> Result<BTreeMap<String, Freshness>, ArrearsError> {
    let (district, on) = (*tx.district(), at.shanghai_date());
    let mut last: BTreeMap<String, Instant> = BTreeMap::new();
    for row in tx.all(&sql::LAST_GOOD_BY, args![district, at])? {
        last.insert(row.get(0)?, row.get(1)?);
    }
    let paused = pauses::paused_at(tx, at)?;
    let mut kinds: BTreeMap<String, Freshness> = BTreeMap::new();
    let feeds = Feed::all(district, on)?;
    let (carry, beside): (Vec<_>, Vec<_>) = feeds.iter().partition(|one| carries(&feeds, one));
    for one in carry {
        let found = if paused.contains_key(&one.name) {
            Freshness::Paused
        } else {
            freshness(&one.feed, last.get(&one.name).copied(), on)
        };
        let kept = kinds.entry(one.feed.signal.clone()).or_insert(found);
        *kept = better(*kept, found);
    }
    let heard = beside
        .into_iter()
        .filter(|one| last.contains_key(&one.name) && !paused.contains_key(&one.name));
    let by_hand = last.keys().filter_map(|name| kind_by_hand(name));
    for kind in by_hand.chain(heard.map(|one| one.feed.signal.as_str())) {
        let kept = kinds.entry(kind.to_owned()).or_insert(Freshness::Live);
        if *kept == Freshness::NotConnected {
            *kept = Freshness::Live;
        }
    }
    Ok(kinds)
}

/// Whether a kind stands and falls with a feed. One that comes only when something happens (随时) does not keep a kind
/// alive that an office has to deliver by a day: it says nothing of those it does not name.
pub(super) fn carries(feeds: &[Registered], one: &Registered) -> bool {
    let due = |other: &Registered| other.feed.frequency != Frequency::Event;
    due(one)
        || !feeds
            .iter()
            .any(|other| other.feed.signal == one.feed.signal && due(other))
}

/// The feeds that were late or paused at a moment, as it was known then.
///
/// # Errors
/// A definition does not hold together; the store failed.
pub fn silent_at(tx: &mut Tx, at: Instant) -> Result<Vec<SilentFeed>, ArrearsError> {
    let (district, on) = (*tx.district(), at.shanghai_date());
    let mut lasts: BTreeMap<String, Instant> = BTreeMap::new();
    for row in tx.all(&sql::LAST_GOOD_BY, args![district, at])? {
        lasts.insert(row.get(0)?, row.get(1)?);
    }
    let mut paused = pauses::paused_at(tx, at)?;
    let feeds = Feed::all(district, on)?.into_iter();
    let silent = feeds.filter_map(|one| {
        let last = lasts.get(&one.name).copied();
        let pause = paused.remove(&one.name);
        let late = freshness(&one.feed, last, on) == Freshness::Stale;
        (pause.is_some() || late).then_some(SilentFeed {
            title: one.title,
            last,
            paused: pause.is_some(),
            pause,
        })
    });
    Ok(silent.collect())
}

/// Beginning of the name under which signals of a kind are filed that people enter by hand.
pub(super) const BY_HAND: &str = "desk.";

/// The same for the weekly check-ins: another pair of eyes, so another source.
pub(super) const BY_SENTINEL: &str = "desk.sentinel.";

/// The kind of what people enter by hand under a name.
fn kind_by_hand(feed: &str) -> Option<&str> {
    feed.strip_prefix(BY_SENTINEL)
        .or_else(|| feed.strip_prefix(BY_HAND))
}

/// Whether what a feed brings was seen by the union's own people: it is never late.
pub(super) fn is_own(feed: &str) -> bool {
    feed.starts_with(BY_HAND) || feed == super::from_cases::FEED
}

pub(super) fn better(a: Freshness, b: Freshness) -> Freshness {
    match (a, b) {
        (Freshness::Live, _) | (_, Freshness::Live) => Freshness::Live,
        (Freshness::Stale, _) | (_, Freshness::Stale) => Freshness::Stale,
        (Freshness::Paused, _) | (_, Freshness::Paused) => Freshness::Paused,
        _ => Freshness::NotConnected,
    }
}

/// One past delivery.
#[derive(Debug, Clone)]
pub struct PastDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// When.
    pub at: Instant,
    /// File or door it came by.
    pub source: String,
    /// Who brought it.
    pub actor: String,
    /// What became of its rows.
    pub counts: Counts,
    /// First and last day its rows spoke about.
    pub days: Option<(Date, Date)>,
    /// Whether it made the feed fresh.
    pub fresh: bool,
}

impl PastDelivery {
    /// Why it did not make its feed fresh; none where it did.
    pub fn why_old(&self) -> Option<&'static str> {
        let counts = &self.counts;
        if self.fresh {
            return None;
        }
        Some(if counts.rows() == 0 {
            "送来的是空表，说明不了这一期有没有事"
        } else if counts.mostly_refused() {
            "送来的多数行被退回"
        } else {
            "送来的是旧数据，没有说到新的日子"
        })
    }
}

/// The deliveries of a feed, newest first.
///
/// # Errors
/// The store failed.
pub fn deliveries(
    tx: &mut Tx,
    feed: &str,
    limit: usize,
) -> Result<Vec<PastDelivery>, ArrearsError> {
    let district = *tx.district();
    let read = |row: &Row| {
        let days = row
            .get::<Option<Date>>(11)?
            .zip(row.get::<Option<Date>>(12)?);
        Ok(PastDelivery {
            id: row.get(0)?,
            at: row.get(2)?,
            source: row.get(3)?,
            actor: row.get(4)?,
            counts: Counts {
                new: row.get(5)?,
                same: row.get(6)?,
                corrected: row.get(7)?,
                echo: row.get(8)?,
                waiting: row.get(9)?,
                refused: row.get(10)?,
                heavier: row.get(13)?,
            },
            days,
            fresh: row.get::<i64>(14)? == 1,
        })
    };
    let rows = tx.all(&sql::DELIVERIES, args![district, feed, limit])?;
    rows.iter().map(read).collect()
}
