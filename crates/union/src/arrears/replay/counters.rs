//! 简单计数 plain counters with published figures, how a rule set stands beside the first of them, and what its quiet
//! days do to the figures.

use std::collections::BTreeMap;

use super::baseline::{alert, openings};
use super::desk::{Alert, Played};
use super::ending::{Beat, Counter};
use super::measure::{Setting, measure};
use super::share::Share;
use super::sheet::{Against, CounterFigures, Figures, Group, QuietDays, Versus, Without};

/// Quiet days a rule set is tried with beside its own.
const QUIET: [i32; 6] = [14, 30, 45, 60, 75, 90];

/// A counter of the ending with what it did on this history.
pub(super) struct Counted {
    counter: Counter,
    figures: Figures,
}

/// What the ending's counters would have done.
pub(super) fn counted(setting: Setting<'_>) -> Vec<Counted> {
    let counters = setting.ending.counter.iter();
    let one = |counter: &Counter| Counted {
        counter: *counter,
        figures: measure(
            Setting {
                quiet: counter.quiet_days,
                ..setting
            },
            &alerts(setting, *counter),
        ),
    };
    counters.map(one).collect()
}

fn alerts(setting: Setting<'_>, counter: Counter) -> Vec<Alert> {
    let days = setting.history.arrivals_of(&setting.ending.complaints);
    let run = (counter.count, counter.within_days);
    let each = days
        .iter()
        .flat_map(|(subject, days)| openings(*subject, days, run, counter.quiet_days));
    let mut alerts: Vec<Alert> = each.collect();
    alerts.sort_by_key(|alert| alert.day);
    alerts
}

impl Counted {
    fn title(&self) -> String {
        let Counter {
            count,
            within_days,
            quiet_days,
        } = self.counter;
        match count {
            1 => format!("有一件就立，安静 {quiet_days} 日后再立"),
            _ => format!("{within_days} 日内 {count} 件，安静 {quiet_days} 日后再立"),
        }
    }

    /// For the sheet.
    pub(super) fn shown(&self) -> CounterFigures {
        let figures = &self.figures;
        CounterFigures {
            title: self.title(),
            count: self.counter.count,
            within_days: self.counter.within_days,
            quiet_days: self.counter.quiet_days,
            alerts: figures.precision.n,
            precision: figures.precision,
            recall: figures.recall,
            a_day_ahead: figures.a_day_ahead,
            median_lead: figures.median_lead,
            to_come_pct: figures.to_come_pct,
        }
    }

    /// A rule set's figures beside it.
    pub(super) fn against(&self, beat: Beat, figures: &Figures) -> Against {
        let own = &self.figures;
        let all = (figures.precision, figures.recall);
        let theirs = (own.precision, own.recall);
        let places = figures.by_place.iter().filter(|place| place.cases > 0);
        let places = places.map(|place| {
            let same = own.by_place.iter().find(|one| one.name == place.name);
            let nothing = (Share::new(0, 0), Share::new(0, place.cases));
            versus(beat, &place.name, of(place), same.map_or(nothing, of))
        });
        let elsewhere = figures.without_place.iter().filter_map(|row| {
            let same = own
                .without_place
                .iter()
                .find(|one| one.place == row.place)?;
            let both = |row: &Without| (row.precision, row.recall);
            Some(versus(beat, &row.place, both(row), both(same)))
        });
        Against {
            counter: self.title(),
            precision_percent: beat.precision_percent,
            alerts_percent: beat.alerts_percent,
            all: versus(beat, "", all, theirs),
            places: places.collect(),
            without_place: elsewhere.collect(),
        }
    }
}

fn of(group: &Group) -> (Share, Share) {
    (
        Share::new(group.hits, group.alerts),
        Share::new(group.found, group.cases),
    )
}

/// Compares in whole numbers: nothing is rounded before it is compared.
fn versus(beat: Beat, place: &str, own: (Share, Share), counter: (Share, Share)) -> Versus {
    let ((precision, recall), (counter_precision, counter_recall)) = (own, counter);
    let recalls = recall.k >= counter_recall.k;
    let (alerts, theirs) = (precision.n, counter_precision.n);
    // precision ≥ percent × theirs, multiplied out.
    let precise =
        100 * precision.k * theirs >= beat.precision_percent * counter_precision.k * alerts;
    Versus {
        place: place.to_owned(),
        cases: recall.n,
        beats_by_precision: recalls && precision.k > 0 && alerts <= theirs && precise,
        beats_by_workload: recalls && 100 * alerts <= beat.alerts_percent * theirs,
        precision,
        recall,
        counter_precision,
        counter_recall,
    }
}

/// The same scores with other quiet days: how much of the result hangs on them.
pub(super) fn quiet_days(setting: Setting<'_>, played: &Played) -> Vec<QuietDays> {
    let mut tried: Vec<i32> = QUIET.into_iter().chain([setting.quiet]).collect();
    tried.sort_unstable();
    tried.dedup();
    let row = |quiet: i32| {
        let figures = measure(Setting { quiet, ..setting }, &reopened(played, quiet));
        QuietDays {
            quiet_days: quiet,
            own: quiet == setting.quiet,
            precision: figures.precision,
            recall: figures.recall,
            covered: figures.covered,
            median_lead: figures.median_lead,
        }
    };
    tried.into_iter().map(row).collect()
}

/// When alerts would have opened with other quiet days.
fn reopened(played: &Played, quiet: i32) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    let mut open: BTreeMap<u32, usize> = BTreeMap::new();
    for (day, subject) in &played.hot {
        let last = open.get(subject).and_then(|at| alerts.get_mut(*at));
        match last {
            Some(alert) if day - alert.last_hot <= quiet => alert.last_hot = *day,
            _ => {
                open.insert(*subject, alerts.len());
                alerts.push(alert(*subject, *day));
            }
        }
    }
    alerts
}
