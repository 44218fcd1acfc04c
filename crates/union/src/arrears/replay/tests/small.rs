//! Alerts open once, rise, let go; endings are found; figures are counted by hand.

use super::*;
use crate::arrears::replay::{Request, measure, measure::Setting, score};

/// Six claims in a row of days, a pause, then four more.
fn wave(start: &str) -> Vec<(&'static str, i32)> {
    let start = number(start);
    [0, 1, 2, 3, 4, 5, 60, 61, 62, 63]
        .map(|after| ("A-1", start + after))
        .to_vec()
}

#[test]
fn one_open_alert_that_rises_and_lets_go_after_quiet_days() {
    let rules = rules("rules.claims_handmade");
    let history = history(&rules, &wave("2019-03-01"));
    let played = played(&rules, &history);
    let days: Vec<_> = played
        .alerts
        .iter()
        .map(|one| (one.day - number("2019-03-01"), one.opened_at, one.level))
        .collect();
    // The fourth claim opens (H1 + H2 = 15), the sixth raises (20); after 30 quiet days the next four open anew.
    assert_eq!(days, [(3, 0, 1), (63, 0, 0)]);
    assert_eq!(played.alerts[0].rules, ["H1", "H2"]);
    let rises: Vec<_> = played
        .entries
        .iter()
        .map(|one| (one.day - number("2019-03-01"), one.level))
        .collect();
    assert_eq!(rises, [(3, 0), (5, 1), (63, 0)]);
    let calm: Vec<_> = played
        .calm
        .iter()
        .map(|(day, _)| day - number("2019-03-01"))
        .collect();
    assert_eq!(calm, [0, 1, 2, 60, 61, 62]);
}

#[test]
fn exactly_the_quiet_days_keep_the_alert_and_one_more_opens_another() {
    let rules = rules("rules.claims_counter");
    for (gap, alerts) in [(90, 1), (91, 2)] {
        let start = number("2019-01-01");
        let claims: Vec<_> = [0, 0, 0, gap, gap, gap]
            .map(|after| ("A-1", start + after))
            .to_vec();
        assert_eq!(
            played(&rules, &history(&rules, &claims)).alerts.len(),
            alerts,
            "{gap}"
        );
    }
}

/// A case in A that is foreseen, one in B that comes whole on a day, and a false alarm in C.
fn three() -> Vec<(&'static str, i32)> {
    let start = number("2019-03-01");
    let mut claims: Vec<_> = (0..10).map(|after| ("A-1", start + 2 * after)).collect();
    claims.extend([("B-1", start); 10]);
    claims.extend((0..4).map(|after| ("C-1", start + after)));
    // The record goes on.
    claims.push(("A-9", start + 139));
    claims
}

#[test]
fn figures_counted_by_hand() {
    let rules = rules("rules.claims_handmade");
    let history = history(&rules, &three());
    let played = played(&rules, &history);
    let ending = ending("10in90");
    let cases = ending.cases_of(&history);
    let span = crate::arrears::replay::Span {
        first: number("2019-03-01"),
        last: number("2019-07-18"),
    };
    let found = measure(
        Setting {
            history: &history,
            ending: &ending,
            cases: &cases,
            span,
            quiet: 30,
        },
        &played.alerts,
    );
    assert_eq!((found.precision.k, found.precision.n), (2, 3));
    assert_eq!((found.recall.k, found.recall.n), (2, 2));
    // A opens with the fourth claim, six days in, twelve before the tenth; B on the very day.
    assert_eq!(found.median_lead, Some(6.0));
    assert_eq!(found.to_come_pct, Some(30.0), "six of ten, and none of ten");
    assert_eq!(found.false_alarms_per_week, 0.05, "one in twenty weeks");
    assert_eq!(found.f1, Some(80.0));
    let places: Vec<_> = found
        .by_place
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.alerts,
                one.hits,
                one.cases,
                one.found,
            )
        })
        .collect();
    assert_eq!(
        places,
        [("A", 1, 1, 1, 1), ("B", 1, 1, 1, 1), ("C", 1, 0, 0, 0)]
    );
    let without: Vec<_> = found
        .without_place
        .iter()
        .map(|one| (one.place.as_str(), one.precision.k, one.precision.n))
        .collect();
    assert_eq!(without, [("A", 1, 2), ("B", 1, 2)]);
}

#[test]
fn alerts_before_the_period_are_not_counted_but_their_signals_are_known() {
    let rules = [rules("rules.claims_handmade")];
    let request = Request {
        rules: &rules,
        endings: &[ending("10in90")],
        months_owed: &Default::default(),
        days: (day("2019-04-01"), day("2019-12-31")),
    };
    let history = history(&rules[0], &wave("2019-03-01"));
    let sheet = score(request, &gathered(history), &mut |_, _| {}).unwrap();
    assert_eq!((sheet.signals, sheet.rule_sets[0].alerts), (4, 1));
    assert_eq!(sheet.from, day("2019-04-30"));
    assert_eq!(sheet.rule_sets[0].alert_list[0].day, day("2019-05-03"));
}

#[test]
fn nothing_in_the_period_is_no_sheet() {
    let rules = [rules("rules.claims_handmade")];
    let request = Request {
        rules: &rules,
        endings: &[],
        months_owed: &Default::default(),
        days: (day("2024-01-01"), day("2024-12-31")),
    };
    let gathered = gathered(history(&rules[0], &wave("2019-03-01")));
    assert_eq!(score(request, &gathered, &mut |_, _| {}), None);
}

#[test]
fn months_owed_says_that_it_cannot_be_computed_here() {
    let rules = [rules("rules.claims_handmade")];
    let request = Request {
        rules: &rules,
        endings: &[ending("10in90")],
        months_owed: &Default::default(),
        days: (day("2019-01-01"), day("2019-12-31")),
    };
    let sheet = score(
        request,
        &gathered(history(&rules[0], &three())),
        &mut |_, _| {},
    )
    .unwrap();
    let baselines = &sheet.rule_sets[0].endings[0].baselines;
    let why: Vec<_> = baselines
        .iter()
        .map(|one| (one.id, one.why_not.is_some()))
        .collect();
    // There is no year before, and no arrears are reported; complaints can be counted.
    assert_eq!(
        why,
        [
            ("last_year", true),
            ("complaints_only", false),
            ("months_owed", true)
        ]
    );
}

#[test]
fn a_row_that_was_taken_back_counted_until_then() {
    let rules = rules("rules.claims_handmade");
    let start = number("2019-03-01");
    let mut collector = Collector::wanting(&[&rules], &[]);
    let who = collector.subject(Who::default());
    for (after, ended) in [
        (0, None),
        (1, Some(start + 10)),
        (2, None),
        (3, None),
        (45, None),
        (46, None),
    ] {
        collector.take(
            who,
            ("wage_claim", false),
            (start + after, start + after, ended),
            |_| None,
        );
    }
    let history = collector.finish();
    let days: Vec<i32> = played(&rules, &history)
        .alerts
        .iter()
        .map(|one| one.day - start)
        .collect();
    assert_eq!(days, [3], "the desk saw four claims on the fourth day");
    assert!(
        ending("5in30").cases_of(&history).is_empty(),
        "but in the end there were only three in a month"
    );
}
