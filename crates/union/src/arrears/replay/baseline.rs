//! Three simple ways of doing it, each with as much work as the rule set made: what a rule set must beat.

use std::collections::BTreeMap;

use kernel::Date;
use kernel::warning::{Liveness, RuleSet, date_of, day_number};

use super::desk::{Alert, Played, play};
use super::measure::{Setting, measure};
use super::share::Share;
use super::sheet::{Baseline, Figures};

/// Windows a plain counter may use, in days back.
const WINDOWS: [i32; 4] = [7, 14, 21, 30];
/// Most complaints it may wait for.
const MOST: usize = 20;

/// The simple ways at the rule set's workload; `months_owed` is the rule set of the third.
pub(super) fn baselines(
    setting: Setting<'_>,
    played: &Played,
    months_owed: Option<&RuleSet>,
    live: &dyn Fn(i32) -> Liveness,
) -> Vec<Baseline> {
    let counted = played
        .alerts
        .iter()
        .filter(|alert| setting.span.contains(alert.day));
    let workload = counted.clone().count();
    let mut by_year: BTreeMap<i16, usize> = BTreeMap::new();
    for alert in counted {
        *by_year.entry(date_of(alert.day).year()).or_default() += 1;
    }
    vec![
        offenders(setting, &by_year),
        counter(setting, workload),
        owed(setting, workload, months_owed, live),
    ]
}

pub(super) fn alert(subject: u32, day: i32) -> Alert {
    Alert {
        subject,
        day,
        opened_at: 0,
        level: 0,
        score: 0,
        last_hot: day,
        rules: Vec::new(),
    }
}

fn computed(id: &'static str, title: &str, how: String, figures: Figures) -> Baseline {
    Baseline {
        id,
        title: title.to_owned(),
        how,
        why_not: None,
        alerts: Some(figures.precision.n),
        precision: Some(figures.precision),
        recall: Some(figures.recall),
        median_lead: figures.median_lead,
        to_come_pct: figures.to_come_pct,
        whole_year: None,
    }
}

fn not_computable(id: &'static str, title: &str, why: String) -> Baseline {
    Baseline {
        id,
        title: title.to_owned(),
        how: String::new(),
        why_not: Some(why),
        alerts: None,
        precision: None,
        recall: None,
        median_lead: None,
        to_come_pct: None,
        whole_year: None,
    }
}

/// On New Year's Day, those with most complaints in the year before; as many as the rule set's alerts that year.
fn offenders(setting: Setting<'_>, by_year: &BTreeMap<i16, usize>) -> Baseline {
    let (id, title, word) = ("last_year", "去年的老问题单位", &setting.ending.word);
    let mut years: BTreeMap<i16, BTreeMap<u32, usize>> = BTreeMap::new();
    for (subject, days) in setting.history.arrivals_of(&setting.ending.complaints) {
        for day in days {
            *years
                .entry(date_of(day).year())
                .or_default()
                .entry(subject)
                .or_default() += 1;
        }
    }
    let mut alerts = Vec::new();
    for (year, count) in by_year {
        let Some(before) = years.get(&(year - 1)) else {
            continue;
        };
        let Some(new_year) = Date::new(*year, 1, 1).ok().map(day_number) else {
            continue;
        };
        let mut worst: Vec<(usize, u32)> = before.iter().map(|(who, n)| (*n, *who)).collect();
        // Equal numbers are ordered by key, which is how subjects are numbered.
        worst.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        alerts.extend(
            worst
                .iter()
                .take(*count)
                .map(|(_, who)| alert(*who, new_year)),
        );
    }
    if alerts.is_empty() {
        return not_computable(id, title, "历史不满两年，没有“去年”".to_owned());
    }
    let figures = measure(
        Setting {
            quiet: 0,
            ..setting
        },
        &alerts,
    );
    let how =
        format!("每年 1 月 1 日，把上一年{word}最多的单位列出来，个数与本规则当年的预警数相同");
    Baseline {
        whole_year: Some(whole_year(setting, &alerts)),
        ..computed(id, title, how, figures)
    }
}

/// The same list given the whole year to come true: precision and recall.
fn whole_year(setting: Setting<'_>, alerts: &[Alert]) -> [Share; 2] {
    let cases = |subject: u32| setting.cases.get(&subject).map_or(&[][..], Vec::as_slice);
    let same_year = |a: i32, b: i32| date_of(a).year() == date_of(b).year();
    let came = |alert: &&Alert| {
        let mut cases = cases(alert.subject).iter();
        cases.any(|case| same_year(case.reached, alert.day))
    };
    let (mut all, mut found) = (0, 0);
    for (subject, cases) in setting.cases {
        for case in cases
            .iter()
            .filter(|case| setting.span.contains(case.reached))
        {
            all += 1;
            let mut listed = alerts.iter().filter(|alert| alert.subject == *subject);
            found += usize::from(listed.any(|alert| same_year(alert.day, case.reached)));
        }
    }
    [
        Share::new(alerts.iter().filter(came).count(), alerts.len()),
        Share::new(found, all),
    ]
}

/// Complaints only: so many within so many days, chosen so that the number of alerts is nearest to the rule set's.
fn counter(setting: Setting<'_>, workload: usize) -> Baseline {
    let word = &setting.ending.word;
    let (id, title) = ("complaints_only", format!("只数{word}"));
    let title = title.as_str();
    let days = setting.history.arrivals_of(&setting.ending.complaints);
    if days.is_empty() {
        return not_computable(id, title, format!("这段历史里没有{word}"));
    }
    let mut best: Option<(usize, usize, i32)> = None;
    for window in WINDOWS {
        for count in 1..=MOST {
            let counted = |subject: &u32, days: &Vec<i32>| {
                let opened = openings(*subject, days, (count, window), setting.quiet);
                opened
                    .into_iter()
                    .filter(|alert| setting.span.contains(alert.day))
                    .count()
            };
            let alerts: usize = days
                .iter()
                .map(|(subject, days)| counted(subject, days))
                .sum();
            let off = alerts.abs_diff(workload);
            if best.is_none_or(|(least, ..)| off < least) {
                best = Some((off, count, window));
            }
        }
    }
    let (_, count, window) = best.unwrap_or_default();
    let each = days
        .iter()
        .flat_map(|(subject, days)| openings(*subject, days, (count, window), setting.quiet));
    let mut alerts: Vec<Alert> = each.collect();
    alerts.sort_by_key(|alert| alert.day);
    let how = format!(
        "{window} 日内 {count} 件即立，安静 {} 日后可再立；件数和天数取预警数与本规则最接近的一组",
        setting.quiet
    );
    computed(id, title, how, measure(setting, &alerts))
}

/// When a plain counter opens.
pub(super) fn openings(
    subject: u32,
    days: &[i32],
    (count, window): (usize, i32),
    quiet: i32,
) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for run in days.windows(count) {
        let Some((first, last)) = run.first().zip(run.last()) else {
            continue;
        };
        if last - first > window {
            continue;
        }
        match alerts.last_mut() {
            Some(open) if last - open.last_hot <= quiet => open.last_hot = *last,
            _ => alerts.push(alert(subject, *last)),
        }
    }
    alerts
}

/// Months owed, opened at the level whose number of alerts is nearest to the rule set's.
fn owed(
    setting: Setting<'_>,
    workload: usize,
    rules: Option<&RuleSet>,
    live: &dyn Fn(i32) -> Liveness,
) -> Baseline {
    let (id, title) = ("months_owed", "欠薪月数");
    let Some(rules) = rules else {
        return not_computable(id, title, "这类公开记录里没有拖欠月数，无法比较".to_owned());
    };
    if !rules
        .signals()
        .iter()
        .any(|signal| setting.history.has(&signal.kind))
    {
        return not_computable(
            id,
            title,
            "这段历史里没有拖欠天数或企业月报，无法比较".to_owned(),
        );
    }
    let played = play(rules, setting.history, live, |_| {});
    let quiet = i32::try_from(rules.policy().rearm_days).unwrap_or(i32::MAX);
    let mut best: Option<(usize, &str, Figures)> = None;
    for (number, level) in rules
        .levels()
        .iter()
        .enumerate()
        .filter(|(_, level)| level.opens)
    {
        let alerts: Vec<Alert> = at_least(&played, number);
        let figures = measure(Setting { quiet, ..setting }, &alerts);
        let off = figures.precision.n.abs_diff(workload);
        if best.as_ref().is_none_or(|(least, ..)| off < *least) {
            best = Some((off, level.label.as_str(), figures));
        }
    }
    let Some((_, label, figures)) = best else {
        return not_computable(id, title, "该规则集没有会立预警的等级".to_owned());
    };
    computed(
        id,
        title,
        format!("《{}》，到{label}色才立", rules.title()),
        figures,
    )
}

/// The alerts as if they had opened only at a level.
fn at_least(played: &Played, level: usize) -> Vec<Alert> {
    let mut seen = std::collections::BTreeSet::new();
    let rises = played.entries.iter().filter(|entry| entry.level >= level);
    let firsts = rises.filter(|entry| seen.insert(entry.alert));
    let mut alerts = Vec::new();
    for entry in firsts {
        if let Some(whole) = played.alerts.get(entry.alert) {
            alerts.push(Alert {
                day: entry.day,
                ..whole.clone()
            });
        }
    }
    alerts
}
