//! The desk of the past: it is fed day by day and says what it would have shown.

use kernel::warning::{Fact, Facts, Liveness, RuleSet, Score, Scratch};

use super::history::{Event, History};

/// An alert the desk would have opened. Days are [`day_number`](kernel::warning::day_number)s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// About whom.
    pub subject: u32,
    /// The day it opened.
    pub day: i32,
    /// Its level then, as a place in the rule set's levels.
    pub opened_at: usize,
    /// The highest level it reached.
    pub level: usize,
    /// Its score when it opened.
    pub score: i64,
    /// The last day on which the score was high enough to open an alert.
    pub last_hot: i32,
    /// Codes of the rules that gave points when it opened.
    pub rules: Vec<String>,
}

/// The day an alert opened at a level or rose to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The day.
    pub day: i32,
    /// About whom.
    pub subject: u32,
    /// The level.
    pub level: usize,
    /// Number of the alert.
    pub alert: usize,
}

/// What a desk has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Played {
    /// Alerts in the order they opened.
    pub alerts: Vec<Alert>,
    /// Openings and rises in order of time.
    pub entries: Vec<Entry>,
    /// Days on which something arrived about somebody, but neither was there an open alert nor a reason for one.
    pub calm: Vec<(i32, u32)>,
    /// Days on which a score was high enough to open an alert, whether or not one was open.
    pub hot: Vec<(i32, u32)>,
    /// How many subjects were scored, over all days: the work of the machine.
    pub scored: usize,
}

/// One signal as the desk keeps it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    day: i32,
    arrived: i32,
    ended: Option<i32>,
    own: bool,
    kind: u16,
    at: usize,
}

/// What the desk knows about one subject.
#[derive(Debug, Clone, Default)]
struct State {
    kept: Vec<Kept>,
    last_hot: Option<i32>,
    alert: usize,
}

/// Where the fields a rule set reads stand among those of the history.
#[derive(Debug, Clone)]
struct Reading {
    kind: u16,
    fields: Vec<Option<usize>>,
}

/// A desk that works by one rule set.
#[derive(Debug)]
pub struct Desk<'r> {
    rules: &'r RuleSet,
    /// The lowest level that opens an alert.
    opens: usize,
    /// An alert lets go when more than so many days lie between two hot ones.
    quiet: i32,
    readings: Vec<Option<Reading>>,
    values: Vec<i64>,
    states: Vec<State>,
    scratch: Scratch,
    played: Played,
    /// Every score, when somebody wants them all.
    log: Option<Vec<Scored>>,
}

/// The score of a subject on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scored {
    pub subject: u32,
    pub day: i32,
    pub score: i64,
}

impl<'r> Desk<'r> {
    /// An empty desk; `history` only says how its kinds are laid out, nothing of it is read yet.
    pub fn new(rules: &'r RuleSet, history: &History) -> Self {
        let reading = |kind: &super::history::KindRead| {
            let number = rules.kind(&kind.name)?;
            let signal = rules.signals().get(usize::from(number))?;
            let place = |field: &String| kind.fields.iter().position(|one| one == field);
            Some(Reading {
                kind: number,
                fields: signal.fields.iter().map(place).collect(),
            })
        };
        Self {
            rules,
            opens: rules
                .levels()
                .iter()
                .position(|level| level.opens)
                .unwrap_or(usize::MAX),
            quiet: i32::try_from(rules.policy().rearm_days).unwrap_or(i32::MAX),
            readings: history.kinds.iter().map(reading).collect(),
            values: Vec::new(),
            states: vec![State::default(); history.subjects.len()],
            scratch: Scratch::default(),
            played: Played::default(),
            log: None,
        }
    }

    /// One day: everything that arrived on it is filed, then each subject it is about is scored once. `arrived` is
    /// ordered by subject.
    pub fn day(&mut self, day: i32, arrived: &[Event], history: &History, live: &Liveness) {
        for event in arrived {
            self.file(event, history.values(event));
        }
        for about in arrived.chunk_by(|a, b| a.subject == b.subject) {
            let read = |event: &Event| {
                let reading = self.readings.get(usize::from(event.kind));
                reading.is_some_and(Option::is_some)
            };
            if let Some(event) = about.iter().find(|event| read(event)) {
                self.judge(day, event.subject, live);
            }
        }
    }

    /// What it has shown.
    pub fn shown(self) -> Played {
        self.played
    }

    fn file(&mut self, event: &Event, values: &[i64]) {
        let Some(Some(reading)) = self.readings.get(usize::from(event.kind)) else {
            return;
        };
        let at = self.values.len();
        let value = |place: &Option<usize>| place.and_then(|place| values.get(place).copied());
        self.values.extend(
            reading
                .fields
                .iter()
                .map(|place| value(place).unwrap_or(kernel::warning::MISSING)),
        );
        let kept = Kept {
            day: event.day,
            arrived: event.arrived,
            ended: event.ended,
            own: event.own,
            kind: reading.kind,
            at,
        };
        if let Some(state) = self.states.get_mut(event.subject as usize) {
            let place = state.kept.partition_point(|one| one.day <= kept.day);
            state.kept.insert(place, kept);
        }
    }

    fn judge(&mut self, day: i32, subject: u32, live: &Liveness) {
        self.played.scored += 1;
        let Some(found) = self.score(day, subject, live) else {
            return;
        };
        if let Some(log) = &mut self.log {
            let score = found.score;
            log.push(Scored {
                subject,
                day,
                score,
            });
        }
        let Some(state) = self.states.get(subject as usize) else {
            return;
        };
        let open = state.last_hot.is_some_and(|hot| day - hot <= self.quiet);
        let hot = found.level.filter(|level| *level >= self.opens);
        if hot.is_some() {
            self.played.hot.push((day, subject));
        }
        match hot {
            None if !open => self.played.calm.push((day, subject)),
            None => {}
            Some(level) if open => self.keep(day, subject, level),
            Some(level) => self.open(day, subject, level, found.score, live),
        }
    }

    fn score(&mut self, day: i32, subject: u32, live: &Liveness) -> Option<Score> {
        let state = self.states.get(subject as usize)?;
        let facts = facts(self.rules, state, &self.values, day);
        let facts = Facts::new(&facts).ok()?;
        Some(self.rules.score(facts, day, live, &mut self.scratch))
    }

    fn open(&mut self, day: i32, subject: u32, level: usize, score: i64, live: &Liveness) {
        let rules = self.reasons(day, subject, live);
        let Some(state) = self.states.get_mut(subject as usize) else {
            return;
        };
        state.last_hot = Some(day);
        state.alert = self.played.alerts.len();
        self.played.entries.push(Entry {
            day,
            subject,
            level,
            alert: state.alert,
        });
        self.played.alerts.push(Alert {
            subject,
            day,
            opened_at: level,
            level,
            score,
            last_hot: day,
            rules,
        });
    }

    /// The alert stays open; it rises when the level is higher than any before.
    fn keep(&mut self, day: i32, subject: u32, level: usize) {
        let Some(state) = self.states.get_mut(subject as usize) else {
            return;
        };
        state.last_hot = Some(day);
        let number = state.alert;
        let Some(alert) = self.played.alerts.get_mut(number) else {
            return;
        };
        alert.last_hot = day;
        if level > alert.level {
            alert.level = level;
            self.played.entries.push(Entry {
                day,
                subject,
                level,
                alert: number,
            });
        }
    }

    fn reasons(&self, day: i32, subject: u32, live: &Liveness) -> Vec<String> {
        let state = self.states.get(subject as usize);
        let kept = state.map(|state| facts(self.rules, state, &self.values, day));
        let kept = kept.unwrap_or_default();
        let Ok(facts) = Facts::new(&kept) else {
            return Vec::new();
        };
        let found = self
            .rules
            .evaluate(facts, kernel::warning::date_of(day), live);
        let gave = found
            .rules
            .into_iter()
            .filter(|rule| rule.points != 0 || rule.red_line);
        gave.map(|rule| rule.code).collect()
    }
}

/// The signals of a subject that a rule set can see from a day.
fn facts<'v>(rules: &RuleSet, state: &State, values: &'v [i64], day: i32) -> Vec<Fact<'v>> {
    let step = rules.step();
    let oldest = step.first_day(step.of(day).saturating_sub(i32::from(rules.reach())));
    let start = state.kept.partition_point(|one| one.day < oldest);
    let kept = state.kept.get(start..).unwrap_or_default();
    let fact = |one: &Kept| {
        let count = rules.signals().get(usize::from(one.kind));
        let count = count.map_or(0, |signal| signal.fields.len());
        Fact {
            kind: one.kind,
            day: one.day,
            arrived: one.arrived,
            own: one.own,
            values: values.get(one.at..one.at + count).unwrap_or_default(),
        }
    };
    // What was corrected or taken back later counted until then.
    let counts = |one: &&Kept| one.ended.is_none_or(|ended| ended > day);
    kept.iter().filter(counts).map(fact).collect()
}

/// Plays a whole history, day after day; `live` says which sources could be trusted on a day, `progress` hears each
/// day.
pub fn play(
    rules: &RuleSet,
    history: &History,
    live: impl Fn(i32) -> Liveness,
    progress: impl FnMut(i32),
) -> Played {
    let mut desk = Desk::new(rules, history);
    feed(&mut desk, history, live, progress);
    desk.shown()
}

/// Every score the desk gives, in order of time.
pub(super) fn scores(
    rules: &RuleSet,
    history: &History,
    live: impl Fn(i32) -> Liveness,
) -> Vec<Scored> {
    let mut desk = Desk::new(rules, history);
    desk.log = Some(Vec::new());
    feed(&mut desk, history, live, |_| {});
    desk.log.unwrap_or_default()
}

fn feed(
    desk: &mut Desk<'_>,
    history: &History,
    live: impl Fn(i32) -> Liveness,
    mut progress: impl FnMut(i32),
) {
    for today in history.events.chunk_by(|a, b| a.arrived == b.arrived) {
        if let Some(first) = today.first() {
            desk.day(first.arrived, today, history, &live(first.arrived));
            progress(first.arrived);
        }
    }
}
