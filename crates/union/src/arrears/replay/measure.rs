//! How good the alerts were, held against what really happened.

use std::collections::BTreeMap;

use kernel::warning::date_of;

use super::desk::{Alert, Played};
use super::ending::{Case, Cases, Ending};
use super::history::{History, Span};
use super::share::{Share, f1, median, rounded};
use super::sheet::{Ahead, Bucket, Figures, Group, Missed, Without, Year};

/// Lead times are printed in these ranges of days; the last has no end.
const BUCKETS: [(i32, i32); 7] = [
    (0, 0),
    (1, 7),
    (8, 14),
    (15, 30),
    (31, 60),
    (61, 90),
    (91, i32::MAX),
];

/// What is measured, and over which days.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// What happened to whom.
    pub history: &'a History,
    /// What counts as a bad ending.
    pub ending: &'a Ending,
    /// Where it came to one.
    pub cases: &'a Cases,
    /// The days that count: alerts opened and cases reached on them.
    pub span: Span,
    /// Days without a hot one after which an alert let go.
    pub quiet: i32,
}

/// An alert with the case it was ahead of.
struct Judged<'a> {
    alert: &'a Alert,
    hit: Option<&'a Case>,
    /// It hits a case that was not reached yet on its own day.
    ahead: bool,
}

/// A case with what the desk had to say about it.
struct Told<'a> {
    subject: u32,
    case: &'a Case,
    found: bool,
    /// Found by an alert of an earlier day than that on which it was reached.
    ahead: bool,
    covered: bool,
    first: bool,
}

/// Measures alerts against an ending.
pub fn measure(setting: Setting<'_>, alerts: &[Alert]) -> Figures {
    let judged = judge(setting, alerts);
    let told = tell(setting, alerts);
    let hits = judged.iter().filter(|one| one.hit.is_some()).count();
    let share = |test: fn(&Told<'_>) -> bool| {
        Share::new(told.iter().filter(|one| test(one)).count(), told.len())
    };
    let first = told.iter().filter(|one| one.first);
    let (precision, recall) = (Share::new(hits, judged.len()), share(|one| one.found));
    let leads: Vec<i32> = leads(&judged).collect();
    let weeks = setting.span.weeks();
    Figures {
        ending: setting.ending.short.clone(),
        title: setting.ending.title.clone(),
        f1: f1(&precision, &recall),
        precision,
        recall,
        a_day_ahead: Ahead {
            precision: Share::new(judged.iter().filter(|one| one.ahead).count(), judged.len()),
            recall: share(|one| one.ahead),
        },
        recall_first_case: Share::new(first.clone().filter(|one| one.found).count(), first.count()),
        covered: share(|one| one.covered),
        median_lead: median(leads.clone()),
        lead_days: buckets(&leads),
        to_come_pct: to_come(setting, &judged),
        false_alarms_per_week: rounded((judged.len() - hits) as f64 / weeks, 3),
        alerts_per_week: rounded(judged.len() as f64 / weeks, 3),
        busiest_week: busiest_week(setting.span, &judged),
        by_place: groups(setting, &judged, &told, |subject| {
            setting.history.place(subject)
        }),
        by_industry: groups(setting, &judged, &told, |subject| {
            setting
                .history
                .who(subject)
                .map_or("", |who| who.industry.as_str())
        }),
        without_place: without(setting, &judged, &told),
        by_year: years(&judged, &told),
        missed: missed(setting, &told),
    }
}

fn judge<'a>(setting: Setting<'a>, alerts: &'a [Alert]) -> Vec<Judged<'a>> {
    let counted = alerts
        .iter()
        .filter(|alert| setting.span.contains(alert.day));
    let judged = counted.map(|alert| {
        let cases = setting
            .cases
            .get(&alert.subject)
            .map_or(&[][..], Vec::as_slice);
        let horizon = setting.ending.horizon_days;
        Judged {
            alert,
            hit: cases.iter().find(|case| case.hit_by(alert.day, horizon)),
            ahead: cases
                .iter()
                .any(|case| case.hit_by(alert.day, horizon) && alert.day < case.reached),
        }
    });
    judged.collect()
}

fn tell<'a>(setting: Setting<'a>, alerts: &'a [Alert]) -> Vec<Told<'a>> {
    let mut by_subject: BTreeMap<u32, Vec<&Alert>> = BTreeMap::new();
    for alert in alerts {
        by_subject.entry(alert.subject).or_default().push(alert);
    }
    let mut told = Vec::new();
    for (subject, cases) in setting.cases {
        let alerts = by_subject.get(subject).map_or(&[][..], Vec::as_slice);
        let numbered = cases.iter().enumerate();
        for (number, case) in numbered.filter(|(_, case)| setting.span.contains(case.reached)) {
            let horizon = setting.ending.horizon_days;
            let found = alerts.iter().any(|alert| case.hit_by(alert.day, horizon));
            let in_time = |alert: &&&Alert| case.hit_by(alert.day, horizon);
            told.push(Told {
                subject: *subject,
                case,
                found,
                ahead: alerts
                    .iter()
                    .filter(in_time)
                    .any(|one| one.day < case.reached),
                covered: found || was_open(alerts, case.reached, setting.quiet),
                first: number == 0,
            });
        }
    }
    told
}

/// Whether an alert from earlier was still open on a day.
fn was_open(alerts: &[&Alert], day: i32, quiet: i32) -> bool {
    let before = alerts.iter().rfind(|alert| alert.day <= day);
    before.is_some_and(|alert| day - alert.last_hot.min(day) <= quiet)
}

fn leads<'a>(judged: &'a [Judged<'_>]) -> impl Iterator<Item = i32> + 'a {
    judged
        .iter()
        .filter_map(|one| Some(one.hit?.reached - one.alert.day))
}

fn buckets(leads: &[i32]) -> Vec<Bucket> {
    let bucket = |(from, to): (i32, i32)| Bucket {
        from,
        to: (to != i32::MAX).then_some(to),
        alerts: leads
            .iter()
            .filter(|lead| (from..=to).contains(lead))
            .count(),
    };
    BUCKETS.map(bucket).into()
}

/// Of the signals of the cases that were hit, the mean share that came after the alert, per cent.
fn to_come(setting: Setting<'_>, judged: &[Judged<'_>]) -> Option<f64> {
    let days = setting.ending.days_in(setting.history);
    let shares: Vec<f64> = judged
        .iter()
        .filter_map(|one| {
            let (case, days) = (one.hit?, days.get(&one.alert.subject)?);
            let by = |day: i32| days.partition_point(|one| *one <= day);
            let after = by(case.last).saturating_sub(by(one.alert.day));
            Some(after as f64 / case.claims as f64)
        })
        .collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    (!shares.is_empty()).then(|| rounded(100.0 * mean, 2))
}

fn busiest_week(span: Span, judged: &[Judged<'_>]) -> usize {
    let mut weeks: BTreeMap<i32, usize> = BTreeMap::new();
    for one in judged {
        *weeks.entry((one.alert.day - span.first) / 7).or_default() += 1;
    }
    weeks.into_values().max().unwrap_or_default()
}

#[derive(Default)]
struct Tally {
    alerts: usize,
    hits: usize,
    cases: usize,
    found: usize,
    leads: Vec<i32>,
}

impl Tally {
    fn alert(&mut self, one: &Judged<'_>) {
        self.alerts += 1;
        if let Some(case) = one.hit {
            self.hits += 1;
            self.leads.push(case.reached - one.alert.day);
        }
    }

    fn case(&mut self, one: &Told<'_>) {
        self.cases += 1;
        self.found += usize::from(one.found);
    }
}

fn groups<'a>(
    setting: Setting<'a>,
    judged: &[Judged<'_>],
    told: &[Told<'_>],
    name: impl Fn(u32) -> &'a str,
) -> Vec<Group> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for one in judged {
        tallies
            .entry(name(one.alert.subject))
            .or_default()
            .alert(one);
    }
    for one in told {
        tallies.entry(name(one.subject)).or_default().case(one);
    }
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    for event in setting
        .history
        .events
        .iter()
        .filter(|event| setting.span.contains(event.arrived))
    {
        let name = name(event.subject);
        if tallies.contains_key(name) {
            let day = event.arrived;
            let span = spans.entry(name).or_insert(Span {
                first: day,
                last: day,
            });
            (span.first, span.last) = (span.first.min(day), span.last.max(day));
        }
    }
    let a_week = |name: &str, alerts: usize| {
        let weeks = spans.get(name)?.weeks();
        Some(rounded(alerts as f64 / weeks, 3))
    };
    let group = |(name, tally): (&str, Tally)| Group {
        alerts_per_week: a_week(name, tally.alerts),
        false_alarms_per_week: a_week(name, tally.alerts - tally.hits),
        name: name.to_owned(),
        alerts: tally.alerts,
        hits: tally.hits,
        cases: tally.cases,
        found: tally.found,
        median_lead: median(tally.leads),
    };
    tallies.into_iter().map(group).collect()
}

/// The figures of everywhere else, for each place with a case: a rule set that lives on one place's habits falls
/// apart in its row.
fn without(setting: Setting<'_>, judged: &[Judged<'_>], told: &[Told<'_>]) -> Vec<Without> {
    let mut places: Vec<&str> = told
        .iter()
        .map(|one| setting.history.place(one.subject))
        .collect();
    places.sort_unstable();
    places.dedup();
    let row = |place: &str| {
        let mut tally = Tally::default();
        let elsewhere = |subject: u32| setting.history.place(subject) != place;
        judged
            .iter()
            .filter(|one| elsewhere(one.alert.subject))
            .for_each(|one| tally.alert(one));
        told.iter()
            .filter(|one| elsewhere(one.subject))
            .for_each(|one| tally.case(one));
        Without {
            place: place.to_owned(),
            precision: Share::new(tally.hits, tally.alerts),
            recall: Share::new(tally.found, tally.cases),
            median_lead: median(tally.leads),
        }
    };
    places.into_iter().map(row).collect()
}

fn years(judged: &[Judged<'_>], told: &[Told<'_>]) -> Vec<Year> {
    let mut tallies: BTreeMap<i16, Tally> = BTreeMap::new();
    for one in judged {
        tallies
            .entry(date_of(one.alert.day).year())
            .or_default()
            .alert(one);
    }
    for one in told {
        tallies
            .entry(date_of(one.case.reached).year())
            .or_default()
            .case(one);
    }
    let year = |(year, tally): (i16, Tally)| Year {
        year,
        alerts: tally.alerts,
        hits: tally.hits,
        cases: tally.cases,
        found: tally.found,
    };
    tallies.into_iter().map(year).collect()
}

fn missed(setting: Setting<'_>, told: &[Told<'_>]) -> Vec<Missed> {
    let missed = told.iter().filter(|one| !one.found);
    let row = |one: &Told<'_>| Missed {
        employer: setting.history.key(one.subject).to_owned(),
        place: setting.history.place(one.subject).to_owned(),
        first: date_of(one.case.first),
        reached: date_of(one.case.reached),
        claims: one.case.claims,
        why: if one.covered {
            "alert already open"
        } else {
            "no rule fired in time"
        },
    };
    missed.map(row).collect()
}

/// Whether each alert that counts was ahead of a case, in their order.
pub(super) fn hits(setting: Setting<'_>, played: &Played) -> Vec<bool> {
    judge(setting, &played.alerts)
        .iter()
        .map(|one| one.hit.is_some())
        .collect()
}
