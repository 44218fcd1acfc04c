//! The bench rule sets are tried on: each is played, measured against every ending, and put on the sheet.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Date;
use kernel::warning::{Liveness, RuleSet, date_of, day_number};

use super::baseline::baselines;
use super::before::known_before;
use super::ceiling::ceiling;
use super::colours::colours;
use super::counters::{self, Counted};
use super::desk::{Played, play};
use super::ending::{Cases, Ending};
use super::gather::{Gathered, Sources};
use super::history::{History, Span};
use super::measure::{Setting, hits, measure};
use super::sheet::{
    AlertLine, EndingFacts, EndingSheet, KindCount, RuleLine, RuleSheet, ScoreSheet, WithoutOwn,
};

/// What is to be scored.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The rule sets, each with a sheet of its own.
    pub rules: &'a [RuleSet],
    /// The endings they are held against.
    pub endings: &'a [Ending],
    /// The rule sets the endings name for the third simple way, by id.
    pub months_owed: &'a BTreeMap<String, RuleSet>,
    /// First and last day that count; earlier signals are known, later ones are not.
    pub days: (Date, Date),
}

/// Scores rule sets on a history; `progress` hears what it is at. `None` when nothing arrived in the period.
pub fn score(
    request: Request<'_>,
    gathered: &Gathered,
    progress: &mut dyn FnMut(&str, i32),
) -> Option<ScoreSheet> {
    let (first, last) = (day_number(request.days.0), day_number(request.days.1));
    let mut all = gathered.history.clone();
    all.events.retain(|event| event.arrived <= last);
    let history = counted_only(&all, &request);
    let arrived = history.events.iter().map(|event| event.arrived);
    let span = Span::over(arrived.filter(|day| *day >= first))?;
    let endings: Vec<(&Ending, Cases)> = request
        .endings
        .iter()
        // What happened is no secret of a later day: cases are found in the whole history.
        .map(|ending| (ending, ending.cases_of(&gathered.history)))
        .collect();
    let setting = |(ending, cases), quiet| Setting {
        history: &history,
        ending,
        cases,
        span,
        quiet,
    };
    let counted: Vec<Vec<Counted>> = endings
        .iter()
        .map(|(ending, cases)| counters::counted(setting((*ending, cases), 0)))
        .collect();
    let facts = endings.iter().zip(&counted);
    let facts = facts.map(|((ending, cases), counted)| {
        facts_of(setting((*ending, cases), 0), counted, &all, &gathered.own)
    });
    let facts: Vec<EndingFacts> = facts.collect();
    let mut rule_sets = Vec::new();
    for rules in request.rules {
        let bench = Bench {
            request,
            history: &history,
            sources: &gathered.sources,
            own: &gathered.own,
            endings: &endings,
            counted: &counted,
            span,
        };
        rule_sets.push(bench.sheet(rules, progress));
    }
    Some(ScoreSheet {
        format: 2,
        from: date_of(span.first),
        to: date_of(span.last),
        weeks: super::share::rounded(span.weeks(), 3),
        signals: history
            .events
            .iter()
            .filter(|event| span.contains(event.arrived))
            .count(),
        subjects: subjects(&history),
        kinds: kinds(&history, span, &gathered.own),
        endings: facts,
        rule_sets,
    })
}

/// What is known about an ending whatever the rules are; `all` is everything that was stored, counted or not.
fn facts_of(
    setting: Setting<'_>,
    counted: &[Counted],
    all: &History,
    own: &BTreeSet<String>,
) -> EndingFacts {
    let ending = setting.ending;
    let cases = setting.cases.values().flatten();
    let cases = cases.filter(|case| setting.span.contains(case.reached));
    EndingFacts {
        short: ending.short.clone(),
        title: ending.title.clone(),
        horizon_days: ending.horizon_days,
        word: ending.word.clone(),
        cases: cases.count(),
        ceiling: ceiling(setting),
        known_before: known_before(
            Setting {
                history: all,
                ..setting
            },
            own,
        ),
        counters: counted.iter().map(Counted::shown).collect(),
    }
}

/// What a rule set reads or an ending counts. What else is stored may lie earlier or later and must not stretch the
/// time the figures are for.
fn counted_only(all: &History, request: &Request<'_>) -> History {
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    kinds.extend(
        request
            .endings
            .iter()
            .flat_map(Ending::kinds)
            .map(|(kind, _)| kind),
    );
    let sets = request.rules.iter().chain(request.months_owed.values());
    kinds.extend(
        sets.flat_map(RuleSet::signals)
            .map(|signal| signal.kind.as_str()),
    );
    all.without(|kind| !kinds.contains(kind))
}

/// Subjects with a signal that counts.
fn subjects(history: &History) -> usize {
    let subjects: BTreeSet<u32> = history.events.iter().map(|event| event.subject).collect();
    subjects.len()
}

fn kinds(history: &History, span: Span, own: &BTreeSet<String>) -> Vec<KindCount> {
    let count = |(number, kind): (u16, &super::history::KindRead)| {
        let events = history.events.iter();
        let of_kind = events.filter(|event| event.kind == number && span.contains(event.arrived));
        KindCount {
            kind: kind.name.clone(),
            signals: of_kind.count(),
            own: own.contains(&kind.name),
        }
    };
    (0..)
        .zip(&history.kinds)
        .map(count)
        .filter(|kind| kind.signals > 0)
        .collect()
}

/// Where rule sets are tried.
struct Bench<'a> {
    request: Request<'a>,
    history: &'a History,
    sources: &'a Sources,
    own: &'a BTreeSet<String>,
    endings: &'a [(&'a Ending, Cases)],
    counted: &'a [Vec<Counted>],
    span: Span,
}

impl Bench<'_> {
    fn sheet(&self, rules: &RuleSet, progress: &mut dyn FnMut(&str, i32)) -> RuleSheet {
        let live = |day: i32| self.sources.live(rules, day);
        let played = play(rules, self.history, live, |day| {
            progress(rules.title(), day)
        });
        let reduced = self.reduced(rules);
        let mut endings = Vec::new();
        let mut hit: Vec<(&str, Vec<bool>)> = Vec::new();
        for ((ending, cases), counted) in self.endings.iter().zip(self.counted) {
            let setting = self.setting(ending, cases, rules);
            hit.push((ending.short.as_str(), hits(setting, &played)));
            endings.push(self.against(setting, rules, &played, reduced.as_ref(), counted.first()));
        }
        RuleSheet {
            rule_set: rules.reference().clone(),
            title: rules.title().to_owned(),
            quiet_days: rules.policy().rearm_days,
            levels: rules.levels().to_vec(),
            rules: rules.rules().iter().map(line).collect(),
            signals: self.read_by(rules),
            alerts: played
                .alerts
                .iter()
                .filter(|alert| self.span.contains(alert.day))
                .count(),
            alert_list: self.alert_list(rules, &played, &hit),
            endings,
        }
    }

    fn setting<'b>(&'b self, ending: &'b Ending, cases: &'b Cases, rules: &RuleSet) -> Setting<'b> {
        Setting {
            history: self.history,
            ending,
            cases,
            span: self.span,
            quiet: i32::try_from(rules.policy().rearm_days).unwrap_or(i32::MAX),
        }
    }

    fn against(
        &self,
        setting: Setting<'_>,
        rules: &RuleSet,
        played: &Played,
        reduced: Option<&(Vec<String>, Played)>,
        counter: Option<&Counted>,
    ) -> EndingSheet {
        let figures = measure(setting, &played.alerts);
        let months_owed = setting.ending.months_owed.as_ref();
        let months_owed = months_owed.and_then(|id| self.request.months_owed.get(id));
        let live: &dyn Fn(i32) -> Liveness = &|day| match months_owed {
            Some(rules) => self.sources.live(rules, day),
            None => Liveness::all_live(),
        };
        let without_own = reduced.map(|(kinds, played)| {
            let less = measure(setting, &played.alerts);
            WithoutOwn {
                kinds: kinds.clone(),
                cases_lost: figures.recall.k.saturating_sub(less.recall.k),
                precision: less.precision,
                recall: less.recall,
                median_lead: less.median_lead,
            }
        });
        let beat = counter.zip(setting.ending.beat);
        EndingSheet {
            against: beat.map(|(counter, beat)| counter.against(beat, &figures)),
            colours: colours(setting, rules, played),
            quiet: counters::quiet_days(setting, played),
            baselines: baselines(setting, played, months_owed, live),
            without_own,
            figures,
        }
    }

    /// The same rules without what only the union brings: its kinds are not connected.
    fn reduced(&self, rules: &RuleSet) -> Option<(Vec<String>, Played)> {
        let read = rules.signals().iter().map(|signal| &signal.kind);
        let own: Vec<String> = read
            .filter(|kind| self.own.contains(*kind) && self.history.has(kind))
            .cloned()
            .collect();
        if own.is_empty() {
            return None;
        }
        let history = self
            .history
            .without(|kind| own.iter().any(|one| one == kind));
        let played = play(rules, &history, |day| self.sources.live(rules, day), |_| {});
        Some((own, played))
    }

    fn read_by(&self, rules: &RuleSet) -> usize {
        let kinds = self.history.kinds.iter();
        let read: Vec<bool> = kinds.map(|kind| rules.kind(&kind.name).is_some()).collect();
        let events = self.history.events.iter();
        let counted = events.filter(|event| {
            self.span.contains(event.arrived) && read.get(usize::from(event.kind)) == Some(&true)
        });
        counted.count()
    }

    fn alert_list(
        &self,
        rules: &RuleSet,
        played: &Played,
        hit: &[(&str, Vec<bool>)],
    ) -> Vec<AlertLine> {
        let level = |number: usize| rules.levels().get(number).map(|level| level.id.clone());
        let counted = played
            .alerts
            .iter()
            .filter(|alert| self.span.contains(alert.day));
        let line = |(number, alert): (usize, &super::Alert)| AlertLine {
            employer: self.history.key(alert.subject).to_owned(),
            place: self.history.place(alert.subject).to_owned(),
            day: date_of(alert.day),
            opened_at: level(alert.opened_at).unwrap_or_default(),
            level: level(alert.level).unwrap_or_default(),
            score: alert.score,
            rules: alert.rules.clone(),
            hits: hit
                .iter()
                .filter(|(_, hits)| hits.get(number) == Some(&true))
                .map(|(short, _)| (*short).to_owned())
                .collect(),
        };
        counted.enumerate().map(line).collect()
    }
}

fn line(rule: &kernel::warning::Rule) -> RuleLine {
    let steps = rule
        .steps
        .iter()
        .map(|step| (step.when.clone(), step.points));
    RuleLine {
        code: rule.code.clone(),
        title: rule.title.clone(),
        clause: rule.clause.clone(),
        steps: steps.collect(),
        red_line: rule.red_line.clone(),
    }
}
