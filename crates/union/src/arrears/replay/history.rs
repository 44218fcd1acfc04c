//! Stored signals in memory, in the order in which they became known.

use std::collections::{BTreeMap, BTreeSet};

use kernel::warning::{MISSING, RuleSet};

/// Somebody signals are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// What identifies it: the number of an outside employer, the id of one in the register.
    pub key: String,
    /// Whose desk it lies on, in words: a town, a state, an authority.
    pub place: String,
    /// Industry as reported.
    pub industry: String,
}

/// One signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The day it became known, as a [`day_number`](kernel::warning::day_number).
    pub arrived: i32,
    /// Number of whom it is about in [`History::subjects`].
    pub subject: u32,
    /// The day it speaks about.
    pub day: i32,
    /// Number of its kind in the history.
    pub kind: u16,
    /// The day from which it counted no more: corrected or taken back.
    pub ended: Option<i32>,
    /// Whether the union's own people saw it.
    pub own: bool,
    /// Where its values begin.
    at: usize,
}

/// A kind of signal with the fields somebody wants to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KindRead {
    pub name: String,
    pub fields: Vec<String>,
}

/// All signals of the wanted kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    pub(super) subjects: Vec<Who>,
    pub(super) kinds: Vec<KindRead>,
    pub(super) events: Vec<Event>,
    values: Vec<i64>,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
}

impl Span {
    /// Its length in weeks.
    pub fn weeks(self) -> f64 {
        f64::from(self.last - self.first + 1) / 7.0
    }

    pub(super) fn over(days: impl Iterator<Item = i32>) -> Option<Self> {
        days.fold(None, |span: Option<Self>, day| {
            let span = span.unwrap_or(Self {
                first: day,
                last: day,
            });
            Some(Self {
                first: span.first.min(day),
                last: span.last.max(day),
            })
        })
    }

    pub(super) fn contains(self, day: i32) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl History {
    /// Whom signals are about, ordered by key.
    pub fn subjects(&self) -> &[Who] {
        &self.subjects
    }

    /// Every signal, in the order in which it became known.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The place of a subject.
    pub(super) fn place(&self, subject: u32) -> &str {
        self.who(subject).map_or("", |who| who.place.as_str())
    }

    /// The key of a subject.
    pub(super) fn key(&self, subject: u32) -> &str {
        self.who(subject).map_or("", |who| who.key.as_str())
    }

    pub(super) fn who(&self, subject: u32) -> Option<&Who> {
        self.subjects.get(usize::try_from(subject).ok()?)
    }

    /// Number of a kind; `None` when the history has none of it.
    pub(super) fn kind(&self, name: &str) -> Option<u16> {
        (0..)
            .zip(&self.kinds)
            .find_map(|(number, kind)| (kind.name == name).then_some(number))
    }

    /// Whether there is any signal of a kind.
    pub fn has(&self, name: &str) -> bool {
        let kind = self.kind(name);
        kind.is_some_and(|kind| self.events.iter().any(|event| event.kind == kind))
    }

    pub(super) fn values(&self, event: &Event) -> &[i64] {
        let count = self
            .kinds
            .get(usize::from(event.kind))
            .map_or(0, |kind| kind.fields.len());
        self.values
            .get(event.at..event.at + count)
            .unwrap_or_default()
    }

    /// The same without the signals for which `drop` holds.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&str) -> bool) -> Self {
        let dropped: Vec<bool> = self.kinds.iter().map(|kind| drop(&kind.name)).collect();
        let keep = |event: &Event| dropped.get(usize::from(event.kind)) != Some(&true);
        Self {
            events: self.events.iter().copied().filter(keep).collect(),
            ..self.clone()
        }
    }

    /// The days a kind of signal speaks about, by subject, each list ordered: what happened.
    pub(super) fn days_of(
        &self,
        kind: &str,
        only: &BTreeMap<String, i64>,
    ) -> BTreeMap<u32, Vec<i32>> {
        let fields = self.fields_of(kind);
        let place = |field: &String| fields.iter().position(|one| one == field);
        let wanted: Vec<_> = only.iter().map(|(field, is)| (place(field), *is)).collect();
        let suits = |event: &Event| {
            let values = self.values(event);
            let value = |place: Option<usize>| place.and_then(|place| values.get(place));
            wanted.iter().all(|(place, is)| value(*place) == Some(is))
        };
        self.by_subject(kind, |event| event.day, suits)
    }

    fn fields_of(&self, kind: &str) -> &[String] {
        let found = self.kinds.iter().find(|one| one.name == kind);
        found.map_or(&[], |kind| &kind.fields)
    }

    /// The days on which a kind of signal became known: what could be counted then.
    pub(super) fn arrivals_of(&self, kind: &str) -> BTreeMap<u32, Vec<i32>> {
        self.by_subject(kind, |event| event.arrived, |_| true)
    }

    fn by_subject(
        &self,
        kind: &str,
        day: fn(&Event) -> i32,
        suits: impl Fn(&Event) -> bool,
    ) -> BTreeMap<u32, Vec<i32>> {
        let mut days: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
        let wanted = self.kind(kind);
        let holds = |event: &&Event| Some(event.kind) == wanted && event.ended.is_none();
        for event in self.events.iter().filter(holds).filter(|one| suits(one)) {
            days.entry(event.subject).or_default().push(day(event));
        }
        days.values_mut().for_each(|list| list.sort_unstable());
        days
    }
}

/// Takes signals in any order and gives a [`History`].
#[derive(Debug, Clone, Default)]
pub struct Collector {
    history: History,
}

impl Collector {
    /// Takes the kinds these rule sets read, and those named beside them with their fields (endings, baselines).
    pub fn wanting(rules: &[&RuleSet], kinds: &[(&str, Vec<&str>)]) -> Self {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for signal in rules.iter().flat_map(|rules| rules.signals()) {
            let fields = wanted.entry(signal.kind.clone()).or_default();
            fields.extend(signal.fields.iter().cloned());
        }
        for (kind, read) in kinds {
            let fields = wanted.entry((*kind).to_owned()).or_default();
            fields.extend(read.iter().map(|field| (*field).to_owned()));
        }
        let kinds = wanted.into_iter().map(|(name, fields)| KindRead {
            name,
            fields: fields.into_iter().collect(),
        });
        let history = History {
            kinds: kinds.collect(),
            ..History::default()
        };
        Self { history }
    }

    /// Names of the kinds it takes.
    pub fn kinds(&self) -> Vec<&str> {
        let kinds = self.history.kinds.iter();
        kinds.map(|kind| kind.name.as_str()).collect()
    }

    /// Enters somebody; the number is good for [`Collector::take`] only.
    pub fn subject(&mut self, who: Who) -> u32 {
        self.history.subjects.push(who);
        u32::try_from(self.history.subjects.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes one signal: its kind and whether the union's own people saw it, the day it speaks about, the day it
    /// arrived, the day it stopped counting; `value` gives its fields by name. Kinds nobody wants are passed over.
    pub fn take(
        &mut self,
        subject: u32,
        (kind, own): (&str, bool),
        (day, arrived, ended): (i32, i32, Option<i32>),
        value: impl Fn(&str) -> Option<i64>,
    ) {
        let Some(number) = self.history.kind(kind) else {
            return;
        };
        let at = self.history.values.len();
        if let Some(kind) = self.history.kinds.get(usize::from(number)) {
            let values = kind.fields.iter();
            let values = values.map(|field| value(field).unwrap_or(MISSING));
            self.history.values.extend(values);
        }
        self.history.events.push(Event {
            arrived,
            subject,
            day,
            kind: number,
            ended,
            own,
            at,
        });
    }

    /// The history, in an order that hangs on nothing but what was known when: subjects by key, signals by the day
    /// they arrived, then by subject; signals of a subject on one day stay in the order they were taken.
    pub fn finish(mut self) -> History {
        let mut order: Vec<(u32, Who)> = (0..)
            .zip(std::mem::take(&mut self.history.subjects))
            .collect();
        order.sort_by(|a, b| a.1.key.cmp(&b.1.key));
        let mut renumbered = vec![0u32; order.len()];
        for (new, (old, _)) in (0u32..).zip(&order) {
            if let Some(place) = renumbered.get_mut(*old as usize) {
                *place = new;
            }
        }
        self.history.subjects = order.into_iter().map(|(_, who)| who).collect();
        for event in &mut self.history.events {
            let new = renumbered.get(event.subject as usize);
            event.subject = new.copied().unwrap_or(event.subject);
        }
        self.history
            .events
            .sort_by_key(|event| (event.arrived, event.subject));
        self.history
    }
}
