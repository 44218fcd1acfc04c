//! The plain counters beside a rule set, the stricter way of counting, and endings that take only some signals.

use super::*;
use crate::arrears::replay::{Request, ScoreSheet, score};

fn sheet(id: &str, claims: &[(&str, i32)]) -> ScoreSheet {
    let rules = [rules(id)];
    let request = Request {
        rules: &rules,
        endings: &[ending("10in90")],
        months_owed: &Default::default(),
        days: (day("2019-01-01"), day("2019-12-31")),
    };
    let gathered = gathered(history(&rules[0], claims));
    score(request, &gathered, &mut |_, _| {}).unwrap()
}

/// A case that builds up over ten days, one that arrives whole on a day, and a false alarm of three claims.
fn claims() -> Vec<(&'static str, i32)> {
    let start = number("2019-03-01");
    let mut claims: Vec<_> = (0..10).map(|after| ("A-1", start + after)).collect();
    claims.extend([("B-1", start); 10]);
    claims.extend((0..3).map(|after| ("C-1", start + after)));
    claims
}

#[test]
fn an_alert_of_the_very_day_is_no_hit_when_it_must_be_a_day_ahead() {
    let sheet = sheet("rules.claims_handmade", &claims());
    let figures = &sheet.rule_sets[0].endings[0].figures;
    assert_eq!(
        (figures.precision.k, figures.precision.n, figures.recall.k),
        (2, 2, 2)
    );
    let strict = figures.a_day_ahead;
    assert_eq!(
        (strict.precision.k, strict.precision.n),
        (1, 2),
        "B came whole on one day"
    );
    assert_eq!((strict.recall.k, strict.recall.n), (1, 2));
    assert_eq!(figures.busiest_week, 2);
}

#[test]
fn the_counter_to_beat_is_counted_the_same_way() {
    let sheet = sheet("rules.claims_handmade", &claims());
    let counter = &sheet.endings[0].counters[0];
    // Three in seven: A on the third day, B on its day, C on the third day.
    assert_eq!(
        (counter.count, counter.within_days, counter.quiet_days),
        (3, 7, 90)
    );
    assert_eq!(
        (counter.alerts, counter.precision.k, counter.recall.k),
        (3, 2, 2)
    );
    assert_eq!(counter.a_day_ahead.recall.k, 1);
    let against = sheet.rule_sets[0].endings[0].against.as_ref().unwrap();
    // Two alerts instead of three (67 %), precision 100 % instead of 67 % (1.5 times), the same recall.
    assert!(
        against.all.beats_by_workload && against.all.beats_by_precision,
        "{:?}",
        against.all
    );
    // The counter beside itself beats nothing.
    let same = self::sheet("rules.claims_counter", &claims());
    let own = &same.rule_sets[0].endings[0];
    let against = own.against.as_ref().unwrap();
    assert_eq!(against.all.precision, against.all.counter_precision);
    assert!(!against.all.beats_by_workload && !against.all.beats_by_precision);
    assert_eq!(
        own.figures.precision, counter.precision,
        "a rule set with the same condition has the same figures"
    );
}

#[test]
fn the_rows_of_other_quiet_days_are_what_a_rule_set_with_them_would_do() {
    let start = number("2019-01-01");
    // Waves of four claims, forty days apart: three alerts at thirty quiet days, one at forty-five.
    let waves = [0, 1, 2, 3, 43, 44, 45, 46, 86, 87, 88, 89];
    let claims: Vec<_> = waves.map(|after| ("A-1", start + after)).to_vec();
    let sheet = sheet("rules.claims_handmade", &claims);
    let rows = &sheet.rule_sets[0].endings[0].quiet;
    let alerts: Vec<_> = rows
        .iter()
        .map(|row| (row.quiet_days, row.own, row.precision.n))
        .collect();
    assert_eq!(
        alerts,
        [
            (14, false, 3),
            (30, true, 3),
            (45, false, 1),
            (60, false, 1),
            (75, false, 1),
            (90, false, 1)
        ]
    );
    let own = rows.iter().find(|row| row.own).unwrap();
    assert_eq!(
        own.precision,
        sheet.rule_sets[0].endings[0].figures.precision
    );
}

#[test]
fn a_place_is_compared_with_the_counter_at_that_place() {
    let sheet = sheet("rules.claims_handmade", &claims());
    let against = sheet.rule_sets[0].endings[0].against.as_ref().unwrap();
    let places: Vec<_> = against
        .places
        .iter()
        .map(|one| (one.place.as_str(), one.cases))
        .collect();
    assert_eq!(
        places,
        [("A", 1), ("B", 1)],
        "places without a case say nothing"
    );
    // Without A: B and C are left, one case; the counter raises C as well.
    let without = &against.without_place[0];
    assert_eq!(
        (
            without.place.as_str(),
            without.precision.n,
            without.counter_precision.n
        ),
        ("A", 1, 2)
    );
}

#[test]
fn an_ending_takes_only_the_signals_it_names_and_a_day_once() {
    let rules = rules("rules.penalties");
    let ending = ending("penalised_again");
    let mut collector = Collector::wanting(&[&rules], &ending.kinds());
    let (first, later) = (number("2015-03-01"), number("2015-09-01"));
    let penalties = [
        ("A", first, Some(1)),
        ("A", later, Some(1)),
        // Twice on one day is once.
        ("B", first, Some(1)),
        ("B", first, Some(1)),
        // Not about wages, or not said.
        ("C", first, Some(1)),
        ("C", later, Some(0)),
        ("D", first, Some(1)),
        ("D", later, None),
    ];
    let mut numbers = std::collections::BTreeMap::new();
    for (who, day, wages) in penalties {
        let number = *numbers.entry(who).or_insert_with(|| {
            collector.subject(Who {
                key: who.to_owned(),
                ..Who::default()
            })
        });
        collector.take(
            number,
            ("labour_penalty", false),
            (day, day, None),
            |field| (field == "wage_related").then_some(wages).flatten(),
        );
    }
    let history = collector.finish();
    let cases = ending.cases_of(&history);
    let found: Vec<_> = cases
        .iter()
        .map(|(who, cases)| (history.key(*who), cases[0].reached))
        .collect();
    assert_eq!(found, [("A", later)]);
}
